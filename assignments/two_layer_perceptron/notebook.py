# %% [markdown]
# # Understanding an image classifier's layers
#
# *Chapter 2 of 5. 50 points.*
#
# An image classifier is a stack of small functions. Each has a forward rule, which computes, and a backward
# rule, which says how the loss would answer if its inputs moved a little. In chapter 1 you wrote such pairs
# one by one. In this chapter they become the methods of a class, `TwoLayerPerceptron`, and every backward
# rule meets a judge that needs no calculus: a gradient measured by experiment.
#
# You will write, in this order,
#
# 1. **numerical gradients**, which nudge every number a little and watch the loss,
# 2. the **layers** of the network, affine and ReLU, checked against those experiments,
# 3. two **losses**, the hinge loss and the softmax loss, which want different things from the same scores,
# 4. the **network** itself, trained on handwritten digits at the end.
#
# On the way we look at how far a numerical gradient can be trusted, and at why deep stacks of sigmoids learn
# so slowly.

# %% [markdown]
# ## What you need to know from chapter 1
#
# In half a page, for whoever starts here. A network is a chain of *layers*, with a loss $L$, a single number,
# at its end. Each layer is a pair of functions: `forward` computes its output `out` and a *cache* of what the
# way back needs; `backward` gets the *upstream gradient* `dout`, which is $\partial L / \partial out$, and
# returns the gradient of $L$ with respect to each of the layer's arguments. The chain rule connects them:
#
# $$dx_i = \sum_j dout_j \, \frac{\partial out_j}{\partial x_i}$$
#
# where $dx$ stands for $\partial L / \partial x$. Two consequences catch most mistakes: a gradient has the
# shape of what it is the gradient of, and what is used several times collects the *sum* of what comes back
# along each use. For an affine layer $out = x w + b$ with one row an example, this gives $dw = x^\top dout$,
# a sum over the examples; chapter 1, question 2, has you show why. A bias has one axis, here as there.

# %% [markdown]
# ## How the class is put together
#
# Sections 1 to 3 ask for plain functions. From section 4 on you write methods: `TwoLayerPerceptron` starts
# with nothing but its `__init__`, each solution cell defines a function whose first argument is `self`, and a
# locked line after it attaches that function to the class under the same name. From there on
# `layers.affine_forward(x, w, b)` calls it, and inside another method `self.affine_forward(x, w, b)` does.
#
# What a function gets and returns stands in its docstring. Four rules hold for all methods, and the hidden
# tests try them:
#
# - arguments are left as they were, and what is returned is a new array (a cache may hold the arguments
#   themselves);
# - a batch may have one example only;
# - arrays of integers and of `float32` are as welcome as `float64`, and a result that is a fraction stays
#   one (mind that `np.zeros_like(x)` holds integers where `x` does; `np.zeros(x.shape)` does not);
# - a loop and a vectorized expression are equally right.
#
# You may define helpers in a solution cell and call them by name. Below your code stands a check, which
# JupyterLab shows folded; click on it if you want to read it. It is silent when it finds nothing wrong.
# Where you are stuck, hints unfold above the cell for your code, from a nudge to the idea. Each part is tested
# by itself, so a mistake in one layer costs nothing in the next. One question, in section 6, asks for a written
# answer, which a person reads.

# %% given="imports"
from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np

import checks
import diagrams
import pictures

plt.style.use("tableau-colorblind10")


