# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A multilayer perceptron that reads faces
#
# *Chapter 3 of 5. 60 points.*
#
# The first two chapters built layers, losses and a network with one hidden layer. Here two hidden layers look
# at small grey pictures of faces and name the expression. The layers come back in their shortest form; what
# is new is everything around them: a gradient check that takes any network, a training loop that takes any
# model, and the curves, weights and mistakes that tell what the network has learned.
#
# You write eleven small parts. Each is a few lines of NumPy, and each is followed by a check that is silent
# when it finds nothing wrong. JupyterLab shows the check folded; click on it if you want to read it. Where
# you are stuck, hints unfold above the cell for your code, from a nudge to the idea. Hidden tests then try
# other shapes and values: a single case (one row of a batch, here one face), sizes that all differ, whole
# numbers (mind that `np.zeros_like(x)` holds whole numbers where `x` does; `np.zeros(x.shape)` does not).
# Arguments stay as they were, unless the question says that they are written to. The last question, in section
# 13, asks for a written answer, which a person reads.

# %% [markdown]
# **If you start here.** A layer is a pair of functions: one computes its output, the other is given the
# gradient of the error $E$ with respect to that output and returns the gradients with respect to what went
# in. A gradient has the shape of what it is the gradient of, and what is used several times collects the sum
# of what comes back along each use. That is all that is needed of chapters 1 and 2. What they call `dout` is
# called `grad_y` here, $g_y$ in the formulas, because three layers need names for several gradients; it is
# the same thing. And what they call the loss $L$ is the error $E$ here.

# %% given="imports"
import os

# Before NumPy is loaded: on matrices this small, threads cost more than they bring.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import matplotlib.pyplot as plt
import numpy as np

import checks
import diagrams
import pictures
from standins import Spy, Toy, wide
from utils import display_plot, load, load_data, save, show_confusion, show_faces

plt.style.use("tableau-colorblind10")
EXPRESSIONS = ["anger", "disgust", "fear", "happy", "sad", "surprise", "neutral"]

# %% [markdown]
# ## 1. The faces
#
# The data are drawn faces in seven expressions, 48 x 48 pixels each: 3374 to train on, 419 for validation,
# 385 for a final test. Head, pose, size, light and noise change from face to face, so that no single pixel
# gives an expression away. `load_data` returns six arrays:
#
# - `inputs_train`, `inputs_valid`, `inputs_test`: one row of $48 \cdot 48 = 2304$ grey values in $[0, 1]$ a
#   face;
# - `target_train`, `target_valid`, `target_test`: one row of seven numbers a face, 1 at its expression and 0
#   elsewhere (*one-hot*).
#
# A file `toronto_face.npz` in the layout of the photographs that this exercise was first set on is used
# instead where one lies beside the notebook.

# %% demo="load_faces"
data = load_data("toronto_face.npz" if os.path.exists("toronto_face.npz") else "faces.npz")
inputs_train, inputs_valid, inputs_test, target_train, target_valid, target_test = data
for name, inputs, target in zip(["train", "valid", "test"], data[:3], data[3:]):
    grey = f"grey values from {inputs.min():.2f} to {inputs.max():.2f}"
    print(f"{name:5}  inputs {inputs.shape}  target {target.shape}  {grey}")

# %% demo="sample_faces"
labels = target_train.argmax(axis=1)
sample = [np.flatnonzero(labels == k)[row] for row in range(3) for k in range(7)]
show_faces(inputs_train[sample], [EXPRESSIONS[k] for k in labels[sample]])

# %% [markdown]
# *Figure 1. Three training faces of each expression, one expression a column. The brows and the mouth say
# most, but where they are and how large differs from face to face. Fear and surprise share raised brows and
# wide eyes, anger and disgust lowered brows.*
#
# ## 2. The network
#
# The network is a dictionary, `model`, with three weight matrices and three biases. A case is a row, so a
# layer multiplies from the right: $W$ has one row for each input of the layer and one column for each of its
# units. With $D$ inputs, hidden layers of $H_1$ and $H_2$ units and $C$ outputs:
#
# | key | shape | starts as |
# | --- | --- | --- |
# | `W1` | $(D, H_1)$ | 0.1 times a standard normal |
# | `W2` | $(H_1, H_2)$ | 0.1 times a standard normal |
# | `W3` | $(H_2, C)$ | 0.01 times a standard normal |
# | `b1`, `b2`, `b3` | $(H_1,)$, $(H_2,)$, $(C,)$: one axis | zeros |
#
# Random weights make the units of a layer different from one another; equal units would get equal gradients
# and stay equal. The last matrix is smaller, so that at first the seven scores are close together and no
# expression is preferred. Write `init_nn`; `num_hiddens` is the list $[H_1, H_2]$, and any random generator
# will do.

# %% [markdown]
# *3 points, about 10 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Three layers, and each lies between two neighbouring numbers of the list D, H1, H2, C.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# `W1` $(D, H_1)$, `W2` $(H_1, H_2)$, `W3` $(H_2, C)$; a bias has as many entries as its weights have columns.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# `np.random.randn(rows, columns)` is a standard normal; the last layer's factor is another one.
#
# </details>

# %% solution="init_nn_solution"
def init_nn(num_inputs: int, num_hiddens: list[int], num_outputs: int) -> dict[str, np.ndarray]:
    """Make the parameters of a network with two hidden layers.

    num_inputs: D. num_hiddens: [H1, H2]. num_outputs: C.
    Returns a dictionary with W1 (D, H1), W2 (H1, H2), W3 (H2, C), b1 (H1,), b2 (H2,), b3 (C,).
    """
    ### BEGIN SOLUTION
    sizes = [num_inputs, *num_hiddens, num_outputs]
    model = {}
    for layer, scale in enumerate([0.1, 0.1, 0.01], start=1):
        rows, columns = sizes[layer - 1], sizes[layer]
        model[f"W{layer}"] = scale * np.random.randn(rows, columns)
        model[f"b{layer}"] = np.zeros(columns)
    return model
    ### END SOLUTION

# %% test="init_nn" points=3
@checks.run
def check():
    for D, H1, H2, C in ((90, 80, 70, 60), (3, 5, 2, 4)):
        sizes = D, [H1, H2], C
        fresh = init_nn(*sizes)
        checks.that(sizes[1] == [H1, H2], "init_nn changed num_hiddens, the list that it was given.")
        for name, size in (("W1", (D, H1)), ("W2", (H1, H2)), ("W3", (H2, C))):
            checks.that(name in fresh, f"init_nn made no {name}.")
            checks.shape(f"{name} of init_nn{sizes}", fresh[name], size,
                         "one row an input of the layer, one column a unit")
        for name, units in (("b1", H1), ("b2", H2), ("b3", C)):
            checks.that(name in fresh, f"init_nn made no {name}.")
            checks.close(f"{name} of init_nn{sizes}", fresh[name], np.zeros(units),
                         "a bias has one axis and starts at zero")
    fresh = init_nn(90, [80, 70], 60)
    for name, scale in (("W1", 0.1), ("W2", 0.1), ("W3", 0.01)):
        weights = np.asarray(fresh[name]) / scale
        checks.close(f"the standard deviation of {name} / {scale}", weights.std(), 1,
                     "a factor on a standard normal", 0.07)
        checks.close(f"the mean of {name} / {scale}", weights.mean(), 0,
                     "a normal around zero has both signs", 0.08)
        checks.that(np.abs(weights).max() > 2.5,
                    f"No weight of {name} is larger than 2.5 standard deviations: "
                    "is it a normal distribution?")

