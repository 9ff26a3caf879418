# %% [markdown]
# # A configurable network
#
# *Chapter 4 of 5. 70 points.*
#
# So far every network was written for its task: so many layers, this activation, that training loop. Here the
# parts become objects that plug into one another, and a dictionary says which parts, how wide, and how they
# are trained. Trying another activation is then a change of one word, and that is what the last part of this
# chapter does: it trains on handwritten digits of 28 x 28 pixels with three activations, with and without
# momentum, with and without a penalty on the weights, and looks at what each changes.
#
# You will write
#
# 1. `load_data` and `softmax`,
# 2. the two building blocks, `Activation` and `Layer`,
# 3. `Neuralnetwork`, which chains them,
# 4. `gradient_approximation`, which checks its gradient,
# 5. `trainer`, with minibatches, momentum, L2 penalty and early stopping, and `test`.
#
# A network can learn with a wrong gradient, with a momentum that forgets, or with "best weights" that are
# only the last ones by another name. It then learns a little worse, and nobody notices. So each part is
# checked by itself before it is used.

# %% [markdown]
# ## What holds everywhere
#
# - **One row an example.** A batch of $N$ images is an array of shape $(N, 784)$, its labels are one-hot,
#   $(N, 10)$. A batch may have a single row.
# - **The gradient is that of the mean loss.** The loss of a batch is the mean cross-entropy of its rows, and
#   every `d_...` is the derivative of that mean. The division by $N$ happens once, where the network's
#   backward pass starts, with $(\text{probs} - \text{targets}) / N$; the layers only sum over rows, and the
#   trainer *subtracts*. (Some codes carry the negative of the summed gradient instead, and add. Both work; a
#   mixture does not.)
# - **Arguments are left as they were**, and what is returned is a new array. Remembering an argument for the
#   backward pass is fine.
# - Integers and `float32` are as welcome as `float64`, and a result that is a fraction stays one. Mind that
#   `np.zeros_like(x)` holds integers where `x` does; `np.zeros(x.shape)` does not.
# - Loops and vectorized expressions are equally right. Helpers are welcome in the solution cells; extra
#   attributes are too. Below your code stands a check, which JupyterLab shows folded; click on it if you want
#   to read it. It is silent when it finds nothing wrong. Where you are stuck, hints unfold above the cell for
#   your code, from a nudge to the idea.
#
# Each part is tested by itself, so a mistake in one costs nothing in the next. The last question, in section
# 10, asks for a written answer, which a person reads.

# %% [markdown]
# **If you start here.** A layer computes its output from its input and, on the way back, turns the gradient
# of the loss with respect to its output into those with respect to its input and its parameters. A gradient
# has the shape of what it is the gradient of, and what is used several times, as a weight is by every row,
# collects the sum of what comes back. Chapters 1 to 3 call the gradient from above `dout` or $g_y$. Here it
# is `delta`, as in the course that this chapter descends from. A bias is a row of shape $(1, \text{out})$
# here, not $(\text{out},)$ as before: every parameter is then a matrix, and one index $(i, j)$ names an entry
# of any of them. NumPy adds both to a batch in the same way.

# %% given="imports"
import os
import pickle
import tempfile

# Before NumPy is loaded: on matrices this small, threads cost more than they bring.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import matplotlib.pyplot as plt
import numpy as np

import checks
import diagrams
import figures
import toys

plt.style.use("tableau-colorblind10")

# %% given="config"
config = {
    "layer_specs": [784, 100, 100, 10],  # width of the input, of the hidden layers, of the output
    "activation": "ReLU",  # after every hidden layer: 'sigmoid', 'tanh' or 'ReLU'
    "batch_size": 200,
    "epochs": 30,  # at most
    "learning_rate": 0.1,
    "early_stop": True,
    "early_stop_epoch": 5,  # stop after so many epochs in a row of rising validation loss
    "L2_penalty": 0,  # strength of the penalty on the weights
    "momentum": True,
    "momentum_gamma": 0.9,  # how much of its velocity a weight keeps from one step to the next
}

# %% [markdown]
# ## 1. The digits
#
# Each data file is an array of shape $(N, 785)$: 784 pixels, whole numbers from 0 to 255, and in the last
# column the label. Files come in two forms.
#
# - `.npz`, what ships with this notebook: `np.load(fname)["data"]`.
# - `.pkl`, the form of older courses: `pickle.load(file, encoding="latin1")` on the file opened as `"rb"`;
#   the encoding is for files from Python 2.
#
# **A pickle is a program.** Loading one runs whatever its maker put into it, deleting your files included.
# Open a `.pkl` only if you would also run a script from the same hands. An `.npz` of numbers has no such
# power, and `np.load` refuses pickled parts unless told otherwise.

# %% [markdown]
# Write `load_data` for both forms. Pixels stay as they are in the file; scaling them is the next step. Labels
# become one-hot rows,
#
# $$t_{nc} = 1 \text{ where } c \text{ is the label of image } n, \text{ else } 0,$$
#
# an array of shape $(N, 10)$, with 10 columns whichever labels occur. Labels may be stored as floats, so make
# them integers before you index with them.

# %% [markdown]
# *4 points, about 15 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# How does the name end? That decides how the file is read; what is read has one form.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# `data` is $(N, 785)$; the images are all columns but the last, the labels the last one, as integers.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# `np.eye(10)[labels]` picks a row of the identity for each label: one-hot rows, always 10 wide.
#
# </details>

# %% solution="load_data_solution"
def load_data(fname: str) -> tuple[np.ndarray, np.ndarray]:
    """Read images and labels from a file.

    fname: path of an .npz file (an array under the key data) or of a .pkl file
    (a pickled array), either of shape (N, 785) with the label in the last column.
    Returns the images, (N, 784), with the pixels of the file, and the one-hot labels, (N, 10).
    """
    ### BEGIN SOLUTION
    if fname.endswith(".pkl"):
        with open(fname, "rb") as file:
            data = pickle.load(file, encoding="latin1")
    else:
        with np.load(fname) as file:
            data = file["data"]
    return data[:, :-1], np.eye(10)[data[:, -1].astype(int)]
    ### END SOLUTION


# %% test="load_data" points=4
@checks.run
def check():
    tiny = np.arange(3 * 785).reshape(3, 785) % 256
    tiny[:, -1] = [7, 0, 2]
    with tempfile.TemporaryDirectory() as folder:
        np.savez(f"{folder}/tiny.npz", data=tiny)
        np.savez(f"{folder}/row.pkl", data=tiny[1:2].astype(np.uint8))  # savez adds .npz to the name
        with open(f"{folder}/tiny.pkl", "wb") as file:  # a pickle of our own making: it is safe to load
            toys.Python2(file, 2).dump(tiny.astype(float))
        for name, rows in (("tiny.npz", [0, 1, 2]), ("row.pkl.npz", [1]), ("tiny.pkl", [0, 1, 2])):
            images, one_hot = load_data(f"{folder}/{name}")
            expected = (len(rows), 784)
            checks.shape(f"the array of images of {name}", images, expected, "all columns but the last")
            checks.close(f"the array of images of {name}", images, tiny[rows, :784],
                         "pixels as they are in the file")
            checks.close(f"the array of labels of {name}", one_hot, np.eye(10)[tiny[rows, -1]],
                         "a 1 in the column of the label, 10 columns always")


# %% [markdown]
# What ships are 4000 digits to train on, 500 to validate and 500 to test, drawn from MNIST (LeCun, Bottou,
# Bengio and Haffner, 1998), as many of each class. Where the files of a full course lie beside this notebook,
# `MNIST_train.pkl`, `MNIST_valid.pkl` and `MNIST_test.pkl`, they are taken instead: so put there only files
# that you trust. Pixels are then divided by 255, since inputs of size 1 suit weights and learning rates of
# ordinary size.

# %% demo="digits"
def find(split: str) -> str:
    """The course's own file of a split if it lies beside the notebook, else the one that ships."""
    own = f"MNIST_{split}.pkl"
    return own if os.path.exists(own) else f"mnist_{split}.npz"


(X_train, y_train), (X_valid, y_valid), (X_test, y_test) = (
    load_data(find(split)) for split in ["train", "valid", "test"])
X_train, X_valid, X_test = X_train / 255, X_valid / 255, X_test / 255
print("training", X_train.shape, " validation", X_valid.shape, " test", X_test.shape)
figures.digits(X_train[:20], y_train[:20].argmax(axis=1),
               alt="Twenty handwritten digits, each with its label above it.")

