"""Slips in chapter 3: a multilayer perceptron on faces."""
from __future__ import annotations

from . import body, edit

SLIPS = {
    # 2. init_nn
    "one_scale": edit(
        "init_nn", "W3 is scaled by 0.1 like the others instead of 0.01.",
        "[0.1, 0.1, 0.01]", "[0.1, 0.1, 0.1]"),
    "weights_turned": edit(
        "init_nn", "The weights have one row an output: their shape is the transpose of the right one.",
        "np.random.randn(rows, columns)", "np.random.randn(columns, rows)"),
    "rand_for_randn": body(
        "init_nn", "rand draws uniform numbers from 0 to 1, all positive, instead of a standard normal.", """
        h1, h2 = num_hiddens
        return {
            "W1": 0.1 * np.random.rand(num_inputs, h1),
            "W2": 0.1 * np.random.rand(h1, h2),
            "W3": 0.01 * np.random.rand(h2, num_outputs),
            "b1": np.zeros(h1),
            "b2": np.zeros(h2),
            "b3": np.zeros(num_outputs),
        }
        """),
    "h1_for_both": body(
        "init_nn", "The second hidden layer gets H1 units instead of H2.", """
        model = {}
        model["W1"] = 0.1 * np.random.randn(num_inputs, num_hiddens[0])
        model["W2"] = 0.1 * np.random.randn(num_hiddens[0], num_hiddens[0])
        model["W3"] = 0.01 * np.random.randn(num_hiddens[0], num_outputs)
        model["b1"] = np.zeros(num_hiddens[0])
        model["b2"] = np.zeros(num_hiddens[0])
        model["b3"] = np.zeros(num_outputs)
        return model
        """),
    "biases_as_rows": edit(
        "init_nn", "The biases are (1, H) instead of (H,).",
        "np.zeros(columns)", "np.zeros((1, columns))"),
    "model_not_returned": edit(
        "init_nn", "The dictionary is not returned.",
        "    return model\n", "    model\n"),
    # 3. affine
    "grad_w_order": edit(
        "affine", "grad_w multiplies in the wrong order: grad_y^T x, the transpose.",
        "x.T @ grad_y", "grad_y.T @ x"),
    "grad_b_mean": edit(
        "affine", "grad_b is the mean over the batch instead of the sum.",
        "grad_y.sum(axis=0)", "np.mean(grad_y, axis=0)"),
    "grads_per_case": body(
        "affine", "grad_w and grad_b are divided by the number of cases.", """
        N = grad_y.shape[0]
        grad_x = np.dot(grad_y, w.T)
        grad_w = np.dot(x.T, grad_y) / N
        grad_b = np.sum(grad_y, axis=0) / N
        return grad_x, grad_w, grad_b
        """, "affine_backward"),
    "grad_b_as_row": edit(
        "affine", "grad_b has two axes, (1, M).",
        "grad_y.sum(axis=0)", "grad_y.sum(axis=0, keepdims=True)"),
    "w_turned_forward": body(
        "affine", "The forward pass multiplies with the transpose of w.", """
        return np.dot(x, w.T) + b
        """, "affine"),
    "grad_x_forgets_w": body(
        "affine", "grad_x is made with x instead of w.", """
        grad_x = np.dot(grad_y, np.dot(grad_y.T, x))
        grad_w = np.dot(x.T, grad_y)
        grad_b = grad_y.sum(0)
        return grad_x, grad_w, grad_b
        """, "affine_backward"),
    # 4. relu
    "relu_overwrites": body(
        "relu", "relu sets the negative entries of x itself to zero.", """
        x[x < 0] = 0.0
        return x
        """),
    "relu_backward_overwrites": body(
        "relu", "relu_backward changes grad_y in place.", """
        grad_y[x <= 0] = 0
        return grad_y
        """, "relu_backward"),
    "gate_of_grad": edit(
        "relu", "The gate is the sign of grad_y instead of that of x.",
        "grad_y * (x > 0)", "grad_y * (grad_y > 0)"),
    "relu_backward_keeps_both": body(
        "relu", "The gradient is cut to zero where it is itself negative, as well as where x is.", """
        grad = np.where(x > 0, grad_y, 0)
        return np.maximum(grad, 0)
        """, "relu_backward"),
    "times_relu": edit(
        "relu", "grad_y is multiplied with relu(x) instead of its slope.",
        "grad_y * (x > 0)", "grad_y * relu(x)"),
    # 5. nn_forward
    "relu_on_scores": edit(
        "nn_forward", "The scores go through a rectifier as well.",
        "y = affine(h2, model[\"W3\"], model[\"b3\"])", "y = relu(affine(h2, model[\"W3\"], model[\"b3\"]))"),
    "softmax_in_forward": edit(
        "nn_forward", "y is made into probabilities with a softmax instead of left as scores.",
        "y = affine(h2, model[\"W3\"], model[\"b3\"])", "y = affine(h2, model[\"W3\"], model[\"b3\"])\n    e = np.exp(y - y.max(axis=1, keepdims=True))\n    y = e / e.sum(axis=1, keepdims=True)"),
    "z1_goes_on": edit(
        "nn_forward", "The second layer gets z1 instead of h1: one rectifier is left out of the chain.",
        "affine(h1,", "affine(z1,"),
    "h_for_z": edit(
        "nn_forward", "z1 and z2 are overwritten by their rectified values.",
        "\"z1\": z1", "\"z1\": h1", "\"z2\": z2", "\"z2\": h2"),
    "b2_twice": edit(
        "nn_forward", "The first layer gets the bias b2 instead of b1.",
        "model[\"W1\"], model[\"b1\"]", "model[\"W1\"], model[\"b2\"]"),
    "only_y": body(
        "nn_forward", "The returned dictionary lacks x.", """
        var = {}
        var["z1"] = affine(x, model["W1"], model["b1"])
        var["h1"] = relu(var["z1"])
        var["z2"] = affine(var["h1"], model["W2"], model["b2"])
        var["h2"] = relu(var["z2"])
        var["y"] = affine(var["h2"], model["W3"], model["b3"])
        return var
        """),
    "second_relu_left_out": body(
        "nn_forward", "h2 is z2: the second rectifier is left out.", """
        out = {"x": x}
        h = x
        for i in range(1, 4):
            z = affine(h, model["W%d" % i], model["b%d" % i])
            out["z%d" % i] = z
            h = relu(z) if i < 2 else z
            out["h%d" % i] = h
        return {"x": x, "z1": out["z1"], "h1": out["h1"], "z2": out["z2"], "h2": out["h2"], "y": out["z3"]}
        """),
    # 6. nn_backward
    "gate_of_h1_grad": edit(
        "nn_backward", "The gradient does not go through the rectifier between z2 and h2.",
        "grad_z2 = relu_backward(grad_h2, var[\"z2\"])", "grad_z2 = grad_h2"),
    "z_for_h": edit(
        "nn_backward", "The third layer's input is taken to be z2 instead of h2.",
        "affine_backward(err, var[\"h2\"], model[\"W3\"])", "affine_backward(err, var[\"z2\"], model[\"W3\"])"),
    "relu_gates_exchanged": edit(
        "nn_backward", "Both rectifiers use z1 as their input.",
        "relu_backward(grad_h2, var[\"z2\"])", "relu_backward(grad_h2, var[\"z1\"])"),
    "input_of_layer_one": edit(
        "nn_backward", "The first layer's input is taken to be h1 instead of x.",
        "affine_backward(grad_z1, var[\"x\"], model[\"W1\"])", "affine_backward(grad_z1, var[\"h1\"], model[\"W1\"])"),
    "adds_up": body(
        "nn_backward", "The gradients are added to those that stood there from an earlier pass.", """
        grads = {}
        gh2, grads["W3"], grads["b3"] = affine_backward(err, var["h2"], model["W3"])
        gz2 = relu_backward(gh2, var["z2"])
        gh1, grads["W2"], grads["b2"] = affine_backward(gz2, var["h1"], model["W2"])
        gz1 = relu_backward(gh1, var["z1"])
        _, grads["W1"], grads["b1"] = affine_backward(gz1, var["x"], model["W1"])
        for name, grad in grads.items():
            model["dE_d" + name] = model.get("dE_d" + name, 0) + grad
        """),
    "keys_without_d": edit(
        "nn_backward", "Two gradients are written under dE_W1 and dE_b1 instead of dE_dW1 and dE_db1.",
        "model[\"dE_dW1\"], model[\"dE_db1\"]", "model[\"dE_W1\"], model[\"dE_b1\"]"),
    "w_and_b_exchanged": edit(
        "nn_backward", "The gradients of W2 and b2 are exchanged.",
        "model[\"dE_dW2\"], model[\"dE_db2\"]", "model[\"dE_db2\"], model[\"dE_dW2\"]"),
    "divided_by_batch": body(
        "nn_backward", "All gradients are divided by the number of cases, though err holds the mean already.", """
        n = err.shape[0]
        dh2, dW3, db3 = affine_backward(err, var["h2"], model["W3"])
        dz2 = relu_backward(dh2, var["z2"])
        dh1, dW2, db2 = affine_backward(dz2, var["h1"], model["W2"])
        dz1 = relu_backward(dh1, var["z1"])
        dx, dW1, db1 = affine_backward(dz1, var["x"], model["W1"])
        model["dE_dW3"], model["dE_db3"] = dW3 / n, db3 / n
        model["dE_dW2"], model["dE_db2"] = dW2 / n, db2 / n
        model["dE_dW1"], model["dE_db1"] = dW1 / n, db1 / n
        """),
    "second_layer_skipped": edit(
        "nn_backward", "The gradient skips the second layer: grad_z2 goes through the first rectifier instead of grad_h1.",
        "grad_z1 = relu_backward(grad_h1, var[\"z1\"])", "grad_z1 = relu_backward(grad_z2, var[\"z1\"])"),
    "w2_turned_twice": edit(
        "nn_backward", "W2 is transposed before it is handed to affine_backward, which transposes it itself.",
        "affine_backward(grad_z2, var[\"h1\"], model[\"W2\"])", "affine_backward(grad_z2, var[\"h1\"], model[\"W2\"].T)"),
    "grads_returned": body(
        "nn_backward", "The gradients are returned in a new dictionary and not written into model.", """
        grads = {}
        d = err
        for i in (3, 2, 1):
            layer_input = var["x"] if i == 1 else var["h" + str(i - 1)]
            d, grads["dE_dW" + str(i)], grads["dE_db" + str(i)] = affine_backward(d, layer_input, model["W" + str(i)])
            if i > 1:
                d = relu_backward(d, var["z" + str(i - 1)])
        return grads
        """),
    # 7. check_grad
    "one_side": body(
        "check_grad", "The difference is taken to one side only, with a step of 1e-3, which is too inexact for curved errors.", """
        eps = 1e-3
        var = forward(model, x)
        backward(model, var["y"], var)
        w, dw = model[name], model["dE_d" + name]
        base = 0.5 * np.sum(var["y"] ** 2)
        for k in np.random.choice(w.size, min(20, w.size), replace=False):
            i = np.unravel_index(k, w.shape)
            old = w[i]
            w[i] = old + eps
            up = 0.5 * np.sum(forward(model, x)["y"] ** 2)
            w[i] = old
            assert abs((up - base) / eps - dw[i]) <= 1.5e-3
        """),
    "half_left_out": edit(
        "check_grad", "The error lacks its half, so the differences are twice the gradients.",
        "errors.append(0.5 * np.sum(", "errors.append(np.sum("),
    "not_restored_on_raise": edit(
        "check_grad", "The old value is written back after the assertion, so it is lost where the check raises.",
        "        param[entry] = kept\n", "",
        "central difference {numerical}\"", "central difference {numerical}\"\n        param[entry] = kept"),
    "first_twenty": edit(
        "check_grad", "It is always the first 20 entries instead of 20 at random.",
        "np.random.permutation(param.size)[:20]", "range(min(20, param.size))"),
    "with_replacement": edit(
        "check_grad", "Entries are drawn with replacement, so some are compared twice and small parameters not wholly.",
        "np.random.permutation(param.size)[:20]", "np.random.randint(param.size, size=20)"),
    "plus_then_minus": body(
        "check_grad", "Eps is added and taken away again, so parameters come back rounded.", """
        eps = 1e-7
        var = forward(model, x)
        backward(model, var["y"], var)
        param = model[name].ravel()
        grad = model["dE_d" + name].ravel()
        for k in np.random.permutation(param.size)[:20]:
            param[k] += eps
            e_plus = 0.5 * np.sum(forward(model, x)["y"] ** 2)
            param[k] -= 2 * eps
            e_minus = 0.5 * np.sum(forward(model, x)["y"] ** 2)
            param[k] += eps
            np.testing.assert_allclose(grad[k], (e_plus - e_minus) / (2 * eps), rtol=0, atol=1.5e-3)
        """),
    "no_abs": edit(
        "check_grad", "The difference is compared without its absolute value, so gradients that are too small pass.",
        "assert abs(grad[entry] - numerical)", "assert (grad[entry] - numerical)"),
    "returns_bool": edit(
        "check_grad", "It returns False instead of raising.",
        "        assert abs(grad[entry] - numerical) <= 1.5e-3, f\"{name}: gradient {grad[entry]}, central difference {numerical}\"",
        "        if abs(grad[entry] - numerical) > 1.5e-3:\n            return False\n    return True"),
    "own_functions": edit(
        "check_grad", "It calls nn_forward and nn_backward instead of the functions that are passed in.",
        "forward(model, x)\n    backward(model", "nn_forward(model, x)\n    nn_backward(model",
        "np.sum(forward(model", "np.sum(nn_forward(model"),
    "copied_param": edit(
        "check_grad", "A copy of the parameter is moved, so the error does not change.",
        "param, grad = model[name],", "param, grad = model[name].copy(),"),
    # 8. softmax
    "max_of_all": edit(
        "softmax", "One maximum of the whole batch is subtracted, so rows far below it are divided by 0.",
        "x.max(axis=1, keepdims=True)", "np.max(x)"),
    "sum_over_cases": edit(
        "softmax", "It normalises over the cases instead of over the classes.",
        "powers.sum(axis=1, keepdims=True)", "powers.sum(axis=0, keepdims=True)"),
    "sum_of_all": body(
        "softmax", "It divides by the sum of the whole batch, so rows do not sum to 1.", """
        e = np.exp(x - np.max(x, axis=1, keepdims=True))
        return e / np.sum(e)
        """),
    "x_shifted_in_place": edit(
        "softmax", "The maximum is subtracted from the caller's x.",
        "powers = np.exp(x - x.max(axis=1, keepdims=True))", "x -= x.max(axis=1, keepdims=True)\n    powers = np.exp(x)"),
    # 9. evaluate
    "mean_of_batches": body(
        "evaluate", "The means of the batches are averaged, so a shorter last batch counts as much as a full one.", """
        if batch_size == -1:
            batch_size = inputs.shape[0]
        ces, accs = [], []
        for i in range(0, inputs.shape[0], batch_size):
            t = target[i:i + batch_size]
            p = softmax(forward(model, inputs[i:i + batch_size])["y"])
            ces.append(-np.mean(np.sum(t * np.log(p), axis=1)))
            accs.append(np.mean(np.argmax(p, axis=1) == np.argmax(t, axis=1)))
        return np.mean(ces), np.mean(accs)
        """),
    "last_batch_lost": body(
        "evaluate", "The number of batches is rounded down, so the short last batch is left out.", """
        N = inputs.shape[0]
        if batch_size == -1:
            batch_size = N
        ce, right = 0.0, 0
        for b in range(N // batch_size):
            rows = slice(b * batch_size, (b + 1) * batch_size)
            P = softmax(forward(model, inputs[rows])["y"])
            ce += -np.sum(target[rows] * np.log(P))
            right += np.sum(P.argmax(1) == target[rows].argmax(1))
        return ce / N, right / N
        """),
    "log_of_scores": edit(
        "evaluate", "The logarithm is taken of the scores: no softmax.",
        "softmax(forward(model, inputs[start : start + batch_size])[\"y\"])", "forward(model, inputs[start : start + batch_size])[\"y\"]"),
    "ce_by_classes": edit(
        "evaluate", "The cross-entropy is divided by the number of all entries, N times C.",
        "ce / num_cases", "ce / target.size"),
    "count_for_share": edit(
        "evaluate", "The accuracy is the number of right answers instead of their share.",
        "correct / num_cases", "correct"),
    "acc_axis": edit(
        "evaluate", "The arg max is taken along the cases instead of along the classes.",
        "prediction.argmax(axis=1) == t.argmax(axis=1)", "prediction.argmax(axis=0) == t.argmax(axis=0)"),
    "sign_of_ce": edit(
        "evaluate", "The minus of the cross-entropy is missing.",
        "ce -= np.log", "ce += np.log"),
    "minus_one_not_handled": edit(
        "evaluate", "batch_size -1 is not handled: the range is empty.",
        "    if batch_size == -1:\n        batch_size = num_cases\n", ""),
    "log_of_all": edit(
        "evaluate", "It also charges the wrong classes: log(1 - P) of those is added, the binary cross-entropy.",
        "ce -= np.log(np.sum(t * prediction, axis=1)).sum()", "ce -= np.sum(t * np.log(prediction) + (1 - t) * np.log(1 - prediction))"),
    "sum_and_count": edit(
        "evaluate", "Two slips: neither the cross-entropy nor the number of right answers is divided by the number of cases.",
        "return ce / num_cases, correct / num_cases", "return ce, correct"),
    # 10. nn_update
    "step_uphill": edit(
        "nn_update", "The step is added instead of subtracted.",
        "model[name] - eta", "model[name] + eta"),
    "biases_forgotten": edit(
        "nn_update", "The biases are not updated.",
        "[\"W1\", \"W2\", \"W3\", \"b1\", \"b2\", \"b3\"]", "[\"W1\", \"W2\", \"W3\"]"),
    "local_param": body(
        "nn_update", "A local name is bound to the new value and nothing is written into model.", """
        for name in ["W1", "W2", "W3", "b1", "b2", "b3"]:
            param = model[name]
            param = param - eta * model["dE_d" + name]
        """),
    "gradients_cleared": body(
        "nn_update", "The gradients are removed from model after the step.", """
        for name in ("W1", "b1", "W2", "b2", "W3", "b3"):
            model[name] = model[name] - eta * model.pop("dE_d" + name)
        """),
    "b3_with_gradient_of_b2": body(
        "nn_update", "b3 takes its step with the gradient of b2, a copy-and-paste slip.", """
        model["W1"] = model["W1"] - eta * model["dE_dW1"]
        model["W2"] = model["W2"] - eta * model["dE_dW2"]
        model["W3"] = model["W3"] - eta * model["dE_dW3"]
        model["b1"] = model["b1"] - eta * model["dE_db1"]
        model["b2"] = model["b2"] - eta * model["dE_db2"]
        model["b3"] = model["b3"] - eta * model["dE_db2"]
        """),
    # 11. train
    "inputs_shuffled_alone": edit(
        "train", "The targets are not put in the same order as the inputs.",
        "target_train[rows]) / len(rows)", "target_train[start : start + batch_size]) / len(rows)"),
    "no_shuffle": edit(
        "train", "The cases are never shuffled.",
        "np.random.permutation(num_cases)", "np.arange(num_cases)"),
    "shuffled_once": edit(
        "train", "The order is drawn once before the first epoch and is the same in each.",
        "    for epoch in range(1, num_epochs + 1):\n        order = np.random.permutation(num_cases)\n",
        "    order = np.random.permutation(num_cases)\n    for epoch in range(1, num_epochs + 1):\n"),
    "divided_by_batch_size": edit(
        "train", "The error of the short last batch is divided by batch_size instead of its own number of cases.",
        "/ len(rows)", "/ batch_size"),
    "not_divided_by_n": edit(
        "train", "The error is not divided by the number of cases.",
        " / len(rows)", ""),
    "divided_by_all": edit(
        "train", "The error is divided by the number of all training cases.",
        "/ len(rows)", "/ num_cases"),
    "target_minus_p": edit(
        "train", "The error has the wrong sign: target minus probability.",
        "softmax(var[\"y\"]) - target_train[rows]", "target_train[rows] - softmax(var[\"y\"])"),
    "short_batch_dropped": body(
        "train", "The short last batch of each epoch is left out.", """
        inputs_train, inputs_valid, inputs_test, target_train, target_valid, target_test = data
        n = inputs_train.shape[0]
        if batch_size == -1:
            batch_size = n
        stats = {"train_ce": [], "valid_ce": [], "train_acc": [], "valid_acc": []}
        for epoch in range(num_epochs):
            perm = np.random.permutation(n)
            for b in range(n // batch_size):
                idx = perm[b * batch_size:(b + 1) * batch_size]
                var = forward(model, inputs_train[idx])
                err = (softmax(var["y"]) - target_train[idx]) / len(idx)
                backward(model, err, var)
                update(model, eta)
            train_ce, train_acc = evaluate(inputs_train, target_train, model, forward)
            valid_ce, valid_acc = evaluate(inputs_valid, target_valid, model, forward)
            stats["train_ce"].append((epoch, train_ce))
            stats["train_acc"].append((epoch, train_acc))
            stats["valid_ce"].append((epoch, valid_ce))
            stats["valid_acc"].append((epoch, valid_acc))
        return model, stats
        """),
    "data_shuffled_in_place": body(
        "train", "np.random.shuffle reorders the caller's arrays in place.", """
        x, xv, xt, t, tv, tt = data
        n = len(x)
        if batch_size == -1:
            batch_size = n
        stats = {"train_ce": [], "valid_ce": [], "train_acc": [], "valid_acc": []}
        for epoch in range(num_epochs):
            state = np.random.get_state()
            np.random.shuffle(x)
            np.random.set_state(state)
            np.random.shuffle(t)
            for i in range(0, n, batch_size):
                xb, tb = x[i:i + batch_size], t[i:i + batch_size]
                var = forward(model, xb)
                backward(model, (softmax(var["y"]) - tb) / len(xb), var)
                update(model, eta)
            for which, a, b in (("train", x, t), ("valid", xv, tv)):
                ce, acc = evaluate(a, b, model, forward)
                stats[which + "_ce"].append((epoch, ce))
                stats[which + "_acc"].append((epoch, acc))
        return model, stats
        """),
    "measured_on_last_batch": edit(
        "train", "The training statistics are those of the last batch instead of the whole split.",
        "(\"train\", inputs_train, target_train)", "(\"train\", inputs_train[rows], target_train[rows])"),
    "test_for_valid": edit(
        "train", "The test split is measured under the name of validation.",
        "inputs_train, inputs_valid, _, target_train, target_valid, _ = data", "inputs_train, _, inputs_valid, target_train, _, target_valid = data"),
    "values_without_epochs": edit(
        "train", "stats holds the bare values instead of pairs (epoch, value).",
        ".append((epoch, ce))", ".append(ce)", ".append((epoch, acc))", ".append(acc)"),
    "update_after_epoch": edit(
        "train", "update is called once an epoch, after the batches, instead of after each batch.",
        "            update(model, eta)\n", "        update(model, eta)\n"),
    "ce_and_acc_exchanged": edit(
        "train", "Cross-entropy and accuracy of evaluate are unpacked the wrong way round.",
        "ce, acc = evaluate", "acc, ce = evaluate"),
    "no_shuffle_and_short_batch": edit(
        "train", "Two slips: the cases are never shuffled, and the error of the short last batch is divided by batch_size.",
        "np.random.permutation(num_cases)", "np.arange(num_cases)", "/ len(rows)", "/ batch_size"),
    # 12. least_confident
    "most_confident": edit(
        "least_confident", "It returns the most confident cases: the order is turned.",
        "[:k]", "[::-1][:k]"),
    "smallest_of_row": edit(
        "least_confident", "It looks at each row's smallest probability instead of the largest.",
        "prediction.max(axis=1)", "prediction.min(axis=1)"),
    "confidences_for_indices": edit(
        "least_confident", "It returns the confidences instead of the rows' indices.",
        "np.argsort(", "np.sort("),
    "not_in_order": body(
        "least_confident", "argpartition finds the k cases, but leaves them in any order.", """
        confidence = prediction.max(axis=1)
        if k >= len(confidence):
            return np.arange(len(confidence))
        return np.sort(np.argpartition(confidence, k)[:k])
        """),
}
