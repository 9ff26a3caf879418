# %% [markdown]
# # Neural networks for recognition
#
# *Chapter 5 of 5. 75 points.*
#
# In this last chapter you write a network that tells four kinds of points apart, from the first random number
# to the last update, and you write the tool that shows whether its gradients can be trusted. On the way you
# build the layer that the recognition of images rests on, the convolution, forwards and backwards.
#
# | questions | what you build |
# | --- | --- |
# | 1 and 2 | the start: weights and biases |
# | 3 to 6 | the way forward: activations, layers, probabilities, a loss |
# | 7 | the way back: the gradients of a layer |
# | 8 and 9 | convolution, both ways |
# | 10 and 11 | batches and training |
# | 12 | a check of all gradients by central differences |
# | 13 | a network that reads digits, with your convolution in it |
#
# The appendix, in a notebook of its own, derives the formulas. Only NumPy and matplotlib are needed. At the
# end your convolution reads the handwritten digits of chapter 1, with a network of your own parts, and you
# look at what it has learned to look for.
#
# The earlier chapters are not needed. If you come from them: what they call `dout` or $g_y$, the gradient of
# the loss with respect to what a layer puts out, is `delta` here, and the loss of a batch is a sum here, not
# a mean.

# %% [markdown]
# ## How a network is kept
#
# A network is one dictionary, `params`. Every function is told the name of its layer and finds there what it
# needs:
#
# - `"W" + name`: the weights, written by `initialize_weights` and later by `train`;
# - `"b" + name`: the biases, written by the same;
# - `"cache_" + name`: what the layer keeps of its forward pass, written by `forward` and `conv_forward`;
# - `"grad_W" + name` and `"grad_b" + name`: the gradients of the loss, written by `backwards`, `conv_backward` and
#   `central_differences_gradient`.
#
# So the weights of the layer `"output"` are `params["Woutput"]`, and their gradient is
# `params["grad_Woutput"]`. A key that begins with W or b and holds no underscore is a parameter, so the name
# of a layer holds no underscore either. A layer may have the empty name, and its keys are then `"W"`, `"b"`,
# `"cache_"`, `"grad_W"` and `"grad_b"`.

# %% [markdown]
# ## How to work
#
# Put your code where it says `raise NotImplementedError`, and keep names, arguments and results as they are
# described; helpers of your own in the same cell are welcome. Where you are stuck, hints unfold above the cell
# for your code, from a nudge to the idea. The cell below your code is a check, which JupyterLab shows folded;
# click on it if you want to read it. It is silent when it finds nothing wrong. The first question and the last
# ask for a written answer, which a person reads. Hidden tests then try your code on other shapes and values,
# and for every function they may try these:
#
# - arguments are left as they were, apart from the keys of `params` that the question says are written;
# - a batch may hold a single example, and all sizes may differ from one another;
# - integers and `float32` are as welcome as `float64`, and a result that is a fraction stays one (mind that
#   `np.zeros_like(X)` holds integers where `X` does; `np.zeros(X.shape)` does not).
#
# Loops and vectorized expressions are equally right, and a warning costs nothing. Each part is judged by
# itself: a mistake in one does not cost points in the next.

# %% given="imports"
import matplotlib.pyplot as plt
import numpy as np

import checks

plt.style.use("tableau-colorblind10")

# %% demo="drawing"
import diagrams
import figures  # draws the pictures below

# %% [markdown]
# Four activations and their derivatives are given. Note what a derivative here is a function of: **the
# activation's output**. The slope of $\tanh$ at $z$ is $1 - \tanh^2 z$, that is $1 - a^2$ with $a = \tanh z$;
# since $a$ is kept anyway, nothing is computed twice.

# %% given="activations"
def linear(X):
    return X


def linear_deriv(post_act):
    return np.ones(np.shape(post_act))


def tanh(X):
    return np.tanh(X)


def tanh_deriv(post_act):
    return 1 - post_act**2


def relu(X):
    return np.maximum(X, 0)


def relu_deriv(post_act):
    return (post_act > 0).astype(float)


def sigmoid_deriv(post_act):
    return post_act * (1 - post_act)


# %% [markdown]
# ## 1. A network of zeros
#
# The plainest start is to set every weight and every bias to zero. Take a network with one hidden layer of
# sigmoid units, a softmax at its output and plain gradient descent. For a batch $X$, with one row an
# example, one-hot labels $y$ and the sum of the cross-entropies as the loss, it computes
#
# $$A = \sigma(X W_1 + b_1), \qquad P = \mathrm{softmax}(A W_2 + b_2)$$
#
# and the gradients, which questions 6 and 7 come back to, are
#
# $$\frac{\partial L}{\partial W_2} = A^\top (P - y), \qquad \Delta = (P - y)\, W_2^\top \odot A (1 - A), \qquad
# \frac{\partial L}{\partial W_1} = X^\top \Delta$$
#
# where $\odot$ multiplies entry by entry; the gradients of $b_2$ and $b_1$ are the sums of the rows of $P -
# y$ and of $\Delta$.
#
# **Question.** Why is this a bad place to start from? What can such a network output after training, however
# long it is trained? Follow the numbers through one forward and one backward pass: what do the hidden units
# have in common, and what can change that?

# %% [markdown]
# *3 points, about 15 minutes.*

# %% [markdown] written="zero_init" points=3
# ### BEGIN SOLUTION
# *Rubric.* 1 point: all hidden units compute the same value, whatever the input is. 1 point: their gradients
# are equal as well, so that gradient descent never tells them apart. 1 point: what is left to the network
# after training.
#
# *Sample answer.* With zero weights every hidden unit outputs $\sigma(0) = 1/2$ and every class gets the same
# probability, for every input. In the backward pass each hidden unit sends the same activation to the output
# and gets the same error back: its outgoing weights get the same update as its neighbour's. (In the first
# step the error that reaches the hidden layer is zero, since it comes through weights that are zero;
# afterwards it is the same for each unit.) By induction all hidden units have equal weights at every step, in
# and out. The network of 25 hidden units is worth one with a single unit: its class scores lie on one line,
# along which one direction in the input can be told apart, and it can do no better than that. With $\tanh$ or
# ReLU it is worse: the hidden values are 0, so no weight ever gets a gradient, only the output's biases
# learn, and the network outputs how frequent each class is, whatever it sees.
# ### END SOLUTION

# %% [markdown]
# ## 2. Weights to start from
#
# If every unit starts elsewhere, each can learn something of its own. Xavier initialization (Glorot and
# Bengio, 2010) draws weights from a uniform distribution around 0, whose variance depends on the number of
# units on either side, and sets the biases to 0.
#
# $$\operatorname{Var}[W_{ij}] = \frac{2}{D + H}, \qquad b_j = 0$$
#
# with $W$ of shape $(D, H)$ and $b$ of shape $(H,)$, for a layer with $D$ inputs and $H$ outputs. A uniform
# distribution on $[-u, u]$ has the variance $u^2 / 3$: work out the $u$ that is needed.
#
# Write both arrays into `params`. The biases are one-dimensional. Two calls give two different draws.

# %% [markdown]
# *3 points, about 15 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# The range is $[-u, u]$. What does the formula ask of its variance?
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# `params["W" + name]` is $(D, H)$, `params["b" + name]` is $(H,)$. Nothing is returned.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Set $u^2 / 3$ equal to $2 / (D + H)$ and solve for $u$. `np.random.uniform` takes the two ends and a `size`.
#
# </details>

# %% solution="initialize_weights_solution"
def initialize_weights(in_size: int, out_size: int, params: dict, name: str = "") -> None:
    """Write the weights and biases of a new layer into params.

    in_size, out_size: numbers of inputs D and outputs H.
    params: gets "W" + name, uniform with Xavier's variance, (D, H), and "b" + name, zeros, (H,).
    """
    ### BEGIN SOLUTION
    bound = np.sqrt(6 / (in_size + out_size))
    params["W" + name] = np.random.uniform(-bound, bound, size=(in_size, out_size))
    params["b" + name] = np.zeros(out_size)
    ### END SOLUTION

# %% test="initialize_weights" points=3
@checks.run
def check():
    params = {"Wother": np.ones((2, 3))}
    for name, D, H, bound in (("layer1", 2, 25, 0.4715), ("output", 25, 4, 0.4549),
                              ("", 60, 20, 0.2739)):
        initialize_weights(D, H, params, name)
        for letter in "Wb":
            checks.that(letter + name in params, f'params has no "{letter}{name}".')
        weights = np.asarray(params["W" + name])
        checks.shape(f'params["W{name}"]', weights, (D, H), "one row an input, one column an output")
        checks.close(f'params["b{name}"]', params["b" + name], np.zeros(H),
                     "biases are one-dimensional and start at 0")
        largest = np.abs(weights).max()
        checks.that(0.7 * bound < largest < bound,
                    f"the largest weight of a layer of {D} inputs and {H} outputs is {largest:.3f} in "
                    f"size; expected a little below {bound}, where Xavier's range ends")
        checks.that(weights.min() < -0.5 * bound < 0.5 * bound < weights.max(),
                    f"the weights go from {weights.min():.3f} to {weights.max():.3f}; "
                    "expected as far below 0 as above it")
    spread = np.asarray(params["W"]).std()
    checks.that(abs(spread / 0.1581 - 1) < 0.08,
                f"the standard deviation of 60 x 20 weights is {spread:.3f}; "
                "expected about 0.158: is the distribution uniform?")
    first = np.array(params["W"])
    initialize_weights(60, 20, params)
    checks.that(not np.array_equal(first, params["W"]),
                "two calls gave the same weights: draw anew, without a seed of your own")
    checks.kept('params["Wother"]', params["Wother"], np.ones((2, 3)), "other layers stay")

