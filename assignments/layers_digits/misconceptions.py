"""Known wrong solutions of layers_digits. Each runs in the reference's notebook in place of the function it replaces."""
import numpy as np

from autograder.probe import misconception

# --- affine_forward ---


@misconception("affine_forward")
def forgets_the_bias(x, w, b):
    """Your output is the product with the weights alone: the biases are never added. Look at what each output has besides its weighted sum."""
    return x.reshape(len(x), -1) @ w, (x, w, b)


@misconception("affine_forward")
def caches_the_flat_x(x, w, b):
    """You keep the flattened x in the cache. On the way back the gradient must get the shape in which x came, and that is lost. Look at which x you put into the cache."""
    x = x.reshape(len(x), -1)
    return x @ w + b, (x, w, b)


@misconception("affine_forward")
def mixes_the_examples(x, w, b):
    """Your reshape puts numbers of different examples into one row: reshaping to (D, N) and transposing is not the same as reshaping to (N, D). Try it on a small array with the numbers 0, 1, 2 and so on."""
    return x.reshape(w.shape[0], -1).T @ w + b, (x, w, b)


@misconception("affine_forward")
def reverses_the_axes(x, w, b):
    """You flatten each example with its axes the other way round, so its pixels come out in another order and meet the wrong weights. A transpose before reshape does that, and so does order="F". Look at what either does to an array of three axes."""
    return x.T.reshape(-1, len(x)).T @ w + b, (x, w, b)


@misconception("affine_forward")
def rectifies_as_well(x, w, b):
    """Negative outputs become zero: the ReLU is in here too. It is a layer of its own; this one is the weighted sum and the bias alone."""
    return np.maximum(x.reshape(len(x), -1) @ w + b, 0), (x, w, b)


@misconception("affine_forward")
def reshapes_the_callers_x(x, w, b):
    """You assign to x.shape. That flattens the caller's own array, not a view of it, and the caller finds it flat afterwards. Look for a way to flatten that returns a new array object."""
    x.shape = (len(x), -1)
    return x @ w + b, (x, w, b)


@misconception("affine_forward")
def one_bias_for_all(x, w, b):
    """You add the sum of the biases to every output. Each output has a bias of its own; look at how an (M,) array adds to an (N, M) array."""
    return x.reshape(len(x), -1) @ w + np.sum(b), (x, w, b)


# --- affine_backward ---


@misconception("affine_backward")
def leaves_dx_flat(dout, cache):
    """Your dx is still flat, (N, D). A gradient has the shape of what it is the gradient of; look at the shape of the x in the cache."""
    x, w, _ = cache
    return dout @ w.T, x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)


@misconception("affine_backward")
def keeps_the_batch_axis_of_db(dout, cache):
    """Your db has an axis of length 1 in front: (1, M) instead of (M,). It adds to b without an error and turns b into a matrix. Look at keepdims."""
    x, w, _ = cache
    return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=0, keepdims=True)


@misconception("affine_backward")
def db_not_summed(dout, cache):
    """Your db has a row for each example. A bias acts in every one of them, and collects the sum of what comes back: db has the shape of b."""
    x, w, _ = cache
    return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout


@misconception("affine_backward")
def averages_over_the_batch(dout, cache):
    """You divide dw and db by the number of examples. The chain rule adds up what comes back from each example; where a mean is wanted the loss has already divided, and dout carries it."""
    x, w, _ = cache
    return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout / len(x), dout.mean(axis=0)


@misconception("affine_backward")
def averages_db_alone(dout, cache):
    """Your db is the mean of dout over the examples. The bias acts once in every example, and the chain rule adds up what comes back from each."""
    x, w, _ = cache
    return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.mean(axis=0)


@misconception("affine_backward")
def sums_db_over_the_outputs(dout, cache):
    """You sum dout over the outputs, so that db has one number an example. Each output has a bias: look at which axis should be left."""
    x, w, _ = cache
    return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=1)


@misconception("affine_backward")
def reshapes_w_instead_of_transposing(dout, cache):
    """You reshape w to (M, D) to make the product fit. That scrambles the weights: reshaping keeps the order of the numbers, transposing exchanges rows and columns. Try both on a small matrix."""
    x, w, _ = cache
    return (dout @ w.reshape(w.shape[::-1])).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)


@misconception("affine_backward")
def reshapes_x_instead_of_transposing(dout, cache):
    """For dw you reshape x to (D, N) to make the product fit. That mixes the examples: flatten to (N, D) first, then exchange rows and columns. Try both on a small array."""
    x, w, _ = cache
    return (dout @ w.T).reshape(x.shape), x.reshape(w.shape[0], -1) @ dout, dout.sum(axis=0)


