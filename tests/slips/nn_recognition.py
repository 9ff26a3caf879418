"""Slips in chapter 5: from dense layers to convolutions."""
from __future__ import annotations

from . import body, edit

SLIPS = {
    # 2. initialize_weights
    "variance_as_bound": edit(
        "initialize_weights", "The bound is the square root of 2 / (D + H): the standard deviation is taken for the bound.",
        "np.sqrt(6 / (in_size + out_size))", "np.sqrt(2 / (in_size + out_size))"),
    "normal_weights": edit(
        "initialize_weights", "The weights are normal with Xavier's variance instead of uniform.",
        "np.random.uniform(-bound, bound, size=(in_size, out_size))", "np.random.normal(0, np.sqrt(2 / (in_size + out_size)), size=(in_size, out_size))"),
    "from_zero": edit(
        "initialize_weights", "The weights are uniform from 0 to u: none is negative.",
        "np.random.uniform(-bound, bound,", "np.random.uniform(0, bound,"),
    "root_left_out": edit(
        "initialize_weights", "The square root of the bound is left out.",
        "np.sqrt(6 / (in_size + out_size))", "6 / (in_size + out_size)"),
    "biases_two_axes": edit(
        "initialize_weights", "The biases are (1, H) instead of (H,).",
        "np.zeros(out_size)", "np.zeros((1, out_size))"),
    "name_forgotten": body(
        "initialize_weights", "name is forgotten: the keys are always W and b.", """
        limit = np.sqrt(6.0) / np.sqrt(in_size + out_size)
        W = np.random.rand(in_size, out_size) * 2 * limit - limit
        b = np.zeros(out_size)
        params['W'] = W
        params['b'] = b
        """),
    "seeded": edit(
        "initialize_weights", "The generator is seeded inside, so two calls give the same draw.",
        "    bound =", "    np.random.seed(0)\n    bound ="),
    # 4. sigmoid
    "sign_of_exponent": body(
        "sigmoid", "The exponent has the wrong sign: it is 1 - sigmoid.", """
        return 1 / (1 + np.exp(X))
        """),
    "infinite_over_infinite": body(
        "sigmoid", "e^x / (1 + e^x) is infinity over infinity for large x.", """
        ex = np.exp(X)
        return ex / (1 + ex)
        """),
    "int_result": body(
        "sigmoid", "The result is written into an array like X, so whole-number inputs give 0.", """
        out = np.zeros_like(X)
        for i in np.ndindex(X.shape):
            out[i] = 1 / (1 + np.exp(-X[i]))
        return out
        """),
    "tanh_for_sigmoid": body(
        "sigmoid", "tanh(x/2) runs from -1 to 1: the shift and the half are missing.", """
        return np.tanh(X / 2)
        """),
    # 5. forward
    "cache_order": edit(
        "forward", "The cache holds X, post_act, pre_act: the last two are exchanged.",
        "] = (X, pre_act, post_act)", "] = (X, post_act, pre_act)"),
    "activation_not_applied": edit(
        "forward", "The activation is not applied.",
        "post_act = activation(pre_act)", "post_act = pre_act"),
    "sigmoid_always": edit(
        "forward", "It is always the sigmoid, whatever activation is passed.",
        "activation(pre_act)", "sigmoid(pre_act)"),
    "bias_after": body(
        "forward", "The bias is added after the activation.", """
        W = params["W" + name]
        b = params["b" + name]
        pre_act = np.dot(X, W)
        post_act = activation(pre_act) + b
        params["cache_" + name] = (X, pre_act, post_act)
        return post_act
        """),
    "pre_act_returned": edit(
        "forward", "The pre-activation is returned.",
        "return post_act", "return pre_act"),
    "cache_key": edit(
        "forward", "The cache is stored under the key cache + name, without the underscore.",
        "params[\"cache_\" + name]", "params[\"cache\" + name]"),
    "cache_without_x": body(
        "forward", "The cache holds the weights in place of the input.", """
        W, b = params["W" + name], params["b" + name]
        pre_act = X @ W + b
        post_act = activation(pre_act)
        params["cache_" + name] = (W, pre_act, post_act)
        return post_act
        """),
    # 6. softmax
    "global_max": edit(
        "softmax", "One maximum of all rows is subtracted.",
        "X.max(axis=1, keepdims=True)", "X.max()"),
    "plus_max": edit(
        "softmax", "The maximum is added instead of subtracted.",
        "X - X.max", "X + X.max"),
    "columns_normalised": edit(
        "softmax", "The columns are normalised instead of the rows.",
        "exps.sum(axis=1, keepdims=True)", "exps.sum(axis=0)"),
    "loop_in_place": body(
        "softmax", "Row by row, the probabilities are written into X itself.", """
        for i in range(len(X)):
            e = np.exp(X[i] - np.max(X[i]))
            X[i] = e / e.sum()
        return X
        """),
    "no_max": body(
        "softmax", "No maximum is subtracted, so large scores overflow.", """
        exps = np.exp(X)
        total = np.sum(exps, axis=1)[:, np.newaxis]
        return exps / total
        """),
    # 7. compute_loss_and_acc
    "zero_log_zero": body(
        "compute_loss_and_acc", "y * log(probs) is 0 times minus infinity where a wrong class has probability 0, and the loss becomes NaN.", """
        loss = -np.sum(y * np.log(probs))
        acc = np.mean(np.argmax(y, axis=1) == np.argmax(probs, axis=1))
        return loss, acc
        """),
    "mean_loss": edit(
        "compute_loss_and_acc", "The loss is the mean over the examples instead of the sum.",
        "right]).sum()", "right]).mean()"),
    "guard_1e_5": body(
        "compute_loss_and_acc", "1e-5 is added to every probability, which shows in the loss.", """
        loss = -np.sum(y * np.log(probs + 1e-5))
        acc = np.mean(np.argmax(y, axis=1) == np.argmax(probs, axis=1))
        return loss, acc
        """),
    "number_right": edit(
        "compute_loss_and_acc", "The accuracy is the number of examples that are right instead of their share.",
        "(probs.argmax(axis=1) == right).mean()", "(probs.argmax(axis=1) == right).sum()"),
    "loss_sign": edit(
        "compute_loss_and_acc", "The minus of the loss is missing.",
        "loss = -np.log", "loss = np.log"),
    "rounded_probs": body(
        "compute_loss_and_acc", "An example counts as right when its probability is above 0.5, not when it is the largest.", """
        right = np.argmax(y, axis=1)
        p = probs[np.arange(len(y)), right]
        loss = -np.sum(np.log(p))
        acc = np.mean(p > 0.5)
        return loss, acc
        """),
    "acc_of_rows": edit(
        "compute_loss_and_acc", "The predicted class is taken along axis 0, over the examples.",
        "probs.argmax(axis=1)", "probs.argmax(axis=0)"),
    "acc_and_loss": edit(
        "compute_loss_and_acc", "Accuracy and loss are returned in the other order.",
        "return loss, acc", "return acc, loss"),
    # 8. backwards
    "deriv_of_pre_act": edit(
        "backwards", "The derivative is given the pre-activation instead of the post-activation.",
        "activation_deriv(post_act)", "activation_deriv(pre_act)"),
    "deriv_left_out": edit(
        "backwards", "delta is not multiplied with the activation's derivative.",
        "delta * activation_deriv(post_act)", "delta"),
    "sigmoid_deriv_always": edit(
        "backwards", "It is always the sigmoid's derivative.",
        "activation_deriv(post_act)", "sigmoid_deriv(post_act)"),
    "grad_x_of_delta": edit(
        "backwards", "The gradient of the input is made from delta instead of Delta: the activation's derivative is missing there.",
        "return delta_pre @", "return delta @"),
    "grad_b_of_delta": edit(
        "backwards", "grad_b sums delta without the activation's derivative.",
        "delta_pre.sum(axis=0)", "delta.sum(axis=0)"),
    "grad_b_kept_axis": edit(
        "backwards", "grad_b is (1, H) instead of (H,).",
        "delta_pre.sum(axis=0)", "delta_pre.sum(axis=0, keepdims=True)"),
    "grads_mean": edit(
        "backwards", "Both gradients are divided by the number of examples, though the loss is a sum.",
        "X.T @ delta_pre", "X.T @ delta_pre / len(X)", "delta_pre.sum(axis=0)", "delta_pre.mean(axis=0)"),
    "grads_added": body(
        "backwards", "The gradients are added to what stood under their keys.", """
        X, pre_act, post_act = params["cache_" + name]
        d = delta * activation_deriv(post_act)
        if "grad_W" + name in params:
            params["grad_W" + name] = params["grad_W" + name] + X.T @ d
            params["grad_b" + name] = params["grad_b" + name] + np.sum(d, axis=0)
        else:
            params["grad_W" + name] = X.T @ d
            params["grad_b" + name] = np.sum(d, axis=0)
        return d @ params["W" + name].T
        """),
    "w_not_turned": edit(
        "backwards", "Delta is multiplied with W instead of its transpose.",
        "params[\"W\" + name].T", "params[\"W\" + name]"),
    "delta_in_place": edit(
        "backwards", "delta is multiplied in place, so the caller's array changes.",
        "delta_pre = delta * activation_deriv(post_act)", "delta *= activation_deriv(post_act)\n    delta_pre = delta"),
    "grad_x_not_returned": edit(
        "backwards", "Nothing is returned: the gradient of the input is stored in params.",
        "return delta_pre @ params[\"W\" + name].T", "params[\"grad_X\" + name] = delta_pre @ params[\"W\" + name].T"),
    "matrix_product_for_entries": body(
        "backwards", "The activation's derivative is multiplied as a matrix product instead of entry by entry.", """
        X, pre_act, post_act = params["cache_" + name]
        W = params["W" + name]
        d = delta @ activation_deriv(post_act).T @ delta
        params["grad_W" + name] = X.T @ d
        params["grad_b" + name] = d.sum(axis=0)
        return d @ W.T
        """),
    # 9. conv_forward
    "stride_in_rows_only": edit(
        "conv_forward", "The stride is applied to the rows only.",
        "windows[:, :, ::stride, ::stride]", "windows[:, :, ::stride]"),
    "pad_rows_only": edit(
        "conv_forward", "Only the rows are padded.",
        "(pad, pad), (pad, pad)", "(pad, pad), (0, 0)"),
    "padded_in_cache": edit(
        "conv_forward", "The cache holds the padded images.",
        "] = (X, stride, pad)", "] = (padded, stride, pad)"),
    "stride_pad_exchanged": edit(
        "conv_forward", "The cache holds pad before stride.",
        "] = (X, stride, pad)", "] = (X, pad, stride)"),
    "filters_flipped": edit(
        "conv_forward", "The filter is flipped.",
        "windows, filters, optimize", "windows, filters[:, :, ::-1, ::-1], optimize"),
    "bias_not_added": edit(
        "conv_forward", "The bias is not added.",
        " + params[\"b\" + name][:, None, None]", ""),
    "windows_not_strided": body(
        "conv_forward", "The output has the right size, but the windows start at p and q instead of at p*s and q*s.", """
        W, b = params["W" + name], params["b" + name]
        N, C, H, Wx = X.shape
        F, _, h, w = W.shape
        Xp = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
        Hy = 1 + (H + 2 * pad - h) // stride
        Wy = 1 + (Wx + 2 * pad - w) // stride
        out = np.zeros((N, F, Hy, Wy))
        for n in range(N):
            for f in range(F):
                for p in range(Hy):
                    for q in range(Wy):
                        out[n, f, p, q] = np.sum(Xp[n, :, p:p + h, q:q + w] * W[f]) + b[f]
        params["cache_" + name] = (X, stride, pad)
        return out
        """),
    "one_window_short": body(
        "conv_forward", "The + 1 of the output size is missing: the last row and column of windows are left out.", """
        W, b = params["W" + name], params["b" + name]
        N, C, H, Wx = X.shape
        F, _, h, w = W.shape
        Xp = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        Hy = (H + 2 * pad - h) // stride
        Wy = (Wx + 2 * pad - w) // stride
        out = np.zeros((N, F, Hy, Wy))
        for p in range(Hy):
            for q in range(Wy):
                window = Xp[:, :, p * stride:p * stride + h, q * stride:q * stride + w]
                for f in range(F):
                    out[:, f, p, q] = np.sum(window * W[f], axis=(1, 2, 3)) + b[f]
        params["cache_" + name] = (X, stride, pad)
        return out
        """),
    "pad_once_in_size": body(
        "conv_forward", "The output size counts the padding once instead of twice.", """
        W, b = params["W" + name], params["b" + name]
        N, C, Hx, Wx = X.shape
        F, C, h, w = W.shape
        Xp = np.pad(X, ((0,), (0,), (pad,), (pad,)))
        Hy = (Hx + pad - h) // stride + 1
        Wy = (Wx + pad - w) // stride + 1
        Y = np.zeros((N, F, Hy, Wy))
        for p in range(Hy):
            for q in range(Wy):
                patch = Xp[:, :, p * stride:p * stride + h, q * stride:q * stride + w]
                Y[:, :, p, q] = np.tensordot(patch, W, axes=([1, 2, 3], [1, 2, 3])) + b
        params["cache_" + name] = (X, stride, pad)
        return Y
        """),
    "first_channel_only": body(
        "conv_forward", "Only the first channel is summed.", """
        W, b = params["W" + name], params["b" + name]
        F, C, h, w = W.shape
        Xp = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        N, _, H, Wd = Xp.shape
        Hy, Wy = (H - h) // stride + 1, (Wd - w) // stride + 1
        Y = np.zeros((N, F, Hy, Wy))
        for f in range(F):
            Y[:, f] = b[f]
            for i in range(h):
                for j in range(w):
                    Y[:, f] += W[f, 0, i, j] * Xp[:, 0, i:i + stride * Hy:stride, j:j + stride * Wy:stride]
        params["cache_" + name] = (X, stride, pad)
        return Y
        """),
    "square_filters": body(
        "conv_forward", "The filter's height is used for its width too, so only square filters work.", """
        W, b = params["W" + name], params["b" + name]
        F, C, k, _ = W.shape
        Xp = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        N, _, H, Wd = Xp.shape
        Hy, Wy = (H - k) // stride + 1, (Wd - k) // stride + 1
        Y = np.zeros((N, F, Hy, Wy))
        for n in range(N):
            for f in range(F):
                for p in range(Hy):
                    for q in range(Wy):
                        a, c = p * stride, q * stride
                        Y[n, f, p, q] = (Xp[n, :, a:a + k, c:c + k] * W[f]).sum() + b[f]
        params["cache_" + name] = (X, stride, pad)
        return Y
        """),
    "bias_last_axis": edit(
        "conv_forward", "The bias is added along the last axis, the columns, instead of along the filters.",
        "params[\"b\" + name][:, None, None]", "params[\"b\" + name]"),
    # 10. conv_backward
    "minus_pad_slice": edit(
        "conv_backward", "The padding is cut off with [pad:-pad], which is empty for a padding of 0.",
        "pad : pad + X.shape[2], pad : pad + X.shape[3]", "pad:-pad, pad:-pad"),
    "padding_not_cut": edit(
        "conv_backward", "The padding is not cut off.",
        "return grad_padded[:, :, pad : pad + X.shape[2], pad : pad + X.shape[3]]", "return grad_padded"),
    "assigned_in_windows": edit(
        "conv_backward", "Where windows overlap the contributions are assigned instead of added.",
        "grad_padded[:, :, rows, columns] +=", "grad_padded[:, :, rows, columns] ="),
    "bias_over_batch_only": edit(
        "conv_backward", "grad_b sums over the batch only, not over the places.",
        "delta.sum(axis=(0, 2, 3))", "delta.sum(axis=0)"),
    "bias_mean": edit(
        "conv_backward", "grad_b is the mean over batch and places instead of the sum.",
        "delta.sum(axis=(0, 2, 3))", "delta.mean(axis=(0, 2, 3))"),
    "stride_not_in_back": body(
        "conv_backward", "The stride is left out of the gradient of the input; that of the weights has it.", """
        X, stride, pad = params["cache_" + name]
        W = params["W" + name]
        N, F, Hy, Wy = delta.shape
        _, C, h, w = W.shape
        Xp = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        dXp = np.zeros(Xp.shape)
        dW = np.zeros(W.shape)
        for n in range(N):
            for f in range(F):
                for p in range(Hy):
                    for q in range(Wy):
                        dW[f] += delta[n, f, p, q] * Xp[n, :, p * stride:p * stride + h, q * stride:q * stride + w]
                        dXp[n, :, p:p + h, q:q + w] += delta[n, f, p, q] * W[f]
        params["grad_W" + name] = dW
        params["grad_b" + name] = np.sum(delta, axis=(0, 2, 3))
        return dXp[:, :, pad:pad + X.shape[2], pad:pad + X.shape[3]]
        """),
    "weights_unpadded": body(
        "conv_backward", "The gradient of the weights is made with X without its padding.", """
        X, stride, pad = params["cache_" + name]
        W = params["W" + name]
        N, F, Hy, Wy = delta.shape
        _, C, h, w = W.shape
        dXp = np.zeros((N, C, X.shape[2] + 2 * pad, X.shape[3] + 2 * pad))
        dW = np.zeros(W.shape)
        for p in range(Hy):
            for q in range(Wy):
                a, c = p * stride, q * stride
                d = delta[:, :, p, q]
                window = X[:, :, a:a + h, c:c + w]
                dW[:, :, :window.shape[2], :window.shape[3]] += np.einsum("nf,ncij->fcij", d, window)
                dXp[:, :, a:a + h, c:c + w] += np.einsum("nf,fcij->ncij", d, W)
        params["grad_W" + name] = dW
        params["grad_b" + name] = delta.sum(axis=(0, 2, 3))
        return dXp[:, :, pad:pad + X.shape[2], pad:pad + X.shape[3]]
        """),
    "grad_w_of_last_window": body(
        "conv_backward", "The gradient of the weights is assigned anew for each window instead of added up.", """
        X, stride, pad = params["cache_" + name]
        W = params["W" + name]
        N, F, Hy, Wy = delta.shape
        _, C, h, w = W.shape
        Xp = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        dXp = np.zeros(Xp.shape)
        dW = np.zeros(W.shape)
        for n in range(N):
            for f in range(F):
                for p in range(Hy):
                    for q in range(Wy):
                        a, c = p * stride, q * stride
                        dW[f] = delta[n, f, p, q] * Xp[n, :, a:a + h, c:c + w]
                        dXp[n, :, a:a + h, c:c + w] += delta[n, f, p, q] * W[f]
        params["grad_W" + name] = dW
        params["grad_b" + name] = delta.sum(axis=(0, 2, 3))
        return dXp[:, :, pad:pad + X.shape[2], pad:pad + X.shape[3]]
        """),
    "filters_flipped_back": edit(
        "conv_backward", "The filter is flipped in the gradient of the input.",
        "np.einsum(\"nfpq,fcij->ncpqij\", delta, filters, optimize=True)", "np.einsum(\"nfpq,fcij->ncpqij\", delta, filters[:, :, ::-1, ::-1], optimize=True)"),
    "int_grad": edit(
        "conv_backward", "The gradient is collected in an array like the padded images, so whole-number images cut fractions off.",
        "np.zeros(padded.shape)", "np.zeros_like(padded)",
        "grad_padded[:, :, rows, columns] += grad_windows[..., i, j]", "grad_padded[:, :, rows, columns] += grad_windows[..., i, j].astype(grad_padded.dtype)"),
    "grad_w_key": edit(
        "conv_backward", "The gradients are stored under W and b, over the parameters themselves.",
        "params[\"grad_W\" + name]", "params[\"W\" + name]", "params[\"grad_b\" + name]", "params[\"b\" + name]"),
    "padded_twice_cut_wrong": edit(
        "conv_backward", "The padding is cut from one end only: the slice starts at 0.",
        "pad : pad + X.shape[2], pad : pad + X.shape[3]", ": X.shape[2], : X.shape[3]"),
    "rows_for_columns": edit(
        "conv_backward", "The place of the column windows is made from i instead of j.",
        "columns = slice(j, j + stride", "columns = slice(i, i + stride"),
    "same_size_wanted": body(
        "conv_backward", "The size of the padded image is computed back from the output, so pixels that are in no window are missing.", """
        X, stride, pad = params["cache_" + name]
        W = params["W" + name]
        N, F, Hy, Wy = delta.shape
        _, C, h, w = W.shape
        Xp = np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        dXp = np.zeros((N, C, (Hy - 1) * stride + h, (Wy - 1) * stride + w))
        dW = np.zeros(W.shape)
        for p in range(Hy):
            for q in range(Wy):
                a, c = p * stride, q * stride
                dW += np.einsum("nf,ncij->fcij", delta[:, :, p, q], Xp[:, :, a:a + h, c:c + w])
                dXp[:, :, a:a + h, c:c + w] += np.einsum("nf,fcij->ncij", delta[:, :, p, q], W)
        params["grad_W" + name] = dW
        params["grad_b" + name] = delta.sum(axis=(0, 2, 3))
        return dXp[:, :, pad:dXp.shape[2] - pad, pad:dXp.shape[3] - pad]
        """),
    "bias_batch_and_not_cut": edit(
        "conv_backward", "Two slips: grad_b sums over the batch only, and the padding is not cut off.",
        "delta.sum(axis=(0, 2, 3))", "delta.sum(axis=0)",
        "return grad_padded[:, :, pad : pad + X.shape[2], pad : pad + X.shape[3]]", "return grad_padded"),
    # 11. get_random_batches
    "remainder_dropped": body(
        "get_random_batches", "The number of batches is rounded down, so the remainder is lost.", """
        batches = []
        idx = np.random.permutation(x.shape[0])
        x, y = x[idx], y[idx]
        for i in range(x.shape[0] // batch_size):
            batches.append((x[i * batch_size:(i + 1) * batch_size], y[i * batch_size:(i + 1) * batch_size]))
        return batches
        """),
    "array_split": body(
        "get_random_batches", "array_split into n // B parts makes batches that are larger than B.", """
        order = np.random.permutation(len(x))
        parts = np.array_split(order, max(1, len(x) // batch_size))
        return [(x[p], y[p]) for p in parts]
        """),
    "labels_in_old_order": edit(
        "get_random_batches", "The labels keep their old order.",
        "y[order[start : start + batch_size]]", "y[start : start + batch_size]"),
    "drawn_each_on_its_own": body(
        "get_random_batches", "Each batch is drawn on its own, so an example can be in two batches and another in none.", """
        batches = []
        n = len(x)
        for start in range(0, n, batch_size):
            size = min(batch_size, n - start)
            rows = np.random.choice(n, size, replace=False)
            batches.append((x[rows], y[rows]))
        return batches
        """),
    "only_batches_shuffled": body(
        "get_random_batches", "Only the order of the batches is shuffled: the same examples always share a batch.", """
        batches = [(x[i:i + batch_size], y[i:i + batch_size]) for i in range(0, len(x), batch_size)]
        order = np.random.permutation(len(batches))
        return [batches[i] for i in order]
        """),
    "caller_shuffled": body(
        "get_random_batches", "The caller's arrays are shuffled in place, inputs and labels alike.", """
        state = np.random.get_state()
        np.random.shuffle(x)
        np.random.set_state(state)
        np.random.shuffle(y)
        return [(x[i:i + batch_size], y[i:i + batch_size]) for i in range(0, len(x), batch_size)]
        """),
    "list_of_two": body(
        "get_random_batches", "It returns a list of all xb and a list of all yb, not a list of pairs.", """
        order = np.random.permutation(len(x))
        xs, ys = [], []
        for i in range(0, len(x), batch_size):
            xs.append(x[order[i:i + batch_size]])
            ys.append(y[order[i:i + batch_size]])
        return [xs, ys]
        """),
    # 12. train
    "climbs": edit(
        "train", "The step is added.",
        "params[key] - learning_rate", "params[key] + learning_rate"),
    "linear_deriv_hidden": edit(
        "train", "The hidden layer goes back with the linear derivative instead of the sigmoid's.",
        "\"layer1\", sigmoid_deriv)", "\"layer1\", linear_deriv)"),
    "sigmoid_deriv_at_output": edit(
        "train", "The output layer goes back with the sigmoid's derivative though probs - y is already before the softmax.",
        "\"output\", linear_deriv)", "\"output\", sigmoid_deriv)"),
    "sigmoid_at_output": edit(
        "train", "The output layer uses the sigmoid instead of the softmax.",
        "params, \"output\", softmax)", "params, \"output\", sigmoid)"),
    "updated_between": body(
        "train", "The output layer is updated before the gradient of the hidden layer is computed.", """
        for it in range(max_iters):
            total_loss, total_right = 0, 0
            for xb, yb in get_random_batches(x, y, batch_size):
                h = forward(xb, params, "layer1", sigmoid)
                probs = forward(h, params, "output", softmax)
                loss, acc = compute_loss_and_acc(yb, probs)
                total_loss += loss
                total_right += acc * len(xb)
                delta = probs - yb
                params["grad_Woutput"] = h.T @ delta
                params["grad_boutput"] = delta.sum(axis=0)
                params["Woutput"] = params["Woutput"] - learning_rate * params["grad_Woutput"]
                params["boutput"] = params["boutput"] - learning_rate * params["grad_boutput"]
                back = delta @ params["Woutput"].T
                backwards(back, params, "layer1", sigmoid_deriv)
                params["Wlayer1"] = params["Wlayer1"] - learning_rate * params["grad_Wlayer1"]
                params["blayer1"] = params["blayer1"] - learning_rate * params["grad_blayer1"]
        return total_loss, total_right / len(x)
        """),
    "loss_of_last_batch": edit(
        "train", "The returned loss is that of the last batch instead of the sum over the batches.",
        "total_loss += loss", "total_loss = loss"),
    "accuracies_added": edit(
        "train", "The accuracies of the batches are added up and never divided.",
        "acc * len(xb) / len(x)", "acc"),
    "batches_of_five": edit(
        "train", "The batches always hold five examples, the default, whatever batch_size is.",
        "get_random_batches(x, y, batch_size)", "get_random_batches(x, y, 5)"),
    "totals_not_reset": edit(
        "train", "Loss and accuracy are added up over all iterations: they are set to 0 only once.",
        "    for iteration in range(max_iters):\n        total_loss, avg_acc = 0.0, 0.0\n",
        "    total_loss, avg_acc = 0.0, 0.0\n    for iteration in range(max_iters):\n"),
    "delta_divided": edit(
        "train", "probs - y is divided by the size of the batch, though the loss is a sum.",
        "backwards(probs - yb,", "backwards((probs - yb) / len(xb),"),
    "biases_not_trained": edit(
        "train", "The biases are not updated.",
        "(\"Wlayer1\", \"blayer1\", \"Woutput\", \"boutput\")", "(\"Wlayer1\", \"Woutput\")"),
    "updates_after_epoch": edit(
        "train", "The parameters are updated once an iteration, with the last batch's gradient.",
        "            for key in (\"Wlayer1\", \"blayer1\", \"Woutput\", \"boutput\"):\n                params[key] =",
        "        for key in (\"Wlayer1\", \"blayer1\", \"Woutput\", \"boutput\"):\n            params[key] ="),
    # 13. central_differences_gradient
    "forward_difference": body(
        "central_differences_gradient", "The difference is taken to one side only.", """
        def f():
            h = forward(x, params, "layer1", sigmoid)
            return compute_loss_and_acc(y, forward(h, params, "output", softmax))[0]

        base = f()
        for k in [k for k in params if "_" not in k]:
            grad = np.zeros(params[k].shape)
            for i in np.ndindex(params[k].shape):
                old = params[k][i]
                params[k][i] = old + eps
                grad[i] = (f() - base) / eps
                params[k][i] = old
            params["grad_" + k] = grad
        """),
    "over_eps": edit(
        "central_differences_gradient", "The difference over both sides is divided by eps instead of 2 eps.",
        "(2 * eps)", "eps"),
    "eps_own": edit(
        "central_differences_gradient", "eps is set to 1e-6 inside, so the argument is ignored.",
        "    def loss_now():", "    eps = 1e-6\n\n    def loss_now():"),
    "keys_while_looping": edit(
        "central_differences_gradient", "It loops over params itself while new keys are written into it, which raises an error.",
        "for key in [key for key in params if \"_\" not in key]:", "for key in params:\n        if \"_\" in key:\n            continue"),
    "four_keys_only": edit(
        "central_differences_gradient", "Only the four parameters of the two layers are differentiated, so other layers get no zeros.",
        "[key for key in params if \"_\" not in key]", "[\"Wlayer1\", \"blayer1\", \"Woutput\", \"boutput\"]"),
    "not_put_back": edit(
        "central_differences_gradient", "The entry is not put back.",
        "            theta[at] = kept\n", ""),
    "rounded_back": body(
        "central_differences_gradient", "eps is added and taken away again, so the parameters come back rounded.", """
        def loss():
            a = forward(x, params, "layer1", sigmoid)
            p = forward(a, params, "output", softmax)
            return compute_loss_and_acc(y, p)[0]

        keys = [k for k in params if "_" not in k]
        for k in keys:
            grad = np.zeros(params[k].shape)
            for idx in np.ndindex(params[k].shape):
                params[k][idx] += eps
                up = loss()
                params[k][idx] -= 2 * eps
                down = loss()
                params[k][idx] += eps
                grad[idx] = (up - down) / (2 * eps)
            params["grad_" + k] = grad
        """),
    "accuracy_differentiated": edit(
        "central_differences_gradient", "The accuracy is differentiated instead of the loss.",
        "\"output\", softmax))[0]", "\"output\", softmax))[1]"),
    "mean_of_loss": edit(
        "central_differences_gradient", "The loss is divided by the number of examples.",
        "\"output\", softmax))[0]", "\"output\", softmax))[0] / len(x)"),
    "weights_only": edit(
        "central_differences_gradient", "Only the weights are differentiated, not the biases.",
        "if \"_\" not in key]", "if key.startswith(\"W\") and \"_\" not in key]"),
    "like_theta_all_at_once": body(
        "central_differences_gradient", "All entries of a parameter are moved at once, so every entry gets the slope of the whole array.", """
        def f():
            h = forward(x, params, "layer1", sigmoid)
            return compute_loss_and_acc(y, forward(h, params, "output", softmax))[0]

        for key in [k for k in params if "_" not in k]:
            old = params[key]
            params[key] = old + eps
            up = f()
            params[key] = old - eps
            down = f()
            params[key] = old
            params["grad_" + key] = np.full(old.shape, (up - down) / (2 * eps))
        """),
}