# %% demo="look_at_weights"
rng, spreads, gradients = np.random.default_rng(0), {}, {}
for label, u in (("u = 0.03", 0.03), ("Xavier, u = 0.17", np.sqrt(3 / 100)), ("u = 0.6", 0.6)):
    layers, h = [], rng.normal(size=(200, 100))
    for _ in range(10):
        layers.append((rng.uniform(-u, u, size=(100, 100)), h))
        h = np.tanh(h @ layers[-1][0])
    spreads[label] = [h.std() for _, h in layers[1:]] + [h.std()]
    gradients[label], g = [], rng.normal(size=(200, 100))
    for w, h in reversed(layers):
        g = (g * (1 - np.tanh(h @ w) ** 2)) @ w.T
        gradients[label].insert(0, g.std())
figures.both_ways(spreads, gradients)

# %% [markdown]
# *Figure 1. What becomes of a signal on its way up through ten layers of 100 tanh units (left), and of a
# gradient on its way down from the top (right), for weights from three uniform distributions, between* $-u$
# *and* $u$*. Both axes of spread are logarithmic. The last question of this chapter comes back to this figure.*

# %% [markdown]
# ## 3. Sigmoid
#
# The hidden units of this chapter squash their input into the interval between 0 and 1:
#
# $$a = \sigma(z) = \frac{1}{1 + e^{-z}}$$
#
# applied to each entry $z$ of an array of any shape. In double precision $e^z$ overflows to infinity at about
# $z = 710$. Not every way to write the formula survives that, since $\infty / \infty$ is not a number. At
# $z = -1000$ and $z = 1000$ yours should give 0 and 1, up to rounding.

# %% [markdown]
# *3 points, about 15 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Which exponential is huge at $z = -1000$, which at $z = 1000$?
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# The same shape as `X`, whatever that is; the results are floats even where `X` holds whole numbers.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# $e^{-|z|}$ never overflows. Write $\sigma$ with it, once for $z \ge 0$ and once for $z < 0$, and choose with
# `np.where`.
#
# </details>

# %% solution="sigmoid_solution"
def sigmoid(X: np.ndarray) -> np.ndarray:
    """Apply the sigmoid to each entry.

    X: numbers, of any shape.
    Returns values from 0 to 1, of the same shape.
    """
    ### BEGIN SOLUTION
    small = np.exp(-np.abs(X))
    return np.where(X >= 0, 1, small) / (1 + small)
    ### END SOLUTION

# %% test="sigmoid" points=3
@checks.run
def check():
    X = np.array([[0, np.log(3), -np.log(3)], [-0.5, -100, 100]])
    start = X.copy()
    checks.close("sigmoid(X)", sigmoid(X), [[0.5, 0.75, 0.25], [0.3775407, 0, 1]],
                 "is the sign of the exponent right?")
    checks.kept("X", X, start)
    X = np.array([-1000, 1000, 1])
    checks.close("sigmoid([-1000, 1000, 1])", sigmoid(X), [0, 1, 0.7310586],
                 "which exponential overflows? Is the result cut off, because X holds whole numbers?")
    checks.kept("X", X, [-1000, 1000, 1])

# %% demo="look_at_sigmoid"
z = np.linspace(-4, 4, 161)
curves = {"sigmoid": sigmoid(z), "tanh": tanh(z), "relu": np.where(z < 1.5, relu(z), np.nan)}
alt = "Sigmoid rises from 0 to 1, tanh from -1 to 1, ReLU is 0 and then z itself."
figures.lines(z, curves, "z", "activation", alt)

# %% [markdown]
# *Figure 2. Three activations. Sigmoid and tanh are flat a few units from 0, where their slope, and the
# gradient with it, is nearly 0. ReLU (cut off at 1.5 here) keeps its slope on the positive side.*

# %% [markdown]
# ## 4. One layer forward
#
# A fully connected layer forms weighted sums of its inputs, adds a bias and applies its activation, for all
# examples of a batch at once:
#
# $$Z = X W + b, \qquad A = f(Z)$$
#
# with $X$ of shape $(N, D)$, one row an example, $W$ of shape $(D, H)$, $b$ of shape $(H,)$, and $Z$ and $A$
# of shape $(N, H)$. $f$ is the function that was passed as `activation`.
#
# The backward pass will need what went through the layer. Store it under `"cache_" + name`, as three arrays
# in this order: the input $X$, the pre-activation $Z$, the post-activation $A$.
#
# A trap: Python evaluates a default such as `activation=sigmoid` once, when the cell with the `def` runs. If
# you change `sigmoid` later, run the cell of `forward` again; until then it still holds the old one.

# %% [markdown]
# *6 points, about 15 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Three arrays are kept: what came in, the sums, and what goes out.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# $(N, D)(D, H) + (H,)$ is $(N, H)$: NumPy adds the bias to every row.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Compute the pre-activation first and keep it under a name of its own; then call `activation` on it.
#
# </details>

# %% solution="forward_solution"
def forward(X: np.ndarray, params: dict, name: str = "", activation=sigmoid) -> np.ndarray:
    """Send a batch through a fully connected layer.

    X: inputs, (N, D).
    params: has "W" + name, (D, H), and "b" + name, (H,); gets "cache_" + name = (X, pre_act, post_act).
    activation: a function of an array that returns one of the same shape.
    Returns the post-activation, (N, H).
    """
    ### BEGIN SOLUTION
    pre_act = X @ params["W" + name] + params["b" + name]
    post_act = activation(pre_act)
    params["cache_" + name] = (X, pre_act, post_act)
    return post_act
    ### END SOLUTION

# %% test="forward" points=6
@checks.run
def check():
    params = {"Wtest": np.ones((10, 25)), "btest": np.zeros(25)}
    params |= {"W": np.array([[1.0, 0, -1], [0.5, 1, 2]]), "b": np.array([0.5, -1, 0])}
    checks.shape("forward(X, ...)", forward(np.ones((4, 10)), params, "test", tanh), (4, 25),
                 "one row an example, one column a unit")
    X = np.array([[1, 2], [-2, 0.5]])
    checks.close("forward(X, ...)", forward(X, params, activation=np.square),
                 [[6.25, 1, 9], [1.5625, 0.25, 9]],
                 "here the activation squares; the bias is added before it")
    for name in ("", "test"):
        checks.that("cache_" + name in params, f'params has no "cache_{name}".')
        checks.that(len(params["cache_" + name]) == 3,
                    f'params["cache_{name}"] holds {len(params["cache_" + name])} things; '
                    "expected X, pre_act and post_act")
    expected = {"X": [[1, 2], [-2, 0.5]], "pre_act": [[2.5, 1, 3], [-1.25, -0.5, 3]],
                "post_act": [[6.25, 1, 9], [1.5625, 0.25, 9]]}
    for what, seen in zip(expected, params["cache_"]):
        checks.close(f'{what} in params["cache_"]', seen, expected[what],
                     "pre_act is X W + b, before the activation; the order is X, pre_act, post_act")
    checks.close('post_act in params["cache_test"]', params["cache_test"][2],
                 np.full((4, 25), np.tanh(10)), "a second layer leaves the first one's cache alone")
    checks.kept("X", X, expected["X"])

# %% demo="look_at_forward"
X, params = np.random.default_rng(0).normal(size=(4, 10)), {}
initialize_weights(10, 3, params, "small")
print("four examples, three units:", forward(X, params, "small", sigmoid).round(2), sep="\n")

# %% [markdown]
# ## 5. Softmax
#
# The output layer's activation turns each example's scores into probabilities of the classes:
#
# $$P_{ij} = \frac{e^{X_{ij} + c_i}}{\sum_k e^{X_{ik} + c_i}}, \qquad c_i = -\max_k X_{ik}$$
#
# with $X$ and $P$ of shape $(N, C)$. In exact arithmetic $c_i$ could be anything, as the appendix shows. In
# floating point this choice makes the largest exponent of each row 0, so that nothing overflows and no row is
# divided by 0, however far apart the rows of a batch are.

# %% [markdown]
# *4 points, about 10 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# What is shifted, and by what, is a matter of each row alone.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# The maximum and the sum of the rows must be $(N, 1)$ to be taken from, and divide, $(N, C)$:
# `keepdims=True`.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Shift, exponentiate, divide by the sum of the row; three lines, in new arrays.
#
# </details>

