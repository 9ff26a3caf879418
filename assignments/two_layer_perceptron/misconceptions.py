"""Known wrong solutions of two_layer_perceptron. Each runs in the reference's notebook in place of the function it replaces."""
import numpy as np

from autograder.probe import misconception

# --- eval_numerical_gradient --------------------------------------------------------------------------------------------


@misconception("eval_numerical_gradient")
def one_sided(f, x, verbose=False, h=1e-5):
    """You compare f at x + h with f at x itself. Such a one-sided difference is off by about h times half the second derivative, far
    more than a central one. Look at where the second value of f is taken, and at the distance between the two points.
    """
    grad, here = np.zeros(x.shape), f(x)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + h
        grad[index] = (f(x) - here) / h
        x[index] = kept
        if verbose:
            print(index, grad[index])
    return grad


@misconception("eval_numerical_gradient")
def divides_by_h_alone(f, x, verbose=False, h=1e-5):
    """Your slopes are twice too large: you divide the difference by h. Look at how far the two points are apart."""
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + h
        above = f(x)
        x[index] = kept - h
        below = f(x)
        x[index] = kept
        grad[index] = (above - below) / h
        if verbose:
            print(index, grad[index])
    return grad


@misconception("eval_numerical_gradient")
def subtracts_h_once(f, x, verbose=False, h=1e-5):
    """Your slopes are about half of what they should be: you compare f at one side of x with f at x itself, and divide by 2h. Look at where the
    entry stands when the second of your two values is taken: subtracting h once after adding it brings x back to where it started.
    """
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + h
        above = f(x)
        x[index] -= h
        below = f(x)
        x[index] = kept
        grad[index] = (above - below) / (2 * h)
        if verbose:
            print(index, grad[index])
    return grad


@misconception("eval_numerical_gradient")
def perturbs_a_copy(f, x, verbose=False, h=1e-5):
    """You change a copy of x and hand it to f. A function that reads x itself, as a network reads its weights, never sees the change,
    and its gradient comes out as zero. Look at which array your step is added to.
    """
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        high, low = x.copy(), x.copy()
        high[index] += h
        low[index] -= h
        grad[index] = (f(high) - f(low)) / (2 * h)
        if verbose:
            print(index, grad[index])
    return grad


@misconception("eval_numerical_gradient")
def adds_back_instead_of_restoring(f, x, verbose=False, h=1e-5):
    """You bring an entry back by adding h again. Each of these steps is rounded, so the last bits of x change a little every time.
    Look at how the entry gets its old value.
    """
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        x[index] += h
        above = f(x)
        x[index] -= 2 * h
        below = f(x)
        x[index] += h
        grad[index] = (above - below) / (2 * h)
        if verbose:
            print(index, grad[index])
    return grad


@misconception("eval_numerical_gradient")
def never_puts_back(f, x, verbose=False, h=1e-5):
    """An entry stays at x - h after it was measured. The next slopes are taken at another point, and the caller gets a changed x back.
    Look at what your loop does with the entry after the second call of f.
    """
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + h
        above = f(x)
        x[index] = kept - h
        grad[index] = (above - f(x)) / (2 * h)
        if verbose:
            print(index, grad[index])
    return grad


@misconception("eval_numerical_gradient")
def moves_all_entries_at_once(f, x, verbose=False, h=1e-5):
    """You add h to all of x. The difference then is the sum of all slopes, and every entry of your gradient holds the same number.
    Look at which entries change between the two calls of f.
    """
    kept = x.copy()
    x += h
    above = f(x)
    x[...] = kept - h
    below = f(x)
    x[...] = kept
    if verbose:
        print((above - below) / (2 * h))
    return np.full(x.shape, (above - below) / (2 * h))


@misconception("eval_numerical_gradient")
def fixed_step(f, x, verbose=False, h=1e-5):
    """Your step is 1e-5 whatever h is. Look at where the argument h is used."""
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + 1e-5
        above = f(x)
        x[index] = kept - 1e-5
        below = f(x)
        x[index] = kept
        grad[index] = (above - below) / 2e-5
        if verbose:
            print(index, grad[index])
    return grad


@misconception("eval_numerical_gradient")
def works_on_a_flattened_x(f, x, verbose=False, h=1e-5):
    """You flatten x with reshape and change that. It works while the result is a view; for a transposed matrix reshape makes a copy,
    and f never sees the change. Look at whether the array that you change shares its memory with x.
    """
    flat, grad = x.reshape(-1), np.zeros(x.size)
    for i in range(flat.size):
        kept = flat[i]
        flat[i] = kept + h
        above = f(x)
        flat[i] = kept - h
        below = f(x)
        flat[i] = kept
        grad[i] = (above - below) / (2 * h)
        if verbose:
            print(i, grad[i])
    return grad.reshape(x.shape)


@misconception("eval_numerical_gradient")
def works_on_a_ravelled_x(f, x, verbose=False, h=1e-5):
    """You flatten x with ravel and change that. Where x lies in one piece the result is a view; of a transposed matrix, or of a part of
    a larger array, ravel makes a copy, and f never sees the change. Look at whether the array that you change shares its memory with x.
    """
    flat, grad = x.ravel(), np.zeros(x.size)
    for i in range(flat.size):
        kept = flat[i]
        flat[i] = kept + h
        above = f(x)
        flat[i] = kept - h
        below = f(x)
        flat[i] = kept
        grad[i] = (above - below) / (2 * h)
        if verbose:
            print(i, grad[i])
    return grad.reshape(x.shape)


@misconception("eval_numerical_gradient")
def half_a_step_to_each_side(f, x, verbose=False, h=1e-5):
    """Your two points lie h apart, half a step to each side. In the formula each of them is h away from x. Look at what you add, at what
    you subtract, and at what you divide by.
    """
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + h / 2
        above = f(x)
        x[index] = kept - h / 2
        below = f(x)
        x[index] = kept
        grad[index] = (above - below) / h
        if verbose:
            print(index, grad[index])
    return grad


@misconception("eval_numerical_gradient")
def matrices_only(f, x, verbose=False, h=1e-5):
    """Your function works for matrices and raises an IndexError where x has one axis. Rows and columns are not all that an array may
    have. Look for a way to visit every entry of an array, whatever its shape.
    """
    grad = np.zeros(x.shape)
    for row in range(x.shape[0]):
        for column in range(x.shape[1]):
            kept = x[row, column]
            x[row, column] = kept + h
            above = f(x)
            x[row, column] = kept - h
            below = f(x)
            x[row, column] = kept
            grad[row, column] = (above - below) / (2 * h)
            if verbose:
                print((row, column), grad[row, column])
    return grad


def _central(f, x, h, after_each):
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + h
        above = f(x)
        x[index] = kept - h
        below = f(x)
        x[index] = kept
        grad[index] = (above - below) / (2 * h)
        after_each(index, grad[index])
    return grad


@misconception("eval_numerical_gradient")
def prints_nothing(f, x, verbose=False, h=1e-5):
    """Your function prints nothing where verbose is True. The docstring says what it is for: each entry is printed as it is measured."""
    return _central(f, x, h, lambda index, slope: None)


@misconception("eval_numerical_gradient")
def prints_unasked(f, x, verbose=False, h=1e-5):
    """Your function prints as much where verbose is False as where it is True. Look at where your code asks for verbose."""
    return _central(f, x, h, print)