@misconception("affine_backward")
def exchanges_dw_and_db(dout, cache):
    """You return the gradients in another order than asked for. Look at the docstring: which comes second, which third?"""
    x, w, _ = cache
    return (dout @ w.T).reshape(x.shape), dout.sum(axis=0), x.reshape(len(x), -1).T @ dout


# --- relu_forward ---


@misconception("relu_forward")
def writes_zeros_into_x(x):
    """You set the negative entries of x itself to zero. That changes the caller's array, and the cache with it, so the way back no longer knows which inputs were negative. Look at whether your output is a new array."""
    x[x < 0] = 0
    return x, x


@misconception("relu_forward")
def caches_the_output(x):
    """Your cache is the output. The docstring asks for x itself, the input as it came."""
    out = np.maximum(x, 0)
    return out, out


@misconception("relu_forward")
def caches_the_mask(x):
    """Your cache says where x is positive. That would be enough for the way back, but the docstring asks for x itself, so that any relu_backward can work with it."""
    return np.maximum(x, 0), x > 0


@misconception("relu_forward")
def takes_the_largest_entry(x):
    """You call np.max with 0 as its second argument, which is an axis: it returns the largest entry of each column. Look for the function that compares two arrays entry by entry."""
    return np.max(x, 0), x


@misconception("relu_forward")
def takes_absolute_values(x):
    """Negative entries come out positive. They should become zero."""
    return np.abs(x), x


@misconception("relu_forward")
def leaks(x):
    """Negative entries come out as a hundredth of themselves. That is the leaky ReLU, a relative; here they become zero."""
    return np.where(x > 0, x, 0.01 * x), x


@misconception("relu_forward")
def returns_a_step(x):
    """You return 1 where x is positive and 0 elsewhere. That is the slope of ReLU, which the way back needs; the output keeps positive entries as they are."""
    return np.where(x > 0, 1.0, 0.0), x


# --- relu_backward ---


@misconception("relu_backward")
def writes_into_dout(dout, cache):
    """dout belongs to the caller, who may still need it, and finds it changed: either you write into dout itself, as by setting entries of it to zero, or you return it as dx, where what is written into the one is written into the other. Look at whether dx is always a new array."""
    dx = dout
    dx[cache <= 0] = 0
    return dx


@misconception("relu_backward")
def gates_by_dout(dout, cache):
    """You let through what is positive in dout. The gate was set on the way forward, by the sign of the input; the upstream gradient passes with either sign."""
    return dout * (dout > 0)


@misconception("relu_backward")
def lets_everything_through(dout, cache):
    """Your dx is dout, everywhere. Where the input was negative the output does not depend on it, so nothing should come back there."""
    return dout.copy()


@misconception("relu_backward")
def multiplies_by_the_output(dout, cache):
    """You multiply dout by max(0, x), the value of ReLU. The chain rule multiplies by its slope. Look at how much the output moves when a positive input moves."""
    return dout * np.maximum(cache, 0)


@misconception("relu_backward")
def opens_where_it_should_close(dout, cache):
    """You let the gradient through where the input was negative and stop it where it was positive: the wrong way round."""
    return np.where(cache > 0, 0.0, dout)


@misconception("relu_backward")
def ignores_dout(dout, cache):
    """You return the slope of ReLU alone, 1 or 0. The chain rule multiplies it by what came from above, dout."""
    return np.where(cache > 0, 1.0, 0.0)


# --- check_layer: checks that are too weak, and one that is too strict ---


def measure(forward, x, dout):
    """The gradient by differences."""
    return eval_numerical_gradient_array(lambda x: forward(x)[0], x, dout)


def some(*shape):
    """Random inputs and a random upstream gradient."""
    rng = np.random.default_rng(3)
    return rng.normal(size=shape), rng.normal(size=shape)


@misconception("check_layer")
def tries_ones_as_dout(forward, backward):
    """Your dout holds the same number everywhere. A backward function that does not use dout, or uses that of another example, may look right then. Look at what dout is multiplied with."""
    x, _ = some(4, 5)
    dout = np.ones_like(x)
    assert rel_error(backward(dout, forward(x)[1]), measure(forward, x, dout)) < 1e-5


@misconception("check_layer")
def tries_positive_inputs(forward, backward):
    """A gradient passes your check that is wrong where x is negative. If none of the inputs that you try is negative, what a layer does on that side is never looked at; if some are, look at whether every entry is compared."""
    x, dout = some(4, 5)
    x = np.abs(x)
    assert rel_error(backward(dout, forward(x)[1]), measure(forward, x, dout)) < 1e-5