# %% [markdown]
# *Figure 1. Twenty of the training images with their labels.*

# %% [markdown]
# ## 2. Softmax
#
# Scores become probabilities: exponentiate, and divide by the sum of the row. Subtracting each row's own
# maximum first leaves the ratio as it was and keeps the exponentials from overflowing, however large the
# scores are and however far the rows lie apart.
#
# $$P_{ij} = \frac{e^{x_{ij} - m_i}}{\sum_k e^{x_{ik} - m_i}}, \qquad m_i = \max_k x_{ik}$$
#
# with $x$ and $P$ of shape $(N, C)$.

# %% [markdown]
# *3 points, about 10 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Maximum and sum belong to a row, not to the batch.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# Both are $(N, 1)$: `keepdims=True`.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Subtract, exponentiate, divide, in new arrays.
#
# </details>

# %% solution="softmax_solution"
def softmax(x: np.ndarray) -> np.ndarray:
    """Turn scores into probabilities, row by row, for scores of any size.

    x: scores, (N, C).
    Returns the probabilities, (N, C); each row sums to 1.
    """
    ### BEGIN SOLUTION
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %% test="softmax" points=3
@checks.run
def check():
    x = np.array([[0.0, np.log(3.0), 0.0, 0.0], [2000.0, 2000.0 + np.log(3.0), 0.0, 0.0],
                  [-900.0, -900.0, -900.0, np.log(3.0) - 900.0]])
    start, probs = x.copy(), softmax(x)
    checks.shape("softmax(x)", probs, (3, 4), "one row an example, one column a class")
    expected = [[1 / 6, 1 / 2, 1 / 6, 1 / 6], [1 / 4, 3 / 4, 0, 0], [1 / 6, 1 / 6, 1 / 6, 1 / 2]]
    checks.close("softmax(x)", probs, expected,
                 "shift each row by its own maximum, divide by its own sum")
    checks.kept("x", x, start)
    checks.close("softmax of a single row", softmax(np.array([[1, 1]])), [[0.5, 0.5]],
                 "two whole numbers")
    tiny = softmax(np.array([[1.0, 13.0]])).ravel()[0]
    checks.close("the small probability of scores 1 and 13, times exp(12),", tiny * np.exp(12),
                 1 / (1 + np.exp(-12)), "a small probability is not rounded", tolerance=1e-5)

# %% demo="look_at_softmax"
for scale in [0.1, 1.0, 10.0]:
    probs = softmax(scale * np.array([[1.0, 2.0, 3.0]]))
    print(f"scores {scale} times (1, 2, 3):", probs.round(3)[0])

# %% [markdown]
# ## 3. Activation
#
# An `Activation` is one of three functions, chosen by name when it is made.
#
# $$\sigma(a) = \frac{1}{1 + e^{-a}} \qquad \tanh(a) \qquad \mathrm{ReLU}(a) = \max(a, 0)$$
# $$\sigma' = \sigma (1 - \sigma) \qquad \tanh' = 1 - \tanh^2 \qquad \mathrm{ReLU}' = 1 \text{ where } a > 0, \text{ else } 0$$
#
# `forward_pass(a)` keeps its input as `self.x` and applies the function. The `grad_` methods take no
# argument: they give the derivative at `self.x`, in its shape. `backward_pass(delta)` gets the gradient of
# the loss with respect to the output, and returns the one with respect to the input: `delta` times the
# derivative.
#
# All three hold for $a$ of any size: at $\pm 1000$ the values are the limits, never NaN. (It helps that
# $\sigma(a) = \frac{1}{2} + \frac{1}{2} \tanh \frac{a}{2}$.) An unknown name is a `ValueError`, in the
# constructor. The derivative of ReLU at exactly 0 is yours to choose.

# %% [markdown]
# *8 points, about 30 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# `self.x` is the *input*. Which of the three derivatives does the formula write in terms of the output?
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# Everything has the shape of the input, whatever that is.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Let `forward_pass` and `backward_pass` look up the method by name: `getattr(self, "grad_" + name)`. For the
# sigmoid take the formula with tanh, which never overflows.
#
# </details>

# %% solution="Activation_solution"
class Activation:
    """One of three activation functions, entry by entry, with its derivative."""

    def __init__(self, activation_type: str) -> None:
        """Choose the function: 'sigmoid', 'tanh' or 'ReLU'. Raises ValueError for any other name."""
        ### BEGIN SOLUTION
        if activation_type not in ("sigmoid", "tanh", "ReLU"):
            raise ValueError(f"activation_type is {activation_type!r}; known are 'sigmoid', 'tanh' and 'ReLU'")
        self.activation_type = activation_type
        ### END SOLUTION

    def forward_pass(self, a: np.ndarray) -> np.ndarray:
        """Keep a as self.x, and return the function of it. a: any shape; the result has the same."""
        ### BEGIN SOLUTION
        self.x = a
        return getattr(self, self.activation_type)(a)
        ### END SOLUTION

    def backward_pass(self, delta: np.ndarray) -> np.ndarray:
        """Return the gradient with respect to the input of the latest forward_pass,
        given the one with respect to its output."""
        ### BEGIN SOLUTION
        return delta * getattr(self, "grad_" + self.activation_type)()
        ### END SOLUTION

    def sigmoid(self, x: np.ndarray) -> np.ndarray:
        """The sigmoid of each entry of x."""
        ### BEGIN SOLUTION
        return 0.5 + 0.5 * np.tanh(0.5 * x)
        ### END SOLUTION

    def tanh(self, x: np.ndarray) -> np.ndarray:
        """The hyperbolic tangent of each entry of x."""
        ### BEGIN SOLUTION
        return np.tanh(x)
        ### END SOLUTION

    def ReLU(self, x: np.ndarray) -> np.ndarray:
        """Each entry of x where it is positive, else 0."""
        ### BEGIN SOLUTION
        return np.maximum(x, 0)
        ### END SOLUTION

    def grad_sigmoid(self) -> np.ndarray:
        """The derivative of the sigmoid at self.x."""
        ### BEGIN SOLUTION
        s = self.sigmoid(self.x)
        return s * (1 - s)
        ### END SOLUTION

    def grad_tanh(self) -> np.ndarray:
        """The derivative of tanh at self.x."""
        ### BEGIN SOLUTION
        return 1 - np.tanh(self.x) ** 2
        ### END SOLUTION

    def grad_ReLU(self) -> np.ndarray:
        """The derivative of ReLU at self.x: 1 where it is positive, 0 where it is negative."""
        ### BEGIN SOLUTION
        return np.where(self.x > 0, 1.0, 0.0)
        ### END SOLUTION


# %% test="Activation" points=8
@checks.run
def check():
    a = np.array([[np.log(3.0), -np.log(3.0)], [-2000.0, 2000.0], [np.log(7.0), 0.25]])
    delta = np.array([[1.0, -2.0], [3.0, 4.0], [8.0, 10.0]])
    expected = {
        "sigmoid": ([[0.75, 0.25], [0, 1], [0.875, 0.56217650]],
                    [[0.1875, -0.375], [0, 0], [0.875, 2.46134083]]),
        "tanh": ([[0.8, -0.8], [-1, 1], [0.96, 0.24491866]],
                 [[0.36, -0.72], [0, 0], [0.6272, 9.40014848]]),
        "ReLU": ([[np.log(3.0), 0], [0, 2000], [np.log(7.0), 0.25]], [[1, 0], [0, 4], [8, 10]]),
    }
    for kind, (out, grad) in expected.items():
        activation, before, upstream = Activation(kind), a.copy(), delta.copy()
        checks.close(f"the forward pass of {kind}", activation.forward_pass(before), out,
                     "entry by entry, and finite at -2000 and 2000")
        checks.that(hasattr(activation, "x"), f"The forward pass of {kind} keeps no self.x.")
        checks.close(f"self.x of {kind}", activation.x, a,
                     "forward_pass keeps its input, not its output")
        for _ in range(2):
            checks.close(f"the backward pass of {kind}", activation.backward_pass(upstream), grad,
                         "delta times the derivative; self.x is the input, not the output")
        checks.kept(f"the input of {kind}", before, a)
        checks.kept(f"the delta of {kind}", upstream, delta)
        activation.forward_pass(np.array([[1, -3, 2]]))  # another shape, and whole numbers
        slopes = {"sigmoid": [[0.19661193, 0.04517666, 0.10499359]],
                  "tanh": [[0.41997434, 0.00986604, 0.07065082]], "ReLU": [[1, 0, 1]]}
        half = activation.backward_pass(np.array([[0.5, 0.5, 0.5]]))
        checks.close(f"the backward pass of {kind} after another forward pass, times 2",
                     2 * np.asarray(half), slopes[kind],
                     "self.x is that of the latest forward pass; fractions are kept")
        by_name = getattr(activation, f"grad_{kind}")(), getattr(activation, kind)(a.copy())
        for name, seen, right in (f"grad_{kind}", by_name[0], slopes[kind]), (kind, by_name[1], out):
            checks.close(f"the method {name}, called by its name,", 1.0 * np.asarray(seen), right,
                         "its arguments are those of the stub")
    try:
        Activation("softplus")
        refused = False
    except ValueError:
        refused = True
    checks.that(refused, "Activation('softplus') should raise a ValueError in the constructor.")

