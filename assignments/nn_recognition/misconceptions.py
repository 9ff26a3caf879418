"""Known wrong solutions of nn_recognition. Each runs in the reference's notebook in place of the function it replaces."""
import numpy as np

from autograder.probe import misconception

# initialize_weights


@misconception("initialize_weights")
def variance_taken_for_the_bound(in_size, out_size, params, name=""):
    """You draw from the interval whose end is the variance itself, so that the weights are nearly 0. Variance and half-width of a uniform
    distribution are two things: the text before the question says how one follows from the other."""
    bound = 2 / (in_size + out_size)
    params["W" + name] = np.random.uniform(-bound, bound, size=(in_size, out_size))
    params["b" + name] = np.zeros(out_size)


@misconception("initialize_weights")
def deviation_taken_for_the_bound(in_size, out_size, params, name=""):
    """You draw from an interval that ends at the standard deviation asked for. Most of a distribution lies within its standard deviation,
    but a uniform one has to reach further: compute the variance of what you draw and compare."""
    bound = np.sqrt(2 / (in_size + out_size))
    params["W" + name] = np.random.uniform(-bound, bound, size=(in_size, out_size))
    params["b" + name] = np.zeros(out_size)


@misconception("initialize_weights")
def normal_instead_of_uniform(in_size, out_size, params, name=""):
    """Your weights have the right variance but come from a normal distribution. The question asks for a uniform one, which has an end on
    either side."""
    params["W" + name] = np.random.normal(scale=np.sqrt(2 / (in_size + out_size)), size=(in_size, out_size))
    params["b" + name] = np.zeros(out_size)


@misconception("initialize_weights")
def inputs_alone(in_size, out_size, params, name=""):
    """You scale by the number of inputs alone. Xavier's variance depends on the units on both sides of the layer, so that neither the
    forward nor the backward pass is favoured."""
    bound = np.sqrt(6 / in_size)
    params["W" + name] = np.random.uniform(-bound, bound, size=(in_size, out_size))
    params["b" + name] = np.zeros(out_size)


@misconception("initialize_weights")
def positive_weights(in_size, out_size, params, name=""):
    """Your weights are never negative. They should be drawn around 0; look at both ends of the interval you draw from."""
    params["W" + name] = np.sqrt(6 / (in_size + out_size)) * np.random.rand(in_size, out_size)
    params["b" + name] = np.zeros(out_size)


@misconception("initialize_weights")
def biases_as_a_row(in_size, out_size, params, name=""):
    """Your biases are an array of two axes with a single row. They should have one axis, with one number for each unit: otherwise the
    gradient, which has one axis, would not fit them."""
    bound = np.sqrt(6 / (in_size + out_size))
    params["W" + name] = np.random.uniform(-bound, bound, size=(in_size, out_size))
    params["b" + name] = np.zeros((1, out_size))


@misconception("initialize_weights")
def seeded_in_each_call(in_size, out_size, params, name=""):
    """You start the random generator anew from a fixed seed in every call, so that two layers of the same size get the same weights. Let
    the generator go on from where it is."""
    bound = np.sqrt(6 / (in_size + out_size))
    params["W" + name] = np.random.default_rng(0).uniform(-bound, bound, size=(in_size, out_size))
    params["b" + name] = np.zeros(out_size)


# sigmoid


@misconception("sigmoid")
def exponent_without_the_minus(X):
    """Your curve falls where the sigmoid rises. Look at the sign of the exponent, for instance with a large positive number."""
    return 1 / (1 + np.exp(X))


@misconception("sigmoid")
def quotient_of_exponentials(X):
    """For large positive numbers you divide infinity by infinity, and get NaN. Which of the ways to write the sigmoid has no exponential
    above the line?"""
    return np.exp(X) / (1 + np.exp(X))


@misconception("sigmoid")
def clipped_at_ten(X):
    """You clip the input so narrowly that the result is visibly different from 0 and 1 where it should not be. Where does the exponential
    really overflow?"""
    return 1 / (1 + np.exp(-np.clip(X, -10, 10)))


@misconception("sigmoid")
def twice_as_steep(X):
    """Your curve has the right ends and the right middle, but is twice as steep. If you go by way of tanh, look at the factor in its
    argument."""
    return (np.tanh(X) + 1) / 2


@misconception("sigmoid")
def tanh_of_the_half(X):
    """You return tanh(X / 2), which runs from -1 to 1. The sigmoid runs from 0 to 1: look at how the two are related."""
    return np.tanh(X / 2)


@misconception("sigmoid")
def sigmoid_in_place(X):
    """You work in the array that you were given, so that the caller finds other numbers in it afterwards.
    Make a new array.
    """
    np.exp(-X, out=X)
    return 1 / (1 + X)


@misconception("sigmoid")
def buffer_of_the_inputs_kind(X):
    """You fill an array made like the input. When that holds integers, everything between 0 and 1 is cut to 0. Say which kind of number
    the result has."""
    values = np.zeros_like(X)
    values[X >= 0] = 1 / (1 + np.exp(-X[X >= 0]))
    values[X < 0] = 1 - 1 / (1 + np.exp(X[X < 0]))
    return values


# forward


@misconception("forward")
def returns_the_pre_activation(X, params, name="", activation=None):
    """You store the post-activation, but return the weighted sums from before it. The next layer should get what comes out of the
    activation."""
    pre_act = X @ params["W" + name] + params["b" + name]
    params["cache_" + name] = (X, pre_act, activation(pre_act))
    return pre_act


@misconception("forward")
def activation_left_out(X, params, name="", activation=None):
    """Your activation is never applied: what you return, and keep in the cache, is the weighted sum. Look at where the argument activation is
    used."""
    pre_act = X @ params["W" + name] + params["b" + name]
    params["cache_" + name] = (X, pre_act, pre_act)
    return pre_act


@misconception("forward")
def cache_under_another_name(X, params, name="", activation=None):
    """params has no cache under the key that was asked for, "cache_" and the name. Look at how you put the key
    together."""
    pre_act = X @ params["W" + name] + params["b" + name]
    post_act = activation(pre_act)
    params["cache" + name] = (X, pre_act, post_act)
    return post_act


@misconception("forward")
def cache_without_the_pre_activation(X, params, name="", activation=None):
    """Your cache holds two arrays, the input and the post-activation. Three were asked for: the pre-activation belongs between them."""
    post_act = activation(X @ params["W" + name] + params["b" + name])
    params["cache_" + name] = (X, post_act)
    return post_act


@misconception("forward")
def cache_in_another_order(X, params, name="", activation=None):
    """Your cache has the post-activation before the pre-activation. The backward pass unpacks it in the order that the question gives."""
    pre_act = X @ params["W" + name] + params["b" + name]
    post_act = activation(pre_act)
    params["cache_" + name] = (X, post_act, pre_act)
    return post_act


@misconception("forward")
def sigmoid_whatever_is_asked(X, params, name="", activation=None):
    """You apply the sigmoid whichever activation is asked for. Call the function that you get as an argument."""
    pre_act = X @ params["W" + name] + params["b" + name]
    post_act = sigmoid(pre_act)
    params["cache_" + name] = (X, pre_act, post_act)
    return post_act


@misconception("forward")
def forgets_the_bias(X, params, name="", activation=None):
    """You leave out the bias. It goes into the weighted sum, before the activation."""
    pre_act = X @ params["W" + name]
    post_act = activation(pre_act)
    params["cache_" + name] = (X, pre_act, post_act)
    return post_act


@misconception("forward")
def bias_after_the_activation(X, params, name="", activation=None):
    """You add the bias to the activation's output. It belongs to the weighted sum, which the activation is applied to."""
    pre_act = X @ params["W" + name]
    post_act = activation(pre_act) + params["b" + name]
    params["cache_" + name] = (X, pre_act, post_act)
    return post_act


@misconception("forward")
def one_cache_for_all_layers(X, params, name="", activation=None):
    """You store the cache under a key without the layer's name, so that each layer overwrites the one before. Put the name at the end of
    the key."""
    pre_act = X @ params["W" + name] + params["b" + name]
    post_act = activation(pre_act)
    params["cache_"] = (X, pre_act, post_act)
    return post_act


@misconception("forward")
def cache_without_the_bias(X, params, name="", activation=None):
    """The pre-activation in your cache lacks the bias: you store the product before you add to it."""
    pre_act = X @ params["W" + name]
    post_act = activation(pre_act + params["b" + name])
    params["cache_" + name] = (X, pre_act, post_act)
    return post_act


# softmax


@misconception("softmax")
def one_maximum_for_the_batch(X):
    """You subtract the largest entry of the whole batch. A row far below it underflows to 0/0. Look at which axis the maximum is taken
    over."""
    exps = np.exp(X - X.max())
    return exps / exps.sum(axis=1, keepdims=True)


@misconception("softmax")
def no_shift(X):
    """Your exponential gets scores that are too far from 0 for it. Large ones overflow, very negative ones all become 0, and either way a quotient is not a
    number. What may be subtracted from a row without changing its probabilities?"""
    exps = np.exp(X)
    return exps / exps.sum(axis=1, keepdims=True)