@misconception("check_layer")
def tries_negative_inputs(forward, backward):
    """A gradient passes your check that is wrong where x is positive. If none of the inputs that you try is positive, what a layer does on that side is never looked at; if some are, look at whether every entry is compared."""
    x, dout = some(4, 5)
    x = -np.abs(x)
    assert rel_error(backward(dout, forward(x)[1]), measure(forward, x, dout)) < 1e-5


@misconception("check_layer")
def tries_one_example(forward, backward):
    """You try a single example. Whatever goes wrong between examples, such as a division by their number, can't be seen then."""
    x, dout = some(1, 20)
    assert rel_error(backward(dout, forward(x)[1]), measure(forward, x, dout)) < 1e-5


@misconception("check_layer")
def allows_too_much(forward, backward):
    """You allow too large a difference: a gradient that is off by a fraction of a percent passes. Right gradients agree with measured ones to many digits, so a check can be far stricter. Look at how large the error is on a layer that you trust."""
    x, dout = some(4, 5)
    assert rel_error(backward(dout, forward(x)[1]), measure(forward, x, dout)) < 0.1


@misconception("check_layer")
def asks_for_equality(forward, backward):
    """Your check refuses every layer, the right ones too. If it asks whether the two gradients are equal: a measured gradient is rounded and leaves a little out. Look at how large the error is on a layer that you trust."""
    x, dout = some(4, 5)
    assert np.array_equal(backward(dout, forward(x)[1]), measure(forward, x, dout))


@misconception("check_layer")
def asks_for_too_many_digits(forward, backward):
    """Your check refuses a right layer whose slope changes quickly, and no other. If you ask for nearly all digits: a central difference leaves 8 to 11 of them right, and how many depends on the layer. Look at how far below the error of a wrong layer you need to go."""
    x, dout = some(4, 5)
    assert rel_error(backward(dout, forward(x)[1]), measure(forward, x, dout)) < 1e-10


@misconception("check_layer")
def measures_without_dout(forward, backward):
    """Your check accepts a layer that does not use dout, and refuses the right ones. If you hold dx against the slope itself: dx is dout times the slope. Look at where dout goes into what you measure."""
    x, dout = some(4, 5)
    assert rel_error(backward(dout, forward(x)[1]), measure(forward, x, np.ones_like(x))) < 1e-5


@misconception("check_layer")
def asks_whether_the_error_is_large(forward, backward):
    """A gradient that is not a number passes your check. If you ask whether the difference is large: where it is not a number, no comparison with it is true. Ask whether it is small."""
    x, dout = some(4, 5)
    if rel_error(backward(dout, forward(x)[1]), measure(forward, x, dout)) > 1e-5:
        raise AssertionError("the gradients differ")


@misconception("check_layer")
def compares_sums(forward, backward):
    """A gradient passes your check whose entries are right but stand in the wrong places. If you compare their sum or their mean: look at each entry with its own."""
    x, dout = some(4, 5)
    dx, measured = backward(dout, forward(x)[1]), measure(forward, x, dout)
    assert np.shape(dx) == x.shape
    assert rel_error(np.sum(dx), np.sum(measured)) < 1e-5


@misconception("check_layer")
def lets_shapes_broadcast(forward, backward):
    """A gradient with an axis too many passes: NumPy stretches the measured one to fit it. Look at the shapes before you subtract, or let rel_error do so."""
    x, dout = some(4, 5)
    np.testing.assert_array_less(np.abs(backward(dout, forward(x)[1]) / measure(forward, x, dout) - 1), 1e-5)


@misconception("check_layer")
def allows_an_absolute_difference(forward, backward):
    """You compare the difference with a fixed number, whatever the size of the gradients. That is too strict for large ones, which are right to fewer places after the point, and lets small ones pass that are wrong altogether. Compare relative to their size."""
    x, dout = some(4, 5)
    dx = backward(dout, forward(x)[1])
    assert np.shape(dx) == x.shape
    assert np.abs(dx - measure(forward, x, dout)).max() < 1e-4


@misconception("check_layer")
def tries_the_kink(forward, backward):
    """Your check refuses a right layer that has a kink at 0, and no other. Is a zero among the inputs that you try? The slope measured there lies between the two that meet, and no right gradient agrees with it."""
    x, dout = some(4, 5)
    x[2, 1] = 0
    assert rel_error(backward(dout, forward(x)[1]), measure(forward, x, dout)) < 1e-5


@misconception("check_layer")
def tries_whole_numbers(forward, backward):
    """Your check stops with a TypeError on every layer. If the inputs that you try are an array of integers, that is why: integers can't be moved by a small step."""
    x, dout = np.arange(1, 21).reshape(4, 5) * (-1) ** np.arange(5), some(4, 5)[1]
    assert rel_error(backward(dout, forward(x)[1]), measure(forward, x, dout)) < 1e-5


