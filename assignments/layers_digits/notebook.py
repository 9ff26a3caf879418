# %% [markdown]
# # Layers, and a two-layer network on digits
#
# *Chapter 1 of 5. 50 points.*
#
# A neural network is a chain of simple functions, its *layers*. To train it we need two things from each:
# what it puts out, and how the loss answers when what went in changes a little. In this chapter you write
# three layers that give both, check each against a gradient that is measured instead of derived, and chain
# them into a network that reads handwritten digits.
#
# $$x \;\longrightarrow\; \text{affine} \;\longrightarrow\; \text{ReLU} \;\longrightarrow\; \text{affine} \;\longrightarrow\; \text{softmax loss} \;\longrightarrow\; L$$
#
# At the end it reads about 98 of 100 digits that it has never seen, after a few seconds of training, and you
# will have written every line that learns. We close with settings under which the very same code learns
# nothing, and with the reasons.

# %% [markdown]
# ## How to work
#
# Seven questions ask for code. Each is a cell with a signature and a docstring. Put your code where it says
# `raise NotImplementedError`, and keep the name, the arguments and what is returned. You may define helpers in
# the same cell. The cell below it is a check. JupyterLab shows it folded, for it may give away how to begin;
# click on it if you want to read it. It is silent when it finds nothing wrong, otherwise it says what it saw,
# what it expected, and what usually causes the difference. Where you are stuck, three hints unfold above the
# cell for your code, from a nudge to the idea; read the first, try again, and only then the next. Three more
# questions ask for a written answer, which a person reads.
#
# Hidden tests then try your code on other shapes and values. What they may try, for every function:
#
# - arguments are left as they were, and results are new arrays (a cache may hold the arguments themselves);
# - a batch may have one example only, and all sizes may differ from each other;
# - arrays of integers and of `float32` are as welcome as `float64`, and a result that is a fraction stays
#   one (mind that `np.zeros_like(x)` holds integers where `x` does; `np.zeros(x.shape)` does not);
# - a loop and a vectorized expression are equally right.
#
# Each part is tested by itself: a mistake in one layer costs nothing in the next.

# %% given="imports"
import os
from collections.abc import Callable

# Before NumPy is loaded: on matrices this small, threads cost more than they bring.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import matplotlib.pyplot as plt
import numpy as np

import checks
import diagrams
import pictures
import suspects
from gradient_check import (
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    load_digits,
    rel_error,
)

plt.style.use("tableau-colorblind10")

# %% [markdown]
# ## The digits
#
# The data are 1797 handwritten digits (Alpaydin and Kaynak 1998), each a picture of 8 x 8 pixels from 0,
# paper, to 1, ink. To a network a picture is a row of 64 numbers, so the data are a matrix `X` with one row
# an example, and a vector `y` of labels from 0 to 9. We train on 70 % of the rows, 1257, and keep 540 to test
# on. Guessing is right once in ten times.

# %% demo="look_at_digits"
X_train, y_train, X_test, y_test = load_digits()
fig, axes = plt.subplots(2, 12, figsize=(9, 2.1), layout="constrained")
for ax, image, label in zip(axes.flat, X_train, y_train):
    ax.imshow(image.reshape(8, 8), cmap="gray_r")
    ax.set_title(label, fontsize=10)
    ax.axis("off")
pictures.show(
    "Two rows of twelve handwritten digits, 8 by 8 pixels each, dark ink on white, each with "
    "its label above."
)

# %% [markdown]
# *Figure 1. The first 24 training digits, with their labels. At 8 x 8 pixels some are hard for a person too.*

# %% [markdown]
# ## Layers come in pairs
#
# Every layer in this course is a pair of functions.
#
# - `layer_forward(x, ...)` returns the output and a *cache*: what the way back will need.
# - `layer_backward(dout, cache)` is given `dout`, the gradient of the loss with respect to the layer's
#   output, and returns the gradients with respect to what went in.
#
# What connects them is the chain rule. Let $L$ be the loss, one number, and $i$ and $j$ run over all entries
# of $x$ and of the output, whatever their shapes. We write $dx$ for $\partial L / \partial x$ and $dout$ for
# $\partial L / \partial out$, as the code does.
#
# $$dx_i = \sum_j dout_j \, \frac{\partial out_j}{\partial x_i}$$
#
# Three things follow, and they catch most mistakes. A gradient has the shape of what it is the gradient of.
# What is used several times, as a weight is by every example, collects the *sum* of what comes back along
# each use. And a layer needs to know nothing about the layers above it but `dout`: so layers can be written,
# tested and chained one by one, from the loss back to the input. That is backpropagation (Rumelhart, Hinton
# and Williams 1986).
#
# The table of all $\partial out_j / \partial x_i$ is never built. For 100 examples with 64 inputs and 100
# outputs each it would have 64 million entries, nearly all of them zero. Each layer knows a shortcut for the
# sum, and finding it is what the next pages are about.
#
# Here is the pair for a layer that cubes its input. Entry $i$ of the output depends on entry $i$ of the input
# alone, so the sum has one term.

# %% demo="cube_layer"
def cube_forward(x):
    return x**3, x  # the output, and the cache


def cube_backward(dout, cache):
    return dout * 3 * cache**2


out, cache = cube_forward(np.array([1.0, -2.0, 0.5]))
print("out", out, "  dx", cube_backward(np.array([1.0, 1.0, 10.0]), cache))

# %% [markdown]
# Here is a whole network of such layers, small enough to follow with a pencil: two inputs, two hidden units,
# two classes, and one example with label 1. You will write every step of it.

# %% demo="draw_the_network"
diagrams.network(
    [[2, -1], [2, -3], [2, 0], [2, 0]], [[0.881, 0], [0.881, 0], [0.881, -2.64], [0.881, -0.881]],
    [[[1, -1], [0, 1]], None, [[1, 0], [-1, 2]]], ["x", "affine", "ReLU", "affine: scores"],
    "A network of three layers with two units each and biases of 0. Forward: x is (2, -1), the "
    "first affine layer gives (2, -3), ReLU (2, 0), the second affine layer the scores (2, 0). "
    "Back from the scores: (0.881, -0.881), then (0.881, -2.64), after ReLU (0.881, 0), and "
    "(0.881, 0) at x.")

# %% [markdown]
# *Figure 2. Forward, blue: the numbers in the circles, from left to right, with the weights on the edges and
# biases of 0. Back, orange: below each number the gradient of the loss with respect to it, from right to
# left. The way back begins at the scores, with what the loss sends down: 0.881 and -0.881, which section 6
# explains. A number that acts along several edges collects from all of them, as in* $0.881 \cdot (-1) - 0.881
# \cdot 2 = -2.64$*. The second hidden unit is negative, and ReLU lets nothing back through it.*

# %% [markdown]
# ## Measuring a gradient
#
# A backward function with a slip in it runs as smoothly as a right one, and the network often still learns a
# little. So we check it against a gradient that needs no calculus. Choose any `dout`, call $L = \sum_j
# dout_j\, out_j$ the loss, move one entry of $x$ by a small $h$ to either side and see how much $L$ changes:
#
# $$dx_i \approx \frac{L(x + h e_i) - L(x - h e_i)}{2h}$$
#
# where $e_i$ is 1 at entry $i$ and 0 elsewhere. This *central difference* is wrong by about $\tfrac{1}{6} h^2
# |L'''|$, because $h$ is not infinitely small, and by about $10^{-16} |L| / h$, because numbers are rounded.
# A step near $10^{-5}$ is a good compromise, and leaves 8 to 11 digits right.
#
# Why not train with it? It runs the network twice for every weight. Ours will have 7510 of them, and a
# backward pass gets all their gradients for the price of about two forward passes.
#
# Three helpers come with this notebook: `eval_numerical_gradient_array(f, x, dout)` measures a layer,
# `eval_numerical_gradient(f, x)` a function that returns one number, and `rel_error(a, b)` is the largest
# $|a - b| / \max(10^{-8}, |a| + |b|)$ over the entries, so that two zeros agree. Below $10^{-7}$ two gradients
# agree; above $10^{-4}$ one of them is wrong, unless the function has a kink, a place where its slope jumps,
# between $x - h$ and $x + h$.