@misconception("softmax")
def shift_with_the_wrong_sign(X):
    """You add the row's maximum where it should be taken away, which makes large scores larger still. What should the largest exponent of
    a row be?"""
    exps = np.exp(X + X.max(axis=1, keepdims=True))
    return exps / exps.sum(axis=1, keepdims=True)


@misconception("softmax")
def shift_by_the_minimum(X):
    """You shift each row by its smallest entry, so that the largest exponent of a wide row can still overflow. Which entry has to become
    0 to prevent that?"""
    exps = np.exp(X - X.min(axis=1, keepdims=True))
    return exps / exps.sum(axis=1, keepdims=True)


@misconception("softmax")
def down_the_columns(X):
    """Your columns sum to 1, not your rows. One row is one example: look at the axis of the maximum and of the sum."""
    exps = np.exp(X - X.max(axis=0, keepdims=True))
    return exps / exps.sum(axis=0, keepdims=True)


@misconception("softmax")
def columns_divided_by_their_sum(X):
    """You divide by the sum of each column, over the examples. Probabilities are of the classes of one example: the sum runs along its
    row."""
    exps = np.exp(X - X.max(axis=1, keepdims=True))
    return exps / exps.sum(axis=0)


@misconception("softmax")
def whole_matrix_sums_to_one(X):
    """You divide by the sum over the whole batch. Each example has probabilities of its own, which sum to 1 in its row."""
    exps = np.exp(X - X.max(axis=1, keepdims=True))
    return exps / exps.sum()


@misconception("softmax")
def softmax_in_place(X):
    """You work in the array that you were given, as by shifting it in place: the caller's scores are changed. Make a new array."""
    X -= X.max(axis=1, keepdims=True)
    exps = np.exp(X)
    return exps / exps.sum(axis=1, keepdims=True)


@misconception("softmax")
def scores_clipped(X):
    """You clip the scores to keep them from overflowing. Scores beyond the limits then become equal, and with them their probabilities. A
    shift loses nothing."""
    exps = np.exp(np.clip(X, -500, 500))
    return exps / exps.sum(axis=1, keepdims=True)


# compute_loss_and_acc


@misconception("compute_loss_and_acc")
def mean_instead_of_sum(y, probs):
    """Your loss is the mean over the examples. In this chapter the loss of a batch is the sum over its examples."""
    right = y.argmax(axis=1)
    return -np.log(probs[np.arange(len(y)), right]).mean(), (probs.argmax(axis=1) == right).mean()


@misconception("compute_loss_and_acc")
def zero_times_infinity(y, probs):
    """You multiply the logarithms of all probabilities by y. Where a wrong class has the probability 0 that is 0 times infinity, and the
    sum is NaN. Which logarithms are needed at all?"""
    return -(y * np.log(probs)).sum(), (probs.argmax(axis=1) == y.argmax(axis=1)).mean()


@misconception("compute_loss_and_acc")
def one_against_the_rest(y, probs):
    """You also count the logarithms of 1 - p of the wrong classes. That is the cross-entropy of C separate yes-or-no questions; here the
    classes exclude one another, and only the right class counts."""
    right = y.argmax(axis=1)
    parts = np.where(y == 1, probs, 1 - probs)
    return -np.log(parts).sum(), (probs.argmax(axis=1) == right).mean()


@misconception("compute_loss_and_acc")
def binary_logarithm(y, probs):
    """Your loss is 1.44 times what it should be: you use the logarithm to base 2. The exponential in the softmax goes with the natural
    one."""
    right = y.argmax(axis=1)
    return -np.log2(probs[np.arange(len(y)), right]).sum(), (probs.argmax(axis=1) == right).mean()


@misconception("compute_loss_and_acc")
def without_the_minus(y, probs):
    """Your loss is negative. The logarithm of a probability is; the loss has a minus in front of it."""
    right = y.argmax(axis=1)
    return np.log(probs[np.arange(len(y)), right]).sum(), (probs.argmax(axis=1) == right).mean()


@misconception("compute_loss_and_acc")
def number_added_to_the_probabilities(y, probs):
    """You add a number to the probabilities before you take the logarithm, and it is large enough to show in the loss. The loss was asked for
    without it."""
    return -np.sum(y * np.log(probs + 1e-5)), np.mean(y.argmax(axis=1) == probs.argmax(axis=1))


@misconception("compute_loss_and_acc")
def right_above_one_half(y, probs):
    """You count an answer as right where its class has a probability above one half. With more than two classes the largest may be less than
    that. Compare the places of the largest entries."""
    right = probs[np.arange(len(y)), y.argmax(axis=1)]
    return -np.log(right).sum(), np.mean(right > 0.5)


@misconception("compute_loss_and_acc")
def number_of_right_answers(y, probs):
    """Your accuracy is the number of examples that are classified right. It should be their share, between 0 and 1."""
    right = y.argmax(axis=1)
    return -np.log(probs[np.arange(len(y)), right]).sum(), (probs.argmax(axis=1) == right).sum()


@misconception("compute_loss_and_acc")
def accuracy_of_entries(y, probs):
    """You compare every entry of y with the rounded probability. An example is right or wrong as a whole: compare the most probable class
    with the right one."""
    right = y.argmax(axis=1)
    return -np.log(probs[np.arange(len(y)), right]).sum(), ((probs > 0.5) == y).mean()


@misconception("compute_loss_and_acc")
def accuracy_down_the_columns(y, probs):
    """You look for the most probable example of each class, where the most probable class of each example is asked for. Look at the axis
    of argmax."""
    right = y.argmax(axis=1)
    return -np.log(probs[np.arange(len(y)), right]).sum(), (probs.argmax(axis=0) == y.argmax(axis=0)).mean()


@misconception("compute_loss_and_acc")
def zeros_replaced_in_place(y, probs):
    """You write into the array of probabilities that you were given, as by replacing zeros in it to keep the logarithm finite. The caller's
    probabilities are changed by that.
    """
    probs[probs == 0] = 1e-9
    return -(y * np.log(probs)).sum(), (probs.argmax(axis=1) == y.argmax(axis=1)).mean()


@misconception("compute_loss_and_acc")
def logarithm_of_the_sum(y, probs):
    """You add up the probabilities of the right classes and take one logarithm of the sum. Each example has a loss of its own: take the logarithms
    first, and add up those."""
    return -np.log((y * probs).sum()), (probs.argmax(axis=1) == y.argmax(axis=1)).mean()


@misconception("compute_loss_and_acc")
def squared_differences(y, probs):
    """Your loss adds up the squares of the differences between probabilities and labels. Cross-entropy is another measure: it looks at the
    probability of the right class alone, and at its logarithm."""
    return ((y - probs) ** 2).sum(), (probs.argmax(axis=1) == y.argmax(axis=1)).mean()


@misconception("compute_loss_and_acc")
def accuracy_of_one_or_nothing(y, probs):
    """Your accuracy is 0 however many examples are right, unless all are or there is a single one. argmax without an axis looks for the largest
    entry of the whole array, and // cuts off what is less than 1: look at both."""
    right = y.argmax(axis=1)
    return -np.log(probs[np.arange(len(y)), right]).sum(), float((probs.argmax(axis=1) == right).all())


# backwards


@misconception("backwards")
def derivative_at_the_pre_activation(delta, params, name="", activation_deriv=None):
    """You evaluate the activation's derivative at the pre-activation. The functions of this notebook are written in terms of the
    activation's output."""
    X, pre_act, post_act = params["cache_" + name]
    delta_pre = delta * (activation_deriv or sigmoid_deriv)(pre_act)
    params["grad_W" + name], params["grad_b" + name] = X.T @ delta_pre, delta_pre.sum(axis=0)
    return delta_pre @ params["W" + name].T


@misconception("backwards")
def without_the_derivative(delta, params, name="", activation_deriv=None):
    """You leave out the derivative of the activation. delta belongs to the layer's output, and the way from there to the weighted sums
    leads through the activation."""
    X, pre_act, post_act = params["cache_" + name]
    params["grad_W" + name], params["grad_b" + name] = X.T @ delta, delta.sum(axis=0)
    return delta @ params["W" + name].T


@misconception("backwards")
def sigmoid_derivative_whatever_is_asked(delta, params, name="", activation_deriv=None):
    """You multiply by the sigmoid's derivative whatever activation_deriv is. Look at where the argument is used."""
    X, _, post_act = params["cache_" + name]
    delta_pre = delta * post_act * (1 - post_act)
    params["grad_W" + name], params["grad_b" + name] = X.T @ delta_pre, delta_pre.sum(axis=0)
    return delta_pre @ params["W" + name].T


@misconception("backwards")
def gradient_not_returned(delta, params, name="", activation_deriv=None):
    """You return nothing. The layer below needs the gradient with respect to this layer's input: return it."""
    X, _, post_act = params["cache_" + name]
    delta_pre = delta * activation_deriv(post_act)
    params["grad_W" + name], params["grad_b" + name] = X.T @ delta_pre, delta_pre.sum(axis=0)


@misconception("backwards")
def derivative_missing_on_the_way_down(delta, params, name="", activation_deriv=None):
    """What you hand to the layer below starts from delta itself, without the
    activation's derivative."""
    X, pre_act, post_act = params["cache_" + name]
    delta_pre = delta * (activation_deriv or sigmoid_deriv)(post_act)
    params["grad_W" + name], params["grad_b" + name] = X.T @ delta_pre, delta_pre.sum(axis=0)
    return delta @ params["W" + name].T