@misconception("check_layer")
def returns_what_it_found(forward, backward):
    """You return True or False. Nobody looks at what a check returns: it should raise an error where a layer is wrong, as assert does."""
    x, dout = some(4, 5)
    dx, measured = backward(dout, forward(x)[1]), measure(forward, x, dout)
    return bool(np.shape(dx) == x.shape and rel_error(dx, measured) < 1e-5)


@misconception("check_layer")
def prints_what_it_found(forward, backward):
    """Your check raises no error on any layer, right or wrong. If it prints what it found, that is not enough: raise an error where a layer is wrong, as assert does."""
    x, dout = some(4, 5)
    dx, measured = backward(dout, forward(x)[1]), measure(forward, x, dout)
    if np.shape(dx) != x.shape or not rel_error(dx, measured) < 1e-5:
        print("wrong")


@misconception("check_layer")
def returns_the_comparison(forward, backward):
    """Your check raises no error where the gradient is plainly wrong. If it returns or prints what it found: nobody looks at that. Raise an error where a layer is wrong, as assert does."""
    x, dout = some(4, 5)
    return rel_error(backward(dout, forward(x)[1]), measure(forward, x, dout)) < 1e-5


@misconception("check_layer")
def prints_the_error(forward, backward):
    """Your check returns nothing and raises no error where the gradient is plainly wrong. If it prints what it found, that is not enough: raise an error where a layer is wrong, as assert does."""
    x, dout = some(4, 5)
    print(rel_error(backward(dout, forward(x)[1]), measure(forward, x, dout)))


@misconception("check_layer")
def allows_an_absolute_difference_of_any_shape(forward, backward):
    """Your check refuses a right layer whose outputs are very large, and lets a gradient pass that has an axis too many. If you compare the difference with a fixed number: large gradients are right to fewer places after the point, and NumPy stretches what you subtract. Look for a measure that is relative to the size."""
    x, dout = some(4, 5)
    assert np.max(np.abs(backward(dout, forward(x)[1]) - measure(forward, x, dout))) < 1e-5


@misconception("check_layer")
def asks_the_wrong_way_round(forward, backward):
    """Your check refuses layers that are right and lets wrong ones pass. Look at which way round you ask about the error."""
    x, dout = some(4, 5)
    assert rel_error(backward(dout, forward(x)[1]), measure(forward, x, dout)) > 1e-5


@misconception("check_layer")
def raises_where_the_error_is_small(forward, backward):
    """Your check raises its error where the two gradients agree, and lets all others pass, a gradient that is not a number among them. Look at when it raises."""
    x, dout = some(4, 5)
    assert not rel_error(backward(dout, forward(x)[1]), measure(forward, x, dout)) < 1e-5


@misconception("check_layer")
def checks_itself(forward, backward):
    """You hold the backward function against itself, not against what is measured. It always agrees with itself."""
    x, dout = some(4, 5)
    first, second = backward(dout, forward(x)[1]), backward(dout, forward(x)[1])
    assert np.shape(first) == x.shape
    assert rel_error(first, second) < 1e-5


# --- softmax_loss ---


def _loss_and_probs(x, y):
    """The loss of each example and the probabilities."""
    shifted = x - x.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -log_probs[np.arange(len(x)), y], np.exp(log_probs)


def _minus_label(probs, y):
    """probs with 1 subtracted at the labels."""
    probs[np.arange(len(y)), y] -= 1
    return probs


@misconception("softmax_loss")
def does_not_shift(x, y):
    """Your exponential gets scores that are too large for it. Beyond 710 it overflows, and the result is no number. Look at what may be subtracted from a row without changing its probabilities."""
    exps = np.exp(x)
    probs = exps / exps.sum(axis=1, keepdims=True)
    return -np.log(probs[np.arange(len(x)), y]).mean(), _minus_label(probs, y) / len(x)


@misconception("softmax_loss")
def one_maximum_for_the_batch(x, y):
    """You subtract the largest score of the whole batch. Rows far below it underflow: all their exponentials are 0, and so is their sum. Look at which axis the maximum is taken over."""
    exps = np.exp(x - x.max())
    probs = exps / exps.sum(axis=1, keepdims=True)
    return -np.log(probs[np.arange(len(x)), y]).mean(), _minus_label(probs, y) / len(x)


@misconception("softmax_loss")
def takes_the_log_of_zero(x, y):
    """You compute the probability first and its logarithm then. A probability below about 1e-308 has been rounded to 0 by then, and its logarithm is infinite. Look at how the logarithm of a fraction can be taken before anything is exponentiated away."""
    _, probs = _loss_and_probs(x, y)
    return -np.log(probs[np.arange(len(x)), y]).mean(), _minus_label(probs, y) / len(x)


