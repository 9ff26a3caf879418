"""Right solutions of nn_recognition, written another way: each must score full marks."""
import copy
import itertools
import random

import numpy as np

from autograder.probe import alternative

# initialize_weights


@alternative("initialize_weights")
def scaled_unit_interval(in_size, out_size, params, name=""):
    """Numbers between 0 and 1 from the old interface, shifted and stretched."""
    weights = (2 * np.random.rand(in_size, out_size) - 1) * np.sqrt(6 / (in_size + out_size))
    params.update({"b" + name: np.array([0.0] * out_size), "W" + name: weights})


@alternative("initialize_weights")
def python_random_numbers(in_size, out_size, params, name=""):
    """Numbers from the standard library, one by one; whole-number zeros as biases."""
    u = (6 / (in_size + out_size)) ** 0.5
    params[f"W{name}"] = np.array([[random.uniform(-u, u) for _ in range(out_size)] for _ in range(in_size)])
    params[f"b{name}"] = np.zeros((out_size,), dtype=int)


@alternative("initialize_weights")
def generator_in_single_precision(in_size, out_size, params, name=""):
    """A generator of the new interface, fresh in each call, and float32."""
    u = np.sqrt(6.0 / (in_size + out_size))
    params["W" + name] = np.random.default_rng().uniform(-u, u, (in_size, out_size)).astype(np.float32)
    params["b" + name] = np.zeros(out_size, np.float32)


# sigmoid


@alternative("sigmoid")
def plain_formula(X):
    """The formula as it stands: it warns of an overflow and is right all the same."""
    return 1 / (1 + np.exp(-X))


@alternative("sigmoid")
def by_way_of_tanh(X):
    """The hyperbolic tangent, halved."""
    return 0.5 * (1 + np.tanh(0.5 * X))


@alternative("sigmoid")
def in_two_parts(X):
    """Positive and negative numbers apart, through masks."""
    X = np.asarray(X, dtype=float)
    out = np.empty_like(X)
    out[X >= 0] = 1 / (1 + np.exp(-X[X >= 0]))
    small = np.exp(X[X < 0])
    out[X < 0] = small / (1 + small)
    return out


@alternative("sigmoid")
def clipped_far_out(X):
    """Clipped where it makes no difference, with an in-place operation on the copy."""
    X = np.clip(X, -500.0, 500.0)
    np.negative(X, out=X)
    return 1 / (1 + np.exp(X))


# forward


@alternative("forward")
def forward_by_einsum(X, params, name="", activation=None):
    """An einsum for the product, a list for the cache."""
    activation = activation or sigmoid
    pre_act = np.einsum("nd,dh->nh", X, params["W" + name])
    pre_act = pre_act + params["b" + name].reshape(1, -1)
    params["cache_" + name] = [np.array(X), pre_act, activation(pre_act)]
    return params["cache_" + name][-1]


@alternative("forward")
def forward_example_by_example(X, params, name="", activation=None):
    """One example after another."""
    W, b = params["W" + name], params["b" + name]
    pre_act = np.array([[sum(X[n][d] * W[d][h] for d in range(len(W))) + b[h] for h in range(len(b))] for n in range(len(X))])
    post_act = (activation or sigmoid)(pre_act)
    params["cache_" + name] = X, pre_act, post_act
    return post_act


# softmax


@alternative("softmax")
def softmax_row_by_row(X):
    """A loop over rows, each a list, put together at the end."""
    rows = []
    for row in X:
        exps = [np.exp(score - max(row)) for score in row]
        rows.append([e / sum(exps) for e in exps])
    return np.array(rows)


@alternative("softmax")
def softmax_by_logarithms(X):
    """The logarithm of the sum is subtracted in the exponent."""
    shifted = X - np.amax(X, 1)[:, np.newaxis]
    return np.exp(shifted - np.log(np.exp(shifted).sum(1))[:, None])


@alternative("softmax")
def softmax_of_a_copy_in_extended_precision(X):
    """In-place work on a copy of higher precision, columns as examples inside."""
    Z = X.T.astype(np.longdouble)
    Z -= Z.max(axis=0)
    np.exp(Z, out=Z)
    Z /= Z.sum(axis=0)
    return Z.T.astype(float)


# compute_loss_and_acc