@misconception("eval_numerical_gradient")
def prints_at_the_end(f, x, verbose=False, h=1e-5):
    """With verbose you print nothing until the last entry was measured. Each entry was to be printed as it is measured, so that one sees
    how far a long measurement has come. Look at where your print stands.
    """
    grad = _central(f, x, h, lambda index, slope: None)
    if verbose:
        print(grad)
    return grad


# --- eval_numerical_gradient_array --------------------------------------------------------------------------------------


@misconception("eval_numerical_gradient_array")
def leaves_df_out(f, x, df, h=1e-5):
    """You sum the changes of all outputs alike. Each output counts as much as the loss depends on it. Look at what the upstream
    gradient is for.
    """
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + h
        above = f(x).copy()
        x[index] = kept - h
        below = f(x).copy()
        x[index] = kept
        grad[index] = np.sum(above - below) / (2 * h)
    return grad


@misconception("eval_numerical_gradient_array")
def keeps_a_view(f, x, df, h=1e-5):
    """You keep what f returned for x + h without copying it. Where f returns a view of x, it changes with x, the two answers are the
    same and the gradient is zero. Look at what your first answer holds when you take the second.
    """
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + h
        above = f(x)
        x[index] = kept - h
        below = f(x)
        x[index] = kept
        grad[index] = np.sum((above - below) * df) / (2 * h)
    return grad


@misconception("eval_numerical_gradient_array")
def averages_over_outputs(f, x, df, h=1e-5):
    """You take the mean over the outputs. The loss moves by all their contributions together. Look at how the weighted changes are
    combined.
    """
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + h
        above = f(x).copy()
        x[index] = kept - h
        below = f(x).copy()
        x[index] = kept
        grad[index] = np.mean((above - below) * df) / (2 * h)
    return grad


@misconception("eval_numerical_gradient_array")
def layer_on_a_copy(f, x, df, h=1e-5):
    """You change a copy of x and hand it to f. A layer that reads x itself never sees the change, and its gradient comes out as zero.
    Look at which array your step is added to.
    """
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        high, low = x.copy(), x.copy()
        high[index] += h
        low[index] -= h
        grad[index] = np.sum((f(high) - f(low)) * df) / (2 * h)
    return grad


@misconception("eval_numerical_gradient_array")
def layer_divided_by_h_alone(f, x, df, h=1e-5):
    """Your slopes are twice too large: you divide the difference by h. Look at how far the two points are apart."""
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + h
        above = f(x).copy()
        x[index] = kept - h
        below = f(x).copy()
        x[index] = kept
        grad[index] = np.sum((above - below) * df) / h
    return grad


@misconception("eval_numerical_gradient_array")
def layer_step_not_passed_on(f, x, df, h=1e-5):
    """Your step is 1e-5 whatever h is. Look at where the argument h is used, and at whether it is passed on to a function that you call."""
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + 1e-5
        above = f(x).copy()
        x[index] = kept - 1e-5
        below = f(x).copy()
        x[index] = kept
        grad[index] = np.sum((above - below) * df) / 2e-5
    return grad


@misconception("eval_numerical_gradient_array")
def layer_one_sided(f, x, df, h=1e-5):
    """You compare f at x + h with f at x itself. Such a one-sided difference is off by about h times half the second derivative, far
    more than a central one. Look at where the second value of f is taken, and at the distance between the two points.
    """
    grad, here = np.zeros(x.shape), f(x).copy()
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + h
        grad[index] = np.sum((f(x) - here) * df) / h
        x[index] = kept
    return grad


@misconception("eval_numerical_gradient_array")
def layer_added_back(f, x, df, h=1e-5):
    """You bring an entry back by adding h again. Each of these steps is rounded, so the last bits of x change a little every time.
    Look at how the entry gets its old value.
    """
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        x[index] += h
        above = f(x).copy()
        x[index] -= 2 * h
        below = f(x).copy()
        x[index] += h
        grad[index] = np.sum((above - below) * df) / (2 * h)
    return grad


@misconception("eval_numerical_gradient_array")
def layer_one_sided_over_two_steps(f, x, df, h=1e-5):
    """You compare f at x + h with f at x itself and divide by 2h, so your slopes are half as large as they should be. Look at where the
    second value of f is taken, and at the distance between the two points.
    """
    grad, here = np.zeros(x.shape), f(x).copy()
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + h
        grad[index] = np.sum((f(x) - here) * df) / (2 * h)
        x[index] = kept
    return grad


@misconception("eval_numerical_gradient_array")
def df_at_the_place_of_the_input(f, x, df, h=1e-5):
    """You weight each slope with the entry of df at the place of the input that you move. df belongs to the outputs: each output's
    change is to be weighted by that output's entry, and then summed. Look at the shape of df.
    """
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + h
        above = f(x).copy()
        x[index] = kept - h
        below = f(x).copy()
        x[index] = kept
        grad[index] = np.sum(above - below) / (2 * h) * df[index]
    return grad


@misconception("eval_numerical_gradient_array")
def keeps_one_view(f, x, df, h=1e-5):
    """Where f returns a view of x, your slopes are half as large as they should be: one of your two measurements is a view, and
    changes when you put x back. Look at which of the two you copy.
    """
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + h
        above = f(x)
        x[index] = kept - h
        below = f(x).copy()
        x[index] = kept
        grad[index] = np.sum((above - below) * df) / (2 * h)
    return grad


# --- rel_error ----------------------------------------------------------------------------------------------------------


@misconception("rel_error")
def mean_over_entries(x, y):
    """You average the relative errors. One bad entry among many good ones then goes unnoticed. Look at how the entries are combined."""
    return np.mean(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)))


@misconception("rel_error")
def error_of_every_entry(x, y):
    """You return the error of every entry. One number is asked for, that of the worst entry. Look at what is to be done with them."""
    return np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y))


@misconception("rel_error")
def ratio_of_the_largest(x, y):
    """You divide the largest difference by the largest size. An error in a small entry then hides behind a large entry. Look at which
    is done first, the division or the maximum.
    """
    return np.max(np.abs(x - y)) / max(1e-8, np.max(np.abs(x) + np.abs(y)))


@misconception("rel_error")
def no_floor(x, y):
    """Your denominator has no floor. Where both entries are zero, 0/0 gives NaN, and tiny entries count as much as large ones. Look at
    what you divide by there.
    """
    return np.max(np.abs(x - y) / (np.abs(x) + np.abs(y)))


@misconception("rel_error")
def floor_added(x, y):
    """You add 1e-8 to the denominator. That also moves the result where the entries are tiny but not zero. Look at how the formula
    combines the two.
    """
    return np.max(np.abs(x - y) / (np.abs(x) + np.abs(y) + 1e-8))


@misconception("rel_error")
def size_of_the_sum(x, y):
    """You divide by the absolute value of the sum. Entries of opposite signs cancel there, and the error of a wrong sign has no bound.
    Look at where the absolute values are taken.
    """
    return np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x + y)))


@misconception("rel_error")
def size_of_one_alone(x, y):
    """You divide by the size of one of the two arrays. The result then depends on which comes first. Look at the denominator of the
    formula.
    """
    return np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(y)))


@misconception("rel_error")
def larger_of_the_two(x, y):
    """You divide by the larger of the two sizes. The formula divides by their sum, so that opposite signs give 1. Look at the denominator."""
    return np.max(np.abs(x - y) / np.maximum(1e-8, np.maximum(np.abs(x), np.abs(y))))


