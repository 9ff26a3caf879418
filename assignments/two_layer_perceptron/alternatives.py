"""Right solutions of two_layer_perceptron, written another way. Each must score full marks."""
import math

import numpy as np

from autograder.probe import alternative


@alternative("eval_numerical_gradient")
def with_nditer(f, x, verbose=False, h=1e-5):
    """NumPy's multi-index iterator, as in the well-known course notes."""
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
    while not it.finished:
        ix = it.multi_index
        old = x[ix]
        x[ix] = old + h
        fxph = f(x)
        x[ix] = old - h
        fxmh = f(x)
        x[ix] = old
        grad[ix] = (fxph - fxmh) / (2 * h)
        if verbose:
            print(ix, grad[ix])
        it.iternext()
    return grad


@alternative("eval_numerical_gradient")
def with_flat(f, x, verbose=False, h=1e-5):
    """x.flat writes through, also where x is a view; all of x is put back from a copy."""
    start, slopes = x.copy(), []
    for i in range(x.size):
        x.flat[i] += h
        above = float(f(x))
        x[...] = start
        x.flat[i] -= h
        below = float(f(x))
        x[...] = start
        slopes.append((above - below) / h / 2)
        if verbose:
            print("entry", i, "of", x.size, slopes[-1])
    return np.array(slopes).reshape(x.shape)


@alternative("eval_numerical_gradient")
def with_the_step_that_was_taken(f, x, verbose=False, h=1e-5):
    """Divides by the difference of the two rounded points."""
    grad = np.empty_like(x)
    for index, value in np.ndenumerate(x.copy()):
        high, low = value + h, value - h
        x[index] = low
        change = -f(x)
        x[index] = high
        change += f(x)
        grad[index] = change / (high - low)
        if verbose:
            print(f"{index}: {grad[index]:.3e}")
        x[index] = value
    return grad


@alternative("eval_numerical_gradient_array")
def through_the_scalar_one(f, x, df, h=1e-5):
    """The gradient of the number sum(f * df)."""
    return eval_numerical_gradient(lambda z: np.sum(f(z) * df), x, h=h)


@alternative("eval_numerical_gradient_array")
def with_flat_and_vdot(f, x, df, h=1e-5):
    """x.flat, and the inner product of two flattened arrays."""
    grad = np.zeros(x.size)
    for i in range(x.size):
        old = x.flat[i]
        answers = []
        for point in (old + h, old - h):
            x.flat[i] = point
            answers.append(np.array(f(x)))
        x.flat[i] = old
        grad[i] = np.vdot(answers[0] - answers[1], df) / (2.0 * h)
    return grad.reshape(x.shape)


@alternative("rel_error")
def entry_by_entry(x, y):
    """A loop with plain floats."""
    worst = 0.0
    for a, b in zip(np.ravel(x), np.ravel(y)):
        worst = max(worst, abs(float(a) - float(b)) / max(1e-8, abs(float(a)) + abs(float(b))))
    return worst


@alternative("rel_error")
def with_clip_and_amax(x, y):
    """The floor by np.clip; the answer as an array without axes."""
    size = np.clip(np.absolute(x) + np.absolute(y), 1e-8, None)
    return np.asarray(np.amax(np.absolute(y - x) / size))


@alternative("affine", replaces="TwoLayerPerceptron.affine_forward")
def one_row_at_a_time(self, x, w, b):
    """A loop over the batch; the cache is a list of copies."""
    out = np.zeros((x.shape[0], w.shape[1]))
    for i in range(x.shape[0]):
        out[i] = np.dot(x[i].flatten(), w)
        out[i] += b
    return out, [x.copy(), w.copy(), b.copy()]


@alternative("affine", replaces="TwoLayerPerceptron.affine_forward")
def tensordot_over_all_axes(self, x, w, b):
    """w takes the shape of an example, and all its axes are summed at once."""
    axes = x.ndim - 1
    out = np.tensordot(x, w.reshape(*x.shape[1:], w.shape[1]), axes=axes) + b[np.newaxis, :]
    cache = (x, w, b)
    return out, cache