@misconception("backwards")
def mean_over_the_examples(delta, params, name="", activation_deriv=None):
    """You divide the gradients by the number of examples. The loss of this chapter is a sum, and so are its gradients."""
    X, pre_act, post_act = params["cache_" + name]
    delta_pre = delta * (activation_deriv or sigmoid_deriv)(post_act)
    params["grad_W" + name], params["grad_b" + name] = X.T @ delta_pre / len(X), delta_pre.mean(axis=0)
    return delta_pre @ params["W" + name].T


@misconception("backwards")
def bias_gradient_as_a_row(delta, params, name="", activation_deriv=None):
    """Your gradient of the biases has two axes, with a single row. It should be shaped like the biases, which have one axis."""
    X, pre_act, post_act = params["cache_" + name]
    delta_pre = delta * (activation_deriv or sigmoid_deriv)(post_act)
    params["grad_W" + name], params["grad_b" + name] = X.T @ delta_pre, delta_pre.sum(axis=0, keepdims=True)
    return delta_pre @ params["W" + name].T


@misconception("backwards")
def bias_gradient_without_the_derivative(delta, params, name="", activation_deriv=None):
    """You sum delta itself for the biases' gradient. The bias is added before the activation, as the weighted sum is."""
    X, pre_act, post_act = params["cache_" + name]
    delta_pre = delta * (activation_deriv or sigmoid_deriv)(post_act)
    params["grad_W" + name], params["grad_b" + name] = X.T @ delta_pre, delta.sum(axis=0)
    return delta_pre @ params["W" + name].T


@misconception("backwards")
def gradients_added_to_the_old(delta, params, name="", activation_deriv=None):
    """You add to the gradients that are in params from the batch before. Each call should replace them."""
    X, pre_act, post_act = params["cache_" + name]
    delta_pre = delta * (activation_deriv or sigmoid_deriv)(post_act)
    params["grad_W" + name] = params.get("grad_W" + name, 0) + X.T @ delta_pre
    params["grad_b" + name] = params.get("grad_b" + name, 0) + delta_pre.sum(axis=0)
    return delta_pre @ params["W" + name].T


@misconception("backwards")
def delta_in_place(delta, params, name="", activation_deriv=None):
    """You write into delta itself, as by multiplying the derivative into it: the caller's delta is changed."""
    X, pre_act, post_act = params["cache_" + name]
    delta *= (activation_deriv or sigmoid_deriv)(post_act)
    params["grad_W" + name], params["grad_b" + name] = X.T @ delta, delta.sum(axis=0)
    return delta @ params["W" + name].T


@misconception("backwards")
def bias_gradient_not_summed(delta, params, name="", activation_deriv=None):
    """Your gradient of the biases has a row for each example. The bias acts in all of them, and the chain rule adds up what comes back: its
    gradient is shaped like the biases."""
    X, pre_act, post_act = params["cache_" + name]
    delta_pre = delta * (activation_deriv or sigmoid_deriv)(post_act)
    params["grad_W" + name], params["grad_b" + name] = X.T @ delta_pre, delta_pre
    return delta_pre @ params["W" + name].T


@misconception("backwards")
def output_for_the_input(delta, params, name="", activation_deriv=None):
    """Your gradient of the weights is made with what the layer puts out. The weights are multiplied with what comes in: look at which of the three
    arrays in the cache that is."""
    X, pre_act, post_act = params["cache_" + name]
    delta_pre = delta * (activation_deriv or sigmoid_deriv)(post_act)
    params["grad_W" + name], params["grad_b" + name] = post_act.T @ delta_pre, delta_pre.sum(axis=0)
    return delta_pre @ params["W" + name].T


@misconception("backwards")
def derivative_of_delta(delta, params, name="", activation_deriv=None):
    """You evaluate the activation's derivative at delta, and go on with that. It is a function of the layer's output, which the cache holds,
    and delta is multiplied with it."""
    X, pre_act, post_act = params["cache_" + name]
    delta_pre = (activation_deriv or sigmoid_deriv)(delta)
    params["grad_W" + name], params["grad_b" + name] = X.T @ delta_pre, delta_pre.sum(axis=0)
    return delta_pre @ params["W" + name].T


# conv_forward


def padded_with_zeros(X, pad):
    return np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)))


def windows_of(padded, W, stride):
    windows = np.lib.stride_tricks.sliding_window_view(padded, W.shape[2:], axis=(2, 3))
    return windows[:, :, ::stride, ::stride]


def responses(windows, W, b):
    return np.einsum("ncpqij,fcij->nfpq", windows, W) + b[:, None, None]


@misconception("conv_forward")
def filter_flipped(X, params, name="", stride=1, pad=0):
    """You turn the filter upside down and left to right, as convolution is defined in signal processing. Here, as in all networks, it is
    laid on the image as it is."""
    W, b = params["W" + name], params["b" + name]
    params["cache_" + name] = (X, stride, pad)
    return responses(windows_of(padded_with_zeros(X, pad), W, stride), W[:, :, ::-1, ::-1], b)


@misconception("conv_forward")
def padding_forgotten(X, params, name="", stride=1, pad=0):
    """You don't pad the images: whatever pad is, your output has the size that it has without padding."""
    W, b = params["W" + name], params["b" + name]
    params["cache_" + name] = (X, stride, pad)
    return responses(windows_of(X, W, stride), W, b)


@misconception("conv_forward")
def padded_above_and_below_only(X, params, name="", stride=1, pad=0):
    """You pad the images above and below, and not to the left and right. Look at which axes get a padding."""
    padded = np.pad(X, ((0, 0), (0, 0), (pad, pad), (0, 0)))
    params["cache_" + name] = (X, stride, pad)
    return responses(windows_of(padded, params["W" + name], stride), params["W" + name], params["b" + name])


@misconception("conv_forward")
def first_channel_only(X, params, name="", stride=1, pad=0):
    """Your output uses the first channel of the images alone. A filter has an entry for each channel, and sums over all of them."""
    W = params["W" + name]
    params["cache_" + name] = (X, stride, pad)
    return responses(windows_of(padded_with_zeros(X, pad)[:, :1], W, stride), W[:, :1], params["b" + name])