@misconception("rel_error")
def ratio_of_norms(x, y):
    """You compare the lengths of whole arrays. An error in a small entry then hides behind large ones. Work out the error of each entry
    first, and take the largest of these.
    """
    return np.linalg.norm(x - y) / max(1e-8, np.linalg.norm(x) + np.linalg.norm(y))


@misconception("rel_error")
def signed_difference(x, y):
    """You take the difference with its sign. Where x is below y the error comes out negative, and the maximum passes it over. Look at
    the numerator.
    """
    return np.max((x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)))


@misconception("rel_error")
def absolute_difference(x, y):
    """You return the largest difference, whatever the size of the entries. A relative error divides each difference by the size of
    the two entries. Look at the denominator of the formula.
    """
    return np.max(np.abs(x - y))


# --- affine -------------------------------------------------------------------------------------------------------------


@misconception("affine", replaces="TwoLayerPerceptron.affine_forward")
def forgets_the_bias(self, x, w, b):
    """You leave the bias out. Every output is shifted by its own entry of b. Compare your output with the formula, term by term."""
    return x.reshape(len(x), -1) @ w, (x, w, b)


@misconception("affine", replaces="TwoLayerPerceptron.affine_forward")
def affine_without_cache(self, x, w, b):
    """What you return is not two things, the output and the cache. The way back needs what the layer has seen: return both, with a
    comma between them.
    """
    return x.reshape(len(x), -1) @ w + b


@misconception("affine", replaces="TwoLayerPerceptron.affine_forward")
def bias_for_every_input(self, x, w, b):
    """You add the biases once for every input of an example. Each output has its bias once, beside its whole weighted sum. Look at what
    stands inside your loop.
    """
    return x.reshape(len(x), -1) @ w + len(w) * b, (x, w, b)


@misconception("affine", replaces="TwoLayerPerceptron.affine_forward")
def scrambles_the_batch(self, x, w, b):
    """You reshape x so that the examples end up in columns and then transpose. reshape keeps the order of the numbers, so every row
    mixes several examples. Look at which axis of x must stay the first one.
    """
    return x.reshape(-1, len(x)).T @ w + b, (x, w, b)


@misconception("affine", replaces="TwoLayerPerceptron.affine_forward")
def caches_the_flat_x(self, x, w, b):
    """Your cache holds the flattened x. Then nothing remembers what shape dx must have. Look at what the docstring says about the cache."""
    x = x.reshape(len(x), -1)
    return x @ w + b, (x, w, b)


@misconception("affine", replaces="TwoLayerPerceptron.affine_forward")
def multiplies_the_last_axis(self, x, w, b):
    """You multiply x by w as it comes. That fits a matrix; for images only the last axis meets w. Look at what happens to the axes of
    x first.
    """
    return x @ w + b, (x, w, b)


@misconception("affine", replaces="TwoLayerPerceptron.affine_forward")
def reshapes_the_callers_x(self, x, w, b):
    """You assign to the shape of x. That changes the caller's array, too, which comes back flat. Look for a way to get a flat view and
    leave x as it is.
    """
    shape = x.shape
    x.shape = (shape[0], -1)
    return x @ w + b, (x.reshape(shape), w, b)


@misconception("affine", replaces="TwoLayerPerceptron.affine_backward")
def leaves_dx_flat(self, dout, cache):
    """Your dx is a matrix, whatever shape x had. A gradient has the shape of what it belongs to. Look at the shape of x in the cache."""
    x, w, b = cache
    return dout @ w.T, x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)


@misconception("affine", replaces="TwoLayerPerceptron.affine_backward")
def bias_gradient_as_a_row(self, dout, cache):
    """Your db is a matrix with one row. The bias is a vector, so its gradient is one, too. Look at the shape that your sum leaves."""
    x, w, b = cache
    return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=0, keepdims=True)


@misconception("affine", replaces="TwoLayerPerceptron.affine_backward")
def bias_gradient_over_outputs(self, dout, cache):
    """Your db is summed over the outputs and has one entry an example. A bias belongs to an output and was added to every example.
    Look at the axis of the sum.
    """
    x, w, b = cache
    return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=1)


@misconception("affine", replaces="TwoLayerPerceptron.affine_backward")
def bias_gradient_averaged(self, dout, cache):
    """Your db is a mean over the batch. The division by the number of examples is part of the loss and already in dout. Look at how
    the rows of dout are combined.
    """
    x, w, b = cache
    return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.mean(axis=0)


@misconception("affine", replaces="TwoLayerPerceptron.affine_backward")
def weights_averaged_too(self, dout, cache):
    """You divide dw and db by the number of examples. The loss has done so already, in dout, and the weights would now learn too
    slowly. Look for the factor in the formulas.
    """
    x, w, b = cache
    return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout / len(x), dout.sum(axis=0) / len(x)


@misconception("affine", replaces="TwoLayerPerceptron.affine_backward")
def weight_gradient_transposed(self, dout, cache):
    """Your dw is the transpose of what it should be. Its rows belong to inputs and its columns to outputs, as in w. Look at the order
    of the product.
    """
    x, w, b = cache
    return (dout @ w.T).reshape(x.shape), dout.T @ x.reshape(len(x), -1), dout.sum(axis=0)


# --- relu ---------------------------------------------------------------------------------------------------------------


@misconception("relu", replaces="TwoLayerPerceptron.relu_forward")
def relu_without_cache(self, x):
    """What you return is not two things, the output and the cache. The way back needs what the layer has seen: return both, with a
    comma between them.
    """
    return np.maximum(x, 0)


@misconception("relu", replaces="TwoLayerPerceptron.relu_forward")
def clips_in_place(self, x):
    """You set the negative entries of x itself to zero. The caller's array is changed, and the cache no longer knows which inputs were
    negative. Look at which array you write to.
    """
    x[x < 0] = 0
    return x, x


@misconception("relu", replaces="TwoLayerPerceptron.relu_forward")
def truth_value_of_a_row(self, x):
    """Your code asks for one truth value of several entries at once, and NumPy can't say yes or no to that. Python's own max asks so,
    and so does if. Look for the function that compares two arrays entry by entry.
    """
    out = np.zeros(x.shape)
    for row in range(len(x)):
        out[row] = max(0, x[row])
    return out, x


@misconception("relu", replaces="TwoLayerPerceptron.relu_forward")
def leaky(self, x):
    """You let a hundredth of the negative entries through. That is the leaky ReLU; here negative entries become exactly zero. Look at
    the formula for x below zero.
    """
    return np.where(x > 0, x, 0.01 * x), x


@misconception("relu", replaces="TwoLayerPerceptron.relu_forward")
def absolute_value(self, x):
    """Negative entries come out positive: you take the absolute value. Look at the formula for x below zero."""
    return np.abs(x), x


@misconception("relu", replaces="TwoLayerPerceptron.relu_forward")
def caches_the_mask(self, x):
    """Your cache is a mask. The stub asks for x itself, and relu_backward is given x. Look at the docstring's line about the cache."""
    return np.maximum(0, x), (x > 0).astype(float)


@misconception("relu", replaces="TwoLayerPerceptron.relu_forward")
def caches_the_output(self, x):
    """Your cache is the output. The stub asks for x itself. Look at the docstring's line about the cache."""
    out = np.maximum(0, x)
    return out, out