# %% given="two_layer_perceptron"
class TwoLayerPerceptron:
    """A classifier with one hidden layer: affine, ReLU, affine, and a loss on top.

    Its methods are attached one by one below.
    """

    def __init__(
        self,
        input_dim: int,
        hidden_dim: int,
        num_classes: int,
        weight_scale: float = 1e-3,
        reg: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.params = {}  # W1 (D, H), b1 (H,), W2 (H, C), b2 (C,)
        self.reg = reg  # strength of the L2 penalty
        self.init_params(input_dim, hidden_dim, num_classes, weight_scale, seed)


# %% [markdown]
# `__init__` calls a method that you write near the end. The layers need no weights of their own, they get
# everything as arguments. So until then we work with `layers`, an instance that was made without running
# `__init__`: it has the methods that are attached so far and nothing else.

# %% given="layers"
layers = TwoLayerPerceptron.__new__(TwoLayerPerceptron)

# %% [markdown]
# ## 1. Measuring a gradient
#
# A backward rule with a slip in it still runs, and often still learns a little. The way to catch it is to
# measure the slope: move one entry of $x$ by $h$ to both sides, watch $f$, and put the entry back. Write
# `eval_numerical_gradient` for a function with a single number as its answer.
#
# $$\frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2h}$$
#
# with $x$ of any shape, $e_i$ zero but for a 1 at entry $i$, and a gradient of the shape of $x$.
#
# The loss of a network does not take its weights as an argument, it reads them where they are. So `f` may
# ignore what it is given and look at `x` itself: change the entries of `x` in place, and leave behind exactly
# the bits that you found. Adding $h$ and subtracting it again does not do that, for $(x + h) - h$ is
# rounded.

# %% [markdown]
# *5 points, about 20 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Which entry moves, how often is `f` called for it, and what must be true of `x` afterwards?
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# `np.ndindex(x.shape)` gives every index, for any number of axes; the result has the shape of `x`.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Keep the entry; set it to kept + h and call `f`; set it to kept - h and call `f`; write kept back.
#
# </details>

# %% solution="eval_numerical_gradient_solution"
def eval_numerical_gradient(
    f: Callable[[np.ndarray], float], x: np.ndarray, verbose: bool = False, h: float = 1e-5
) -> np.ndarray:
    """Measure the gradient of f at x by central differences.

    f: takes x, returns one number; it may ignore its argument and read x itself.
    x: float64, of any shape; perturbed in place, entry by entry, and left bit for bit as it was.
       It may be a view of another array, such as W.T, so that flattening it can make a copy.
    verbose: print each entry as it is measured.
    h: the step to each side.
    Returns the gradient, with the shape of x.
    """
    ### BEGIN SOLUTION
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + h
        above = f(x)
        x[index] = kept - h
        below = f(x)
        x[index] = kept
        grad[index] = (above - below) / (2 * h)
        if verbose:
            print(index, grad[index])
    return grad
    ### END SOLUTION


# %% test="eval_numerical_gradient" points=5
@checks.run
def check():
    import contextlib
    import io
    from unittest import mock
    x = np.array([[0.3, -1.2, 2.1], [1.7, 0.7, -0.9]])
    start = x.copy()
    grad = eval_numerical_gradient(lambda z: np.sum(z**3) - 2 * np.sum(z), x, h=0.5)
    checks.close("grad of sum(x**3) - 2 sum(x) with h=0.5", grad, 3 * start**2 + 0.25 - 2,
                 "one entry at a time, to both sides, over 2h; the step is the argument h")
    grad = eval_numerical_gradient(lambda z: np.sum(z**3) + np.prod(z), x)
    checks.close("grad of sum(x**3) + prod(x)", grad, 3 * start**2 + np.prod(start) / start,
                 "all entries but one stay where they are; h is 1e-5 where none is given")
    grad = eval_numerical_gradient(lambda _: np.sum(x**3), x)
    checks.close("grad of an f that reads x itself", grad, 3 * start**2,
                 "move the entries of x, not those of a copy")
    checks.kept("x", x, start, "bit for bit: keep each entry's old value and write it back")
    whole = np.arange(24.0).reshape(2, 3, 4)
    view = whole[:, :1].T  # four by one by two, and not in one piece
    grad = eval_numerical_gradient(lambda _: np.sum(whole**2), view)
    checks.close("grad at a view of another array", grad, 2 * view,
                 "x.reshape and x.flatten may copy; index x itself, with as many axes as it has")

    def display(*what, **how):  # as good as print
        print(*what)

    display.display, printed = display, {}
    for verbose in (True, False):
        out, so_far = io.StringIO(), []  # how much was printed at each call of f, and at the end
        with (contextlib.redirect_stdout(out), contextlib.redirect_stderr(out),
              mock.patch.dict(globals(), display=display)):
            eval_numerical_gradient(lambda z: so_far.append(out.tell()) or np.sum(z), x, verbose)
        so_far.append(out.tell())
        printed[verbose] = len(set(so_far) - {0}), so_far[-1]
    checks.that(printed[True][0] >= x.size,
                "With verbose=True each entry is printed as it is measured; without, nothing is.")
    checks.that(printed[False][1] == 0 or printed[False][1] < printed[True][1],
                "As much is printed with verbose=False as with verbose=True.")

# %% [markdown]
# ### How small should the step be?
#
# Two errors pull in opposite directions. A central difference leaves out the third derivative, which costs
# about $\tfrac{1}{6} h^2 |f'''|$. And $f$ itself is rounded, to about $10^{-16} |f|$; the difference of two such
# numbers is divided by $2h$, which costs about $10^{-16} |f| / h$. Their sum is smallest near $h = 10^{-5}$, with
# about 10 digits right where $f$, $f'$ and $f'''$ are all of size 1. Much smaller steps leave fewer.

# %% demo="step_size"
steps, point = np.logspace(-13, -1, 60), np.array([0.8])
slopes = [eval_numerical_gradient(lambda z: np.sin(z[0]), point, h=h)[0] for h in steps]
errors = [abs(slope - np.cos(0.8)) for slope in slopes]
plt.figure(figsize=(6, 3.6), layout="constrained")
plt.loglog(steps, errors, "o", markersize=4, label="measured")
plt.loglog(steps, steps**2 / 6 * np.cos(0.8), "--", label=r"left out: $h^2 |f'''| / 6$")
plt.loglog(steps, 1.1e-16 * np.sin(0.8) / steps, ":", linewidth=2,
           label=r"rounded: $1.1 \cdot 10^{-16} |f| / h$")
plt.gca().set(xlabel="step h", ylabel="error of the slope", ylim=(1e-14, 1),
              title="Slope of sin at 0.8 by central differences")
plt.legend()
pictures.show(
    "Log-log plot. The error of the central difference falls as h squared from 1e-1 down to "
    "about h = 1e-5, then rises as 1/h with scatter."
)

# %% [markdown]
# *Figure 1. From right to left the error first falls as $h^2$, reaches its floor of about $10^{-11}$ near
# $h = 10^{-5}$, and rises again as $1/h$, where the rounding of $f$ takes over.*

# %% [markdown]
# ## 2. Measuring a layer
#
# A layer answers with an array, not with a number. All that it needs to know of the network above it is the
# upstream gradient. For a function $f$ we call it `df`, as one says `dout` for `out`: the derivative of the loss
# with respect to each entry of $f(x)$. By the chain rule the loss moves by what the entries of $f(x)$ move, each
# times its own entry of `df`, added up.
#
# $$\frac{\partial L}{\partial x_i} \approx \sum_k df_k\, \frac{f_k(x + h e_i) - f_k(x - h e_i)}{2h}$$
#
# with $f(x)$ and $df$ of one shape, any shape, and the result of the shape of $x$.
#
# A trap: some layers only look at $x$ differently. A layer that flattens, or transposes, returns a view of
# $x$, and a view follows when you change $x$ for the second measurement. Copy what you want to keep.

# %% [markdown]
# *5 points, about 15 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# It is the last question again, with an array in place of a number. What makes one number of it?
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# `f(x)` and `df` have one shape; their product, summed, is a number, and the result has the shape of `x`.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Take a copy of each `f(x)` before `x` moves on. Subtract first, multiply by `df`, then sum.
#
# </details>

# %% solution="eval_numerical_gradient_array_solution"
def eval_numerical_gradient_array(
    f: Callable[[np.ndarray], np.ndarray], x: np.ndarray, df: np.ndarray, h: float = 1e-5
) -> np.ndarray:
    """Measure the gradient of sum(df * f(x)) at x by central differences.

    f: takes x, returns an array; it may ignore its argument and read
    x itself, and may return a view of x.
    x: float64, of any shape; perturbed in place and left bit for bit as
    it was. It may be a view of another array.
    df: the upstream gradient, with the shape of f(x).
    h: the step to each side.
    Returns the gradient, with the shape of x.
    """
    ### BEGIN SOLUTION
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + h
        above = f(x).copy()
        x[index] = kept - h
        below = f(x).copy()
        x[index] = kept
        grad[index] = np.sum((above - below) * df) / (2 * h)
    return grad
    ### END SOLUTION


# %% test="eval_numerical_gradient_array" points=5
@checks.run
def check():
    x = np.array([[0.5, -1.0, 2.0], [1.5, 0.2, -0.3]])
    start, df = x.copy(), np.array([[1.0, -2.0], [0.5, 3.0]])
    grad = eval_numerical_gradient_array(lambda z: z**3, x, np.full((2, 3), 2.0), h=0.5)
    checks.close("grad of x**3 with df = 2 and h=0.5", grad, 6 * start**2 + 0.5,
                 "to both sides, times df, over 2h; the step is the argument h")
    grad = eval_numerical_gradient_array(lambda z: z**3, x, np.full((2, 3), 2.0))
    checks.close("grad of x**3 where h is left out", grad, 6 * start**2, "the step is then 1e-5")
    # neighbours in a row, multiplied: three entries make two
    grad = eval_numerical_gradient_array(lambda z: z[:, :2] * z[:, 1:], x, df)
    checks.close("grad of x[:, :2] * x[:, 1:]", grad, [[-1.0, -3.5, 2.0], [0.1, -0.15, 0.6]],
                 "weight each output by its own entry of df, then sum over all outputs")
    grad = eval_numerical_gradient_array(lambda _: x[:, :2] * x[:, 1:], x, df)
    checks.close("grad of an f that reads x itself", grad, [[-1.0, -3.5, 2.0], [0.1, -0.15, 0.6]],
                 "move the entries of x, not those of a copy")
    grad = eval_numerical_gradient_array(lambda z: z.T, x, np.arange(6.0).reshape(3, 2))
    checks.close("grad of x.T", grad, [[0, 2, 4], [1, 3, 5]],
                 "f returns x.T, a view: it changes with x unless you copy it")
    checks.kept("x", x, start, "bit for bit: keep each entry's old value and write it back")
    whole = np.arange(12.0).reshape(4, 3)
    grad = eval_numerical_gradient_array(lambda _: whole[1] ** 2, whole[1], np.array([1.0, 0, 2]))
    checks.close("grad at a row of another array", grad, [6, 0, 20],
                 "x may have one axis, or any number of them, and be a view")

# %% [markdown]
# ## 3. How far apart are two gradients?
#
# Are 0.001 and 0.002 close? They differ by little, and one is twice the other. What counts for gradients is
# the difference relative to their size, and we want to hear of the worst entry, not of the average one. Where
# both entries are (nearly) zero, a floor in the denominator keeps $0/0$ out.
#
# $$\mathrm{rel\_error}(x, y) = \max_i \frac{|x_i - y_i|}{\max(10^{-8},\; |x_i| + |y_i|)}$$
#
# with $x$ and $y$ of one shape, and a single number as the result: 0 for equal arrays, 1 where two entries
# have opposite signs or just one of them is zero.

# %% [markdown]
# *2 points, about 5 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Numerator and denominator are worked out entry by entry; only then comes the largest.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# Arrays of one shape become a single number.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# `np.maximum(1e-8, ...)` is the floor; `np.max` is the worst entry. They are two different functions.
#
# </details>

# %% solution="rel_error_solution"
def rel_error(x: np.ndarray, y: np.ndarray) -> float:
    """Return the largest relative error between the entries of x and y, two arrays of one shape."""
    ### BEGIN SOLUTION
    return np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)))
    ### END SOLUTION


