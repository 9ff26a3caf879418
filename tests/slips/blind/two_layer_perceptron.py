"""Slips in chapter 2: understanding an image classifier's layers."""
from __future__ import annotations

from tests.slips import Slip, body

_LOSS = """
    W1, b1, W2, b2 = (self.params[k] for k in ("W1", "b1", "W2", "b2"))
    a, cache1 = self.affine_forward(X, W1, b1)
    h, cache2 = self.relu_forward(a)
    scores, cache3 = self.affine_forward(h, W2, b2)
    if y is None:
        return scores
    {loss}
    {penalty}
    {back}
    {grads}
    return value, grads
"""


def _loss(label: str, **changed: str) -> Slip:
    """A whole `loss`, with some of its pieces written otherwise."""
    pieces = {
        "loss": 'value, ds = self.svm_loss(scores, y) if kind == "svm" else self.softmax_loss(scores, y)',
        "penalty": "value += 0.5 * self.reg * (np.sum(W1 * W1) + np.sum(W2 * W2))",
        "back": "dh, dW2, db2 = self.affine_backward(ds, cache3)\n    _, dW1, db1 = self.affine_backward(self.relu_backward(dh, cache2), cache1)",
        "grads": 'grads = {"W1": dW1 + self.reg * W1, "b1": db1, "W2": dW2 + self.reg * W2, "b2": db2}',
    }
    return body("network", label, _LOSS.format(**{**pieces, **changed}), "loss")