# %% demo="look_at_init_nn"
model = init_nn(2304, [16, 32], 7)
for name in ["W1", "b1", "W2", "b2", "W3", "b3"]:
    print(f"{name}: shape {str(model[name].shape):10}  standard deviation {model[name].std():.3f}")

# %% [markdown]
# ## 3. The affine layer
#
# An affine layer, without the cache of chapter 1: the backward pass gets the arrays it needs as arguments.
# With $x$ of shape $(N, D)$, $w$ $(D, M)$, $b$ $(M,)$ and $y$ $(N, M)$:
#
# $$y = x\,w + b$$
#
# The backward pass is given $g_y = \partial E / \partial y$, of the shape of $y$, for some error $E$. Each
# entry of $w$ and $b$ was used by all $N$ cases, so their shares add up (chapter 1, question 2, derives
# the products):
#
# $$g_x = g_y\, w^\top, \qquad g_w = x^\top g_y, \qquad (g_b)_j = \sum_{i=1}^{N} (g_y)_{ij}$$
#
# Each gradient has the shape of what it belongs to; $g_b$ has one axis. Any averaging over the batch is
# already in $g_y$, so nothing is divided here.

# %% [markdown]
# *5 points, about 15 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Four formulas above, four results; two functions.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# $g_y$ is $(N, M)$. Only one product of $g_y$ and $w$ is $(N, D)$, and only one of $x$ and $g_y$ is $(D, M)$.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Three lines of NumPy in all. Nothing is divided by $N$.
#
# </details>