@misconception("relu", replaces="TwoLayerPerceptron.relu_backward")
def gates_by_dout(self, dout, cache):
    """You let the positive entries of dout pass. What decides is the sign of the input; a negative upstream gradient passes as well as
    a positive one. Look at which array you compare with zero.
    """
    return np.maximum(0, dout)


@misconception("relu", replaces="TwoLayerPerceptron.relu_backward")
def forgets_dout(self, dout, cache):
    """You return the slope of ReLU alone, ones and zeros. By the chain rule it is multiplied with what comes from above. Look at where
    dout is used.
    """
    return (cache > 0).astype(float)


@misconception("relu", replaces="TwoLayerPerceptron.relu_backward")
def passes_everything(self, dout, cache):
    """You pass dout on as it is. Where the input was negative, the output did not depend on it. Look at the second case of the formula."""
    return dout.copy()


@misconception("relu", replaces="TwoLayerPerceptron.relu_backward")
def gates_dout_in_place(self, dout, cache):
    """The caller's dout is changed: either you set entries of it to zero, or you return it as dx, where what is written into the one
    is written into the other. Look at whether dx is always a new array.
    """
    dout[cache <= 0] = 0
    return dout


@misconception("relu", replaces="TwoLayerPerceptron.relu_backward")
def multiplies_with_the_output(self, dout, cache):
    """You multiply dout with the positive part of x. The slope of ReLU is 1 there, whatever the size of x. Look at what the gate lets
    through.
    """
    return dout * np.maximum(0, cache)


@misconception("relu", replaces="TwoLayerPerceptron.relu_backward")
def multiplies_with_the_cache(self, dout, cache):
    """You multiply dout with the cache. That would do for a mask of ones and zeros; the cache is x itself. Look at what decides whether
    dout passes.
    """
    return dout * cache


@misconception("relu", replaces="TwoLayerPerceptron.relu_backward")
def gradient_in_the_type_of_x(self, dout, cache):
    """Your gradient takes its type from x. Where x holds integers, everything behind the decimal point is cut off. Look at how the
    array for dx is made.
    """
    dx = np.zeros_like(cache)
    dx[cache > 0] = dout[cache > 0]
    return dx


# --- svm_loss -----------------------------------------------------------------------------------------------------------


def _margins(x, y):
    rows = np.arange(len(x))
    margins = x - x[rows, y][:, None] + 1
    margins[rows, y] = 0
    return rows, margins


def _pushes(rows, y, dx):
    dx[rows, y] = -dx.sum(axis=1)
    return dx / len(rows)


@misconception("svm_loss")
def counts_the_right_class(self, x, y):
    """Your loss is too large by exactly 1: you let the right class compete with itself, which always costs the margin. Look at which
    classes the sum runs over.
    """
    rows, margins = _margins(x, y)
    margins = np.maximum(0, margins)
    return margins.sum() / len(x) + 1, _pushes(rows, y, (margins > 0).astype(float))


@misconception("svm_loss")
def right_class_in_loss_and_gradient(self, x, y):
    """You let the right class compete with itself: its margin is always 1. The loss is too large by exactly 1, and the gradient pulls
    the right class once too often. Look at which classes the sums run over.
    """
    rows, margins = _margins(x, y)
    margins[rows, y] = 1
    return np.maximum(0, margins).sum() / len(x), _pushes(rows, y, (margins > 0).astype(float))


@misconception("svm_loss")
def right_class_in_the_gradient_alone(self, x, y):
    """Your gradient pulls the right class once too often: its own margin, which is always 1, is counted among those that are violated.
    Your loss leaves it out, as it should. Look at which margins you count, and when.
    """
    rows, margins = _margins(x, y)
    dx = (margins > 0).astype(float)
    dx[rows, y] = -dx.sum(axis=1) - 1
    return np.maximum(0, margins).sum() / len(x), dx / len(x)


@misconception("svm_loss")
def margins_in_the_gradient(self, x, y):
    """Your gradient adds up the margins themselves. The slope of a violated margin is 1, however large it is. Look at how the loss
    changes when one score moves a little.
    """
    rows, margins = _margins(x, y)
    margins = np.maximum(0, margins)
    return margins.sum() / len(x), _pushes(rows, y, margins.copy())


@misconception("svm_loss")
def loss_summed_over_the_batch(self, x, y):
    """Your loss is a sum over the batch and your gradient is a mean. The gradient must belong to the loss that you return. Look for the
    factor in front of the sum.
    """
    rows, margins = _margins(x, y)
    margins = np.maximum(0, margins)
    return margins.sum(), _pushes(rows, y, (margins > 0).astype(float))


@misconception("svm_loss")
def loss_averaged_over_all_scores(self, x, y):
    """Your loss is divided by the number of all scores. The loss is a sum over classes and a mean over
    examples. Look at what your mean runs over.
    """
    rows, margins = _margins(x, y)
    margins = np.maximum(0, margins)
    return margins.mean(), _pushes(rows, y, (margins > 0).astype(float))


@misconception("svm_loss")
def no_hinge(self, x, y):
    """You add up all margins, also the negative ones. A class that is beaten by more than 1 then lowers the loss. Look for what makes
    the loss a hinge.
    """
    rows, margins = _margins(x, y)
    dx = np.ones(x.shape)
    dx[rows, y] = 0
    return margins.sum() / len(x), _pushes(rows, y, dx)


@misconception("svm_loss")
def pulls_once(self, x, y):
    """Your gradient pulls the right class with 1/N, however many classes violate the margin. Each of them pulls it. Look at the last
    entry of the worked example's second row.
    """
    rows, margins = _margins(x, y)
    dx = (margins > 0).astype(float)
    dx[rows, y] = -1
    return np.maximum(0, margins).sum() / len(x), dx / len(x)


@misconception("svm_loss")
def never_pulls_the_right_class(self, x, y):
    """Your gradient at the right class is zero. Its score enters every margin, with a minus sign. Look at how the loss changes when
    that score rises.
    """
    rows, margins = _margins(x, y)
    return np.maximum(0, margins).sum() / len(x), (margins > 0) / len(x)


@misconception("svm_loss")
def no_margin(self, x, y):
    """You ask the right class to be ahead, but not by 1. Look for the margin in the formula."""
    rows = np.arange(len(x))
    gaps = np.maximum(0, x - x[rows, y][:, None])
    return gaps.sum() / len(x), _pushes(rows, y, (gaps > 0).astype(float))


@misconception("svm_loss")
def summed_over_the_batch(self, x, y):
    """Your loss and gradient are sums over the batch. They grow with the number of examples. Look for the factor in front of the sum."""
    rows, margins = _margins(x, y)
    margins = np.maximum(0, margins)
    return margins.sum(), _pushes(rows, y, (margins > 0).astype(float)) * len(x)


@misconception("svm_loss")
def gradient_summed_over_the_batch(self, x, y):
    """Your loss is a mean over the batch and your gradient is not. The gradient must belong to the loss that you return. Look for the
    factor in front of the sum.
    """
    rows, margins = _margins(x, y)
    margins = np.maximum(0, margins)
    return margins.sum() / len(x), _pushes(rows, y, (margins > 0).astype(float)) * len(x)


