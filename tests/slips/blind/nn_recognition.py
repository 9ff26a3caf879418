"""Slips in chapter 5: neural networks for recognition."""
from __future__ import annotations

from tests.slips import Slip, body

_TRAIN = """
    batches = get_random_batches(x, y, batch_size)
    for itr in range(max_iters):
        total_loss, total_acc = 0, 0
        {start}
        for xb, yb in batches:
            h1 = forward(xb, params, "layer1", sigmoid)
            probs = forward(h1, params, "output", {activation})
            loss, acc = compute_loss_and_acc(yb, probs)
            total_loss += loss
            total_acc += acc
            delta1 = {delta}
            {back}
            {update}
        avg_acc = {accuracy}
        if itr % 100 == 0:
            print(itr, total_loss, avg_acc)
    return {result}
"""
_STEP = 'params["{0}"] = params["{0}"] - learning_rate * params["grad_{0}"]'


def _train(label: str, **changed: str) -> Slip:
    """A whole `train`, with some of its pieces written otherwise."""
    pieces = {
        "start": "pass",
        "activation": "softmax",
        "delta": "probs - yb",
        "back": 'delta2 = backwards(delta1, params, "output", linear_deriv)\n            backwards(delta2, params, "layer1", sigmoid_deriv)',
        "update": "\n            ".join(_STEP.format(key) for key in ("Wlayer1", "blayer1", "Woutput", "boutput")),
        "accuracy": "total_acc / len(batches)",
        "result": "total_loss, avg_acc",
    }
    return body("train", label, _TRAIN.format(**{**pieces, **changed}))