@misconception("softmax_loss")
def adds_a_tiny_number(x, y):
    """You keep probabilities away from 0 by a tiny number before you take the logarithm. That hides the infinity, but caps the loss: an answer that is wrong by 1000 costs no more than one that is wrong by 28. Look at how the logarithm of a fraction can be taken on paper."""
    _, probs = _loss_and_probs(x, y)
    return -np.log(np.maximum(probs[np.arange(len(x)), y], 1e-12)).mean(), _minus_label(probs, y) / len(x)


@misconception("softmax_loss")
def sums_over_the_batch(x, y):
    """Your loss is the sum over the examples, and your gradient is that of the sum. Both should be of the mean, so that they don't grow with the batch."""
    losses, probs = _loss_and_probs(x, y)
    return losses.sum(), _minus_label(probs, y)


@misconception("softmax_loss")
def divides_the_loss_alone(x, y):
    """Your loss is the mean over the examples, but your gradient is that of their sum. Look at what stands in front of the sum in the loss, and where it goes when you differentiate."""
    losses, probs = _loss_and_probs(x, y)
    return losses.mean(), _minus_label(probs, y)


@misconception("softmax_loss")
def means_over_all_entries(x, y):
    """You divide by the number of all scores, examples times classes. The mean is over the examples alone; look at what np.mean averages when no axis is given."""
    losses, probs = _loss_and_probs(x, y)
    return losses.sum() / x.size, _minus_label(probs, y) / x.size


@misconception("softmax_loss")
def gradient_with_the_wrong_sign(x, y):
    """Your gradient points the other way. Raising the score of the right class must lower the loss: check the sign of dx at the labels."""
    losses, probs = _loss_and_probs(x, y)
    return losses.mean(), -_minus_label(probs, y) / len(x)


@misconception("softmax_loss")
def gradient_without_the_label(x, y):
    """Your gradient is the probabilities alone, so that every score would be pushed down. The right class's own score stands in the loss as well; look at its derivative."""
    losses, probs = _loss_and_probs(x, y)
    return losses.mean(), probs / len(x)


@misconception("softmax_loss")
def shifts_the_callers_scores(x, y):
    """You work in x itself, as by subtracting the maximum in place, so the caller finds other scores than before. Look for what writes into an argument, such as -=."""
    x -= x.max(axis=1, keepdims=True)
    losses, probs = _loss_and_probs(x, y)
    return losses.mean(), _minus_label(probs, y) / len(x)


@misconception("softmax_loss")
def normalizes_the_columns(x, y):
    """You divide by the sum of each column, over the examples. Probabilities are of the classes of one example: the sum runs along its row."""
    shifted = x - x.max(axis=0)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=0))
    return -log_probs[np.arange(len(x)), y].mean(), _minus_label(np.exp(log_probs), y) / len(x)


@misconception("softmax_loss")
def loss_after_the_labels_are_taken_off(x, y):
    """You subtract 1 at the labels first and take the logarithm then, of the same array. Its entries at the labels are no longer probabilities but negative. Compute the loss first, or work on a copy."""
    _, probs = _loss_and_probs(x, y)
    dx = _minus_label(probs, y)
    return -np.log(probs[np.arange(len(x)), y]).mean(), dx / len(x)


@misconception("softmax_loss")
def does_not_shift_the_logarithm(x, y):
    """Your exponential gets scores that are too large for it. Beyond 710 it overflows, and so does the logarithm of the sum. Look at what may be subtracted from a row without changing its probabilities."""
    log_probs = x - np.log(np.exp(x).sum(axis=1, keepdims=True))
    return -log_probs[np.arange(len(x)), y].mean(), _minus_label(np.exp(log_probs), y) / len(x)


@misconception("softmax_loss")
def maximum_not_added_back(x, y):
    """Your loss is too small by the maximum of each row: the sum is taken of shifted scores, and the label's score is not shifted. Subtract the maximum from both, as the formula does."""
    maximum = x.max(axis=1)
    losses, probs = _loss_and_probs(x, y)
    return (losses - maximum).mean(), _minus_label(probs, y) / len(x)


@misconception("softmax_loss")
def gradient_from_the_logarithms(x, y):
    """Your gradient is made of the logarithms of the probabilities, where the probabilities themselves belong. Look at what you take the label's 1 from."""
    losses, probs = _loss_and_probs(x, y)
    return losses.mean(), _minus_label(np.log(probs), y) / len(x)


@misconception("softmax_loss")
def divides_infinities(x, y):
    """Your exponential gets scores that are too large for it. Beyond 710 it overflows, and infinity divided by infinity is no number. Look at what may be subtracted from a row without changing its probabilities."""
    powers = np.exp(x)
    sums = powers.sum(axis=1, keepdims=True)
    return (np.log(sums[:, 0]) - x[np.arange(len(x)), y]).mean(), _minus_label(powers / sums, y) / len(x)


