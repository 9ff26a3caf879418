"""Slips in chapter 3: a multilayer perceptron on faces."""
from __future__ import annotations

from tests.slips import Slip, body

SLIPS = {
    # 2. init_nn
    "scale_of_he": body("init_nn", "Weights are scaled by sqrt(2 / inputs), not by 0.1 and 0.01.", """
        h1, h2 = num_hiddens
        sizes = [num_inputs, h1, h2, num_outputs]
        model = {}
        for i in range(3):
            model[f"W{i + 1}"] = np.random.randn(sizes[i], sizes[i + 1]) * np.sqrt(2.0 / sizes[i])
            model[f"b{i + 1}"] = np.zeros(sizes[i + 1])
        return model
        """),
    "w3_plain": body("init_nn", "The factor 0.01 of W3 is forgotten: it is a standard normal.", """
        H1 = num_hiddens[0]
        H2 = num_hiddens[1]
        W1 = 0.1 * np.random.randn(num_inputs, H1)
        W2 = 0.1 * np.random.randn(H1, H2)
        W3 = np.random.randn(H2, num_outputs)
        return {"W1": W1, "W2": W2, "W3": W3, "b1": np.zeros(H1), "b2": np.zeros(H2), "b3": np.zeros(num_outputs)}
        """),
    "biases_random": body("init_nn", "The biases are drawn at random instead of zero.", """
        rng = np.random.default_rng()
        def make(rows, cols, factor):
            return factor * rng.standard_normal((rows, cols)), factor * rng.standard_normal(cols)
        W1, b1 = make(num_inputs, num_hiddens[0], 0.1)
        W2, b2 = make(num_hiddens[0], num_hiddens[1], 0.1)
        W3, b3 = make(num_hiddens[1], num_outputs, 0.01)
        return dict(W1=W1, W2=W2, W3=W3, b1=b1, b2=b2, b3=b3)
        """),
    "weights_turned_and_biases_as_columns": body(
        "init_nn", "The weights are (outputs, inputs), and the biases (units, 1) instead of (units,).", """
        a, b = num_hiddens
        return {
            "W1": 0.1 * np.random.randn(a, num_inputs), "W2": 0.1 * np.random.randn(b, a),
            "W3": 0.01 * np.random.randn(num_outputs, b),
            "b1": np.zeros((a, 1)), "b2": np.zeros((b, 1)), "b3": np.zeros((num_outputs, 1)),
        }
        """),
    # 3. affine
    "grad_b_over_columns": body("affine", "grad_b is summed over the units, axis 1, instead of over the cases.", """
        grad_x = np.dot(grad_y, w.T)
        grad_w = np.dot(x.T, grad_y)
        grad_b = np.sum(grad_y, axis=1)
        return grad_x, grad_w, grad_b
        """, "affine_backward"),
    "grad_w_averaged": body("affine", "grad_w and grad_b are divided by the number of cases.", """
        n = x.shape[0]
        grad_x = np.einsum("nm,dm->nd", grad_y, w)
        grad_w = np.einsum("nd,nm->dm", x, grad_y) / n
        grad_b = np.einsum("nm->m", grad_y) / n
        return grad_x, grad_w, grad_b
        """, "affine_backward"),
    "loop_keeps_last_case": body("affine", "In the loop grad_w is assigned instead of added to, so only the last case counts.", """
        grad_x = np.zeros(x.shape)
        grad_w = np.zeros(w.shape)
        grad_b = np.zeros(w.shape[1])
        for i in range(len(x)):
            grad_x[i] = w.dot(grad_y[i])
            grad_w = np.outer(x[i], grad_y[i])
            grad_b += grad_y[i]
        return grad_x, grad_w, grad_b
        """, "affine_backward"),
    "bias_left_out_and_order": Slip("affine", "The bias is not added, and the backward pass returns grad_w first.", bodies={
        "affine": "return x @ w",
        "affine_backward": "return x.T @ grad_y, grad_y @ w.T, grad_y.sum(axis=0)"}),
    # 4. relu
    "abs_for_max": body("relu", "relu returns the absolute value of x instead of max(x, 0).", "return np.abs(x)"),
    "gate_by_grad": body("relu", "The gate is set by the sign of grad_y instead of by x.", """
        out = np.zeros(grad_y.shape)
        for idx in np.ndindex(*grad_y.shape):
            if grad_y[idx] > 0:
                out[idx] = grad_y[idx]
        return out
        """, "relu_backward"),
    "mask_into_int_copy": body("relu", "The gradient is written into a copy of x's dtype, so that fractions are cut off for integers.", """
        grad_x = np.zeros_like(x)
        mask = x > 0
        grad_x[mask] = grad_y[mask]
        return grad_x
        """, "relu_backward"),
    "in_place_both": Slip("relu", "Both functions write the zeros into their argument.", bodies={
        "relu": "x[x < 0] = 0\nreturn x",
        "relu_backward": "grad_y[x <= 0] = 0\nreturn grad_y"}),
    # 5. nn_forward
    "relu_on_scores": body("nn_forward", "A third rectifier is put on the scores.", """
        names = ["x"]
        out = {"x": x}
        h = x
        for k in (1, 2, 3):
            z = affine(h, model["W%d" % k], model["b%d" % k])
            h = relu(z)
            if k < 3:
                out["z%d" % k], out["h%d" % k] = z, h
        out["y"] = h
        return out
        """),
    "second_layer_fed_with_z1": body("nn_forward", "The second layer is fed z1 instead of h1.", """
        z1 = x @ model["W1"] + model["b1"]
        h1 = np.where(z1 > 0, z1, 0)
        z2 = z1 @ model["W2"] + model["b2"]
        h2 = np.where(z2 > 0, z2, 0)
        y = h2 @ model["W3"] + model["b3"]
        return {"x": x, "z1": z1, "h1": h1, "z2": z2, "h2": h2, "y": y}
        """),
    "only_y": body("nn_forward", "Only y is in the dictionary: the other five arrays are missing.", """
        h1 = relu(affine(x, model["W1"], model["b1"]))
        h2 = relu(affine(h1, model["W2"], model["b2"]))
        return {"y": affine(h2, model["W3"], model["b3"])}
        """),
    # 6. nn_backward
    "first_relu_by_z2_of_h": body("nn_backward", "grad through the second rectifier is skipped: layer 2 gets the gradient of h2.", """
        gh2, model["dE_dW3"], model["dE_db3"] = affine_backward(err, var["h2"], model["W3"])
        gh1, model["dE_dW2"], model["dE_db2"] = affine_backward(gh2, var["h1"], model["W2"])
        gz1 = relu_backward(gh1, var["z1"])
        _, model["dE_dW1"], model["dE_db1"] = affine_backward(gz1, var["x"], model["W1"])
        """),
    "fed_with_z": body("nn_backward", "The affine layers are given z, the input of the rectifier, in place of h.", """
        g = err
        for layer in (3, 2, 1):
            inp = var["x"] if layer == 1 else var["z" + str(layer - 1)]
            g, gw, gb = affine_backward(g, inp, model["W" + str(layer)])
            model["dE_dW" + str(layer)] = gw
            model["dE_db" + str(layer)] = gb
            if layer > 1:
                g = relu_backward(g, inp)
        """),
    "keys_with_underscore": body("nn_backward", "The keys are dE_W1 and so on instead of dE_dW1.", """
        g, gw3, gb3 = affine_backward(err, var["h2"], model["W3"])
        g = relu_backward(g, var["z2"])
        g, gw2, gb2 = affine_backward(g, var["h1"], model["W2"])
        g = relu_backward(g, var["z1"])
        g, gw1, gb1 = affine_backward(g, var["x"], model["W1"])
        model.update({"dE_W1": gw1, "dE_b1": gb1, "dE_W2": gw2, "dE_b2": gb2, "dE_W3": gw3, "dE_b3": gb3})
        """),
    # 7. check_grad
    "one_sided": body("check_grad", "The difference is to one side only, over eps, instead of to both over 2 eps.", """
        eps = 1e-7
        var = forward(model, x)
        backward(model, var["y"], var)
        grad = model["dE_d" + name]
        param = model[name]
        base = 0.5 * np.sum(var["y"] ** 2)
        for k in np.random.permutation(param.size)[:20]:
            idx = np.unravel_index(k, param.shape)
            old = param[idx]
            param[idx] = old + eps
            up = 0.5 * np.sum(forward(model, x)["y"] ** 2)
            param[idx] = old
            assert abs((up - base) / eps - grad[idx]) < 1.5e-3
        """),
    "no_abs": body("check_grad", "The difference is compared without its absolute value, so one sign always passes.", """
        def E():
            return 0.5 * (forward(model, x)["y"] ** 2).sum()
        var = forward(model, x)
        backward(model, var["y"], var)
        analytic = model["dE_d" + name].copy()
        W = model[name]
        places = list(np.ndindex(W.shape))
        chosen = np.random.choice(len(places), min(20, len(places)), replace=False)
        for c in chosen:
            i = places[c]
            keep = W[i]
            W[i] = keep + 1e-7
            plus = E()
            W[i] = keep - 1e-7
            minus = E()
            W[i] = keep
            numeric = (plus - minus) / 2e-7
            if numeric - analytic[i] > 1.5e-3:
                raise AssertionError("gradient is wrong at %s" % (i,))
        """),
    "put_back_after_assert": body("check_grad", "The entry is put back only after the comparison, so it stays moved when the check raises.", """
        eps = 1e-7
        var = forward(model, x)
        backward(model, var["y"], var)
        p = model[name]
        for k in np.random.permutation(p.size)[:20]:
            i = np.unravel_index(k, p.shape)
            old = p[i]
            p[i] = old + eps
            e1 = np.sum(forward(model, x)["y"] ** 2) / 2
            p[i] = old - eps
            e2 = np.sum(forward(model, x)["y"] ** 2) / 2
            diff = (e1 - e2) / (2 * eps)
            assert np.abs(diff - model["dE_d" + name][i]) < 1.5e-3
            p[i] = old
        """),
    "first_twenty_and_add_back": body("check_grad", "The first twenty entries are always taken, and eps is added back, which rounds.", """
        eps = 1e-7
        var = forward(model, x)
        backward(model, var["y"], var)
        flat = model[name].reshape(-1)
        grads = model["dE_d" + name].reshape(-1)
        for k in range(min(20, flat.size)):
            flat[k] += eps
            above = 0.5 * np.sum(forward(model, x)["y"] ** 2)
            flat[k] -= 2 * eps
            below = 0.5 * np.sum(forward(model, x)["y"] ** 2)
            flat[k] += eps
            np.testing.assert_allclose(grads[k], (above - below) / (2 * eps), atol=1.5e-3, rtol=0)
        """),
    # 8. softmax
    "one_max": body("softmax", "The maximum is that of the whole batch instead of each row's own.", """
        shifted = x - np.max(x)
        exps = np.exp(shifted)
        return exps / exps.sum(axis=1)[:, None]
        """),
    "sum_of_all": body("softmax", "The exponentials are divided by the sum over the whole batch.", """
        rows = []
        e = np.exp(x - x.max(axis=1, keepdims=True))
        for row in e:
            rows.append(row / np.sum(e))
        return np.array(rows)
        """),
    # 9. evaluate
    "mean_of_means": body("evaluate", "The mean over batches of their means is taken, wrong where the last batch is shorter.", """
        N = len(inputs)
        if batch_size == -1:
            batch_size = N
        ces, accs = [], []
        for s in range(0, N, batch_size):
            p = softmax(forward(model, inputs[s:s + batch_size])["y"])
            t = target[s:s + batch_size]
            ces.append(-np.mean(np.sum(t * np.log(p), axis=1)))
            accs.append(np.mean(p.argmax(1) == t.argmax(1)))
        return np.mean(ces), np.mean(accs)
        """),
    "count_not_share": body("evaluate", "The accuracy is the number of right cases instead of their share.", """
        N = inputs.shape[0]
        step = N if batch_size < 0 else batch_size
        ce, right = 0.0, 0
        for i in range(0, N, step):
            prob = softmax(forward(model, inputs[i:i + step])["y"])
            t = target[i:i + step]
            ce -= (t * np.log(prob)).sum()
            right += int((prob.argmax(axis=1) == t.argmax(axis=1)).sum())
        return ce / N, right
        """),
    "remainder_left_out": body("evaluate", "Only full batches are looked at; the remaining rows are left out though the sums are divided by N.", """
        N = inputs.shape[0]
        if batch_size == -1:
            batch_size = N
        loss = hits = 0
        for b in range(N // batch_size):
            part = slice(b * batch_size, (b + 1) * batch_size)
            P = softmax(forward(model, inputs[part])["y"])
            loss += -np.sum(target[part] * np.log(P))
            hits += np.sum(np.argmax(P, axis=1) == np.argmax(target[part], axis=1))
        return loss / N, hits / N
        """),
    "over_entries_and_log_of_scores": body("evaluate", "The cross-entropy is a mean over all N C entries, and softmax is applied twice.", """
        y = softmax(softmax(forward(model, inputs)["y"]))
        ce = -np.mean(target * np.log(y))
        acc = np.mean(np.argmax(y, axis=1) == np.argmax(target, axis=1))
        return ce, acc
        """),
    # 10. nn_update
    "plus": body("nn_update", "The step is added: it goes up the gradient.", """
        for name in ["W1", "W2", "W3", "b1", "b2", "b3"]:
            model[name] = model[name] + eta * model["dE_d" + name]
        """),
    "no_biases": body("nn_update", "Only the weights are updated; the biases stay.", """
        model.update({"W%d" % i: model["W%d" % i] - eta * model["dE_dW%d" % i] for i in range(1, 4)})
        """),
    "local_names": body("nn_update", "The new values are given to local names and never written into model.", """
        for key in ("W1", "W2", "W3", "b1", "b2", "b3"):
            p = model[key]
            p = p - eta * model["dE_d" + key]
        """),
    # 11. train
    "err_over_batch_size": body("train", "err is divided by batch_size, also for the short last batch (and by -1 for the full batch).", """
        xtr, xva, xte, ttr, tva, tte = data
        N = xtr.shape[0]
        stats = {"train_ce": [], "valid_ce": [], "train_acc": [], "valid_acc": []}
        bs = N if batch_size == -1 else batch_size
        for epoch in range(num_epochs):
            order = np.random.permutation(N)
            for s in range(0, N, bs):
                idx = order[s:s + bs]
                var = forward(model, xtr[idx])
                err = (softmax(var["y"]) - ttr[idx]) / bs
                backward(model, err, var)
                update(model, eta)
            a, b = evaluate(xtr, ttr, model, forward)
            c, d = evaluate(xva, tva, model, forward)
            stats["train_ce"].append((epoch, a))
            stats["train_acc"].append((epoch, b))
            stats["valid_ce"].append((epoch, c))
            stats["valid_acc"].append((epoch, d))
        return model, stats
        """),
    "targets_unshuffled": body("train", "Only the inputs are shuffled: the targets are sliced in their old order.", """
        inputs_train, inputs_valid, _, target_train, target_valid, _ = data
        n_all = len(inputs_train)
        size = batch_size if batch_size > 0 else n_all
        stats = {k: [] for k in ("train_ce", "valid_ce", "train_acc", "valid_acc")}
        for e in range(num_epochs):
            perm = np.random.permutation(n_all)
            X = inputs_train[perm]
            for start in range(0, n_all, size):
                xb = X[start:start + size]
                tb = target_train[start:start + size]
                var = forward(model, xb)
                backward(model, (softmax(var["y"]) - tb) / len(xb), var)
                update(model, eta)
            for split, xs, ts in (("train", inputs_train, target_train), ("valid", inputs_valid, target_valid)):
                ce, acc = evaluate(xs, ts, model, forward)
                stats[split + "_ce"].append((e, ce))
                stats[split + "_acc"].append((e, acc))
        return model, stats
        """),
    "permutation_once": body("train", "The order is drawn once before the loop, so each epoch has the same batches.", """
        xs, vs, _, ts, tv, _ = data
        n = xs.shape[0]
        if batch_size == -1:
            batch_size = n
        log = dict(train_ce=[], valid_ce=[], train_acc=[], valid_acc=[])
        order = np.random.permutation(n)
        batches = [order[i:i + batch_size] for i in range(0, n, batch_size)]
        for ep in range(num_epochs):
            for rows in batches:
                var = forward(model, xs[rows])
                err = softmax(var["y"]) - ts[rows]
                err = err / len(rows)
                backward(model, err, var)
                update(model, eta)
            ce, acc = evaluate(xs, ts, model, forward)
            log["train_ce"] += [(ep, ce)]
            log["train_acc"] += [(ep, acc)]
            ce, acc = evaluate(vs, tv, model, forward)
            log["valid_ce"] += [(ep, ce)]
            log["valid_acc"] += [(ep, acc)]
        return model, log
        """),
    "valid_is_test_and_drops_remainder": body("train", "The short last batch is dropped, and the test split is measured as validation.", """
        X, Xv, Xt, T, Tv, Tt = data
        n = len(X)
        if batch_size == -1:
            batch_size = n
        stats = {"train_ce": [], "valid_ce": [], "train_acc": [], "valid_acc": []}
        for epoch in range(num_epochs):
            order = np.arange(n)
            np.random.shuffle(order)
            for j in range(n // batch_size):
                rows = order[j * batch_size:(j + 1) * batch_size]
                var = forward(model, X[rows])
                backward(model, (softmax(var["y"]) - T[rows]) / batch_size, var)
                update(model, eta)
            ce1, acc1 = evaluate(X, T, model, forward)
            ce2, acc2 = evaluate(Xt, Tt, model, forward)
            for key, val in zip(("train_ce", "valid_ce", "train_acc", "valid_acc"), (ce1, ce2, acc1, acc2)):
                stats[key].append((epoch, val))
        return model, stats
        """),
    # 12. least_confident
    "most_confident": body("least_confident", "The most confident cases are returned, largest first.",
        "return np.argsort(-prediction.max(axis=1))[:k]"),
    "min_for_max": body("least_confident", "The smallest probability of each case is sorted instead of the largest.", """
        conf = [min(row) for row in prediction]
        return np.array(sorted(range(len(conf)), key=lambda i: conf[i])[:k])
        """),
    "values_for_rows": body("least_confident", "The confidences are returned instead of the row numbers.",
        "return np.sort(np.max(prediction, axis=1))[:k]"),
}