# %% solution="softmax_solution"
def softmax(X: np.ndarray) -> np.ndarray:
    """Turn scores into probabilities, row by row.

    X: scores, (N, C).
    Returns the probabilities, (N, C); each row sums to 1.
    """
    ### BEGIN SOLUTION
    exps = np.exp(X - X.max(axis=1, keepdims=True))
    return exps / exps.sum(axis=1, keepdims=True)
    ### END SOLUTION

# %% test="softmax" points=4
@checks.run
def check():
    X = np.array([[0.0, np.log(3.0), -2000.0, -2000.0], [1000.0 + np.log(3), 1000.0, 0.0, -1000.0],
                  [-1500.0, -1500.0, -1500.0, -1500.0]])
    start, probs = X.copy(), softmax(X)
    checks.shape("softmax(X)", probs, (3, 4), "one row an example, one column a class")
    checks.close("softmax(X)", probs, [[0.25, 0.75, 0, 0], [0.75, 0.25, 0, 0], [0.25] * 4],
                 "each row is shifted by its own maximum and divided by its own sum")
    checks.kept("X", X, start)
    checks.close("softmax of a single row", softmax(np.array([[1, 1]])), [[0.5, 0.5]],
                 "two whole numbers")
    tiny = softmax(np.array([[1.0, 13.0]])).ravel()[0]
    checks.close("the small probability of scores 1 and 13, times exp(12),", tiny * np.exp(12),
                 1 / (1 + np.exp(-12)), "a small probability is not rounded", tolerance=1e-5)

# %% demo="look_at_softmax"
for scale in (0.1, 1, 10):
    print(f"scores times {scale:>4}:", softmax(scale * np.array([[1.0, 2.0, 3.0, 2.5]])).round(3))

# %% [markdown]
# ## 6. Loss and accuracy
#
# The cross-entropy of an example is the negative logarithm of the probability that the network gave to the
# right class. Here the loss of a batch is the **sum** over its examples, not the mean:
#
# $$L = -\sum_{i=1}^{N} \sum_{j=1}^{C} y_{ij} \log P_{ij}$$
#
# with $y$ and $P$ of shape $(N, C)$; each row of $y$ has a single 1, at the right class. Where $y_{ij}$ is 0
# the term is 0, even if $P_{ij}$ is 0 too: see that $0 \cdot \log 0$ does not spoil the sum.
#
# The accuracy is the share of examples, from 0 to 1, whose most probable class is the right one.

# %% [markdown]
# *5 points, about 15 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Each row of `y` picks one probability of its row.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# `argmax` along axis 1 gives $(N,)$ column numbers; loss and accuracy are one number each.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Take the probabilities of the right classes first, $(N,)$ of them; take the logarithm of these alone, so
# that no $0 \cdot \log 0$ arises.
#
# </details>

# %% solution="compute_loss_and_acc_solution"
def compute_loss_and_acc(y: np.ndarray, probs: np.ndarray) -> tuple[float, float]:
    """Score the probabilities of a batch.

    y: right classes, one-hot, (N, C).
    probs: probabilities, (N, C).
    Returns the sum of the cross-entropies and the share of examples classified right.
    """
    ### BEGIN SOLUTION
    right = y.argmax(axis=1)
    loss = -np.log(probs[np.arange(len(y)), right]).sum()
    acc = (probs.argmax(axis=1) == right).mean()
    return loss, acc
    ### END SOLUTION

# %% test="compute_loss_and_acc" points=5
@checks.run
def check():
    probs = np.array([[0.5, 0.3, 0.2], [0.0, 0.25, 0.75], [0.25, 0.35, 0.4], [0.1, 0.8, 0.1]])
    y, start = np.eye(3)[[0, 1, 2, 1]], probs.copy()
    loss, acc = compute_loss_and_acc(y, probs)
    checks.close("loss", loss, np.log(25),
                 "the sum of -log(0.5), -log(0.25), -log(0.4) and -log(0.8); "
                 "a 0 where y is 0 adds nothing")
    checks.close("acc", acc, 3 / 4,
                 "the second example is wrong: its largest probability is elsewhere")
    checks.kept("probs", probs, start)
    checks.kept("y", y, np.eye(3)[[0, 1, 2, 1]])
    checks.close("acc of the first three", compute_loss_and_acc(y[:3], probs[:3])[1], 2 / 3,
                 "no number of examples is written into the code")
    loss, acc = compute_loss_and_acc(np.array([[0, 1]]), np.array([[1 - 1e-3, 1e-3]]))
    checks.close("loss of a single example", loss, -np.log(1e-3),
                 "no constant is added inside the logarithm", 1e-4)
    checks.close("acc of a single example", acc, 0.0, "a share of the examples, from 0 to 1")

# %% demo="look_at_loss"
for right in (0.99, 0.5, 0.25, 0.01):
    loss, _ = compute_loss_and_acc(np.array([[1, 0]]), np.array([[right, 1 - right]]))
    print(f"probability {right:4} for the right class costs {loss:.3f}")

# %% [markdown]
# ## 7. One layer backward
#
# Backpropagation hands each layer `delta`, the derivative of the loss with respect to the layer's *output*,
# and wants back the derivative with respect to its *input*, which is the `delta` of the layer below. On the
# way the layer learns how its own parameters should change. By the chain rule, derived in the appendix,
#
# $$\Delta = \delta \odot f'(A), \qquad \frac{\partial L}{\partial W} = X^\top \Delta, \qquad
# \frac{\partial L}{\partial b_j} = \sum_i \Delta_{ij}, \qquad \frac{\partial L}{\partial X} = \Delta W^\top$$
#
# with $\delta$, $A$ and $\Delta$ of shape $(N, H)$, $X$ and its gradient of shape $(N, D)$, and the other
# gradients shaped like their parameters; $\odot$ multiplies entry by entry. The derivative $f'$ is a function
# of the post-activation $A$. Gradients replace whatever stood under their keys.

# %% demo="draw_a_layer_backward"
diagrams.network(
    [[1, 2], [2.5, 1, 3], [6.25, 1, 9]], [[2, 6.5], [5, -2, 3], [1, -1, 0.5]],
    [[[1, 0, -1], [0.5, 1, 2]], None], ["X", "Z = X W + b", "A = Z squared"],
    "A layer of three units on one example, X = (1, 2), with the biases 0.5, -1 and 0: Z is "
    "(2.5, 1, 3) and A, its square, (6.25, 1, 9). Back from delta = (1, -1, 0.5) by A, the "
    "gradient by Z is (5, -2, 3) and that by X (2, 6.5).")

# %% [markdown]
# *Figure 3. The layer of the check of question 4, whose activation squares, with one example. Blue, in the
# circles: forward. Orange, below them: the gradients, from right to left. Each is multiplied with the slope 2
# Z of its unit, and a unit of X collects along all its edges.*

# %% [markdown]
# *10 points, about 25 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# What went forward last comes back first: the activation, then the sums.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# $\Delta$ is $(N, H)$. Only one order of $X$ and $\Delta$ gives $(D, H)$, and only one order of $\Delta$ and
# $W$ gives $(N, D)$.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Multiply `delta` with the slope once, keep the result, and use it three times.
#
# </details>

# %% solution="backwards_solution"
def backwards(
    delta: np.ndarray, params: dict, name: str = "", activation_deriv=sigmoid_deriv
) -> np.ndarray:
    """Send a gradient back through a fully connected layer.

    delta: derivative of the loss with respect to the layer's output, (N, H).
    params: has "W" + name, (D, H), "b" + name, (H,), and "cache_" + name = (X, pre_act, post_act);
        gets "grad_W" + name, (D, H), and "grad_b" + name, (H,).
    activation_deriv: the activation's derivative, a function of post_act.
    Returns the derivative of the loss with respect to the layer's input, (N, D).
    """
    ### BEGIN SOLUTION
    X, pre_act, post_act = params["cache_" + name]
    delta_pre = delta * activation_deriv(post_act)
    params["grad_W" + name] = X.T @ delta_pre
    params["grad_b" + name] = delta_pre.sum(axis=0)
    return delta_pre @ params["W" + name].T
    ### END SOLUTION