# %% demo="activations"
figures.activations(Activation)

# %% [markdown]
# *Figure 2. The three activations and their derivatives. A delta that passes back through a sigmoid shrinks
# to a quarter at best; through tanh it keeps its size near 0; through a ReLU it passes whole or not at all.*

# %% [markdown]
# ## 4. Layer
#
# A `Layer` is an affine layer as an object that owns its weights (chapter 1, question 2, derives its
# gradients). Forward, and backward from $\delta = \partial L / \partial a$:
#
# $$a = x w + b \qquad\qquad d_x = \delta\, w^{\mathsf T}, \quad d_w = x^{\mathsf T} \delta, \quad d_b = \sum_n \delta_n$$
#
# with $x$ and $d_x$ of shape $(N, \text{in})$, $a$ and $\delta$ $(N, \text{out})$, $w$ and $d_w$ $(\text{in},
# \text{out})$, $b$ and $d_b$ $(1, \text{out})$. Sums over rows are sums: the $1/N$ of the mean is in $\delta$
# already. Each backward pass writes `d_w` and `d_b` anew.
#
# Weights start random, for two units that start equal stay equal; a standard deviation of
# $1/\sqrt{\text{in}}$ keeps signals at their size. Two layers of one shape must differ too, so do not seed
# here: `np.random.seed` would upset everyone else who draws numbers. Biases start at zero.

# %% [markdown]
# *8 points, about 20 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# What must `forward_pass` keep so that `backward_pass` can work?
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# $d_x$ $(N, \text{in})$, $d_w$ $(\text{in}, \text{out})$, $d_b$ $(1, \text{out})$: `keepdims=True` in the sum
# over the rows.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Three formulas, three attributes, assigned anew each time; return `self.d_x`.
#
# </details>

# %% solution="Layer_solution"
class Layer:
    """An affine layer with weights and biases of its own."""

    def __init__(self, in_units: int, out_units: int) -> None:
        """Make the parameters: self.w, (in_units, out_units), random,
        and self.b, (1, out_units), zeros."""
        ### BEGIN SOLUTION
        self.w = np.random.normal(scale=1 / np.sqrt(in_units), size=(in_units, out_units))
        self.b = np.zeros((1, out_units))
        ### END SOLUTION

    def forward_pass(self, x: np.ndarray) -> np.ndarray:
        """Keep x, (N, in_units), as self.x, and the result,
        (N, out_units), as self.a; return the result."""
        ### BEGIN SOLUTION
        self.x = x
        self.a = x @ self.w + self.b
        return self.a
        ### END SOLUTION

    def backward_pass(self, delta: np.ndarray) -> np.ndarray:
        """Go back through the latest forward_pass.

        delta: gradient of the loss with respect to self.a, (N, out_units).
        Writes self.d_x, (N, in_units), self.d_w, (in_units, out_units), and
        self.d_b, (1, out_units). Returns self.d_x.
        """
        ### BEGIN SOLUTION
        self.d_x = delta @ self.w.T
        self.d_w = self.x.T @ delta
        self.d_b = delta.sum(axis=0, keepdims=True)
        return self.d_x
        ### END SOLUTION


# %% test="Layer" points=8
@checks.run
def check():
    layer, twin = Layer(3, 2), Layer(3, 2)
    checks.shape("w of Layer(3, 2)", layer.w, (3, 2), "a row for each input, a column for each unit")
    checks.close("b of Layer(3, 2)", layer.b, [[0.0, 0.0]], "zeros, (1, out_units)")
    checks.that(len(np.unique([layer.w, twin.w])) == 12,
                "Some starting weights of two layers are equal: draw all at random, without a seed.")
    layer.w, layer.b = np.array([[1.0, -1], [0, 2], [3, 0.5]]), np.array([[10.0, 20.0]])
    one, four = np.array([[2, -1, 1]]), np.array([[1.0, 2, 3], [-1, 0, 4], [0, 0, 0], [0, 0.5, 0]])
    for x, delta, out, d_x, d_w, d_b in (
        (four, [[1, 0.5], [2, -1], [3, 0], [0, 4]], [[20, 24.5], [21, 23], [10, 20], [10, 21]],
         [[0.5, 1, 3.25], [3, -2, 5.5], [3, 0, 9], [-4, 8, 2]], [[-1, 1.5], [2, 3], [11, -2.5]],
         [[6, 3.5]]),
        (one, [[0.5, 1]], [[15, 16.5]], [[-0.5, 2, 2]], [[1, 2], [-0.5, -1], [0.5, 1]], [[0.5, 1]]),
    ):
        what, delta = f"a batch of {len(x)}", np.array(delta)
        before = x.copy(), delta.copy()
        checks.close(f"the forward pass of {what}", layer.forward_pass(x), out, "x w + b")
        checks.close(f"self.a after {what}", layer.a, out, "the output of the forward pass")
        checks.close(f"self.x after {what}", layer.x, x, "the input of the forward pass")
        for _ in range(2):
            back = layer.backward_pass(delta)
            checks.close(f"the backward pass of {what}", back, d_x,
                         "each input collects from all units of its own row; return it, too")
            checks.close(f"d_x of {what}", layer.d_x, d_x, "what the backward pass returns")
            checks.close(f"d_w of {what}", layer.d_w, d_w,
                         "a sum over the rows, with no further 1/N, made anew each time")
            checks.close(f"d_b of {what}", layer.d_b, d_b,
                         "the sum of delta over the rows, kept as (1, out_units), made anew")
        checks.kept("x", x, before[0])
        checks.kept("delta", delta, before[1])

# %% demo="size_of_signals"
signal = np.random.default_rng(0).normal(size=(200, 100))
for depth in range(1, 6):
    signal = Layer(100, 100).forward_pass(signal)
    print(f"standard deviation after {depth} new layers: {signal.std():.2f}")

# %% [markdown]
# If these numbers grow or shrink from layer to layer, so would the signals and the gradients of a deep
# network before it has learned anything. Around 1 they stay where they were.

# %% [markdown]
# ## 5. The network
#
# `Neuralnetwork(config)` makes a chain: for widths `[784, 100, 100, 10]` its `layers` are Layer, Activation,
# Layer, Activation, Layer. No activation follows the last layer; the softmax takes over there. Make a new
# `Activation` for each place. An Activation keeps the input of its latest forward pass, and one object in two
# places would overwrite it.
#
# $$L = -\frac{1}{N} \sum_{n=1}^{N} \sum_{c=1}^{C} t_{nc} \log p_{nc}, \qquad \frac{\partial L}{\partial z} = \frac{p - t}{N}$$
#
# with $p$ the probabilities, $t$ the one-hot targets and $z$ the scores of the last layer, all $(N, C)$. Sum
# over classes, mean over rows. If you guard the logarithm against zero, use $10^{-12}$ or less: a larger
# guard shows in the loss.
#
# `backward_pass` starts from $(p - t) / N$, softmax and cross-entropy in one (the question *Derive it* of
# chapter 1 has you show why), and hands what each part returns to the part before it.

# %% demo="draw_the_chain"
diagrams.chain(
    ["Layer\n0", "Activation\n1", "Layer\n2", "Activation\n3", "Layer\n4", "softmax,\nloss"],
    ["(N, 784)", "(N, 100)", "(N, 100)", "(N, 100)", "(N, 100)", "(N, 10)", "L"],
    ["d_x", "delta", "d_x", "delta", "d_x", "(p - t) / N", ""],
    "Five boxes, Layer and Activation in turn, and a box for softmax and loss. The shapes of what "
    "runs forward stand above the arrows. Back runs (p - t) / N, and each box returns the delta "
    "of the box before it.")