# %% test="rel_error" points=2
@checks.run
def check():
    x, y = np.array([[100.0, -0.3], [0.0, 7.0]]), np.array([[101.0, -0.1], [0.0, 7.0]])
    error = rel_error(x, y)
    checks.shape("rel_error(x, y)", error, (), "one number: the worst entry")
    checks.close("rel_error(x, y)", error, 0.5,
                 "divide entry by entry, sum of absolute values below, then take the largest")
    checks.close("rel_error(y, x)", rel_error(y, x), 0.5, "neither of the two comes first")
    error = rel_error(np.array([1.0, 2.0, 2.0]), np.array([-0.5, 2.0, 2.0]))
    checks.close("rel_error of 1 and -0.5", error, 1.0, "take absolute values first, then add them")
    error = rel_error(np.array([3e-9]), np.array([1e-9]))
    checks.close("rel_error of 3e-9 and 1e-9", error, 0.2, "the denominator is never below 1e-8")

# %% demo="look_at_rel_error"
for a, b in [(1.0, 1.0 + 1e-9), (0.001, 0.002), (0.5, -0.5), (1e-12, 3e-12)]:
    print(f"{a:>8g} and {b:<12.10g} relative error {rel_error(np.array([a]), np.array([b])):.1e}")

# %% [markdown]
# ## 4. The affine layer
#
# An affine layer gives every output its own weighted sum of all inputs. An image $(d_1, \dots, d_k)$ is
# first laid out as a row of $D = d_1 \cdots d_k$ numbers; the cache keeps `x` with the shape it came in.
#
# $$\mathrm{out} = x_{\mathrm{flat}}\, w + b$$
#
# with $x$ of shape $(N, d_1, \dots, d_k)$, $x_{\mathrm{flat}}$ of shape $(N, D)$, $w$ of shape $(D, M)$, $b$
# of shape $(M,)$ and out of shape $(N, M)$. Return the output and the cache, both: if you return the output
# alone, `out, cache = ...` takes its *rows* apart, and where there are two of them nobody notices at once.

# %% [markdown]
# *5 points, about 20 minutes.*
#
# There are two functions to write; the formulas of the second stand between them.
#
# <details><summary>Hint: what to look at</summary>
#
# Forward: flatten, multiply, add. Backward: three gradients from one `dout`.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# $x_{\mathrm{flat}}$ is $(N, D)$; $dout\, w^\top$ too, and it must get the shape of $x$ back; the bias's
# gradient is $(M,)$.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# The same as in chapter 1, with `self` in front. Keep `x` as it came in the cache, and flatten it anew on the
# way back.
#
# </details>

# %% solution="affine_solution_1"
def affine_forward(self, x: np.ndarray, w: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, tuple]:
    """Compute an affine layer.

    x: inputs, (N, d1, ..., dk), with one axis or more after the first.
    w: weights, (D, M), where D = d1 * ... * dk.
    b: biases, (M,).
    Returns the outputs, (N, M), and the cache (x, w, b), with x in its own shape.
    """
    ### BEGIN SOLUTION
    out = x.reshape(len(x), -1) @ w + b
    return out, (x, w, b)
    ### END SOLUTION


# %% given="attach_affine_forward"
TwoLayerPerceptron.affine_forward = affine_forward

# %% [markdown]
# Backwards, each argument receives what it contributed. A weight $w_{dm}$ multiplied $x_{nd}$ on its way to
# out$_{nm}$, for every $n$, and so collects over the batch; a bias was added to every row, and collects the
# column.
#
# $$dx_{\mathrm{flat}} = dout\, w^\top, \qquad dw = x_{\mathrm{flat}}^\top\, dout, \qquad db_m = \sum_n dout_{nm}$$
#
# with $dout$ of shape $(N, M)$. Each gradient has the shape of what it is the gradient of: $dx$ that of $x$,
# with all its axes, $dw$ $(D, M)$ and $db$ $(M,)$.

# %% solution="affine_solution_2"
def affine_backward(self, dout: np.ndarray, cache: tuple) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compute the gradients of an affine layer.

    dout: upstream gradient, (N, M).
    cache: (x, w, b), as affine_forward returns it.
    Returns dx with the shape of x, dw (D, M) and db (M,).
    """
    ### BEGIN SOLUTION
    x, w, _ = cache
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(len(x), -1).T @ dout
    return dx, dw, dout.sum(axis=0)
    ### END SOLUTION


# %% given="attach_affine_backward"
TwoLayerPerceptron.affine_backward = affine_backward

# %% test="affine" points=5
@checks.run
def check():
    rng = np.random.RandomState(231)
    x, w, b, dout = rng.randn(10, 2, 3), rng.randn(6, 5), rng.randn(5), rng.randn(10, 5)
    before = x.copy(), w.copy(), b.copy(), dout.copy()
    out, cache = checks.parts("affine_forward", layers.affine_forward(x, w, b),
                              "out", "the cache (x, w, b)")
    checks.shape("out", out, (10, 5), "one row an example, one column an output")
    checks.close("out", out[:1],
                 [[-2.17606361, -2.12184729, 0.00900847, 2.20337442, -0.99083714]],
                 "each example becomes one row; its weighted sums, plus the bias of each column",
                 1e-7)
    checks.kept("x", x, before[0])
    checks.that(len(cache) == 3, f"the cache holds {len(cache)} things; expected (x, w, b)")
    for name, seen, given in zip(("x", "w", "b"), cache, before):
        checks.close(f"{name} in the cache", seen, given, "the cache is (x, w, b), as they came")
    dx, dw, db = layers.affine_backward(dout, (x, w, b))
    checks.shape("dx", dx, (10, 2, 3), "the shape of x itself")
    first = [[[5.06973048, 0.52895344, 1.22136172], [-0.19561005, 1.56951029, 3.72781223]]]
    checks.close("dx", dx[:1], first, "each entry of x collects from all outputs of its example",
                 1e-7)
    checks.shape("dw", dw, (6, 5), "one row an input, one column an output, as in w")
    checks.close("dw", dw[:1],
                 [[-2.37342917, -0.51198268, 0.31810037, 2.90403428, 1.06935402]],
                 "a sum over the batch, not a mean", 1e-7)
    checks.close("db", db, [-5.78588657, -2.14288946, -3.93648137, -4.10664587, -0.09253319],
                 "(M,), a sum over the batch, not a mean", 1e-7)
    for name, seen, was in zip(("x", "w", "b", "dout"), (x, w, b, dout), before):
        checks.kept(name, seen, was)
    # one example of three numbers, two outputs; whole numbers, but for a bias
    x, w, b = np.array([[2, -1, 3]]), np.array([[1, 0], [4, -2], [0, 5]]), np.array([10.5, -40])
    out, _ = layers.affine_forward(x, w, b)
    checks.close("out of a single example", out, [[8.5, -23]], "no size is written into the code")
    dx, dw, db = layers.affine_backward(np.array([[0.5, -1]]), (x, w, b))
    checks.close("dx of a single example", dx, [[0.5, 4, -5]], "the bias plays no part in it")
    checks.close("dw of a single example", dw, [[1, -2], [-0.5, 1], [1.5, -3]], "x times dout")
    checks.close("db of a single example", db, [0.5, -1], "(M,), one axis")

# %% demo="check_affine"
rng = np.random.RandomState(231)
x, w, b, dout = rng.randn(10, 2, 3), rng.randn(6, 5), rng.randn(5), rng.randn(10, 5)
grads = layers.affine_backward(dout, (x, w, b))
for name, at, analytic in zip(("dx", "dw", "db"), (x, w, b), grads):
    measured = eval_numerical_gradient_array(lambda _: layers.affine_forward(x, w, b)[0], at, dout)
    error = rel_error(measured, analytic)
    print(f"{name}: relative error against the numerical gradient {error:.1e}")

# %% [markdown]
# All three are about $10^{-10}$ or less. An affine layer is a straight line in each of its arguments, so the
# central difference leaves nothing out and only rounding remains. A mistake in a layer usually shows as an error
# above $10^{-4}$, often as one near 1.

# %% [markdown]
# ## 5. ReLU
#
# The rectifier cuts off what is negative (Glorot, Bordes and Bengio 2011; chapter 1). Backwards it is a gate:
# the upstream gradient passes where the *input* was positive and stops where it was negative. What it cached
# is the input itself.
#
# $$\mathrm{out}_i = \max(0, x_i), \qquad dx_i = \begin{cases} dout_i & x_i > 0 \\ 0 & x_i < 0 \end{cases}$$
#
# with $x$, out, $dout$ and $dx$ of one shape, any shape. At exactly 0 any slope from 0 to 1 will do; we never
# test it.

# %% [markdown]
# *3 points, about 10 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# The gate of the way back is set by the cache, the input of the way forward.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# One shape throughout, whatever it is.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# `np.maximum` forward; `dout` times a comparison backward. Both give new arrays.
#
# </details>

# %% solution="relu_solution_1"
def relu_forward(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute max(0, x), entry by entry. Returns out, with the shape of
    x, and the cache, which is x itself."""
    ### BEGIN SOLUTION
    return np.maximum(0, x), x
    ### END SOLUTION