# %% test="backwards" points=10
@checks.run
def check():
    net = {"Wbig": np.ones((40, 20)), "bbig": np.zeros(20)}
    net["cache_big"] = np.ones((5, 40)), np.zeros((5, 20)), np.zeros((5, 20))
    checks.shape("grad_X", backwards(np.ones((5, 20)), net, "big", tanh_deriv), (5, 40),
                 "shaped like X")
    checks.that({"grad_Wbig", "grad_bbig"} <= set(net), 'params has no "grad_Wbig" or "grad_bbig".')
    checks.shape("grad_W", net["grad_Wbig"], (40, 20), "shaped like W")
    checks.shape("grad_b", net["grad_bbig"], (20,), "shaped like b")
    X, delta = np.array([[1.0, 0, 2], [0, 1, -1]]), np.array([[1.0, 1, 0, -1], [2, 0, 1, 0.5]])
    net |= {"W": np.array([[1.0, 2, 0, 1], [0, 1, -1, 2], [-1, 0, 3, 1]]), "b": np.ones(4)}
    net["cache_"] = X, np.zeros((2, 4)), np.array([[0.0, 2, 1, 1], [3, 1, 0, 2]])
    before = X.copy(), delta.copy(), net["W"].copy()
    for call in ("", " of a second, equal call"):
        grad_X = backwards(delta, net, activation_deriv=lambda post_act: post_act + 1)
        checks.close(f"grad_X{call}", grad_X, [[5, -1, -3], [9.5, 2, -3.5]],
                     "delta times the derivative, here post_act + 1, comes before W")
        checks.close(f"grad_W{call}", net["grad_W"],
                     [[1, 3, 0, -2], [8, 0, 1, 1.5], [-6, 6, -1, -5.5]],
                     "a sum over the examples, made anew in each call")
        checks.close(f"grad_b{call}", net["grad_b"], [9, 3, 1, -0.5],
                     "a sum over the examples, made anew in each call")
        for name, seen, was in zip(("X", "delta", "W"), (X, delta, net["W"]), before):
            checks.kept(name, seen, was)
    net["cache_"] = X[1:], np.zeros((1, 4)), np.zeros((1, 4))
    backwards(delta[1:], net, activation_deriv=linear_deriv)
    checks.close("grad_b of a single example", net["grad_b"], [2, 0, 1, 0.5], "(H,), one axis")

# %% demo="look_at_backwards"
params = {}
initialize_weights(10, 3, params, "small")
hidden = forward(np.random.default_rng(0).normal(size=(4, 10)), params, "small", sigmoid)
grad_X = backwards(np.ones((4, 3)), params, "small", sigmoid_deriv)
print("gradients have the shapes", grad_X.shape, params["grad_Wsmall"].shape,
      "and", params["grad_bsmall"].shape)
slopes = sigmoid_deriv(np.array([0.5, 0.9, 0.999]))
print("a saturated unit sends little back: slopes", slopes.round(3))

# %% [markdown]
# ## 8. Convolution forward
#
# On an image, a fully connected layer has to learn each place anew. A convolutional layer slides the same
# small filters over all places. For each filter and place it forms one weighted sum, over the window under
# the filter and all channels:
#
# $$Y_{nfpq} = b_f + \sum_{c=1}^{C} \sum_{i=0}^{h-1} \sum_{j=0}^{w-1} W_{fcij} \, \tilde X_{n, \, c, \, ps + i, \, qs + j}$$
#
# $X$ has the shape $(N, C, H_x, W_x)$, $W$ has $(F, C, h, w)$, $b$ has $(F,)$, and $\tilde X$ is $X$ with $d$
# rows or columns of zeros on each of the four sides of an image; no examples or channels are added. With
# `stride` $s$ and `pad` $d$ the output is $(N, F, H_y, W_y)$, where
#
# $$H_y = \left\lfloor \frac{H_x + 2d - h}{s} \right\rfloor + 1, \qquad W_y = \left\lfloor \frac{W_x + 2d - w}{s} \right\rfloor + 1$$
#
# The filter is not flipped. Under `"cache_" + name` store `(X, stride, pad)`, with $X$ as it came, without
# padding.
#
# Python loops over pixels are slow. Think of a view of all windows (`sliding_window_view` of
# `np.lib.stride_tricks`), or loop over the few places of the filter instead of the many of the image.

# %% demo="draw_a_convolution"
diagrams.convolution((4, 5), (3, 3), stride=2, pad=1, alt=(
    "An image of 4 by 5 pixels in a frame of zeros, two windows of 3 by 3 on it, the second two "
    "columns to the right of the first, and the output of 2 by 3 with an entry for each window."))

# %% [markdown]
# *Figure 4. A window of 3 x 3 on an image of 4 x 5 with a padding of 1. With stride 2 the next window starts
# two columns further on, and the next row of windows two rows further down. In height 6 rows take two
# windows, at rows 0 and 2, and one row is left over: the sizes are rounded down.*

# %% [markdown]
# **Read it off the figure** before you write any code; nobody grades it. How many pixels of the image itself
# does the dashed window cover? Rows and columns are counted from 0 and from the frame on: where does the window of
# the lower right output begin? And how large would the output be with stride 1?
#
# <details><summary>What the figure says</summary>
#
# Six, in two rows and three columns; its other three places lie in the frame of zeros. The lower right output is
# $p = 1$, $q = 2$, so its window begins at row 2 and column 4. With stride 1 there are 4 windows in height and 5 in
# width: the output is as large as the image.
#
# </details>

# %% [markdown]
# *8 points, about 40 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Draw the windows for your sizes as in Figure 4. How many are there in height, and how many in width?
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# Pad the last two axes alone, with `np.pad`. The output is $(N, F, H_y, W_y)$.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# For one place $(i, j)$ of the filter, the pixels that it meets in all windows are a slice with the stride as
# its step, $(N, C, H_y, W_y)$. Sum its product with $W_{fcij}$ over the channels, and add up over the places.
#
# </details>

# %% solution="conv_forward_solution"
def conv_forward(
    X: np.ndarray, params: dict, name: str = "", stride: int = 1, pad: int = 0
) -> np.ndarray:
    """Slide filters over a batch of images.

    X: images, (N, C, Hx, Wx).
    params: has "W" + name, (F, C, h, w), and "b" + name, (F,); gets "cache_" + name = (X, stride, pad).
    stride: step between windows, in both directions.
    pad: rows and columns of zeros added on each side.
    Returns the responses, (N, F, Hy, Wy).
    """
    ### BEGIN SOLUTION
    filters = params["W" + name]
    padded = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, filters.shape[2:], axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]                 # (N, C, Hy, Wy, h, w)
    params["cache_" + name] = (X, stride, pad)
    return np.einsum("ncpqij,fcij->nfpq", windows, filters, optimize=True) + params["b" + name][:, None, None]
    ### END SOLUTION

# %% test="conv_forward" points=8
@checks.run
def check():
    params = {"W": np.linspace(-0.2, 0.3, 144).reshape(3, 3, 4, 4), "b": np.linspace(-0.1, 0.2, 3)}
    seen = conv_forward(np.linspace(-0.1, 0.5, 96).reshape(2, 3, 4, 4), params, stride=2, pad=1)
    y_ref = [[[[-0.08759809, -0.10987781], [-0.18387192, -0.2109216]],
              [[0.21027089, 0.21661097], [0.22847626, 0.23004637]],
              [[0.50813986, 0.54309974], [0.64082444, 0.67101435]]],
             [[[-0.98053589, -1.03143541], [-1.19128892, -1.24695841]],
              [[0.69108355, 0.66880383], [0.59480972, 0.56776003]],
              [[2.36270298, 2.36904306], [2.38090835, 2.38247847]]]]
    checks.close("conv_forward(X, ...)", seen, y_ref,
                 "for each filter and place one sum over channels and window, the filter not flipped, "
                 "and the bias", tolerance=1e-7)
    # one image of 3 x 5 with two channels, three filters of 2 x 3; all are whole numbers
    X, W = (np.arange(30) % 7 - 3).reshape(1, 2, 3, 5), (np.arange(36) % 5 - 2).reshape(3, 2, 2, 3)
    params, start = {"Wa": W, "ba": np.array([10, 0, -10])}, X.copy()
    expected = [[[[13, 3], [12, -2]], [[2, 4], [0, -2]], [[-19, -10], [-12, -12]]]]
    checks.close("conv_forward of one image of 3 x 5, stride 3, pad 1",
                 conv_forward(X, params, "a", stride=3, pad=1), expected,
                 "height and width have sizes of their own, which are rounded down")
    checks.that("cache_a" in params, 'params has no "cache_a".')
    cached, stride, pad = params["cache_a"]
    checks.close('X in params["cache_a"]', cached, start, "the cache keeps X as it came, not padded")
    checks.that((stride, pad) == (3, 1),
                f'params["cache_a"] has stride {stride} and pad {pad}; expected 3 and 1')
    checks.kept("X", X, start)
    checks.close("conv_forward of the same image, stride 2, no padding",
                 conv_forward(X, params, "a", stride=2), [[[[48, 7]], [[-20, 10]], [[-8, -22]]]],
                 "height and width have sizes of their own; the padding is 0 where none is given")
    checks.shape("conv_forward of the same image, with stride and pad left out",
                 conv_forward(X, params, "a"), (1, 3, 2, 3), "the stride is 1 where none is given")

# %% demo="look_at_conv_forward"
image = figures.picture()
sobel = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
params = {"Wedges": np.stack([sobel, sobel.T])[:, None], "bedges": np.zeros(2)}
across, down = conv_forward(image[None, None], params, "edges", pad=1)[0]
images = {"image": image, "change to the right": across, "change downwards": down,
          "strength of the edge": np.hypot(across, down)}