# %% [markdown]
# *Figure 3. The network of* `config`*, with the places of its parts in* `layers`*. Blue, above: the shapes
# of what runs forward. Orange, below: what runs back, of the same shape as what ran forward there. What a
# part returns is the delta of the part before it.*

# %% demo="draw_a_small_network"
diagrams.network(
    [[1, 2], [3, -1], [3, 0], [1, 0]], [[1.46, 1.46], [1.46, 0], [1.46, 0.731], [0.731, -0.731]],
    [[[1, -1], [1, 0.5]], None, [[1, -1], [2, 1]]], ["x", "Layer 0", "ReLU 1", "Layer 2: scores"],
    "A network with the widths 2, 2 and 2 on one row, x = (1, 2). Forward: Layer 0 gives (3, -1), "
    "ReLU (3, 0), Layer 2 the scores (1, 0). Back from the scores: (0.731, -0.731), then "
    "(1.46, 0.731), after ReLU (1.46, 0), and (1.46, 1.46) at x.")

# %% [markdown]
# *Figure 4. A smaller one in numbers:* `layer_specs` *is [2, 2, 2], the biases are (0, -1) and (-2, 3), and the
# batch is one row with the target (0, 1). Blue, in the circles: forward. The softmax of the scores is (0.731,
# 0.269). Orange, below them: back, from* $(p - t) / N$ *at the scores. An entry of* `d_w` *is the blue number at
# the left end of its edge times the orange one at the right end: in Layer 2 the topmost edge has* $3 \cdot 0.731
# = 2.19$*.*

# %% [markdown]
# *12 points, about 35 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Build the list from pairs of neighbouring widths. What follows the last Layer?
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# Scores, `probs` and `targets` are $(N, C)$; the loss is one number.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Forward: hand `x` from layer to layer, then softmax; keep probs and targets. Backward:
# `reversed(self.layers)`, each fed with what the last one returned.
#
# </details>

# %% solution="Neuralnetwork_solution"
class Neuralnetwork:
    """A chain of Layers with Activations between them and a softmax at the end, as config has it."""

    def __init__(self, config: dict) -> None:
        """Make self.layers, a list, from config['layer_specs']
        (widths from input to output) and config['activation']."""
        ### BEGIN SOLUTION
        specs = config["layer_specs"]
        self.layers = [Layer(specs[0], specs[1])]
        for in_units, out_units in zip(specs[1:-1], specs[2:]):
            self.layers += [Activation(config["activation"]), Layer(in_units, out_units)]
        ### END SOLUTION

    def forward_pass(
        self, x: np.ndarray, targets: np.ndarray | None = None
    ) -> tuple[float | None, np.ndarray]:
        """Run the network forward and keep what backward_pass needs.

        x: a batch, (N, in). targets: one-hot, (N, C), or None.
        Returns the loss (None without targets) and the probabilities, (N, C).
        """
        ### BEGIN SOLUTION
        for layer in self.layers:
            x = layer.forward_pass(x)
        self.probs, self.targets = softmax(x), targets
        loss = None if targets is None else self.loss_func(self.probs, targets)
        return loss, self.probs
        ### END SOLUTION

    def loss_func(self, probs: np.ndarray, targets: np.ndarray) -> float:
        """The mean cross-entropy of probabilities, (N, C), for one-hot targets, (N, C)."""
        ### BEGIN SOLUTION
        return -np.mean(np.sum(targets * np.log(np.maximum(probs, 1e-12)), axis=1))
        ### END SOLUTION

    def backward_pass(self) -> None:
        """Go back from the loss of the latest forward_pass (with targets) through all
        layers, so that each Layer has its d_w and d_b."""
        ### BEGIN SOLUTION
        delta = (self.probs - self.targets) / len(self.targets)
        for layer in reversed(self.layers):
            delta = layer.backward_pass(delta)
        ### END SOLUTION


# %% test="Neuralnetwork" points=12
@checks.run
def check():
    small = Neuralnetwork({**config, "layer_specs": [2, 4, 5, 3], "activation": "tanh"})
    kinds = [type(layer).__name__ for layer in small.layers]
    checks.that(kinds == ["Layer", "Activation", "Layer", "Activation", "Layer"],
                f"layers holds {kinds}: Layer and Activation in turn, a Layer last.")
    for layer, size in zip(small.layers[::2], ((2, 4), (4, 5), (5, 3))):
        checks.shape("w of a layer", layer.w, size, "layer_specs is [2, 4, 5, 3]")
        layer.w = np.linspace(-1.0, 1.5, layer.w.size).reshape(size)
        layer.b = np.full((1, size[1]), 0.5)
    x, targets = np.array([[0.5, -1.0], [2.0, 0.3], [-0.7, 0.2], [0.1, 0.9]]), np.eye(3)[[1, 0, 2, 2]]
    loss, probs = small.forward_pass(x, targets)
    checks.close("probs", probs[:1], [[0.44864311, 0.32128144, 0.23007545]],
                 "config's activation after hidden layers, then softmax")
    checks.close("the loss", loss, 1.11924729, "the sum over classes, the mean over rows")
    sure = np.maximum(np.eye(3)[:2], 1e-300)
    checks.close("loss_func of two rows that are surely right", small.loss_func(sure, np.eye(3)[:2]),
                 0.0, "a guard in the logarithm is at most 1e-12", 1e-9)
    unlikely = small.loss_func(np.array([[1e-10, 0.7, 0.3]]), np.eye(3)[:1])
    checks.close("loss_func where the right class has probability 1e-10", unlikely, -np.log(1e-10),
                 "a guard in the logarithm is at most 1e-12", 1e-2)
    for call in ("", " after a second call"):
        small.backward_pass()
        checks.close(f"d_b of the last layer{call}", small.layers[4].d_b, 
                     [[-0.03847676, 0.03859007, -0.00011331]],
                     "it starts from (probs - targets) / N")
        checks.close(f"d_b of the first layer{call}", small.layers[0].d_b, 
                     [[0.05010615, 0.00969415, -0.01974709, -0.05971357]],
                     "an Activation of its own in every place; hand back what each returns")
    loss, probs = small.forward_pass(x[:1])
    checks.that(loss is None, "Without targets there is no loss: return None in its place.")
    checks.close("probs without targets", probs, [[0.44864311, 0.32128144, 0.23007545]])
    drawn = Neuralnetwork({**config, "layer_specs": [2, 2, 2], "activation": "ReLU"})  # Figure 4
    drawn.layers[0].w, drawn.layers[0].b = np.array([[1.0, -1.0], [1.0, 0.5]]), np.array([[0.0, -1.0]])
    drawn.layers[2].w, drawn.layers[2].b = np.array([[1.0, -1.0], [2.0, 1.0]]), np.array([[-2.0, 3.0]])
    checks.close("probs of the network of Figure 4", drawn.forward_pass(np.array([[1.0, 2.0]]))[1],
                 [[0.73105858, 0.26894142]], "config says ReLU here: its activation, not another")
    flat = Neuralnetwork({**config, "layer_specs": [6, 2], "activation": "ReLU"})
    checks.that(len(flat.layers) == 1, "layer_specs [6, 2] has a single Layer and no Activation.")

# %% demo="untrained"
np.random.seed(0)
loss, probs = Neuralnetwork(config).forward_pass(X_test, y_test)
accuracy = np.mean(probs.argmax(axis=1) == y_test.argmax(axis=1))
print(f"untrained: loss {loss:.2f}, accuracy {accuracy:.2f}")
print(f"a network that knows nothing gives each class 1/10: loss log(10) = {np.log(10):.2f}")

# %% [markdown]
# ## 6. Is the gradient right?
#
# A slip in a backward pass rarely stops a network from learning; it only learns worse. So measure the
# gradient before you train. For one entry $\theta$ of one layer's `w` or `b`,
#
# $$\text{numerical} = \frac{L(\theta + \varepsilon) - L(\theta - \varepsilon)}{2 \varepsilon}$$
# $$\text{within: } |\text{numerical} - \text{analytic}| \le 9\, \varepsilon^2$$
#
# *Numerical* takes two forward passes on the batch, with the entry moved. *Analytic* is the layer's own `d_w`
# or `d_b` from a forward and a backward pass with the entry where it was; what stands there from earlier
# belongs to another batch. Afterwards the entry has its old value bit for bit. Adding $\varepsilon$ and
# subtracting it again does not give that, for $(\theta + \varepsilon) - \varepsilon$ is rounded.