@alternative("affine", replaces="TwoLayerPerceptron.affine_backward")
def backward_by_einsum(self, dout, cache):
    """einsum for both products, a product with ones for the bias."""
    x, w, b = cache
    rows = np.reshape(x, (x.shape[0], int(np.prod(x.shape[1:]))))
    dx = np.einsum("nm,dm->nd", dout, w).reshape(x.shape)
    dw = np.einsum("nd,nm->dm", rows, dout)
    return dx, dw, np.ones(dout.shape[0]) @ dout


@alternative("affine", replaces="TwoLayerPerceptron.affine_backward")
def backward_by_loops(self, dout, cache):
    """Collects example by example."""
    x, w, b = cache
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(b.shape)
    for i, row in enumerate(dout):
        dx[i] = (w @ row).reshape(x.shape[1:])
        dw += np.outer(x[i].ravel(), row)
        db += row
    return [dx, dw, db]


@alternative("relu", replaces="TwoLayerPerceptron.relu_forward")
def relu_on_a_copy(self, x):
    """Sets the negative entries of a copy to zero."""
    out = np.copy(x)
    out[out < 0] = 0
    return (out, x)


@alternative("relu", replaces="TwoLayerPerceptron.relu_backward")
def backward_with_where(self, dout, cache):
    """np.where, with slope 1 at zero itself."""
    return np.where(cache >= 0, dout, 0.0)


@alternative("relu", replaces="TwoLayerPerceptron.relu_backward")
def backward_on_a_copy(self, dout, cache):
    """Sets the entries of a copy of dout to zero."""
    dx = np.array(dout, copy=True)
    dx[cache < 0] = 0
    return dx


@alternative("svm_loss")
def hinge_by_loops(self, x, y):
    """Two nested loops, as in the well-known course notes."""
    loss, dx = 0.0, np.zeros(x.shape)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            margin = x[i, j] - x[i, y[i]] + 1
            if j != y[i] and margin > 0:
                loss += margin
                dx[i, j] += 1
                dx[i, y[i]] -= 1
    return loss / x.shape[0], dx / x.shape[0]


@alternative("svm_loss")
def hinge_with_a_constant_taken_off(self, x, y):
    """Counts the right class in and takes its 1 off again; gradient from a mask."""
    n, classes = x.shape
    one_hot = np.eye(classes)[y]
    margins = np.maximum(0, x - np.sum(x * one_hot, axis=1, keepdims=True) + 1.0)
    loss = np.mean(np.sum(margins, axis=1) - 1)
    mask = np.where(margins > 0, 1.0, 0.0) * (1 - one_hot)
    return loss, (mask - one_hot * mask.sum(axis=1, keepdims=True)) / n


@alternative("softmax_loss")
def entropy_with_one_hot(self, x, y):
    """Log-sum-exp of the shifted rows; the labels as one-hot rows."""
    n, classes = x.shape
    top = np.max(x, axis=1).reshape(-1, 1)
    total = np.exp(x - top).sum(1).reshape(-1, 1)
    one_hot = np.eye(classes)[y]
    loss = np.sum((top + np.log(total)) * one_hot - x * one_hot) / n
    return loss, (np.exp(x - top) / total - one_hot) / n


@alternative("softmax_loss")
def entropy_by_loops(self, x, y):
    """Plain Python, row by row."""
    loss, dx = 0.0, np.zeros(x.shape)
    for i, (row, label) in enumerate(zip(x.tolist(), y.tolist())):
        top = max(row)
        total = sum(math.exp(s - top) for s in row)
        loss += math.log(total) - (row[label] - top)
        for j, s in enumerate(row):
            dx[i, j] = math.exp(s - top) / total
        dx[i, label] -= 1
    return loss / len(x), dx / len(x)