figures.strip(images, "A drawing of a house, and its edges as two filters find them: "
                      "upright ones, lying ones, and both together.")

# %% [markdown]
# *Figure 5. Two filters of 3 x 3 with fixed weights (Sobel's) find the edges of a drawing. In the two middle
# panels grey is 0, white a step up and black a step down. The frame comes from the padding: to a filter the
# zeros outside are dark. A network learns filters such as these by itself.*

# %% [markdown]
# ## 9. Convolution backward
#
# Every output is a sum of products, so each derivative is the other factor, summed over all windows in which
# the entry took part:
#
# $$\frac{\partial L}{\partial W_{fcij}} = \sum_{n,p,q} \delta_{nfpq} \, \tilde X_{n, \, c, \, ps + i, \, qs + j}, \qquad
# \frac{\partial L}{\partial b_f} = \sum_{n,p,q} \delta_{nfpq}, \qquad
# \frac{\partial L}{\partial \tilde X_{ncuv}} = \sum_{\substack{f,p,q,i,j \\ ps + i = u \\ qs + j = v}} \delta_{nfpq} \, W_{fcij}$$
#
# with $\delta$ of shape $(N, F, H_y, W_y)$ and the other symbols as before. Windows overlap, and where they
# do their contributions add up. A pixel that is in no window, because the stride leaves a remainder, has the
# gradient 0. The gradient of $X$ is that of $\tilde X$ with the padding cut off; a padding of 0 is cut off
# too. Gradients replace whatever stood under their keys.

# %% [markdown]
# *12 points, about 60 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Start from your forward pass: each product there gives one term to the gradient of $W$ and one to that of
# $\tilde X$.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# Make the gradient of the *padded* image, $(N, C, H_x + 2d, W_x + 2d)$, of zeros, and cut the padding off at
# the very end: from $d$ to $d + H_x$, which also works for $d = 0$.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Go over the places $(i, j)$ of the filter again. With the same slice as forward, `delta` and the slice give
# the gradient of $W_{\cdot\cdot ij}$; `delta` and $W_{\cdot\cdot ij}$ are *added* to the slice of the
# gradient.
#
# </details>

# %% solution="conv_backward_solution"
def conv_backward(delta: np.ndarray, params: dict, name: str = "") -> np.ndarray:
    """Send a gradient back through a convolution.

    delta: derivative of the loss with respect to the output, (N, F, Hy, Wy).
    params: has "W" + name, (F, C, h, w), "b" + name, (F,), and "cache_" + name = (X, stride, pad)
        with X, (N, C, Hx, Wx), not padded; gets "grad_W" + name,
        (F, C, h, w), and "grad_b" + name, (F,).
    Returns the derivative of the loss with respect to X, (N, C, Hx, Wx).
    """
    ### BEGIN SOLUTION
    X, stride, pad = params["cache_" + name]
    filters = params["W" + name]
    padded = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, filters.shape[2:], axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]                 # (N, C, Hy, Wy, h, w)
    params["grad_W" + name] = np.einsum("nfpq,ncpqij->fcij", delta, windows, optimize=True)
    params["grad_b" + name] = delta.sum(axis=(0, 2, 3))
    grad_windows = np.einsum("nfpq,fcij->ncpqij", delta, filters, optimize=True)
    grad_padded = np.zeros(padded.shape)
    for i, j in np.ndindex(filters.shape[2:]):
        rows = slice(i, i + stride * delta.shape[2], stride)
        columns = slice(j, j + stride * delta.shape[3], stride)
        grad_padded[:, :, rows, columns] += grad_windows[..., i, j]
    return grad_padded[:, :, pad : pad + X.shape[2], pad : pad + X.shape[3]]
    ### END SOLUTION

# %% test="conv_backward" points=12
@checks.run
def check():
    # one image of 2 x 5, one filter of 1 x 2, stride 2, no padding
    params = {"W": np.array([[[[2.0, 1.0]]]]), "b": np.array([10.0])}
    params["cache_"] = np.arange(10.0).reshape(1, 1, 2, 5), 2, 0
    grad_X = conv_backward(np.array([[[[0.5, 10.0]]]]), params)
    checks.that({"grad_W", "grad_b"} <= set(params), 'params has no "grad_W" or "grad_b".')
    checks.close("grad_b", params["grad_b"], [10.5], "the sum of delta for each filter")
    checks.close("grad_W", params["grad_W"], [[[[20, 30.5]]]],
                 "each place of the filter meets every second pixel")
    checks.close("grad_X", grad_X, [[[[1, 0.5, 20, 10, 0], [0] * 5]]],
                 "delta times the filter, at the place of each window; 0 where no window was; "
                 "a padding of 0 cuts nothing off")
    # one image of 3 x 5 with two channels, three filters of 2 x 3, stride 3, padding 1
    X, W = (np.arange(30) % 7 - 3).reshape(1, 2, 3, 5), (np.arange(36) % 5 - 2).reshape(3, 2, 2, 3)
    params = {"Wa": W, "ba": np.array([10, 0, -10]), "cache_a": (X, 3, 1)}
    delta = (np.arange(12.0) % 5 - 2).reshape(1, 3, 2, 2)
    before = X.copy(), W.copy(), delta.copy()
    of_image = [[[-5, 6, 3, 2, 6], [0] * 5, [3, 0, -4, 1, 1]],
                [[6, 2, 2, 6, -5], [0] * 5, [0, 2, 1, 1, 1]]]
    of_filters = [[[[2, 3, -3], [1, 6, 3]], [[3, -3, -2], [0, 3, 0]]],
                  [[[0, 0, -1], [2, -6, -6]], [[0, -1, -2], [0, -6, -6]]],
                  [[[-2, -3, 1], [-2, -3, 0]], [[-3, 1, -2], [0, 0, 3]]]]
    for call in ("", " of a second, equal call"):
        grad_X = conv_backward(delta, params, "a")
        checks.close(f"grad_ba{call}", params["grad_ba"], [-2, -1, 0], "made anew in each call")
        checks.close(f"grad_Wa{call}", params["grad_Wa"], of_filters,
                     "delta times the windows of the padded image; height and width differ here")
        checks.close(f"grad_X{call}", grad_X, [of_image],
                     "the gradient of the padded image, with the padding cut off")
        for name, seen, was in zip(("X", "W", "delta"), (X, W, delta), before):
            checks.kept(name, seen, was)
    # overlapping windows of many images
    rng = np.random.default_rng(0)
    X, delta = rng.normal(size=(5, 4, 16, 16)), rng.normal(size=(5, 8, 8, 8))
    params = {"W": rng.normal(size=(8, 4, 7, 7)), "b": np.zeros(8), "cache_": (X, 2, 3)}
    grad_X = conv_backward(delta, params)
    checks.shape("grad_X", grad_X, X.shape, "shaped like X")
    checks.shape("grad_W", params["grad_W"], (8, 4, 7, 7), "shaped like W")
    checks.close("sum of X * grad_X", (X * grad_X).sum(), (params["W"] * params["grad_W"]).sum(),
                 "it equals the sum of W * grad_W, for the output is a sum of products of the two; "
                 "where windows overlap their contributions add up")

# %% demo="look_at_conv_backward"
delta = np.zeros((1, 1, 12, 12))
delta[0, 0, [2, 6, 7], [3, 8, 8]] = 1.0
params = {"W": np.arange(1.0, 10.0).reshape(1, 1, 3, 3), "b": np.zeros(1)}
params["cache_"] = np.ones((1, 1, 12, 12)), 1, 1
images = {"delta": delta[0, 0], "filter": params["W"][0, 0]}
images["gradient of the image"] = conv_backward(delta, params)[0, 0]
figures.strip(images, "Three spots in delta; each leaves a print of the filter in the gradient, "
                      "and two prints overlap.")

# %% [markdown]
# *Figure 6. The backward pass stamps the filter, times delta, onto each place of the image that a window
# looked at. Where windows overlap, the prints add up.*

# %% [markdown]
# ## 10. Batches
#
# Gradient descent on small random batches makes many cheap steps instead of a few expensive ones. Shuffle the
# examples and cut them into batches of $B$ = `batch_size`, the last of which holds the remainder:
#
# $$\lceil N / B \rceil \text{ batches, each a pair } (x_b, y_b) \text{ of shapes } (B, D) \text{ and } (B, C)$$
#
# for $x$ of shape $(N, D)$ and $y$ of shape $(N, C)$. Every example is in exactly one batch, next to its own
# label. All batches but the last are full. Each call shuffles anew, so that *which* examples share a batch
# changes, and not only the order in which batches come. The caller's arrays keep their order.

# %% [markdown]
# *3 points, about 10 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# How do the rows of `x` and of `y` stay together? Not by shuffling each.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# $\lceil N/B \rceil$ pairs; the last may be shorter.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Draw one permutation of the row numbers, cut it, and index both arrays with each piece.
#
# </details>