@misconception("conv_forward")
def height_for_width(X, params, name="", stride=1, pad=0):
    """Your code stops with a ValueError where a filter is not square, and is right where it is. Look for a place where the filter's height
    stands for its width."""
    W, b = params["W" + name], params["b" + name]
    padded, side = padded_with_zeros(X, pad), W.shape[2]
    rows, columns = ((size - side) // stride + 1 for size in padded.shape[2:])
    Y = np.zeros((len(X), len(W), rows, columns))
    for n, f, p, q in np.ndindex(Y.shape):
        window = padded[n, :, p * stride : p * stride + side, q * stride : q * stride + side]
        Y[n, f, p, q] = (window * W[f]).sum() + b[f]
    params["cache_" + name] = (X, stride, pad)
    return Y


@misconception("conv_forward")
def padded_with_the_edge(X, params, name="", stride=1, pad=0):
    """You continue the images' outermost pixels into the padding. The padding should be zeros."""
    W, b = params["W" + name], params["b" + name]
    params["cache_" + name] = (X, stride, pad)
    return responses(windows_of(np.pad(X, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="edge"), W, stride), W, b)


@misconception("conv_forward")
def padding_on_two_sides_only(X, params, name="", stride=1, pad=0):
    """You put all of the padding above and to the left. The size is right, but the windows are in the wrong place: pad belongs on each of
    the four sides."""
    W, b = params["W" + name], params["b" + name]
    params["cache_" + name] = (X, stride, pad)
    return responses(windows_of(np.pad(X, ((0, 0), (0, 0), (2 * pad, 0), (2 * pad, 0))), W, stride), W, b)


@misconception("conv_forward")
def stride_on_rows_only(X, params, name="", stride=1, pad=0):
    """You apply the stride from row to row, but go through every column. The stride is the step in both directions."""
    W, b = params["W" + name], params["b" + name]
    params["cache_" + name] = (X, stride, pad)
    return responses(windows_of(padded_with_zeros(X, pad), W, 1)[:, :, ::stride], W, b)


@misconception("conv_forward")
def stride_in_the_size_only(X, params, name="", stride=1, pad=0):
    """The stride makes your output smaller, but your windows still move by one pixel: the output is a corner of the one for stride 1.
    Where does window p begin?"""
    W, b = params["W" + name], params["b" + name]
    params["cache_" + name] = (X, stride, pad)
    padded = padded_with_zeros(X, pad)
    rows, columns = (padded.shape[2] - W.shape[2]) // stride + 1, (padded.shape[3] - W.shape[3]) // stride + 1
    return responses(windows_of(padded, W, 1)[:, :, :rows, :columns], W, b)


@misconception("conv_forward")
def filters_without_their_bias(X, params, name="", stride=1, pad=0):
    """You leave out the bias. Each filter has one, and it is added at every place."""
    W, b = params["W" + name], params["b" + name]
    params["cache_" + name] = (X, stride, pad)
    return responses(windows_of(padded_with_zeros(X, pad), W, stride), W, 0 * b)


@misconception("conv_forward")
def cache_of_the_padded_images(X, params, name="", stride=1, pad=0):
    """Your cache holds the images with their padding. The backward pass expects them as they came."""
    W, b = params["W" + name], params["b" + name]
    padded = padded_with_zeros(X, pad)
    params["cache_" + name] = (padded, stride, pad)
    return responses(windows_of(padded, W, stride), W, b)


@misconception("conv_forward")
def reshaped_where_axes_were_to_move(X, params, name="", stride=1, pad=0):
    """Your numbers are right, but stand in wrong places: reshape reads entries in order and does not exchange axes. Look at the order of
    axes before you reshape, above all with more than one image."""
    W, b = params["W" + name], params["b" + name]
    params["cache_" + name] = (X, stride, pad)
    right = responses(windows_of(padded_with_zeros(X, pad), W, stride), W, b)
    return right.transpose(1, 2, 3, 0).reshape(right.shape)


@misconception("conv_forward")
def one_size_for_both_axes(X, params, name="", stride=1, pad=0):
    """You use the height of the output for its width too. That works on square images with square filters; compute each from its own
    size."""
    W, b = params["W" + name], params["b" + name]
    params["cache_" + name] = (X, stride, pad)
    right = responses(windows_of(padded_with_zeros(X, pad), W, stride), W, b)
    return right[:, :, :, : right.shape[2]]


@misconception("conv_forward")
def one_window_too_few(X, params, name="", stride=1, pad=0):
    """Your output has one row and one column less than there are windows. There is a window at the beginning, and one more for each step from
    there. Look at what stands behind the fraction in the formulas of the sizes."""
    W, b = params["W" + name], params["b" + name]
    params["cache_" + name] = (X, stride, pad)
    return responses(windows_of(padded_with_zeros(X, pad), W, stride), W, b)[:, :, :-1, :-1]


@misconception("conv_forward")
def padding_once_in_the_size(X, params, name="", stride=1, pad=0):
    """Your output is too small where there is a padding: its size counts the padding once, and pad rows and columns are added on each side. Look
    at the formulas of the sizes."""
    W, b = params["W" + name], params["b" + name]
    params["cache_" + name] = (X, stride, pad)
    rows, columns = ((size + pad - side) // stride + 1 for size, side in zip(X.shape[2:], W.shape[2:]))
    return responses(windows_of(padded_with_zeros(X, pad), W, stride), W, b)[:, :, :rows, :columns]


@misconception("conv_forward")
def size_without_the_padding(X, params, name="", stride=1, pad=0):
    """Your output is too small where there is a padding: its size is that for the images as they came, and pad rows and columns are added on each
    side. Look at the formulas of the sizes."""
    W, b = params["W" + name], params["b" + name]
    params["cache_" + name] = (X, stride, pad)
    rows, columns = ((size - side) // stride + 1 for size, side in zip(X.shape[2:], W.shape[2:]))
    return responses(windows_of(padded_with_zeros(X, pad), W, stride), W, b)[:, :, :rows, :columns]


@misconception("conv_forward")
def summed_over_the_images(X, params, name="", stride=1, pad=0):
    """Each image of a batch gets the same numbers: you sum over all images. A sum goes over the channels and the window of one image; look at the
    axes of your sum."""
    W, b = params["W" + name], params["b" + name]
    params["cache_" + name] = (X, stride, pad)
    together = responses(windows_of(padded_with_zeros(X, pad), W, stride), W, 0 * b).sum(axis=0, keepdims=True)
    return np.repeat(together, len(X), axis=0) + b[:, None, None]


@misconception("conv_forward")
def bias_added_to_each_product(X, params, name="", stride=1, pad=0):
    """You add the bias to each product of a window before you sum them, so that it counts once for each entry of the filter. It is added once,
    to the sum: look at your brackets."""
    W, b = params["W" + name], params["b" + name]
    params["cache_" + name] = (X, stride, pad)
    return responses(windows_of(padded_with_zeros(X, pad), W, stride), W, b * W[0].size)


@misconception("conv_forward")
def bias_added_for_each_channel(X, params, name="", stride=1, pad=0):
    """You add the bias once for each channel. It is added once to the sum over all of them: look at which loop it stands in."""
    W, b = params["W" + name], params["b" + name]
    params["cache_" + name] = (X, stride, pad)
    return responses(windows_of(padded_with_zeros(X, pad), W, stride), W, b * W.shape[1])


@misconception("conv_forward")
def filters_last_and_reshaped(X, params, name="", stride=1, pad=0):
    """Your numbers are right, but stand in wrong places: those of all filters for one place lie side by side, and reshape reads entries in order
    and does not exchange axes. Look at the order of axes before you reshape."""
    W, b = params["W" + name], params["b" + name]
    params["cache_" + name] = (X, stride, pad)
    right = responses(windows_of(padded_with_zeros(X, pad), W, stride), W, b)
    return right.transpose(0, 2, 3, 1).reshape(right.shape)


@misconception("conv_forward")
def stride_through_the_output(X, params, name="", stride=1, pad=0):
    """You go through the places of the output in steps of the stride, and those between stay 0. Each place of the output has a window; the stride
    is the step from one to the next on the image."""
    W, b = params["W" + name], params["b" + name]
    params["cache_" + name] = (X, stride, pad)
    every = responses(windows_of(padded_with_zeros(X, pad), W, 1), W, b)
    rows, columns = ((size + 2 * pad - side) // stride + 1 for size, side in zip(X.shape[2:], W.shape[2:]))
    Y = np.zeros((len(X), len(W), rows, columns))
    Y[:, :, ::stride, ::stride] = every[:, :, :rows:stride, :columns:stride]
    return Y


# conv_backward


def convolution_gradients(delta, X, W, stride, pad, column_stride=None, flip=False, overwrite=False):
    """The gradients of filters and padded images, with the slips of the arguments."""
    padded, (h, w) = padded_with_zeros(X, pad), W.shape[2:]
    grad_W, grad_padded, across = np.zeros(W.shape), np.zeros(padded.shape), column_stride or stride
    taken = W[:, :, ::-1, ::-1] if flip else W
    for p, q in np.ndindex(delta.shape[2:]):
        there = (..., slice(p * stride, p * stride + h), slice(q * across, q * across + w))
        grad_W += np.einsum("nf,ncij->fcij", delta[:, :, p, q], padded[there])
        spread = np.einsum("nf,fcij->ncij", delta[:, :, p, q], taken)
        grad_padded[there] = spread if overwrite else grad_padded[there] + spread
    return grad_W, grad_padded


def without_padding(grad_padded, X, pad):
    return grad_padded[:, :, pad : pad + X.shape[2], pad : pad + X.shape[3]]


@misconception("conv_backward")
def cut_with_a_negative_index(delta, params, name=""):
    """You cut the padding off with [pad:-pad]. Without padding that is [0:-0], which is empty. Say where the image ends, counted from its
    beginning."""
    X, stride, pad = params["cache_" + name]
    params["grad_W" + name], grad_padded = convolution_gradients(delta, X, params["W" + name], stride, pad)
    params["grad_b" + name] = delta.sum(axis=(0, 2, 3))
    return grad_padded[:, :, pad:-pad, pad:-pad]


@misconception("conv_backward")
def padding_of_one(delta, params, name=""):
    """You cut off one pixel on each side, whatever the padding was. The cache holds the padding of the forward pass."""
    X, stride, pad = params["cache_" + name]
    params["grad_W" + name], grad_padded = convolution_gradients(delta, X, params["W" + name], stride, pad)
    params["grad_b" + name] = delta.sum(axis=(0, 2, 3))
    return grad_padded[:, :, 1:-1, 1:-1]


@misconception("conv_backward")
def stride_of_rows_only(delta, params, name=""):
    """You apply the stride from row to row but not from column to column: your windows are the right ones only with stride 1."""
    X, stride, pad = params["cache_" + name]
    params["grad_W" + name], grad_padded = convolution_gradients(delta, X, params["W" + name], stride, pad, column_stride=1)
    params["grad_b" + name] = delta.sum(axis=(0, 2, 3))
    return without_padding(grad_padded, X, pad)


@misconception("conv_backward")
def windows_one_pixel_apart(delta, params, name=""):
    """Your windows are one pixel apart whatever the stride was, so that your gradients are right with stride 1 alone. Look at where window p
    begins on the way forward."""
    X, _, pad = params["cache_" + name]
    params["grad_W" + name], grad_padded = convolution_gradients(delta, X, params["W" + name], 1, pad)
    params["grad_b" + name] = delta.sum(axis=(0, 2, 3))
    return without_padding(grad_padded, X, pad)


@misconception("conv_backward")
def filters_meet_windows_one_pixel_apart(delta, params, name=""):
    """For the gradient of the filters your windows are one pixel apart whatever the stride was. Look at where window p begins on the way forward."""
    X, stride, pad = params["cache_" + name]
    params["grad_W" + name], _ = convolution_gradients(delta, X, params["W" + name], 1, pad)
    _, grad_padded = convolution_gradients(delta, X, params["W" + name], stride, pad)
    params["grad_b" + name] = delta.sum(axis=(0, 2, 3))
    return without_padding(grad_padded, X, pad)


@misconception("conv_backward")
def filters_stamped_one_pixel_apart(delta, params, name=""):
    """For the gradient of the images you put the filters one pixel apart whatever the stride was. Look at where window p begins on the way
    forward."""
    X, stride, pad = params["cache_" + name]
    params["grad_W" + name], _ = convolution_gradients(delta, X, params["W" + name], stride, pad)
    _, grad_padded = convolution_gradients(delta, X, params["W" + name], 1, pad)
    params["grad_b" + name] = delta.sum(axis=(0, 2, 3))
    return without_padding(grad_padded, X, pad)


@misconception("conv_backward")
def overlaps_overwritten(delta, params, name=""):
    """Where windows overlap, you keep the contribution of the last one. A pixel is in several windows, and its gradient is the sum over
    them."""
    X, stride, pad = params["cache_" + name]
    params["grad_W" + name], grad_padded = convolution_gradients(delta, X, params["W" + name], stride, pad, overwrite=True)
    params["grad_b" + name] = delta.sum(axis=(0, 2, 3))
    return without_padding(grad_padded, X, pad)


def last_window_of_each_place(delta, params, name, grad_W, grad_padded):
    """The gradients, by loops over examples, filters and places, that assign to the images' gradient what they should add."""
    X, stride, pad = params["cache_" + name]
    padded, W = padded_with_zeros(X, pad), params["W" + name]
    for n, f, p, q in np.ndindex(delta.shape):
        there = slice(p * stride, p * stride + W.shape[2]), slice(q * stride, q * stride + W.shape[3])
        grad_W[f] += delta[n, f, p, q] * padded[n, :, *there]
        grad_padded[n, :, *there] = delta[n, f, p, q] * W[f]
    params["grad_W" + name], params["grad_b" + name] = grad_W, delta.sum(axis=(0, 2, 3))
    return without_padding(grad_padded, X, pad)


@misconception("conv_backward")
def last_filter_and_window_kept(delta, params, name=""):
    """Of what the filters and the windows contribute to the gradient of a pixel, you keep what comes last. A pixel is in several windows, and
    each filter lies on it: its gradient is the sum over all of them. Look at how each contribution is written into the gradient."""
    X, _, pad = params["cache_" + name]
    return last_window_of_each_place(delta, params, name, np.zeros(params["W" + name].shape), np.zeros(padded_with_zeros(X, pad).shape))


@misconception("conv_backward")
def last_kept_as_whole_number(delta, params, name=""):
    """Of what the filters and the windows contribute to the gradient of a pixel, you keep what comes last, where all of it should be added up.
    And where the images hold whole numbers, so does your gradient: np.zeros_like(x) has the kind of numbers of x."""
    X, _, pad = params["cache_" + name]
    return last_window_of_each_place(delta, params, name, np.zeros(params["W" + name].shape), np.zeros_like(padded_with_zeros(X, pad)))


@misconception("conv_backward")
def last_place_kept_as_whole_number(delta, params, name=""):
    """Where windows overlap, you keep the contribution that comes last. A pixel lies under several places of the filter, and its gradient is
    the sum over them. And where the images hold whole numbers, so does your gradient: np.zeros_like(x) has the kind of numbers of x."""
    X, stride, pad = params["cache_" + name]
    W = params["W" + name]
    params["grad_W" + name], _ = convolution_gradients(delta, X, W, stride, pad)
    params["grad_b" + name] = delta.sum(axis=(0, 2, 3))
    grad_padded = np.zeros_like(padded_with_zeros(X, pad))
    for i, j in np.ndindex(W.shape[2:]):
        there = slice(i, i + stride * delta.shape[2], stride), slice(j, j + stride * delta.shape[3], stride)
        grad_padded[:, :, *there] = np.einsum("nfpq,fc->ncpq", delta, W[:, :, i, j])
    return without_padding(grad_padded, X, pad)


@misconception("conv_backward")
def filter_flipped_on_the_way_back(delta, params, name=""):
    """You turn the filter around for the images' gradient. That is right in the formula which slides the filter over delta; here each
    entry of delta is multiplied with the filter as it lay on the image."""
    X, stride, pad = params["cache_" + name]
    params["grad_W" + name], grad_padded = convolution_gradients(delta, X, params["W" + name], stride, pad, flip=True)
    params["grad_b" + name] = delta.sum(axis=(0, 2, 3))
    return without_padding(grad_padded, X, pad)


@misconception("conv_backward")
def filters_scrambled_by_reshape(delta, params, name=""):
    """The numbers in your gradient of the filters are right, but stand in wrong places: reshape reads entries in order and does not
    exchange axes. Look at the order of axes before you reshape."""
    X, stride, pad = params["cache_" + name]
    grad_W, grad_padded = convolution_gradients(delta, X, params["W" + name], stride, pad)
    params["grad_W" + name] = grad_W.transpose(1, 2, 3, 0).reshape(grad_W.shape)
    params["grad_b" + name] = delta.sum(axis=(0, 2, 3))
    return without_padding(grad_padded, X, pad)


@misconception("conv_backward")
def gradients_of_the_mean(delta, params, name=""):
    """You divide the gradients of filters and biases by the number of images. They are sums over all images."""
    X, stride, pad = params["cache_" + name]
    grad_W, grad_padded = convolution_gradients(delta, X, params["W" + name], stride, pad)
    params["grad_W" + name], params["grad_b" + name] = grad_W / len(X), delta.sum(axis=(0, 2, 3)) / len(X)
    return without_padding(grad_padded, X, pad)


@misconception("conv_backward")
def bias_gradient_over_the_batch_only(delta, params, name=""):
    """Your gradient of the biases is summed over the images and not over the places. A bias acts at every place of its filter's output: look
    at the shape of b."""
    X, stride, pad = params["cache_" + name]
    params["grad_W" + name], grad_padded = convolution_gradients(delta, X, params["W" + name], stride, pad)
    params["grad_b" + name] = delta.sum(axis=0)
    return without_padding(grad_padded, X, pad)


@misconception("conv_backward")
def bias_gradient_averaged(delta, params, name=""):
    """Your gradient of the biases is a mean over images and places. A bias acts in each of them, and the chain rule adds up what comes
    back."""
    X, stride, pad = params["cache_" + name]
    params["grad_W" + name], grad_padded = convolution_gradients(delta, X, params["W" + name], stride, pad)
    params["grad_b" + name] = delta.mean(axis=(0, 2, 3))
    return without_padding(grad_padded, X, pad)


@misconception("conv_backward")
def filters_gradient_without_padding(delta, params, name=""):
    """Your gradient of the filters is made with the images as they are, without their padding. Each entry of delta belongs to a window of the
    padded image."""
    X, stride, pad = params["cache_" + name]
    W = params["W" + name]
    _, grad_padded = convolution_gradients(delta, X, W, stride, pad)
    grad_W = np.zeros(W.shape)
    for p, q in np.ndindex(delta.shape[2:]):
        window = X[:, :, p * stride : p * stride + W.shape[2], q * stride : q * stride + W.shape[3]]
        grad_W[:, :, : window.shape[2], : window.shape[3]] += np.einsum("nf,ncij->fcij", delta[:, :, p, q], window)
    params["grad_W" + name], params["grad_b" + name] = grad_W, delta.sum(axis=(0, 2, 3))
    return without_padding(grad_padded, X, pad)


@misconception("conv_backward")
def size_taken_from_the_output(delta, params, name=""):
    """Your gradient of the images is smaller than the images where the last window does not reach their end. Pixels that no window reached
    have a gradient too, and it is 0: look at what you take the size from."""
    X, stride, pad = params["cache_" + name]
    W = params["W" + name]
    params["grad_W" + name], grad_padded = convolution_gradients(delta, X, W, stride, pad)
    params["grad_b" + name] = delta.sum(axis=(0, 2, 3))
    rows, columns = ((size - 1) * stride + side for size, side in zip(delta.shape[2:], W.shape[2:]))
    return grad_padded[:, :, pad : rows - pad, pad : columns - pad]


@misconception("conv_backward")
def padding_left_on(delta, params, name=""):
    """Your gradient of the images still has the padding around it. It should have the images' own size."""
    X, stride, pad = params["cache_" + name]
    params["grad_W" + name], grad_padded = convolution_gradients(delta, X, params["W" + name], stride, pad)
    params["grad_b" + name] = delta.sum(axis=(0, 2, 3))
    return grad_padded


@misconception("conv_backward")
def only_the_visible_shape(delta, params, name=""):
    """You have written the sizes of the visible check into the code. Take stride and padding from the cache, and all sizes from the
    arrays."""
    X, stride, pad = params["cache_" + name]
    h, w = params["W" + name].shape[2:]
    wide = np.zeros((len(X), X.shape[1], 64, 64))
    wide[:, :, 3 : 3 + X.shape[2], 3 : 3 + X.shape[3]] = X
    grad_W, grad_wide = np.zeros(params["W" + name].shape), np.zeros(wide.shape)
    for p, q in np.ndindex(delta.shape[2:]):
        there = (..., slice(2 * p, 2 * p + h), slice(2 * q, 2 * q + w))
        grad_W += np.einsum("nf,ncij->fcij", delta[:, :, p, q], wide[there])
        grad_wide[there] += np.einsum("nf,fcij->ncij", delta[:, :, p, q], params["W" + name])
    params["grad_W" + name], params["grad_b" + name] = grad_W, delta.sum(axis=(0, 2, 3))
    return without_padding(grad_wide, X, 3)


@misconception("conv_backward")
def pixels_beyond_the_last_window_dropped(delta, params, name=""):
    """Your gradient of the images ends where the last window ends. Pixels that no window reached have a gradient too, and it is 0."""
    X, stride, pad = params["cache_" + name]
    W = params["W" + name]
    params["grad_W" + name], grad_padded = convolution_gradients(delta, X, W, stride, pad)
    params["grad_b" + name] = delta.sum(axis=(0, 2, 3))
    rows, columns = ((size - 1) * stride + side for size, side in zip(delta.shape[2:], W.shape[2:]))
    return without_padding(grad_padded[:, :, :rows, :columns], X, pad)


# get_random_batches


@misconception("get_random_batches")
def remainder_dropped(x, y, batch_size):
    """You form full batches only, so that the examples that are left over are in none. The last batch may be short."""
    order = np.random.permutation(len(x))
    full = len(x) - len(x) % batch_size
    return [(x[order[i : i + batch_size]], y[order[i : i + batch_size]]) for i in range(0, full, batch_size)]


@misconception("get_random_batches")
def drawn_with_replacement(x, y, batch_size):
    """You draw each example anew from all of them: some come twice, others never. Each should be in exactly one batch."""
    order = np.random.randint(len(x), size=len(x))
    return [(x[order[i : i + batch_size]], y[order[i : i + batch_size]]) for i in range(0, len(x), batch_size)]


@misconception("get_random_batches")
def pairs_torn(x, y, batch_size):
    """Your labels are not in the order of your examples, so that most examples get a label that is not theirs. Both need the same order."""
    xs, ys = np.random.permutation(x), np.random.permutation(y)
    return [(xs[i : i + batch_size], ys[i : i + batch_size]) for i in range(0, len(x), batch_size)]


@misconception("get_random_batches")
def only_the_order_of_batches(x, y, batch_size):
    """You cut the data first and then shuffle the batches. The same examples share a batch for ever; shuffle the examples before you
    cut."""
    starts = np.random.permutation(np.arange(0, len(x) - batch_size, batch_size))
    starts = [*starts, (len(x) - 1) // batch_size * batch_size]
    return [(x[i : i + batch_size], y[i : i + batch_size]) for i in starts]


@misconception("get_random_batches")
def batches_moved_about(x, y, batch_size):
    """You cut the data first and then shuffle the batches, so that the same examples share a batch for ever, and the short one may come
    anywhere. Shuffle the examples before you cut."""
    starts = np.random.permutation(np.arange(0, len(x), batch_size))
    return [(x[i : i + batch_size], y[i : i + batch_size]) for i in starts]


@misconception("get_random_batches")
def each_batch_drawn_on_its_own(x, y, batch_size):
    """Each of your batches is drawn from all examples anew, so that some are in two batches and others in none. Each should be in exactly one:
    cut one random order into batches."""
    rows = [np.random.choice(len(x), min(batch_size, len(x) - i), replace=False) for i in range(0, len(x), batch_size)]
    return [(x[each], y[each]) for each in rows]


@misconception("get_random_batches")
def full_batches_drawn_on_their_own(x, y, batch_size):
    """Each of your batches is drawn from all examples anew, the last one too, so that some examples are in two batches and others in none. Each
    should be in exactly one: cut one random order into batches."""
    size = min(batch_size, len(x))
    rows = [np.random.choice(len(x), size, replace=False) for _ in range(0, len(x), batch_size)]
    return [(x[each], y[each]) for each in rows]


@misconception("get_random_batches")
def full_batches_whatever_there_is(x, y, batch_size):
    """Each of your batches is drawn from all examples anew, so that some examples are in two batches and others in none, and a batch size above the
    number of examples can't be drawn. Each should be in exactly one: cut one random order into batches."""
    rows = [np.random.choice(len(x), batch_size, replace=False) for _ in range(0, len(x), batch_size)]
    return [(x[each], y[each]) for each in rows]


@misconception("get_random_batches")
def full_batches_drawn_with_replacement(x, y, batch_size):
    """Each of your batches is drawn from all examples anew, and an example may come twice in one: some come several times, others never. Each
    should be in exactly one batch: cut one random order into batches."""
    rows = [np.random.randint(len(x), size=batch_size) for _ in range(0, len(x), batch_size)]
    return [(x[each], y[each]) for each in rows]


@misconception("get_random_batches")
def never_shuffled(x, y, batch_size):
    """Your batches are cut from the data in the order it has. Is the shuffled order used where you cut?"""
    return [(x[i : i + batch_size], y[i : i + batch_size]) for i in range(0, len(x), batch_size)]


@misconception("get_random_batches")
def same_shuffle_in_each_call(x, y, batch_size):
    """You start the random generator anew from a fixed seed in every call, so that each gives the same batches. Let the generator go on
    from where it is."""
    order = np.random.default_rng(0).permutation(len(x))
    return [(x[order[i : i + batch_size]], y[order[i : i + batch_size]]) for i in range(0, len(x), batch_size)]


@misconception("get_random_batches")
def callers_arrays_shuffled(x, y, batch_size):
    """You change the arrays that you were given, as by shuffling them in place: the caller finds other data afterwards. Shuffle indices or a copy."""
    order = np.random.permutation(len(x))
    x[:], y[:] = x[order], y[order]
    return [(x[i : i + batch_size].copy(), y[i : i + batch_size].copy()) for i in range(0, len(x), batch_size)]


@misconception("get_random_batches")
def last_batch_filled_up(x, y, batch_size):
    """You fill the last batch with examples that are in another batch already. It may be short; each example should come once."""
    order = np.random.permutation(len(x))
    order = np.concatenate([order, order[: -len(x) % batch_size]])
    return [(x[order[i : i + batch_size]], y[order[i : i + batch_size]]) for i in range(0, len(x), batch_size)]


@misconception("get_random_batches")
def too_few_parts(x, y, batch_size):
    """You divide the data into too few parts, so that some batches have more than batch_size examples. All but the last should have
    batch_size, and the last may be shorter."""
    parts = np.array_split(np.random.permutation(len(x)), max(1, len(x) // batch_size))
    return [(x[rows], y[rows]) for rows in parts]


@misconception("get_random_batches")
def as_many_batches_as_batch_size(x, y, batch_size):
    """You cut the data into batch_size batches. batch_size is the number of examples in a batch, not that of the batches."""
    parts = np.array_split(np.random.permutation(len(x)), batch_size)
    return [(x[rows], y[rows]) for rows in parts]


@misconception("get_random_batches")
def parts_of_about_equal_size(x, y, batch_size):
    """You divide the data into parts of about equal size. All batches but the last should have batch_size examples."""
    parts = np.array_split(np.random.permutation(len(x)), -(-len(x) // batch_size))
    return [(x[rows], y[rows]) for rows in parts]


# train


def descend(params, rate, keys=("Wlayer1", "blayer1", "Woutput", "boutput")):
    for key in keys:
        params[key] = params[key] - rate * params["grad_" + key]


def scores_of_a_batch(xb, yb, params):
    probs = forward(forward(xb, params, "layer1", sigmoid), params, "output", softmax)
    return probs, *compute_loss_and_acc(yb, probs)


def send_back(delta, params):
    backwards(backwards(delta, params, "output", linear_deriv), params, "layer1", sigmoid_deriv)


@misconception("train")
def gradient_of_the_mean(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """Your steps are too small by a factor of the batch's size: you follow the gradient of the mean loss. Here it is that of the sum."""
    for _ in range(max_iters):
        total_loss, accs = 0.0, []
        for xb, yb in get_random_batches(x, y, batch_size):
            probs, loss, acc = scores_of_a_batch(xb, yb, params)
            total_loss, accs = total_loss + loss, [*accs, acc]
            send_back((probs - yb) / len(xb), params)
            descend(params, learning_rate)
    return total_loss, np.mean(accs)


@misconception("train")
def steps_over_batch_size(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """Your steps are too small by a factor of batch_size, which is not even the number of examples in a batch that is short. The loss of this
    chapter is a sum, and its gradient is divided by nothing."""
    for _ in range(max_iters):
        total_loss, accs = 0.0, []
        for xb, yb in get_random_batches(x, y, batch_size):
            probs, loss, acc = scores_of_a_batch(xb, yb, params)
            total_loss, accs = total_loss + loss, [*accs, acc]
            send_back((probs - yb) / batch_size, params)
            descend(params, learning_rate)
    return total_loss, np.mean(accs)


@misconception("train")
def output_updated_before_the_way_back(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """You update the output layer before the gradient of the hidden layer goes through it. The hidden layer's gradient is that of the old
    weights: compute all gradients first, then take the step."""
    for _ in range(max_iters):
        total_loss, right = 0.0, 0.0
        for xb, yb in get_random_batches(x, y, batch_size):
            probs, loss, acc = scores_of_a_batch(xb, yb, params)
            total_loss, right = total_loss + loss, right + acc * len(xb)
            backwards(probs - yb, params, "output", linear_deriv)
            descend(params, learning_rate, ("Woutput", "boutput"))
            backwards((probs - yb) @ params["Woutput"].T, params, "layer1", sigmoid_deriv)
            descend(params, learning_rate, ("Wlayer1", "blayer1"))
    return total_loss, right / len(x)


@misconception("train")
def totals_of_all_iterations(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """Your loss and accuracy add up over all iterations. What is asked for is those of the last: look at where they are set to zero."""
    total_loss, avg_acc = 0.0, 0.0
    for _ in range(max_iters):
        for xb, yb in get_random_batches(x, y, batch_size):
            probs, loss, acc = scores_of_a_batch(xb, yb, params)
            total_loss, avg_acc = total_loss + loss, avg_acc + acc * len(xb) / len(x)
            send_back(probs - yb, params)
            descend(params, learning_rate)
    return total_loss, avg_acc


@misconception("train")
def sigmoid_for_softmax(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """Your output layer has the sigmoid for its activation. Its classes share a probability of 1: look for the activation that makes them do
    so."""
    for _ in range(max_iters):
        total_loss, avg_acc = 0.0, 0.0
        for xb, yb in get_random_batches(x, y, batch_size):
            probs = forward(forward(xb, params, "layer1", sigmoid), params, "output", sigmoid)
            loss, acc = compute_loss_and_acc(yb, probs)
            total_loss, avg_acc = total_loss + loss, avg_acc + acc * len(xb) / len(x)
            send_back(probs - yb, params)
            descend(params, learning_rate)
    return total_loss, avg_acc


@misconception("train")
def loss_after_the_update(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """You take loss and accuracy of a batch after the step on that batch. They belong before it."""
    for _ in range(max_iters):
        total_loss, accs = 0.0, []
        for xb, yb in get_random_batches(x, y, batch_size):
            send_back(scores_of_a_batch(xb, yb, params)[0] - yb, params)
            descend(params, learning_rate)
            _, loss, acc = scores_of_a_batch(xb, yb, params)
            total_loss, accs = total_loss + loss, [*accs, acc]
    return total_loss, np.mean(accs)


@misconception("train")
def biases_stay(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """You update the weights but never the biases."""
    for _ in range(max_iters):
        total_loss, accs = 0.0, []
        for xb, yb in get_random_batches(x, y, batch_size):
            probs, loss, acc = scores_of_a_batch(xb, yb, params)
            total_loss, accs = total_loss + loss, [*accs, acc]
            send_back(probs - yb, params)
            descend(params, learning_rate, ("Wlayer1", "Woutput"))
    return total_loss, np.mean(accs)


@misconception("train")
def never_written_back(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """The parameters in params are what they were before the training, so that the losses stay, too. Giving a local name a new value leaves the
    dictionary as it was: put the new values into params."""
    for _ in range(max_iters):
        total_loss, accs = 0.0, []
        for xb, yb in get_random_batches(x, y, batch_size):
            probs, loss, acc = scores_of_a_batch(xb, yb, params)
            total_loss, accs = total_loss + loss, [*accs, acc]
            send_back(probs - yb, params)
    return total_loss, np.mean(accs)


@misconception("train")
def only_the_last_layer_learns(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """You update the output layer only. The hidden layer keeps the random weights it started from."""
    for _ in range(max_iters):
        total_loss, accs = 0.0, []
        for xb, yb in get_random_batches(x, y, batch_size):
            probs, loss, acc = scores_of_a_batch(xb, yb, params)
            total_loss, accs = total_loss + loss, [*accs, acc]
            send_back(probs - yb, params)
            descend(params, learning_rate, ("Woutput", "boutput"))
    return total_loss, np.mean(accs)


@misconception("train")
def uphill(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """You add the gradient, and the loss grows. Which way does the gradient point?"""
    for _ in range(max_iters):
        total_loss, accs = 0.0, []
        for xb, yb in get_random_batches(x, y, batch_size):
            probs, loss, acc = scores_of_a_batch(xb, yb, params)
            total_loss, accs = total_loss + loss, [*accs, acc]
            send_back(probs - yb, params)
            descend(params, -learning_rate)
    return total_loss, np.mean(accs)


@misconception("train")
def derivative_at_the_output_twice(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """You multiply by a derivative in the output layer, though P - y is already the derivative by its pre-activation. Which of the given
    derivatives leaves it as it is?"""
    for _ in range(max_iters):
        total_loss, accs = 0.0, []
        for xb, yb in get_random_batches(x, y, batch_size):
            probs, loss, acc = scores_of_a_batch(xb, yb, params)
            total_loss, accs = total_loss + loss, [*accs, acc]
            backwards(backwards(probs - yb, params, "output", sigmoid_deriv), params, "layer1", sigmoid_deriv)
            descend(params, learning_rate)
    return total_loss, np.mean(accs)


@misconception("train")
def hidden_layer_taken_for_linear(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """You send the gradient through the hidden layer as if it were linear. Its activation is the sigmoid."""
    for _ in range(max_iters):
        total_loss, accs = 0.0, []
        for xb, yb in get_random_batches(x, y, batch_size):
            probs, loss, acc = scores_of_a_batch(xb, yb, params)
            total_loss, accs = total_loss + loss, [*accs, acc]
            backwards(backwards(probs - yb, params, "output", linear_deriv), params, "layer1", linear_deriv)
            descend(params, learning_rate)
    return total_loss, np.mean(accs)


@misconception("train")
def loss_of_all_iterations(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """Your total loss grows from iteration to iteration, since it is never set back to 0. It should be that of the last iteration
    alone."""
    total_loss = 0.0
    for _ in range(max_iters):
        accs = []
        for xb, yb in get_random_batches(x, y, batch_size):
            probs, loss, acc = scores_of_a_batch(xb, yb, params)
            total_loss, accs = total_loss + loss, [*accs, acc]
            send_back(probs - yb, params)
            descend(params, learning_rate)
    return total_loss, np.mean(accs)


@misconception("train")
def loss_of_the_last_batch(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """You return the loss and accuracy of the last batch. Those of an iteration are over all its batches."""
    for _ in range(max_iters):
        for xb, yb in get_random_batches(x, y, batch_size):
            probs, loss, acc = scores_of_a_batch(xb, yb, params)
            send_back(probs - yb, params)
            descend(params, learning_rate)
    return loss, acc


@misconception("train")
def loss_of_the_last_batch_alone(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """The loss that you return is that of the last batch. The total loss of an iteration adds up those of all its batches."""
    for _ in range(max_iters):
        accs = []
        for xb, yb in get_random_batches(x, y, batch_size):
            probs, loss, acc = scores_of_a_batch(xb, yb, params)
            accs = [*accs, acc]
            send_back(probs - yb, params)
            descend(params, learning_rate)
    return loss, np.mean(accs)


@misconception("train")
def mean_of_the_losses(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """You average the losses of the batches. The total loss is their sum; only the accuracy is a mean."""
    for _ in range(max_iters):
        losses, accs = [], []
        for xb, yb in get_random_batches(x, y, batch_size):
            probs, loss, acc = scores_of_a_batch(xb, yb, params)
            losses, accs = [*losses, loss], [*accs, acc]
            send_back(probs - yb, params)
            descend(params, learning_rate)
    return np.mean(losses), np.mean(accs)


@misconception("train")
def accuracies_added_up(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """You add up the accuracies of the batches without dividing, so that the result can exceed 1."""
    for _ in range(max_iters):
        total_loss, avg_acc = 0.0, 0.0
        for xb, yb in get_random_batches(x, y, batch_size):
            probs, loss, acc = scores_of_a_batch(xb, yb, params)
            total_loss, avg_acc = total_loss + loss, avg_acc + acc
            send_back(probs - yb, params)
            descend(params, learning_rate)
    return total_loss, avg_acc


@misconception("train")
def accuracies_over_batch_size(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """You add up the accuracies of the batches and divide by batch_size. A mean is divided by how many there are, here by the number of
    batches."""
    for _ in range(max_iters):
        total_loss, total_acc = 0.0, 0.0
        for xb, yb in get_random_batches(x, y, batch_size):
            probs, loss, acc = scores_of_a_batch(xb, yb, params)
            total_loss, total_acc = total_loss + loss, total_acc + acc
            send_back(probs - yb, params)
            descend(params, learning_rate)
    return total_loss, total_acc / batch_size


@misconception("train")
def one_step_an_iteration(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """You make one step an iteration, on the last batch. Each batch should be followed by a step of its own: is the update inside the
    inner loop?"""
    for _ in range(max_iters):
        total_loss, accs = 0.0, []
        for xb, yb in get_random_batches(x, y, batch_size):
            probs, loss, acc = scores_of_a_batch(xb, yb, params)
            total_loss, accs = total_loss + loss, [*accs, acc]
            send_back(probs - yb, params)
        descend(params, learning_rate)
    return total_loss, np.mean(accs)


@misconception("train")
def one_iteration_too_few(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """You make one iteration less than max_iters asks for. Where does your range begin and end?"""
    total_loss, accs = 0.0, [0.0]
    for _ in range(1, max_iters):
        total_loss, accs = 0.0, []
        for xb, yb in get_random_batches(x, y, batch_size):
            probs, loss, acc = scores_of_a_batch(xb, yb, params)
            total_loss, accs = total_loss + loss, [*accs, acc]
            send_back(probs - yb, params)
            descend(params, learning_rate)
    return total_loss, np.mean(accs)


@misconception("train")
def all_examples_instead_of_the_batch(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """You loop over the batches, but compute with all examples each time. Use what the batch holds."""
    for _ in range(max_iters):
        total_loss, accs = 0.0, []
        for _ in get_random_batches(x, y, batch_size):
            probs, loss, acc = scores_of_a_batch(x, y, params)
            total_loss, accs = total_loss + loss, [*accs, acc]
            send_back(probs - y, params)
            descend(params, learning_rate)
    return total_loss, np.mean(accs)


@misconception("train")
def hidden_gradient_one_batch_late(x, y, params, batch_size=5, max_iters=500, learning_rate=1e-3):
    """You update before the backward pass of the hidden layer, so that its step uses the gradient of the batch before. Compute all
    gradients, then update."""
    params["grad_Wlayer1"], params["grad_blayer1"] = np.zeros(params["Wlayer1"].shape), np.zeros(params["blayer1"].shape)
    for _ in range(max_iters):
        total_loss, accs = 0.0, []
        for xb, yb in get_random_batches(x, y, batch_size):
            probs, loss, acc = scores_of_a_batch(xb, yb, params)
            total_loss, accs = total_loss + loss, [*accs, acc]
            grad_hidden = backwards(probs - yb, params, "output", linear_deriv)
            descend(params, learning_rate)
            backwards(grad_hidden, params, "layer1", sigmoid_deriv)
    return total_loss, np.mean(accs)


# central_differences_gradient


def loss_of_the_network(params, x, y):
    return scores_of_a_batch(x, y, params)[1]


def at_each_entry(params, difference, keys):
    """Write difference(theta, at), for each entry of the parameters, into the gradients."""
    for key in keys:
        grad = np.zeros(params[key].shape)
        for at in np.ndindex(grad.shape):
            kept = params[key][at]
            grad[at] = difference(params[key], at)
            params[key][at] = kept
        params["grad_" + key] = grad


def shifted(theta, at, step, loss):
    """The loss with one entry moved from where it is now."""
    theta[at] += step
    return loss()


def parameters_of(params):
    return [key for key in params if "_" not in key]


@misconception("central_differences_gradient")
def only_the_biases(params, x, y, eps=1e-6):
    """You differentiate by the biases only. Weights have two axes and need an index for each."""
    def difference(theta, at):
        above = shifted(theta, at, eps, lambda: loss_of_the_network(params, x, y))
        return (above - shifted(theta, at, -2 * eps, lambda: loss_of_the_network(params, x, y))) / (2 * eps)
    at_each_entry(params, difference, [key for key in parameters_of(params) if key.startswith("b")])


@misconception("central_differences_gradient")
def only_the_weights(params, x, y, eps=1e-6):
    """You differentiate by the weights only. The biases are parameters too: their keys have no underscore either."""
    def difference(theta, at):
        above = shifted(theta, at, eps, lambda: loss_of_the_network(params, x, y))
        return (above - shifted(theta, at, -2 * eps, lambda: loss_of_the_network(params, x, y))) / (2 * eps)
    at_each_entry(params, difference, [key for key in parameters_of(params) if key.startswith("W")])


@misconception("central_differences_gradient")
def forward_difference(params, x, y, eps=1e-6):
    """You take the difference to one side only. Its error is of the order eps; going to both sides brings it down to eps squared."""
    def difference(theta, at):
        here = loss_of_the_network(params, x, y)
        return (shifted(theta, at, eps, lambda: loss_of_the_network(params, x, y)) - here) / eps
    at_each_entry(params, difference, parameters_of(params))


@misconception("central_differences_gradient")
def divided_by_one_step(params, x, y, eps=1e-6):
    """Your gradient is twice what it should be. How far apart are the two places at which you take the loss?"""
    def difference(theta, at):
        above = shifted(theta, at, eps, lambda: loss_of_the_network(params, x, y))
        return (above - shifted(theta, at, -2 * eps, lambda: loss_of_the_network(params, x, y))) / eps
    at_each_entry(params, difference, parameters_of(params))


@misconception("central_differences_gradient")
def back_to_the_middle_only(params, x, y, eps=1e-6):
    """Your gradient is about half of what it should be: you add eps, and subtract it once, which leads back to the start and not to the
    other side."""
    def difference(theta, at):
        above = shifted(theta, at, eps, lambda: loss_of_the_network(params, x, y))
        return (above - shifted(theta, at, -eps, lambda: loss_of_the_network(params, x, y))) / (2 * eps)
    at_each_entry(params, difference, parameters_of(params))


@misconception("central_differences_gradient")
def difference_the_other_way_round(params, x, y, eps=1e-6):
    """Your gradient has the wrong sign. Which of the two losses is subtracted from which?"""
    def difference(theta, at):
        above = shifted(theta, at, eps, lambda: loss_of_the_network(params, x, y))
        return (shifted(theta, at, -2 * eps, lambda: loss_of_the_network(params, x, y)) - above) / (2 * eps)
    at_each_entry(params, difference, parameters_of(params))


@misconception("central_differences_gradient")
def step_of_its_own(params, x, y, eps=1e-6):
    """You use a step that is written into the code, whatever eps is. Use the argument."""
    def difference(theta, at):
        above = shifted(theta, at, 1e-6, lambda: loss_of_the_network(params, x, y))
        return (above - shifted(theta, at, -2e-6, lambda: loss_of_the_network(params, x, y))) / 2e-6
    at_each_entry(params, difference, parameters_of(params))


@misconception("central_differences_gradient")
def entries_not_put_back(params, x, y, eps=1e-6):
    """You don't put an entry back before you change the next. The parameters end displaced, and each difference is taken a little further
    from where it should be."""
    for key in parameters_of(params):
        theta, grad = params[key], np.zeros(params[key].shape)
        for at in np.ndindex(theta.shape):
            above = shifted(theta, at, eps, lambda: loss_of_the_network(params, x, y))
            grad[at] = (above - shifted(theta, at, -2 * eps, lambda: loss_of_the_network(params, x, y))) / (2 * eps)
        params["grad_" + key] = grad


@misconception("central_differences_gradient")
def names_written_into_the_code(params, x, y, eps=1e-6):
    """You go through the four parameters that you know. Every key without an underscore is one, whatever its layer is called."""
    def difference(theta, at):
        above = shifted(theta, at, eps, lambda: loss_of_the_network(params, x, y))
        return (above - shifted(theta, at, -2 * eps, lambda: loss_of_the_network(params, x, y))) / (2 * eps)
    at_each_entry(params, difference, ("Wlayer1", "blayer1", "Woutput", "boutput"))


@misconception("central_differences_gradient")
def all_entries_at_once(params, x, y, eps=1e-6):
    """You move all entries of a parameter together, which gives one number for the whole array. Each entry has a derivative of its
    own."""
    for key in parameters_of(params):
        theta = params[key]
        params[key] = theta + eps
        above = loss_of_the_network(params, x, y)
        params[key] = theta - eps
        params["grad_" + key] = np.full(theta.shape, (above - loss_of_the_network(params, x, y)) / (2 * eps))
        params[key] = theta


@misconception("central_differences_gradient")
def differences_added_to_the_old(params, x, y, eps=1e-6):
    """You add to the gradients that params holds from before. They should be replaced."""
    old = dict(params)
    def difference(theta, at):
        above = shifted(theta, at, eps, lambda: loss_of_the_network(params, x, y))
        return (above - shifted(theta, at, -2 * eps, lambda: loss_of_the_network(params, x, y))) / (2 * eps)
    at_each_entry(params, difference, parameters_of(params))
    for key in parameters_of(params):
        params["grad_" + key] = params["grad_" + key] + old.get("grad_" + key, 0)


@misconception("central_differences_gradient")
def mean_loss_differentiated(params, x, y, eps=1e-6):
    """You differentiate the mean loss of the examples. The loss of this chapter is their sum."""
    def difference(theta, at):
        above = shifted(theta, at, eps, lambda: loss_of_the_network(params, x, y))
        return (above - shifted(theta, at, -2 * eps, lambda: loss_of_the_network(params, x, y))) / (2 * eps) / len(x)
    at_each_entry(params, difference, parameters_of(params))


@misconception("central_differences_gradient")
def sigmoid_at_the_output(params, x, y, eps=1e-6):
    """You differentiate the loss of another network: yours has the sigmoid at its output. That of question 11 has the softmax there; look at what
    is handed to forward."""
    def loss():
        hidden = forward(x, params, "layer1", sigmoid)
        return compute_loss_and_acc(y, forward(hidden, params, "output", sigmoid))[0]
    def difference(theta, at):
        above = shifted(theta, at, eps, loss)
        return (above - shifted(theta, at, -2 * eps, loss)) / (2 * eps)
    at_each_entry(params, difference, parameters_of(params))