# %% [markdown]
# Your function is given a model. Ask nothing of it but `layers` (its Layers with `w`, `b`, `d_w`, `d_b`),
# `forward_pass`, `backward_pass` and `loss_func`; the loss is whatever the model says it is. The check below
# uses a toy from `toys.py` whose loss is $\sum \theta^3$, so that all is known: the slope is $3 \theta^2$,
# and by central differences $3 \theta^2 + \varepsilon^2$.

# %% [markdown]
# *10 points, about 30 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Which three forward passes are there, and with which value of the entry each?
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# `index` picks one number of an array of two axes, a bias's too.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# First the analytic one: forward with targets, backward, read `d_w` or `d_b`. Then keep the entry, move it
# up, forward; move it down, forward; put it back. Compare the distance with 9 epsilon squared.
#
# </details>

# %% solution="gradient_approximation_solution"
def gradient_approximation(
    model: Neuralnetwork, layer: int, kind: str, index: tuple[int, int],
    x: np.ndarray, y: np.ndarray, epsilon: float = 1e-2,
) -> tuple[float, float, bool]:
    """Compare the numerical with the analytic gradient of one parameter.

    layer: place of the layer in model.layers (activations count). kind: 'w' or 'b'.
    index: (i, j) of the entry; (0, j) for a bias.
    x, y: the batch, (N, in), and its one-hot labels, (N, C).
    Returns the numerical and the analytic derivative, and whether they agree within
    9 * epsilon**2. Leaves the parameter as it was.
    """
    ### BEGIN SOLUTION
    model.forward_pass(x, y)
    model.backward_pass()
    analytic = getattr(model.layers[layer], "d_" + kind)[index]
    parameter = getattr(model.layers[layer], kind)
    kept = parameter[index]
    parameter[index] = kept + epsilon
    above, _ = model.forward_pass(x, y)
    parameter[index] = kept - epsilon
    below, _ = model.forward_pass(x, y)
    parameter[index] = kept
    numerical = (above - below) / (2 * epsilon)
    return numerical, analytic, abs(numerical - analytic) <= 9 * epsilon**2
    ### END SOLUTION


# %% test="gradient_approximation" points=10
@checks.run
def check():
    toy = toys.ToyModel(Layer, Activation, cost=lambda p: p**3, slope=lambda p: 3 * p**2)
    toy.layers[2].w[1, 0] = 0.026  # 0.026 - 0.01 + 0.01 is another number
    x, targets = np.zeros((4, 2)), np.eye(3)[[0, 1, 2, 0]]
    numerical, analytic, within = gradient_approximation(toy, 2, "w", (1, 0), x, targets)
    checks.close("numerical", numerical, 3 * 0.026**2 + 1e-4,
                 "(above - below) / (2 epsilon), with epsilon 1e-2 unless another is given",
                 tolerance=1e-8)
    checks.close("analytic", analytic, 3 * 0.026**2,
                 "from a forward and a backward pass with the parameter at its own value",
                 tolerance=1e-9)
    checks.that(within, "within is False, yet the two differ by epsilon**2 only.")
    checks.that(toy.layers[2].w[1, 0] == 0.026,
                "The parameter is not what it was, bit for bit: keep its old value and write it back.")
    checks.that(all(np.array_equal(batch, x) and (y is None or np.array_equal(y, targets))
                    for batch, y in [*toy.passes, toy.steps[-1]]) and toy.steps[-1][1] is not None,
                "The batch does not reach the model: call forward_pass(x, y), images first.")
    for factor, kind, layer, index in ((9.5, "b", 0, (0, 2)), (-9.5, "w", 0, (1, 2)),
                                       (8.5, "b", 2, (0, 0))):
        toy = toys.ToyModel(Layer, Activation, cost=lambda p: factor * p**3 + 200 * p,
                            slope=lambda p: 3 * factor * p**2 + 200)
        numerical, analytic, within = gradient_approximation(toy, layer, kind, index, x, targets,
                                                             epsilon=1e-3)
        what = f"for {kind} of layer {layer} at {index}, with epsilon 1e-3"
        checks.close(f"numerical {what}", numerical, 200 + 12 * factor + factor * 1e-6,
                     "index is that of the entry, and epsilon is the argument", tolerance=1e-9)
        checks.close(f"analytic {what}", analytic, 200 + 12 * factor, "d_w or d_b of the same entry",
                     tolerance=1e-9)
        checks.that(bool(within) == (abs(factor) <= 9),
                    f"within is {within} where numerical - analytic is {factor} epsilon**2: "
                    "it says whether their distance is at most 9 epsilon**2.")

# %% [markdown]
# Now the real network: weights and biases of every layer, on ten training images. Every entry should be
# within $9 \varepsilon^2 = 0.0009$ at $\varepsilon = 10^{-2}$. The network is the tanh one, since tanh is
# smooth. A ReLU has a kink, and where a step of $\varepsilon$ carries some image across it, a central
# difference measures a mixture of two slopes: with ReLU and this $\varepsilon$, about one entry in fifteen of
# a right gradient fails.

# %% demo="gradient_table"
np.random.seed(1)
smooth = Neuralnetwork({**config, "activation": "tanh"})
entries = [(4, "b", (0, 3)), (4, "w", (10, 3)), (4, "w", (70, 8)),
           (2, "b", (0, 5)), (2, "w", (20, 40)), (2, "w", (99, 0)),
           (0, "b", (0, 7)), (0, "w", (350, 7)), (0, "w", (406, 60))]
X_few, y_few = X_train[:10], y_train[:10]
print("layer  kind      numerical       analytic     difference   within")
for layer, kind, index in entries:
    numerical, analytic, within = gradient_approximation(smooth, layer, kind, index, X_few, y_few)
    apart = abs(numerical - analytic)
    print(f"{layer:5}  {kind:4}  {numerical:13.8f}  {analytic:13.8f}  {apart:13.1e}   {within}")

# %% [markdown]
# ### The shape of a V
#
# Why $10^{-2}$, and not something much smaller? Chapter 2 met the two errors of a central difference. What
# the Taylor series leaves out shrinks with $\varepsilon^2.$ What rounding does to the loss, about $10^{-16}$,
# is divided by $2 \varepsilon$ and grows as $\varepsilon$ shrinks. On logarithmic axes the sum is a V. The
# criterion $9 \varepsilon^2$ knows only of its right arm.

# %% demo="v_shape"
epsilons = np.logspace(-9, -1, 33)
differences = []
for epsilon in epsilons:
    pairs = [gradient_approximation(smooth, *entry, X_few, y_few, epsilon)[:2] for entry in entries]
    differences.append(max(abs(numerical - analytic) for numerical, analytic in pairs))
figures.v_shape(epsilons, differences, 9 * epsilons**2)
for epsilon in [1e-2, 1e-4, 1e-5, 1e-6]:
    within = [gradient_approximation(smooth, *entry, X_few, y_few, epsilon)[2] for entry in entries]
    print(f"epsilon {epsilon:.0e}: {sum(within)} of {len(within)} entries within 9 epsilon**2")

# %% [markdown]
# *Figure 5. The largest difference of the nine entries against* $\varepsilon$*, for a right gradient. Where
# the dashed criterion lies below the V, at the left, it fails a right gradient.*
#
# At $\varepsilon = 10^{-6}$ the criterion asks for $9 \cdot 10^{-12}$, where round-off alone leaves ten times
# that and more. A student of the course from which this chapter descends reported that only 32 % of the
# entries agreed. The gradient was right; the tolerance was at fault. A tolerance on a numerical gradient has
# to allow for both arms of the V, something like $c_1\, \varepsilon^2 + c_2 \cdot 10^{-16} / \varepsilon$.
# From $10^{-2}$ down to $10^{-5}$ the first term is enough.

# %% [markdown]
# ## 7. Training
#
# `trainer` is where most silent mistakes live, so here is all that it does, piece by piece.
#
# **Minibatches.** Each epoch draws a fresh permutation of the rows, the same for images and labels, and takes
# consecutive slices of `batch_size` rows. The last slice is shorter where the numbers don't divide, and it is
# used: every row once an epoch. `X_train` itself keeps its order.
#
# **A step.** After a forward and a backward pass on the batch, the weights and biases $\theta$ of every Layer
# move, each array with a velocity $v$ of its own shape:
#
# $$v \leftarrow \gamma\, v - \eta\, g, \qquad \theta \leftarrow \theta + v$$
#
# with $g$ the gradient, $\eta$ the `learning_rate` and $\gamma$ the `momentum_gamma`, or 0 where `momentum`
# is False. $v$ is zero when `trainer` starts and is never reset after that, not at the end of an epoch
# either.