# %% solution="get_random_batches_solution"
def get_random_batches(x: np.ndarray, y: np.ndarray, batch_size: int) -> list:
    """Cut the data into random batches.

    x: examples, (N, D).
    y: labels, one-hot, (N, C).
    batch_size: examples in a batch; the last batch holds what is left.
    Returns a list of pairs (xb, yb), of shapes (batch_size, D) and (batch_size, C).
    """
    ### BEGIN SOLUTION
    order = np.random.permutation(len(x))
    starts = range(0, len(x), batch_size)
    return [(x[order[start : start + batch_size]], y[order[start : start + batch_size]]) for start in starts]
    ### END SOLUTION

# %% test="get_random_batches" points=3
@checks.run
def check():
    for N, size, expected in ((20, 3, [3] * 6 + [2]), (10, 4, [4, 4, 2]), (6, 6, [6])):
        columns = [100, 1, -0.5, 2][: 2 + N % 3]
        x, y = np.outer(np.arange(float(N)), columns), np.eye(5)[np.arange(N) % 5]
        batches = get_random_batches(x, y, size)
        sizes = [len(xb) for xb, _ in batches]
        checks.that(sizes == expected,
                    f"{N} examples and batch_size {size} give batches of {sizes}; expected {expected}")
        every = np.concatenate([xb for xb, _ in batches])
        checks.shape(f"the {N} examples of all batches", every, x.shape, "every column of x")
        rows = every[:, 0] / 100
        checks.close(f"the {N} examples of all batches, sorted,", np.sort(rows), np.arange(N),
                     "each example is in exactly one batch")
        checks.close("the examples of all batches", every, np.outer(rows, columns),
                     "whole rows of x, as they are")
        labels = np.concatenate([yb for _, yb in batches])
        checks.close("the labels of all batches", labels, np.eye(5)[rows.astype(int) % 5],
                     "each example keeps its own label")
        checks.close("x afterwards", x[:, 0], np.arange(N) * 100.0,
                     "get_random_batches shuffled the caller's array")
    x, y = np.outer(np.arange(20.0), [100, 1]), np.eye(5)[np.arange(20) % 5]
    mates = [[set(np.asarray(xb)[:, 1]) for xb, _ in get_random_batches(x, y, 5)] for _ in range(2)]
    checks.that(any(max(batch) - min(batch) > 4 for batch in mates[0] + mates[1]),
                "neighbours in x stay together; shuffle before you cut")
    checks.that(any(batch not in mates[1] for batch in mates[0]),
                "two calls put the same examples together; draw anew in each call, without a seed")

# %% demo="look_at_batches"
for xb, yb in get_random_batches(np.arange(8)[:, None], np.eye(2)[np.arange(8) % 2], 3):
    print("examples", xb[:, 0], "labels", yb.argmax(axis=1))

# %% [markdown]
# ## 11. Training
#
# Now all parts meet. The data are four clouds of ten points in the plane. The network has one hidden layer,
# `"layer1"` with the sigmoid, and the layer `"output"` with the softmax.

# %% given="clouds"
def make_clouds(rng):
    """Draw ten points around each of four centres: x, (40, 2), and one-hot labels y, (40, 4)."""
    clouds = (((3.6, 40), (0.05, 10)), ((3.9, 10), (0.01, 5)),
              ((3.4, 30), (0.25, 5)), ((2, 10), (0.5, 10)))
    x = np.concatenate([rng.normal(centre, np.sqrt(variances), size=(10, 2))
                        for centre, variances in clouds])
    return x, np.eye(4)[np.repeat(np.arange(4), 10)]


def small_network():
    """Six examples, their labels and a network of 2, 4 and 3 units, for the checks below."""
    x = np.array([[1.0, 2], [-1, 1], [0.5, -2], [2, 0], [-0.5, -1], [1.5, 1]])
    y = np.eye(3)[[0, 1, 2, 0, 2, 1]]
    layer1 = {"Wlayer1": np.array([[0.5, -1, 2, 0.25], [1, 0.5, -0.5, -1]]),
              "blayer1": np.array([0.0, 0.5, -0.5, 1])}
    output = {"Woutput": np.array([[1.0, -1, 0.5], [0.5, 2, -1], [-2, 0.5, 1], [1, 0, -0.5]]),
              "boutput": np.array([0.25, -0.25, 0.5])}
    return x, y, layer1 | output


# %% [markdown]
# For each batch, go forward through both layers, take the loss, go backward through both, and make one step
# of gradient descent on all four parameters $\theta$:
#
# $$\delta = P - y, \qquad \theta \leftarrow \theta - \eta \, \frac{\partial L}{\partial \theta}$$
#
# with $P$, $y$ and $\delta$ of shape $(B, C)$, the learning rate $\eta$, and $L$ the *summed* loss of the
# batch. $\delta$ is the derivative by the output layer's **pre**-activation (see the appendix): the softmax
# is already dealt with, and the layer goes backward as a linear one.
#
# The caller has initialized `params`; start from them and update them. Batches come from
# `get_random_batches`, once or anew for each iteration. **An iteration is one pass over all batches.** Its
# total loss adds up the losses of its batches, each taken before the update on that batch; its accuracy is
# the mean over examples or over batches, as you like. Print both every 100 iterations.

# %% [markdown]
# *9 points, about 35 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# One batch: forward through layer1, then output; loss; backward through output, then layer1; then all four
# updates.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# `probs - yb` is $(B, C)$; what `backwards` of the output layer returns is $(B, H)$, the `delta` of layer1.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# The softmax is dealt with in $P - y$: give the output layer's `backwards` the derivative of a linear unit.
# Update only when both layers have gone back.
#
# </details>

# %% solution="train_solution"
def train(
    x: np.ndarray, y: np.ndarray, params: dict,
    batch_size: int = 5, max_iters: int = 500, learning_rate: float = 1e-3,
) -> tuple[float, float]:
    """Train the layers "layer1" (sigmoid) and "output" (softmax) by stochastic gradient descent.

    x: examples, (N, D).
    y: labels, one-hot, (N, C).
    params: has "Wlayer1", (D, H), "blayer1", (H,), "Woutput", (H, C),
    "boutput", (C,), and gets them trained.
    batch_size: examples in a batch.
    max_iters: number of passes over all batches.
    learning_rate: factor of the gradient in each step.
    Returns the total loss and the average accuracy of the last iteration.
    """
    ### BEGIN SOLUTION
    for iteration in range(max_iters):
        total_loss, avg_acc = 0.0, 0.0
        for xb, yb in get_random_batches(x, y, batch_size):
            probs = forward(forward(xb, params, "layer1", sigmoid), params, "output", softmax)
            loss, acc = compute_loss_and_acc(yb, probs)
            total_loss += loss
            avg_acc += acc * len(xb) / len(x)
            grad_hidden = backwards(probs - yb, params, "output", linear_deriv)
            backwards(grad_hidden, params, "layer1", sigmoid_deriv)
            for key in ("Wlayer1", "blayer1", "Woutput", "boutput"):
                params[key] = params[key] - learning_rate * params["grad_" + key]
        if iteration % 100 == 0:
            print(f"iteration {iteration:3d}   loss {total_loss:7.3f}   accuracy {avg_acc:.3f}")
    return total_loss, avg_acc
    ### END SOLUTION

# %% test="train" points=9 trains=true
@checks.run
def check():
    x, y, params = small_network()
    seen = train(x, y, params, batch_size=6, max_iters=1, learning_rate=0.5)
    expected = {  # after one step along the gradient of the summed loss
        "boutput": [0.25055232, -0.1035561, 0.35300378],
        "Woutput": [[1.26419838, -0.6982092, -0.06598918], [0.3002319, 2.18970085, -0.98993275],
                    [-1.64140203, 0.49281828, 0.64858375], [0.94728411, -0.07369934, -0.37358476]],
        "blayer1": [-0.09166709, 0.52161766, -0.49324061, 1.05907208],
        "Wlayer1": [[0.69390299, -0.52490218, 1.64263311, 0.62330314],
                    [0.71895134, 1.36022803, -1.17536469, -0.79609242]],
    }
    hints = {"boutput": "minus learning_rate times the sum of P - y; is it the summed loss's gradient?",
             "Woutput": "the output layer goes backward as a linear one, once",
             "blayer1": "the error comes from the output layer, through Woutput before its update",
             "Wlayer1": "the error comes from the output layer, through Woutput before its update"}
    for key, wanted in expected.items():
        checks.close(f'params["{key}"] after one step', params[key], wanted, hints[key])
    checks.close("[total_loss, avg_acc] of one iteration", seen, [8.54809368, 1 / 6],
                 "the summed loss, taken before the update, and the mean accuracy")
    x, y, params = small_network()
    seen = train(x, y, params, batch_size=6, max_iters=4, learning_rate=0.5)
    checks.close("[total_loss, avg_acc] of four iterations", seen, [3.85850961, 5 / 6],
                 "those of the last iteration alone")
    seen = train(x, y, small_network()[2], batch_size=2, max_iters=2, learning_rate=0.0)
    checks.close("[total_loss, avg_acc] of three batches at a rate of 0", seen, [8.54809368, 1 / 6],
                 "of all batches of the last iteration, not of one of them")
    # six equal examples in batches of two: three steps an iteration, in whatever order
    params = small_network()[2]
    seen = train(np.tile(x[:1], (6, 1)), np.tile(y[:1], (6, 1)), params, batch_size=2, max_iters=2,
                 learning_rate=0.1)
    checks.close('params["boutput"] after six steps', params["boutput"],
                 [0.63789675, -0.42305865, 0.2851619], "a step after each batch, all batches used")
    checks.close("[total_loss, avg_acc] of three batches", seen, [1.16988226, 1.0],
                 "the losses of all batches of the iteration, added up")
    rng = np.random.default_rng(19)
    params = {"Wlayer1": rng.normal(scale=0.3, size=(2, 25)), "blayer1": np.zeros(25),
              "Woutput": rng.normal(scale=0.3, size=(25, 4)), "boutput": np.zeros(4)}
    loss, acc = train(*make_clouds(rng), params)
    checks.that(20 < loss < 35,
                f"on the clouds the total loss ends at {loss:.1f}; "
                "expected about 24, the sum over all batches of the last iteration")
    checks.that(0.7 < acc <= 1,
                f"on the clouds the accuracy ends at {acc:.2f}; "
                "expected about 0.95, a mean over all batches")

