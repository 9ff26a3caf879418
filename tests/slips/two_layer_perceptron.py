"""Slips in chapter 2: a two-layer perceptron as a class."""
from __future__ import annotations

from . import body, edit

SLIPS = {
    # 1. eval_numerical_gradient
    "one_sided": body(
        "eval_numerical_gradient", "It takes the difference to one side only, which is less exact.", """
        fx = f(x)
        grad = np.zeros(x.shape)
        it = np.nditer(x, flags=['multi_index'], op_flags=['readwrite'])
        while not it.finished:
            ix = it.multi_index
            old = x[ix]
            x[ix] = old + h
            grad[ix] = (f(x) - fx) / h
            x[ix] = old
            it.iternext()
        return grad
        """),
    "divided_by_h": edit(
        "eval_numerical_gradient", "The difference over both sides is divided by h instead of 2h.",
        "(2 * h)", "h"),
    "precedence": edit(
        "eval_numerical_gradient", "/ 2 * h divides by 2 and multiplies with h.",
        "(2 * h)", "2 * h"),
    "not_put_back": edit(
        "eval_numerical_gradient", "The entry is not put back after it was moved.",
        "        x[index] = kept\n", ""),
    "added_and_taken": body(
        "eval_numerical_gradient", "h is added and subtracted again, so that rounding leaves x a little changed.", """
        grad = np.zeros_like(x)
        for index, _ in np.ndenumerate(x):
            x[index] += h
            up = f(x)
            x[index] -= 2 * h
            down = f(x)
            x[index] += h
            grad[index] = (up - down) / (2 * h)
            if verbose:
                print(index, grad[index])
        return grad
        """),
    "works_on_a_copy": body(
        "eval_numerical_gradient", "A copy of x is moved, so an f that reads x itself sees no change and the gradient is 0.", """
        grad = np.zeros(x.shape)
        for i in np.ndindex(x.shape):
            plus, minus = x.copy(), x.copy()
            plus[i] += h
            minus[i] -= h
            grad[i] = (f(plus) - f(minus)) / (2 * h)
        return grad
        """),
    "flattened_copy": body(
        "eval_numerical_gradient", "x is flattened with reshape, which copies a view such as W.T, so f does not see the change there.", """
        flat = x.reshape(-1)
        grad = np.zeros(flat.size)
        for i in range(flat.size):
            old = flat[i]
            flat[i] = old + h
            fp = f(x)
            flat[i] = old - h
            fm = f(x)
            flat[i] = old
            grad[i] = (fp - fm) / (2 * h)
        return grad.reshape(x.shape)
        """),
    "h_of_its_own": edit(
        "eval_numerical_gradient", "h is set to 1e-5 inside, so the argument is ignored.",
        "    grad = np.zeros(x.shape)\n", "    h = 1e-5\n    grad = np.zeros(x.shape)\n"),
    "rows_and_columns_only": body(
        "eval_numerical_gradient", "It loops over two axes, so it works for matrices only.", """
        grad = np.zeros(x.shape)
        for i in range(x.shape[0]):
            for j in range(x.shape[1]):
                old = x[i, j]
                x[i, j] = old + h
                a = f(x)
                x[i, j] = old - h
                b = f(x)
                x[i, j] = old
                grad[i, j] = (a - b) / (2 * h)
        return grad
        """),
    # 2. eval_numerical_gradient_array
    "views_not_copied": edit(
        "eval_numerical_gradient_array", "f(x) is not copied, so where it is a view of x both measurements are the same array.",
        "above = f(x).copy()", "above = f(x)"),
    "df_forgotten": edit(
        "eval_numerical_gradient_array", "The difference is summed without its weights df.",
        "np.sum((above - below) * df)", "np.sum(above - below)"),
    "mean_for_sum": edit(
        "eval_numerical_gradient_array", "It takes the mean over the outputs instead of the sum.",
        "np.sum((above - below) * df)", "np.mean((above - below) * df)"),
    "matrix_product_with_df": edit(
        "eval_numerical_gradient_array", "The difference is matrix-multiplied with df instead of entry by entry.",
        "(above - below) * df", "(above - below) @ df"),
    "divided_by_h_array": edit(
        "eval_numerical_gradient_array", "The difference over both sides is divided by h instead of 2h.",
        "(2 * h)", "h"),
    "df_entry_of_x": body(
        "eval_numerical_gradient_array", "Each slope is weighted with df at the index of the input, not each output with its own df.", """
        grad = np.zeros(x.shape)
        for ix in np.ndindex(x.shape):
            old = x[ix]
            x[ix] = old + h
            pos = f(x).copy()
            x[ix] = old - h
            neg = f(x).copy()
            x[ix] = old
            grad[ix] = np.sum(pos - neg) / (2 * h) * df[ix]
        return grad
        """),
    "first_measured_at_x": body(
        "eval_numerical_gradient_array", "It measures above against f at x itself, but divides by 2h, so the gradient is half.", """
        grad = np.zeros(x.shape)
        base = f(x).copy()
        for ix in np.ndindex(x.shape):
            old = x[ix]
            x[ix] = old + h
            pos = f(x).copy()
            x[ix] = old
            grad[ix] = np.sum((pos - base) * df) / (2 * h)
        return grad
        """),
    "put_back_too_late": edit(
        "eval_numerical_gradient_array", "The entry is left at x - h; it is never put back.",
        "        x[index] = kept\n", ""),
    # 3. rel_error
    "absolute_error": edit(
        "rel_error", "It returns the largest difference, not relative to anything.",
        "np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y))", "np.abs(x - y)"),
    "mean_error": edit(
        "rel_error", "It returns the mean of the relative errors instead of the largest.",
        "np.max(", "np.mean("),
    "relative_to_x_plus_y": edit(
        "rel_error", "The denominator is |x + y| instead of |x| + |y|, so opposite signs cancel.",
        "np.abs(x) + np.abs(y)", "np.abs(x + y)"),
    "no_floor": edit(
        "rel_error", "The denominator has no floor, so two zeros give 0/0.",
        "np.maximum(1e-8, np.abs(x) + np.abs(y))", "(np.abs(x) + np.abs(y))"),
    "max_over_max": body(
        "rel_error", "It divides the largest difference by the largest sum instead of entry by entry.", """
        difference = np.abs(x - y)
        size = np.abs(x) + np.abs(y)
        return difference.max() / max(1e-8, size.max())
        """),
    # 4. affine
    "no_flatten_dw": edit(
        "affine", "x is not flattened for dw, so images do not go through.",
        "dw = x.reshape(len(x), -1).T @ dout", "dw = x.T @ dout"),
    "dx_flat": edit(
        "affine", "dx is not reshaped to the shape of x.",
        "(dout @ w.T).reshape(x.shape)", "dout @ w.T"),
    "db_mean": edit(
        "affine", "db is the mean over the batch instead of the sum.",
        "dout.sum(axis=0)", "dout.mean(axis=0)"),
    "db_axis_one": edit(
        "affine", "db sums over the outputs instead of the examples.",
        "dout.sum(axis=0)", "dout.sum(axis=1)"),
    "cache_without_b": edit(
        "affine", "The cache holds x and w only.",
        "return out, (x, w, b)", "return out, (x, w)"),
    "cached_flat": body(
        "affine", "The cache holds the flattened x instead of x in its own shape.", """
        x = x.reshape(x.shape[0], -1)
        out = x @ w + b
        return out, (x, w, b)
        """, "affine_forward"),
    "bias_subtracted": edit(
        "affine", "The bias is subtracted instead of added.",
        "@ w + b", "@ w - b"),
    "outer_without_sum": body(
        "affine", "dw holds one outer product an example, (N, D, M): the sum over the examples is missing.", """
        x, w, b = cache
        flat = x.reshape(x.shape[0], -1)
        dx = np.dot(dout, w.T).reshape(x.shape)
        dw = flat[:, :, None] * dout[:, None, :]
        db = np.sum(dout, axis=0)
        return dx, dw, db
        """, "affine_backward"),
    "bias_for_every_input": body(
        "affine", "In a loop, b is added for every input of an example instead of once.", """
        N = x.shape[0]
        rows = x.reshape(N, -1)
        out = np.zeros((N, w.shape[1]))
        for d in range(w.shape[0]):
            out += np.outer(rows[:, d], w[d]) + b
        return out, (x, w, b)
        """, "affine_forward"),
    # 5. relu
    "forward_in_place": edit(
        "relu", "x is clipped in place, so the caller's array changes.",
        "return np.maximum(0, x), x", "return np.maximum(0, x, out=x), x"),
    "backward_in_place": body(
        "relu", "dout is changed in place.", """
        x = cache
        dout[x < 0] = 0
        return dout
        """, "relu_backward"),
    "gate_by_dout": edit(
        "relu", "The gate is the sign of dout instead of that of the input.",
        "(cache > 0)", "(dout > 0)"),
    "cache_of_mask": edit(
        "relu", "The cache is the mask of positive entries instead of the input.",
        "return np.maximum(0, x), x", "return np.maximum(0, x), x > 0"),
    "row_maximum": body(
        "relu", "Python's max(0, row) is applied to whole rows, which fails for rows of several entries.", """
        out = np.zeros(x.shape)
        for i in range(x.shape[0]):
            out[i] = max(0, x[i])
        return out, x
        """, "relu_forward"),
    "slope_of_output_missing": edit(
        "relu", "dout is multiplied with x where x is positive, instead of with 1.",
        "dout * (cache > 0)", "dout * cache * (cache > 0)"),
    # 7. svm_loss
    "own_class_counts": edit(
        "svm_loss", "The own class is not set to zero, so every example costs 1 more, and the gradient counts it.",
        "    margins[rows, y] = 0\n", ""),
    "own_class_counts_naive": body(
        "svm_loss", "The own class is not skipped in the loop, so its margin of 1 is counted in the loss.", """
        num_train, num_classes = x.shape
        loss = 0.0
        dx = np.zeros(x.shape)
        for i in range(num_train):
            correct = x[i, y[i]]
            for j in range(num_classes):
                margin = x[i, j] - correct + 1
                if margin > 0:
                    loss += margin
                    dx[i, j] += 1
                    dx[i, y[i]] -= 1
        return loss / num_train, dx / num_train
        """),
    "right_score_minus": edit(
        "svm_loss", "The margin has the wrong sign: right score minus the other.",
        "x - x[rows, y][:, None] + 1", "x[rows, y][:, None] - x + 1"),
    "margin_left_out": edit(
        "svm_loss", "The margin of 1 is missing.",
        "[:, None] + 1", "[:, None]"),
    "margin_taken_off": edit(
        "svm_loss", "The margin of 1 is subtracted instead of added.",
        "[:, None] + 1", "[:, None] - 1"),
    "minus_one_for_all": edit(
        "svm_loss", "The right class gets -1 instead of minus the number of classes that violate.",
        "-dx.sum(axis=1)", "-1"),
    "right_class_no_gradient": edit(
        "svm_loss", "The right class gets no gradient.",
        "    dx[rows, y] = -dx.sum(axis=1)\n", ""),
    "not_divided": edit(
        "svm_loss", "The gradient is not divided by the number of examples.",
        "dx / len(x)", "dx"),
    "loss_not_divided": edit(
        "svm_loss", "The loss is the sum over the batch instead of the mean.",
        "margins.sum() / len(x)", "margins.sum()"),
    "mean_of_margins": edit(
        "svm_loss", "The loss is the mean over all entries of the margins, so it is divided by N * C.",
        "margins.sum() / len(x)", "margins.mean()"),
    "margins_for_mask": edit(
        "svm_loss", "The gradient is the margins themselves instead of 1 where they are positive.",
        "(margins > 0).astype(float)", "margins.copy()"),
    "worst_class_only": body(
        "svm_loss", "Only the class with the largest margin counts, not all that violate.", """
        N = x.shape[0]
        index = np.arange(N)
        margins = x - x[index, y].reshape(-1, 1) + 1
        margins[index, y] = 0
        worst = margins.argmax(axis=1)
        loss = np.maximum(margins[index, worst], 0).mean()
        dx = np.zeros(x.shape)
        active = margins[index, worst] > 0
        dx[index[active], worst[active]] = 1
        dx[index[active], y[active]] -= 1
        return loss, dx / N
        """),
    "broadcast_wrong": body(
        "svm_loss", "The right scores are subtracted without a new axis, so they meet the columns instead of the rows.", """
        N = x.shape[0]
        correct = x[np.arange(N), y]
        margins = np.maximum(0, x - correct + 1.0)
        margins[np.arange(N), y] = 0
        loss = np.sum(margins) / N
        binary = np.where(margins > 0, 1.0, 0.0)
        binary[np.arange(N), y] = -np.sum(binary, axis=1)
        return loss, binary / N
        """),
    "bool_gradient": body(
        "svm_loss", "dx is an array of the dtype of the scores, so with whole-number scores 1/N is cut off to 0.", """
        N = len(x)
        dx = np.zeros_like(x)
        loss = 0.0
        for n in range(N):
            for j in range(x.shape[1]):
                if j == y[n]:
                    continue
                m = x[n, j] - x[n, y[n]] + 1
                if m > 0:
                    loss += m / N
                    dx[n, j] += 1 / N
                    dx[n, y[n]] -= 1 / N
        return loss, dx
        """),
    "squared_hinge": body(
        "svm_loss", "It is the squared hinge loss, with its gradient.", """
        n = x.shape[0]
        rows = np.arange(n)
        m = np.maximum(0, x - x[rows, y][:, np.newaxis] + 1)
        m[rows, y] = 0
        dx = 2 * m
        dx[rows, y] = -np.sum(dx, axis=1)
        return np.sum(m ** 2) / n, dx / n
        """),
    "own_class_and_not_divided": edit(
        "svm_loss", "Two slips: the own class is counted, and the gradient is not divided by the number of examples.",
        "    margins[rows, y] = 0\n", "", "dx / len(x)", "dx"),
    # 8. softmax_loss
    "nothing_subtracted": edit(
        "softmax_loss", "The row's maximum is not subtracted, so large scores overflow.",
        "shifted = x - x.max(axis=1, keepdims=True)", "shifted = x"),
    "maximum_of_all": edit(
        "softmax_loss", "One maximum of the whole batch is subtracted.",
        "x.max(axis=1, keepdims=True)", "np.max(x)"),
    "maximum_of_columns": edit(
        "softmax_loss", "The maximum of each column is subtracted instead of each row's, which changes the probabilities.",
        "x.max(axis=1, keepdims=True)", "x.max(axis=0, keepdims=True)"),
    "log_after": body(
        "softmax_loss", "The logarithm is taken of probabilities that were rounded to 0 already.", """
        e = np.exp(x - np.max(x, axis=1, keepdims=True))
        p = e / np.sum(e, axis=1, keepdims=True)
        N = len(x)
        loss = np.mean(-np.log(p[range(N), y]))
        p[range(N), y] -= 1
        return loss, p / N
        """),
    "loss_without_label": body(
        "softmax_loss", "The loss is the entropy of the probabilities, and the labels have no part in it.", """
        z = x - np.max(x, axis=1, keepdims=True)
        logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        p = np.exp(logp)
        loss = -np.sum(p * logp) / x.shape[0]
        dx = p.copy()
        dx[np.arange(x.shape[0]), y] -= 1
        return loss, dx / x.shape[0]
        """),
    "dx_sum_not_mean": edit(
        "softmax_loss", "The gradient is not divided by the number of examples.",
        "dx / len(x)", "dx"),
    "no_minus_one": edit(
        "softmax_loss", "1 is not subtracted at the right class.",
        "    dx[rows, y] -= 1\n", ""),
    "divided_first": edit(
        "softmax_loss", "The division by N comes before 1 is subtracted, so 1 is not divided.",
        "dx = np.exp(log_probs)", "dx = np.exp(log_probs) / len(x)", "dx / len(x)", "dx"),
    # 9. network
    "scale_squared": edit(
        "network", "weight_scale is taken as a variance: the weights are its square root times a standard normal.",
        "self.params[\"W1\"] = weight_scale *", "self.params[\"W1\"] = np.sqrt(weight_scale) *",
        "self.params[\"W2\"] = weight_scale *", "self.params[\"W2\"] = np.sqrt(weight_scale) *"),
    "seed_not_used": edit(
        "network", "The seed is not used.",
        "default_rng(seed)", "default_rng()"),
    "wrong_shape_w2": edit(
        "network", "W2 is (C, H) instead of (H, C).",
        "size=(hidden_dim, num_classes)", "size=(num_classes, hidden_dim)"),
    "biases_random": edit(
        "network", "The biases b1 are random instead of zero.",
        "np.zeros(hidden_dim)", "weight_scale * rng.normal(size=hidden_dim)"),
    "reg_no_half": edit(
        "network", "The penalty lacks its half, while the gradient is right.",
        "self.reg / 2 * (", "self.reg * ("),
    "reg_twice_in_gradient": edit(
        "network", "The penalty's gradient has a factor of 2 that the half cancels.",
        "dW1 + self.reg * W1", "dW1 + 2 * self.reg * W1",
        "dW2 + self.reg * W2", "dW2 + 2 * self.reg * W2"),
    "reg_of_w1_only": edit(
        "network", "Only W1 is penalised in the loss.",
        "(np.sum(W1**2) + np.sum(W2**2))", "np.sum(W1**2)"),
    "reg_not_in_gradient": edit(
        "network", "The penalty is in the loss, but not in the gradients.",
        "dW1 + self.reg * W1", "dW1", "dW2 + self.reg * W2", "dW2"),
    "reg_half_gradient": edit(
        "network", "The gradient of the penalty keeps the half that the derivative cancels.",
        "dW1 + self.reg * W1", "dW1 + 0.5 * self.reg * W1",
        "dW2 + self.reg * W2", "dW2 + 0.5 * self.reg * W2"),
    "biases_penalised": edit(
        "network", "The biases are penalised too.",
        "np.sum(W2**2))", "np.sum(W2**2) + np.sum(self.params['b1']**2) + np.sum(self.params['b2']**2))",
        "\"b1\": db1", "\"b1\": db1 + self.reg * self.params['b1']",
        "\"b2\": db2", "\"b2\": db2 + self.reg * self.params['b2']"),
    "kind_ignored": edit(
        "network", "kind is ignored: it is always the softmax loss.",
        "self.svm_loss if kind == \"svm\" else self.softmax_loss", "self.softmax_loss"),
    "no_relu": edit(
        "network", "The rectifier is left out, forward and backward.",
        "active, relu = self.relu_forward(hidden)", "active = hidden",
        "self.affine_backward(self.relu_backward(dactive, relu), affine1)", "self.affine_backward(dactive, affine1)"),
    "relu_before_back_left_out": edit(
        "network", "The gradient does not go back through ReLU.",
        "self.relu_backward(dactive, relu)", "dactive"),
    "same_seed_both": body(
        "network", "The generator is seeded anew before W2, so W2 starts with the same numbers as W1.", """
        np.random.seed(seed)
        self.params['W1'] = weight_scale * np.random.randn(input_dim, hidden_dim)
        self.params['b1'] = np.zeros(hidden_dim)
        np.random.seed(seed)
        self.params['W2'] = weight_scale * np.random.randn(hidden_dim, num_classes)
        self.params['b2'] = np.zeros(num_classes)
        """, "init_params"),
    "keys_lower_case": body(
        "network", "The gradients are returned under dW1, db1, dW2, db2 instead of the names of the parameters.", """
        a1, c1 = self.affine_forward(X, self.params['W1'], self.params['b1'])
        h, cr = self.relu_forward(a1)
        scores, c2 = self.affine_forward(h, self.params['W2'], self.params['b2'])
        if y is None:
            return scores
        if kind == 'svm':
            loss, dscores = self.svm_loss(scores, y)
        else:
            loss, dscores = self.softmax_loss(scores, y)
        loss += 0.5 * self.reg * (np.sum(self.params['W1'] ** 2) + np.sum(self.params['W2'] ** 2))
        grads = {}
        dh, grads['dW2'], grads['db2'] = self.affine_backward(dscores, c2)
        da1 = self.relu_backward(dh, cr)
        _, grads['dW1'], grads['db1'] = self.affine_backward(da1, c1)
        grads['dW1'] += self.reg * self.params['W1']
        grads['dW2'] += self.reg * self.params['W2']
        return loss, grads
        """, "loss"),
    "local_params": body(
        "network", "The parameters are put into a new local dictionary, and self.params stays empty.", """
        np.random.seed(seed)
        params = {}
        params['W1'] = np.random.randn(input_dim, hidden_dim) * weight_scale
        params['b1'] = np.zeros(hidden_dim)
        params['W2'] = np.random.randn(hidden_dim, num_classes) * weight_scale
        params['b2'] = np.zeros(num_classes)
        """, "init_params"),
    "y_falsy": edit(
        "network", "The scores are returned whatever y is: the test is for y being given.",
        "if y is None:", "if y is not None:"),
    "no_half_and_no_gradient": edit(
        "network", "Two slips: the penalty lacks its half, and it is not in the gradients.",
        "self.reg / 2 * (", "self.reg * (", "dW1 + self.reg * W1", "dW1", "dW2 + self.reg * W2", "dW2"),
}
