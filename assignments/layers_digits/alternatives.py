"""Right solutions of layers_digits written another way. Each must score full marks."""
import math

import numpy as np

from autograder.probe import alternative


@alternative("affine_forward")
def affine_by_tensordot(x, w, b):
    """The weights get the shape of an example, and all axes are summed at once."""
    axes = x.ndim - 1
    return np.tensordot(x, w.reshape(x.shape[1:] + (-1,)), axes=axes) + b, [x, w, b]


@alternative("affine_forward")
def affine_by_loops(x, w, b):
    """One example and one output at a time."""
    out = np.zeros((x.shape[0], w.shape[1]))
    for n in range(x.shape[0]):
        row = x[n].flatten()
        for m in range(w.shape[1]):
            out[n, m] = sum(row * w[:, m]) + b[m]
    return out, (x, w, b)


@alternative("affine_forward")
def affine_with_copies(x, w, b):
    """The bias is the weight of a column of ones, and the cache holds copies."""
    flat = np.c_[x.reshape(x.shape[0], np.prod(x.shape[1:])), np.ones(x.shape[0])]
    return np.dot(flat, np.vstack([w, b])), (x.copy(), w.copy(), b.copy())


@alternative("affine_backward")
def affine_gradients_by_einsum(dout, cache):
    """Index notation as it stands on paper."""
    x, w, b = cache
    flat = x.reshape(x.shape[0], -1)
    return np.einsum("nm,dm->nd", dout, w).reshape(x.shape), np.einsum("nd,nm->dm", flat, dout), np.einsum("nm->m", dout)


@alternative("affine_backward")
def affine_gradients_example_by_example(dout, cache):
    """What each example sends back, added up."""
    x, w, b = cache
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n in range(len(x)):
        dx[n] = w.dot(dout[n]).reshape(x[n].shape)
        dw += np.outer(x[n], dout[n])
        db += dout[n]
    return [dx, dw, db]


@alternative("relu_forward")
def relu_by_a_mask(x):
    """Multiply by where x is positive."""
    return x * (x > 0), x


@alternative("relu_forward")
def relu_on_a_copy(x):
    """Write zeros into a copy, and cache another."""
    out = x.copy()
    out[out < 0] = 0
    return out, x.copy()


@alternative("relu_forward")
def relu_by_absolute_value(x):
    """Half of x plus its absolute value."""
    return (np.abs(x) + x) / 2, x


@alternative("relu_backward")
def relu_gradient_on_a_copy(dout, cache):
    """Write zeros into a copy of the upstream gradient, the kink included."""
    dx = np.array(dout, copy=True)
    dx[cache <= 0] = 0
    return dx


@alternative("relu_backward")
def relu_gradient_open_at_the_kink(dout, cache):
    """At exactly zero the gate is open."""
    return np.where(cache >= 0, dout, 0)


@alternative("check_layer")
def check_by_hand(forward, backward):
    """Differences of its own, entry by entry, in several shapes, and NumPy's own assertion."""
    for shape in ((3, 4), (1, 7), (6, 1)):
        x = np.linspace(-2.3, 2.1, np.prod(shape)).reshape(shape)
        dout = np.cos(np.arange(x.size) + 1.0).reshape(shape)
        h = 1e-5
        slope = (forward(x + h)[0] - forward(x - h)[0]) / (2 * h)  # each entry of out depends on its own x alone
        out, cache = forward(x)
        dx = backward(dout, cache)
        assert dx.shape == out.shape == x.shape
        np.testing.assert_allclose(dx, slope * dout, rtol=1e-6, atol=0)


@alternative("check_layer")
def check_relative_to_the_largest(forward, backward):
    """The largest difference over the largest gradient, a few draws, and an error of another class."""
    for seed in range(3):
        rng = np.random.RandomState(seed)
        x, dout = rng.uniform(0.1, 2, (5, 3)) * rng.choice([-1, 1], (5, 3)), rng.randn(5, 3)
        _, cache = forward(x)
        dx = np.asarray(backward(dout, cache))
        expected = eval_numerical_gradient_array(lambda z: forward(z)[0], x, dout)
        if dx.shape != expected.shape or not np.all(np.abs(dx - expected) <= 1e-4 * np.abs(expected).max()):
            raise ValueError("backward is wrong")


@alternative("softmax_loss")
def loss_by_log_sum_exp(x, y):
    """The logarithm of the sum of exponentials, by NumPy's own stable addition of logarithms."""
    total = np.logaddexp.reduce(x, axis=1)
    n = x.shape[0]
    one_hot = np.zeros(x.shape)
    one_hot[range(n), y] = 1
    return np.mean(total - np.sum(x * one_hot, axis=1)), (np.exp(x - total[:, None]) - one_hot) / n


@alternative("softmax_loss")
def loss_by_loops(x, y):
    """Plain Python, score by score."""
    n, classes = x.shape
    loss, dx = 0.0, np.zeros((n, classes))
    for i in range(n):
        top = max(x[i])
        exps = [math.exp(v - top) for v in x[i]]
        loss += (math.log(sum(exps)) + top - x[i][y[i]]) / n
        for j in range(classes):
            dx[i, j] = (exps[j] / sum(exps) - (j == y[i])) / n
    return loss, dx