SLIPS = {
    # 1. eval_numerical_gradient
    "over_h": body("eval_numerical_gradient", "The difference to both sides is divided by h instead of 2h.", """
        grad = np.zeros(x.shape)
        for idx in np.ndindex(x.shape):
            old = x[idx]
            x[idx] = old + h
            up = f(x)
            x[idx] = old - h
            down = f(x)
            x[idx] = old
            grad[idx] = (up - down) / h
        return grad
        """),
    "forward_difference": body("eval_numerical_gradient", "The difference is one-sided: (f(x + h) - f(x)) / h.", """
        fx = f(x)
        grad = np.zeros_like(x)
        it = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
        while not it.finished:
            ix = it.multi_index
            keep = x[ix]
            x[ix] = keep + h
            grad[ix] = (f(x) - fx) / h
            x[ix] = keep
            it.iternext()
        return grad
        """),
    "moves_a_copy": body("eval_numerical_gradient", "A copy of x is moved, so that an f that reads x itself sees nothing.", """
        def at(i, delta):
            z = x.copy()
            z[i] += delta
            return f(z)
        return np.array([(at(i, h) - at(i, -h)) / (2 * h) for i in np.ndindex(x.shape)]).reshape(x.shape)
        """),
    "added_back": body("eval_numerical_gradient", "h is added back, which rounds, instead of writing the old value back.", """
        g = np.zeros(x.shape)
        for i in np.ndindex(*x.shape):
            x[i] += h
            a = f(x)
            x[i] -= 2 * h
            b = f(x)
            x[i] += h
            g[i] = (a - b) / (2 * h)
        return g
        """),
    "ravelled": body("eval_numerical_gradient", "x is flattened first, which makes a copy of a view, and the steps don't reach x.", """
        flat = x.reshape(-1)
        grad = np.zeros(flat.size)
        for k in range(flat.size):
            old = flat[k]
            flat[k] = old + h
            p = f(x)
            flat[k] = old - h
            m = f(x)
            flat[k] = old
            grad[k] = (p - m) / (2 * h)
        return grad.reshape(x.shape)
        """),
    "h_fixed_and_not_put_back": body("eval_numerical_gradient", "h is written into the code as 1e-5, and the entry is not put back.", """
        h = 1e-5
        grad = np.zeros_like(x)
        for i in np.ndindex(x.shape):
            old = x[i]
            x[i] = old + h
            fp = f(x)
            x[i] = old - h
            fm = f(x)
            grad[i] = (fp - fm) / (2 * h)
            if verbose:
                print(i, grad[i])
        return grad
        """),
    # 2. eval_numerical_gradient_array
    "views_not_copied": body("eval_numerical_gradient_array", "f(x) is not copied, so a view of x changes with the second step.", """
        grad = np.zeros(x.shape)
        for idx in np.ndindex(x.shape):
            old = x[idx]
            x[idx] = old + h
            pos = f(x)
            x[idx] = old - h
            neg = f(x)
            x[idx] = old
            grad[idx] = np.sum((pos - neg) * df) / (2 * h)
        return grad
        """),
    "df_left_out": body("eval_numerical_gradient_array", "The differences are summed without df.", """
        out = np.zeros_like(x)
        for i in np.ndindex(x.shape):
            v = x[i]
            x[i] = v + h
            plus = np.array(f(x))
            x[i] = v - h
            minus = np.array(f(x))
            x[i] = v
            out[i] = (plus - minus).sum() / (2 * h)
        return out
        """),
    "mean_of_outputs": body("eval_numerical_gradient_array", "The mean over the outputs is taken where the sum belongs.", """
        result = np.empty(x.shape)
        two_h = 2 * h
        for place in np.ndindex(x.shape):
            kept = x[place]
            x[place] = kept + h
            above = f(x).copy()
            x[place] = kept - h
            below = f(x).copy()
            x[place] = kept
            result[place] = np.mean(df * (above - below) / two_h)
        return result
        """),
    # 3. rel_error
    "denominator_by_max": body("rel_error", "The denominator is the maximum of |x| and |y| instead of their sum.",
        "return np.max(np.abs(x - y) / np.maximum(1e-8, np.maximum(np.abs(x), np.abs(y))))"),
    "mean_error": body("rel_error", "The mean of the errors is returned instead of the largest.", """
        num = np.abs(x - y)
        den = np.maximum(1e-8, np.abs(x) + np.abs(y))
        return np.average(num / den)
        """),
    "norms": body("rel_error", "Norms of whole arrays are compared instead of entries.", """
        return np.linalg.norm(x - y) / max(1e-8, np.linalg.norm(x) + np.linalg.norm(y))
        """),
    "abs_of_sum": body("rel_error", "The denominator is |x + y| instead of |x| + |y|.", """
        worst = 0.0
        for a, b in zip(np.ravel(x), np.ravel(y)):
            worst = max(worst, abs(a - b) / max(1e-8, abs(a + b)))
        return worst
        """),
    # 4. affine
    "bias_subtracted": body("affine", "The bias is subtracted.", """
        N = x.shape[0]
        out = np.dot(np.reshape(x, (N, -1)), w) - b
        return out, (x, w, b)
        """, "affine_forward"),
    "cache_without_bias": body("affine", "The cache holds x and w only.", """
        flat = x.reshape(x.shape[0], -1)
        return np.einsum("nd,dm->nm", flat, w) + b, (x, w)
        """, "affine_forward"),
    "dx_flat": body("affine", "dx is left flat.", """
        x, w, b = cache
        dx = np.dot(dout, w.T)
        dw = np.dot(x.reshape(x.shape[0], -1).T, dout)
        db = np.sum(dout, axis=0)
        return dx, dw, db
        """, "affine_backward"),
    # 5. relu
    "leaky": body("relu", "Negative inputs pass with a slope of 0.01, as in a leaky ReLU.", """
        out = np.where(x > 0, x, 0.01 * x)
        return out, x
        """, "relu_forward"),
    "gate_as_comparison": body("relu", "The gate is a comparison with the output's sign of dout: dout > 0.", """
        gate = np.array([1.0 if d > 0 else 0.0 for d in dout.ravel()]).reshape(dout.shape)
        return dout * gate
        """, "relu_backward"),
    # 7. svm_loss
    "own_class_counted": body("svm_loss", "The margin of the right class, 1, is not set to 0: the loss is 1 too large.", """
        N = x.shape[0]
        right = x[np.arange(N), y][:, None]
        margins = np.maximum(0, x - right + 1.0)
        loss = np.sum(margins) / N
        dx = (margins > 0).astype(float)
        dx[np.arange(N), y] = 0
        dx[np.arange(N), y] = -dx.sum(axis=1)
        return loss, dx / N
        """),
    "loop_no_pull": body("svm_loss", "The right class isn't pulled: its entry of dx stays 0.", """
        N, C = x.shape
        loss = 0.0
        dx = np.zeros((N, C))
        for i in range(N):
            for j in range(C):
                if j == y[i]:
                    continue
                m = x[i, j] - x[i, y[i]] + 1
                if m > 0:
                    loss += m
                    dx[i, j] += 1
        return loss / N, dx / N
        """),
    "pull_of_one": body("svm_loss", "The right class is pulled by 1 whatever the number of violated margins.", """
        n = len(y)
        rows = np.arange(n)
        m = np.maximum(0, x - x[rows, y].reshape(-1, 1) + 1)
        m[rows, y] = 0
        d = np.zeros(x.shape)
        d[m > 0] = 1
        d[rows, y] = -1
        return m.sum() / n, d / n
        """),
    "integer_margins": body("svm_loss", "dx is made with the dtype of x, and fractions are cut off for integers.", """
        N = x.shape[0]
        loss = 0
        dx = np.zeros_like(x)
        for i in range(N):
            for j in range(x.shape[1]):
                margin = x[i, j] - x[i, y[i]] + 1
                if j != y[i] and margin > 0:
                    loss += margin
                    dx[i, j] += 1
                    dx[i, y[i]] -= 1
        dx[:] = dx / N
        return loss / N, dx
        """),
    "margin_sign_and_no_mean": body("svm_loss", "The margin is subtracted, -1 for +1, and the loss is a sum over the examples.", """
        N = x.shape[0]
        own = x[range(N), y]
        m = np.maximum(0, x - own[:, None] - 1)
        m[range(N), y] = 0
        g = np.where(m > 0, 1.0, 0.0)
        g[range(N), y] = -np.sum(g, axis=1)
        return np.sum(m), g / N
        """),
    # 8. softmax_loss
    "minus_forgotten": body("softmax_loss", "The loss lacks its minus sign.", """
        N = x.shape[0]
        z = x - np.max(x, axis=1, keepdims=True)
        logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        loss = np.mean(logp[np.arange(N), y])
        dx = np.exp(logp)
        dx[np.arange(N), y] -= 1
        return loss, dx / N
        """),
    "guarded_log": body("softmax_loss", "The probability gets a guard of 1e-10 inside the logarithm: [1000, 0] costs 23.", """
        n = x.shape[0]
        ex = np.exp(x - x.max(axis=1)[:, None])
        prob = ex / ex.sum(axis=1)[:, None]
        picked = np.array([prob[i][y[i]] for i in range(n)])
        loss = -np.log(picked + 1e-10).sum() / n
        grad = (prob - np.eye(x.shape[1])[y]) / n
        return loss, grad
        """),
    "one_hot_forgotten": body("softmax_loss", "dx is p / N: nothing is taken off at the label.", """
        def log_softmax(s):
            s = s - s.max(axis=1, keepdims=True)
            return s - np.log(np.exp(s).sum(axis=1, keepdims=True))
        lp = log_softmax(x)
        return -lp[np.arange(len(y)), y].mean(), np.exp(lp) / len(y)
        """),
    "shift_missing_and_dx_over_c": body("softmax_loss", "The scores aren't shifted by their maximum, and dx is divided by C.", """
        N, C = x.shape
        p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
        loss = -np.log(p[np.arange(N), y]).mean()
        dx = p.copy()
        dx[np.arange(N), y] -= 1
        return loss, dx / C
        """),
    # 9. network
    "uniform_weights": body("network", "Weights are uniform from 0 to weight_scale instead of normal.", """
        rng = np.random.default_rng(seed)
        self.params["W1"] = weight_scale * rng.random((input_dim, hidden_dim))
        self.params["b1"] = np.zeros(hidden_dim)
        self.params["W2"] = weight_scale * rng.random((hidden_dim, num_classes))
        self.params["b2"] = np.zeros(num_classes)
        """, "init_params"),
    "seed_ignored": body("network", "The seed is not used.", """
        shapes = [("1", input_dim, hidden_dim), ("2", hidden_dim, num_classes)]
        for k, rows, cols in shapes:
            self.params["W" + k] = np.random.normal(0, weight_scale, (rows, cols))
            self.params["b" + k] = np.zeros(cols)
        """, "init_params"),
    "no_half": _loss("The penalty lacks its factor 1/2.", penalty="value += self.reg * (np.sum(W1**2) + np.sum(W2**2))"),
    "penalty_gradient_missing": _loss("The gradients lack reg * W.",
        grads='grads = dict(zip(("W1", "b1", "W2", "b2"), (dW1, db1, dW2, db2)))'),
    "penalty_on_biases": _loss("The biases are penalized, too.",
        penalty="value += 0.5 * self.reg * sum(np.sum(p**2) for p in self.params.values())",
        grads='grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}\n    grads = {k: g + self.reg * self.params[k] for k, g in grads.items()}'),
    "relu_skipped_backward": _loss("The gradient isn't passed back through ReLU.",
        back="dh, dW2, db2 = self.affine_backward(ds, cache3)\n    _, dW1, db1 = self.affine_backward(dh, cache1)"),
    "kind_ignored": _loss("kind is ignored: the softmax loss is always used.", loss="value, ds = self.softmax_loss(scores, y)"),
    "w1_left_out_and_no_reg_on_w2": _loss("The penalty leaves W1 out, and W2's gradient lacks reg * W2.",
        penalty="value = value + self.reg / 2 * np.sum(W2**2)",
        grads='grads = {"W1": dW1 + self.reg * W1, "b1": db1, "W2": dW2, "b2": db2}'),
}