# %% demo="step_sizes"
x, dout = np.array([0.7, -2.3, 0.4]), np.array([1.0, 1.0, 10.0])
for h in 1e-1, 1e-3, 1e-5, 1e-7, 1e-9, 1e-11:
    measured = eval_numerical_gradient_array(lambda x: cube_forward(x)[0], x, dout, h)
    error = rel_error(measured, cube_backward(dout, x))
    print(f"h = {h:.0e}   relative error of the cube layer's gradient {error:.1e}")

# %% [markdown]
# From top to bottom the error falls with $h^2$, is smallest at $10^{-5}$, and rises again as rounding takes
# over. Chapter 2 lets you write the measuring yourself.

# %% [markdown]
# ## 1. Affine layer, forward
#
# The workhorse. Each of its $M$ outputs is a weighted sum of all inputs, plus a bias of its own. The inputs
# of one example may come in any shape, such as an image with colours: flatten them to a row of $D = d_1 d_2
# \cdots d_k$ numbers first, in the order in which `reshape` reads them. Write `affine_forward`.
#
# $$out = \tilde{x}\, w + b, \qquad \text{entry by entry} \quad out_{nm} = \sum_d \tilde{x}_{nd}\, w_{dm} + b_m$$
#
# with $x$ of shape $(N, d_1, \dots, d_k)$, its flattened form $\tilde{x}$ of shape $(N, D)$, $w$ of shape
# $(D, M)$, $b$ of shape $(M,)$ and $out$ of shape $(N, M)$. The cache keeps the arguments as they came,
# because on the way back $dx$ must get the shape of $x$.
#
# A trap: return both, the output *and* the cache. With `out` alone, a line such as `out, cache =
# affine_forward(x, w, b)` need not fail: Python takes an array apart row by row, so two examples become one
# "output" and one "cache", and the error shows later and somewhere else.

# %% demo="draw_the_bias"
diagrams.broadcast(
    4, 3, "The bias, a row of three numbers, is repeated for each of the four rows of x w and added "
          "to it; on the way back its gradient is the sum over the rows.")

# %% [markdown]
# *Figure 3. NumPy adds an array of shape* $(M,)$ *to each row of one of shape* $(N, M)$*: it broadcasts. The
# bias has one axis in this chapter.*

# %% [markdown]
# *5 points, about 15 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# What is one example, and what becomes of its other axes?
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# $\tilde{x}$ is $(N, D)$, with $N$ = `len(x)`; let `reshape` find $D$ with -1. $(N, D)(D, M) + (M,)$ is $(N,
# M)$.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Flatten into a new name, so that the cache can hold `x` itself; one matrix product, one sum.
#
# </details>

# %% solution="affine_forward_solution"
def affine_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, tuple]:
    """Compute weighted sums of the inputs of each example, plus a bias.

    x: inputs, (N, d1, ..., dk) with k of 1 or more; D = d1 * ... * dk.
    w: weights, (D, M).
    b: biases, (M,).
    Returns out, (N, M), and the cache (x, w, b), x in the shape in which it came.
    """
    ### BEGIN SOLUTION
    out = x.reshape(len(x), -1) @ w + b
    return out, (x, w, b)
    ### END SOLUTION


# %% test="affine_forward" points=5
@checks.run
def check():
    x = np.linspace(-0.1, 0.5, 240).reshape(2, 4, 5, 6)
    w, b = np.linspace(-0.2, 0.3, 360).reshape(120, 3), np.linspace(-0.3, 0.1, 3)
    out, cache = checks.parts("affine_forward", affine_forward(x, w, b), "out", "the cache (x, w, b)")
    checks.shape("out", out, (2, 3), "one row an example, one column an output")
    expected = [[1.49834967, 1.70660132, 1.91485297], [3.25553199, 3.5141327, 3.77273342]]
    checks.close("out", out, expected,
                 "each example becomes one row; its weighted sums, plus the bias of each column", 1e-7)
    checks.shape("x in the cache", cache[0], (2, 4, 5, 6),
                 "keep x as it came: the flattened copy is for the product alone")
    # three examples of 2 x 2 numbers, and one output; whole numbers
    x, w, b = np.array([[[1, -2], [0, 3]], [[2, 0], [1, 1]], [[0, 1], [-1, 0]]]), [3, 1, -2, 1], 0.5
    out, cache = affine_forward(x, np.array(w)[:, None], np.array([b]))
    checks.close("out of three examples and one output", out, [[4.5], [5.5], [3.5]],
                 "no size is written into the code, and negative sums stay negative")
    out, cache = affine_forward(-x[:1], np.array(w)[:, None], np.array([b]))
    checks.close("out of a single example", out, [[-3.5]], "weighted sums may be negative")
    checks.that(len(cache) == 3, f"the cache holds {len(cache)} things; expected (x, w, b)")
    for name, seen, given in zip(("x", "w", "b"), cache, (-x[:1], np.array(w)[:, None], [b])):
        checks.close(f"{name} in the cache", seen, given, "the cache is (x, w, b), as they came")

# %% demo="look_at_affine"
pixels = X_train[:5].reshape(5, 8, 8)  # five pictures, not yet flattened
weights, biases = np.full((64, 3), 1 / 64), np.array([0.0, 1.0, 2.0])
out, cache = affine_forward(pixels, weights, biases)
print("five pictures", cache[0].shape, "become", out.shape, "with weights", weights.shape)
print("the mean grey value of each picture, plus 0, 1 and 2:", out.round(2), sep="\n")

# %% [markdown]
# ## 2. Affine layer, backward
#
# Where does the weight $w_{dm}$ act? In $out_{nm}$, for every example $n$, with slope $\tilde{x}_{nd}$. In
# the same way $\tilde{x}_{nd}$ acts in all outputs $m$ of its own example, with slope $w_{dm}$, and $b_m$ in
# every example, with slope 1. By the chain rule each of them collects, over all the entries of $out$ in which
# it acts, its slope times that entry of $dout$:
#
# $$d\tilde{x} = dout\; w^\top, \qquad dw = \tilde{x}^\top dout, \qquad db = \sum_n dout_n$$
#
# with $dout$ of shape $(N, M)$, $d\tilde{x}$ of shape $(N, D)$, $dw$ of shape $(D, M)$, $db$ of shape $(M,)$.
# Over the batch these are sums, not means: where a mean is wanted, the loss has already divided by $N$. Write
# `affine_backward`, and give $dx$ the shape of $x$.

# %% [markdown]
# **Question.** Why $\tilde{x}^\top dout$, and not some other product? Answer on paper first, in two steps.
#
# 1. *By shape.* $dw$ must have the shape of $w$. Of the products of $\tilde{x}$ and $dout$, transposed or not
#    and in either order, which exist for all $N$, $D$ and $M$, and which of them has that shape?
# 2. *By the chain rule.* Write $dw_{dm}$ as a sum over $n$ and $m'$, with $\partial out_{nm'} / \partial
#    w_{dm}$ worked out, and show that it is that product's entry $(d, m)$.