@alternative("compute_loss_and_acc")
def masked_by_the_labels(y, probs):
    """The right probabilities by a mask, accuracy by a list."""
    hits = [int(np.argmax(p) == np.argmax(t)) for p, t in zip(probs, y)]
    return float(np.sum(-np.log(probs[y == 1]))), sum(hits) / len(hits)


@alternative("compute_loss_and_acc")
def with_a_small_number_added(y, probs):
    """A small number keeps the logarithm finite."""
    return -np.sum(y * np.log(probs + 1e-12)), np.mean(np.argmax(y, -1) == np.argmax(probs, -1))


@alternative("compute_loss_and_acc")
def logarithm_where_it_counts(y, probs):
    """Logarithms where y says so, returned as a list."""
    logs = np.zeros(np.shape(probs))
    np.log(probs, out=logs, where=y > 0)
    return [-np.einsum("nc,nc->", y, logs), 1 - np.count_nonzero(y.argmax(1) - probs.argmax(1)) / y.shape[0]]


# backwards


@alternative("backwards")
def backwards_by_einsum(delta, params, name="", activation_deriv=None):
    """Three sums written with einsum, gradients written together."""
    X, _, post_act = params["cache_" + name]
    inner = np.multiply(delta, (activation_deriv or sigmoid_deriv)(post_act))
    params |= {"grad_W" + name: np.einsum("nd,nh->dh", X, inner), "grad_b" + name: np.einsum("nh->h", inner)}
    return np.einsum("nh,dh->nd", inner, params["W" + name])


@alternative("backwards")
def backwards_example_by_example(delta, params, name="", activation_deriv=None):
    """Outer products, added up example by example in arrays of zeros."""
    X, pre_act, post_act = params["cache_" + name]
    slopes = (activation_deriv or sigmoid_deriv)(post_act)
    grad_W, grad_b, grad_X = np.zeros_like(params["W" + name]), np.zeros_like(params["b" + name]), []
    for x, d in zip(X, delta * slopes):
        grad_W = grad_W + np.outer(x, d)
        grad_b = grad_b + d
        grad_X.append(params["W" + name] @ d)
    params["grad_b" + name], params["grad_W" + name] = grad_b, grad_W
    return np.stack(grad_X)


# conv_forward


def im2col(X, h, w, stride, pad):
    """Each window as a row: (N * H' * W', C * h * w), and the size of the output."""
    N, C, H, width = X.shape
    padded = np.zeros((N, C, H + 2 * pad, width + 2 * pad))
    padded[:, :, pad : pad + H, pad : pad + width] = X
    rows, columns = (H + 2 * pad - h) // stride + 1, (width + 2 * pad - w) // stride + 1
    cols = np.empty((N, rows, columns, C, h, w))
    for i, j in itertools.product(range(h), range(w)):
        cols[..., i, j] = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride].transpose(0, 2, 3, 1)
    return cols.reshape(N * rows * columns, -1), rows, columns


@alternative("conv_forward")
def convolution_by_columns(X, params, name="", stride=1, pad=0):
    """One matrix product over all windows."""
    W, b = params["W" + name], params["b" + name]
    F, C, h, w = W.shape
    cols, rows, columns = im2col(X, h, w, stride, pad)
    params["cache_" + name] = [X, stride, pad]
    return (cols @ W.reshape(F, -1).T + b).reshape(len(X), rows, columns, F).transpose(0, 3, 1, 2)


@alternative("conv_forward")
def convolution_pixel_by_pixel(X, params, name="", stride=1, pad=0):
    """Loops over images, filters and places."""
    W, b = params["W" + name], params["b" + name]
    params["cache_" + name] = (X.copy(), stride, pad)
    padded = np.pad(X, [(0, 0), (0, 0), (pad, pad), (pad, pad)], "constant")
    h_out = 1 + (X.shape[2] + 2 * pad - W.shape[2]) // stride
    w_out = 1 + (X.shape[3] + 2 * pad - W.shape[3]) // stride
    out = np.zeros((len(X), len(W), h_out, w_out))
    for n, f, p, q in np.ndindex(out.shape):
        window = padded[n, :, p * stride : p * stride + W.shape[2], q * stride : q * stride + W.shape[3]]
        out[n, f, p, q] = np.sum(window * W[f]) + b[f]
    return out