@misconception("softmax_loss")
def adds_a_number_to_the_probability(x, y):
    """You keep the probability away from 0 by a small number before you take the logarithm. That hides the infinity, but caps the loss: beyond some point an answer that is more wrong costs no more. Look at how the logarithm of a fraction can be taken on paper."""
    _, probs = _loss_and_probs(x, y)
    return -np.log(probs[np.arange(len(x)), y] + 1e-8).mean(), _minus_label(probs, y) / len(x)


@misconception("softmax_loss")
def one_off_whole_columns(x, y):
    """You subtract 1 in whole columns: in each row at the labels of all examples. Each row has one label of its own; look at what dx[:, y] picks, and how a row number and a label together pick one entry."""
    losses, probs = _loss_and_probs(x, y)
    probs[:, y] -= 1
    return losses.mean(), probs / len(x)


@misconception("softmax_loss")
def loss_without_the_minus(x, y):
    """Your loss has the wrong sign: it is the mean logarithm of the right class's probability, which is never positive. Look at the sign in front of the sum."""
    losses, probs = _loss_and_probs(x, y)
    return -losses.mean(), _minus_label(probs, y) / len(x)


@misconception("softmax_loss")
def loss_of_the_last_example(x, y):
    """Your loss is that of the last example, divided by the number of examples. In a loop, each one's loss is to be added to those before it; look at whether yours replaces them."""
    losses, probs = _loss_and_probs(x, y)
    return losses[-1] / len(x), _minus_label(probs, y) / len(x)


@misconception("softmax_loss")
def sums_the_loss_alone(x, y):
    """Your loss is the sum over the examples. It should be their mean, which the gradient belongs to and which doesn't grow with the batch."""
    losses, probs = _loss_and_probs(x, y)
    return losses.sum(), _minus_label(probs, y) / len(x)


@misconception("softmax_loss")
def averages_the_loss_over_all_entries(x, y):
    """Your loss is divided by the number of all scores, examples times classes. The mean is over the examples alone; look at what np.mean averages when no axis is given."""
    losses, probs = _loss_and_probs(x, y)
    return losses.sum() / x.size, _minus_label(probs, y) / len(x)


@misconception("softmax_loss")
def zero_times_infinity(x, y):
    """You multiply the logarithms of all probabilities by zeros and a one. A probability below about 1e-308 has been rounded to 0 by then: its logarithm is infinite, and 0 times that is no number. Look at how the logarithm of a fraction can be taken before anything is exponentiated away."""
    _, probs = _loss_and_probs(x, y)
    labels = np.eye(x.shape[1])[y]
    return -np.sum(labels * np.log(probs)) / len(x), (probs - labels) / len(x)


@misconception("softmax_loss")
def zero_times_infinity_over_all_entries(x, y):
    """You take the mean of label times logarithm over all scores, which divides by the number of classes, too; the mean is over the examples alone. And a probability below about 1e-308 has been rounded to 0 before its logarithm is taken. Look at how the logarithm of a fraction can be taken on paper."""
    _, probs = _loss_and_probs(x, y)
    labels = np.eye(x.shape[1])[y]
    return -np.mean(labels * np.log(probs)), (probs - labels) / len(x)


# --- train_two_layer ---


def _train(
    data, hidden, learning_rate, iters, batch_size, std, seed, draw=None, rng=None, weights=None, classes=None, backward=None, gradients=None, measure=None, of_the_batch=False, rows=()
):
    """Train as the reference does, but for the steps that are passed in; rows: the biases that have an axis in front."""
    X_train, y_train, X_test, y_test = data
    rng = rng or np.random.default_rng(seed)
    weights = weights or (lambda rng, shape: std * rng.standard_normal(shape))
    C = classes or y_train.max() + 1
    params = {"W1": weights(rng, (X_train.shape[1], hidden)), "b1": np.zeros(hidden), "W2": weights(rng, (hidden, C)), "b2": np.zeros(C)}
    for name in rows:
        params[name] = params[name][None]
    history = {"train_loss": [], "test_loss": [], "test_accuracy": []}
    for it in range(iters):
        rows, label_rows = draw(rng, it) if draw else [rng.integers(len(X_train), size=batch_size)] * 2
        a, cache1 = affine_forward(X_train[rows], params["W1"], params["b1"])
        h, cache_relu = relu_forward(a)
        scores, cache2 = affine_forward(h, params["W2"], params["b2"])
        loss, dscores = softmax_loss(scores, y_train[label_rows])
        dh, dW2, db2 = affine_backward(dscores, cache2)
        _, dW1, db1 = affine_backward(backward(dh) if backward else relu_backward(dh, cache_relu), cache1)
        grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
        if gradients:
            grads = gradients(grads)
        for name in params:
            params[name] = params[name] - learning_rate * grads[name]
        test_scores = two_layer_scores(X_test, params)
        if of_the_batch:
            test_scores, tests = two_layer_scores(X_train[rows], params), y_train[rows]
        else:
            tests = y_test
        seen = (loss, softmax_loss(test_scores, tests)[0], np.mean(test_scores.argmax(axis=1) == tests))
        if measure:
            seen = measure(seen, params, test_scores)
        for name, value in zip(history, seen):
            history[name].append(value)
    return params, history