# %% [markdown]
# *2 points, about 10 minutes.*

# %% [markdown] written="shape_argument" points=2
# ### BEGIN SOLUTION
# *Rubric.* 1 point: by shape, with the shapes of the factors written down: of the products that exist, one is
# $(D, M)$. 1 point: the sum of the chain rule, with the terms $m' \ne m$ gone because their derivative is 0,
# and what is left recognised as an entry of the product. An argument with $N$, $D$ and $M$ in numbers earns
# the first point as well.
#
# *Sample answer.* $\tilde{x}$ is $(N, D)$ and $dout$ is $(N, M)$. A product exists where the inner sizes
# agree, for all $N$, $D$, $M$ only where both are $N$: $\tilde{x}^\top dout$, $(D, N)(N, M) = (D, M)$, and
# $dout^\top \tilde{x}$, $(M, D)$. Only the first has the shape of $w$. By the chain rule $dw_{dm} = \sum_n
# \sum_{m'} dout_{nm'}\, \partial out_{nm'} / \partial w_{dm}$. Since $out_{nm'} = \sum_{d'} \tilde{x}_{nd'}
# w_{d'm'} + b_{m'}$, this derivative is $\tilde{x}_{nd}$ where $m' = m$, and 0 elsewhere. So $dw_{dm} =
# \sum_n \tilde{x}_{nd}\, dout_{nm} = \sum_n (\tilde{x}^\top)_{dn}\, dout_{nm}$, the entry $(d, m)$ of
# $\tilde{x}^\top dout$.
# ### END SOLUTION

# %% [markdown]
# *7 points, about 20 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Three formulas above, three arrays to return. Which of them lives in the flattened world?
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# $dout\, w^\top$ is $(N, D)$ and must get the shape of $x$ back; $\tilde{x}^\top dout$ is $(D, M)$; the sum
# of `dout` over the axis of the examples is $(M,).$
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Flatten `x` again, exactly as on the way forward. Nothing is divided by $N$.
#
# </details>

# %% solution="affine_backward_solution"
def affine_backward(dout: np.ndarray, cache: tuple) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compute the gradients of the affine layer.

    dout: gradient of the loss with respect to the output, (N, M).
    cache: (x, w, b) as affine_forward got them; x is (N, d1, ..., dk), w (D, M), b (M,).
    Returns dx with the shape of x, dw (D, M) and db (M,).
    """
    ### BEGIN SOLUTION
    x, w, _ = cache
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(len(x), -1).T @ dout
    return dx, dw, dout.sum(axis=0)
    ### END SOLUTION


# %% test="affine_backward" points=7
@checks.run
def check():
    # two examples of 1 x 3 numbers, four outputs
    x = np.array([[[1.0, 2.0, 0.0]], [[0.0, -1.0, 3.0]]])
    w = np.array([[1.0, 0, 2, -1], [0, 3, 1, 1], [2, 1, 0, 5]])
    dout = np.array([[1.0, 0, -1, 2], [0, 2, 1, 1]])
    before = x.copy(), w.copy(), dout.copy()
    dx, dw, db = affine_backward(dout, (x, w, np.zeros(4)))
    checks.shape("dx", dx, (2, 1, 3), "dx has the shape of x itself")
    checks.close("dx", dx, [[[-3, 1, 12]], [[1, 8, 7]]],
                 "each entry of x collects from all outputs of its own example")
    checks.shape("dw", dw, (3, 4), "dw has the shape of w")
    checks.close("dw", dw, [[1, 0, -1, 2], [2, -2, -3, 3], [0, 6, 3, 3]],
                 "each weight collects from all examples: a sum over the batch, not a mean")
    checks.close("db", db, [1, 2, 0, 3], "one number an output, a sum over the batch, not a mean")
    for name, seen, was in zip(("x", "w", "dout"), (x, w, dout), before):
        checks.kept(name, seen, was)
    # one example of two numbers, three outputs; whole numbers, and a bias that is not zero
    cache = np.array([[2, -3]]), np.array([[1, 0, 4], [2, -1, 1]]), np.array([7, 8, 9])
    dx, dw, db = affine_backward(np.array([[0.5, 1, -1]]), cache)
    checks.close("dx of a single example", dx, [[-3.5, -1]], "the bias plays no part in it")
    checks.close("dw of a single example", dw, [[1, 2, -2], [-1.5, -3, 3]], "x times dout")
    checks.close("db of a single example", db, [0.5, 1, -1], "(M,), one axis")

# %% demo="look_at_affine_backward"
rng = np.random.default_rng(0)
x, w, b = rng.normal(size=(10, 2, 3)), rng.normal(size=(6, 5)), rng.normal(size=5)
dout = rng.normal(size=(10, 5))
for name, at, seen in zip(("dx", "dw", "db"), (x, w, b), affine_backward(dout, (x, w, b))):
    measured = eval_numerical_gradient_array(lambda _: affine_forward(x, w, b)[0], at, dout)
    error = rel_error(seen, measured)
    print(f"{name} {seen.shape}: relative error against the measured gradient {error:.0e}")

# %% [markdown]
# ## 3. ReLU, forward
#
# Two affine layers in a row are no more than one affine layer, since a weighted sum of weighted sums is a
# weighted sum. Something must bend between them. The *rectified linear unit* is the simplest bend there is,
# and it often works better than the smooth ones that came before it (Nair and Hinton 2010). Write
# `relu_forward`.
#
# $$out = \max(0, x)$$
#
# entry by entry, with $x$ and $out$ of the same shape, whatever it is. The cache is $x$ itself.

# %% [markdown]
# *2 points, about 5 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Which entries change, and to what?
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# The shape of `x`, with any number of axes.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# NumPy has a function of two arguments that takes the larger, entry by entry. Do not write into `x`.
#
# </details>

# %% solution="relu_forward_solution"
def relu_forward(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Replace negative entries by zero.

    x: inputs of any shape.
    Returns out, of the shape of x, and the cache, which is x itself.
    """
    ### BEGIN SOLUTION
    return np.maximum(x, 0), x
    ### END SOLUTION


# %% test="relu_forward" points=2
@checks.run
def check():
    x = np.linspace(-0.5, 0.5, 12).reshape(3, 4)
    out, cache = checks.parts("relu_forward", relu_forward(x), "out", "the cache, which is x")
    expected = [[0, 0, 0, 0], [0, 0, 0.04545455, 0.13636364],
                [0.22727273, 0.31818182, 0.40909091, 0.5]]
    checks.close("out", out, expected,
                 "negative entries become 0, the others stay what they are", 1e-7)
    checks.kept("x", x, np.linspace(-0.5, 0.5, 12).reshape(3, 4))
    checks.close("the cache", cache, x, "it is x itself, negative entries included")
    out, cache = relu_forward(np.array([[[-3], [0], [7]]]))  # three axes, whole numbers
    checks.close("out", out, [[[0], [0], [7]]], "any number of axes, and whole numbers too")
    checks.close("the cache", cache, [[[-3], [0], [7]]], "it is x itself")

# %% [markdown]
# ## 4. ReLU, backward
#
# Where the input was positive, the output moves along with it: slope 1. Where it was negative, the output
# stays 0 whatever the input does: slope 0. So the layer is a gate, which each entry of `dout` either passes
# or doesn't. The gate was set by the *input*; the sign of `dout` has no say. Write `relu_backward`, and mind
# that `dout` belongs to the caller.
#
# $$dx_i = \begin{cases} dout_i & \text{where } x_i > 0 \\ 0 & \text{where } x_i < 0 \end{cases}$$
#
# with $dout$, $x$ and $dx$ of the same shape. At 0 itself there is a kink, where either answer is accepted.