# %% demo="momentum_on_a_slope"
steps, gamma = np.arange(1, 41), 0.9
# Where the gradient is always the same: 1 + gamma + gamma**2 + ...
velocity = (1 - gamma**steps) / (1 - gamma)
travelled = {"momentum": np.cumsum(velocity), "no momentum": steps, "rate times 0.9": 0.9 * steps}
figures.travel(steps, travelled)

# %% [markdown]
# *Figure 6. How far a parameter goes where the gradient never changes. A velocity that remembers ends at* $1
# / (1 - \gamma) = 10$ *plain steps a step.*
#
# The lowest line is a real slip. $v = \gamma \cdot (-\eta g)$, with no old $v$ on the right, looks like
# momentum and is a learning rate multiplied by 0.9. The network still learns, so nothing seems wrong; its
# weights just go 0.9 times as far as without any momentum. The velocity has to outlive the step.

# %% [markdown]
# **L2 penalty.** Adding $\frac{\lambda}{2} \sum w^2$ to what is minimized, with $\lambda$ the `L2_penalty`,
# adds $\lambda w$ to the gradient of each weight:
#
# $$g_w = d_w + \lambda\, w, \qquad g_b = d_b$$
#
# Large weights let a network bend sharply between one image and the next; biases only shift it, so they are
# left out. The validation loss leaves the penalty out as well, so that runs with different penalties can be
# compared.

# %% [markdown]
# **Early stopping.** After each epoch the loss on the validation set is measured. An epoch counts as *rising*
# where this loss is above that of the epoch before; the first to be compared is the second. After
# `early_stop_epoch` rising epochs in a row training ends. An equal or lower loss sets the count back to 0.
#
# | epoch | validation loss | rising in a row |
# | --- | --- | --- |
# | 1 | 0.9 | |
# | 2 | 0.6 | 0 |
# | 3 | 0.7 | 1 |
# | 4 | 0.8 | 2 |
# | 5 | 0.8 | 0 |
# | 6 | 0.85 | 1 |
# | 7 | 0.9 | 2 |
# | 8 | 1.0 | 3 |
#
# With `early_stop_epoch` 3, this run ends after epoch 8.
#
# **Best weights.** Where `early_stop` is True, the model ends with the parameters of the epoch of lowest
# validation loss, here the second, *whether or not* training was cut short. The weights before the first
# epoch do not count. Where it is False, the model ends with its last weights. Keep *copies*: `best = layer.w`
# is a second name for an array that goes on changing if you update it in place, and restoring it restores
# nothing.

# %% [markdown]
# Write `trainer` for any model that has `layers`, `forward_pass(x, targets)`, `backward_pass()` and
# `loss_func(probs, targets)`. Some of its `layers` are Layers, with `w`, `b`, `d_w` and `d_b`; the others are
# Activations. Rely on nothing more: make the velocities in here, and let the model say what its loss is.
#
# The check below trains a toy with the loss $\sum \theta^2 / 2$, whose gradient is $\theta$, so that every
# step can be worked out by hand: from 2, a plain step at rate 0.1 leads to $2 \cdot 0.9$.

# %% given="show_progress"
def show_progress(config: dict, history: dict) -> None:
    """Print the validation loss after the first and every tenth epoch, on one line."""
    epoch, valid_loss = len(history["valid_loss"]), history["valid_loss"][-1]
    if epoch == 1 < config["epochs"]:
        print(f"validation loss, up to {config['epochs']} epochs: {valid_loss:.3f}", end="", flush=True)
    elif epoch % 10 == 0:
        print(f" {valid_loss:.3f}", end="", flush=True)


# %% [markdown]
# *20 points, about 60 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Write it in the order of the text, and run the check after each piece: batches, plain step, momentum, L2,
# stopping, best weights.
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# A velocity has the shape of its array, one for each `w` and each `b`; make them once in each call of `trainer`,
# before the first epoch. One that is kept in a layer would still be there when `trainer` is called again.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# Two numbers steer the end: how many rises in a row, and the lowest validation loss so far; with the second
# goes a list of *copies* of all parameters, put back after the loop where `early_stop` is True.
#
# </details>

# %% solution="trainer_solution"
def trainer(
    model: Neuralnetwork,
    X_train: np.ndarray,
    y_train: np.ndarray,
    X_valid: np.ndarray,
    y_valid: np.ndarray,
    config: dict,
) -> dict[str, list[float]]:
    """Train a model in place, as config has it.

    config: batch_size, epochs, learning_rate, early_stop, early_stop_epoch, L2_penalty,
    momentum and momentum_gamma count here.
    X_train, (N, in), y_train, (N, C), one-hot: to train on. X_valid, y_valid: to decide
    when to stop.
    Returns a dict with the lists train_loss (the mean over the epoch's batches, the loss of
    its last batch, or measured after it, as you like) and valid_loss (measured after the
    epoch, on the whole validation set), one entry for each epoch that ran. You may call
    show_progress after each epoch.
    """
    ### BEGIN SOLUTION
    layers = [layer for layer in model.layers if isinstance(layer, Layer)]
    velocity = [{"w": 0.0, "b": 0.0} for _ in layers]
    gamma = config["momentum_gamma"] if config["momentum"] else 0.0
    history = {"train_loss": [], "valid_loss": []}
    best, best_loss, rising = None, np.inf, 0
    for epoch in range(config["epochs"]):
        order, total = np.random.permutation(len(X_train)), 0.0
        for start in range(0, len(order), config["batch_size"]):
            rows = order[start : start + config["batch_size"]]
            loss, _ = model.forward_pass(X_train[rows], y_train[rows])
            model.backward_pass()
            total += loss * len(rows)
            for layer, v in zip(layers, velocity):
                v["w"] = gamma * v["w"] - config["learning_rate"] * (layer.d_w + config["L2_penalty"] * layer.w)
                v["b"] = gamma * v["b"] - config["learning_rate"] * layer.d_b
                layer.w += v["w"]
                layer.b += v["b"]
        valid_loss, _ = model.forward_pass(X_valid, y_valid)
        rising = rising + 1 if epoch > 0 and valid_loss > history["valid_loss"][-1] else 0
        history["train_loss"].append(total / len(order))
        history["valid_loss"].append(valid_loss)
        show_progress(config, history)
        if config["early_stop"] and valid_loss < best_loss:
            best, best_loss = [(layer.w.copy(), layer.b.copy()) for layer in layers], valid_loss
        if config["early_stop"] and rising == config["early_stop_epoch"]:
            break
    if best is not None:
        for layer, (w, b) in zip(layers, best):
            layer.w, layer.b = w, b
    return history
    ### END SOLUTION