@misconception("train_two_layer")
def test_loss_against_predictions(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """Your test loss compares the scores with the network's own predictions. It falls as the network grows sure of itself, right or wrong. Look at which labels go into the loss."""

    def measure(seen, params, scores):
        return seen[0], softmax_loss(scores, scores.argmax(axis=1))[0], seen[2]

    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, measure=measure)


@misconception("train_two_layer")
def test_loss_of_the_batch(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """Your test loss is that of the training rows of the step, as your train loss is. It should say how well the network reads digits that it has never seen: look at which rows you measure on."""
    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, of_the_batch=True)


@misconception("train_two_layer")
def test_loss_of_the_training_data(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """Your test loss and test accuracy are measured on the training data. They then say how well the network remembers, not how well it reads digits it has never seen."""

    def measure(seen, params, scores):
        train_scores = two_layer_scores(X_train, params)
        return seen[0], softmax_loss(train_scores, y_train)[0], np.mean(train_scores.argmax(axis=1) == y_train)

    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, measure=measure)


@misconception("train_two_layer", not_for=["np.mean(test_scores.argmax(axis=1) == y_test) => 100 * np.mean(test_scores.argmax(axis=1) == y_test)"])
def counts_right_answers(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """Your test accuracy is the number of right answers. It should be their share, between 0 and 1."""

    def measure(seen, params, scores):
        return seen[0], seen[1], np.sum(scores.argmax(axis=1) == y_test)

    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, measure=measure)


@misconception("train_two_layer")
def climbs(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """You add the gradient to the parameters, which raises the loss. Look at the sign of the update."""

    def gradients(grads):
        return {name: -grad for name, grad in grads.items()}

    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, gradients=gradients)


@misconception("train_two_layer")
def always_the_first_rows(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """Every step uses the first batch_size rows, so the network never sees the others. Look at where your batch comes from."""

    def draw(rng, it):
        return [np.arange(min(batch_size, len(X_train)))] * 2

    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, draw=draw)


@misconception("train_two_layer")
def batches_in_file_order(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """Your batches are slices of the data in the order in which they came, the same in every pass. Data are often sorted, and then a batch stands for a few classes only: draw the rows at random."""

    def draw(rng, it):
        return [(it * batch_size + np.arange(batch_size)) % len(X_train)] * 2

    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, draw=draw)


@misconception("train_two_layer")
def draws_labels_apart(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """The examples of your batches come with labels of other examples. Draw the row numbers once and use them for both, X_train and y_train."""

    def draw(rng, it):
        return [rng.integers(len(X_train), size=batch_size), rng.integers(len(X_train), size=batch_size)]

    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, draw=draw)


@misconception("train_two_layer")
def ignores_the_seed(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """Two runs with the same seed differ, because some random numbers don't come from it. Look for a generator without a seed."""
    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, rng=np.random.default_rng())


@misconception("train_two_layer")
def one_seed_for_all(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """Your generator always has the same seed, whatever the argument says, so another seed gives the same network. Look at what is passed to it."""
    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, rng=np.random.default_rng(0))


@misconception("train_two_layer")
def forgets_relu_on_the_way_back(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """On the way back you go from the second affine layer straight to the first. The gradient must pass all layers in reverse order, the ReLU too."""

    def backward(dh):
        return dh

    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, backward=backward)


@misconception("train_two_layer")
def never_updates_the_biases(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """The weights learn, the biases stay zero. Look at which parameters your update goes through."""

    def gradients(grads):
        return {name: grad if name.startswith("W") else 0 * grad for name, grad in grads.items()}

    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, gradients=gradients)


@misconception("train_two_layer")
def trains_the_last_layer_alone(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """Only W2 and b2 are updated; the first layer stays as random as it began. Look at which parameters your update goes through."""

    def gradients(grads):
        return {name: grad if name.endswith("2") else 0 * grad for name, grad in grads.items()}

    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, gradients=gradients)