# %% [markdown]
# *4 points, about 10 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Where does the gate open? Look at the cache, not at `dout`.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# `dout`, the cache and the result all have one shape.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# A comparison gives an array of True and False, and multiplying by it keeps or removes. The product is a new
# array.
#
# </details>

# %% solution="relu_backward_solution"
def relu_backward(dout: np.ndarray, cache: np.ndarray) -> np.ndarray:
    """Compute the gradient of the ReLU layer.

    dout: gradient of the loss with respect to the output, of any shape; it is left as it was.
    cache: x, the input of relu_forward, of the same shape.
    Returns dx, of the same shape.
    """
    ### BEGIN SOLUTION
    return dout * (cache > 0)
    ### END SOLUTION


# %% test="relu_backward" points=4
@checks.run
def check():
    x = np.array([[-2.0, 3.0, 0.25], [4.0, -0.1, -6.0]])
    dout = np.array([[5.0, -7.0, 2.0], [3.0, -1.0, 8.0]])
    before = x.copy(), dout.copy()
    dx = relu_backward(dout, x)
    checks.close("dx", dx, [[0, -7, 2], [3, 0, 0]],
                 "dout where x is positive, 0 elsewhere: the gate is set by x, not by dout")
    checks.kept("x", x, before[0])
    checks.kept("dout", dout, before[1])
    dx = relu_backward(np.array([0.5, 0.25, -1.5, 1.0]), np.array([3, -1, 2, -4]))
    checks.close("dx where x holds whole numbers", dx, [0.5, 0, -1.5, 0],
                 "one axis is a shape too; fractions of dout are kept")

# %% demo="look_at_relu"
x, dout = np.linspace(-2, 2, 400), np.cos(6 * np.linspace(-2, 2, 400))
fig, (left, right) = plt.subplots(1, 2, figsize=(9, 2.8), layout="constrained")
left.plot(x, relu_forward(x)[0])
left.set(title="relu_forward", xlabel="x", ylabel="out")
right.plot(x, dout, ":", label="dout, from above")
right.plot(x, relu_backward(dout, x), label="dx, passed on")
right.set(title="relu_backward", xlabel="x", ylim=(-1.1, 2.1))
right.legend(loc="upper left")
pictures.show(
    "Left: ReLU is zero for negative inputs and a straight line of slope one for positive ones. "
    "Right: a wave as upstream gradient is passed where the input is positive and set to zero "
    "where it is negative."
)

# %% [markdown]
# *Figure 4. ReLU in both directions. Left, the output against the input. Right, a wave comes back from above
# as `dout` (dotted); `dx` is that wave where $x$ is positive and 0 where it is negative.*

# %% [markdown]
# ## 5. Break the checker
#
# You trust a layer because a check found nothing. But a check is code too, and one that never complains looks
# just like one that finds nothing. There is a way to tell them apart: hand the check layers that are wrong on
# purpose, and see which of them *survive* (DeMillo, Lipton and Sayward 1978). Now you write the check, and we
# hand it the layers.
#
# Write `check_layer` for layers that work entry by entry, as the cube and ReLU do. It is given the two
# functions of a layer and nothing else; which inputs it tries is up to you. With $x$ of shape $(N, D)$, one
# row an example, and `out, cache = forward(x)`, a right `dx = backward(dout, cache)` has the shape of $x$
# and, for every $x$ and $dout$,
#
# $$dx_i = dout_i \, \frac{\partial out_i}{\partial x_i}$$
#
# - On a right layer it ends without an error. The outputs of a right layer may be very large or very small,
#   and it may have a kink at 0, where no measured slope is right.
# - On a wrong layer it raises an error, as `assert` does. A wrong gradient may be off by as little as 0.3 %,
#   may be wrong for some inputs only, may have another shape, or may not be a number at all.
#
# The helpers of *Measuring a gradient* are at hand.

# %% [markdown]
# *4 points, about 25 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Think of a wrong layer, such as one that forgets `dout`. For which `x` and `dout` does it look right? Do not
# try those alone.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# Several examples with several entries each, such as $(4, 5)$, for `x` and for `dout`. Random numbers have
# both signs, and none of them is exactly 0.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Measure with `eval_numerical_gradient_array`, compare with `rel_error`, and assert that the error *is
# small*: a comparison with a number that is none is never true, so asking whether it is large lets NaN pass.
#
# </details>

# %% solution="check_layer_solution"
def check_layer(forward: Callable, backward: Callable) -> None:
    """Test a layer that works entry by entry.

    forward: takes x, (N, D), and returns out, (N, D), and a cache.
    backward: takes dout, (N, D), and that cache, and returns dx, (N, D).
    Raises an error where dx is not the gradient, and returns nothing.
    """
    ### BEGIN SOLUTION
    rng = np.random.default_rng(0)
    x, dout = rng.normal(size=(4, 5)), rng.normal(size=(4, 5))
    _, cache = forward(x)
    measured = eval_numerical_gradient_array(lambda x: forward(x)[0], x, dout)
    assert rel_error(backward(dout, cache), measured) < 1e-5
    ### END SOLUTION


# %% test="check_layer" points=4
@checks.run
def check():
    refused, survivors = suspects.refused(check_layer), suspects.survivors(check_layer)
    checks.that(not refused, " ".join(refused) + " A right layer should pass.")
    checks.that(not survivors, f"Wrong layers that survive: {len(survivors)} of {len(suspects.WRONG)}. "
                "check_layer lets a layer pass " + "; one ".join(survivors) + ".")

# %% [markdown]
# No check finds everything. Here is a wrong layer that nearly every check lets pass. Can you write another
# one that survives your own check?

# %% demo="a_survivor"
def wrong_far_out(dout, cache):
    return cube_backward(dout, cache) * (np.abs(cache) < 100)


try:
    check_layer(cube_forward, wrong_far_out)
    print("A gradient that is 0 beyond 100 survives: the check did not look so far out.")
except Exception as error:
    print(f"A gradient that is 0 beyond 100 is found: {type(error).__name__}.")

# %% [markdown]
# ## 6. Softmax loss
#
# The last affine layer puts out a score for each class. *Softmax* turns a row of scores into probabilities,
# by exponentiating and dividing by the sum of the row; the *cross-entropy* loss is minus the logarithm of the
# probability that the right class got. A sure and right answer costs nothing, a guess among $C$ classes costs
# $\log C$, and a wrong answer costs the more the surer it was.
#
# $$P_{ij} = \frac{e^{x_{ij}}}{\sum_k e^{x_{ik}}}, \qquad L = -\frac{1}{N} \sum_i \log P_{i y_i}$$
#
# with scores $x$ of shape $(N, C)$, $P$ of the same shape, and labels $y$ of shape $(N,)$, integers from 0 to
# $C - 1$.
#
# ### Stable for any scores
#
# $e^{x}$ overflows at about $x = 710$. But adding one number to all scores of a row changes nothing, since it
# cancels in the fraction. So subtract the row's own maximum $m_i = \max_k x_{ik}$: the largest exponent
# becomes 0. A second trap remains. With scores $[1000, 0]$ and label 1, the right class has a probability so
# small that it is rounded to 0, and its logarithm is $-\infty$, though the loss is simply 1000. Take the
# logarithm on paper, before anything is rounded:
#
# $$-\log P_{ij} = \log \Big( \sum_k e^{x_{ik} - m_i} \Big) - (x_{ij} - m_i)$$
#
# ### The gradient
#
# It is the best-known gradient of the field: what the network said minus what it should have said.
#
# $$dx_{ij} = \frac{1}{N} \left( P_{ij} - [\,j = y_i\,] \right)$$
#
# where the bracket is 1 if it holds and else 0. Figure 2 begins its way back with it: the scores $(2, 0)$ give
# $P = (0.881, 0.119)$, and with label 1 that leaves $(0.881, -0.881)$. There is no `dout`, because the loss is
# the end of the chain.
# Write `softmax_loss`, which returns loss and gradient together.