@misconception("svm_loss")
def mean_over_all_scores(self, x, y):
    """You average over all entries, which divides by the number of classes, too. The loss is a sum over classes and a mean over
    examples. Look at the axis of your mean.
    """
    rows, margins = _margins(x, y)
    margins = np.maximum(0, margins)
    return margins.mean(), _pushes(rows, y, (margins > 0).astype(float)) / x.shape[1]


@misconception("svm_loss")
def worst_class_only(self, x, y):
    """You count the largest violation of each row only. That is another hinge loss (Crammer and Singer 2001); here every wrong class
    counts. Look at the inner sum.
    """
    rows, margins = _margins(x, y)
    margins = np.maximum(0, margins)
    worst = margins.argmax(axis=1)
    dx = np.zeros(x.shape)
    dx[rows, worst] = margins[rows, worst] > 0
    return margins.max(axis=1).mean(), _pushes(rows, y, dx)


@misconception("svm_loss")
def squared_margins(self, x, y):
    """You square the margins. That is another hinge loss; here a violation costs what is missing, not its square. Look at the formula."""
    rows, margins = _margins(x, y)
    margins = np.maximum(0, margins)
    return (margins**2).sum() / len(x), _pushes(rows, y, 2 * margins)


@misconception("svm_loss")
def right_minus_wrong(self, x, y):
    """You subtract the wrong class's score from the right one's. The loss then grows the better the right class does. Look at the sign
    of the two scores in the margin.
    """
    rows, margins = _margins(-x, y)
    margins = np.maximum(0, margins)
    return margins.sum() / len(x), -_pushes(rows, y, (margins > 0).astype(float))


@misconception("svm_loss")
def hinge_gradient_in_the_type_of_x(self, x, y):
    """Your gradient takes its type from the scores. Where these are integers, everything behind the decimal point is cut off. Look at
    how the array for dx is made.
    """
    rows, margins = _margins(x, y)
    dx = np.zeros_like(x)
    dx[...] = _pushes(rows, y, (margins > 0).astype(float))
    return np.maximum(0, margins).sum() / len(x), dx


# --- softmax_loss -------------------------------------------------------------------------------------------------------