# %% given="attach_relu_forward"
TwoLayerPerceptron.relu_forward = relu_forward


# %% solution="relu_solution_2"
def relu_backward(self, dout: np.ndarray, cache: np.ndarray) -> np.ndarray:
    """Compute the gradient of ReLU.

    dout: upstream gradient, of any shape; left as it was.
    cache: x, the input of relu_forward, of the same shape.
    Returns dx, of the same shape.
    """
    ### BEGIN SOLUTION
    return dout * (cache > 0)
    ### END SOLUTION


# %% given="attach_relu_backward"
TwoLayerPerceptron.relu_backward = relu_backward

# %% test="relu" points=3
@checks.run
def check():
    x = np.array([[-2.0, 0.5, 3.0], [0.1, -0.2, -7.0]])
    dout = np.array([[1.0, -4.0, 2.0], [-3.0, 5.0, -6.0]])
    before = x.copy(), dout.copy()
    out, cache = checks.parts("relu_forward", layers.relu_forward(x), "out", "the cache, which is x")
    checks.close("out", out, [[0, 0.5, 3.0], [0.1, 0, 0]],
                 "positive entries stay, negative ones become 0")
    checks.kept("x", x, before[0])
    checks.close("the cache", cache, before[0], "the cache is x itself, negative entries included")
    dx = layers.relu_backward(dout, x)
    checks.close("dx", dx, [[0, -4.0, 2.0], [-3.0, 0, 0]],
                 "dout where the input was positive, 0 where it was negative")
    checks.kept("x", x, before[0])
    checks.kept("dout", dout, before[1])
    # four numbers in a row, whole ones
    out, _ = layers.relu_forward(np.array([4, -1, 2, -3]))
    checks.close("out of four numbers in a row", out, [4, 0, 2, 0], "x has any number of axes")
    dx = layers.relu_backward(np.array([0.5, 0.25, -1.5, 1.0]), np.array([4, -1, 2, -3]))
    checks.close("dx where x holds whole numbers", dx, [0.5, 0, -1.5, 0], "fractions of dout are kept")

# %% demo="check_relu"
rng = np.random.RandomState(231)
x, dout = rng.randn(10, 10), rng.randn(10, 10)
measured = eval_numerical_gradient_array(lambda z: layers.relu_forward(z)[0], x, dout)
error = rel_error(measured, layers.relu_backward(dout, x))
print(f"dx: relative error against the numerical gradient {error:.1e}")

# %% [markdown]
# About $3 \cdot 10^{-12}$. Had one entry of $x$ lain within $h$ of zero, the two measurements would straddle
# the kink and the numerical slope would be neither 0 nor 1: a gradient check can fail a layer that is right.
# Look at the input before you doubt the layer.

# %% [markdown]
# ## 6. Where gradients vanish
#
# ReLU is one of many activation functions. The logistic sigmoid came before it, and the *leaky* ReLU,
# $\max(0.01\,x, x)$, after (Maas, Hannun and Ng 2013). Backwards, a layer multiplies the gradient that comes
# from above with the slope of its activation. Where that slope is close to zero, next to nothing arrives at
# the layers below, and they stop learning, however wrong they are.
#
# $$\sigma(x) = \frac{1}{1 + e^{-x}}, \qquad \sigma'(x) = {\sigma(x)\,(1 - \sigma(x))} \le \tfrac{1}{4}$$

# %% demo="activations"
z = np.linspace(-8, 8, 801)
sig = 1 / (1 + np.exp(-z))
curves = {"sigmoid": (sig, sig * (1 - sig)), "ReLU": (np.maximum(0, z), z > 0)}
curves["leaky ReLU"] = (np.maximum(0.01 * z, z), np.where(z > 0, 1, 0.01))
fig, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
for (name, pair), style in zip(curves.items(), ("C0-", "C1--", "k:")):
    for ax, curve in zip(axes, pair):
        ax.plot(z, curve, style, linewidth=2.2, label=name)
axes[0].set(title="activation", xlabel="x", ylabel="a(x)", ylim=(-0.4, 3))
axes[1].set(title="its derivative", xlabel="x", ylabel="a'(x)")
axes[1].legend(loc="center left")
pictures.show(
    "Two panels over x from -8 to 8. Left: sigmoid rises from 0 to 1, ReLU and leaky ReLU rise "
    "linearly for positive x. Right: the derivative of the sigmoid is a bump of height 1/4 "
    "around 0, those of ReLU and leaky ReLU step from 0 and 0.01 to 1."
)

# %% [markdown]
# *Figure 2. Three activation functions and their derivatives. On the left half ReLU and leaky ReLU can hardly
# be told apart by eye; their slopes there are 0 and 0.01.*
#
# **Question.** Which of the three, sigmoid, ReLU and leaky ReLU, have a gradient of zero or close to zero,
# and for which one-dimensional inputs? Say for each how small the gradient gets and what that means for a
# unit during training. A few sentences will do.

# %% [markdown]
# *4 points, about 15 minutes.*

# %% [markdown] written="vanishing" points=4
# ### BEGIN SOLUTION
# *Rubric.* Sigmoid, 2 points: vanishes for inputs far from zero (1) of either sign (1). ReLU, 1 point:
# exactly zero for every negative input. Leaky ReLU, 1 point: nowhere zero. Take half a point off where
# nothing is said about training.
#
# *Sample answer.* The sigmoid's gradient is $\sigma(x)(1 - \sigma(x))$: a quarter at 0, and close to zero for
# inputs far from zero on either side, 0.0066 at $\pm 5$ and 0.000045 at $\pm 10$. A saturated unit hardly
# learns, and a stack of layers multiplies such factors. ReLU's gradient is exactly zero for every negative
# input and 1 for every positive one. A unit whose input is negative for all examples gets no gradient at all
# and stays as it is. The leaky ReLU has slope 1 or 0.01, whatever the input, so its gradient never vanishes,
# though it is a hundred times smaller for negative inputs.
# ### END SOLUTION

# %% [markdown]
# In a deep stack these slopes multiply. Below, twenty affine layers of 100 units follow each other, weights
# drawn at a scale that suits the activation (Glorot and Bengio 2010; He and others 2015). A random gradient
# enters at the top and travels down through your `affine_backward`.