SLIPS = {
    # 2. initialize_weights
    "normal": body("initialize_weights", "The weights are drawn from a normal distribution instead of a uniform one.", """
        params["W" + name] = np.random.randn(in_size, out_size) * np.sqrt(2 / (in_size + out_size))
        params["b" + name] = np.zeros(out_size)
        """),
    "bound_is_variance": body("initialize_weights", "The range ends at sqrt(2 / (D + H)), the standard deviation, instead of sqrt(6 / (D + H)).", """
        bound = np.sqrt(2 / (in_size + out_size))
        W = np.random.uniform(low=-bound, high=bound, size=(in_size, out_size))
        b = np.zeros(out_size)
        params["W" + name] = W
        params["b" + name] = b
        """),
    "positive_only": body("initialize_weights", "The weights lie between 0 and u: the lower end is 0 instead of -u.", """
        u = (6 / (in_size + out_size)) ** 0.5
        params.update({"W" + name: u * np.random.rand(in_size, out_size), "b" + name: np.zeros((out_size,))})
        """),
    "without_root_and_bias_as_row": body("initialize_weights", "The root is missing in the bound, and the bias is (1, H).", """
        u = 6 / (in_size + out_size)
        params["W" + name] = np.random.uniform(-u, u, (in_size, out_size))
        params["b" + name] = np.zeros((1, out_size))
        """),
    # 4. sigmoid
    "exp_over_one_plus_exp": body("sigmoid", "exp(X) / (1 + exp(X)) overflows to nan for large X.", """
        e = np.exp(X)
        return e / (1 + e)
        """),
    "into_integers": body("sigmoid", "The result is written into an array of X's dtype: zeros and ones for integers.", """
        res = np.zeros_like(X)
        for i in np.ndindex(X.shape):
            res[i] = 1 / (1 + np.exp(-X[i])) if X[i] >= 0 else np.exp(X[i]) / (1 + np.exp(X[i]))
        return res
        """),
    "base_two": body("sigmoid", "The power of 2 is taken instead of the power of e.", "return 1 / (1 + 2.0 ** (-X))"),
    # 5. forward
    "cache_two_of_three": body("forward", "The pre-activation is missing in the cache.", """
        W, b = params["W" + name], params["b" + name]
        post = activation(X @ W + b)
        params["cache_" + name] = (X, post)
        return post
        """),
    "sigmoid_always": body("forward", "The activation is always the sigmoid, whatever is passed.", """
        W = params["W" + name]
        b = params["b" + name]
        pre_act = np.matmul(X, W) + b
        post_act = sigmoid(pre_act)
        params["cache_" + name] = (X, pre_act, post_act)
        return post_act
        """),
    "bias_after_activation": body("forward", "The bias is added after the activation.", """
        pre = np.einsum("nd,dh->nh", X, params["W" + name])
        post = activation(pre) + params["b" + name]
        params["cache_" + name] = (X, pre, post)
        return post
        """),
    "returns_pre_and_cache_order": body("forward", "The pre-activation is returned, and the cache has post before pre.", """
        z = X.dot(params["W" + name]) + params["b" + name]
        a = activation(z)
        params["cache_" + name] = (X, a, z)
        return z
        """),
    # 6. softmax
    "shift_of_batch": body("softmax", "One maximum of the whole batch is subtracted.", """
        c = -np.max(X)
        num = np.exp(X + c)
        return num / np.sum(num, axis=1, keepdims=True)
        """),
    "shift_added": body("softmax", "The maximum is added instead of subtracted.", """
        out = np.zeros(X.shape)
        for i, row in enumerate(X):
            e = np.exp(row + row.max())
            out[i] = e / e.sum()
        return out
        """),
    "in_place": body("softmax", "X itself is shifted in place.", """
        X -= X.max(axis=1, keepdims=True)
        E = np.exp(X)
        return E / E.sum(axis=1, keepdims=True)
        """),
    # 7. compute_loss_and_acc
    "mean_loss": body("compute_loss_and_acc", "The loss is the mean over the examples instead of the sum.", """
        p = probs[y.astype(bool)]
        loss = -np.mean(np.log(p))
        acc = np.mean(probs.argmax(axis=1) == y.argmax(axis=1))
        return loss, acc
        """),
    "nan_of_zero": body("compute_loss_and_acc", "y * log(P) is nan where P is 0 and y is 0.", """
        loss = -np.sum(y * np.log(probs))
        acc = np.sum(np.argmax(y, 1) == np.argmax(probs, 1)) / y.shape[0]
        return loss, acc
        """),
    "guard": body("compute_loss_and_acc", "A guard of 1e-4 is added inside the logarithm.", """
        loss, right = 0.0, 0
        for t, p in zip(y, probs):
            k = int(t.argmax())
            loss -= np.log(p[k] + 1e-4)
            right += p.argmax() == k
        return loss, right / len(y)
        """),
    "percent_and_minus": body("compute_loss_and_acc", "The accuracy is in percent, and the loss lacks its minus.", """
        own = (y * probs).sum(axis=1)
        return np.sum(np.log(own)), 100 * np.mean(np.argmax(probs, axis=1) == np.argmax(y, axis=1))
        """),
    # 8. backwards
    "derivative_left_out": body("backwards", "delta isn't multiplied with the activation's derivative.", """
        W = params["W" + name]
        X, pre, post = params["cache_" + name]
        params["grad_W" + name] = X.T @ delta
        params["grad_b" + name] = delta.sum(axis=0)
        return delta @ W.T
        """),
    "derivative_of_pre": body("backwards", "The derivative is taken at the pre-activation instead of the post-activation.", """
        X, pre_act, post_act = params["cache_" + name]
        d = delta * activation_deriv(pre_act)
        params["grad_W" + name] = np.dot(X.T, d)
        params["grad_b" + name] = np.sum(d, axis=0)
        return np.dot(d, params["W" + name].T)
        """),
    "grad_x_by_old_delta": body("backwards", "The gradient of X uses delta before the derivative was multiplied in.", """
        X, _, A = params["cache_" + name]
        D = activation_deriv(A) * delta
        grad_W = np.zeros_like(params["W" + name], dtype=float)
        for x_row, d_row in zip(X, D):
            grad_W += np.outer(x_row, d_row)
        params["grad_W" + name] = grad_W
        params["grad_b" + name] = D.sum(0)
        return delta @ params["W" + name].T
        """),
    "grad_b_of_delta": body("backwards", "grad_b sums delta without the derivative.", """
        W, b = params["W" + name], params["b" + name]
        X, pre_act, post_act = params["cache_" + name]
        back = delta * activation_deriv(post_act)
        grad_X = back @ W.T
        grad_W = X.T @ back
        grad_b = np.sum(delta, axis=0)
        params["grad_W" + name], params["grad_b" + name] = grad_W, grad_b
        return grad_X
        """),
    "averaged_and_grad_b_as_row": body("backwards", "grad_W is divided by N, and grad_b is (1, H).", """
        X, pre_act, post_act = params["cache_" + name]
        back = delta * activation_deriv(post_act)
        params["grad_W" + name] = X.T @ back / len(X)
        params["grad_b" + name] = np.sum(back, axis=0, keepdims=True)
        return back @ params["W" + name].T
        """),
    # 9. conv_forward
    "size_without_stride": body("conv_forward", "Windows start at p and q instead of p * stride and q * stride.", """
        W, b = params["W" + name], params["b" + name]
        N, C, H, Wd = X.shape
        F, _, h, w = W.shape
        P = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        Hy = (H + 2 * pad - h) // stride + 1
        Wy = (Wd + 2 * pad - w) // stride + 1
        out = np.zeros((N, F, Hy, Wy))
        for n in range(N):
            for f in range(F):
                for p in range(Hy):
                    for q in range(Wy):
                        out[n, f, p, q] = np.sum(P[n, :, p:p + h, q:q + w] * W[f]) + b[f]
        params["cache_" + name] = (X, stride, pad)
        return out
        """),
    "pads_all_axes": body("conv_forward", "np.pad with a single number pads the batch and the channels, too.", """
        W, b = params["W" + name], params["b" + name]
        xp = np.pad(X, pad)
        F, C, h, w = W.shape
        win = np.lib.stride_tricks.sliding_window_view(xp, (h, w), axis=(2, 3))[:, :, ::stride, ::stride]
        out = np.einsum("ncpqij,fcij->nfpq", win, W) + b[None, :, None, None]
        params["cache_" + name] = (X, stride, pad)
        return out
        """),
    "sizes_swapped": body("conv_forward", "The output's height and width are swapped.", """
        W, b = params["W" + name], params["b" + name]
        N, C, Hx, Wx = X.shape
        F, C, h, w = W.shape
        Xp = np.zeros((N, C, Hx + 2 * pad, Wx + 2 * pad))
        Xp[:, :, pad:pad + Hx, pad:pad + Wx] = X
        Hy = (Wx + 2 * pad - w) // stride + 1
        Wy = (Hx + 2 * pad - h) // stride + 1
        Y = np.zeros((N, F, Hy, Wy))
        for p in range(Hy):
            for q in range(Wy):
                window = Xp[:, :, p * stride:p * stride + h, q * stride:q * stride + w]
                Y[:, :, p, q] = np.tensordot(window, W, axes=([1, 2, 3], [1, 2, 3])) + b
        params["cache_" + name] = (X, stride, pad)
        return Y
        """),
    "pad_once_in_size": body("conv_forward", "The size of the output counts the padding once instead of twice.", """
        W, b = params["W" + name], params["b" + name]
        F, C, h, w = W.shape
        Xp = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
        Ho = (X.shape[2] + pad - h) // stride + 1
        Wo = (X.shape[3] + pad - w) // stride + 1
        Y = np.zeros((len(X), F, Ho, Wo))
        for i in range(Ho):
            for j in range(Wo):
                patch = Xp[:, :, i * stride:i * stride + h, j * stride:j * stride + w].reshape(len(X), -1)
                Y[:, :, i, j] = patch @ W.reshape(F, -1).T + b
        params["cache_" + name] = (X, stride, pad)
        return Y
        """),
    "filter_flipped": body("conv_forward", "The filter is flipped, as in a mathematical convolution.", """
        kern = params["W" + name][:, :, ::-1, ::-1]
        b = params["b" + name]
        N, C, Hx, Wx = X.shape
        F, _, h, w = kern.shape
        padded = np.pad(X, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
        Hy, Wy = (Hx + 2 * pad - h) // stride + 1, (Wx + 2 * pad - w) // stride + 1
        Y = np.zeros((N, F, Hy, Wy)) + b.reshape(1, F, 1, 1)
        for i in range(h):
            for j in range(w):
                part = padded[:, :, i:i + stride * Hy:stride, j:j + stride * Wy:stride]
                Y += np.einsum("ncpq,fc->nfpq", part, kern[:, :, i, j])
        params["cache_" + name] = (X, stride, pad)
        return Y
        """),
    "padded_in_cache_and_no_bias": body("conv_forward", "The cache holds the padded images, and the bias is left out.", """
        W, b = params["W" + name], params["b" + name]
        F, C, h, w = W.shape
        X = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        N, _, H, Wd = X.shape
        Hy, Wy = (H - h) // stride + 1, (Wd - w) // stride + 1
        out = np.zeros((N, F, Hy, Wy))
        for f in range(F):
            for r in range(Hy):
                for c in range(Wy):
                    out[:, f, r, c] = (X[:, :, r * stride:r * stride + h, c * stride:c * stride + w] * W[f]).sum(axis=(1, 2, 3))
        params["cache_" + name] = (X, stride, pad)
        return out
        """),
    # 10. conv_backward
    "minus_pad_slice": body("conv_backward", "The padding is cut off with [pad:-pad], which leaves nothing where pad is 0.", """
        X, stride, pad = params["cache_" + name]
        W = params["W" + name]
        F, C, h, w = W.shape
        N, _, Hy, Wy = delta.shape
        Xp = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        dXp = np.zeros(Xp.shape)
        dW = np.zeros(W.shape)
        for n in range(N):
            for f in range(F):
                for p in range(Hy):
                    for q in range(Wy):
                        r, c = p * stride, q * stride
                        dW[f] += delta[n, f, p, q] * Xp[n, :, r:r + h, c:c + w]
                        dXp[n, :, r:r + h, c:c + w] += delta[n, f, p, q] * W[f]
        params["grad_W" + name] = dW
        params["grad_b" + name] = delta.sum(axis=(0, 2, 3))
        return dXp[:, :, pad:-pad, pad:-pad]
        """),
    "overlap_overwritten": body("conv_backward", "Where windows overlap the later one overwrites the earlier: = for +=.", """
        X, s, d = params["cache_" + name]
        K = params["W" + name]
        h, w = K.shape[2:]
        N, C, Hx, Wx = X.shape
        Hy, Wy = delta.shape[2:]
        Xp = np.pad(X, ((0, 0), (0, 0), (d, d), (d, d)))
        gX, gK = np.zeros(Xp.shape), np.zeros(K.shape)
        for i in range(h):
            for j in range(w):
                sl = (slice(None), slice(None), slice(i, i + s * Hy, s), slice(j, j + s * Wy, s))
                gK[:, :, i, j] = np.einsum("nfpq,ncpq->fc", delta, Xp[sl])
                gX[sl] = np.einsum("nfpq,fc->ncpq", delta, K[:, :, i, j])
        params["grad_W" + name] = gK
        params["grad_b" + name] = np.einsum("nfpq->f", delta)
        return gX[:, :, d:d + Hx, d:d + Wx]
        """),
    "unpadded_input": body("conv_backward", "The gradient of W meets the image without its padding.", """
        X, stride, pad = params["cache_" + name]
        W = params["W" + name]
        F, C, h, w = W.shape
        N, C, Hx, Wx = X.shape
        _, _, Hy, Wy = delta.shape
        big = np.pad(X, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad)))
        grad_big = np.zeros((N, C, Hx + 2 * pad, Wx + 2 * pad))
        grad_W = np.zeros((F, C, h, w))
        for p in range(Hy):
            for q in range(Wy):
                d = delta[:, :, p, q]
                grad_W += np.tensordot(d, big[:, :, p * stride:p * stride + h, q * stride:q * stride + w], axes=(0, 0))
                grad_big[:, :, p * stride:p * stride + h, q * stride:q * stride + w] += np.tensordot(d, W, axes=(1, 0))
        params["grad_W" + name] = grad_W
        params["grad_b" + name] = delta.sum((0, 2, 3))
        return grad_big[:, :, pad:pad + Hx, pad:pad + Wx]
        """),
    "grad_b_per_image": body("conv_backward", "grad_b isn't summed over the images: it is (N, F).", """
        X, stride, pad = params["cache_" + name]
        W = params["W" + name]
        F, C, h, w = W.shape
        N, C, Hx, Wx = X.shape
        Hy, Wy = delta.shape[2], delta.shape[3]
        Xp = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        dXp = np.zeros_like(Xp, dtype=float)
        dW = np.zeros_like(W, dtype=float)
        for i in range(Hy):
            for j in range(Wy):
                a, b = i * stride, j * stride
                for f in range(F):
                    k = delta[:, f, i, j][:, None, None, None]
                    dW[f] += np.sum(k * Xp[:, :, a:a + h, b:b + w], axis=0)
                    dXp[:, :, a:a + h, b:b + w] += k * W[f]
        params["grad_W" + name] = dW
        params["grad_b" + name] = delta.sum(axis=(2, 3))
        return dXp[:, :, pad:pad + Hx, pad:pad + Wx]
        """),
    "stride_forgotten_and_mean": body("conv_backward", "The windows of grad_X start without the stride, and grad_b is a mean.", """
        X, stride, pad = params["cache_" + name]
        W = params["W" + name]
        F, C, h, w = W.shape
        N, C, Hx, Wx = X.shape
        Hy, Wy = delta.shape[2:]
        Xp = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        dXp = np.zeros(Xp.shape)
        dW = np.zeros(W.shape)
        for n in range(N):
            for f in range(F):
                for p in range(Hy):
                    for q in range(Wy):
                        g = delta[n, f, p, q]
                        dW[f] += g * Xp[n, :, p * stride:p * stride + h, q * stride:q * stride + w]
                        dXp[n, :, p:p + h, q:q + w] += g * W[f]
        params["grad_W" + name] = dW
        params["grad_b" + name] = delta.mean(axis=(0, 2, 3))
        return dXp[:, :, pad:pad + Hx, pad:pad + Wx]
        """),
    # 11. get_random_batches
    "array_split": body("get_random_batches", "array_split into N // B parts makes batches larger than B instead of a short last one.", """
        idx = np.random.permutation(len(x))
        parts = np.array_split(idx, max(1, len(x) // batch_size))
        return [(x[p], y[p]) for p in parts]
        """),
    "drawn_anew": body("get_random_batches", "Each batch is drawn on its own, so that examples come twice or never.", """
        batches = []
        n = x.shape[0]
        for _ in range(int(np.ceil(n / batch_size))):
            rows = np.random.choice(n, min(batch_size, n), replace=False)
            batches.append((x[rows], y[rows]))
        return batches
        """),
    "shuffled_each": body("get_random_batches", "x and y are shuffled each on its own.", """
        n = len(x)
        xs = x[np.random.permutation(n)]
        ys = y[np.random.permutation(n)]
        return [(xs[i:i + batch_size], ys[i:i + batch_size]) for i in range(0, n, batch_size)]
        """),
    "seed_and_dropped_rest": body("get_random_batches", "A seed is set, and the remainder is dropped.", """
        np.random.seed(0)
        order = np.random.permutation(x.shape[0])
        out = []
        for b in range(x.shape[0] // batch_size):
            sel = order[b * batch_size:(b + 1) * batch_size]
            out.append((x[sel], y[sel]))
        return out
        """),
    # 12. train
    "delta_reversed": _train("delta is y - P: the step goes the wrong way.", delta="yb - probs"),
    "delta_over_n": _train("delta is divided by the number of examples: it is the mean loss's gradient.", delta="(probs - yb) / len(xb)"),
    "output_sigmoid_deriv": _train("The output layer goes back with the sigmoid's derivative, though P - y is by the pre-activation.",
        back='delta2 = backwards(delta1, params, "output", sigmoid_deriv)\n            backwards(delta2, params, "layer1", sigmoid_deriv)'),
    "updated_between": _train("Woutput is updated before the error goes back through it.",
        back='backwards(delta1, params, "output", linear_deriv)\n            ' + _STEP.format("Woutput")
        + '\n            delta2 = delta1 @ params["Woutput"].T\n            backwards(delta2, params, "layer1", sigmoid_deriv)',
        update="\n            ".join(_STEP.format(key) for key in ("Wlayer1", "blayer1", "boutput"))),
    "no_biases": _train("The biases are never updated.", update="\n            ".join(_STEP.format(k) for k in ("Wlayer1", "Woutput"))),
    "layer1_never_back": _train("The gradient never goes back through layer1's activation: its derivative is left out.",
        back='delta2 = backwards(delta1, params, "output", linear_deriv)\n            backwards(delta2, params, "layer1", linear_deriv)'),
    "last_batch_loss": _train("The loss of the last batch is returned instead of the sum over the batches.", result="loss, avg_acc"),
    "average_loss_and_summed_acc": _train("The average loss of the batches is returned, and the accuracies are added up.",
        accuracy="total_acc", result="total_loss / len(batches), avg_acc"),
    "update_after_the_pass": _train("The update stands outside the loop over batches: one step an iteration.",
        update="pass\n        " + "\n        ".join(_STEP.format(k) for k in ("Wlayer1", "blayer1", "Woutput", "boutput"))),
    # 13. central_differences_gradient
    "loss_mean": body("central_differences_gradient", "The loss is averaged over the examples.", """
        def loss():
            h = forward(x, params, "layer1", sigmoid)
            p = forward(h, params, "output", softmax)
            return compute_loss_and_acc(y, p)[0] / len(x)
        for key in [k for k in params if "_" not in k]:
            theta = params[key]
            grad = np.zeros(theta.shape)
            for i in np.ndindex(theta.shape):
                old = theta[i]
                theta[i] = old + eps
                up = loss()
                theta[i] = old - eps
                down = loss()
                theta[i] = old
                grad[i] = (up - down) / (2 * eps)
            params["grad_" + key] = grad
        """),
    "dictionary_changes": body("central_differences_gradient", "The loop runs over params itself, which gains keys meanwhile: it raises.", """
        for k, v in params.items():
            if "_" in k:
                continue
            g = np.zeros(v.shape)
            for idx in np.ndindex(v.shape):
                keep = v[idx]
                v[idx] = keep + eps
                h = forward(x, params, "layer1")
                lp, _ = compute_loss_and_acc(y, forward(h, params, "output", softmax))
                v[idx] = keep - eps
                h = forward(x, params, "layer1")
                lm, _ = compute_loss_and_acc(y, forward(h, params, "output", softmax))
                v[idx] = keep
                g[idx] = (lp - lm) / (2 * eps)
            params["grad_" + k] = g
        """),
    "half_step": body("central_differences_gradient", "The difference of both sides is divided by eps.", """
        names = [k for k in list(params) if "_" not in k]
        f = lambda: compute_loss_and_acc(y, forward(forward(x, params, "layer1", sigmoid), params, "output", softmax))[0]
        for name in names:
            grads = np.empty(params[name].shape)
            for idx, value in np.ndenumerate(params[name].copy()):
                params[name][idx] = value + eps
                a = f()
                params[name][idx] = value - eps
                b = f()
                params[name][idx] = value
                grads[idx] = (a - b) / eps
            params["grad_" + name] = grads
        """),
    "keys_four_only_and_not_back": body("central_differences_gradient", "Only the four known keys get gradients, and eps is added back, which rounds.", """
        for key in ("Wlayer1", "blayer1", "Woutput", "boutput"):
            g = np.zeros_like(params[key])
            for i in np.ndindex(g.shape):
                params[key][i] += eps
                h = forward(x, params, "layer1", sigmoid)
                l1, _ = compute_loss_and_acc(y, forward(h, params, "output", softmax))
                params[key][i] -= 2 * eps
                h = forward(x, params, "layer1", sigmoid)
                l2, _ = compute_loss_and_acc(y, forward(h, params, "output", softmax))
                params[key][i] += eps
                g[i] = (l1 - l2) / (2 * eps)
            params["grad_" + key] = g
        """),
}