# %% demo="train_on_clouds"
x, y = make_clouds(np.random.default_rng(0))
np.random.seed(0)
params = {}
initialize_weights(2, 25, params, "layer1")
initialize_weights(25, 4, params, "output")
history, snapshots = figures.follow(train, x, y, params, moments=(0, 50, 500, 2000))
figures.curves(history)

# %% [markdown]
# *Figure 7. The summed loss and the accuracy of each iteration. Both are taken batch by batch while the
# weights change, and so they jitter.*

# %% demo="look_at_regions"
def predict(points, weights):
    return forward(forward(points, dict(weights), "layer1", sigmoid), weights, "output", softmax)


figures.regions(predict, snapshots, x, y)

# %% [markdown]
# *Figure 8. The class that the network favours at each place of the plane as training goes on, and the forty
# points. At first it favours one class or two, wherever the points lie; soon it tells above from below; at last
# each class has a region of its own.*

# %% [markdown]
# ## 12. Are the gradients right?
#
# A network with a wrong gradient often trains all the same, only worse, and nobody notices. The definition of
# the derivative gives a test that needs no backward pass: change one entry of one parameter by a little, both
# ways, and see what the loss does.
#
# $$\frac{\partial L}{\partial \theta} \approx \frac{L(\theta + \epsilon) - L(\theta - \epsilon)}{2 \epsilon}$$
#
# $L$ is the summed loss, on all of $x$, $(N, D)$, and $y$, $(N, C)$, of the network of question 11. The error
# is of the order $\epsilon^2$; a difference to one side only has one of the order $\epsilon$.
#
# Do this for every entry of every parameter (their keys hold no underscore), and write the results under
# `"grad_" + key`, in the parameter's shape. There may be further layers, but only `"layer1"` and `"output"`
# enter the loss: others get zeros. `params` may be fresh, or hold older gradients and caches. Use the `eps`
# that you are given, and leave the parameters as they were.

# %% [markdown]
# *7 points, about 30 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# `params` gains keys while you work. Over which keys does your loop run?
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# The result has the shape of its parameter; `np.ndindex(theta.shape)` gives all its places.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Keep the entry, set it to kept + eps, take the loss, set it to kept - eps, take the loss, put kept back.
# Write the loss as a function of its own, with two calls of `forward`.
#
# </details>

# %% solution="central_differences_gradient_solution"
def central_differences_gradient(params: dict, x: np.ndarray, y: np.ndarray, eps: float = 1e-6) -> None:
    """Differentiate the network's loss numerically, by every entry of every parameter.

    params: has "Wlayer1", (D, H), "blayer1", (H,), "Woutput", (H, C),
    "boutput", (C,), and perhaps more layers, caches and gradients; gets "grad_" + key,
    shaped like the parameter, for every key without "_". The parameters end as they were.
    x: examples, (N, D).
    y: labels, one-hot, (N, C).
    eps: the change of the entry, to either side.
    """
    ### BEGIN SOLUTION
    def loss_now():
        hidden = forward(x, params, "layer1", sigmoid)
        return compute_loss_and_acc(y, forward(hidden, params, "output", softmax))[0]

    for key in [key for key in params if "_" not in key]:
        theta, grad = params[key], np.zeros(params[key].shape)
        for at in np.ndindex(theta.shape):
            kept = theta[at]
            theta[at] = kept + eps
            above = loss_now()
            theta[at] = kept - eps
            grad[at] = (above - loss_now()) / (2 * eps)
            theta[at] = kept
        params["grad_" + key] = grad
    ### END SOLUTION

# %% test="central_differences_gradient" points=7
@checks.run
def check():
    x, y, params = small_network()
    start = small_network()[2] | {"Wspare": np.array([[1.0, 2.0]]), "bspare": np.zeros(2)}
    params |= {"Wspare": np.array([[1.0, 2.0]]), "bspare": np.zeros(2)}
    central_differences_gradient(params, x, y, eps=0.5)
    for key in start:
        checks.that("grad_" + key in params, f'params has no "grad_{key}".')
        checks.shape(f'params["grad_{key}"]', params["grad_" + key], start[key].shape,
                     "shaped like the parameter")
    for key in start:
        checks.close(f'params["{key}"] afterwards', params[key], start[key],
                     "put each entry back before you change the next", tolerance=1e-12)
    expected = {"boutput": [0.01207863, -0.27351068, 0.29915938],
                "blayer1": [0.17785526, -0.04145766, -0.02280023, -0.11705774],
                "Wlayer1": [[-0.3787186, -0.89365035, 0.71506506, -0.74850206]]}
    for key, wanted in expected.items():
        seen = params["grad_" + key]
        checks.close(f'params["grad_{key}"] with eps=0.5', seen if key[0] == "b" else seen[:1], wanted,
                     "a step of eps to both sides, over 2 eps, of the loss of all examples")
    for key in ("Wspare", "bspare"):
        checks.close(f'params["grad_{key}"]', params["grad_" + key], np.zeros(start[key].shape),
                     "this layer is not in the network, so the loss does not change with it")
    central_differences_gradient(params, x, y)
    checks.close('params["grad_boutput"] of a second call', params["grad_boutput"],
                 [-0.00110464, -0.2928878, 0.29399244], "eps is 1e-6 where none is given")

# %% demo="look_at_gradients"
x, y = make_clouds(np.random.default_rng(0))
params = snapshots[500]
figures.quietly(train, x, y, params, batch_size=len(x), max_iters=1, learning_rate=0)
analytic = {key: params["grad_" + key] for key in ("Wlayer1", "blayer1", "Woutput", "boutput")}
central_differences_gradient(params, x, y)
figures.agreement({key: params["grad_" + key] for key in analytic}, analytic)

# %% [markdown]
# *Figure 9. Left: the 179 derivatives of the network after 500 iterations, by central differences and by
# backpropagation. Where both agree they lie on the diagonal. Right: what remains between them does not depend
# on the size of the derivative. It is rounding: the loss carries an error of some* $10^{-15}$*, and the
# division by* $2 \epsilon$ *makes that* $10^{-9}$*.*

# %% [markdown]
# ## 13. A network that sees
#
# Now the convolution goes to work. Chapter 1 reads handwritten digits of 8 x 8 pixels with a network that
# gets each picture as a row of 64 numbers: to it, two pixels side by side have no more to do with each other
# than two in opposite corners. Here is a network that knows what a neighbourhood is, made of your own
# functions:
#
# $$x\,(N, 1, 8, 8) \;\longrightarrow\; \text{convolution} \;\longrightarrow\; \text{ReLU} \;\longrightarrow\; (N, F, 4, 4) \text{ as a row} \;\longrightarrow\; \text{linear layer, softmax} \;\longrightarrow\; P$$
#
# with $F = 32$ filters of 5 x 5, stride 2 and a padding of 2. It has 5962 parameters, and chapter 1's network
# has 7510. The data are cut as there: 1257 digits to train on, 540 to test.

# %% demo="digits"
data = np.load("digits.npz")
order = np.random.default_rng(0).permutation(len(data["y"]))
pictures_of, labels_of = data["X"][order].reshape(-1, 1, 8, 8) / 16, np.eye(10)[data["y"][order]]
x_train, x_test = pictures_of[:1257], pictures_of[1257:]
y_train, y_test = labels_of[:1257], labels_of[1257:]