# %% demo="deep_stack"
def norms_on_the_way_down(act, slope, gain):
    rng, inputs = np.random.default_rng(0), []
    a, grad = rng.normal(size=(50, 100)), rng.normal(size=(50, 100))
    for _ in range(20):
        w = rng.normal(scale=np.sqrt(gain / 100), size=(100, 100))
        out, cache = layers.affine_forward(a, w, np.zeros(100))
        inputs, a = [*inputs, (out, cache)], act(out)
    norms = []
    for out, cache in reversed(inputs):
        grad = layers.affine_backward(grad * slope(out), cache)[0]
        norms.append(np.linalg.norm(grad))
    return norms


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


stacks = {
    "sigmoid": norms_on_the_way_down(sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z)), 1.0),
    "ReLU": norms_on_the_way_down(lambda z: np.maximum(0, z), lambda z: z > 0, 2.0),
    "leaky ReLU": norms_on_the_way_down(lambda z: np.maximum(0.01 * z, z),
                                        lambda z: np.where(z > 0, 1.0, 0.01), 2.0),
}
plt.figure(figsize=(7, 3.6), layout="constrained")
for (name, norms), style in zip(stacks.items(), ("C0o-", "C1s--", "k^:")):
    plt.semilogy(range(20, 0, -1), norms, style, markersize=5, label=name)
plt.gca().set(xlabel="layer (1 is next to the input)", ylabel="norm of the gradient",
              xticks=range(1, 21, 2))
plt.legend()
pictures.show(
    "Norm of the gradient at each of twenty layers, on a log scale. With the sigmoid it falls "
    "on a straight line from about 20 at layer 20 to about 2e-11 at layer 1. With ReLU and "
    "leaky ReLU it stays near 100 throughout."
)

# %% [markdown]
# *Figure 3. The norm of the gradient, layer by layer. Through each sigmoid it shrinks to about a quarter, so
# the first layer receives a millionth of a millionth of what entered at the top. ReLU and leaky ReLU keep its
# size. Bengio, Simard and Frasconi (1994) met this effect in recurrent networks; it is one reason why deep
# networks were long thought impossible to train.*

# %% [markdown]
# ## 7. The hinge loss
#
# The last affine layer gives every class a score. The *hinge loss* (Weston and Watkins 1999) asks that the
# right class be ahead of every other by a margin of 1. It is the loss of a support vector machine, and so the
# code calls it `svm`. A wrong class that is closer than that, or even ahead, costs what is missing; a wrong class
# that is beaten by more than 1 costs nothing.
#
# $$L = \frac{1}{N} \sum_n \sum_{j \ne y_n} \max(0, m_{nj}), \qquad m_{nj} = x_{nj} - x_{n y_n} + 1$$
#
# with scores $x$ of shape $(N, C)$ and labels $y$ of shape $(N,)$, integers from 0 to $C - 1$. Every
# $m_{nj} > 0$ with $j \ne y_n$ pushes its own score and pulls the right one:
#
# $$dx_{nj} = \tfrac{1}{N}\,[m_{nj} > 0] \;\; (j \ne y_n), \qquad dx_{n y_n} = -\sum_{j \ne y_n} dx_{nj}$$
#
# where $[\cdot]$ is 1 if true, else 0. A margin of exactly 0 is never tested.

# %% [markdown]
# *8 points, about 30 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Work out both rows of scores $(3, 1, 2.5)$ with label 0 and $(0, 4, -2)$ with label 2 on paper first.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# The right scores, `x[np.arange(N), y]`, are $(N,)$; as a column, $(N, 1)$, they can be taken from all
# scores.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Take all margins, $(N, C)$, cut them at 0, and set those of the labels to 0. Where a margin is positive `dx`
# is 1; the label's entry is minus the sum of its row; divide by $N$ at the end, as fractions.
#
# </details>

# %% solution="svm_loss_solution"
def svm_loss(self, x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Compute the multiclass hinge loss with a margin of 1, and its gradient.

    x: scores, (N, C); left as they were.
    y: labels, integers in 0..C-1, (N,).
    Returns the mean loss over the batch, one number, and dx, its gradient, (N, C).
    """
    ### BEGIN SOLUTION
    rows = np.arange(len(x))
    margins = np.maximum(0, x - x[rows, y][:, None] + 1)
    margins[rows, y] = 0
    dx = (margins > 0).astype(float)
    dx[rows, y] = -dx.sum(axis=1)
    return margins.sum() / len(x), dx / len(x)
    ### END SOLUTION


# %% given="attach_svm_loss"
TwoLayerPerceptron.svm_loss = svm_loss

# %% test="svm_loss" points=8
@checks.run
def check():
    x, y = np.array([[3.0, 1.0, 2.5], [0.0, 4.0, -2.0]]), np.array([0, 2])
    start = x.copy()
    value, dx = layers.svm_loss(x, y)
    checks.shape("the loss", value, (), "one number for the batch")
    checks.close("the loss", value, 5.25,
                 "(0.5 + 3 + 7) / 2: a class that is beaten by more than 1 costs nothing, and the "
                 "right class is not compared with itself")
    checks.close("dx", dx, [[-0.5, 0, 0.5], [0.5, 0.5, -1.0]],
                 "each violated margin: +1/N for its class, -1/N for the right one")
    checks.kept("x", x, start)
    # one example, four classes; whole numbers
    value, dx = layers.svm_loss(np.array([[2, 3, 0, 4]]), np.array([0]))
    checks.close("the loss of one example", value, 5, "2 + 0 + 3: the right class costs nothing")
    checks.close("dx of one example", dx, [[-2, 1, 0, 1]], "two classes push, one pulls twice")
    # three examples, two classes; whole numbers again, and thirds as the result
    value, dx = layers.svm_loss(np.array([[1, 4], [5, 2], [0, 3]]), np.array([0, 0, 1]))
    checks.close("the loss of whole numbers", value, 4 / 3, "(4 + 0 + 0) / 3")
    checks.close("dx of whole numbers", dx, [[-1 / 3, 1 / 3], [0, 0], [0, 0]],
                 "the scores are whole numbers, their gradient is not")
    rng = np.random.RandomState(231)
    value, _ = layers.svm_loss(0.001 * rng.randn(50, 10), rng.randint(10, size=50))
    checks.close("the loss of fifty near-zero rows", value, 8.999602749096233,
                 "nine wrong classes, each about 1; a mean over the batch", 1e-7)

# %% [markdown]
# ## 8. The softmax loss
#
# The *softmax loss* turns the scores of a row into probabilities and charges the negative logarithm of what
# the right class got. One number added to all scores of a row cancels in the fraction, so each row is shifted
# by its own largest score first; then no exponential overflows. Take the logarithm before the exponential can
# be rounded to 0, too: the scores $[1000, 0]$ with label 1 cost exactly 1000, though the probability of class
# 1 is too small for a floating-point number.
#
# $$L = -\frac{1}{N} \sum_n \log p_{n y_n}, \qquad \log p_{nj} = z_{nj} - \log \sum_k e^{z_{nk}}, \qquad z_{nj} = x_{nj} - \max_k x_{nk}$$
#
# with scores $x$, probabilities $p$ and $dx$ of shape $(N, C)$, labels $y$ of shape $(N,)$. The gradient is
# as short as any in this course; the question *Derive it* of chapter 1 has you work it out on paper, which is
# worth doing now if you have not:
#
# $$dx_{nj} = \tfrac{1}{N}\,(p_{nj} - [j = y_n])$$

# %% [markdown]
# *6 points, about 25 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Which of the steps could overflow, and which could take the logarithm of 0? The formula for $\log p$ avoids
# both.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# Maximum and sum of the rows are $(N, 1)$: `keepdims=True`.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Work out all $\log p$, $(N, C)$. The loss is minus the mean of the labels' entries; `dx` starts as the
# exponential of $\log p$.
#
# </details>

# %% solution="softmax_loss_solution"
def softmax_loss(self, x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Compute the cross-entropy of the softmax of the scores, and its gradient, for scores of any size.

    x: scores, (N, C); left as they were.
    y: labels, integers in 0..C-1, (N,).
    Returns the mean loss over the batch, one number, and dx, its gradient, (N, C).
    """
    ### BEGIN SOLUTION
    rows = np.arange(len(x))
    shifted = x - x.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dx = np.exp(log_probs)
    dx[rows, y] -= 1
    return -log_probs[rows, y].mean(), dx / len(x)
    ### END SOLUTION


# %% given="attach_softmax_loss"
TwoLayerPerceptron.softmax_loss = softmax_loss

# %% test="softmax_loss" points=6
@checks.run
def check():
    # probabilities 1/4 and 3/4, then 1/2 and 1/2, then 3/4 and 1/4
    x, y = np.log([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0]]), np.array([0, 1, 1])
    start = x.copy()
    value, dx = layers.softmax_loss(x, y)
    checks.shape("the loss", value, (), "one number for the batch")
    checks.close("the loss", value, (np.log(4) + np.log(2) + np.log(4)) / 3,
                 "minus the logarithm of what the label got, then the mean over examples")
    checks.close("dx times 3", 3 * np.asarray(dx), [[-0.75, 0.75], [0.5, -0.5], [0.75, -0.75]],
                 "p, less 1 at the label, over N; N is 3 here")
    checks.kept("x", x, start)
    # one example, four classes, whole numbers; then rows that lie far apart
    value, dx = layers.softmax_loss(np.array([[0, 0, 0, 0]]), np.array([2]))
    checks.close("the loss of four equal scores", value, np.log(4), "a guess among 4 costs log 4")
    checks.close("dx of four equal scores", dx, [[0.25, 0.25, -0.75, 0.25]], "1 less at the label")
    value, dx = layers.softmax_loss(np.array([[2000.0, 0, 0], [-1000.0] * 3]), np.array([1, 1]))
    checks.close("the loss of [2000, 0, 0] and [-1000, -1000, -1000]", value, (2000 + np.log(3)) / 2,
                 "shift each row by its own maximum; no log of a probability that is 0")
    checks.close("dx of [2000, 0, 0] and [-1000, -1000, -1000] times 6", 6 * np.asarray(dx),
                 [[3, -3, 0], [1, -2, 1]],
                 "shift each row by its own maximum")
    rng = np.random.RandomState(231)
    value, _ = layers.softmax_loss(0.001 * rng.randn(50, 10), rng.randint(10, size=50))
    checks.close("the loss of fifty near-zero rows", value, 2.302545844500738,
                 "close to log(10); a mean over the batch", 1e-7)

