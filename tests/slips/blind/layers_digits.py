"""Slips in chapter 1: layers, and a two-layer network on digits."""
from __future__ import annotations

from tests.slips import body

SLIPS = {
    # 1. affine_forward
    "flat_in_cache": body("affine_forward", "x is overwritten by its flattened form, which then stands in the cache.", """
        x = x.reshape(x.shape[0], -1)
        out = x.dot(w) + b
        return out, (x, w, b)
        """),
    "flattened_in_fortran_order": body("affine_forward", "The axes of an example are reversed before they are flattened.", """
        n = x.shape[0]
        flat = x.T.reshape(-1, n).T
        return flat @ w + b, (x, w, b)
        """),
    "two_axes_only": body("affine_forward", "x is not flattened: only inputs with two axes work.", """
        out = np.array([[sum(x[n, d] * w[d, m] for d in range(w.shape[0])) + b[m] for m in range(w.shape[1])]
                        for n in range(len(x))])
        return out, (x, w, b)
        """),
    "bias_by_loop_off_by_one": body("affine_forward", "The loop over outputs starts at 1, so the first output gets no bias.", """
        rows = np.reshape(x, (len(x), w.shape[0]))
        out = np.matmul(rows, w).astype(float)
        for m in range(1, w.shape[1]):
            out[:, m] += b[m]
        return out, (x, w, b)
        """),
    # 2. affine_backward
    "dx_stays_flat": body("affine_backward", "dx keeps the flattened shape (N, D) instead of that of x.", """
        x, w, b = cache
        xf = x.reshape(len(x), -1)
        dx = dout @ w.T
        dw = xf.T @ dout
        db = dout.sum(axis=0)
        return dx, dw, db
        """),
    "db_with_keepdims": body("affine_backward", "db is (1, M) because of keepdims instead of (M,).", """
        x, w, _ = cache
        N = x.shape[0]
        dx = np.tensordot(dout, w, axes=(1, 1)).reshape(x.shape)
        dw = np.tensordot(x.reshape(N, -1), dout, axes=(0, 0))
        db = np.sum(dout, axis=0, keepdims=True)
        return dx, dw, db
        """),
    "db_is_a_mean": body("affine_backward", "db is a mean over the examples instead of a sum.", """
        x, w, b = cache
        rows = x.reshape(x.shape[0], -1)
        return np.dot(dout, w.T).reshape(x.shape), np.dot(rows.T, dout), np.mean(dout, axis=0)
        """),
    "dw_divided_and_db_other_axis": body("affine_backward", "dw is divided by N, and db is summed over the outputs.", """
        x, w, b = cache
        rows = x.reshape(x.shape[0], -1)
        dx = dout.dot(w.T).reshape(x.shape)
        dw = rows.T.dot(dout) / x.shape[0]
        db = np.sum(dout, 1)
        return dx, dw, db
        """),
    # 3. relu_forward
    "cache_is_out": body("relu_forward", "The cache holds the output instead of the input.", """
        out = np.maximum(0, x)
        cache = out
        return out, cache
        """),
    "one_number": body("relu_forward", "np.max takes 0 as its axis: the maximum of the first axis is returned.", """
        out = np.max(x, 0)
        return out, x
        """),
    "writes_into_x": body("relu_forward", "The zeros are written into x itself.", """
        out = x
        out[out < 0] = 0
        return out, x
        """),
    # 4. relu_backward
    "multiplied_with_out": body("relu_backward", "dout is multiplied with relu(x) instead of with the gate.", """
        x = cache
        return dout * np.maximum(x, 0)
        """),
    "gate_only": body("relu_backward", "The gate itself is returned, without dout.", """
        return np.array(cache > 0, dtype=float)
        """),
    "gate_reversed": body("relu_backward", "The gate is the wrong way round: dout passes where x is negative.", """
        dx = dout.copy()
        dx[cache > 0] = 0
        return dx
        """),
    "gate_by_dout_and_in_place": body("relu_backward", "The gate is set by dout, and the zeros are written into dout.", """
        x = cache
        dout[dout <= 0] = 0
        return dout
        """),
    # 5. check_layer
    "ones_for_dout": body("check_layer", "dout is all ones, so a layer that forgets dout passes.", """
        rng = np.random.default_rng(0)
        x = rng.normal(size=(4, 5))
        dout = np.ones((4, 5))
        out, cache = forward(x)
        dx = backward(dout, cache)
        num = eval_numerical_gradient_array(lambda z: forward(z)[0], x, dout)
        assert dx.shape == x.shape
        assert rel_error(dx, num) < 1e-4
        """),
    "too_loose": body("check_layer", "The tolerance is 0.01, so that a gradient that is off by 0.3 % passes.", """
        x = np.random.randn(4, 5)
        dout = np.random.randn(4, 5)
        _, cache = forward(x)
        dx = backward(dout, cache)
        expected = eval_numerical_gradient_array(lambda a: forward(a)[0], x, dout)
        assert dx.shape == x.shape, "wrong shape"
        assert rel_error(dx, expected) < 1e-2, "wrong gradient"
        """),
    "nan_passes": body("check_layer", "It asks whether the error is large, which is never true of nan.", """
        x = np.random.normal(size=(3, 6))
        d = np.random.normal(size=(3, 6))
        cache = forward(x)[1]
        mine = backward(d, cache)
        if mine.shape != x.shape:
            raise ValueError("shape")
        theirs = eval_numerical_gradient_array(lambda q: forward(q)[0], x, d)
        if rel_error(mine, theirs) > 1e-5:
            raise AssertionError("not the gradient")
        """),
    "positive_inputs": body("check_layer", "np.random.rand draws positive inputs only, and a layer wrong for negative ones passes.", """
        x = np.random.rand(5, 4)
        dout = np.random.randn(5, 4)
        out, cache = forward(x)
        a = backward(dout, cache)
        n = eval_numerical_gradient_array(lambda v: forward(v)[0], x, dout)
        assert a.shape == n.shape and rel_error(a, n) < 1e-5
        """),
    # 6. softmax_loss
    "dx_not_over_n": body("softmax_loss", "dx isn't divided by N.", """
        N = x.shape[0]
        z = x - x.max(axis=1, keepdims=True)
        logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        loss = -logp[np.arange(N), y].mean()
        dx = np.exp(logp)
        dx[np.arange(N), y] -= 1
        return loss, dx
        """),
    "log_of_p": body("softmax_loss", "The logarithm is taken of the rounded probabilities: infinite for [1000, 0].", """
        num = np.exp(x - np.max(x, axis=1, keepdims=True))
        p = num / np.sum(num, axis=1, keepdims=True)
        n = len(y)
        loss = 0
        for i in range(n):
            loss += -np.log(p[i, y[i]])
        dx = p.copy()
        for i in range(n):
            dx[i, y[i]] -= 1
        return loss / n, dx / n
        """),
    "all_columns_less_one": body("softmax_loss", "P[:, y] takes one off whole columns for each label instead of the label's entry of each row.", """
        N = len(x)
        s = x - x.max(1, keepdims=True)
        logs = s - np.log(np.exp(s).sum(1, keepdims=True))
        loss = -np.sum(logs[range(N), y]) / N
        grad = np.exp(logs)
        grad[:, y] -= 1
        grad /= N
        return loss, grad
        """),
    "no_shift": body("softmax_loss", "Nothing is subtracted from the scores, so the exponentials overflow.", """
        N, C = x.shape
        onehot = np.eye(C)[y]
        sums = np.exp(x).sum(axis=1, keepdims=True)
        P = np.exp(x) / sums
        loss = (np.log(sums[:, 0]) - (x * onehot).sum(axis=1)).mean()
        return loss, (P - onehot) / N
        """),
    "sum_and_c_for_n": body("softmax_loss", "The loss is a sum over the examples, and dx is divided by the number of classes.", """
        m = np.max(x, axis=1, keepdims=True)
        lse = m + np.log(np.sum(np.exp(x - m), axis=1, keepdims=True))
        logp = x - lse
        rows = np.arange(x.shape[0])
        loss = -np.sum(logp[rows, y])
        dx = np.exp(logp)
        dx[rows, y] -= 1
        dx /= x.shape[1]
        return loss, dx
        """),
    "shift_by_column_max": body("softmax_loss", "The maximum is taken over axis 0, of each column, instead of each row.", """
        z = x - np.max(x, axis=0)
        e = np.exp(z)
        P = e / e.sum(axis=1)[:, np.newaxis]
        N = x.shape[0]
        loss = -np.mean(np.log(P[np.arange(N), y] + 1e-12))
        dx = P
        dx[np.arange(N), y] -= 1
        return loss, dx / N
        """),
    # 7. train_two_layer
    "seed_unused": body("train_two_layer", "The generator is made without the seed, so each run differs.", """
        rng = np.random.default_rng()
        D, C = X_train.shape[1], int(y_train.max()) + 1
        W1, b1 = std * rng.standard_normal((D, hidden)), np.zeros(hidden)
        W2, b2 = std * rng.standard_normal((hidden, C)), np.zeros(C)
        params = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
        history = {"train_loss": [], "test_loss": [], "test_accuracy": []}
        for t in range(iters):
            rows = rng.choice(len(X_train), batch_size)
            z, c1 = affine_forward(X_train[rows], W1, b1)
            h, c2 = relu_forward(z)
            s, c3 = affine_forward(h, W2, b2)
            loss, ds = softmax_loss(s, y_train[rows])
            dh, dW2, db2 = affine_backward(ds, c3)
            dz = relu_backward(dh, c2)
            _, dW1, db1 = affine_backward(dz, c1)
            W1 -= learning_rate * dW1
            b1 -= learning_rate * db1
            W2 -= learning_rate * dW2
            b2 -= learning_rate * db2
            test = two_layer_scores(X_test, params)
            history["train_loss"].append(loss)
            history["test_loss"].append(softmax_loss(test, y_test)[0])
            history["test_accuracy"].append((test.argmax(1) == y_test).mean())
        return params, history
        """),
    "same_batch": body("train_two_layer", "The batch is drawn once before the loop and used in every step.", """
        np.random.seed(seed)
        params = {
            "W1": np.random.randn(X_train.shape[1], hidden) * std, "b1": np.zeros(hidden),
            "W2": np.random.randn(hidden, np.max(y_train) + 1) * std, "b2": np.zeros(np.max(y_train) + 1),
        }
        history = {"train_loss": [], "test_loss": [], "test_accuracy": []}
        pick = np.random.choice(X_train.shape[0], batch_size, replace=False)
        for step in range(iters):
            xb, yb = X_train[pick], y_train[pick]
            a1, cache1 = affine_forward(xb, params["W1"], params["b1"])
            h1, cache_r = relu_forward(a1)
            a2, cache2 = affine_forward(h1, params["W2"], params["b2"])
            loss, d = softmax_loss(a2, yb)
            grads = {}
            d, grads["W2"], grads["b2"] = affine_backward(d, cache2)
            d = relu_backward(d, cache_r)
            d, grads["W1"], grads["b1"] = affine_backward(d, cache1)
            for k in params:
                params[k] -= learning_rate * grads[k]
            sc = two_layer_scores(X_test, params)
            history["train_loss"].append(loss)
            history["test_loss"].append(softmax_loss(sc, y_test)[0])
            history["test_accuracy"].append(np.mean(np.argmax(sc, axis=1) == y_test))
        return params, history
        """),
    "labels_of_other_rows": body("train_two_layer", "Rows of X and labels are drawn on their own, so they do not belong together.", """
        rng = np.random.RandomState(seed)
        n, D = X_train.shape
        C = y_train.max() + 1
        p = {"W1": std * rng.randn(D, hidden), "b1": np.zeros(hidden), "W2": std * rng.randn(hidden, C), "b2": np.zeros(C)}
        hist = {"train_loss": [], "test_loss": [], "test_accuracy": []}
        for _ in range(iters):
            xb = X_train[rng.randint(0, n, batch_size)]
            yb = y_train[rng.randint(0, n, batch_size)]
            z1, ca = affine_forward(xb, p["W1"], p["b1"])
            a1, cr = relu_forward(z1)
            z2, cb = affine_forward(a1, p["W2"], p["b2"])
            loss, dz2 = softmax_loss(z2, yb)
            da1, dW2, db2 = affine_backward(dz2, cb)
            dz1 = relu_backward(da1, cr)
            dx, dW1, db1 = affine_backward(dz1, ca)
            for name, g in zip(["W1", "b1", "W2", "b2"], [dW1, db1, dW2, db2]):
                p[name] = p[name] - learning_rate * g
            scores = two_layer_scores(X_test, p)
            hist["train_loss"].append(loss)
            hist["test_loss"].append(softmax_loss(scores, y_test)[0])
            hist["test_accuracy"].append(float(np.mean(scores.argmax(axis=1) == y_test)))
        return p, hist
        """),
    "w2_updated_first": body("train_two_layer", "W2 and b2 are updated before the gradient goes back through W2.", """
        rng = np.random.default_rng(seed)
        N, D = X_train.shape
        C = int(np.max(y_train)) + 1
        W1 = rng.normal(0, std, (D, hidden))
        W2 = rng.normal(0, std, (hidden, C))
        b1, b2 = np.zeros(hidden), np.zeros(C)
        tl, sl, acc = [], [], []
        for it in range(iters):
            idx = rng.integers(0, N, size=batch_size)
            xb, yb = X_train[idx], y_train[idx]
            pre = xb @ W1 + b1
            h = np.maximum(pre, 0)
            loss, dscores = softmax_loss(h @ W2 + b2, yb)
            W2 -= learning_rate * (h.T @ dscores)
            b2 -= learning_rate * dscores.sum(axis=0)
            dpre = (dscores @ W2.T) * (pre > 0)
            W1 -= learning_rate * (xb.T @ dpre)
            b1 -= learning_rate * dpre.sum(axis=0)
            tl.append(loss)
            params = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
            scores = two_layer_scores(X_test, params)
            sl.append(softmax_loss(scores, y_test)[0])
            acc.append(np.mean(scores.argmax(axis=1) == y_test))
        return params, {"train_loss": tl, "test_loss": sl, "test_accuracy": acc}
        """),
    "std_squared_and_no_bias_update": body("train_two_layer", "Weights are drawn with the standard deviation sqrt(std), and biases are never updated.", """
        rng = np.random.default_rng(seed)
        D = X_train.shape[1]
        C = y_train.max() + 1
        params = {"W1": rng.normal(size=(D, hidden)) * np.sqrt(std), "b1": np.zeros(hidden),
                  "W2": rng.normal(size=(hidden, C)) * np.sqrt(std), "b2": np.zeros(C)}
        history = {"train_loss": [], "test_loss": [], "test_accuracy": []}
        for _ in range(iters):
            rows = rng.permutation(len(X_train))[:batch_size]
            z, c1 = affine_forward(X_train[rows], params["W1"], params["b1"])
            h, c2 = relu_forward(z)
            s, c3 = affine_forward(h, params["W2"], params["b2"])
            loss, ds = softmax_loss(s, y_train[rows])
            dh, dW2, db2 = affine_backward(ds, c3)
            dx, dW1, db1 = affine_backward(relu_backward(dh, c2), c1)
            params["W1"] -= learning_rate * dW1
            params["W2"] -= learning_rate * dW2
            scores = two_layer_scores(X_test, params)
            history["train_loss"].append(loss)
            history["test_loss"].append(softmax_loss(scores, y_test)[0])
            history["test_accuracy"].append(np.mean(scores.argmax(1) == y_test))
        return params, history
        """),
    "measured_on_predictions": body("train_two_layer", "The test loss is measured against the network's own predictions.", """
        rng = np.random.default_rng(seed)
        classes = len(np.unique(y_train))
        params = dict(W1=std * rng.normal(size=(X_train.shape[1], hidden)), b1=np.zeros(hidden),
                      W2=std * rng.normal(size=(hidden, classes)), b2=np.zeros(classes))
        history = dict(train_loss=[], test_loss=[], test_accuracy=[])

        def gradients(xb, yb):
            z, c1 = affine_forward(xb, params["W1"], params["b1"])
            h, c2 = relu_forward(z)
            s, c3 = affine_forward(h, params["W2"], params["b2"])
            loss, ds = softmax_loss(s, yb)
            dh, dW2, db2 = affine_backward(ds, c3)
            _, dW1, db1 = affine_backward(relu_backward(dh, c2), c1)
            return loss, dict(W1=dW1, b1=db1, W2=dW2, b2=db2)

        def watch(loss):
            scores = two_layer_scores(X_test, params)
            predicted = scores.argmax(axis=1)
            history["train_loss"].append(loss)
            history["test_loss"].append(softmax_loss(scores, predicted)[0])
            history["test_accuracy"].append((predicted == y_test).mean())

        for _ in range(iters):
            rows = rng.integers(len(X_train), size=batch_size)
            loss, grads = gradients(X_train[rows], y_train[rows])
            for key, grad in grads.items():
                params[key] = params[key] - learning_rate * grad
            watch(loss)
        return params, history
        """),
    "relu_left_out_backward": body("train_two_layer", "The gradient is not passed back through ReLU.", """
        np.random.seed(seed)
        D, C = X_train.shape[1], y_train.max() + 1
        W1 = std * np.random.randn(D, hidden)
        b1 = np.zeros(hidden)
        W2 = std * np.random.randn(hidden, C)
        b2 = np.zeros(C)
        history = {"train_loss": [], "test_loss": [], "test_accuracy": []}
        for i in range(iters):
            mask = np.random.choice(len(X_train), batch_size, replace=False)
            a, c1 = affine_forward(X_train[mask], W1, b1)
            h, cr = relu_forward(a)
            s, c2 = affine_forward(h, W2, b2)
            loss, ds = softmax_loss(s, y_train[mask])
            dh, dW2, db2 = affine_backward(ds, c2)
            dx, dW1, db1 = affine_backward(dh, c1)
            W1 = W1 - learning_rate * dW1
            b1 = b1 - learning_rate * db1
            W2 = W2 - learning_rate * dW2
            b2 = b2 - learning_rate * db2
            params = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
            scores = two_layer_scores(X_test, params)
            history["train_loss"].append(loss)
            history["test_loss"].append(softmax_loss(scores, y_test)[0])
            history["test_accuracy"].append(np.mean(np.argmax(scores, 1) == y_test))
        return params, history
        """),
}