@alternative("softmax_loss")
def entropy_with_logaddexp(self, x, y):
    """NumPy's own stable log-sum-exp."""
    log_total = np.logaddexp.reduce(x, axis=1)
    index = (np.arange(x.shape[0]), y)
    dx = np.exp(x - log_total[:, None])
    dx[index] -= 1.0
    dx /= x.shape[0]
    return float(np.average(log_total - x[index])), dx


@alternative("network", replaces="TwoLayerPerceptron.init_params")
def with_the_global_generator(self, input_dim, hidden_dim, num_classes, weight_scale, seed):
    """The old global generator, another order of drawing, and a new dictionary."""
    np.random.seed(seed)
    W2 = np.random.randn(hidden_dim, num_classes) * weight_scale
    W1 = np.random.normal(0, weight_scale, (input_dim, hidden_dim))
    self.params = dict(W1=W1, W2=W2, b1=np.zeros((hidden_dim,)), b2=np.zeros((num_classes,)))


@alternative("network", replaces="TwoLayerPerceptron.init_params")
def one_draw_for_all(self, input_dim, hidden_dim, num_classes, weight_scale, seed):
    """All weights from one call, cut apart; biases as products with zero; sizes kept as attributes."""
    self.sizes = (input_dim, hidden_dim, num_classes)
    draws = weight_scale * np.random.RandomState(seed).standard_normal((input_dim + num_classes) * hidden_dim)
    first, second = np.split(draws, [input_dim * hidden_dim])
    self.params.update(W1=first.reshape(input_dim, hidden_dim), W2=second.reshape(hidden_dim, num_classes))
    self.params["b1"], self.params["b2"] = np.repeat(0.0, hidden_dim), np.repeat(0.0, num_classes)


@alternative("network", replaces="TwoLayerPerceptron.loss")
def everything_written_out(self, X, y=None, kind="softmax"):
    """Layers written out; the losses are the methods."""
    p = self.params
    before = X.dot(p["W1"]) + p["b1"]
    hidden = before * (before > 0)
    scores = hidden.dot(p["W2"]) + p["b2"]
    if y is None:
        return scores
    if kind == "softmax":
        data_loss, d = self.softmax_loss(scores, y)
    else:
        data_loss, d = self.svm_loss(scores, y)
    grads = {"W2": hidden.T.dot(d), "b2": d.sum(0)}
    d = d.dot(p["W2"].T)
    d[before <= 0] = 0
    grads.update(W1=X.T.dot(d), b1=d.sum(0))
    for name in ("W1", "W2"):
        data_loss += 0.5 * self.reg * np.linalg.norm(p[name]) ** 2
        grads[name] += self.reg * p[name]
    return data_loss, grads


def _there(net, X):
    first, cache1 = net.affine_forward(X, net.params["W1"], net.params["b1"])
    second, cache2 = net.relu_forward(first)
    scores, cache3 = net.affine_forward(second, net.params["W2"], net.params["b2"])
    return scores, [cache1, cache2, cache3]


@alternative("network", replaces="TwoLayerPerceptron.loss")
def with_a_helper_and_getattr(self, X, y=None, kind="softmax"):
    """A helper goes forward; the loss is found by its name; the gradients come in another order."""
    scores, caches = _there(self, X)
    if y is None:
        return scores
    loss, dscores = getattr(self, f"{kind}_loss")(scores, y)
    grads = {}
    dhidden, grads["W2"], grads["b2"] = self.affine_backward(dscores, caches[2])
    dx, grads["W1"], grads["b1"] = self.affine_backward(self.relu_backward(dhidden, caches[1]), caches[0])
    for key, value in self.params.items():
        if key.startswith("W"):
            loss += 0.5 * self.reg * (value * value).sum()
            grads[key] = grads[key] + self.reg * value
    return [loss, grads]