# %% demo="check_losses"
rng = np.random.RandomState(231)
x, y = 0.001 * rng.randn(50, 10), rng.randint(10, size=50)
for name, top in ("svm_loss", layers.svm_loss), ("softmax_loss", layers.softmax_loss):
    measured = eval_numerical_gradient(lambda z: top(z, y)[0], x)
    error = rel_error(measured, top(x, y)[1])
    print(f"{name}: relative error of dx against the numerical gradient {error:.1e}")

# %% [markdown]
# About $10^{-9}$ and $10^{-8}$, worse than the layers', and nothing is wrong. Section 1 predicts it: the loss
# is rounded to about $10^{-16} L$, which costs $10^{-16} L / h$ in the slope, here about $2 \cdot 10^{-11}$
# for the softmax loss. The entries of $dx$ for the wrong classes are only about $p / N = 0.002$, so the
# relative error is $10^{-8}$. A check that demanded $10^{-9}$ would fail a right solution: a tolerance must
# stay above what rounding alone can do.

# %% demo="two_losses"
grid = np.linspace(-4, 6, 201)
fig, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
for name, top, style in ("hinge", layers.svm_loss, "-"), ("softmax", layers.softmax_loss, "--"):
    # the right class scores s, the others 0 and 1
    answers = [top(np.array([[s, 0.0, 1.0]]), np.array([0])) for s in grid]
    axes[0].plot(grid, [value for value, _ in answers], style, label=name)
    axes[1].plot(grid, [dx[0, 0] for _, dx in answers], style, label=name)
axes[0].set(title="loss", xlabel="score of the right class", ylabel="loss of the row")
axes[1].set(title="its gradient", xlabel="score of the right class", ylabel="dx at the right class")
axes[0].legend()
pictures.show(
    "Two panels over the score of the right class. Left: the hinge loss falls in straight "
    "pieces and is zero from 2 on; the softmax loss falls smoothly and never reaches zero. "
    "Right: the hinge gradient jumps from -2 to -1 at 1 and to 0 at 2; the softmax gradient "
    "rises smoothly from -1 towards 0."
)

# %% [markdown]
# *Figure 4. One row with three scores; the wrong classes have 0 and 1, the right one moves along the axis.
# The hinge loss has a corner where each margin is met, at 1 and at 2, and is exactly zero from there on. The
# softmax loss never stops asking for more, ever more gently. For a score that is far too low the hinge loss
# pulls with both wrong classes, by 2, the softmax loss by 1 at most.*

# %% [markdown]
# ## 9. The network
#
# Now the parts come together. First the parameters: weights drawn from a normal distribution, `weight_scale`
# times a standard normal, and biases of zero. Small random weights make the hidden units differ from each
# other, and leave the scores near zero at the start.
#
# $$W_1: (D, H), \quad b_1: (H,), \quad W_2: (H, C), \quad b_2: (C,)$$
#
# Write them into `self.params` under the names W1, b1, W2 and b2. The same seed gives the same weights,
# another seed gives others. How you draw them is up to you.

# %% [markdown]
# *12 points, about 40 minutes.*
#
# There are two functions to write; what the second does stands between them.
#
# <details><summary>Hint: what to look at</summary>
#
# Draw the chain: affine, ReLU, affine, loss. What does each `backward` need, and who returns it?
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# The scores and their gradient are $(N, C)$, the hidden layer $(N, H)$; each gradient has the shape of its parameter.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Keep the three caches under three names. Go back in reverse order, and add `reg * W` to the two weight
# gradients at the very end. Penalty and gradient read the same `self.reg`.
#
# </details>

# %% solution="network_solution_1"
def init_params(
    self, input_dim: int, hidden_dim: int, num_classes: int, weight_scale: float, seed: int
) -> None:
    """Write the parameters into the dictionary self.params; __init__ calls this.

    W1 (D, H) and W2 (H, C) are weight_scale times a standard normal, b1 (H,) and b2 (C,) are
    zeros, where D is input_dim, H is hidden_dim and C is num_classes. The same seed gives the
    same weights, another seed others.
    """
    ### BEGIN SOLUTION
    rng = np.random.default_rng(seed)
    self.params["W1"] = weight_scale * rng.normal(size=(input_dim, hidden_dim))
    self.params["b1"] = np.zeros(hidden_dim)
    self.params["W2"] = weight_scale * rng.normal(size=(hidden_dim, num_classes))
    self.params["b2"] = np.zeros(num_classes)
    ### END SOLUTION


# %% given="attach_init_params"
TwoLayerPerceptron.init_params = init_params

# %% [markdown]
# Then the loss. The scores are affine, ReLU, affine; without labels they are the answer. With labels, `kind`
# chooses the loss on top, and an L2 penalty keeps the weights small; biases are not penalized. Then go back
# through the same layers in reverse order, each `backward` with the cache of its own `forward`.
#
# $$J = L(\mathrm{scores}, y) + {\tfrac{1}{2}\,\mathrm{reg} \left( \sum W_1^2 + \sum W_2^2 \right)}$$
#
# The factor $\tfrac12$ is there so that the penalty adds just $\mathrm{reg}\,W$ to the gradient of each
# weight matrix. Read the weights from `self.params` and the strength from `self.reg` anew at every call, and
# leave both as they are: updating the weights is the business of whoever trains the network.