# %% test="trainer" points=20
@checks.run
def check():
    plain = toys.train_toy(trainer, Layer, Activation)
    checks.that(plain["sizes"] == [4, 4, 2] * 2,
                f"The batches have {plain['sizes']} rows; expected 4, 4 and 2 in each of two epochs.")
    sizes = toys.train_toy(trainer, Layer, Activation, rows=13, epochs=1)["sizes"]
    checks.that(sizes == [4, 4, 4, 1], f"13 rows come in batches of {sizes}; expected 4, 4, 4 and 1.")
    rows, in_order = plain["rows"], list(range(10))
    checks.that([sorted(epoch) for epoch in rows] == [in_order] * 2,
                f"The rows of the two epochs are {rows}: every row once in each.")
    checks.that(rows[0] != rows[1] and in_order not in rows,
                f"The rows of the two epochs are {rows}: draw a new order for each.")
    checks.that(plain["labels"] == [[row % 3 for row in epoch] for epoch in rows],
                "Rows and labels were not shuffled alike.")
    checks.that(plain["X_train"] == in_order,
                "X_train itself was shuffled: index with a permutation, or work on a copy.")
    checks.close("a weight and a bias after 6 plain steps", plain["ends"], [2 * 0.9**6] * 2,
                 "3 batches an epoch, one short; subtract the gradient")
    checks.that(len(plain["train_loss"]) == 2, "train_loss has one entry each epoch.")
    # the toy's loss is 26, and each step leaves 0.81 of it
    for epoch, seen in enumerate(plain["train_loss"]):
        losses = 26 * 0.81 ** (3 * epoch + np.arange(4))  # before each step, and after the last
        means = [np.average(part, weights=w) for part in (losses[:3], losses[1:])
                 for w in ([1, 1, 1], [4, 4, 2])]
        checks.that(np.isclose(seen, [*means, *losses[2:]]).any(),
                    f"train_loss of epoch {epoch + 1} is {seen:.4g}; the batches' losses were "
                    f"{losses[:3].round(2)}, and after the epoch it was {losses[3]:.4g}: take the "
                    "mean over the batches or over the rows, the last batch's, or the loss after it.")
    moved = toys.train_toy(trainer, Layer, Activation, momentum=True)
    checks.close("a weight and a bias after 6 steps with momentum", moved["ends"], [-0.156014] * 2,
                 "v is kept from step to step and from epoch to epoch")
    decayed = toys.train_toy(trainer, Layer, Activation, L2_penalty=0.5)
    checks.close("a weight and a bias after 6 steps with L2 0.5", decayed["ends"],
                 [2 * 0.85**6, 2 * 0.9**6], "add L2_penalty * w to d_w, not to d_b")
    both = toys.train_toy(trainer, Layer, Activation, momentum=True, L2_penalty=0.5)
    checks.close("a weight and a bias after 6 steps with momentum and L2 0.5", both["ends"],
                 [-0.689692, -0.156014], "the penalty's share is part of g, and so of the velocity")
    checks.close("valid_loss with L2 0.5", decayed["valid_loss"], [1.0, 1.0],
                 "the loss as the model gives it, without the penalty")
    table = [0.9, 0.6, 0.7, 0.8, 0.8, 0.85, 0.9, 1.0, 0.1, 0.2]
    early = {"batch_size": 10, "epochs": 10, "early_stop": True}
    stopped = toys.train_toy(trainer, Layer, Activation, table, **early)
    checks.close("valid_loss of the table's run", stopped["valid_loss"], table[:8],
                 "it ends at the third rise in a row; an equal loss resets the count")
    checks.close("a weight and a bias after that run", stopped["ends"], [2 * 0.9**2] * 2,
                 "put back copies of what epoch 2 had")
    rising = toys.train_toy(trainer, Layer, Activation, [1.0, 1.1, 1.2, 1.3, 1.4],
                            **{**early, "epochs": 5})
    checks.close("valid_loss where it rises from the start", rising["valid_loss"],
                 [1.0, 1.1, 1.2, 1.3], "the first epoch to be compared is the second")
    patient = toys.train_toy(trainer, Layer, Activation, table[:8],
                             **{**early, "epochs": 8, "early_stop_epoch": 5})
    checks.close("a weight and a bias where all 8 epochs run", patient["ends"], [2 * 0.9**2] * 2,
                 "the best weights are restored without a stop, too")
    free = toys.train_toy(trainer, Layer, Activation, table, **{**early, "early_stop": False})
    checks.close("a weight and a bias without early stopping", free["ends"], [2 * 0.9**10] * 2,
                 "all 10 epochs, and the last weights")

# %% [markdown]
# ## 8. Testing
#
# The last piece is one number for a trained model: the share of images whose most probable class is their
# true class, between 0 and 1.
#
# $$\text{accuracy} = \frac{1}{N} \, \bigl|\{\, n : \arg\max_c p_{nc} = {\arg\max_c t_{nc}} \,\}\bigr|$$
#
# with $p$ and $t$ of shape $(N, C)$. Go through the images at once or in batches, as you like; in batches,
# mind that the last one may be shorter and so counts for less.

# %% [markdown]
# *2 points, about 5 minutes.*
#
# <details><summary>Hint: what to look at</summary>
#
# Which class does the network favour in each row, and which is right?
#
# </details>
#
# <details><summary>Hint: the shape</summary>
#
# Two arrays of $N$ column numbers.
#
# </details>
#
# <details><summary>Hint: the idea</summary>
#
# The mean of a comparison is the share of its True.
#
# </details>

# %% solution="test_solution"
def test(model: Neuralnetwork, X_test: np.ndarray, y_test: np.ndarray, config: dict) -> float:
    """The share of images that the model gets right, from 0 to 1.

    X_test: (N, in). y_test: one-hot, (N, C). config: as for trainer; you need not use it.
    """
    ### BEGIN SOLUTION
    _, probs = model.forward_pass(X_test)
    return float(np.mean(probs.argmax(axis=1) == y_test.argmax(axis=1)))
    ### END SOLUTION


# %% test="test" points=2
@checks.run
def check():
    probs = np.array([[0.4, 0.3, 0.3], [0.1, 0.2, 0.7], [0.3, 0.4, 0.3],
                      [0.9, 0.1, 0.0], [0.2, 0.2, 0.6]])
    for batch_size in (2, 5, 64):
        accuracy = test(toys.Echo(), probs, np.eye(3)[[0, 2, 1, 0, 1]],
                        {**config, "batch_size": batch_size})
        checks.close(f"the accuracy where 4 of 5 are right, with batch_size {batch_size},", accuracy,
                     0.8, "compare the column of the largest probability with that of the 1")
    accuracy = test(toys.Echo(), probs[:3], np.eye(3)[[0, 2, 2]], config)
    checks.close("the accuracy where 2 of 3 are right", accuracy, 2 / 3, "not rounded")
    rows = [*range(5), 0, 1, 4, 1, 3, 3]
    accuracy = test(toys.Echo(), probs[rows], np.eye(3)[[0, 2, 1, 0, 1]][rows],
                    {**config, "batch_size": 4})
    checks.close("the accuracy where 9 of 11 are right", accuracy, 9 / 11, "of all images")
    accuracy = test(toys.Echo(), np.array([[0.7, 0.3]]), np.array([[0, 1]]), config)
    checks.close("the accuracy of one wrong image", accuracy, 0.0, "two classes")

# %% [markdown]
# ## 9. What the settings do
#
# Everything is in place. `experiment` makes a fresh network, trains it and tests it, with `config` as it
# stands above but for what you change. Random numbers start alike each time: runs differ in nothing but what
# was changed. (The course that this chapter descends from used a `learning_rate` of 0.007 and 50 `epochs` on
# 50,000 images, which are 12,500 steps. On 4000 images they would be 1000, and end at an accuracy of 0.914
# that is still rising. If you have the 50,000, an epoch takes about twelve times as long: lower `epochs`.)

# %% demo="experiment"
def experiment(**changes) -> tuple[Neuralnetwork, dict[str, list[float]]]:
    """Train a fresh network with some settings changed and print its test accuracy.

    Returns the network and its history.
    """
    settings = {**config, **changes}
    np.random.seed(0)
    network = Neuralnetwork(settings)
    history = trainer(network, X_train, y_train, X_valid, y_valid, settings)
    accuracy, best = test(network, X_test, y_test, settings), np.argmin(history["valid_loss"]) + 1
    print(f"\ntest accuracy {accuracy:.3f}, best epoch {best}   {changes}")
    return network, history


net, relu = experiment()

# %% [markdown]
# The run that was measured for this text stopped at epoch 29, went back to the weights of epoch 9, and got
# 0.928 of the test images right; over five seeds the accuracy lay between 0.922 and 0.932. Yours will lie
# near that, not on it, for your weights start elsewhere. Be careful with small differences: 500 test images
# measure an accuracy to about one percentage point, so two networks that differ by less than two or three
# have not been told apart. The validation *loss* is a finer instrument.
#
# ### Three activations

# %% demo="compare_activations"
_, tanh = experiment(activation="tanh")
_, sigmoid = experiment(activation="sigmoid")
figures.curves({"ReLU": relu, "tanh": tanh, "sigmoid": sigmoid})

# %% [markdown]
# *Figure 7. Loss by epoch for the three activations. The dot marks the epoch whose weights are restored, the
# bar the last epoch that ran.*
#
# The sigmoid starts slowest: each layer multiplies what comes back by a quarter at best (Figure 2), and its
# outputs are all positive. ReLU and tanh fit the training images completely, and from then on their
# validation loss creeps upward while the training loss goes to zero. What grows is confidence: the few images
# that the network gets wrong, it gets wrong with ever more certainty, and the cross-entropy charges for that
# although the accuracy hardly moves.
#
# Early stopping asks for five rising epochs *in a row*. A loss measured on 500 images jumps up and down from
# epoch to epoch, so that five rises in a row may come long after the lowest point, or never: the bar can lie
# far behind the dot. That is why restoring the best weights is a matter of its own.
#
# ### Momentum

# %% demo="compare_momentum"
_, no_momentum = experiment(momentum=False)
figures.curves({"momentum 0.9": relu, "no momentum": no_momentum})