@misconception("train_two_layer")
def divides_by_the_batch_again(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """You divide the gradients by the batch size. softmax_loss has done that already, so your steps are batch_size times too short."""

    def gradients(grads):
        return {name: grad / batch_size for name, grad in grads.items()}

    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, gradients=gradients)


@misconception("train_two_layer")
def one_order_for_ever(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """You put the rows in one order and go through it again and again. Every step draws its batch anew; look at where your row numbers are drawn, before the loop or in it."""
    order = []

    def draw(rng, it):
        if not order:
            order.extend(rng.permutation(len(X_train)))
        rows = np.take(order, range(it * batch_size, (it + 1) * batch_size), mode="wrap")
        return rows, rows

    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, draw=draw)


@misconception("train_two_layer")
def gradients_pile_up(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """Your gradients add up from step to step: the second step still carries the first one's. Each step follows the gradient of its own batch alone; look at where your gradients are reset."""
    total = {"W1": 0, "b1": 0, "W2": 0, "b2": 0}

    def gradients(grads):
        for name in total:
            total[name] = total[name] + grads[name]
        return total

    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, gradients=gradients)


@misconception("train_two_layer")
def always_ten_classes(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """The network has ten outputs whatever the labels are. Digits have ten classes, other data don't: find their number in y_train."""
    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, classes=10)


@misconception("train_two_layer")
def uniform_weights(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """Your initial weights are uniform between 0 and std, none of them negative. They should be std times draws from a standard normal distribution; look at the name of the function that draws them."""

    def weights(rng, shape):
        return std * rng.random(shape)

    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, weights=weights)


@misconception("train_two_layer", not_for=["W2, b2 = std * => W2, b2 = std**2 *"])
def scales_weights_by_layer_size(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """Your initial weights are scaled by the size of the layer, and std is not used. That is a good habit elsewhere; here the caller says how large they are."""

    def weights(rng, shape):
        return rng.standard_normal(shape) * np.sqrt(2 / shape[0])

    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, weights=weights)


@misconception("train_two_layer")
def shuffles_the_callers_data(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """You change X_train or y_train themselves, as by shuffling them in place, and the caller finds other data than before. Draw row numbers and leave the data alone."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(X_train))
    X_train[:], y_train[:] = X_train[order], y_train[order]
    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, rng=rng)


@misconception("train_two_layer")
def measures_once(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """Your test loss and accuracy are computed once, before the first step, and repeated. Look at where in the loop the scores of the test part are computed."""
    first = []

    def measure(seen, params, scores):
        first.append(seen)
        return seen[0], first[0][1], first[0][2]

    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, measure=measure)


@misconception("train_two_layer")
def starts_w2_at_zero(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """W2 starts at zero. In the first step no gradient comes through it then, and the first layer stays as it is. It should be std times draws from a standard normal distribution, as W1 is."""

    def weights(rng, shape):
        drawn = std * rng.standard_normal(shape)
        return drawn if shape == (X_train.shape[1], hidden) else 0 * drawn

    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, weights=weights)


@misconception("train_two_layer")
def stops_after_one_step(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """Your training ends after its first step, whatever iters says: the lists in history have one entry then. Look at where your return stands, inside the loop or behind it."""
    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, min(iters, 1), batch_size, std, seed)


@misconception("train_two_layer")
def biases_as_rows(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """Your biases have two axes, (1, H) and (1, C). They should have one, (H,) and (C,), which is the shape of their gradients; two axes add up without an error, and so nobody notices."""
    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, rows=("b1", "b2"))


@misconception("train_two_layer")
def first_bias_as_a_row(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """Your b1 has two axes, (1, H). It should have one, (H,), which is the shape of its gradient; two axes add up without an error, and so nobody notices."""
    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, rows=("b1",))


@misconception("train_two_layer")
def second_bias_as_a_row(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """Your b2 has two axes, (1, C). It should have one, (C,), which is the shape of its gradient; two axes add up without an error, and so nobody notices."""
    return _train((X_train, y_train, X_test, y_test), hidden, learning_rate, iters, batch_size, std, seed, rows=("b2",))


@misconception("train_two_layer")
def returns_the_start(X_train, y_train, X_test, y_test, hidden=100, learning_rate=0.5, iters=1000, batch_size=100, std=0.05, seed=0):
    """Your train loss falls, but the parameters that you return are those of the start. A line such as W1 = W1 - ... makes a new array, and a dictionary that was made before still holds the old one: look at when params is filled."""
    data = X_train, y_train, X_test, y_test
    start, before = _train(data, hidden, 0.0, iters, batch_size, std, seed)
    _, history = _train(data, hidden, learning_rate, iters, batch_size, std, seed)
    return start, history | {name: before[name] for name in ("test_loss", "test_accuracy")}
