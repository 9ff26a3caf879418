"""Slips in chapter 1: layers, and a two-layer network on digits."""
from __future__ import annotations

from . import body, edit

SLIPS = {
    # 1. affine_forward
    "not_flattened": edit(
        "affine_forward", "x is not flattened, so images with several axes do not go through.",
        "x.reshape(len(x), -1) @ w + b", "x @ w + b"),
    "bias_left_out": edit(
        "affine_forward", "The bias b is never added.",
        "x.reshape(len(x), -1) @ w + b", "x.reshape(len(x), -1) @ w"),
    "flat_in_cache": body(
        "affine_forward", "The cache holds the flattened x instead of x as it came.", """
        x = x.reshape(x.shape[0], -1)
        out = np.dot(x, w) + b
        cache = (x, w, b)
        return out, cache
        """),
    "bias_as_column": edit(
        "affine_forward", "b is added as a column, one bias an example instead of one an output.",
        "+ b", "+ b.reshape(-1, 1)"),
    "flattened_the_other_way": edit(
        "affine_forward", "x is reshaped to (D, N) and then transposed, which mixes the numbers of different examples.",
        "x.reshape(len(x), -1)", "x.reshape(-1, len(x)).T"),
    "two_axes_only": body(
        "affine_forward", "The number of inputs is the product of two axes only, so it breaks for any other number of axes.", """
        N = x.shape[0]
        D = x.shape[1] * x.shape[2]
        x_flat = x.reshape(N, D)
        out = x_flat.dot(w) + b
        return out, (x, w, b)
        """),
    "int_buffer_affine": body(
        "affine_forward", "The output buffer has the dtype of x, so whole-number inputs cut the fractions off.", """
        N, M = x.shape[0], w.shape[1]
        out = np.zeros((N, M), dtype=x.dtype)
        for n in range(N):
            row = x[n].ravel()
            for m in range(M):
                out[n, m] = np.sum(row * w[:, m]) + b[m]
        return out, (x, w, b)
        """),
    "shape_set_in_place": body(
        "affine_forward", "x.shape is set in place, so the caller's x is flattened too.", """
        x.shape = (x.shape[0], -1)
        out = x.dot(w) + b
        return out, (x, w, b)
        """),
    # 2. affine_backward
    "db_mean": edit(
        "affine_backward", "db is the mean over the batch instead of the sum.",
        "dout.sum(axis=0)", "dout.mean(axis=0)"),
    "db_other_axis": edit(
        "affine_backward", "db sums over the outputs instead of over the examples.",
        "dout.sum(axis=0)", "dout.sum(axis=1)"),
    "db_one_number": edit(
        "affine_backward", "db sums over everything, so it is one number.",
        "dout.sum(axis=0)", "np.sum(dout)"),
    "db_keepdims": edit(
        "affine_backward", "db is (1, M) instead of (M,).",
        "dout.sum(axis=0)", "dout.sum(axis=0, keepdims=True)"),
    "dx_stays_flat": body(
        "affine_backward", "x is overwritten by its flattened form, so dx is reshaped to (N, D) instead of the shape of x.", """
        x, w, b = cache
        x = x.reshape(x.shape[0], -1)
        dx = dout.dot(w.T).reshape(x.shape)
        dw = x.T.dot(dout)
        db = dout.sum(axis=0)
        return dx, dw, db
        """),
    "dw_mean": edit(
        "affine_backward", "dw is divided by the number of examples.",
        "x.reshape(len(x), -1).T @ dout", "x.reshape(len(x), -1).T @ dout / len(x)"),
    "all_divided_by_n": body(
        "affine_backward", "dw and db are both divided by the number of examples.", """
        x, w, b = cache
        num_examples = x.shape[0]
        flat = x.reshape(num_examples, -1)
        dx = np.dot(dout, w.T).reshape(x.shape)
        dw = np.dot(flat.T, dout) / num_examples
        db = np.sum(dout, axis=0) / num_examples
        return dx, dw, db
        """),
    "w_not_transposed": edit(
        "affine_backward", "dx multiplies with w instead of its transpose.",
        "dout @ w.T", "dout @ w"),
    "dw_turned": edit(
        "affine_backward", "dw is dout^T x, the transpose of the right one, of shape (M, D).",
        "dw = x.reshape(len(x), -1).T @ dout", "dw = dout.T @ x.reshape(len(x), -1)"),
    "dw_first": edit(
        "affine_backward", "dw is returned before dx.",
        "return dx, dw,", "return dw, dx,"),
    "last_example_only": body(
        "affine_backward", "dw and db are assigned anew for each example instead of added up, so only the last example counts.", """
        x, w, b = cache
        N = len(x)
        dx = np.zeros(x.shape)
        for n in range(N):
            dx[n] = (w @ dout[n]).reshape(x[n].shape)
            dw = np.outer(x[n].ravel(), dout[n])
            db = dout[n]
        return dx, dw, db
        """),
    "db_times_b": edit(
        "affine_backward", "db is multiplied with b, as if the slope of the bias were b itself.",
        "x, w, _ = cache", "x, w, b = cache",
        "dout.sum(axis=0)", "dout.sum(axis=0) * b"),
    "int_dx": body(
        "affine_backward", "dx is written into an array of the dtype of x, so whole-number inputs cut its fractions off.", """
        x, w, b = cache
        dx = np.zeros_like(x)
        dw = np.zeros((w.shape[0], w.shape[1]))
        db = np.zeros(w.shape[1])
        for n in range(dout.shape[0]):
            dx[n] = dout[n].dot(w.T).reshape(x.shape[1:])
            dw += np.outer(x[n], dout[n])
            db += dout[n]
        return dx, dw, db
        """),
    "flat_dx_and_mean_db": edit(
        "affine_backward", "Two slips: dx is not reshaped to the shape of x, and db is a mean.",
        "(dout @ w.T).reshape(x.shape)", "dout @ w.T", "dout.sum(axis=0)", "dout.mean(axis=0)"),
    # 3. relu_forward
    "relu_in_place": body(
        "relu_forward", "Negative entries are set to zero in x itself, so the caller's x changes and the cache with it.", """
        x[x < 0] = 0
        return x, x
        """),
    "relu_caches_out": edit(
        "relu_forward", "The cache is the output instead of the input.",
        "return np.maximum(x, 0), x", "out = np.maximum(x, 0)\n    return out, out"),
    "max_for_maximum": edit(
        "relu_forward", "np.max takes the largest along axis 0 instead of comparing each entry with 0.",
        "np.maximum(x, 0)", "np.max(x, 0)"),
    "leaky": edit(
        "relu_forward", "It is a leaky ReLU: negative entries are multiplied by 0.01 instead of replaced by zero.",
        "np.maximum(x, 0)", "np.where(x > 0, x, 0.01 * x)"),
    # 4. relu_backward
    "gate_of_dout": edit(
        "relu_backward", "The gate is the sign of dout instead of that of the input.",
        "dout * (cache > 0)", "dout * (dout > 0)"),
    "relu_of_dout": body(
        "relu_backward", "It applies ReLU to dout and ignores the input.", """
        x = cache
        dx, _ = relu_forward(dout)
        return dx
        """),
    "dout_overwritten": body(
        "relu_backward", "dout is changed in place.", """
        dx = dout
        dx[cache <= 0] = 0
        return dx
        """),
    "times_x": edit(
        "relu_backward", "dout is multiplied with ReLU of x instead of its slope.",
        "dout * (cache > 0)", "dout * np.maximum(cache, 0)"),
    "only_the_mask": edit(
        "relu_backward", "It returns the slope alone and forgets dout.",
        "dout * (cache > 0)", "(cache > 0).astype(float)"),
    "int_gate_buffer": body(
        "relu_backward", "dx has the dtype of x, so for whole-number inputs the fractions of dout are cut off.", """
        x = cache
        dx = np.zeros_like(x)
        positive = x > 0
        dx[positive] = dout[positive]
        return dx
        """),
    "gate_turned": edit(
        "relu_backward", "The gate is the wrong way round: it passes where x was negative.",
        "cache > 0", "cache < 0"),
    # 5. check_layer
    "too_lax": edit(
        "check_layer", "The tolerance of 1e-2 lets a gradient pass that is off by 0.3 %.",
        "< 1e-5", "< 1e-2"),
    "positive_inputs_only": edit(
        "check_layer", "Only positive inputs are tried, so what is wrong for negative ones is missed.",
        "rng.normal(size=(4, 5)), rng.normal(size=(4, 5))", "rng.random((4, 5)) + 0.1, rng.normal(size=(4, 5))"),
    "dout_of_ones": edit(
        "check_layer", "dout is all ones, so a layer that ignores dout is not noticed.",
        "rng.normal(size=(4, 5)), rng.normal(size=(4, 5))", "rng.normal(size=(4, 5)), np.ones((4, 5))"),
    "absolute_difference": edit(
        "check_layer", "It compares the absolute difference, which misses errors where outputs are tiny and fails right layers where they are huge.",
        "assert rel_error(backward(dout, cache), measured) < 1e-5", "assert np.max(np.abs(backward(dout, cache) - measured)) < 1e-5"),
    "nan_passes": edit(
        "check_layer", "It raises where the error is above the tolerance, which a NaN never is.",
        "assert rel_error(backward(dout, cache), measured) < 1e-5", "if rel_error(backward(dout, cache), measured) > 1e-5:\n        raise ValueError('the gradient is wrong')"),
    "prints_instead": body(
        "check_layer", "It returns True or False and raises nothing.", """
        x = np.random.randn(5, 6)
        dout = np.random.randn(5, 6)
        out, cache = forward(x)
        dx = backward(dout, cache)
        dx_num = eval_numerical_gradient_array(lambda x: forward(x)[0], x, dout)
        error = rel_error(dx, dx_num)
        print('dx error:', error)
        return error < 1e-7
        """),
    "kink_tried": edit(
        "check_layer", "One of the inputs is 0, where ReLU has its kink, so right layers are called wrong.",
        "x, dout = rng.normal(size=(4, 5)), rng.normal(size=(4, 5))", "x, dout = np.linspace(-2, 2, 21).reshape(3, 7), rng.normal(size=(3, 7))"),
    # 6. softmax_loss
    "no_shift": edit(
        "softmax_loss", "The row's maximum is not subtracted, so large scores overflow.",
        "x - x.max(axis=1, keepdims=True)", "x * 1.0"),
    "one_maximum": edit(
        "softmax_loss", "One maximum of the whole batch is subtracted, so rows far below it underflow.",
        "x.max(axis=1, keepdims=True)", "x.max()"),
    "log_of_rounded": body(
        "softmax_loss", "The logarithm is taken of the probability after it was rounded to zero, so the loss can be infinite.", """
        exps = np.exp(x - np.max(x, axis=1, keepdims=True))
        probs = exps / np.sum(exps, axis=1, keepdims=True)
        N = x.shape[0]
        loss = -np.sum(np.log(probs[np.arange(N), y])) / N
        dx = probs.copy()
        dx[np.arange(N), y] -= 1
        dx /= N
        return loss, dx
        """),
    "guarded_log": body(
        "softmax_loss", "1e-8 is added to the probability before the logarithm, so a sure wrong answer costs about 18 at most.", """
        exps = np.exp(x - np.max(x, axis=1, keepdims=True))
        probs = exps / np.sum(exps, axis=1, keepdims=True)
        N = x.shape[0]
        loss = -np.mean(np.log(probs[np.arange(N), y] + 1e-8))
        dx = probs.copy()
        dx[np.arange(N), y] -= 1
        return loss, dx / N
        """),
    "loss_summed": edit(
        "softmax_loss", "The loss is the sum over the batch instead of the mean.",
        "-log_probs[rows, y].mean()", "-log_probs[rows, y].sum()"),
    "dx_not_divided": edit(
        "softmax_loss", "The gradient is not divided by the number of examples.",
        "dx / len(x)", "dx"),
    "ones_off_whole_columns": edit(
        "softmax_loss", "1 is subtracted in the columns of all labels for every row, instead of one entry a row.",
        "dx[rows, y] -= 1", "dx[:, y] -= 1"),
    "ones_off_rows": edit(
        "softmax_loss", "1 is subtracted from whole rows picked by the labels.",
        "dx[rows, y] -= 1", "dx[y] -= 1"),
    "gradient_turned": body(
        "softmax_loss", "The gradient has the wrong sign: target minus probability.", """
        N, C = x.shape
        z = x - x.max(axis=1)[:, None]
        logsum = np.log(np.sum(np.exp(z), axis=1))
        loss = np.mean(logsum - z[range(N), y])
        p = np.exp(z - logsum[:, None])
        onehot = np.eye(C)[y]
        return loss, (onehot - p) / N
        """),
    "softmax_over_rows": edit(
        "softmax_loss", "The probabilities are normalised over the examples instead of over the classes.",
        "np.exp(shifted).sum(axis=1, keepdims=True)", "np.exp(shifted).sum(axis=0, keepdims=True)"),
    "minus_left_out": edit(
        "softmax_loss", "The minus of the loss is missing.",
        "return -log_probs", "return log_probs"),
    "dx_of_logs": edit(
        "softmax_loss", "The gradient starts from the log-probabilities instead of the probabilities.",
        "dx = np.exp(log_probs)", "dx = log_probs.copy()"),
    "scores_shifted_in_place": edit(
        "softmax_loss", "The maximum is subtracted from the caller's x in place.",
        "shifted = x - x.max(axis=1, keepdims=True)", "x -= x.max(axis=1, keepdims=True)\n    shifted = x"),
    "ten_classes": body(
        "softmax_loss", "The one-hot matrix always has ten columns, whatever the number of classes.", """
        target = np.eye(10)[y]
        z = x - np.max(x, axis=1, keepdims=True)
        log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        loss = -np.sum(target * log_p) / len(x)
        return loss, (np.exp(log_p) - target) / len(x)
        """),
    "mean_over_all_entries": body(
        "softmax_loss", "The loss is the mean over all N * C entries instead of over the N examples; the gradient is right.", """
        N, C = x.shape
        target = np.zeros((N, C))
        target[np.arange(N), y] = 1
        z = x - np.max(x, axis=1, keepdims=True)
        log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        loss = -np.mean(target * log_p)
        return loss, (np.exp(log_p) - target) / N
        """),
    "log10": edit(
        "softmax_loss", "The logarithm has base 10 instead of e.",
        "np.log(np.exp(shifted)", "np.log10(np.exp(shifted)"),
    "loss_loop_last_row": body(
        "softmax_loss", "In the loop the loss is assigned instead of added up, so it is that of the last row alone, divided by N.", """
        num_train = x.shape[0]
        dx = np.zeros(x.shape)
        for i in range(num_train):
            z = x[i] - np.max(x[i])
            logsum = np.log(np.sum(np.exp(z)))
            loss = logsum - z[y[i]]
            dx[i] = np.exp(z - logsum)
            dx[i, y[i]] -= 1
        return loss / num_train, dx / num_train
        """),
    "sum_and_not_divided": edit(
        "softmax_loss", "Two slips: the loss is the sum over the batch, and the gradient is not divided by N.",
        "-log_probs[rows, y].mean()", "-log_probs[rows, y].sum()", "dx / len(x)", "dx"),
    "no_shift_and_columns": edit(
        "softmax_loss", "Two slips: no maximum is subtracted, and 1 is subtracted in whole columns.",
        "x - x.max(axis=1, keepdims=True)", "x * 1.0", "dx[rows, y] -= 1", "dx[:, y] -= 1"),
    # 7. train_two_layer
    "no_seed": edit(
        "train_two_layer", "The seed is not used, so every run is different.",
        "np.random.default_rng(seed)", "np.random.default_rng()"),
    "seed_in_the_loop": edit(
        "train_two_layer", "The generator is made anew from the seed in every step, so every step draws the same batch.",
        "    for _ in range(iters):\n", "    for _ in range(iters):\n        rng = np.random.default_rng(seed)\n"),
    "std_left_out_of_w2": edit(
        "train_two_layer", "W2 is not multiplied by std.",
        "std * rng.standard_normal((hidden, C))", "rng.standard_normal((hidden, C))"),
    "uniform_weights": edit(
        "train_two_layer", "The weights are uniform between 0 and std: all positive, and not with standard deviation std.",
        "std * rng.standard_normal((D, hidden))", "std * rng.random((D, hidden))",
        "std * rng.standard_normal((hidden, C))", "std * rng.random((hidden, C))"),
    "names_rebound": edit(
        "train_two_layer", "theta = theta - ... binds a local name anew, so no parameter ever changes.",
        "theta -= learning_rate * gradient", "theta = theta - learning_rate * gradient"),
    "uphill": edit(
        "train_two_layer", "The step is added: it climbs the loss.",
        "theta -= learning_rate * gradient", "theta += learning_rate * gradient"),
    "no_relu_on_the_way_back": edit(
        "train_two_layer", "The gradient does not go back through ReLU.",
        "affine_backward(relu_backward(dh, cache_relu), cache1)", "affine_backward(dh, cache1)"),
    "divided_again": edit(
        "train_two_layer", "The gradient is divided by the batch size once more, though the loss is a mean already.",
        "learning_rate * gradient", "learning_rate * gradient / batch_size"),
    "labels_of_the_first_rows": edit(
        "train_two_layer", "The labels are those of the first rows instead of those of the batch.",
        "y_train[batch]", "y_train[:batch_size]"),
    "classes_of_the_batch_test": edit(
        "train_two_layer", "The number of classes is read from y_test, which need not hold every class.",
        "y_train.max() + 1", "len(np.unique(y_test))"),
    "first_batch_always": edit(
        "train_two_layer", "The batch is always the first batch_size rows.",
        "rng.integers(len(X_train), size=batch_size)", "np.arange(batch_size)"),
    "batch_before_the_loop": edit(
        "train_two_layer", "The batch is drawn once before the loop, so every step sees the same rows.",
        "    for _ in range(iters):\n        batch = rng.integers(len(X_train), size=batch_size)\n",
        "    batch = rng.integers(len(X_train), size=batch_size)\n    for _ in range(iters):\n"),
    "accuracy_over_rows": edit(
        "train_two_layer", "The arg max is taken along axis 0, over the examples instead of over the classes.",
        "test_scores.argmax(axis=1) == y_test", "test_scores.argmax(axis=0) == y_test"),
    "returns_in_the_loop": edit(
        "train_two_layer", "return stands inside the loop, so training ends after one step.",
        "    return params, history", "        return params, history"),
    "test_loss_of_training_rows": edit(
        "train_two_layer", "test_loss and test_accuracy are measured on the training part.",
        "two_layer_scores(X_test, params)", "two_layer_scores(X_train, params)",
        "softmax_loss(test_scores, y_test)", "softmax_loss(test_scores, y_train)",
        "argmax(axis=1) == y_test", "argmax(axis=1) == y_train"),
    "rate_of_the_default": edit(
        "train_two_layer", "The step is always 0.5, the default, whatever learning_rate is.",
        "learning_rate * gradient", "0.5 * gradient"),
    "zero_w2": edit(
        "train_two_layer", "W2 starts at zeros instead of random.",
        "std * rng.standard_normal((hidden, C))", "np.zeros((hidden, C))"),
    "biases_stay": body(
        "train_two_layer", "The biases are never updated.", """
        rng = np.random.default_rng(seed)
        num_classes = int(np.max(y_train)) + 1
        params = {
            "W1": rng.normal(0, std, (X_train.shape[1], hidden)),
            "b1": np.zeros(hidden),
            "W2": rng.normal(0, std, (hidden, num_classes)),
            "b2": np.zeros(num_classes),
        }
        history = {"train_loss": [], "test_loss": [], "test_accuracy": []}
        for it in range(iters):
            idx = rng.choice(len(X_train), batch_size, replace=False)
            Xb, yb = X_train[idx], y_train[idx]
            a1, c1 = affine_forward(Xb, params["W1"], params["b1"])
            h1, cr = relu_forward(a1)
            s, c2 = affine_forward(h1, params["W2"], params["b2"])
            loss, ds = softmax_loss(s, yb)
            dh1, dW2, db2 = affine_backward(ds, c2)
            da1 = relu_backward(dh1, cr)
            dx, dW1, db1 = affine_backward(da1, c1)
            params["W1"] = params["W1"] - learning_rate * dW1
            params["W2"] = params["W2"] - learning_rate * dW2
            scores = two_layer_scores(X_test, params)
            history["train_loss"].append(loss)
            history["test_loss"].append(softmax_loss(scores, y_test)[0])
            history["test_accuracy"].append(float(np.mean(np.argmax(scores, axis=1) == y_test)))
        return params, history
        """),
    "updated_before_back": body(
        "train_two_layer", "W2 is updated before the gradient goes back through it, in place, so dW1 is that of the new W2.", """
        rng = np.random.RandomState(seed)
        n, d = X_train.shape
        c = y_train.max() + 1
        W1 = std * rng.randn(d, hidden)
        b1 = np.zeros(hidden)
        W2 = std * rng.randn(hidden, c)
        b2 = np.zeros(c)
        history = {"train_loss": [], "test_loss": [], "test_accuracy": []}
        for it in range(iters):
            rows = rng.choice(n, batch_size)
            z, cache_a = affine_forward(X_train[rows], W1, b1)
            h, cache_r = relu_forward(z)
            scores, _ = affine_forward(h, W2, b2)
            loss, dscores = softmax_loss(scores, y_train[rows])
            W2 -= learning_rate * h.T @ dscores
            b2 -= learning_rate * dscores.sum(axis=0)
            dh = dscores @ W2.T
            dz = relu_backward(dh, cache_r)
            _, dW1, db1 = affine_backward(dz, cache_a)
            W1 -= learning_rate * dW1
            b1 -= learning_rate * db1
            params = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
            test_scores = two_layer_scores(X_test, params)
            history["train_loss"].append(loss)
            history["test_loss"].append(softmax_loss(test_scores, y_test)[0])
            history["test_accuracy"].append(np.mean(np.argmax(test_scores, axis=1) == y_test))
        return params, history
        """),
    "learns_from_test": body(
        "train_two_layer", "Each step also learns from the test rows: they are stacked under the training rows.", """
        rng = np.random.default_rng(seed)
        X = np.concatenate([X_train, X_test])
        y = np.concatenate([y_train, y_test])
        C = y_train.max() + 1
        params = {"W1": std * rng.standard_normal((X.shape[1], hidden)), "b1": np.zeros(hidden),
                  "W2": std * rng.standard_normal((hidden, C)), "b2": np.zeros(C)}
        history = {"train_loss": [], "test_loss": [], "test_accuracy": []}
        for _ in range(iters):
            batch = rng.choice(len(X), size=batch_size)
            a, cache1 = affine_forward(X[batch], params["W1"], params["b1"])
            h, cache_r = relu_forward(a)
            s, cache2 = affine_forward(h, params["W2"], params["b2"])
            loss, ds = softmax_loss(s, y[batch])
            dh, dW2, db2 = affine_backward(ds, cache2)
            _, dW1, db1 = affine_backward(relu_backward(dh, cache_r), cache1)
            for key, grad in zip(["W1", "b1", "W2", "b2"], [dW1, db1, dW2, db2]):
                params[key] -= learning_rate * grad
            t = two_layer_scores(X_test, params)
            history["train_loss"].append(loss)
            history["test_loss"].append(softmax_loss(t, y_test)[0])
            history["test_accuracy"].append(np.mean(t.argmax(axis=1) == y_test))
        return params, history
        """),
    "history_only": edit(
        "train_two_layer", "It returns history first and params second.",
        "return params, history", "return history, params"),
}