# %% [markdown]
# **Question.** Derive it, on paper, once in your life. Take a single example with scores $x_1, \dots, x_C$
# and label $y$, so that $L = -\log P_y$.
#
# 1. Write $L$ as a difference, so that no fraction is left.
# 2. Differentiate both terms with respect to $x_j$, for $j = y$ and for $j \ne y$.
# 3. Say where the $1/N$ comes from, and why each row of $dx$ sums to 0.

# %% [markdown]
# *3 points, about 15 minutes.*

# %% [markdown] written="softmax_gradient" points=3
# ### BEGIN SOLUTION
# *Rubric.* 1 point: $L = \log \sum_k e^{x_k} - x_y$. 1 point: the derivative of the first term is $e^{x_j} /
# \sum_k e^{x_k} = P_j$ for every $j$, that of the second 1 at $j = y$ and 0 elsewhere. 1 point: the mean of
# the batch gives $1/N$ (half a point), and a row sums to 0 because the probabilities sum to 1 and the label
# takes 1 away, or because a shift of all scores does not change the loss (half a point). The quotient rule on
# $P_y$, with its two cases, is as good.
#
# *Sample answer.* $L = -\log \big( e^{x_y} / \sum_k e^{x_k} \big) = \log \sum_k e^{x_k} - x_y$. The
# derivative of the first term with respect to $x_j$ is, by the chain rule, $\frac{1}{\sum_k e^{x_k}} \cdot
# e^{x_j} = P_j$, whether $j$ is the label or not. The second term has the derivative 1 where $j = y$, and 0
# elsewhere. Together $\partial L / \partial x_j = P_j - [\,j = y\,]$. The loss of a batch is the mean of the
# losses of its rows, and $x_{ij}$ is in one of them only: so $dx_{ij} = (P_{ij} - [\,j = y_i\,]) / N$. The
# $P_{ij}$ of a row sum to 1 and the bracket takes away 1, so a row of $dx$ sums to 0. It has to: one number
# added to all scores of a row leaves the loss as it was.
# ### END SOLUTION

# %% [markdown]
# *9 points, about 35 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Follow the formula of *Stable for any scores* for one row on paper, with scores 1000 and 0.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# The maximum and the sum of each row are $(N, 1)$: `keepdims=True`. `P[np.arange(N), y]` is the label's entry
# of each row, $(N,)$.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Work out the logarithms of all probabilities first, $(N, C)$; the loss is a mean of some of them, and `dx`
# starts as their exponential.
#
# </details>