# %% [markdown]
# *Figure 8. With and without momentum, at one learning rate.*

# %% demo="distance"
def distance(**changes) -> float:
    """How far the weights of a network move in one epoch."""
    np.random.seed(0)
    network = Neuralnetwork(config)
    start = [layer.w.copy() for layer in network.layers[::2]]
    settings = {**config, "epochs": 1, **changes}
    trainer(network, X_train, y_train, X_valid, y_valid, settings)
    return np.sqrt(sum(((layer.w - w) ** 2).sum() for layer, w in zip(network.layers[::2], start)))


far, near = distance(), distance(momentum=False)
print(f"weights moved in one epoch: {far:.2f} with momentum, {near:.2f} without, "
      f"{far / near:.1f} times as far")

# %% [markdown]
# In one epoch momentum carries the weights more than four times as far. A ratio of 0.9 here would be the slip
# of Figure 6. Since a velocity adds up to ten gradients, momentum at rate 0.1 is close to no momentum at rate
# 1 in how far it goes, and steadier: what points the same way in every batch adds up, what changes sign from
# batch to batch cancels.
#
# ### L2

# %% demo="compare_l2"
shrunk, l2 = experiment(L2_penalty=0.005)
figures.curves({"no penalty": relu, "L2 0.005": l2})

# %% [markdown]
# *Figure 9. With and without a penalty on the weights.*
#
# The penalty keeps the training loss from reaching zero, for that takes large weights, and the validation
# loss hardly turns upward. Over five seeds its lowest value lay between 0.18 and 0.20, without the penalty
# between 0.20 and 0.23, and lower with it than without in each of the five. The test accuracy was 0.934 in
# the run measured here and from 0.926 to 0.944 over the five: half a point better on average, which 500
# images alone could not have shown. It shows in the weights, too.

# %% demo="weights"
figures.weights({"no penalty": net.layers[0].w, "L2 0.005": shrunk.layers[0].w})

# %% [markdown]
# *Figure 10. What the first layer looks for: the weights from the 784 pixels to the 20 units with the largest
# weights. Pixels near the border are white paper in every image. Their input is 0, so their gradient is 0,
# and without a penalty they keep the random weights that they started with; the penalty
# shrinks those to nothing.*
#
# ### What it still gets wrong

# %% demo="mistakes"
predicted, true = shrunk.forward_pass(X_test)[1].argmax(axis=1), y_test.argmax(axis=1)
wrong = np.flatnonzero(predicted != true)[:30]
titles = [f"{true[n]}, not {predicted[n]}" for n in wrong]
alt = "Misclassified test digits, each with its true class and the predicted one: "
figures.digits(X_test[wrong], titles, alt=alt + "; ".join(titles))

# %% [markdown]
# *Figure 11. Test images that the network with L2 gets wrong: the true class first, then the predicted one.
# Some are hard for a person, too.*

# %% [markdown]
# ## 10. What changed?
#
# **Question.** Look at Figures 8 and 9 and at the distance in between, and say in your own words, with
# numbers from your own runs: What did momentum change in the two curves, and why? What did L2 change in each
# of them, and how can a training loss that is *higher* belong to the better network?

# %% [markdown]
# *3 points, about 20 minutes.*

# %% [markdown] written="momentum_l2" points=3
# ### BEGIN SOLUTION
# **Rubric**, one point each:
#
# 1. Momentum: both curves fall several times faster at the same learning rate (or: reach the same loss in
#    fewer epochs), because the velocity adds up successive gradients, up to $1/(1-\gamma) = 10$ of them. It
#    also reaches overfitting sooner. Some number is given.
# 2. L2, training curve: it ends higher, since large weights cost and fitting the last examples needs them.
#    L2, validation curve: it ends lower, or no longer rises.
# 3. The link: the training loss measures fit to images seen, the validation loss what carries over; the
#    penalty gives up fit that came from noise (overfitting, generalization).
#
# **Sample answer.** With momentum the validation loss after the first epoch is 0.62 instead of 1.66, and it
# is lowest, 0.20, at epoch 9; without, it is 0.27 at the end and still falling. The gradients of successive
# batches mostly agree at first, so the velocity grows to several times a plain step: the weights move 4.6
# times as far in the first epoch. Later the training loss goes to almost 0 (0.002) and the validation loss
# rises from 0.20 to 0.28; without momentum 30 epochs are not enough to get there: training 0.14, validation
# 0.27. With L2 the training loss stays at 0.07, since every large weight costs, and the validation loss falls
# to 0.18 and stays about there. The unpenalized network spends its large weights on single training images,
# which lowers a loss that nobody is interested in; the penalized one gives that up and does better on images
# it has not seen.
# ### END SOLUTION

# %% [markdown]
# ### An experiment of your own
#
# Everything in `config` can be changed by a word. A third hidden layer? A batch of 20? A penalty ten times as
# strong? Choose one, write down what you expect, then run it. Nobody grades this cell, unless your instructor
# says so.
#
# - *I change ..., and expect ..., because ...*
# - *What came: ...*
# - *Compared with how far runs from other starts lie apart (0.01 in test accuracy): ...*

# %% demo="your_experiment"
deeper, history = experiment(layer_specs=[784, 50, 50, 50, 10], epochs=10)

# %% [markdown]
# ### Random sizes
#
# The hidden tests try sizes and numbers that the checks above don't. So can you. `properties.py` calls your
# functions with random sizes and holds them against what is true of *any* right answer: a gradient is the
# slope that is measured, a row alone gives what it gives in a batch, the rows of a softmax sum to 1,
# arguments stay as they were, whole numbers give what the same numbers give as floats. No right answer stands
# in that file. Where something is not true, it says what, and for which sizes. The check at the end of this
# notebook runs this cell, too.

# %% demo="try_random_sizes"
import properties


def through_a_layer(x, w, b):
    layer = Layer(*w.shape)
    layer.w, layer.b = w, b
    return layer.forward_pass(x)


def back_through_a_layer(delta, x, w, b):
    layer = Layer(*w.shape)
    layer.w, layer.b = w, b
    layer.forward_pass(x)
    return layer.backward_pass(delta), layer.d_w, layer.d_b


def some_layer(rng):
    N, before, after = rng.integers(1, 5, size=3)
    return (rng.normal(size=(N, before)), rng.normal(size=(before, after)),
            rng.normal(size=(1, after)))


properties.rows("softmax", softmax)
properties.layer("Layer", through_a_layer, back_through_a_layer, some_layer)
for kind in ["sigmoid", "tanh", "ReLU"]:
    part = Activation(kind)

    def back_through(delta, a):
        part.forward_pass(a)
        return part.backward_pass(delta)

    properties.layer(kind, part.forward_pass, back_through,
                     lambda rng: [rng.choice([1, 1000]) * rng.normal(size=(rng.integers(1, 5), 3))])

# %% [markdown]
# ## What to take along
#
# - Parts that share one interface, `forward_pass` and `backward_pass`, can be chained, exchanged and tested
#   one by one.
# - Momentum adds up successive gradients: at 0.9 up to ten of them. A velocity that does not outlive its step
#   is only another learning rate.
# - A penalty makes the fit to the training images worse on purpose, and the loss on new ones better.
# - Early stopping needs two rules: when to stop, and which weights to keep. Keep copies.
# - A tolerance on a numerical gradient has two sides. Too tight is as wrong as too loose.
#
# In chapter 5, `nn_recognition`, you write the layer that knows what a neighbourhood is, the convolution.

# %% [markdown]
# ## To read on
#
# - LeCun, Bottou, Bengio and Haffner, 1998, *Gradient-based learning applied to document recognition*: the
#   digits.
# - LeCun, Bottou, Orr and Müller, 1998, *Efficient BackProp*: scaling inputs, starting weights, minibatches.
# - Polyak, 1964, *Some methods of speeding up the convergence of iteration methods*: momentum, as the heavy
#   ball.
# - Krogh and Hertz, 1991, *A simple weight decay can improve generalization*.
# - Prechelt, 1998, *Early stopping: but when?*: criteria that are less easily fooled than a row of rises.

# %% [markdown]
# ## Before you hand it in
#
# Save the notebook, then run the cell below. It starts from a clean state, runs the cells in order, and says
# question by question what is done, what is not, and what is wrong and why. Run it when you are stuck, too.
# With `all=True` it runs training and demonstrations as well.

# %% demo="check_this_notebook"
import check_notebook

check_notebook.run()