# %% solution="network_solution_2"
def loss(
    self, X: np.ndarray, y: np.ndarray | None = None, kind: str = "softmax"
) -> np.ndarray | tuple[float, dict[str, np.ndarray]]:
    """Compute the scores of a batch or, with labels, the loss and its gradients.

    X: inputs, (N, D).
    y: labels, integers in 0..C-1, (N,), or None.
    kind: "softmax" or "svm", the loss on top of the scores.
    Returns the scores, (N, C), where y is None; otherwise the loss, one number, with the penalty
    self.reg / 2 * sum of squared weights, and a dictionary of gradients with the keys W1, b1, W2, b2.
    """
    ### BEGIN SOLUTION
    W1, W2 = self.params["W1"], self.params["W2"]
    hidden, affine1 = self.affine_forward(X, W1, self.params["b1"])
    active, relu = self.relu_forward(hidden)
    scores, affine2 = self.affine_forward(active, W2, self.params["b2"])
    if y is None:
        return scores
    top = self.svm_loss if kind == "svm" else self.softmax_loss
    value, dscores = top(scores, y)
    value = value + self.reg / 2 * (np.sum(W1**2) + np.sum(W2**2))
    dactive, dW2, db2 = self.affine_backward(dscores, affine2)
    _, dW1, db1 = self.affine_backward(self.relu_backward(dactive, relu), affine1)
    return value, {"W1": dW1 + self.reg * W1, "b1": db1, "W2": dW2 + self.reg * W2, "b2": db2}
    ### END SOLUTION


# %% given="attach_loss"
TwoLayerPerceptron.loss = loss

# %% [markdown]
# The check first looks at freshly drawn parameters, then at a network of two inputs, three hidden units and
# two classes, small enough to follow with a pencil.

# %% demo="draw_the_network"
diagrams.network(
    [[1, 0.5], [2.5, -1, 1.5], [2.5, 0, 1.5], [5.5, -1.5]],
    [[3, 4], [2, 0, 2], [2, -1.5, 2], [1, -1]],
    [[[1, -1, 0.5], [2, 1, 0]], None, [[1, -1], [0.5, 2], [2, 0]]],
    ["X", "affine", "ReLU", "affine: scores"],
    "A network of two inputs, three hidden units and two classes on one example with label 1. "
    "Forward: (1, 0.5), (2.5, -1, 1.5), (2.5, 0, 1.5), scores (5.5, -1.5). Back with the hinge "
    "loss: (1, -1), (2, -1.5, 2), (2, 0, 2), (3, 4).")

# %% [markdown]
# *Figure 5. The network of the check, with its first example, label 1 and the hinge loss, without penalty.
# Blue, in the circles: forward, from left to right; biases are (0.5, -0.5, 1) and (0, 1). Orange, below them:
# the gradients, from right to left. The second hidden unit is off, so nothing passes back through it. The
# gradient of a weight is the number at its left end times the gradient at its right end: 2.5 and -2.5 for the
# two weights of the topmost hidden unit.*

# %% test="network" points=12
@checks.run
def check():
    drawn = [TwoLayerPerceptron(200, 30, 5, weight_scale=0.01, seed=s).params for s in (3, 3, 4)]
    for name, size in ("W1", (200, 30)), ("b1", (30,)), ("W2", (30, 5)), ("b2", (5,)):
        checks.that(name in drawn[0], f"init_params wrote no {name} into self.params.")
        checks.shape(f"params['{name}']", drawn[0][name], size)
        if name in ("b1", "b2"):
            checks.close(f"params['{name}']", drawn[0][name], np.zeros(size), "biases start at zero")
            continue
        spread, within = np.std(drawn[0][name]) / 0.01, 6 / np.sqrt(2 * size[0] * size[1])
        checks.close(f"the standard deviation of {name} over weight_scale", spread, 1,
                     "weight_scale times a standard normal", within)
        checks.close(f"the mean of {name} over weight_scale", np.mean(drawn[0][name]) / 0.01, 0,
                     "a normal distribution around zero", 1.5 * within)
    checks.that(np.abs(drawn[0]["W1"]).max() > 0.025,
                "No weight of 6000 is larger than 2.5 weight_scale: is it a normal distribution?")
    for name in ("W1", "W2"):
        checks.that(np.array_equal(drawn[1][name], drawn[0][name]),
                    f"The same seed gave two different {name}: is the seed used?")
        checks.that(not np.array_equal(drawn[2][name], drawn[0][name]),
                    f"Two seeds gave the same {name}: is the seed used?")

    # two inputs, three hidden units, two classes; one example, then three
    small = TwoLayerPerceptron.__new__(TwoLayerPerceptron)
    small.reg = 0.1
    W1, b1 = np.array([[1.0, -1.0, 0.5], [2.0, 1.0, 0.0]]), np.array([0.5, -0.5, 1.0])
    W2, b2 = np.array([[1.0, -1.0], [0.5, 2.0], [2.0, 0.0]]), np.array([0.0, 1.0])
    small.params = {"W1": W1.copy(), "b1": b1.copy(), "W2": W2.copy(), "b2": b2.copy()}
    X, y = np.array([[1.0, 0.5], [-1.0, 1.0], [2.0, -1.0]]), np.array([1, 1, 0])
    checks.close("the scores", small.loss(X), [[5.5, -1.5], [3.25, 2.5], [4.5, 0.5]],
                 "affine, ReLU, affine, and no ReLU on the scores")
    value, grads = small.loss(X, y, "svm")
    checks.close("the svm loss", value, 3.25 + 0.875,
                 "the mean hinge loss plus 0.05 times the sum of the squared weights, no biases")
    expected = {"W2": [[4.3 / 3, -4.3 / 3], [0.55, -0.3], [2.6 / 3, -2 / 3]], "b2": [2 / 3, -2 / 3],
                "W1": [[0.1, 0.4, 0.05], [1.2, -0.4, 1.0]], "b1": [4 / 3, -0.5, 4 / 3]}
    for name, wanted in expected.items():
        checks.that(name in grads, f"The gradients have no {name}.")
        checks.close(f"grads['{name}']", grads[name], wanted,
                     "back through every layer in reverse; reg * W for weights alone")
    for name, was in ("W1", W1), ("b1", b1), ("W2", W2), ("b2", b2):
        checks.kept(f"params['{name}']", small.params[name], was, "loss only measures")
    checks.close("the softmax loss", small.loss(X, y)[0], 2.71864413 + 0.875,
                 "softmax is the default kind")
    small.reg = 0.0
    checks.close("the svm loss of one example with reg 0", small.loss(X[:1], y[:1], "svm")[0], 8.0,
                 "self.reg is read anew at every call")

# %% [markdown]
# ### Is the backward pass right?
#
# The numerical gradient needs two forward passes for every single weight; backpropagation needs one pass back
# for all of them. That is why one trains with the second and tests it with the first.

# %% demo="gradient_check"
rng = np.random.default_rng(1)
wide = TwoLayerPerceptron(20, 15, 6, weight_scale=0.3, reg=0.05)
X, y = rng.normal(size=(30, 20)), rng.integers(6, size=30)
value, grads = wide.loss(X, y)
measured = {name: eval_numerical_gradient(lambda _: wide.loss(X, y)[0], array)
            for name, array in wide.params.items()}
fig, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
for name, style in zip(measured, ("C0o", "C1s", "k^", "C4v")):
    exact, numeric = grads[name].ravel(), measured[name].ravel()
    error = [rel_error(a, b) for a, b in zip(exact, numeric)]
    axes[0].plot(exact, numeric, style, markersize=4, alpha=0.6, label=name)
    axes[1].loglog(np.abs(exact), error, style, markersize=4, alpha=0.6, label=name)