# %% solution="softmax_loss_solution"
def softmax_loss(x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Compute the mean cross-entropy of softmax probabilities and its gradient, for scores of any size.

    x: scores, (N, C); left as they were.
    y: labels, (N,), integers from 0 to C - 1.
    Returns the loss, a number, and dx, (N, C).
    """
    ### BEGIN SOLUTION
    rows = np.arange(len(x))
    shifted = x - x.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dx = np.exp(log_probs)
    dx[rows, y] -= 1
    return -log_probs[rows, y].mean(), dx / len(x)
    ### END SOLUTION


# %% test="softmax_loss" points=9
@checks.run
def check():
    # probabilities 1/4 and 3/4, then 1/2 and 1/2, then 3/4 and 1/4
    x, y = np.log([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0]]), np.array([0, 1, 1])
    start = x.copy()
    loss, dx = softmax_loss(x, y)
    checks.shape("the loss", loss, (), "one number for the batch")
    checks.close("the loss", loss, (np.log(4) + np.log(2) + np.log(4)) / 3,
                 "minus the logarithm of what the label got, then the mean over examples")
    checks.shape("dx", dx, (3, 2), "the shape of x")
    checks.close("dx", 3 * dx, [[-0.75, 0.75], [0.5, -0.5], [0.75, -0.75]],
                 "this is dx times 3, the number of examples: is dx divided by it?")
    checks.kept("x", x, start)
    # one example, four classes, then rows that lie far apart
    loss, dx = softmax_loss(np.array([[0, 0, 0, 0]]), np.array([2]))
    checks.close("the loss of four equal scores", loss, np.log(4), "a guess among 4 costs log 4")
    checks.close("dx of four equal scores", dx, [[0.25, 0.25, -0.75, 0.25]], "1 less at the label")
    loss, dx = softmax_loss(np.array([[2000.0, 0, 0], [-1000.0] * 3]), np.array([1, 1]))
    checks.close("the loss of [2000, 0, 0] and [-1000, -1000, -1000]", loss, (2000 + np.log(3)) / 2,
                 "each row is shifted by its own maximum; no logarithm of a rounded 0")
    checks.close("dx of [2000, 0, 0] and [-1000, -1000, -1000] times 6", 6 * np.asarray(dx),
                 [[3, -3, 0], [1, -2, 1]],
                 "each row is shifted by its own maximum")
    x, y = np.random.default_rng(2).normal(size=(5, 3)), np.array([0, 2, 1, 1, 2])
    measured = eval_numerical_gradient(lambda x: softmax_loss(x, y)[0], x, 1e-2)
    checks.close("dx", softmax_loss(x, y)[1], measured,
                 "expected is the slope of your own loss, measured: dx is not its gradient", 1e-4)

# %% demo="look_at_softmax_loss"
lead = np.linspace(-6, 6, 121)
both = [softmax_loss(np.array([[d, 0.0]]), np.array([0])) for d in lead]
plt.figure(figsize=(6, 3), layout="constrained")
plt.plot(lead, [loss for loss, _ in both], label="loss")
plt.plot(lead, [dx[0, 0] for _, dx in both], "--", label="its gradient, dx of the right class")
plt.gca().set(xlabel="score of the right class minus score of the other",
              title="Softmax loss of two classes")
plt.legend()
pictures.show(
    "The loss of two classes against the lead of the right class: a line of slope minus one "
    "while the lead is negative, bending to zero; the gradient goes from minus one to zero."
)

# %% [markdown]
# *Figure 5. While the right class is behind, the loss is nearly a straight line and pulls with full strength, 1.
# Once the right class leads by a few units, the loss is almost 0 and so is the pull. At equal scores the
# loss is $\log 2 = 0.69$.*

# %% [markdown]
# ## 7. Training a two-layer network
#
# All parts are there. The network has $H$ hidden units, and its forward pass is your layers in a row. The
# next cell gives it for measuring, when no caches are needed; in training you will want them.

# %% given="two_layer_scores"
def two_layer_scores(X: np.ndarray, params: dict[str, np.ndarray]) -> np.ndarray:
    """Return the scores of the network, (N, C), for inputs X, (N, D)."""
    pre_activation, _ = affine_forward(X, params["W1"], params["b1"])
    hidden, _ = relu_forward(pre_activation)
    scores, _ = affine_forward(hidden, params["W2"], params["b2"])
    return scores


# %% [markdown]
# **Stochastic gradient descent.** The gradient over all training rows says best where downhill is, but that
# over a random *minibatch* of 100 is a good enough guess for a fraction of the price (Robbins and Monro
# 1951). So every step draws a new batch, runs it forward, then backward layer by layer in reverse order, each
# layer's `dx` being the `dout` of the layer before, and moves every parameter against its gradient:
#
# $$\theta \leftarrow \theta - \mathrm{learning\_rate} \cdot d\theta, \qquad \theta \in \{W_1, b_1, W_2, b_2\}$$
#
# with $W_1$ of shape $(D, H)$, $b_1$ $(H,)$, $W_2$ $(H, C)$, $b_2$ $(C,)$, and $d\theta$ the gradient of the
# batch's *mean* loss.
#
# **The start.** Biases are zero, weights `std` times draws from a standard normal distribution. They must
# differ from each other: hidden units that start alike get the same gradient, and stay alike for ever.
#
# **Watching.** Along the way, record how the network does on the test part, against the labels `y_test`. A
# test loss against the network's own predictions falls just as prettily, but it tells how sure the network
# is, not how right. If you record every tenth step only, record the last step too: after a run of two steps
# each list has at least two entries.
#
# Write `train_two_layer`. Leave the defaults as they are.

# %% [markdown]
# *10 points, about 45 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# One step, in order: draw row numbers; forward through four layers, keeping each cache; backward through the
# same four in reverse; update four arrays.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# Hidden: $(B, H)$; scores: $(B, C)$; each gradient has the shape of its parameter. $C$ is the largest label
# plus 1.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Compute all gradients before you update anything: the way back needs the weights of the way forward. Make
# one generator from `seed`, and draw weights and batches from it.
#
# </details>

# %% solution="train_two_layer_solution"
def train_two_layer(
    X_train: np.ndarray,
    y_train: np.ndarray,
    X_test: np.ndarray,
    y_test: np.ndarray,
    hidden: int = 100,
    learning_rate: float = 0.5,
    iters: int = 1000,
    batch_size: int = 100,
    std: float = 0.05,
    seed: int = 0,
) -> tuple[dict[str, np.ndarray], dict[str, list[float]]]:
    """Train affine, ReLU, affine, softmax loss by plain minibatch SGD.

    X_train (N, D), y_train (N,): what to learn from. Labels are integers from
    0 to C - 1; find C in y_train, where every class occurs.
    X_test, y_test: to measure on, never to learn from.
    hidden: number of hidden units, H.
    learning_rate: factor of the gradient in each step; 0 leaves the network at its start.
    iters: number of steps, 1 or more.
    batch_size: rows in a batch, drawn at random from all N, anew in every
    step, with or without replacement; at most N.
    std: standard deviation of the initial weights.
    seed: of all that is random. The same seed gives the same result
    whenever it is used, another seed another.

    Returns params, a dict of "W1" (D, H), "b1" (H,), "W2" (H, C), "b2" (C,), and history, a
    dict of the lists "train_loss" (of the batch, or of the whole training part), "test_loss"
    and "test_accuracy" (share of right answers). Record every step or some, before or after
    its update: the lists have the same length, and at least two entries, from the first and
    the last step, whenever iters is 2 or more.
    """
    ### BEGIN SOLUTION
    rng = np.random.default_rng(seed)
    D, C = X_train.shape[1], y_train.max() + 1
    W1, b1 = std * rng.standard_normal((D, hidden)), np.zeros(hidden)
    W2, b2 = std * rng.standard_normal((hidden, C)), np.zeros(C)
    params = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
    history = {"train_loss": [], "test_loss": [], "test_accuracy": []}
    for _ in range(iters):
        batch = rng.integers(len(X_train), size=batch_size)
        pre_activation, cache1 = affine_forward(X_train[batch], W1, b1)
        h, cache_relu = relu_forward(pre_activation)
        scores, cache2 = affine_forward(h, W2, b2)
        loss, dscores = softmax_loss(scores, y_train[batch])

        dh, dW2, db2 = affine_backward(dscores, cache2)
        _, dW1, db1 = affine_backward(relu_backward(dh, cache_relu), cache1)
        for theta, gradient in ((W1, dW1), (b1, db1), (W2, dW2), (b2, db2)):
            theta -= learning_rate * gradient

        test_scores = two_layer_scores(X_test, params)
        history["train_loss"].append(loss)
        history["test_loss"].append(softmax_loss(test_scores, y_test)[0])
        history["test_accuracy"].append(np.mean(test_scores.argmax(axis=1) == y_test))
    return params, history
    ### END SOLUTION


# %% test="train_two_layer" points=10
@checks.run
def check():
    # The start
    X, y = np.random.default_rng(5).normal(size=(6, 40)), np.array([2, 0, 1, 2, 1, 0])
    runs = [train_two_layer(X, y, X, y, hidden=60, learning_rate=0.0, iters=2, batch_size=3,
                            std=0.3, seed=s)[0]["W1"] for s in (0, 0, 1)]
    checks.that(0.27 < runs[0].std() < 0.33,
                f"With std 0.3 the standard deviation of W1 is {runs[0].std():.3f}. "
                "Is W1 std times a standard normal, whatever its shape?")
    checks.that(np.abs(runs[0]).max() > 0.66,
                "No weight of 2400 is larger than 2.2 standard deviations: "
                "is it a normal distribution?")
    checks.that(np.array_equal(runs[0], runs[1]),
                "The same seed gives different weights: draw all from np.random.default_rng(seed).")
    checks.that(not np.allclose(runs[0], runs[2]), "Two seeds give the same weights: use seed.")

    # Every row is the same x, so that of a batch only its labels matter. What does one step do?
    x, rate = np.array([1.0, -2.0, 0.5]), 0.4
    X, y = np.tile(x, (8, 1)), np.arange(8) % 4
    small = {"hidden": 5, "batch_size": 6, "std": 0.8, "iters": 1}
    start, _ = train_two_layer(X, y, X[:3], y[:3], learning_rate=0.0, **small)
    for name, size in ("W1", (3, 5)), ("b1", (5,)), ("W2", (5, 4)), ("b2", (4,)):
        checks.shape(name, start[name], size, "3 inputs, 5 hidden units, labels from 0 to 3")
    kept = {name: value.copy() for name, value in start.items()}
    checks.close("[b1, b2] at the start", [*kept["b1"], *kept["b2"]], np.zeros(9), "biases are zero")
    end, _ = train_two_layer(X, y, X[:3], y[:3], learning_rate=rate, **small)
    step = {name: (end[name] - kept[name]) / rate for name in kept}
    hidden = np.maximum(x @ kept["W1"], 0)
    probs = np.exp(hidden @ kept["W2"]) / np.exp(hidden @ kept["W2"]).sum()
    count = 6 * (step["b2"] + probs)  # how often each label was drawn
    checks.that(np.abs(count - count.round()).max() < 1e-6 and count.min() > -0.5,
                "b2 did not move by learning_rate times (labels - probabilities), a mean over the "
                "batch. Is the gradient subtracted, once, and is it that of the mean loss?")
    checks.close("(the change of W2) / learning_rate", step["W2"], np.outer(hidden, step["b2"]),
                 "the hidden activations times what moved b2")
    back = (kept["W2"] @ step["b2"]) * (hidden > 0)
    checks.close("(the change of b1) / learning_rate", step["b1"], back,
                 "back through W2 as it was in the forward pass, then through ReLU")
    checks.close("(the change of W1) / learning_rate", step["W1"], np.outer(x, back),
                 "the inputs times what moved b1")

    # The batches: weights of zero, one row a batch; b2 rises for the label that was drawn
    X, y = np.eye(6), np.arange(6)
    drawn = [train_two_layer(X, y, X, y, iters=1, batch_size=1, std=0.0, seed=s)[0]["b2"].argmax()
             for s in range(150)]
    checks.that(len(set(drawn)) > 1,
                f"150 seeds begin with the same row, {drawn[0]}: draw the batch at random.")
    checks.that(len(set(drawn)) == 6,
                f"150 seeds begin with {len(set(drawn))} of 6 rows alone: draw from all rows.")
    runs = [[train_two_layer(X[:3], y[:3], X[:3], y[:3], iters=steps, batch_size=1, std=0.0,
                             seed=s)[0]["b2"] for steps in range(1, 10)] for s in range(5)]
    order = [np.diff(b2, axis=0, prepend=np.zeros((1, 3))).argmax(axis=1).tolist() for b2 in runs]
    checks.that(any(rows != rows[:3] * 3 for rows in order),
                f"With five seeds, three rows come in the same order three times, first {order[0]}: "
                "draw every batch anew.")

    # A whole run: the class is the largest of three columns, and all test labels are wrong
    X = np.random.default_rng(3).normal(size=(60, 4))
    y, before = X[:, :3].argmax(axis=1), X.copy()
    wrong = (y + 1) % 3
    _, history = train_two_layer(X, y, before, wrong, hidden=30, learning_rate=1.0, iters=100,
                                 batch_size=20, std=0.1)
    checks.kept("X_train", X, before)
    train_loss, test_loss, accuracy = (history[name] for name in
                                       ("train_loss", "test_loss", "test_accuracy"))
    checks.that(len(train_loss) == len(test_loss) == len(accuracy) > 1,
                f"The lists of history have {len(train_loss)}, {len(test_loss)} and {len(accuracy)} "
                "entries: as many in each, and at least two.")
    checks.that(train_loss[-1] < 0.4,
                f"The train loss ends at {train_loss[-1]:.3g}, though a first step goes the "
                "right way; below 0.4 is usual. Are all iters steps made, each on a new batch of rows "
                "with their own labels, and along the gradient of that batch alone?")
    checks.that(test_loss[-1] > 2,
                f"All test labels here are wrong, yet the test loss ends at {test_loss[-1]:.3g}. "
                "Is it measured on X_test, against y_test?")
    checks.that(0 <= accuracy[-1] < 0.2,
                f"All test labels here are wrong, yet the accuracy ends at {accuracy[-1]:.3g}. "
                "Is it measured on X_test, against y_test?")
    _, history = train_two_layer(X, y, X[:50], y[:50], hidden=30, learning_rate=1.0, iters=100,
                                 batch_size=20, std=0.1)
    checks.that(0.8 < history["test_accuracy"][-1] <= 1,
                f"The test accuracy ends at {history['test_accuracy'][-1]:.3g}; expected more than "
                "0.8, and at most 1: it is a share of all test rows.")

# %% [markdown]
# ### What it learns
#
# Now the digits. Before the first step no class is better than another, so the loss must start near $\log
# 10 = 2.303$ and the accuracy near 0.1. If it doesn't, something is wrong before training begins.

# %% demo="train_on_digits"
params, history = train_two_layer(X_train, y_train, X_test, y_test)
fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
steps = np.linspace(1, 1000, len(history["test_loss"]))
left.plot(steps, history["train_loss"], linewidth=0.8, alpha=0.7, label="training")
left.plot(steps, history["test_loss"], label="test")
left.set(xlabel="step", ylabel="loss", yscale="log")
left.legend()
right.plot(steps, history["test_accuracy"])
right.set(xlabel="step", ylabel="test accuracy", ylim=(0, 1),
          title=f"ends at {history['test_accuracy'][-1]:.3f}")
pictures.show(
    f"Left: training and test loss start at {history['test_loss'][0]:.1f} and end at "
    f"{history['train_loss'][-1]:.3f} and {history['test_loss'][-1]:.3f}. Right: the test accuracy "
    f"starts at {history['test_accuracy'][0]:.2f} and ends at {history['test_accuracy'][-1]:.3f}."
)

# %% [markdown]
# *Figure 6. Left, the loss on a logarithmic axis. The training loss is that of one batch at a time, so it
# jumps; the test loss is measured on all 540 test digits and jumps less. The test accuracy passes 0.95 within
# about 100 steps and ends near 0.98. Towards the end the training loss still falls while the test loss hardly
# does: the network has begun to learn the training digits by heart.*

# %% demo="look_at_weights"
tiles = params["W1"].T.reshape(10, 10, 8, 8)
tiles = np.pad(tiles, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=np.nan)
limit = np.quantile(np.abs(params["W1"]), 0.99)  # a few weights are larger still
plt.figure(figsize=(6.4, 5.6), layout="constrained")
plt.imshow(tiles.transpose(0, 2, 1, 3).reshape(100, 100), cmap="PuOr_r", vmin=-limit, vmax=limit)
plt.colorbar(label="weight", shrink=0.8, extend="both")
plt.axis("off")
pictures.show(
    "A grid of ten by ten small images, the first-layer weights of each hidden unit in orange "
    "and purple; most show blobs and strokes, about a quarter only pale noise."
)

# %% [markdown]
# *Figure 7. The weights of each of the 100 hidden units, laid out like the pixels that they multiply. Ink on
# an orange pixel excites the unit, ink on a purple one silences it. Many respond to a stroke in one place and
# its absence beside it. About a quarter are pale and look like noise, as all of them did at the start: these
# have learned little, or nothing at all.*

# %% demo="confusion_matrix"
predicted = two_layer_scores(X_test, params).argmax(axis=1)
counts = np.zeros((10, 10), dtype=int)
np.add.at(counts, (y_test, predicted), 1)
plt.figure(figsize=(4.6, 4.4), layout="constrained")
plt.imshow(np.sqrt(counts), cmap="Blues")
for label, guess in np.argwhere(counts > 0):
    color = "white" if label == guess else "black"
    plt.text(guess, label, counts[label, guess], ha="center", va="center", color=color)
plt.gca().set(xlabel="predicted", ylabel="label", xticks=range(10), yticks=range(10),
              title="540 test digits")
pictures.show(
    "Confusion matrix of the ten digits: about fifty right answers for each digit on the "
    "diagonal, the few errors off it."
)

# %% [markdown]
# *Figure 8. The confusion matrix: how often the digit of each row was read as the digit of each column. What
# is right stands on the diagonal. The shade follows the square root of the count, so that single errors can
# be seen.*

# %% demo="digits_it_gets_wrong"
wrong = np.flatnonzero(predicted != y_test)[:12]
fig, axes = plt.subplots(1, len(wrong), figsize=(9, 1.4), squeeze=False, layout="constrained")
for ax, i in zip(axes.flat, wrong):
    ax.imshow(X_test[i].reshape(8, 8), cmap="gray_r")
    ax.set_title(f"is {y_test[i]}\nread {predicted[i]}", fontsize=9)
    ax.axis("off")
pictures.show(
    "The test digits that the network gets wrong, each with its label and the prediction above."
)

# %% [markdown]
# *Figure 9. Test digits that it reads wrongly, up to twelve of them. Would you have read the label?*

# %% [markdown]
# ## Settings under which nothing happens
#
# An older version of this exercise set both `std` and `learning_rate` to $10^{-4}$. Many students then
# searched for a mistake in code that was right. Here are four runs of *your* code.

# %% demo="settings"
plt.figure(figsize=(7, 3.2), layout="constrained")
for rate, std, style in (0.5, 0.05, "-"), (0.5, 1e-4, "--"), (1e-4, 0.05, "-."), (1e-4, 1e-4, ":"):
    _, run = train_two_layer(X_train, y_train, X_test, y_test,
                             learning_rate=rate, iters=250, batch_size=32, std=std)
    losses = run["test_loss"]
    label = f"learning_rate {rate:g}, std {std:g}: ends at {losses[-1]:.3f}"
    plt.plot(np.linspace(1, 250, len(losses)), losses, style, linewidth=2, label=label)
plt.gca().set(xlabel="step", ylabel="test loss", ylim=(0, 2.5))
plt.legend(fontsize=9, loc="upper right", bbox_to_anchor=(1, 0.9))
pictures.show(
    "Test loss over 250 steps for four settings. With learning rate 0.5 and std 0.05 it falls "
    "at once; with learning rate 0.5 and std 1e-4 it stays at 2.3 for about 70 steps and then "
    "falls; with learning rate 1e-4 it stays at 2.3 throughout, whatever std."
)

# %% [markdown]
# *Figure 10. Test loss under four settings. With learning rate 0.5 the network learns, about 70 steps later
# when its weights start tiny. The two curves with learning rate $10^{-4}$ lie on top of each other at 2.3.*
#
# Tiny weights alone cost a pause. Near zero the gradient of $W_1$ is proportional to $W_2$, and that of $W_2$
# to the hidden activations, so to $W_1$: the smaller both are, the slower both move. They grow by the same
# *factor* in every step, invisibly at first, and the pause ends when learning rate times steps has reached
# about 35. At rate 0.5 that takes 70 steps. At rate $10^{-4}$ it takes more than 300,000; and with pixels
# from 0 to 16, as the exercise had them, still more than 10,000.
#
# So before you doubt your code, see whether the loss starts at $\log C$, whether it moves *at all* (print
# more digits), and try the learning rate in steps of 10. Raise it until the loss jumps about, then go back a
# little.

# %% [markdown]
# ### An experiment of your own
#
# How few hidden units are enough? How large may the learning rate be? Choose one setting of
# `train_two_layer`, write down what you expect, run it with two seeds, and compare. Nobody grades this cell,
# unless your instructor says so.
#
# - *I change ..., and expect ..., because ...*
# - *What came, seed by seed: ...*
# - *Larger than the difference between the seeds? ...*

# %% demo="your_experiment"
for hidden in 5, 100:
    ends = [train_two_layer(X_train, y_train, X_test, y_test, hidden=hidden, iters=400, seed=seed)
            for seed in (0, 1)]
    print(f"{hidden} hidden units:", *(f"{run['test_accuracy'][-1]:.3f}" for _, run in ends))

# %% [markdown]
# ## 8. Units that die
#
# One can also go too far. Here is the same network with the same settings, but the pixels run from 0 to 16
# instead of 0 to 1. All gradients of $W_1$ are then 16 times as large, and the first steps throw the weights
# far off.

# %% demo="pixels_to_16"
too_far, losses = train_two_layer(16 * X_train, y_train, 16 * X_test, y_test, iters=100)
answers = two_layer_scores(16 * X_test, too_far).argmax(axis=1)
print(f"highest test loss {max(losses['test_loss']):.0f}, last {losses['test_loss'][-1]:.3f}")
often = np.bincount(answers)
print(f"{often.max()} of {len(answers)} test digits are read as a {often.argmax()}")

# %% [markdown]
# The loss leaps up, comes back to about $\log 10$, and stays there, however long one trains. The network has
# one answer for all pictures, or nearly all.
#
# **Question.** What happens in training to a ReLU unit whose input is negative for every example: to its
# output, to its weights, to its chance of recovering? And how would you see it in the gradients that your
# functions return? A few sentences will do.

# %% [markdown]
# *4 points, about 15 minutes.*

# %% [markdown] written="dead_units" points=4
# ### BEGIN SOLUTION
# *Rubric.* What happens, 2 points: the output is always 0, so the unit contributes nothing (1); no gradient
# passes, its incoming weights and bias are never changed again, and so it stays dead (1). How to see it, 2
# points: `relu_backward` gives a column of zeros for the unit in every batch (1); hence the unit's column of
# `dW1` and its entry of `db1` are exactly zero, step after step (1; "its row of `dW2`" is accepted as well).
# Take off 1 point where "small" is said in place of zero.
#
# *Sample answer.* Its output is 0 for every example, so the layers above don't notice it. On the way back
# ReLU's slope is 0 for each example, and nothing reaches the unit's incoming weights or bias. They stay as
# they are, so the input stays negative: the unit is dead and, as its inputs are fixed data, can't come back.
# In the gradients `relu_backward` returns a column of zeros, whatever `dout` is, and therefore the unit's
# column of `dW1` and its entry of `db1` are exactly 0 in every batch. Its row of `dW2` is 0 too, because its
# activation is. Counting the columns of `dW1` that are zero over a whole pass through the data counts the
# dead units. In the run above nearly all 100 died in the first steps: little but `b2` still learns, and it
# learns how often each digit occurs.
# ### END SOLUTION

# %% [markdown]
# ### Random sizes
#
# The hidden tests try sizes and numbers that the checks above don't. So can you. `properties.py` calls your
# functions with random sizes and holds them against what is true of *any* right answer: a gradient is the
# slope that is measured, an example alone gives what it gives in a batch, twice the `dout` gives twice the
# gradient, equal scores cost what a guess costs, arguments stay as they were, whole numbers give what the
# same numbers give as floats. No right answer stands in that file. Where something is not true, it says what,
# and for which sizes. The check at the end of this notebook runs this cell, too.

# %% demo="try_random_sizes"
import properties


def some_affine(rng):
    N, first, second, M = rng.integers(1, 4, size=4)
    x = rng.normal(size=(N, first, second))
    return x, rng.normal(size=(first * second, M)), rng.normal(size=M)


def some_numbers(rng):
    return [rng.normal(size=rng.integers(1, 4, size=rng.integers(1, 4)))]


properties.layer("affine", lambda x, w, b: affine_forward(x, w, b)[0],
                 lambda dout, x, w, b: affine_backward(dout, (x, w, b)), some_affine)
properties.layer("ReLU", lambda x: relu_forward(x)[0], relu_backward, some_numbers)
properties.loss("softmax_loss", softmax_loss, guess=np.log)

# %% [markdown]
# ## Where this goes
#
# You have the scheme that all networks share: layers that know their own derivative, a loss at the end, a
# gradient check for each part, and a loop that draws, runs forward, runs backward and steps. Chapter 2 puts
# the same layers into a class, has you write the gradient check itself, and sets a second loss beside
# softmax. Later chapters add depth, momentum, regularization and convolution. None of them changes the
# scheme.
#
# **References.** Alpaydin and Kaynak (1998), *Optical recognition of handwritten digits*, UCI repository.
# DeMillo, Lipton and Sayward (1978), *Hints on test data selection: help for the practicing programmer*.
# Nair and Hinton (2010), *Rectified linear units improve restricted Boltzmann machines*. Robbins and Monro
# (1951), *A stochastic approximation method*. Rumelhart, Hinton and Williams (1986), *Learning
# representations by back-propagating errors*.

# %% [markdown]
# ## Before you hand it in
#
# Save the notebook, then run the cell below. It starts from a clean state, runs the cells in order, and says
# question by question what is done, what is not, and what is wrong and why. Run it when you are stuck, too.
# With `all=True` it runs training and demonstrations as well.

# %% demo="check_this_notebook"
import check_notebook

check_notebook.run()