@alternative("conv_forward")
def convolution_by_strides(X, params, name="", stride=1, pad=0):
    """A view made of strides, and a tensordot."""
    W, b = params["W" + name], params["b" + name]
    params["cache_" + name] = (X, stride, pad)
    padded = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    size = [(padded.shape[a] - W.shape[a]) // stride + 1 for a in (2, 3)]
    n, c, r, k = padded.strides
    view = np.lib.stride_tricks.as_strided(padded, (*padded.shape[:2], *size, *W.shape[2:]), (n, c, r * stride, k * stride, r, k))
    return np.moveaxis(np.tensordot(view, W, axes=((1, 4, 5), (1, 2, 3))), -1, 1) + b.reshape(1, -1, 1, 1)


# conv_backward


@alternative("conv_backward")
def convolution_backward_by_columns(delta, params, name=""):
    """Matrix products over all windows, and the columns put back with np.add.at."""
    X, stride, pad = params["cache_" + name]
    W = params["W" + name]
    F, C, h, w = W.shape
    cols, rows, columns = im2col(X, h, w, stride, pad)
    flat = delta.transpose(0, 2, 3, 1).reshape(-1, F)
    params["grad_W" + name], params["grad_b" + name] = (flat.T @ cols).reshape(W.shape), flat.sum(axis=0)
    back = (flat @ W.reshape(F, -1)).reshape(len(X), rows, columns, C, h, w)
    grad_padded = np.zeros((len(X), C, X.shape[2] + 2 * pad, X.shape[3] + 2 * pad))
    n, p, q, c, i, j = np.ogrid[: len(X), :rows, :columns, :C, :h, :w]
    np.add.at(grad_padded, (n, c, p * stride + i, q * stride + j), back)
    return grad_padded[:, :, pad : X.shape[2] + pad, pad : X.shape[3] + pad]


@alternative("conv_backward")
def convolution_backward_window_by_window(delta, params, name=""):
    """Loops over images, filters and places, and a padding that is cut only where there is one."""
    X, stride, pad = params["cache_" + name]
    W = params["W" + name]
    padded = np.pad(X, ((0, 0), (0, 0), (pad,) * 2, (pad,) * 2))
    grad_padded, grad_W, grad_b = np.zeros(padded.shape), np.zeros(W.shape), np.zeros(W.shape[0])
    for n, f, p, q in np.ndindex(*delta.shape):
        rows, columns = slice(p * stride, p * stride + W.shape[2]), slice(q * stride, q * stride + W.shape[3])
        grad_b[f] += delta[n, f, p, q]
        grad_W[f] += delta[n, f, p, q] * padded[n, :, rows, columns]
        grad_padded[n, :, rows, columns] += delta[n, f, p, q] * W[f]
    params["grad_W" + name], params["grad_b" + name] = grad_W, grad_b
    return grad_padded[:, :, pad:-pad, pad:-pad] if pad else grad_padded


# get_random_batches


@alternative("get_random_batches")
def drawn_by_choice(x, y, batch_size):
    """Indices drawn without replacement, batches as lists in a list."""
    rest, batches = np.random.default_rng().choice(len(x), len(x), replace=False), []
    while len(rest):
        batches.append([x[rest[:batch_size]], y[rest[:batch_size]]])
        rest = rest[batch_size:]
    return batches


@alternative("get_random_batches")
def pairs_shuffled_as_a_list(x, y, batch_size):
    """Python's own shuffle over a list of pairs."""
    pairs = list(zip(x, y))
    random.shuffle(pairs)
    starts = range(0, len(pairs), batch_size)
    return [tuple(np.array(part) for part in zip(*pairs[start : start + batch_size])) for start in starts]


@alternative("get_random_batches")
def shuffled_copies(x, y, batch_size):
    """One array of both, shuffled in place, split at multiples of the batch size, the batches in another order but for the last."""
    both = np.concatenate([x, y], axis=1)
    np.random.shuffle(both)
    parts = np.split(both, range(batch_size, len(both), batch_size))
    return [(part[:, : x.shape[1]], part[:, x.shape[1] :]) for part in parts]


# train


@alternative("train")
def train_on_batches_drawn_once(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """Batches drawn once, updates in place, accuracy as the mean over batches, no output."""
    batches = get_random_batches(x, y, batch_size)
    for _ in range(max_iters):
        losses, accuracies = [], []
        for xb, yb in batches:
            probs = forward(forward(xb, params, "layer1"), params, "output", softmax)
            loss, accuracy = compute_loss_and_acc(yb, probs)
            losses.append(loss)
            accuracies.append(accuracy)
            delta = probs.copy()
            delta[yb == 1] -= 1
            backwards(backwards(delta, params, "output", linear_deriv), params, "layer1")
            for layer in ("layer1", "output"):
                params["W" + layer] -= learning_rate * params["grad_W" + layer]
                params["b" + layer] -= learning_rate * params["grad_b" + layer]
    return sum(losses), float(np.mean(accuracies))


@alternative("train")
def train_with_keywords(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """All arguments by keyword, every trainable key of params updated, the layers' names in a loop, right answers counted by hand."""
    iteration = 0
    while iteration < max_iters:
        total_loss = right = 0
        for xb, yb in get_random_batches(x=x, y=y, batch_size=batch_size):
            signal = xb
            for name, activation in {"layer1": sigmoid, "output": softmax}.items():
                signal = forward(X=signal, params=params, name=name, activation=activation)
            total_loss += compute_loss_and_acc(y=yb, probs=signal)[0]
            right += (signal.argmax(axis=1) == yb.argmax(axis=1)).sum()
            grad = signal - yb
            for name, slope in (("output", linear_deriv), ("layer1", sigmoid_deriv)):
                grad = backwards(delta=grad, params=params, name=name, activation_deriv=slope)
            for key in [key for key in params if key.startswith("grad_")]:
                params[key[5:]] = params[key[5:]] - learning_rate * params[key]
        iteration += 1
    return total_loss, right / len(x)


# central_differences_gradient


@alternative("central_differences_gradient")
def differences_on_copies(params, x, y, eps=1e-6):
    """A deep copy of params for each of the two losses, so that the caller's is only read; parameters in the other order."""
    def loss(changed):
        hidden = forward(x, changed, "layer1", sigmoid)
        return compute_loss_and_acc(y, forward(hidden, changed, "output", softmax))[0]

    keys = [key for key in params if "_" not in key]
    for key in reversed(keys):
        grads = []
        for i in range(params[key].size):
            above, below = ({k: copy.deepcopy(params[k]) for k in keys} for _ in range(2))
            above[key].flat[i] += eps
            below[key].flat[i] -= eps
            grads.append((loss(above) - loss(below)) / (2 * eps))
        params["grad_" + key] = np.array(grads).reshape(params[key].shape)


@alternative("central_differences_gradient")
def differences_by_an_iterator(params, x, y, eps=1e-6):
    """NumPy's iterator, an in-place step there, two back and one forth, zeros written first."""
    for key in list(params):
        if "_" in key:
            continue
        params["grad_" + key] = np.zeros_like(params[key])
        it = np.nditer(params[key], flags=["multi_index"])
        while not it.finished:
            at, losses = it.multi_index, []
            for step in (eps, -2 * eps):
                params[key][at] += step
                probs = forward(forward(x, params, "layer1"), params, "output", softmax)
                losses.append(compute_loss_and_acc(y, probs)[0])
            params[key][at] += eps
            params["grad_" + key][at] = (losses[0] - losses[1]) / 2 / eps
            it.iternext()


@alternative("central_differences_gradient")
def differences_by_unit_arrays(params, x, y, eps=1e-6):
    """The parameter replaced by a moved copy, and put back at the end of each key; weights and biases in loops of their own."""
    keys = [key for key in params if key[0] == "W"] + [key for key in params if key[0] == "b"]
    for key in keys:
        original, grad = params[key], []
        for unit in np.eye(original.size).reshape(-1, *original.shape):
            losses = []
            for sign in (1, -1):
                params[key] = original + sign * eps * unit
                forward(forward(x, params, "layer1", sigmoid), params, "output", softmax)
                losses.append(compute_loss_and_acc(y, params["cache_output"][2])[0])
            grad.append((losses[0] - losses[1]) / (2 * eps))
        params[key], params["grad_" + key] = original, np.reshape(grad, original.shape)