def _probabilities(x):
    shifted = np.exp(x - x.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def _entropy(x, y):
    shifted = x - x.max(axis=1, keepdims=True)
    rows = np.arange(len(x))
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dx = np.exp(log_probs)
    dx[rows, y] -= 1
    return -log_probs[rows, y], dx


@misconception("softmax_loss")
def no_shift(self, x, y):
    """Your exponential gets scores that are too large for it. Beyond 709 it is infinite, and infinity over infinity is NaN. Look at the
    shift in the formula.
    """
    exps, rows = np.exp(x), np.arange(len(x))
    probs = exps / exps.sum(axis=1, keepdims=True)
    loss = -np.log(probs[rows, y]).mean()
    probs[rows, y] -= 1
    return loss, probs / len(x)


@misconception("softmax_loss")
def one_maximum_for_the_batch(self, x, y):
    """You subtract the largest score of the whole batch. A row far below it underflows to 0/0. Look at which axis the maximum is taken
    over.
    """
    exps, rows = np.exp(x - x.max()), np.arange(len(x))
    probs = exps / exps.sum(axis=1, keepdims=True)
    loss = -np.log(probs[rows, y]).mean()
    probs[rows, y] -= 1
    return loss, probs / len(x)


@misconception("softmax_loss")
def logarithm_of_a_rounded_probability(self, x, y):
    """You take the logarithm of the finished probability. Where the right class is very improbable, that was rounded to 0 and the loss
    is infinite. Look at the formula for log p, which never needs p.
    """
    probs, rows = _probabilities(x), np.arange(len(x))
    loss = -np.log(probs[rows, y]).mean()
    probs[rows, y] -= 1
    return loss, probs / len(x)


@misconception("softmax_loss")
def constant_in_the_logarithm(self, x, y):
    """You keep the logarithm away from infinity by a small constant inside it, so that no example can cost more than a fixed amount.
    Look at the formula for log p, which never needs p.
    """
    probs, rows = _probabilities(x), np.arange(len(x))
    loss = -np.log(probs[rows, y] + 1e-8).mean()
    probs[rows, y] -= 1
    return loss, probs / len(x)


@misconception("softmax_loss")
def entropy_summed(self, x, y):
    """Your loss and gradient are sums over the batch. They grow with the number of examples. Look for the factor in front of the sum."""
    losses, dx = _entropy(x, y)
    return losses.sum(), dx


@misconception("softmax_loss")
def entropy_gradient_summed(self, x, y):
    """Your loss is a mean over the batch and your gradient is not. The gradient must belong to the loss that you return. Look for the
    factor in front of the sum.
    """
    losses, dx = _entropy(x, y)
    return losses.mean(), dx


@misconception("softmax_loss")
def one_from_every_class(self, x, y):
    """You subtract 1 from every entry. Only the entry of the right class gets it. Look at the bracket in the formula for dx."""
    losses, _ = _entropy(x, y)
    return losses.mean(), (_probabilities(x) - 1) / len(x)


@misconception("softmax_loss")
def entropy_of_all_classes(self, x, y):
    """You sum the logarithms of all probabilities. Only what the right class got is charged. Look at the index of p in the loss."""
    losses, dx = _entropy(x, y)
    shifted = x - x.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -log_probs.sum() / len(x), dx / len(x)


@misconception("softmax_loss")
def averaged_over_the_classes_too(self, x, y):
    """Your loss is too small by the number of classes: your mean runs over the zeros of the one-hot labels, too. Each example has one term,
    that of its label, and the mean is over the examples.
    """
    losses, dx = _entropy(x, y)
    return losses.sum() / x.size, dx / len(x)


@misconception("softmax_loss")
def mean_of_all_classes(self, x, y):
    """Your loss is the mean of the logarithms of all probabilities. Only what the right class got is charged. Look at the index of p in
    the loss.
    """
    _, dx = _entropy(x, y)
    shifted = x - x.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -log_probs.mean(), dx / len(x)


@misconception("softmax_loss")
def shifts_the_callers_scores(self, x, y):
    """You subtract the maximum from the caller's scores in place. The loss is right, and the scores are changed for whoever uses them
    next. Look at which array you write to.
    """
    x -= x.max(axis=1, keepdims=True)
    losses, dx = _entropy(x, y)
    return losses.mean(), dx / len(x)


@misconception("softmax_loss")
def probabilities_down_the_columns(self, x, y):
    """You normalize each column. One row is one example, and its classes share a probability of 1. Look at the axis of your sum."""
    exps, rows = np.exp(x - x.max(axis=0)), np.arange(len(x))
    probs = exps / exps.sum(axis=0)
    loss = -np.log(probs[rows, y]).mean()
    probs[rows, y] -= 1
    return loss, probs / len(x)


@misconception("softmax_loss")
def no_shift_in_the_logarithm(self, x, y):
    """Your exponential gets scores that are too large for it. Beyond 709 it is infinite, and so is the logarithm of the sum. Look at
    the shift in the formula.
    """
    rows = np.arange(len(x))
    log_probs = x - np.log(np.exp(x).sum(axis=1, keepdims=True))
    dx = np.exp(log_probs)
    dx[rows, y] -= 1
    return -log_probs[rows, y].mean(), dx / len(x)


@misconception("softmax_loss")
def loss_without_the_labels(self, x, y):
    """Your loss is the entropy of the probabilities, in which the labels have no part. Only what the right class got is charged. Look
    at the index of p in the loss.
    """
    losses, dx = _entropy(x, y)
    shifted = x - x.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -(np.exp(log_probs) * log_probs).sum() / len(x), dx / len(x)


@misconception("softmax_loss")
def one_not_divided(self, x, y):
    """You divide the probabilities by the number of examples and subtract 1 afterwards, so that the 1 is not divided. Look at what the
    factor in the formula for dx stands in front of.
    """
    losses, _ = _entropy(x, y)
    dx = _probabilities(x) / len(x)
    dx[np.arange(len(x)), y] -= 1
    return losses.mean(), dx


@misconception("softmax_loss")
def gradient_without_the_label(self, x, y):
    """Your gradient is the probabilities alone, so that every score would be pushed down. The right class's own score stands in the
    loss as well. Look at the bracket in the formula for dx.
    """
    losses, _ = _entropy(x, y)
    return losses.mean(), _probabilities(x) / len(x)


@misconception("softmax_loss")
def one_off_whole_columns(self, x, y):
    """You subtract 1 in whole columns: in each row at the labels of all examples. Each row has one label of its own. Look at what
    dx[:, y] picks.
    """
    losses, _ = _entropy(x, y)
    dx = _probabilities(x)
    dx[:, y] -= 1
    return losses.mean(), dx / len(x)


# --- network ------------------------------------------------------------------------------------------------------------


@misconception("network", replaces="TwoLayerPerceptron.init_params")
def ignores_weight_scale(self, input_dim, hidden_dim, num_classes, weight_scale, seed):
    """Your weights have a spread of their own, whatever weight_scale is. Look at where the argument is used."""
    rng = np.random.default_rng(seed)
    self.params["W1"], self.params["b1"] = 1e-3 * rng.normal(size=(input_dim, hidden_dim)), np.zeros(hidden_dim)
    self.params["W2"], self.params["b2"] = 1e-3 * rng.normal(size=(hidden_dim, num_classes)), np.zeros(num_classes)


@misconception("network", replaces="TwoLayerPerceptron.init_params")
def uniform_and_positive(self, input_dim, hidden_dim, num_classes, weight_scale, seed):
    """Your weights are drawn evenly between 0 and weight_scale. All of them are positive. A standard normal has both signs and a mean
    of 0. Look at which distribution your call draws from.
    """
    rng = np.random.default_rng(seed)
    self.params["W1"], self.params["b1"] = weight_scale * rng.random((input_dim, hidden_dim)), np.zeros(hidden_dim)
    self.params["W2"], self.params["b2"] = weight_scale * rng.random((hidden_dim, num_classes)), np.zeros(num_classes)


@misconception("network", replaces="TwoLayerPerceptron.init_params")
def random_biases(self, input_dim, hidden_dim, num_classes, weight_scale, seed):
    """You draw the biases at random, too. They start at zero; the weights alone make the units differ. Look at what the stub says
    about b1 and b2.
    """
    rng = np.random.default_rng(seed)
    for name, size in ("W1", (input_dim, hidden_dim)), ("b1", hidden_dim), ("W2", (hidden_dim, num_classes)), ("b2", num_classes):
        self.params[name] = weight_scale * rng.normal(size=size)


@misconception("network", replaces="TwoLayerPerceptron.init_params")
def biases_start_at_a_constant(self, input_dim, hidden_dim, num_classes, weight_scale, seed):
    """Your biases all start at one number that is not zero. They were to start at zero. Look at what the stub says about b1 and b2."""
    rng = np.random.default_rng(seed)
    self.params["W1"], self.params["b1"] = weight_scale * rng.normal(size=(input_dim, hidden_dim)), np.ones(hidden_dim)
    self.params["W2"], self.params["b2"] = weight_scale * rng.normal(size=(hidden_dim, num_classes)), np.ones(num_classes)


@misconception("network", replaces="TwoLayerPerceptron.init_params")
def weight_scale_as_the_mean(self, input_dim, hidden_dim, num_classes, weight_scale, seed):
    """Your weights have a mean of weight_scale and a spread of 1. The first number that normal takes is the mean, the second the standard
    deviation, and weight_scale was to be that. Look at the order of its arguments.
    """
    rng = np.random.default_rng(seed)
    self.params["W1"], self.params["b1"] = rng.normal(weight_scale, 1, size=(input_dim, hidden_dim)), np.zeros(hidden_dim)
    self.params["W2"], self.params["b2"] = rng.normal(weight_scale, 1, size=(hidden_dim, num_classes)), np.zeros(num_classes)


@misconception("network", replaces="TwoLayerPerceptron.init_params")
def spread_by_the_inputs(self, input_dim, hidden_dim, num_classes, weight_scale, seed):
    """Your weights have a standard deviation of one over the root of the number of a layer's inputs, a common choice elsewhere. Here
    weight_scale says how large they are. Look at where the argument is used.
    """
    rng = np.random.default_rng(seed)
    self.params["W1"], self.params["b1"] = rng.normal(size=(input_dim, hidden_dim)) / np.sqrt(input_dim), np.zeros(hidden_dim)
    self.params["W2"], self.params["b2"] = rng.normal(size=(hidden_dim, num_classes)) / np.sqrt(hidden_dim), np.zeros(num_classes)


@misconception("network", replaces="TwoLayerPerceptron.init_params")
def second_weights_start_at_zero(self, input_dim, hidden_dim, num_classes, weight_scale, seed):
    """Your W2 starts at zero. Then nothing comes back to the first layer at the first step, and W2 was to be drawn as W1 is. Look at what
    the stub says of the two.
    """
    rng = np.random.default_rng(seed)
    self.params["W1"], self.params["b1"] = weight_scale * rng.normal(size=(input_dim, hidden_dim)), np.zeros(hidden_dim)
    self.params["W2"], self.params["b2"] = np.zeros((hidden_dim, num_classes)), np.zeros(num_classes)


@misconception("network", replaces="TwoLayerPerceptron.init_params")
def first_biases_random(self, input_dim, hidden_dim, num_classes, weight_scale, seed):
    """Your b1 does not start at zero. Biases start at zero; the weights alone make the units differ. Look at what the stub says about
    b1 and b2.
    """
    rng = np.random.default_rng(seed)
    self.params["W1"], self.params["b1"] = weight_scale * rng.normal(size=(input_dim, hidden_dim)), weight_scale * rng.normal(size=hidden_dim)
    self.params["W2"], self.params["b2"] = weight_scale * rng.normal(size=(hidden_dim, num_classes)), np.zeros(num_classes)


@misconception("network", replaces="TwoLayerPerceptron.init_params")
def params_left_empty(self, input_dim, hidden_dim, num_classes, weight_scale, seed):
    """After your init_params, the network's own self.params has no W1, b1, W2 and b2. What stands in a dictionary of the function's own,
    or in other attributes of self, is not found there. Look at where you write to.
    """


@misconception("network", replaces="TwoLayerPerceptron.init_params")
def never_seeded(self, input_dim, hidden_dim, num_classes, weight_scale, seed):
    """No run can be repeated: what you draw does not depend on the seed. Look at where the argument is used."""
    self.params["W1"], self.params["b1"] = weight_scale * np.random.randn(input_dim, hidden_dim), np.zeros(hidden_dim)
    self.params["W2"], self.params["b2"] = weight_scale * np.random.randn(hidden_dim, num_classes), np.zeros(num_classes)


@misconception("network", replaces="TwoLayerPerceptron.init_params")
def always_the_same_seed(self, input_dim, hidden_dim, num_classes, weight_scale, seed):
    """Every network starts alike, whatever seed it is given. Look at where the argument is used: before anything is drawn?"""
    rng = np.random.default_rng(0)
    self.params["W1"], self.params["b1"] = weight_scale * rng.normal(size=(input_dim, hidden_dim)), np.zeros(hidden_dim)
    self.params["W2"], self.params["b2"] = weight_scale * rng.normal(size=(hidden_dim, num_classes)), np.zeros(num_classes)


@misconception("network", replaces="TwoLayerPerceptron.init_params")
def rows_for_outputs(self, input_dim, hidden_dim, num_classes, weight_scale, seed):
    """Your weight matrices have a row for each output. The affine layer multiplies from the right and expects a row for each input.
    Look at the shapes in the stub.
    """
    rng = np.random.default_rng(seed)
    self.params["W1"], self.params["b1"] = weight_scale * rng.normal(size=(hidden_dim, input_dim)), np.zeros(hidden_dim)
    self.params["W2"], self.params["b2"] = weight_scale * rng.normal(size=(num_classes, hidden_dim)), np.zeros(num_classes)


def _forward(net, X):
    p = net.params
    before, cache1 = net.affine_forward(X, p["W1"], p["b1"])
    hidden, cache2 = net.relu_forward(before)
    scores, cache3 = net.affine_forward(hidden, p["W2"], p["b2"])
    return scores, (cache1, cache2, cache3)


def _backward(net, dscores, caches):
    dhidden, dW2, db2 = net.affine_backward(dscores, caches[2])
    _, dW1, db1 = net.affine_backward(net.relu_backward(dhidden, caches[1]), caches[0])
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


def _top(net, scores, y, kind):
    return net.svm_loss(scores, y) if kind == "svm" else net.softmax_loss(scores, y)


def _penalized(net, value, grads):
    for name in ("W1", "W2"):
        value = value + net.reg / 2 * np.sum(net.params[name] ** 2)
        grads[name] = grads[name] + net.reg * net.params[name]
    return value, grads


@misconception("network", replaces="TwoLayerPerceptron.loss")
def penalty_without_its_gradient(self, X, y=None, kind="softmax"):
    """You add the penalty to the loss and leave it out of the gradients. They then belong to another function than the loss you
    return. Look at what the penalty adds to the gradient of each weight matrix.
    """
    scores, caches = _forward(self, X)
    if y is None:
        return scores
    value, dscores = _top(self, scores, y, kind)
    return _penalized(self, value, {"W1": 0, "W2": 0})[0], _backward(self, dscores, caches)


@misconception("network", replaces="TwoLayerPerceptron.loss")
def penalty_missing_from_the_loss(self, X, y=None, kind="softmax"):
    """The gradients hold the penalty's share, and the loss that you return holds no penalty. The two then belong to different functions.
    Look at what is added to the loss on top.
    """
    scores, caches = _forward(self, X)
    if y is None:
        return scores
    value, dscores = _top(self, scores, y, kind)
    return value, _penalized(self, value, _backward(self, dscores, caches))[1]


@misconception("network", replaces="TwoLayerPerceptron.loss")
def no_penalty(self, X, y=None, kind="softmax"):
    """self.reg changes nothing of what you return. The penalty belongs to the loss, and its share to the gradients of both weight matrices."""
    scores, caches = _forward(self, X)
    if y is None:
        return scores
    value, dscores = _top(self, scores, y, kind)
    return value, _backward(self, dscores, caches)


@misconception("network", replaces="TwoLayerPerceptron.loss")
def penalty_subtracted(self, X, y=None, kind="softmax"):
    """Your penalty has the wrong sign, in the loss and in the gradients: large weights are rewarded. Look at the sign in front of it."""
    scores, caches = _forward(self, X)
    if y is None:
        return scores
    value, dscores = _top(self, scores, y, kind)
    grads = _backward(self, dscores, caches)
    penalized, more = _penalized(self, value, dict(grads))
    return 2 * value - penalized, {name: 2 * grad - more[name] for name, grad in grads.items()}


@misconception("network", replaces="TwoLayerPerceptron.loss")
def penalty_over_the_examples(self, X, y=None, kind="softmax"):
    """You divide the penalty by the number of examples, in the loss and in the gradients. In the formula it stands beside the mean over
    the examples, without a denominator of its own but the 2.
    """
    scores, caches = _forward(self, X)
    if y is None:
        return scores
    value, dscores = _top(self, scores, y, kind)
    grads = _backward(self, dscores, caches)
    penalized, more = _penalized(self, value, dict(grads))
    return value + (penalized - value) / len(X), {name: grad + (more[name] - grad) / len(X) for name, grad in grads.items()}


@misconception("network", replaces="TwoLayerPerceptron.loss")
def penalizes_the_first_weights_alone(self, X, y=None, kind="softmax"):
    """Your penalty is on W1 alone, in the loss and in the gradients. It is on both weight matrices. Look at the two sums in the formula."""
    scores, caches = _forward(self, X)
    if y is None:
        return scores
    value, dscores = _top(self, scores, y, kind)
    grads, W1 = _backward(self, dscores, caches), self.params["W1"]
    return value + self.reg / 2 * np.sum(W1**2), grads | {"W1": grads["W1"] + self.reg * W1}


@misconception("network", replaces="TwoLayerPerceptron.loss")
def sum_of_absolute_weights(self, X, y=None, kind="softmax"):
    """The penalty in your loss adds up the sizes of the weights. That is another penalty, called L1, and its gradient is another one, too.
    Here the sum is of the squares.
    """
    scores, caches = _forward(self, X)
    if y is None:
        return scores
    value, dscores = _top(self, scores, y, kind)
    _, grads = _penalized(self, value, _backward(self, dscores, caches))
    return value + self.reg / 2 * sum(np.sum(np.abs(self.params[name])) for name in ("W1", "W2")), grads


@misconception("network", replaces="TwoLayerPerceptron.loss")
def gradients_side_by_side(self, X, y=None, kind="softmax"):
    """You return the gradients side by side, and nothing tells which is which. A dictionary was asked for, with each gradient under the
    name of its parameter. Look at the docstring's line about what is returned.
    """
    scores, caches = _forward(self, X)
    if y is None:
        return scores
    value, dscores = _top(self, scores, y, kind)
    value, grads = _penalized(self, value, _backward(self, dscores, caches))
    return value, tuple(grads.values())


@misconception("network", replaces="TwoLayerPerceptron.loss")
def penalty_gradient_without_reg(self, X, y=None, kind="softmax"):
    """You add each weight matrix itself to its gradient, whatever reg is. The penalty is reg / 2 times a sum of squares: look at what its
    derivative is multiplied with.
    """
    scores, caches = _forward(self, X)
    if y is None:
        return scores
    value, dscores = _top(self, scores, y, kind)
    grads = _backward(self, dscores, caches)
    value, _ = _penalized(self, value, dict(grads))
    return value, grads | {name: grads[name] + self.params[name] for name in ("W1", "W2")}


@misconception("network", replaces="TwoLayerPerceptron.loss")
def penalty_without_the_half(self, X, y=None, kind="softmax"):
    """Your penalty is reg times the sum of squares, in the loss and in the gradients, twice what was asked for. Look at the factor in
    front of the penalty.
    """
    scores, caches = _forward(self, X)
    if y is None:
        return scores
    value, dscores = _top(self, scores, y, kind)
    return _penalized(self, *_penalized(self, value, _backward(self, dscores, caches)))


@misconception("network", replaces="TwoLayerPerceptron.loss")
def half_in_the_loss_missed(self, X, y=None, kind="softmax"):
    """Your penalty in the loss is reg times the sum of squares, twice what was asked for. Look at the factor in front of the penalty,
    and at whether the gradients belong to it.
    """
    scores, caches = _forward(self, X)
    if y is None:
        return scores
    value, dscores = _top(self, scores, y, kind)
    value, grads = _penalized(self, value, _backward(self, dscores, caches))
    return _penalized(self, value, dict(grads))[0], grads


@misconception("network", replaces="TwoLayerPerceptron.loss")
def gradients_under_other_names(self, X, y=None, kind="softmax"):
    """The dictionary of gradients that you return has no keys W1, b1, W2 and b2. Each gradient stands under the name of its parameter.
    Look at the names in the docstring.
    """
    scores, caches = _forward(self, X)
    if y is None:
        return scores
    value, dscores = _top(self, scores, y, kind)
    value, grads = _penalized(self, value, _backward(self, dscores, caches))
    return value, {"d" + name: grad for name, grad in grads.items()}


@misconception("network", replaces="TwoLayerPerceptron.loss")
def half_in_the_gradient_missed(self, X, y=None, kind="softmax"):
    """Your penalty has its factor of one half and its gradient is 2 reg W all the same. Differentiate the penalty once more, with the
    half.
    """
    scores, caches = _forward(self, X)
    if y is None:
        return scores
    value, dscores = _top(self, scores, y, kind)
    penalized, grads = _penalized(self, value, _backward(self, dscores, caches))
    return penalized, _penalized(self, 0, grads)[1]


@misconception("network", replaces="TwoLayerPerceptron.loss")
def penalizes_the_biases(self, X, y=None, kind="softmax"):
    """You penalize the biases, too. The penalty is on the two weight matrices alone. Look at what the sum runs over."""
    scores, caches = _forward(self, X)
    if y is None:
        return scores
    value, dscores = _top(self, scores, y, kind)
    value, grads = _penalized(self, value, _backward(self, dscores, caches))
    for name in ("b1", "b2"):
        value = value + self.reg / 2 * np.sum(self.params[name] ** 2)
        grads[name] = grads[name] + self.reg * self.params[name]
    return value, grads


@misconception("network", replaces="TwoLayerPerceptron.loss")
def penalizes_the_biases_in_the_loss(self, X, y=None, kind="softmax"):
    """The penalty in your loss counts the biases, too, and your gradients don't. It is on the two weight matrices alone. Look at what its
    sum runs over.
    """
    scores, caches = _forward(self, X)
    if y is None:
        return scores
    value, dscores = _top(self, scores, y, kind)
    value, grads = _penalized(self, value, _backward(self, dscores, caches))
    return value + self.reg / 2 * (np.sum(self.params["b1"] ** 2) + np.sum(self.params["b2"] ** 2)), grads


@misconception("network", replaces="TwoLayerPerceptron.loss")
def penalizes_the_biases_in_the_gradients(self, X, y=None, kind="softmax"):
    """You add reg times the biases to their gradients, and the penalty in your loss leaves them out, as it should. It is on the two weight
    matrices alone: look at what gets something added on the way back.
    """
    scores, caches = _forward(self, X)
    if y is None:
        return scores
    value, dscores = _top(self, scores, y, kind)
    value, grads = _penalized(self, value, _backward(self, dscores, caches))
    return value, grads | {name: grads[name] + self.reg * self.params[name] for name in ("b1", "b2")}


@misconception("network", replaces="TwoLayerPerceptron.loss")
def relu_on_the_scores(self, X, y=None, kind="softmax"):
    """You send the scores through ReLU. Scores may be negative; the hidden layer alone has a ReLU. Look at the order of the layers."""
    before, caches = _forward(self, X)
    scores, cache = self.relu_forward(before)
    if y is None:
        return scores
    value, dscores = _top(self, scores, y, kind)
    return _penalized(self, value, _backward(self, self.relu_backward(dscores, cache), caches))


@misconception("network", replaces="TwoLayerPerceptron.loss")
def no_relu_between(self, X, y=None, kind="softmax"):
    """Your two affine layers follow each other directly. Together they are one affine layer and can't learn more than it. Look at what
    stands between them.
    """
    p = self.params
    hidden, cache1 = self.affine_forward(X, p["W1"], p["b1"])
    scores, cache2 = self.affine_forward(hidden, p["W2"], p["b2"])
    if y is None:
        return scores
    value, dscores = _top(self, scores, y, kind)
    dhidden, dW2, db2 = self.affine_backward(dscores, cache2)
    _, dW1, db1 = self.affine_backward(dhidden, cache1)
    return _penalized(self, value, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2})