# %% demo="network_that_sees"
def see(x, net, stride=2, pad=2):
    """The responses of all filters after ReLU, (N, F, Hy, Wy), and the probabilities, (N, 10)."""
    maps = relu(conv_forward(x, net, "filters", stride, pad))
    return maps, forward(maps.reshape(len(x), -1), net, "output", softmax)


def train_to_see(filters=32, size=5, stride=2, rate=0.01, epochs=30, seed=0):
    """Train on the digits in batches of 50, the last third of the epochs at a fifth of the rate.

    Returns the network and its test accuracy after each epoch.
    """
    np.random.seed(seed)
    net, pad, history = {}, size // 2, []
    side = (8 + 2 * pad - size) // stride + 1
    bound = np.sqrt(6 / (size**2 + filters))
    net["Wfilters"] = np.random.uniform(-bound, bound, size=(filters, 1, size, size))
    net["bfilters"] = np.zeros(filters)
    initialize_weights(filters * side * side, 10, net, "output")
    for epoch in range(epochs):
        step = rate if epoch < 2 * epochs // 3 else rate / 5
        for xb, yb in get_random_batches(x_train, y_train, 50):
            maps, probs = see(xb, net, stride, pad)
            back = backwards(probs - yb, net, "output", linear_deriv).reshape(maps.shape)
            conv_backward(back * relu_deriv(maps), net, "filters")
            for key in ("Wfilters", "bfilters", "Woutput", "boutput"):
                net[key] = net[key] - step * net["grad_" + key]
        history.append(compute_loss_and_acc(y_test, see(x_test, net, stride, pad)[1])[1])
    return net, history


net_that_sees, seen_history = train_to_see()
print(f"test accuracy of the network that sees: {seen_history[-1]:.3f}")

# %% [markdown]
# This takes a few seconds if your convolution works with slices or windows of all images at once, and minutes
# if it loops over every pixel: then pass a smaller `epochs`.
#
# | network | parameters | test accuracy, ten starts | mean |
# | --- | --- | --- | --- |
# | chapter 1: 64, 100, 10 | 7510 | 0.974 to 0.985 | 0.981 |
# | this one | 5962 | 0.981 to 0.991 | 0.986 |
#
# It makes about a quarter fewer mistakes, with fewer numbers to learn. Mind what the table can say: on 540
# digits a single accuracy has a standard error of about 0.005. That all ten starts of the one lie at or above
# the mean of the other is better evidence than any single run.
#
# What do the filters look for?

# %% demo="look_at_filters"
strongest = figures.filters(net_that_sees["Wfilters"][:, 0])
responses = see(x_test[3:4], net_that_sees)[0][0]
figures.strip({"a digit": x_test[3, 0], **{f"filter {k}": responses[k] for k in strongest[:3]}},
              "A test digit, and what the three strongest filters respond to in it, 4 by 4 places.")

# %% [markdown]
# *Figure 10. Above, the twelve filters with the largest weights: light raises the response, dark lowers it.
# Below, a test digit and the responses of the first three of them, after ReLU.*
#
# **Question.** These filters began as random numbers, and each has come to look for something else. What would
# they look for if all 32 had started equal, and all the weights above them too? Why does one start from random
# numbers rather than from equal ones? And why does their scale depend on the size of the layer, as `bound` does
# in `train_to_see`? Say what happens in the forward and in the backward pass of a deep network when weights are
# much too small or much too large; Figure 1 shows both.

# %% [markdown]
# *2 points, about 20 minutes.*

# %% [markdown] written="random_init" points=2
# ### BEGIN SOLUTION
# *Rubric.* 1 point: random values break the symmetry between units, here between filters. 1 point: the scale
# keeps the size of activations and of gradients about the same from layer to layer, where otherwise they vanish,
# explode or saturate. An answer about units in general is as good as one about filters.
#
# *Sample answer.* Filters that start equal, below weights that are equal, give the same responses, get the same
# gradients and stay equal: 32 copies of one filter. Random weights make each unit a different function from the
# start. A unit sums over all its inputs, so its variance grows with their number: with $D$ inputs of variance
# $v$, the sum has the variance $D \cdot \operatorname{Var}[W] \cdot v$. On the way back the same holds with $H$.
# Variance $1/D$ would keep the forward signal, $1/H$ the backward one; $2/(D + H)$ is the compromise. With smaller
# weights the signal and the gradients shrink by a factor in every layer and the first layers hardly learn. With
# larger ones they grow, or the units saturate, where their slope is nearly 0 and gradients vanish again.
# ### END SOLUTION

# %% [markdown]
# ### An experiment of your own
#
# Everything about this network can be changed: the number of filters, their size, the stride, the rate.
# Choose **one** of them, say what you expect, and only then run it. Use more than one seed, or you will take
# luck for an effect.

# %% demo="experiment"
for filters in (2, 8):
    ends = [train_to_see(filters=filters, epochs=15, seed=seed)[1][-1] for seed in (0, 1)]
    print(f"{filters} filters, 15 epochs, two seeds:", np.round(ends, 3))

# %% [markdown]
# **For your own notes; nobody grades them, unless your instructor says so.** What does the network look for,
# and what does it need for it?
#
# 1. Describe two filters of your Figure 10: where are they light, where dark, and what in a digit do they
#    respond to?
# 2. Change one setting. Write down what you expected *before* you ran it, what came, and from how many seeds;
#    then say whether the difference is larger than that between seeds.
#
# <details><summary>What one of us found</summary>
#
# One filter is light along a diagonal and dark on one side of it: it responds to strokes from lower left to
# upper right, with paper on their left. Another has a light bar at the top above a dark one, and responds to
# the upper rim of a horizontal stroke. I expected that 2 filters would be far too few, with an accuracy of
# 0.8. With two seeds and 15 epochs 2 filters gave 0.96 and 0.95, 8 filters 0.97 and 0.97: fewer filters are
# worse, by more than the seeds differ, but by much less than I had expected. The linear layer behind them
# still sees where each filter responds.
# </details>

# %% [markdown]
# *What I expected, and what came:*

# %% [markdown]
# ### Random sizes
#
# The hidden tests try sizes and numbers that the checks above don't. So can you. `properties.py` calls your
# functions with random sizes and holds them against what is true of *any* right answer: a gradient is the
# slope that is measured, an example alone gives what it gives in a batch, the rows of a softmax sum to 1,
# arguments stay as they were, whole numbers give what the same numbers give as floats. No right answer stands
# in that file. Where something is not true, it says what, and for which sizes. The check at the end of this
# notebook runs this cell, too.

# %% demo="try_random_sizes"
import properties


def some_dense(rng):
    N, D, H = rng.integers(1, 5, size=3)
    return rng.normal(size=(N, D)), rng.normal(size=(D, H)), rng.normal(size=H)


def dense_backward(delta, X, W, b):
    tried = {"W": W, "b": b}
    forward(X, tried, activation=tanh)
    return backwards(delta, tried, activation_deriv=tanh_deriv), tried["grad_W"], tried["grad_b"]


def some_convolution(rng):
    (N, C, F), (height, width), (h, w) = (rng.integers(1, top, size) for top, size in
                                          ((3, 3), (5, 2), (4, 2)))
    image = rng.normal(size=(N, C, max(height, h), max(width, w)))
    return image, rng.normal(size=(F, C, h, w)), rng.normal(size=F)


properties.rows("softmax", softmax)
properties.layer("one layer", lambda X, W, b: forward(X, {"W": W, "b": b}, activation=tanh),
                 dense_backward, some_dense)
for stride, pad in ((1, 0), (2, 1), (3, 0)):
    def convolve(X, W, b):
        return conv_forward(X, {"W": W, "b": b}, stride=stride, pad=pad)

    def convolve_backward(delta, X, W, b):
        tried = {"W": W, "b": b, "cache_": (X, stride, pad)}
        return conv_backward(delta, tried), tried["grad_W"], tried["grad_b"]

    properties.layer(f"convolution, stride {stride}, padding {pad}", convolve, convolve_backward,
                     some_convolution, tries=12)

# %% [markdown]
# ## What you have now
#
# You have a network that went from random weights to borders between classes, another that reads digits
# better than the one of chapter 1, because it looks at neighbourhoods, and a tool that tells a right gradient
# from one that only looks right. The tool takes two forward passes for each number, so that nobody trains
# with it. But it knows nothing about backpropagation, and that makes it the best witness for the code that
# you do train with.
#
# **References.** D. Rumelhart, G. Hinton and R. Williams, *Learning representations by back-propagating
# errors*, 1986. Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, *Gradient-based learning applied to document
# recognition*, 1998. X. Glorot and Y. Bengio, *Understanding the difficulty of training deep feedforward
# neural networks*, 2010.

# %% [markdown]
# ## Before you hand it in
#
# Save the notebook, then run the cell below. It starts from a clean state, runs the cells in order, and says
# question by question what is done, what is not, and what is wrong and why. Run it when you are stuck, too.
# With `all=True` it runs training and demonstrations as well.

# %% demo="check_this_notebook"
import check_notebook

check_notebook.run()