# %% solution="affine_solution"
def affine(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Compute y = x w + b for x (N, D), w (D, M), b (M,). Returns y, (N, M)."""
    ### BEGIN SOLUTION
    return x @ w + b
    ### END SOLUTION


def affine_backward(
    grad_y: np.ndarray, x: np.ndarray, w: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compute the gradients of the error through y = x w + b.

    grad_y: gradient with respect to y, (N, M). x: the layer's input, (N, D). w: its weights, (D, M).
    Returns grad_x (N, D), grad_w (D, M), grad_b (M,).
    """
    ### BEGIN SOLUTION
    return grad_y @ w.T, x.T @ grad_y, grad_y.sum(axis=0)
    ### END SOLUTION

# %% test="affine" points=5
@checks.run
def check():
    # two cases of three numbers, four outputs
    x, b = np.array([[1.0, -2, 0], [3, 1, 2.5]]), np.array([10.0, 20, 30, 40.5])
    w, grad_y = np.array([[1.0, 2, 0, -1], [0, -1, 2, 1], [2, 3, 1, 0.5]]), np.ones((2, 4))
    grad_y[1] = [2, -1, 0, 4]
    before = x.copy(), w.copy(), b.copy(), grad_y.copy()
    checks.close("affine(x, w, b)", affine(x, w, b), [[11, 24, 26, 37.5], [18, 32.5, 34.5, 39.75]],
                 "weighted sums of each row of x, and the bias added to every row")
    grad_x, grad_w, grad_b = affine_backward(grad_y, x, w)
    checks.close("grad_x", grad_x, [[2, 2, 6.5], [-4, 5, 3]],
                 "(N, D): each entry of x collects from all outputs of its own case")
    checks.close("grad_w", grad_w, [[7, -2, 1, 13], [0, -3, -2, 2], [5, -2.5, 0, 10]],
                 "(D, M), summed over the cases, not averaged")
    checks.close("grad_b", grad_b, [3, 0, 1, 5], "(M,), summed over the cases, not averaged")
    for name, seen, was in zip(("x", "w", "b", "grad_y"), (x, w, b, grad_y), before):
        checks.kept(name, seen, was)
    # one case of two numbers, three outputs
    x, w = np.array([[2, -3]]), np.array([[1, 0, 4], [2, -1, 1]])
    checks.close("affine of a single case", affine(x, w, np.array([0, 0, -9])), [[-4, 3, -4]],
                 "no size is written into the code")
    grad_x, grad_w, grad_b = affine_backward(np.array([[0.5, 1, -1]]), x, w)
    checks.close("grad_x of a single case", grad_x, [[-3.5, -1]])
    checks.close("grad_w of a single case", grad_w, [[1, 2, -2], [-1.5, -3, 3]])
    checks.close("grad_b of a single case", grad_b, [0.5, 1, -1], "(M,), one axis")

# %% demo="look_at_affine"
faces, w, b = inputs_train[:5], model["W1"], model["b1"]
y = affine(faces, w, b)
for name, array, gradient in zip("xwb", [faces, w, b], affine_backward(y, faces, w)):
    print(f"{name} has shape {array.shape}, its gradient {gradient.shape}")

# %% [markdown]
# ## 4. ReLU
#
# Between two affine layers stands the rectifier, entry by entry. `relu_backward` is given the gradient $g_y$
# with respect to the activation and the value $x$ from *before* the activation:
#
# $$y_{ij} = \max(x_{ij}, 0), \qquad (g_x)_{ij} = \begin{cases} (g_y)_{ij} & x_{ij} > 0 \\ 0 & x_{ij} < 0 \end{cases}$$
#
# with all four arrays of one shape. The sign of $x$ decides, whatever the sign of $g_y$. At exactly 0 either
# gradient will do. Leave `x` and `grad_y` as they were, and return new arrays: the network keeps the
# un-activated values for its backward pass, and if a layer overwrites them, that pass finds wrong numbers.

# %% [markdown]
# *4 points, about 10 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# What decides in the backward pass: the sign of `x`, or of `grad_y`?
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# One shape throughout.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# `np.maximum` forward; a comparison, times `grad_y`, backward. Both make new arrays.
#
# </details>

# %% solution="relu_solution"
def relu(x: np.ndarray) -> np.ndarray:
    """Compute max(x, 0) entry by entry, in a new array of the shape of x."""
    ### BEGIN SOLUTION
    return np.maximum(x, 0)
    ### END SOLUTION


def relu_backward(grad_y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Compute the gradient with respect to the un-activated input.

    grad_y: gradient with respect to relu(x). x: the input of relu, of the same shape.
    Returns the gradient with respect to x, of the same shape, in a new array.
    """
    ### BEGIN SOLUTION
    return grad_y * (x > 0)
    ### END SOLUTION

# %% test="relu" points=4
@checks.run
def check():
    x, grad_y = np.array([[-2.0, 3, 0.25], [4, -0.1, -6]]), np.array([[5.0, -7, 2], [3, -1, 8]])
    before = x.copy(), grad_y.copy()
    checks.close("relu(x)", relu(x), [[0, 3, 0.25], [4, 0, 0]],
                 "negative entries become 0, the others stay")
    checks.kept("x", x, before[0])
    checks.close("relu_backward(grad_y, x)", relu_backward(grad_y, x), [[0, -7, 2], [3, 0, 0]],
                 "grad_y where x is positive, otherwise 0")
    checks.kept("x", x, before[0])
    checks.kept("grad_y", grad_y, before[1])
    x = np.array([[3], [-1], [2], [-4]])  # four cases of one whole number
    checks.close("relu of whole numbers", relu(x), [[3], [0], [2], [0]])
    seen = relu_backward(np.array([[0.5], [0.25], [-1.5], [1.0]]), x)
    checks.close("relu_backward where x holds whole numbers", seen, [[0.5], [0], [-1.5], [0]],
                 "fractions of grad_y are kept")

# %% demo="look_at_relu"
line = np.linspace(-2, 2, 201)
plt.figure(figsize=(6, 2.5), layout="constrained")
plt.plot(line, relu(line), label="relu(x)")
plt.plot(line, relu_backward(np.ones(201), line), "--", label="its derivative")
plt.xlabel("x")
plt.legend()
pictures.show(
    "relu is zero for negative x and equals x for positive x; its derivative steps from 0 to 1 at zero."
)

# %% [markdown]
# *Figure 2. The rectifier passes what is positive and is flat below zero; its derivative (dashed) is 1 and 0
# there.*
#
# ## 5. The forward pass
#
# Three affine layers with two rectifiers between them. $x$ has shape $(N, D)$:
#
# $$z_1 = x W_1 + b_1, \quad h_1 = \mathrm{relu}(z_1), \quad z_2 = h_1 W_2 + b_2, \quad h_2 = \mathrm{relu}(z_2), \quad y = h_2 W_3 + b_3$$
#
# with $z_1, h_1$ of shape $(N, H_1)$, $z_2, h_2$ of shape $(N, H_2)$ and $y$ of shape $(N, C)$. The $y$ are
# *scores*: any real numbers, without a rectifier and without a softmax. You write the softmax in section 8, and
# it is applied to the scores outside of this function. `nn_forward` returns all six arrays under the keys `x`,
# `z1`, `h1`, `z2`, `h2`, `y`, because the backward pass will need them.

# %% [markdown]
# *6 points, about 15 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Five steps, in the order of the formula, each from the result of the last.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# $(N, D) \to (N, H_1) \to (N, H_1) \to (N, H_2) \to (N, H_2) \to (N, C).$
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Give each of the five results its own name, and put all six arrays into a dictionary at the end. After the
# third affine layer comes nothing.
#
# </details>

# %% solution="nn_forward_solution"
def nn_forward(model: dict[str, np.ndarray], x: np.ndarray) -> dict[str, np.ndarray]:
    """Run the network on a batch.

    model: W1, b1, W2, b2, W3, b3. x: inputs, (N, D).
    Returns a dictionary with x (N, D), z1 and h1 (N, H1), z2 and h2 (N, H2) and the scores y (N, C).
    """
    ### BEGIN SOLUTION
    z1 = affine(x, model["W1"], model["b1"])
    h1 = relu(z1)
    z2 = affine(h1, model["W2"], model["b2"])
    h2 = relu(z2)
    y = affine(h2, model["W3"], model["b3"])
    return {"x": x, "z1": z1, "h1": h1, "z2": z2, "h2": h2, "y": y}
    ### END SOLUTION

# %% [markdown]
# The checks of this section and the next use a network that is small enough to follow by hand.

# %% given="example"
def example() -> tuple[dict, dict]:
    """A network with one input and layers of 2, 3 and 2 units,
    and what the cases 2 and -3 become on their way through it."""
    model = {
        "W1": np.array([[1.0, -1]]), "b1": np.array([0.0, 1]),
        "W2": np.array([[2.0, 1, -1], [1, -3, 0]]), "b2": np.array([0.0, 0, 1]),
        "W3": np.array([[1.0, 0], [0, -1], [2, 1]]), "b3": np.array([0.0, -5]),
    }
    passed = {
        "x": np.array([[2.0], [-3]]),
        "z1": np.array([[2.0, -1], [-3, 4]]), "h1": np.array([[2.0, 0], [0, 4]]),
        "z2": np.array([[4.0, 2, -1], [4, -12, 1]]), "h2": np.array([[4.0, 2, 0], [4, 0, 1]]),
        "y": np.array([[4.0, -7], [6, -4]]),
    }
    return model, passed

# %% demo="draw_the_network"
diagrams.network(
    [[2], [2, -1], [2, 0], [4, 2, -1], [4, 2, 0], [4, -7]],
    [[3], [3, 0], [3, -2], [1, 1, 0], [1, 1, 1], [1, -1]],
    [[[1, -1]], None, [[2, 1, -1], [1, -3, 0]], None, [[1, 0], [0, -1], [2, 1]]],
    ["x", "z1", "h1", "z2", "h2", "y"],
    "The small network on the case 2. Forward: z1 is (2, -1), h1 (2, 0), z2 (4, 2, -1), h2 "
    "(4, 2, 0), y (4, -7). Back from err = (1, -1): (1, 1, 1) at h2, (1, 1, 0) at z2, (3, -2) "
    "at h1, (3, 0) at z1 and 3 at x.")

# %% [markdown]
# *Figure 3. The small network with its first case, 2. Blue, in the circles: forward. Orange, below them:
# the gradients for* `err` $= (1, -1)$*, from right to left; section 6 comes to them. The biases are (0, 1),
# (0, 0, 1) and (0, -5). Where a unit is off, nothing comes back through its rectifier.*

# %% test="nn_forward" points=6
@checks.run
def check():
    for (small, passed), what in ((example(), "two cases"), (wide()[:2], "one case of four numbers")):
        before = {name: value.copy() for name, value in small.items()}
        var = nn_forward(small, passed["x"])
        checks.that(isinstance(var, dict) and set(var) >= set(passed),
                    "nn_forward returns a dictionary with the keys x, z1, h1, z2, h2, y.")
        for name, expected in passed.items():
            checks.close(f'nn_forward(model, x)["{name}"] of {what}', var[name], expected,
                         "z before a rectifier, h after it; y has neither rectifier nor softmax")
        for name, value in before.items():
            checks.kept(f'model["{name}"]', small[name], value, "nn_forward only reads the model")

# %% demo="look_at_nn_forward"
var = nn_forward(model, inputs_train[:100])
print({name: value.shape for name, value in var.items()})
print("scores of the first face:", var["y"][0].round(3))

# %% [markdown]
# ## 6. The backward pass
#
# Backwards through the same five steps. `err` is $\partial E / \partial y$, of shape $(N, C)$; `var` is what
# `nn_forward` returned for the batch. Writing $g_a$ for $\partial E / \partial a$, the chain rule runs from
# right to left:
#
# $$g_y \;\to\; (g_{h_2}, g_{W_3}, g_{b_3}) \;\to\; g_{z_2} \;\to\; (g_{h_1}, g_{W_2}, g_{b_2}) \;\to\; g_{z_1} \;\to\; (g_{W_1}, g_{b_1})$$
#
# An arrow is one call of `affine_backward` or `relu_backward`. Ask of each what its input was in the forward
# pass: it is in `var`. Write the six gradients into `model` under the keys `dE_dW1`, `dE_db1`, `dE_dW2`,
# `dE_db2`, `dE_dW3`, `dE_db3`, each of the shape of its parameter, in place of whatever stood there. The
# parameters, `err` and `var` stay as they are, and nothing needs to be returned.

# %% [markdown]
# *9 points, about 30 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Read Figure 3 from right to left. What came into each step on the way forward? It is in `var`.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# `err` is $(N, C)$; after the third affine layer the gradient is $(N, H_2)$, after the second $(N, H_1)$.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Three calls of `affine_backward` and two of `relu_backward`, in turn. An affine layer is fed with `h` (or
# `x`), a rectifier is decided by `z`.
#
# </details>

# %% solution="nn_backward_solution"
def nn_backward(model: dict[str, np.ndarray], err: np.ndarray, var: dict[str, np.ndarray]) -> None:
    """Write the gradients of the six parameters into model, as dE_dW1, dE_db1, ..., dE_db3.

    model: W1, b1, W2, b2, W3, b3. err: gradient of the error with respect to the
    scores, (N, C). var: what nn_forward returned.
    """
    ### BEGIN SOLUTION
    grad_h2, model["dE_dW3"], model["dE_db3"] = affine_backward(err, var["h2"], model["W3"])
    grad_z2 = relu_backward(grad_h2, var["z2"])
    grad_h1, model["dE_dW2"], model["dE_db2"] = affine_backward(grad_z2, var["h1"], model["W2"])
    grad_z1 = relu_backward(grad_h1, var["z1"])
    _, model["dE_dW1"], model["dE_db1"] = affine_backward(grad_z1, var["x"], model["W1"])
    ### END SOLUTION

# %% test="nn_backward" points=9
@checks.run
def check():
    hint = "h fed the affine layers, z decides at the rectifiers; "
    wanted = {"W3": [[4, 4], [2, -2], [0, 2]], "b3": [1, 1], "W2": [[2, 2, 0], [0, 0, 8]],
              "b2": [1, 1, 2], "W1": [[6, 0]], "b1": [3, 0]}
    small, passed = example()
    err = np.array([[1.0, -1], [0, 2]])
    before = {name: value.copy() for name, value in {**small, **passed, "err": err}.items()}
    for call in ("the first call", "a second, equal call"):
        nn_backward(small, err, passed)
        for name, expected in wanted.items():
            checks.that("dE_d" + name in small, f"nn_backward wrote no dE_d{name} into model.")
            checks.close(f"dE_d{name} after {call}", small["dE_d" + name], expected,
                         hint + "gradients replace those of an earlier call")
    for name, value in before.items():
        seen = err if name == "err" else small.get(name, passed.get(name))
        checks.kept(name, seen, value, "nn_backward writes nothing but the six gradients")
    small, passed, err, wanted = wide()
    nn_backward(small, err, passed)
    for name, expected in wanted.items():
        checks.close(f"dE_d{name} of layers with 4, 3, 5 and 2 units", small["dE_d" + name], expected,
                     hint + "no size is written into the code")

# %% demo="look_at_nn_backward"
nn_backward(model, np.ones((100, 7)) / 100, nn_forward(model, inputs_train[:100]))
for name in ["W3", "b3", "W2", "b2", "W1", "b1"]:
    slope = model["dE_d" + name]
    print(f"dE_d{name}: shape {str(slope.shape):10}  largest entry {np.abs(slope).max():.2e}")

# %% [markdown]
# ## 7. Checking the gradient
#
# A wrong gradient seldom crashes: the network just learns less. So compare it with one that needs no
# calculus. For the error $E = \tfrac12 \sum_{ij} y_{ij}^2$, whose gradient with respect to the scores is $y$
# itself, move a single entry $p$ of a parameter and look at $E$:
#
# $$\frac{\partial E}{\partial p} \approx \frac{E(p + \epsilon) - E(p - \epsilon)}{2\,\epsilon}, \qquad \epsilon = 10^{-7}$$
#
# Write `check_grad` for the parameter `model[name]`. It calls `forward` and `backward`, then compares up to
# 20 different entries of `model["dE_d" + name]`, chosen at random in each call (all of them where there are
# fewer), with the central difference, and raises an `AssertionError` where the two are more than $1.5 \cdot 10^{-3}$
# apart: they differ at the third decimal. Call `forward` and `backward` as they are passed in; the check must
# work for any network.
#
# The six parameters must come back bit for bit, even when the check raises. Adding $\epsilon$ and taking it
# away again does not do that, because each step rounds; keep the old value and write it back. The `dE_d...`
# entries may change.

# %% [markdown]
# *8 points, about 40 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Call `forward` and `backward` once for the analytic gradient. Which `err` belongs to $\tfrac12 \sum y^2$?
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# `param.size` entries in all; `np.random.permutation(param.size)[:20]` are up to 20 different ones;
# `np.unravel_index` turns a number into a place.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# For each: keep the entry, move it up, take the error, move it down, take the error, put it back, and only
# then compare. Compare the size of the difference with 1.5e-3.
#
# </details>

# %% solution="check_grad_solution"
def check_grad(model: dict, forward, backward, name: str, x: np.ndarray) -> None:
    """Compare the gradient of 0.5 * sum(y ** 2) with central
    differences on 20 random entries of model[name].

    forward(model, x) returns a dictionary with the scores y;
    backward(model, err, var) writes dE_d<name> into model.
    name: the parameter to check, such as "W2". x: inputs, (N, D).
    Raises AssertionError where a gradient is more than 1.5e-3 from the
    difference. The parameters are left as they were.
    """
    ### BEGIN SOLUTION
    eps = 1e-7
    var = forward(model, x)
    backward(model, var["y"], var)
    param, grad = model[name], model["dE_d" + name]
    for flat in np.random.permutation(param.size)[:20]:
        entry = np.unravel_index(flat, param.shape)
        kept, errors = param[entry], []
        for moved in (kept + eps, kept - eps):
            param[entry] = moved
            errors.append(0.5 * np.sum(forward(model, x)["y"] ** 2))
        param[entry] = kept
        numerical = (errors[0] - errors[1]) / (2 * eps)
        assert abs(grad[entry] - numerical) <= 1.5e-3, f"{name}: gradient {grad[entry]}, central difference {numerical}"
    ### END SOLUTION

# %% [markdown]
# The check below hands it a toy with the six parameters of a network, of which only `W1` does anything: $y =
# s\,x$, with $s$ the sum of the entries of `W1`, weighted by 200, 201, 202 and so on. Its gradient can be
# made wrong on purpose.

# %% test="check_grad" points=8
@checks.run
def check():
    for toy in [Toy((30, 2)), Toy((3,)), Toy((4, 1)), Toy((3,), fault=1e-3)]:
        checks.that(not toy.is_refused(check_grad),
                    "check_grad refuses a right gradient: is err the scores y, does it step "
                    "to both sides, and allow a difference of 1.5e-3?")
        checks.that(np.array_equal(toy.model["W1"], toy.before),
                    "check_grad changes a parameter: keep the old value and write it back.")
        checks.that(toy.passes <= 100,
                    f"check_grad calls forward {toy.passes} times: "
                    "two calls for each of 20 entries are enough.")
    faults = [(Toy((3,), fault=2.5e-3), "is off by 2.5e-3 everywhere"),
              (Toy((4, 1), fault=-2.5e-3), "is too small by 2.5e-3 everywhere"),
              (Toy((30, 2), fault=1.0, start=20), "is wrong in the last 40 of 60 entries"),
              (Toy((3, 5), fault=1.0, start=14), "is wrong in the last of 15 entries")]
    for toy, what in faults:
        checks.that(toy.is_refused(check_grad),
                    f"check_grad lets a gradient pass that {what}. Are up to 20 different entries "
                    "taken at random, all where there are fewer, and is a difference above 1.5e-3 "
                    "refused, whatever its sign?")
        checks.that(np.array_equal(toy.model["W1"], toy.before),
                    "check_grad changes a parameter when it raises: write the old value back first.")

# %% [markdown]
# Now the real network, at its starting weights, on ten random pictures. Nothing is printed where a gradient
# is right.

# %% demo="check_the_network"
noise = 0.1 * np.random.default_rng(3).random((10, 2304))
for name in ["W3", "b3", "W2", "b2", "W1", "b1"]:
    check_grad(model, nn_forward, nn_backward, name, noise)
print("All six gradients pass.")

# %% [markdown]
# How much is that worth? Take a backward pass that forgets the first layer altogether and writes zeros for
# $W_1$.

# %% demo="weak_check"
def without_first_layer(model, err, var):
    nn_backward(model, err, var)
    model["dE_dW1"] = np.zeros_like(model["W1"])

check_grad(model, nn_forward, without_first_layer, "W1", noise)
var = nn_forward(model, noise)
nn_backward(model, var["y"], var)
largest = np.abs(model["dE_dW1"]).max()
print(f"No gradient at all passes too: the largest right entry is only {largest:.1e}.")

# %% [markdown]
# The starting weights are small, so the scores are small. On its way down to $W_1$ the gradient is multiplied
# with two more matrices of small weights, and it arrives far below the tolerance of $1.5 \cdot 10^{-3}$. An
# absolute tolerance says nothing without the size of what it compares. There are two cures: compare relative
# to that size, as `rel_error` of chapter 2 does, or make the gradients large. With larger weights the same
# check sees the same fault.

# %% demo="stronger_check"
large = {name: 10 * value for name, value in model.items()}
check_grad(large, nn_forward, nn_backward, "W1", noise)
try:
    check_grad(large, nn_forward, without_first_layer, "W1", noise)
except AssertionError:
    print("With weights ten times as large, "
          "the right gradient still passes and the zeros are found.")

# %% [markdown]
# ## 8. Softmax
#
# The scores become probabilities: exponentiate and divide by the sum of the row. Subtracting the row's own
# largest score first changes nothing, since it cancels in the fraction, and keeps `exp` from overflowing.
#
# $$P_{ij} = \frac{e^{x_{ij} - m_i}}{\sum_{k} e^{x_{ik} - m_i}}, \qquad m_i = \max_k x_{ik}$$
#
# with $x$ and $P$ of shape $(N, C)$. `x` is left as it was.

# %% [markdown]
# *3 points, about 10 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# What is subtracted belongs to each row alone, and so does the sum.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# Maximum and sum are $(N, 1)$: `keepdims=True`.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Subtract in a new array, exponentiate, divide.
#
# </details>

# %% solution="softmax_solution"
def softmax(x: np.ndarray) -> np.ndarray:
    """Turn scores (N, C) into probabilities (N, C), row by row, for scores of any size."""
    ### BEGIN SOLUTION
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
    ### END SOLUTION

# %% test="softmax" points=3
@checks.run
def check():
    x = np.array([[0.0, np.log(3.0), 0.0, 0.0], [2000.0 + np.log(3.0), 2000.0, 0.0, -2000.0],
                  [-1000.0, -1000.0, -1000.0, -1000.0]])
    start, probs = x.copy(), softmax(x)
    checks.shape("softmax(x)", probs, (3, 4), "one row a case, one column a class")
    checks.close("softmax(x)", probs, [[1 / 6, 1 / 2, 1 / 6, 1 / 6], [0.75, 0.25, 0, 0], [0.25] * 4],
                 "each row less its own maximum, over its own sum")
    checks.kept("x", x, start)
    checks.close("softmax of a single row", softmax(np.array([[1, 1]])), [[0.5, 0.5]],
                 "two whole numbers")
    tiny = softmax(np.array([[1.0, 13.0]])).ravel()[0]
    checks.close("the small probability of scores 1 and 13, times exp(12),", tiny * np.exp(12),
                 1 / (1 + np.exp(-12)), "a small probability is not rounded", tolerance=1e-5)

# %% demo="look_at_softmax"
print(softmax(nn_forward(model, inputs_train[:2])["y"]).round(3))

# %% [markdown]
# At the start every expression gets about one seventh.
#
# ## 9. Evaluating
#
# Two numbers describe a network on a set of $N$ cases: the cross-entropy, which the training lowers, and the
# accuracy, which we care about. With $P$ the probabilities and $T$ the one-hot targets, both of shape $(N,
# C)$:
#
# $$\mathrm{ce} = -\frac{1}{N} \sum_{i,j} T_{ij} \log P_{ij}, \qquad
# \mathrm{acc} = \frac{1}{N}\,\#\{i : \arg\max_j P_{ij} = {\arg\max_j T_{ij}}\}$$
#
# `forward(model, inputs)["y"]` are the scores. A large set can be passed through in batches of `batch_size`
# rows (-1: all at once). That must not change the result: the means are over all $N$ cases, so add up over
# the batches first and divide once at the end. The last batch may be shorter than the others.

# %% [markdown]
# *6 points, about 20 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Which numbers add up over batches, and which don't? A mean of means is wrong when the last batch is short.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# Each batch gives a sum of losses and a count of right cases: two numbers.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Loop over the starts 0, b, 2b, ... and slice; slices past the end are cut off by Python. `np.sum(t * p,
# axis=1)` is the probability of each case's own class.
#
# </details>

# %% solution="evaluate_solution"
def evaluate(
    inputs: np.ndarray, target: np.ndarray, model: dict, forward, batch_size: int = -1
) -> tuple[float, float]:
    """Compute the mean cross-entropy and the accuracy over all cases.

    inputs: (N, D). target: one-hot, (N, C). forward(model, x) returns a dictionary with the
    scores y. batch_size: rows at a time, -1 for all.
    Returns ce and acc, two numbers; acc is a fraction between 0 and 1.
    """
    ### BEGIN SOLUTION
    num_cases = len(inputs)
    if batch_size == -1:
        batch_size = num_cases
    ce = correct = 0.0
    for start in range(0, num_cases, batch_size):
        t = target[start : start + batch_size]
        prediction = softmax(forward(model, inputs[start : start + batch_size])["y"])
        ce -= np.log(np.sum(t * prediction, axis=1)).sum()
        correct += np.sum(prediction.argmax(axis=1) == t.argmax(axis=1))
    return ce / num_cases, correct / num_cases
    ### END SOLUTION

# %% test="evaluate" points=6
@checks.run
def check():
    def forward(model, x):
        return {"y": model["scale"] * x}

    # scores whose softmax can be read off: the rows sum to 4, 8, 10, 10 and 4
    scores = np.log(np.array([[1.0, 1, 2], [1, 6, 1], [2, 5, 3], [8, 1, 1], [1, 1, 2]]))
    target, of_the_right_class = np.eye(3)[[2, 1, 0, 0, 1]], np.array([0.5, 0.75, 0.2, 0.8, 0.25])
    before = scores.copy(), target.copy()
    for batch_size in (-1, 5, 2, 3):
        ce, acc = evaluate(-scores / 2, target, {"scale": -2}, forward, batch_size)
        checks.close(f"ce with batch_size={batch_size}", ce, -np.log(of_the_right_class).mean(),
                     "one mean over all cases, which is not the mean of the batches' means; the scores "
                     "are those that forward gives for this model")
        checks.close(f"acc with batch_size={batch_size}", acc, 0.6,
                     "the fraction of all cases whose most probable class is the right one")
    evaluate(scores, target, {"scale": 1}, forward)
    checks.kept("inputs", scores, before[0])
    checks.kept("target", target, before[1])
    again = [0, 1, 2, 3, 4, 0]
    ce, acc = evaluate(scores[again], target[again], {"scale": 1}, forward)
    checks.close("[ce, acc] of the five cases and the first again", [ce, acc],
                 [-np.log(of_the_right_class[again]).mean(), 2 / 3], "no size is written into the code")
    # a single case of four classes, in batches of two
    ce, acc = evaluate(np.zeros((1, 4)), np.array([[0, 0, 0, 1]]), {"scale": 1}, forward, 2)
    checks.close("ce of four equal scores", ce, np.log(4), "a batch may be larger than the data")

# %% demo="look_at_evaluate"
ce, acc = evaluate(inputs_valid, target_valid, model, nn_forward)
print(f"untrained: cross-entropy {ce:.3f} (log 7 = {np.log(7):.3f}), "
      f"accuracy {acc:.3f} (1/7 = {1 / 7:.3f})")

# %% [markdown]
# ## 10. The update
#
# Plain gradient descent: every one of the six parameters $p$ takes a step against its gradient,
#
# $$p \leftarrow p - \eta\, \frac{\partial E}{\partial p}$$
#
# with the learning rate $\eta$ and $\partial E / \partial p$ of the shape of $p$, which `nn_backward` left in
# `model`. The new values are written into `model`; the gradients stay, and nothing is remembered from one
# step to the next.

# %% [markdown]
# *3 points, about 5 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Six parameters, six gradients, one rule.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# Each gradient has the shape of its parameter.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Loop over the six names; the gradient of `name` is under `"dE_d" + name`.
#
# </details>

# %% solution="nn_update_solution"
def nn_update(model: dict[str, np.ndarray], eta: float) -> None:
    """Take one gradient step on W1, W2, W3, b1, b2, b3, in model itself.

    model: the six parameters and their gradients dE_dW1 ... dE_db3. eta: learning rate.
    """
    ### BEGIN SOLUTION
    for name in ["W1", "W2", "W3", "b1", "b2", "b3"]:
        model[name] = model[name] - eta * model["dE_d" + name]
    ### END SOLUTION

# %% test="nn_update" points=3
@checks.run
def check():
    slopes = {"W1": np.full((2, 3), 10.0), "W2": np.full((3, 5), 20.0),
              "W3": np.full((5, 4), -30.0), "b1": np.ones(3), "b2": np.full(5, -5.0),
              "b3": np.full(4, 2.0)}
    step = {name: np.ones_like(slope) for name, slope in slopes.items()}
    step |= {"dE_d" + name: slope.copy() for name, slope in slopes.items()}
    moved = {name: 1.0 for name in slopes}
    for count, eta in ((1, 0.2), (2, 0.2), (3, 0.5)):
        nn_update(step, eta)
        for name, slope in slopes.items():
            moved[name] = moved[name] - eta * slope
            checks.close(f"{name} after step {count}", step[name], moved[name],
                         "minus eta times the gradient, in model itself; no step is remembered")
            checks.kept("dE_d" + name, step["dE_d" + name], slope, "the gradients stay")

# %% demo="look_at_nn_update"
for steps in range(4):
    var = nn_forward(model, noise)
    half_sum = 0.5 * np.sum(var["y"] ** 2)
    print(f"half the sum of the squared scores after {steps} steps: {half_sum:.6f}")
    nn_backward(model, var["y"], var)
    nn_update(model, 0.02)

# %% [markdown]
# ## 11. Training
#
# `train` repeats, for `num_epochs` epochs:
#
# 1. put the training cases in a new random order, inputs and targets alike;
# 2. cut that order into batches of `batch_size` (-1: one batch of everything). The last batch holds what is
#    left and counts like any other;
# 3. for each batch of $n$ cases: `forward`, then `err`, the gradient of the mean cross-entropy with respect to
#    the scores, then `backward`, then `update`;
# 4. after the epoch, measure cross-entropy and accuracy on the whole training split and on the whole
#    validation split.
#
# Chapter 1, *Derive it*, has you show for one case what this gradient is:
#
# $$\mathrm{err} = \frac{P - T}{n}$$
#
# with the probabilities $P$, the softmax of the scores, and the targets $T$, both of shape $(n, C)$. Here $n$
# counts the cases of this batch, the short last one included, so that the size of a step doesn't depend on the
# size of the batch.
#
# `data` is what `load_data` returned, six arrays in its order; they stay as they are, so shuffle indices
# rather than the arrays. The test split isn't touched. `stats` is a dictionary with the lists `train_ce`,
# `valid_ce`, `train_acc`, `valid_acc`, each with one pair (epoch, value) an epoch; count epochs from 0 or
# from 1. `forward`, `backward` and `update` are called as they are passed in: `var = forward(model, x)`,
# `backward(model, err, var)`, `update(model, eta)`.

# %% [markdown]
# *8 points, about 35 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Four numbered steps above: which happen for every batch, and which once an epoch?
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# `err` is $(n, C)$, with $n$ the number of rows of *this* batch.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Draw a permutation of row numbers each epoch and take slices of it; index inputs and targets with the same
# slice. After the inner loop, call `evaluate` for both splits and append (epoch, value).
#
# </details>

# %% solution="train_solution"
def train(
    model: dict, forward, backward, update, eta: float, num_epochs: int, batch_size: int, data: tuple
) -> tuple[dict, dict]:
    """Train a model by gradient descent on shuffled batches.

    data: inputs_train, inputs_valid, inputs_test, target_train, target_valid,
    target_test. batch_size: -1 for the full batch.
    Returns the trained model, and stats: train_ce, valid_ce, train_acc,
    valid_acc, each a list of (epoch, value).
    """
    ### BEGIN SOLUTION
    inputs_train, inputs_valid, _, target_train, target_valid, _ = data
    num_cases = len(inputs_train)
    if batch_size == -1:
        batch_size = num_cases
    stats = {"train_ce": [], "valid_ce": [], "train_acc": [], "valid_acc": []}
    for epoch in range(1, num_epochs + 1):
        order = np.random.permutation(num_cases)
        for start in range(0, num_cases, batch_size):
            rows = order[start : start + batch_size]
            var = forward(model, inputs_train[rows])
            backward(model, (softmax(var["y"]) - target_train[rows]) / len(rows), var)
            update(model, eta)
        for split, inputs, target in [("train", inputs_train, target_train), ("valid", inputs_valid, target_valid)]:
            ce, acc = evaluate(inputs, target, model, forward)
            stats[split + "_ce"].append((epoch, ce))
            stats[split + "_acc"].append((epoch, acc))
    return model, stats
    ### END SOLUTION

# %% [markdown]
# The check below trains a spy: a model that notes what it is handed, and whose update only pushes the two
# scores apart, the more so the larger the row's first entry.

# %% test="train" points=8
@checks.run
def check():
    spy = Spy(23)
    trained, stats = train(spy.model, spy.forward, spy.backward, spy.update, 0.5, 2, 5, spy.data)
    sizes = [len(cases) for cases, _, _ in spy.batches]
    checks.that(sizes == [5, 5, 5, 5, 3] * 2,
                f"The batches have {sizes} cases; expected 5 5 5 5 3 in each of two epochs.")
    order = np.concatenate([cases for cases, _, _ in spy.batches])
    checks.close("the cases of each epoch, sorted", np.sort(order.reshape(2, 23)), [range(23)] * 2,
                 "every case once an epoch")
    checks.that((order[:23] != order[23:]).any() and (np.diff(order) != 1).any(),
                "The cases come in the same order in both epochs: draw a new one for each epoch.")
    for cases, scores, err in spy.batches:
        checks.close("err", err, spy.wanted(cases, scores),
                     "probabilities minus these cases' own targets, divided by the number of cases in "
                     "this batch")
    checks.that(spy.etas == [0.5] * 10,
                f"update was called with eta {spy.etas}; expected 0.5 for each of the ten batches.")
    checks.close("W1 of the returned model", trained["W1"], [[5, -5], [0, 0], [0, 0]],
                 "the trained model comes first, then stats")
    for epoch, weight in enumerate((2.5, 5.0)):
        for split, count in (("train", 23), ("valid", 7)):
            entry = [stats[split + what][epoch][1] for what in ("_ce", "_acc")]
            checks.close(f"[{split}_ce, {split}_acc] of epoch {epoch + 1}", entry,
                         spy.measured(weight, count), "after the epoch, on the whole split")
    checks.that(len(stats["train_ce"]) == 2, "One entry an epoch: there were two epochs.")
    fresh = Spy(23)
    for name, seen, was in zip(("inputs_train", "inputs_valid", "inputs_test", "target_train"),
                               spy.data, fresh.data):
        checks.kept(name, seen, was, "shuffle row numbers instead")
    # nine cases at once, then in batches of four
    for batch_size, expected in ((-1, [9]), (4, [4, 4, 1])):
        spy = Spy(9)
        train(spy.model, spy.forward, spy.backward, spy.update, 0.1, 1, batch_size, spy.data)
        sizes = [len(cases) for cases, _, _ in spy.batches]
        checks.that(sizes == expected,
                    f"With batch_size={batch_size} nine cases come in batches of {sizes}; "
                    f"expected {expected}.")

# %% [markdown]
# ### The run
#
# One more thing comes first: the average face is subtracted from every face. Grey values are never negative,
# so the faces have much in common, and a change of a unit's weights along the average face changes that unit
# for all of them at once. In this one direction the error is so steep that a step which suits all others
# leaps too far. Subtracting the average takes the direction away. The average is that of the training split
# alone, since the other two stand for faces that nobody has seen yet.
#
# The learning rate is 0.05 and a batch has 100 faces. 120 epochs take about ten seconds on one core. Over ten
# random starts the validation accuracy then lay between 0.76 and 0.83 (0.80 on average), and the training
# accuracy between 0.97 and 1. On the grey values as they are, with all else equal, the validation accuracy
# lay between 0.57 and 0.78 and leaped from one epoch to the next.

# %% demo="train_the_network"
mean_face = inputs_train.mean(axis=0)
centred = [*(inputs - mean_face for inputs in data[:3]), *data[3:]]
np.random.seed(8)
model = init_nn(2304, [16, 32], 7)
w1_at_start = model["W1"].copy()
model, stats = train(model, nn_forward, nn_backward, nn_update, 0.05, 120, 100, centred)
train_acc, valid_acc = stats["train_acc"][-1][1], stats["valid_acc"][-1][1]
print(f"after 120 epochs: training accuracy {train_acc:.3f}, validation accuracy {valid_acc:.3f}")

# %% [markdown]
# Training takes time, so keep what it gave. `save` writes a dictionary of arrays to one `.npz` file. A model
# that has been loaded can be trained on as if nothing had happened, since plain gradient descent remembers
# nothing but the parameters.

# %% demo="save_and_continue"
save("nn_model.npz", model)
save("nn_stats.npz", stats)
model, first = load("nn_model.npz"), load("nn_stats.npz")
model, more = train(model, nn_forward, nn_backward, nn_update, 0.05, 30, 100, centred)
stats = {name: [*first[name], *(np.array(more[name]) + [len(first[name]), 0])] for name in more}
train_acc, valid_acc = stats["train_acc"][-1][1], stats["valid_acc"][-1][1]
print(f"after 150 epochs: training accuracy {train_acc:.3f}, validation accuracy {valid_acc:.3f}")

# %% demo="curves"
display_plot(stats["train_ce"], stats["valid_ce"], "cross-entropy", number=0)
display_plot(stats["train_acc"], stats["valid_acc"], "accuracy", number=1)

# %% [markdown]
# *Figure 4. Above, the cross-entropy; below, the accuracy. At first both splits improve together. From about
# epoch 30 on the curves part, and after about 100 epochs every further gain is on the training faces alone:
# their cross-entropy goes to zero, while that of the validation faces turns and creeps up again, although
# their accuracy stays. What the network gets wrong it gets wrong with more confidence. Chapter 4 stops at the
# turn.*
#
# What has the first layer learned? Each column of $W_1$ has one weight a pixel, so it can be looked at as a
# picture.

# %% demo="first_layer"
on = (nn_forward(model, centred[0])["h1"] > 0).mean(axis=0)
show_faces(model["W1"].T, [f"on for {100 * share:.0f} %" for share in on], columns=8)
show_faces((model["W1"] - w1_at_start).T, [f"change of {unit}" for unit in range(16)], columns=8)

# %% [markdown]
# *Figure 5. Each unit of the first layer as a picture: light pixels switch it on, dark ones off. The title
# gives the share of training faces for which it is on; 0 % would be a dead unit, as in chapter 1. Above, the
# weights: most of what one sees is the noise they started from. Below, what training added to it, each
# picture on its own scale of grey. There are brows, eyes and mouths at several heights, since the faces
# aren't all at the same place.*
#
# The accuracy is one number for seven expressions. The *confusion matrix* tells them apart: entry $(i, j)$
# counts the validation faces of class $i$ that were taken for class $j$.

# %% demo="confusion"
prediction = softmax(nn_forward(model, centred[1])["y"])
true, predicted = target_valid.argmax(axis=1), prediction.argmax(axis=1)
counts = np.zeros((7, 7), dtype=int)
np.add.at(counts, (true, predicted), 1)
show_confusion(counts, EXPRESSIONS)

# %% [markdown]
# *Figure 6. Rows are the true classes, columns the predicted ones; what is right stands on the diagonal. The
# mistakes aren't spread evenly: look for the pairs that are taken for each other, and for the class that
# collects what is faint.*

# %% [markdown]
# ## 12. The faces it is unsure of
#
# Accuracy counts mistakes; the probabilities also tell where the network hesitates. A network is unsure of a
# case when even its largest probability is small. With `prediction` $P$ of shape $(N, C)$, the confidence of
# case $i$ is
#
# $$c_i = \max_j P_{ij}$$
#
# Write `least_confident`: the indices $i$ of the `k` cases with the smallest $c_i$, the smallest first.

# %% [markdown]
# *2 points, about 5 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# First the confidence of each case, then an order.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# $(N, C)$ becomes $(N,)$, and then $k$ row numbers.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# `np.argsort` gives row numbers in ascending order.
#
# </details>

# %% solution="least_confident_solution"
def least_confident(prediction: np.ndarray, k: int = 5) -> np.ndarray:
    """Find the k cases whose largest probability is smallest.

    prediction: probabilities, (N, C). Returns k row indices, the least confident case first.
    """
    ### BEGIN SOLUTION
    return np.argsort(prediction.max(axis=1))[:k]
    ### END SOLUTION

# %% test="least_confident" points=2
@checks.run
def check():
    guesses = np.array([[0.5, 0.25, 0.25], [0.05, 0.9, 0.05], [0.2, 0.4, 0.4], [0.0, 0.45, 0.55],
                        [0.3, 0.0, 0.7], [0.34, 0.36, 0.3], [0.6, 0.2, 0.2]])
    start = guesses.copy()
    checks.close("least_confident(prediction, 3)", least_confident(guesses, 3), [5, 2, 0],
                 "row numbers, the smallest of the largest probabilities first")
    checks.close("least_confident(prediction)", least_confident(guesses), [5, 2, 0, 3, 6],
                 "five where k isn't given")
    checks.kept("prediction", guesses, start)
    few = np.array([[0.1, 0.1, 0.1, 0.7], [0.25, 0.25, 0.2, 0.3]])
    checks.close("least_confident of two cases", least_confident(few, 2), [1, 0], "four classes")
    order = np.random.default_rng(1).permutation(700)
    surer = np.empty(700)
    surer[order] = np.linspace(0.5, 1, 700)
    many = np.column_stack([1 - surer, surer])
    checks.close("600 of 700 cases", least_confident(many, 600), order[:600],
                 "all k of them in order, the least confident first")

# %% [markdown]
# Two lines stand above each face: its true class, which comes from the targets, and the predicted class with
# its probability. (Printing the prediction for both is an easy slip, and it makes every network look right.)

# %% demo="look_at_least_confident"
unsure = least_confident(prediction, 14)
titles = [f"true: {EXPRESSIONS[true[i]]}\n{EXPRESSIONS[predicted[i]]} {prediction[i].max():.2f}"
          for i in unsure]
show_faces(inputs_valid[unsure], titles)

# %% [markdown]
# *Figure 7. The fourteen validation faces of which the network is least sure, the least sure first.*
#
# ## 13. What does it confuse?
#
# Look at Figures 6 and 7 of your own run. Choose two or three of the faces that the network got wrong and say
# what you would have called them. Is the network wrong, or is the label hard to defend? Which expressions
# does it confuse, and what do they share that a network of these layers could go by? Is low confidence a good
# sign of a mistake: how many of these faces did it get wrong, and how does that compare with its accuracy on
# all? Answer in five to ten sentences.

# %% [markdown]
# *3 points, about 25 minutes.*

# %% [markdown] written="what_it_confuses" points=3
# ### BEGIN SOLUTION
# *Rubric.* 1 point: names faces from the figure with their true and predicted class, and judges for each
# whether the picture supports its label. 1 point: names pairs of expressions from the confusion matrix and
# the features that they share, or what the layers can't see. 1 point: compares the share of mistakes among
# the least confident faces with that among all.
#
# *Sample answer.* The numbers are those of one run; others differ. The least confident face is labelled
# disgust and was called neutral with 0.43. Its open mouth is turned down and folds run beside the nose, so I
# would have said disgust as well: the network is wrong. So it is with the angry face that was called disgust,
# whose brows could not be lower. Others are less clear. A face labelled sad was called disgust; its lids
# droop, but the mouth is bent so far down that either name could be defended. One labelled surprise was
# called neutral; the eyes are wide and the mouth is open, but not by much, and I wavered between surprise and
# fear. In the confusion matrix anger is taken for disgust (9), neutral for happy (8) and sad for neutral (8).
# The first two share lowered brows, and a faint smile differs from a straight mouth by a bend of two pixels.
# A network whose first layer weighs single pixels has to learn the same brow anew for each height and tilt of
# the head, so that a shift of a few pixels costs it more than it costs us. Nine of the fourteen least
# confident faces are wrong, against one in five of all: low confidence is a good sign of a mistake, though no
# proof, and most of the 77 mistakes were made with more confidence than these.
# ### END SOLUTION

# %% [markdown]
# ## 14. The test split
#
# Settings were chosen with an eye on the validation split, so its accuracy may flatter. The test split has
# been left alone, and is used once, at the end.

# %% demo="test_accuracy"
ce, acc = evaluate(centred[2], target_test, model, nn_forward)
print(f"test: cross-entropy {ce:.3f}, accuracy {acc:.3f}")

# %% [markdown]
# Over ten random starts of 150 epochs the test accuracy lay between 0.83 and 0.87, each time above the
# validation accuracy, by 0.02 to 0.09. That does not make the network better than it looked: an accuracy $a$
# measured on $N$ faces has a standard error of $\sqrt{a (1 - a) / N}$, here about 0.02, and which faces came
# into which split is a matter of chance. Differences of that size between two networks mean as little, unless
# they come back on other faces.

# %% [markdown]
# ### An experiment of your own
#
# Would wider hidden layers read faces better, or only learn them by heart sooner? Is a smaller batch worth
# its time? Choose one thing to change, write down what you expect, and run it. Nobody grades this cell,
# unless your instructor says so.
#
# - *I change ..., and expect ..., because ...*
# - *What came, on the validation split: ...*
# - *Larger than the 0.02 by which runs differ anyway? ...*

# %% demo="your_experiment"
np.random.seed(8)
tried, tried_stats = train(init_nn(2304, [32, 32], 7), nn_forward, nn_backward, nn_update,
                           0.05, 40, 100, centred)
for name in ["train_acc", "valid_acc"]:
    print(f"{name} after 40 epochs: {tried_stats[name][-1][1]:.3f} with 32 and 32 units, "
          f"{stats[name][39][1]:.3f} with 16 and 32")

# %% [markdown]
# ### Random sizes
#
# The hidden tests try sizes and numbers that the checks above don't. So can you. `properties.py` calls your
# functions with random sizes and holds them against what is true of *any* right answer: a gradient is the
# slope that is measured, a case alone gives what it gives in a batch, the rows of a softmax sum to 1,
# arguments stay as they were, whole numbers give what the same numbers give as floats. No right answer stands
# in that file. Where something is not true, it says what, and for which sizes. The check at the end of this
# notebook runs this cell, too.

# %% demo="try_random_sizes"
import properties


def some_affine(rng):
    N, D, M = rng.integers(1, 5, size=3)
    return rng.normal(size=(N, D)), rng.normal(size=(D, M)), rng.normal(size=M)


properties.layer("affine", affine, lambda grad_y, x, w, b: affine_backward(grad_y, x, w), some_affine)
properties.layer("relu", relu, relu_backward, lambda rng: [rng.normal(size=rng.integers(1, 5, size=2))])
properties.rows("softmax", softmax)

# %% [markdown]
# ## What to take along
#
# - A gradient check is only as good as its tolerance: compare relative to the size of the gradients, or make
#   them large enough to tell.
# - A loop that is handed its model, instead of naming it, can be tested with a toy and used with anything.
# - Two curves say more than one number: where training and validation part, the network has begun to learn
#   its faces by heart.
# - Accuracy counts mistakes; confidence says where to look for them. A confident network is not always right.
# - Every accuracy has a standard error. On 400 faces it is 0.02.
#
# In chapter 4, `modular_mnist`, the network is made of parts that can be exchanged: other activations,
# momentum, a penalty on the weights, and a rule for when to stop.

# %% [markdown]
# ## Before you hand it in
#
# Save the notebook, then run the cell below. It starts from a clean state, runs the cells in order, and says
# question by question what is done, what is not, and what is wrong and why. Run it when you are stuck, too.
# With `all=True` it runs training and demonstrations as well.

# %% demo="check_this_notebook"
import check_notebook

check_notebook.run()