sizes = np.logspace(-5, 0, 2)
axes[1].loglog(sizes, 1.1e-16 * value / 1e-5 / (2 * sizes), "k--", label="rounding of the loss")
axes[0].set(xlabel="backpropagated", ylabel="measured", title="Every gradient, two ways")
axes[1].set(xlabel="size of the gradient", ylabel="relative error", title="What rounding leaves")
axes[1].legend(fontsize=8)
pictures.show(
    "Left: numerical against backpropagated gradients of all parameters, all on the diagonal. "
    "Right, log-log: their relative errors, between 1e-12 and 1e-7, rise as the gradient gets "
    "smaller and follow a dashed line of slope -1."
)

# %% [markdown]
# *Figure 6. Every gradient of a network of 20 inputs, 15 hidden units and 6 classes, by backpropagation and
# by experiment. Left, they agree to the eye. Right, the relative error grows as the gradient gets smaller,
# just as rounding of the loss predicts (dashed). Were a layer wrong, points would lie far above that line,
# whatever the size of the gradient.*

# %% [markdown]
# ## 10. Training on digits
#
# `digits.npz` holds 1797 handwritten digits of 8 by 8 pixels, grey values from 0 to 16. Stochastic gradient
# descent takes a hundred of them at a time and moves every parameter a little against its gradient; the
# network's own `loss` does all the work. The same network is trained once with each loss.

# %% demo="digits"
data = np.load("digits.npz")
order = np.random.default_rng(0).permutation(len(data["y"]))
images, digits = data["X"][order] / 16.0, data["y"][order]
X_train, y_train, X_valid, y_valid = images[:1300], digits[:1300], images[1300:], digits[1300:]
print("training", X_train.shape, "validation", X_valid.shape, "classes", np.unique(digits))


# %% demo="train"
def train(kind, reg=1e-3, rate=0.2, epochs=40, batch=100, weight_scale=0.05):
    net = TwoLayerPerceptron(64, 50, 10, weight_scale, reg)
    rng, history = np.random.default_rng(0), []
    parts = (X_train, y_train), (X_valid, y_valid)
    for _ in range(epochs):
        order = rng.permutation(len(X_train))
        for rows in np.split(order, range(batch, len(order), batch)):
            _, grads = net.loss(X_train[rows], y_train[rows], kind)
            for name in net.params:
                net.params[name] -= rate * grads[name]
        history.append([np.mean(net.loss(X).argmax(axis=1) == y) for X, y in parts])
    return net, np.array(history)


# %% demo="training_curves"
plt.figure(figsize=(7, 3.6), layout="constrained")
for kind, color in ("softmax", "C0"), ("svm", "C1"):
    _, history = train(kind)
    plt.plot(range(1, 41), history[:, 0], "--", color=color, label=f"{kind}, training")
    plt.plot(range(1, 41), history[:, 1], "-", color=color, label=f"{kind}, validation")
    print(f"{kind}: accuracy {history[-1, 0]:.3f} in training, {history[-1, 1]:.3f} in validation")
plt.gca().set(xlabel="epoch", ylabel="accuracy", ylim=(0.5, 1.01),
              title="One network, two losses, learning rate 0.2")
plt.legend()
pictures.show(
    "Accuracy over 40 epochs, in training and validation, for both losses. All four curves rise "
    "steeply in the first epochs and then flatten; the hinge loss is above the softmax loss."
)

# %% [markdown]
# *Figure 7. Accuracy in training and validation over 40 epochs. Both losses pass 0.96 in validation. The
# hinge loss gets there sooner: as Figure 4 shows, it pulls with every class that is too close, and with full
# force until the margin is met.*
#
# Is it the better loss, then? That was one learning rate. Here is another.

# %% demo="another_rate"
for kind in "softmax", "svm":
    for rate in 0.2, 0.5:
        net, history = train(kind, rate=rate)
        alive = (X_train @ net.params["W1"] + net.params["b1"] > 0).any(axis=0).sum()
        print(f"{kind:8} learning rate {rate}: validation accuracy {history[-1, 1]:.3f}, "
              f"{alive} of 50 hidden units alive")

# %% [markdown]
# At 0.5 the softmax network improves, and the hinge network ends at chance: within a few epochs its larger
# gradients have pushed every hidden unit below zero for every image. There the gradient of ReLU is zero, so
# nothing brings them back. These are the dead units of chapter 1, and section 6 in practice. A learning rate
# belongs to a loss; comparing two losses at one rate says little.

# %% [markdown]
# ### An experiment of your own
#
# Between 0.2 and 0.5 something happens to the hinge network. Where does it begin? Or does a stronger penalty
# `reg`, or another `weight_scale`, save it? Choose one, write down what you expect and why, then run it.
# Nobody grades this cell, unless your instructor says so.
#
# - *I change ..., and expect ..., because ...*
# - *What came: ...*
# - *What I would try next: ...*

# %% demo="your_experiment"
for rate in 0.3, 0.4:
    tried, history = train("svm", rate=rate, epochs=15)
    alive = (X_train @ tried.params["W1"] + tried.params["b1"] > 0).any(axis=0).sum()
    print(f"hinge loss, learning rate {rate}: {history[-1, 1]:.3f}, {alive} of 50 units alive")

# %% [markdown]
# ### Random sizes
#
# The hidden tests try sizes and numbers that the checks above don't. So can you. `properties.py` calls your
# functions with random sizes and holds them against what is true of *any* right answer: a gradient is the
# slope that is measured, an example alone gives what it gives in a batch, a shift of a row's scores changes
# no loss, equal scores cost what a guess costs, arguments stay as they were, whole numbers give what the same
# numbers give as floats. No right answer stands in that file. Where something is not true, it says what, and
# for which sizes. The check at the end of this notebook runs this cell, too.

# %% demo="try_random_sizes"
import properties


def some_affine(rng):
    N, first, second, M = rng.integers(1, 4, size=4)
    x = rng.normal(size=(N, first, second))
    return x, rng.normal(size=(first * second, M)), rng.normal(size=M)


def some_numbers(rng):
    return [rng.normal(size=rng.integers(1, 4, size=rng.integers(1, 4)))]


properties.layer("affine", lambda x, w, b: layers.affine_forward(x, w, b)[0],
                 lambda dout, x, w, b: layers.affine_backward(dout, (x, w, b)), some_affine)
properties.layer("ReLU", lambda x: layers.relu_forward(x)[0], layers.relu_backward, some_numbers)
properties.loss("svm_loss", layers.svm_loss, guess=lambda C: C - 1)
properties.loss("softmax_loss", layers.softmax_loss, guess=np.log)

# %% [markdown]
# ## What to take along
#
# - A numerical gradient is slow and nearly always right; backpropagation is fast and easily wrong in one of
#   its many lines. Check the second with the first.
# - A central difference with $h = 10^{-5}$ has an absolute error of about $10^{-11}$ times the size of the
#   loss. Demand no more of it, and look at the kinks before you doubt a layer.
# - A layer passes on its upstream gradient times its own slope. Where slopes are small, stacks forget; where
#   they are zero, units die.
# - The hinge loss is content once each margin is met; the softmax loss never is.
#
# In chapter 3, `faces_mlp`, a network with one more layer looks at faces, and we ask what it is unsure of.
#
# **References.** Bengio, Simard and Frasconi (1994), *Learning long-term dependencies with gradient descent
# is difficult*. Weston and Watkins (1999), *Support vector machines for multi-class pattern recognition*.
# Glorot and Bengio (2010), *Understanding the difficulty of training deep feedforward neural networks*.
# Glorot, Bordes and Bengio (2011), *Deep sparse rectifier neural networks*. Maas, Hannun and Ng (2013),
# *Rectifier nonlinearities improve neural network acoustic models*. He, Zhang, Ren and Sun (2015), *Delving
# deep into rectifiers*.

# %% [markdown]
# ## Before you hand it in
#
# Save the notebook, then run the cell below. It starts from a clean state, runs the cells in order, and says
# question by question what is done, what is not, and what is wrong and why. Run it when you are stuck, too.
# With `all=True` it runs training and demonstrations as well.

# %% demo="check_this_notebook"
import check_notebook

check_notebook.run()