@misconception("network", replaces="TwoLayerPerceptron.loss")
def skips_relu_on_the_way_back(self, X, y=None, kind="softmax"):
    """On the way back you go from the second affine layer to the first and skip ReLU. Units that were off receive a gradient. Look at
    which layers the forward pass had.
    """
    scores, caches = _forward(self, X)
    if y is None:
        return scores
    value, dscores = _top(self, scores, y, kind)
    dhidden, dW2, db2 = self.affine_backward(dscores, caches[2])
    _, dW1, db1 = self.affine_backward(dhidden, caches[0])
    return _penalized(self, value, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2})


@misconception("network", replaces="TwoLayerPerceptron.loss")
def always_softmax(self, X, y=None, kind="softmax"):
    """You use the softmax loss whatever kind says. Look at where the argument is used."""
    scores, caches = _forward(self, X)
    if y is None:
        return scores
    value, dscores = self.softmax_loss(scores, y)
    return _penalized(self, value, _backward(self, dscores, caches))


@misconception("network", replaces="TwoLayerPerceptron.loss")
def probabilities_for_scores(self, X, y=None, kind="softmax"):
    """Without labels you return probabilities. The scores are asked for, as the last affine layer gives them. Look at the docstring's
    line about what is returned.
    """
    scores, caches = _forward(self, X)
    if y is None:
        return _probabilities(scores)
    value, dscores = _top(self, scores, y, kind)
    return _penalized(self, value, _backward(self, dscores, caches))


@misconception("network", replaces="TwoLayerPerceptron.loss")
def averages_once_more(self, X, y=None, kind="softmax"):
    """You divide the gradients by the number of examples. The loss on top has done so already. Look at what its dx holds."""
    scores, caches = _forward(self, X)
    if y is None:
        return scores
    value, dscores = _top(self, scores, y, kind)
    return _penalized(self, value, _backward(self, dscores / len(X), caches))


@misconception("network", replaces="TwoLayerPerceptron.loss")
def adds_the_penalty_in_place(self, X, y=None, kind="softmax"):
    """You multiply the weights by reg in place to get the penalty's gradient. The network's own weights are changed by asking for its
    loss. Look at which array you write to.
    """
    scores, caches = _forward(self, X)
    if y is None:
        return scores
    value, dscores = _top(self, scores, y, kind)
    value, grads = _penalized(self, value, _backward(self, dscores, caches))
    for name in ("W1", "W2"):
        self.params[name] *= self.reg
    return value, grads