@alternative("softmax_loss")
def loss_with_one_hot_labels(x, y):
    """Labels as a matrix from a comparison, and the shift transposed."""
    n = len(x)
    z = (x.T - np.max(x, axis=1)).T
    exps = np.exp(z)
    sums = np.sum(exps, axis=1)
    Y = y[:, None] == np.arange(x.shape[1])
    return np.sum(np.log(sums) - z[Y]) / n, (exps / sums[:, None] - Y) / n


@alternative("train_two_layer")
def shuffled_epochs(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """Passes over shuffled data that drop what is left over, measured before each update."""
    rng = np.random.RandomState(seed)
    C = len(np.unique(y_train))
    params = {"W1": rng.randn(X_train.shape[1], hidden) * std, "b1": np.zeros(hidden), "W2": rng.randn(hidden, C) * std, "b2": np.zeros(C)}
    history = {"train_loss": [], "test_loss": [], "test_accuracy": [], "step": []}
    order = []
    for it in range(iters):
        if len(order) < batch_size:
            order = list(rng.permutation(len(X_train)))
        rows, order = order[:batch_size], order[batch_size:]
        test_scores = two_layer_scores(X_test, params)
        history["test_loss"].append(softmax_loss(test_scores, y_test)[0])
        history["test_accuracy"].append((np.argmax(test_scores, axis=1) == y_test).mean())
        history["train_loss"].append(softmax_loss(two_layer_scores(X_train, params), y_train)[0])
        history["step"].append(it)
        a1, c1 = affine_forward(X_train[rows], params["W1"], params["b1"])
        h1, cr = relu_forward(a1)
        scores, c2 = affine_forward(h1, params["W2"], params["b2"])
        _, ds = softmax_loss(scores, y_train[rows])
        dh, dW2, db2 = affine_backward(ds, c2)
        da = relu_backward(dh, cr)
        _, dW1, db1 = affine_backward(da, c1)
        for name, grad in [("W1", dW1), ("b1", db1), ("W2", dW2), ("b2", db2)]:
            params[name] = params[name] - learning_rate * grad
    return params, history


@alternative("train_two_layer")
def global_seed_and_sparse_history(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """NumPy's global generator, rows without replacement, every tenth step and the last one recorded, history as arrays."""
    np.random.seed(seed)
    num_classes = int(np.max(y_train)) + 1
    W1 = np.random.normal(0, std, size=(X_train.shape[1], hidden))
    W2 = np.random.normal(0, std, size=(hidden, num_classes))
    b1, b2 = np.zeros(hidden), np.zeros(num_classes)
    train_loss, test_loss, accuracy = [], [], []
    for it in range(iters):
        idx = np.random.choice(X_train.shape[0], batch_size, replace=False)
        xb, yb = X_train[idx], y_train[idx]
        h, cache_1 = affine_forward(xb, W1, b1)
        r, cache_r = relu_forward(h)
        s, cache_2 = affine_forward(r, W2, b2)
        loss, ds = softmax_loss(s, yb)
        dr, dW2, db2 = affine_backward(ds, cache_2)
        _, dW1, db1 = affine_backward(relu_backward(dr, cache_r), cache_1)
        W1 -= learning_rate * dW1
        b1 -= learning_rate * db1
        W2 -= learning_rate * dW2
        b2 -= learning_rate * db2
        if it % 10 == 0 or it == iters - 1:
            test = affine_forward(relu_forward(affine_forward(X_test, W1, b1)[0])[0], W2, b2)[0]
            train_loss.append(loss)
            test_loss.append(softmax_loss(test, y_test)[0])
            accuracy.append(float(sum(test.argmax(1) == y_test)) / len(y_test))
    history = {"train_loss": np.array(train_loss), "test_loss": np.array(test_loss), "test_accuracy": np.array(accuracy)}
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}, history


@alternative("train_two_layer")
def without_the_layers(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """The same formulas in one piece, without the functions written before; all batches drawn in advance."""
    gen = np.random.default_rng(seed)
    n, d, c = len(X_train), X_train.shape[1], max(y_train.max(), y_test.max()) + 1
    batches = gen.integers(0, n, size=(iters, batch_size))
    p = {"W1": gen.normal(scale=std, size=(d, hidden)), "b1": np.zeros((hidden,)), "W2": gen.normal(scale=std, size=(hidden, c)), "b2": np.zeros((c,))}
    history = {"train_loss": [], "test_loss": [], "test_accuracy": []}

    def run(X, y):
        h = np.maximum(0, X @ p["W1"] + p["b1"])
        s = h @ p["W2"] + p["b2"]
        s = s - s.max(1, keepdims=True)
        prob = np.exp(s) / np.exp(s).sum(1, keepdims=True)
        loss = np.mean(np.log(np.exp(s).sum(1)) - s[np.arange(len(y)), y])
        return h, prob, loss

    for rows in batches:
        x, y = X_train[rows], y_train[rows]
        h, prob, loss = run(x, y)
        delta = (prob - np.eye(c)[y]) / batch_size
        back = (delta @ p["W2"].T) * (h > 0)
        step = {"W2": h.T @ delta, "b2": delta.sum(0), "W1": x.T @ back, "b1": back.sum(0)}
        p = {k: p[k] - learning_rate * step[k] for k in p}
        _, prob, test_loss = run(X_test, y_test)
        for key, value in zip(history, (loss, test_loss, np.mean(prob.argmax(1) == y_test))):
            history[key].append(value)
    return p, history
