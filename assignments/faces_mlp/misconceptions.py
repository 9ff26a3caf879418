"""Known wrong solutions of faces_mlp. Each runs in the reference's notebook in place of the function it replaces."""
import numpy as np

from autograder.probe import misconception

PARAMETERS = ("W1", "W2", "W3", "b1", "b2", "b3")

# ---- init_nn -------------------------------------------------------------------------------------------------------------------------


def network(num_inputs, num_hiddens, num_outputs, draw, scales=(0.1, 0.1, 0.01), bias=np.zeros):
    first, second = num_hiddens
    return {
        "W1": scales[0] * draw(num_inputs, first), "b1": bias(first),
        "W2": scales[1] * draw(first, second), "b2": bias(second),
        "W3": scales[2] * draw(second, num_outputs), "b3": bias(num_outputs),
    }


@misconception("init_nn")
def one_scale_for_all(num_inputs, num_hiddens, num_outputs):
    """All three weight matrices get the same spread. The table asks for a smaller one in the last layer."""
    return network(num_inputs, num_hiddens, num_outputs, np.random.randn, (0.1, 0.1, 0.1))


@misconception("init_nn")
def uniform_weights(num_inputs, num_hiddens, num_outputs):
    """Your weights are uniform between 0 and their scale, so none is negative. Look at which function of NumPy draws from a normal."""
    return network(num_inputs, num_hiddens, num_outputs, np.random.rand)


@misconception("init_nn", not_for=["scale * np.random.randn(rows, columns) => scale**2 * np.random.randn(rows, columns)"])
def scale_as_variance(num_inputs, num_hiddens, num_outputs):
    """You take 0.1 and 0.01 for variances. They are factors on the standard normal, so they are its standard deviations."""
    return network(num_inputs, num_hiddens, num_outputs, np.random.randn, (0.1**0.5, 0.1**0.5, 0.01**0.5))


@misconception("init_nn")
def unscaled_normal(num_inputs, num_hiddens, num_outputs):
    """Your weights are standard normals without their scale. With 2304 inputs the scores then start far apart and the first steps are wild."""
    return network(num_inputs, num_hiddens, num_outputs, np.random.randn, (1.0, 1.0, 1.0))


@misconception("init_nn")
def last_layer_unscaled(num_inputs, num_hiddens, num_outputs):
    """Your last weight matrix is a standard normal without its scale. The scores then start far apart, and some expressions are preferred."""
    return network(num_inputs, num_hiddens, num_outputs, np.random.randn, (0.1, 0.1, 1.0))


@misconception("init_nn")
def scaled_for_rectifiers(num_inputs, num_hiddens, num_outputs):
    """The spread of your weights depends on the number of inputs of their layer, as sqrt(2 / inputs). Another good rule; the table asks for
    0.1 and 0.01, whatever the sizes."""
    sizes = num_inputs, *num_hiddens
    return network(num_inputs, num_hiddens, num_outputs, np.random.randn, [(2 / size) ** 0.5 for size in sizes])


@misconception("init_nn")
def scaled_by_the_inputs(num_inputs, num_hiddens, num_outputs):
    """The spread of your weights depends on the number of inputs of their layer, as 1 / sqrt(inputs). Another good rule; the table asks for
    0.1 and 0.01, whatever the sizes."""
    sizes = num_inputs, *num_hiddens
    return network(num_inputs, num_hiddens, num_outputs, np.random.randn, [(1 / size) ** 0.5 for size in sizes])


@misconception("init_nn", not_for=["np.zeros(columns) => np.zeros((columns, 1))"])
def biases_as_rows(num_inputs, num_hiddens, num_outputs):
    """Your biases have two axes, (1, H). They should have one: then a gradient summed over the examples has the shape of its bias."""
    return network(num_inputs, num_hiddens, num_outputs, np.random.randn, bias=lambda units: np.zeros((1, units)))


@misconception("init_nn", not_for=["np.zeros(columns) => np.ones(columns)"])
def random_biases(num_inputs, num_hiddens, num_outputs):
    """Your biases are random. The random weights make the units differ already; the biases start at zero."""
    return network(num_inputs, num_hiddens, num_outputs, np.random.randn, bias=lambda units: 0.1 * np.random.randn(units))


# ---- softmax -------------------------------------------------------------------------------------------------------------------------


@misconception("softmax")
def no_shift(x):
    """Your exponential gets scores that are too large for it. From about 710 on it overflows, and far below zero a whole row becomes 0/0. Shift each row first."""
    powers = np.exp(x)
    return powers / powers.sum(axis=1, keepdims=True)


@misconception("softmax")
def one_maximum_for_the_batch(x):
    """You subtract the largest entry of the whole batch. A row far below it underflows to 0/0. Look at which axis the maximum is taken over."""
    powers = np.exp(x - x.max())
    return powers / powers.sum(axis=1, keepdims=True)


@misconception("softmax")
def shifts_by_the_minimum(x):
    """You subtract each row's smallest score. The largest exponent can still overflow; look for the shift that makes all exponents at most 0."""
    powers = np.exp(x - x.min(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@misconception("softmax")
def shifts_up(x):
    """You add the row's maximum where it should be taken away, which makes large exponents twice as large. Look at the sign of the shift."""
    powers = np.exp(x + x.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@misconception("softmax")
def one_sum_for_the_batch(x):
    """You divide by the sum over the whole batch, so that all entries together sum to 1. Each row should."""
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    return powers / powers.sum()


@misconception("softmax")
def sums_down_the_columns(x):
    """Your columns sum to 1, not your rows. A row is an example: look at the axis of the sum."""
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=0, keepdims=True)


@misconception("softmax")
def normalizes_each_column(x):
    """You normalize each column, over the cases. The classes of one case stand side by side in a row: look at the axis of the maximum and of the sum."""
    powers = np.exp(x - x.max(axis=0, keepdims=True))
    return powers / powers.sum(axis=0, keepdims=True)


@misconception("softmax")
def shifts_the_callers_scores(x):
    """You work in x itself, as by subtracting the maximum in place, so the caller's scores are changed too. Make a new array."""
    x -= x.max(axis=1, keepdims=True)
    powers = np.exp(x)
    return powers / powers.sum(axis=1, keepdims=True)


# ---- affine --------------------------------------------------------------------------------------------------------------------------


@misconception("affine", replaces="affine")
def forgets_the_bias(x, w, b):
    """Your layer multiplies by the weights but doesn't add the bias."""
    return x @ w


@misconception("affine", replaces="affine_backward")
def averages_the_bias_gradient(grad_y, x, w):
    """You average the bias gradient over the examples. Any averaging is in grad_y already: the shares of the examples add up."""
    return grad_y @ w.T, x.T @ grad_y, grad_y.mean(axis=0)


@misconception("affine", replaces="affine_backward")
def averages_both_gradients(grad_y, x, w):
    """You divide the gradients of weights and bias by the number of examples. grad_y carries that division already, where there is one."""
    return grad_y @ w.T, x.T @ grad_y / len(x), grad_y.sum(axis=0) / len(x)


@misconception("affine", replaces="affine_backward")
def sums_the_bias_over_units(grad_y, x, w):
    """Your bias gradient has one entry an example: it is summed over the units. A bias has one entry a unit. Look at the axis of the sum."""
    return grad_y @ w.T, x.T @ grad_y, grad_y.sum(axis=1)


@misconception("affine", replaces="affine_backward")
def one_number_for_the_bias(grad_y, x, w):
    """Your bias gradient is a single number, the sum over examples and units. Sum over the examples alone."""
    return grad_y @ w.T, x.T @ grad_y, np.sum(grad_y)


@misconception("affine", replaces="affine_backward")
def bias_gradient_not_summed(grad_y, x, w):
    """Your bias gradient has a row for each case. The bias was used by all of them, so their shares add up: it has one axis, with an entry for each unit."""
    return grad_y @ w.T, x.T @ grad_y, grad_y + 0


@misconception("affine", replaces="affine_backward")
def bias_gradient_as_a_row(grad_y, x, w):
    """Your bias gradient has two axes, (1, M); the bias has one, (M,). An update would turn the bias into a matrix. Look at keepdims."""
    return grad_y @ w.T, x.T @ grad_y, grad_y.sum(axis=0, keepdims=True)


@misconception("affine", replaces="affine_backward")
def transposed_weight_gradient(grad_y, x, w):
    """Your weight gradient is transposed. A gradient has the shape of what it belongs to: one row an input, one column a unit."""
    return grad_y @ w.T, grad_y.T @ x, grad_y.sum(axis=0)


@misconception("affine", replaces="affine_backward")
def weight_gradient_for_weights(grad_y, x, w):
    """Your grad_x is made with the gradient of the weights, x.T @ grad_y, where the weights belong. Look at how much an output moves when one entry of x moves."""
    return grad_y @ (x.T @ grad_y).T, x.T @ grad_y, grad_y.sum(axis=0)


# ---- relu ----------------------------------------------------------------------------------------------------------------------------


@misconception("relu", replaces="relu")
def overwrites_x(x):
    """x is changed: either you write into it, as by setting its negative entries to zero in place, or you return x itself where nothing is negative, so that what is written into the result is written into x. The caller needs the un-activated values for the backward pass: return a new array."""
    x[x < 0] = 0
    return x


@misconception("relu", replaces="relu")
def leaky(x):
    """Your rectifier lets a little of the negative entries through. Below zero this one is flat."""
    return np.maximum(0.01 * x, x)


@misconception("relu", replaces="relu")
def absolute_value(x):
    """Negative entries come out positive. They should become zero."""
    return np.abs(x)


@misconception("relu", replaces="relu_backward")
def overwrites_the_gradient(grad_y, x):
    """grad_y is changed: either you write into it, as by setting entries of it to zero, or you return it itself where nothing has to become zero, so that what is written into the result is written into it. The array belongs to the caller: work on a new one."""
    grad_y[x <= 0] = 0
    return grad_y


@misconception("relu", replaces="relu_backward")
def masks_by_the_gradient(grad_y, x):
    """You let through the positive entries of the gradient. What decides is the sign of the input x; a gradient may have any sign."""
    return grad_y * (grad_y > 0)


@misconception("relu", replaces="relu_backward")
def forgets_the_upstream_gradient(grad_y, x):
    """You return the derivative of the rectifier, zeros and ones. The chain rule multiplies it by the gradient from above."""
    return (x > 0).astype(float)


@misconception("relu", replaces="relu_backward")
def multiplies_by_the_activation(grad_y, x):
    """You multiply the gradient by the activation max(x, 0). Its derivative is wanted: 1 where x is positive."""
    return grad_y * np.maximum(x, 0)


@misconception("relu", replaces="relu_backward")
def rectifies_the_gradient_too(grad_y, x):
    """You zero the gradient where x is negative, and its own negative entries as well. Only the sign of x matters."""
    return np.maximum(grad_y * (x > 0), 0)


# ---- nn_forward ----------------------------------------------------------------------------------------------------------------------


@misconception("nn_forward")
def probabilities_for_scores(model, x):
    """Your y are probabilities: a softmax stands at the end. The network returns scores, and evaluate and train apply the softmax."""
    z1 = affine(x, model["W1"], model["b1"])
    h1 = relu(z1)
    z2 = affine(h1, model["W2"], model["b2"])
    h2 = relu(z2)
    y = softmax(affine(h2, model["W3"], model["b3"]))
    return {"x": x, "z1": z1, "h1": h1, "z2": z2, "h2": h2, "y": y}


@misconception("nn_forward")
def rectified_scores(model, x):
    """Your scores have passed a rectifier and are never negative. A rectifier stands between affine layers, and none after the last."""
    z1 = affine(x, model["W1"], model["b1"])
    h1 = relu(z1)
    z2 = affine(h1, model["W2"], model["b2"])
    h2 = relu(z2)
    y = relu(affine(h2, model["W3"], model["b3"]))
    return {"x": x, "z1": z1, "h1": h1, "z2": z2, "h2": h2, "y": y}


@misconception("nn_forward")
def activations_not_handed_on(model, x):
    """Your second and third layers get z1 and z2, not h1 and h2: without the rectifiers between them three layers are no more than one."""
    z1 = affine(x, model["W1"], model["b1"])
    z2 = affine(z1, model["W2"], model["b2"])
    y = affine(z2, model["W3"], model["b3"])
    return {"x": x, "z1": z1, "h1": relu(z1), "z2": z2, "h2": relu(z2), "y": y}


@misconception("nn_forward")
def activated_twice_over(model, x):
    """Under z1 and z2 you keep values after the rectifier. The backward pass needs them as they were before it."""
    h1 = relu(affine(x, model["W1"], model["b1"]))
    h2 = relu(affine(h1, model["W2"], model["b2"]))
    y = affine(h2, model["W3"], model["b3"])
    return {"x": x, "z1": h1, "h1": h1, "z2": h2, "h2": h2, "y": y}


@misconception("nn_forward")
def second_rectifier_missing(model, x):
    """The second hidden layer has no rectifier: h2 is z2. Two of the three layers then act as one."""
    z1 = affine(x, model["W1"], model["b1"])
    h1 = relu(z1)
    z2 = affine(h1, model["W2"], model["b2"])
    y = affine(z2, model["W3"], model["b3"])
    return {"x": x, "z1": z1, "h1": h1, "z2": z2, "h2": z2, "y": y}


@misconception("nn_forward")
def scores_alone(model, x):
    """The dictionary that you return holds y alone. The backward pass needs the other five arrays too; look at the names in the docstring."""
    h1 = relu(affine(x, model["W1"], model["b1"]))
    h2 = relu(affine(h1, model["W2"], model["b2"]))
    return {"y": affine(h2, model["W3"], model["b3"])}


@misconception("nn_forward")
def input_not_kept(model, x):
    """The dictionary that you return has no x. The backward pass needs the input of the first layer too; look at the names in the docstring."""
    z1 = affine(x, model["W1"], model["b1"])
    h1 = relu(z1)
    z2 = affine(h1, model["W2"], model["b2"])
    h2 = relu(z2)
    return {"z1": z1, "h1": h1, "z2": z2, "h2": h2, "y": affine(h2, model["W3"], model["b3"])}


# ---- nn_backward ---------------------------------------------------------------------------------------------------------------------


def store(model, *gradients):
    names = ("dE_dW3", "dE_db3", "dE_dW2", "dE_db2", "dE_dW1", "dE_db1")
    model.update(zip(names, gradients))


@misconception("nn_backward")
def skips_the_rectifiers(model, err, var):
    """The gradient goes from layer to layer as if there were no rectifiers. Where z is negative nothing of it may pass."""
    grad_h2, grad_w3, grad_b3 = affine_backward(err, var["h2"], model["W3"])
    grad_h1, grad_w2, grad_b2 = affine_backward(grad_h2, var["h1"], model["W2"])
    _, grad_w1, grad_b1 = affine_backward(grad_h1, var["x"], model["W1"])
    store(model, grad_w3, grad_b3, grad_w2, grad_b2, grad_w1, grad_b1)


@misconception("nn_backward")
def skips_the_first_rectifier(model, err, var):
    """The gradient passes the second rectifier rightly but skips the first, between z1 and h1."""
    grad_h2, grad_w3, grad_b3 = affine_backward(err, var["h2"], model["W3"])
    grad_h1, grad_w2, grad_b2 = affine_backward(relu_backward(grad_h2, var["z2"]), var["h1"], model["W2"])
    _, grad_w1, grad_b1 = affine_backward(grad_h1, var["x"], model["W1"])
    store(model, grad_w3, grad_b3, grad_w2, grad_b2, grad_w1, grad_b1)


@misconception("nn_backward")
def skips_the_second_rectifier(model, err, var):
    """The gradient passes the first rectifier rightly but skips the second, between z2 and h2."""
    grad_h2, grad_w3, grad_b3 = affine_backward(err, var["h2"], model["W3"])
    grad_h1, grad_w2, grad_b2 = affine_backward(grad_h2, var["h1"], model["W2"])
    _, grad_w1, grad_b1 = affine_backward(relu_backward(grad_h1, var["z1"]), var["x"], model["W1"])
    store(model, grad_w3, grad_b3, grad_w2, grad_b2, grad_w1, grad_b1)


@misconception("nn_backward")
def unactivated_layer_inputs(model, err, var):
    """You take z1 and z2 for the inputs of the second and third affine layer. In the forward pass those layers were given h1 and h2."""
    grad_h2, grad_w3, grad_b3 = affine_backward(err, var["z2"], model["W3"])
    grad_h1, grad_w2, grad_b2 = affine_backward(relu_backward(grad_h2, var["z2"]), var["z1"], model["W2"])
    _, grad_w1, grad_b1 = affine_backward(relu_backward(grad_h1, var["z1"]), var["x"], model["W1"])
    store(model, grad_w3, grad_b3, grad_w2, grad_b2, grad_w1, grad_b1)


@misconception("nn_backward")
def divides_by_the_batch(model, err, var):
    """Your gradients are divided by the number of examples. err is the gradient with respect to the scores already; train does the dividing, once."""
    grad_h2, grad_w3, grad_b3 = affine_backward(err / len(err), var["h2"], model["W3"])
    grad_h1, grad_w2, grad_b2 = affine_backward(relu_backward(grad_h2, var["z2"]), var["h1"], model["W2"])
    _, grad_w1, grad_b1 = affine_backward(relu_backward(grad_h1, var["z1"]), var["x"], model["W1"])
    store(model, grad_w3, grad_b3, grad_w2, grad_b2, grad_w1, grad_b1)


@misconception("nn_backward")
def adds_to_earlier_gradients(model, err, var):
    """You add to the gradients that stand in model from the batch before. Each backward pass writes its own gradients over them."""
    grad_h2, grad_w3, grad_b3 = affine_backward(err, var["h2"], model["W3"])
    grad_h1, grad_w2, grad_b2 = affine_backward(relu_backward(grad_h2, var["z2"]), var["h1"], model["W2"])
    _, grad_w1, grad_b1 = affine_backward(relu_backward(grad_h1, var["z1"]), var["x"], model["W1"])
    earlier = [model.get(name, 0) for name in ("dE_dW3", "dE_db3", "dE_dW2", "dE_db2", "dE_dW1", "dE_db1")]
    store(model, *(new + old for new, old in zip((grad_w3, grad_b3, grad_w2, grad_b2, grad_w1, grad_b1), earlier)))


@misconception("nn_backward")
def masks_by_the_other_layer(model, err, var):
    """You give the first rectifier's backward pass the gradient of its output twice, so the sign of the gradient decides. Its second argument is z1."""
    grad_h2, grad_w3, grad_b3 = affine_backward(err, var["h2"], model["W3"])
    grad_h1, grad_w2, grad_b2 = affine_backward(relu_backward(grad_h2, grad_h2), var["h1"], model["W2"])
    _, grad_w1, grad_b1 = affine_backward(relu_backward(grad_h1, grad_h1), var["x"], model["W1"])
    store(model, grad_w3, grad_b3, grad_w2, grad_b2, grad_w1, grad_b1)


# ---- nn_update -----------------------------------------------------------------------------------------------------------------------


@misconception("nn_update")
def steps_uphill(model, eta):
    """You add the gradient, which makes the error grow. Descent goes against it."""
    for name in PARAMETERS:
        model[name] = model[name] + eta * model["dE_d" + name]


@misconception("nn_update")
def weights_only(model, eta):
    """You move the weights but not the biases. All six parameters take a step."""
    for name in ("W1", "W2", "W3"):
        model[name] = model[name] - eta * model["dE_d" + name]


@misconception("nn_update")
def ignores_the_rate(model, eta):
    """You subtract the whole gradient and never use eta."""
    for name in PARAMETERS:
        model[name] = model[name] - model["dE_d" + name]


@misconception("nn_update")
def never_written_back(model, eta):
    """The parameters in model are what they were before the step. Giving a local name a new value leaves the dictionary as it was: put the new values into model."""
    for name in PARAMETERS:
        value = model[name]
        value = value - eta * model["dE_d" + name]


@misconception("nn_update")
def remembers_a_velocity(model, eta):
    """Your steps gather momentum: the second also holds part of the first. Plain gradient descent remembers nothing."""
    for name in PARAMETERS:
        model["v_" + name] = 0.9 * model.get("v_" + name, 0) - eta * model["dE_d" + name]
        model[name] = model[name] + model["v_" + name]


@misconception("nn_update")
def decays_the_gradients(model, eta):
    """Your step changes the gradients in model, as by multiplying them by eta in place or setting them to zero. They should stay as they were."""
    for name in PARAMETERS:
        model["dE_d" + name] *= eta
        model[name] = model[name] - model["dE_d" + name]


@misconception("nn_update")
def gradients_taken_away(model, eta):
    """After your step the gradients are gone from model. They should stay as they were: look for pop or del."""
    for name in PARAMETERS:
        model[name] = model[name] - eta * model.pop("dE_d" + name)


# ---- evaluate ------------------------------------------------------------------------------------------------------------------------


def batches(num_cases, batch_size):
    if batch_size == -1:
        batch_size = num_cases
    return [slice(start, start + batch_size) for start in range(0, num_cases, batch_size)]


@misconception("evaluate")
def mean_of_batch_means(inputs, target, model, forward, batch_size=-1):
    """You average within each batch and then over the batches. A short last batch counts as much as a full one then; divide once, by all cases."""
    ce, acc = [], []
    for rows in batches(len(inputs), batch_size):
        prediction = softmax(forward(model, inputs[rows])["y"])
        ce.append(-np.mean(np.log(np.sum(prediction * target[rows], axis=1))))
        acc.append(np.mean(prediction.argmax(axis=1) == target[rows].argmax(axis=1)))
    return np.mean(ce), np.mean(acc)


@misconception("evaluate")
def batch_means_over_full_batches(inputs, target, model, forward, batch_size=-1):
    """You add up the means of the batches and divide by the number of full ones. A mean of means is another number where the last batch is short; add up over the cases and divide once, by all of them."""
    batch_size = len(inputs) if batch_size == -1 else batch_size
    ce, acc = 0.0, 0.0
    for rows in batches(len(inputs), batch_size):
        prediction = softmax(forward(model, inputs[rows])["y"])
        ce -= np.mean(np.log(np.sum(prediction * target[rows], axis=1)))
        acc += np.mean(prediction.argmax(axis=1) == target[rows].argmax(axis=1))
    full = len(inputs) // batch_size
    return ce / full, acc / full


@misconception("evaluate")
def short_batch_taken_for_full(inputs, target, model, forward, batch_size=-1):
    """You divide the sums of each batch by batch_size and average over the batches, as if the last one were full. Add up over all cases and divide once, by their number."""
    batch_size = len(inputs) if batch_size == -1 else batch_size
    prediction = softmax(forward(model, inputs)["y"])
    cases = len(batches(len(inputs), batch_size)) * batch_size
    correct = np.sum(prediction.argmax(axis=1) == target.argmax(axis=1))
    return -np.sum(np.log(np.sum(prediction * target, axis=1))) / cases, correct / cases


@misconception("evaluate")
def accuracy_of_one_or_nothing(inputs, target, model, forward, batch_size=-1):
    """Your accuracy is 0 however many cases are right, unless all are or there is a single one. argmax without an axis looks for the largest entry of the whole array, and // cuts off what is less than 1: look at both."""
    prediction = softmax(forward(model, inputs)["y"])
    correct = np.sum(prediction.argmax(axis=1) == target.argmax(axis=1))
    return -np.mean(np.log(np.sum(prediction * target, axis=1))), float(correct // len(inputs))


@misconception("evaluate")
def last_batch_instead_of_all(inputs, target, model, forward, batch_size=-1):
    """Of the sums you keep that of the last batch, and divide it by the number of all cases. Look at how each batch is put to those before it."""
    for rows in batches(len(inputs), batch_size):
        prediction = softmax(forward(model, inputs[rows])["y"])
        ce = -np.sum(np.log(np.sum(prediction * target[rows], axis=1)))
        correct = np.sum(prediction.argmax(axis=1) == target[rows].argmax(axis=1))
    return ce / len(inputs), correct / len(inputs)


@misconception("evaluate")
def last_batch_left_out(inputs, target, model, forward, batch_size=-1):
    """Cases that don't fill a last batch are left out. They count too: look at how the number of batches is rounded."""
    if batch_size == -1:
        batch_size = len(inputs)
    ce = correct = 0.0
    for step in range(len(inputs) // batch_size):
        rows = slice(step * batch_size, (step + 1) * batch_size)
        prediction = softmax(forward(model, inputs[rows])["y"])
        ce -= np.sum(np.log(np.sum(prediction * target[rows], axis=1)))
        correct += np.sum(prediction.argmax(axis=1) == target[rows].argmax(axis=1))
    return ce / len(inputs), correct / len(inputs)


@misconception("evaluate")
def cross_entropy_summed(inputs, target, model, forward, batch_size=-1):
    """Your cross-entropy is the sum over all cases. It should be their mean."""
    prediction = softmax(forward(model, inputs)["y"])
    return -np.sum(np.log(np.sum(prediction * target, axis=1))), np.mean(prediction.argmax(axis=1) == target.argmax(axis=1))


@misconception("evaluate")
def cross_entropy_over_the_batch_size(inputs, target, model, forward, batch_size=-1):
    """You divide the sum of all cross-entropies by batch_size. It is a mean over all cases, however they are passed through."""
    batch_size = len(inputs) if batch_size == -1 else batch_size
    prediction = softmax(forward(model, inputs)["y"])
    ce = -np.sum(np.log(np.sum(prediction * target, axis=1)))
    return ce / batch_size, np.mean(prediction.argmax(axis=1) == target.argmax(axis=1))


@misconception("evaluate")
def averaged_over_classes_too(inputs, target, model, forward, batch_size=-1):
    """You take the mean of T log P over cases and classes, which divides by the number of classes as well. Only the cases are averaged over."""
    prediction = softmax(forward(model, inputs)["y"])
    return -np.mean(target * np.log(prediction)), np.mean(prediction.argmax(axis=1) == target.argmax(axis=1))


@misconception("evaluate")
def all_log_probabilities(inputs, target, model, forward, batch_size=-1):
    """You add up log P over all classes. Only the right class counts: the targets are missing from the sum."""
    prediction = softmax(forward(model, inputs)["y"])
    return -np.sum(np.log(prediction)) / len(inputs), np.mean(prediction.argmax(axis=1) == target.argmax(axis=1))


@misconception("evaluate")
def counts_the_correct(inputs, target, model, forward, batch_size=-1):
    """Your accuracy is a number of cases. It should be a fraction of all cases, between 0 and 1."""
    prediction = softmax(forward(model, inputs)["y"])
    correct = np.sum(prediction.argmax(axis=1) == target.argmax(axis=1))
    return -np.mean(np.log(np.sum(prediction * target, axis=1))), float(correct)


@misconception("evaluate")
def accuracy_over_the_classes(inputs, target, model, forward, batch_size=-1):
    """You divide the number of right cases by the number of classes. The accuracy is their share of all cases: look at which size of the targets you divide by."""
    prediction = softmax(forward(model, inputs)["y"])
    correct = np.sum(prediction.argmax(axis=1) == target.argmax(axis=1))
    return -np.mean(np.log(np.sum(prediction * target, axis=1))), correct / target.shape[1]


@misconception("evaluate")
def accuracy_over_the_batch_size(inputs, target, model, forward, batch_size=-1):
    """You divide the number of right cases by batch_size. The accuracy is their share of all cases, however they are passed through."""
    batch_size = len(inputs) if batch_size == -1 else batch_size
    prediction = softmax(forward(model, inputs)["y"])
    correct = np.sum(prediction.argmax(axis=1) == target.argmax(axis=1))
    return -np.mean(np.log(np.sum(prediction * target, axis=1))), correct / batch_size


@misconception("evaluate")
def both_over_the_batch_size(inputs, target, model, forward, batch_size=-1):
    """You divide what you have added up by batch_size. Both numbers are means over all cases, however they are passed through."""
    batch_size = len(inputs) if batch_size == -1 else batch_size
    prediction = softmax(forward(model, inputs)["y"])
    correct = np.sum(prediction.argmax(axis=1) == target.argmax(axis=1))
    return -np.sum(np.log(np.sum(prediction * target, axis=1))) / batch_size, correct / batch_size


@misconception("evaluate")
def accuracy_over_entries(inputs, target, model, forward, batch_size=-1):
    """You round the probabilities and compare them entry by entry with the targets. The wrong classes' zeros then count as hits; compare the classes."""
    prediction = softmax(forward(model, inputs)["y"])
    return -np.mean(np.log(np.sum(prediction * target, axis=1))), np.mean((prediction > 0.5) == (target > 0.5))


@misconception("evaluate")
def sign_of_the_logarithm(inputs, target, model, forward, batch_size=-1):
    """Your cross-entropy is negative. Logarithms of probabilities are, so a minus sign belongs before them."""
    prediction = softmax(forward(model, inputs)["y"])
    return np.mean(np.log(np.sum(prediction * target, axis=1))), np.mean(prediction.argmax(axis=1) == target.argmax(axis=1))


@misconception("evaluate")
def largest_of_each_column(inputs, target, model, forward, batch_size=-1):
    """Your accuracy looks for the largest entry of each column, down the cases. Each row is a case, and its largest entry says the class: look at the axis of argmax."""
    ce = correct = 0.0
    for rows in batches(len(inputs), batch_size):
        prediction = softmax(forward(model, inputs[rows])["y"])
        ce -= np.sum(np.log(np.sum(prediction * target[rows], axis=1)))
        correct += np.sum(prediction.argmax(axis=0) == target[rows].argmax(axis=0))
    return ce / len(inputs), correct / len(inputs)


@misconception("evaluate")
def logarithm_of_the_scores(inputs, target, model, forward, batch_size=-1):
    """Your cross-entropy takes the logarithm of the scores themselves, which may be negative. forward returns scores: turn them into probabilities first."""
    ce = correct = 0.0
    for rows in batches(len(inputs), batch_size):
        scores = forward(model, inputs[rows])["y"]
        ce -= np.sum(np.log(np.sum(scores * target[rows], axis=1)))
        correct += np.sum(scores.argmax(axis=1) == target[rows].argmax(axis=1))
    return ce / len(inputs), correct / len(inputs)


@misconception("evaluate")
def logarithm_of_all_scores(inputs, target, model, forward, batch_size=-1):
    """Your cross-entropy takes the logarithm of the scores themselves, and a single negative one makes it NaN, even where the target is 0. forward returns scores: turn them into probabilities first."""
    ce = correct = 0.0
    for rows in batches(len(inputs), batch_size):
        scores = forward(model, inputs[rows])["y"]
        ce -= np.sum(target[rows] * np.log(scores))
        correct += np.sum(scores.argmax(axis=1) == target[rows].argmax(axis=1))
    return ce / len(inputs), correct / len(inputs)


@misconception("evaluate")
def minus_one_as_a_step(inputs, target, model, forward, batch_size=-1):
    """With batch_size -1 both your results are zero, as if no batch were looked at. -1 stands for all cases at once; look at what your loop does with it."""
    ce = correct = 0.0
    for start in range(0, len(inputs), batch_size):
        rows = slice(start, start + batch_size)
        prediction = softmax(forward(model, inputs[rows])["y"])
        ce -= np.sum(np.log(np.sum(prediction * target[rows], axis=1)))
        correct += np.sum(prediction.argmax(axis=1) == target[rows].argmax(axis=1))
    return ce / len(inputs), correct / len(inputs)


# ---- check_grad ----------------------------------------------------------------------------------------------------------------------


def half_square(y):
    return 0.5 * np.sum(y**2)


def differences(model, forward, name, x, entries, after=1e-7, before=-1e-7, over=2e-7):
    """Numerical derivatives at the given flat entries; the entry is written back."""
    param, result = model[name], []
    for flat in entries:
        entry = np.unravel_index(flat, param.shape)
        kept = param[entry]
        param[entry] = kept + after
        high = half_square(forward(model, x)["y"])
        param[entry] = kept + before
        low = half_square(forward(model, x)["y"])
        param[entry] = kept
        result.append((high - low) / over)
    return np.array(result)


def analytic(model, forward, backward, name, x):
    var = forward(model, x)
    backward(model, var["y"], var)
    return model["dE_d" + name].ravel()


@misconception("check_grad")
def forward_difference(model, forward, backward, name, x):
    """You move each entry up only and compare with where it was. That is off in proportion to the curvature, and rejects right gradients. Step to both sides."""
    grad = analytic(model, forward, backward, name, x)
    entries = np.random.permutation(grad.size)[:20]
    numerical = differences(model, forward, name, x, entries, before=0.0, over=1e-7)
    np.testing.assert_array_less(np.abs(grad[entries] - numerical), 1.5e-3)


@misconception("check_grad")
def one_step_back(model, forward, backward, name, x):
    """You refuse right gradients, all but those of zero. Are the two errors those of a step up and of a step down? If one of them is that where the entry was, their difference over two epsilon is half the gradient; where you go back by arithmetic, the way down is twice as long as the way up."""
    grad = analytic(model, forward, backward, name, x)
    entries = np.random.permutation(grad.size)[:20]
    numerical = differences(model, forward, name, x, entries, before=0.0)
    np.testing.assert_array_less(np.abs(grad[entries] - numerical), 1.5e-3)


@misconception("check_grad")
def twice_the_derivative(model, forward, backward, name, x):
    """You refuse a right gradient and accept one that is twice as large: your central difference is twice the derivative. Look at the factor in front of the sum in E, and at how far apart the two places are that you divide by."""
    grad = analytic(model, forward, backward, name, x)
    entries = np.random.permutation(grad.size)[:20]
    np.testing.assert_array_less(np.abs(grad[entries] - differences(model, forward, name, x, entries, over=1e-7)), 1.5e-3)


@misconception("check_grad")
def moves_entries_of_a_copy(model, forward, backward, name, x):
    """No entry of the parameter itself is moved between your forward passes, so that your differences are all zero. flatten() makes a copy, and so does an index that is an array: look at where the moved entry is written."""
    grad = analytic(model, forward, backward, name, x)
    low, high = (half_square(forward(model, x)["y"]) for _ in range(2))
    np.testing.assert_array_less(np.abs(grad[np.random.permutation(grad.size)[:20]] - (high - low) / 2e-7), 1.5e-3)


@misconception("check_grad")
def another_error(model, forward, backward, name, x):
    """You refuse a right gradient where the backward pass looks at the scores in var as well as at err. If you hand over anything but the scores as err, and add up something else to go with it: the error of this question is half the sum of the squared scores."""
    var = forward(model, x)
    backward(model, np.ones_like(var["y"]), var)
    param, grad = model[name], model["dE_d" + name]
    for flat in np.random.permutation(param.size)[:20]:
        entry = np.unravel_index(flat, param.shape)
        kept, errors = param[entry], []
        for moved in (kept + 1e-7, kept - 1e-7):
            param[entry] = moved
            errors.append(np.sum(forward(model, x)["y"]))
        param[entry] = kept
        assert abs(grad[entry] - (errors[0] - errors[1]) / 2e-7) <= 1.5e-3


@misconception("check_grad")
def never_raises(model, forward, backward, name, x):
    """Your check raises nothing where a gradient is wrong. If it prints or returns what it found, that is not enough: check_grad should raise an AssertionError."""
    grad = analytic(model, forward, backward, name, x)
    entries = np.random.permutation(grad.size)[:20]
    return bool(np.all(np.abs(grad[entries] - differences(model, forward, name, x, entries)) <= 1.5e-3))


@misconception("check_grad")
def not_an_assertion(model, forward, backward, name, x):
    """You raise an error of another kind. A wrong gradient should raise an AssertionError, as assert does."""
    grad = analytic(model, forward, backward, name, x)
    entries = np.random.permutation(grad.size)[:20]
    if np.any(np.abs(grad[entries] - differences(model, forward, name, x, entries)) > 1.5e-3):
        raise ValueError("wrong gradient")


@misconception("check_grad")
def put_back_by_arithmetic(model, forward, backward, name, x):
    """You add epsilon, take two away and add one again. Each step rounds, so a parameter comes back changed in its last bits. Keep the old value and write it back."""
    grad, param, numerical = analytic(model, forward, backward, name, x), model[name].reshape(-1), []
    entries = np.random.permutation(grad.size)[:20]
    for entry in entries:
        param[entry] += 1e-7
        high = half_square(forward(model, x)["y"])
        param[entry] -= 2e-7
        low = half_square(forward(model, x)["y"])
        param[entry] += 1e-7
        numerical.append((high - low) / 2e-7)
    np.testing.assert_array_less(np.abs(grad[entries] - numerical), 1.5e-3)


@misconception("check_grad")
def raises_before_putting_back(model, forward, backward, name, x):
    """Where a gradient is wrong you raise while the entry is still displaced. Write the old value back first."""
    grad, param = analytic(model, forward, backward, name, x), model[name].reshape(-1)
    for entry in np.random.permutation(grad.size)[:20]:
        kept = param[entry]
        param[entry] = kept + 1e-7
        high = half_square(forward(model, x)["y"])
        param[entry] = kept - 1e-7
        low = half_square(forward(model, x)["y"])
        assert abs(grad[entry] - (high - low) / 2e-7) <= 1.5e-3
        param[entry] = kept


@misconception("check_grad")
def never_put_back(model, forward, backward, name, x):
    """You leave every entry displaced that you looked at. Each later difference then belongs to another network, and so does the model afterwards."""
    grad, param, numerical = analytic(model, forward, backward, name, x), model[name].reshape(-1), []
    entries = np.random.permutation(grad.size)[:20]
    for entry in entries:
        param[entry] += 1e-7
        high = half_square(forward(model, x)["y"])
        param[entry] -= 2e-7
        numerical.append((high - half_square(forward(model, x)["y"])) / 2e-7)
    np.testing.assert_array_less(np.abs(grad[entries] - numerical), 1.5e-3)


@misconception("check_grad", not_for=["np.random.permutation(param.size)[:20] => range(param.size)[-20:]"])
def first_twenty_entries(model, forward, backward, name, x):
    """The entries that you compare are always among the first 20. A fault elsewhere in the parameter is never seen; choose them at random."""
    grad = analytic(model, forward, backward, name, x)
    entries = np.arange(min(20, grad.size))
    np.testing.assert_array_less(np.abs(grad[entries] - differences(model, forward, name, x, entries)), 1.5e-3)


@misconception("check_grad")
def every_entry(model, forward, backward, name, x):
    """You compare every entry. That is two forward passes an entry, hours for a large matrix: 20 random ones are asked for."""
    grad = analytic(model, forward, backward, name, x)
    np.testing.assert_array_less(np.abs(grad - differences(model, forward, name, x, range(grad.size))), 1.5e-3)


@misconception("check_grad")
def always_twenty_entries(model, forward, backward, name, x):
    """You draw 20 entries whatever the size, which fails for a bias with fewer. Take all entries then."""
    grad = analytic(model, forward, backward, name, x)
    entries = np.random.choice(grad.size, 20, replace=False)
    np.testing.assert_array_less(np.abs(grad[entries] - differences(model, forward, name, x, entries)), 1.5e-3)


@misconception("check_grad")
def relative_to_the_gradient(model, forward, backward, name, x):
    """You accept a large gradient that is off by more than 1.5e-3. If you allow a difference in proportion to the gradient, as np.allclose does, that grows with it."""
    grad = analytic(model, forward, backward, name, x)
    entries = np.random.permutation(grad.size)[:20]
    numerical = differences(model, forward, name, x, entries)
    np.testing.assert_array_less(np.abs(grad[entries] - numerical), 1e-8 + 1e-3 * np.abs(numerical))


# ---- train ---------------------------------------------------------------------------------------------------------------------------


def trainer(
    model, forward, backward, update, eta, num_epochs, batch_size, data,
    order=lambda epoch, count: np.random.permutation(count), error=lambda p, t, batch_size, count: (p - t) / len(p), steps=-1, measure="after", validate=1,
    predicted=lambda y: softmax(y),
):
    """Train as asked for, apart from what the keywords change."""
    inputs, target = data[0], data[3]
    count = len(inputs)
    if batch_size == -1:
        batch_size = count
    stats = {key: [] for key in ("train_ce", "valid_ce", "train_acc", "valid_acc")}

    def statistics(epoch, last):
        train_rows = last if measure == "last batch" else slice(None)
        for split, x, t in (("train", inputs[train_rows], target[train_rows]), ("valid", data[validate], data[validate + 3])):
            ce, acc = evaluate(x, t, model, forward)
            stats[split + "_ce"].append((epoch, ce))
            stats[split + "_acc"].append((epoch, acc))

    for epoch in range(1, num_epochs + 1):
        rows = order(epoch, count)
        rows, target_rows = rows if isinstance(rows, tuple) else (rows, rows)
        if measure == "before":
            statistics(epoch, None)
        batch, along = rows[:0], []
        end = count - count % batch_size if steps == "floor" else count
        for start in range(0, end, batch_size):
            batch = rows[start : start + batch_size]
            var = forward(model, inputs[batch])
            along.append(evaluate(inputs[batch], target[batch], model, forward))
            backward(model, error(predicted(var["y"]), target[target_rows[start : start + batch_size]], batch_size, count), var)
            if steps != "epoch":
                update(model, eta)
        if steps == "epoch":
            update(model, eta)
        if measure != "before":
            statistics(epoch, batch)
        if measure == "along the way":
            for key, value in zip(("train_ce", "train_acc"), np.mean(along, axis=0)):
                stats[key][-1] = (epoch, value)
    return model, stats


@misconception("train")
def rest_is_dropped(*args):
    """Cases that don't fill a last batch are never trained on in their epoch. The last batch is shorter, but it counts."""
    return trainer(*args, steps="floor")


@misconception("train")
def never_shuffled(*args):
    """The cases come in the same order, that of the data, in every epoch. Put them in a new random order before each."""
    return trainer(*args, order=lambda epoch, count: np.arange(count))


@misconception("train")
def shuffled_once(*args):
    """The batches hold the same cases in every epoch: you shuffle once, before the first, or start the generator anew with the same seed in each. Draw a new order for each."""
    kept = {}
    return trainer(*args, order=lambda epoch, count: kept.setdefault("order", np.random.permutation(count)))


@misconception(
    "train",
    not_for=[
        '(softmax(var["y"]) - target_train[rows]) => (var["y"] - target_train[rows])',
        'softmax(var["y"]) => softmax(softmax(var["y"]))',
        'softmax(var["y"]) => np.eye(var["y"].shape[1])[var["y"].argmax(axis=1)]',
        'target_train[rows] => target_train[start]',
    ],
)
def targets_left_behind(*args):
    """You shuffle the inputs but not the targets, so each case is trained towards another's label. One order serves both."""
    return trainer(*args, order=lambda epoch, count: (np.random.permutation(count), np.arange(count)))


@misconception("train", not_for=['(softmax(var["y"]) - target_train[rows]) => (softmax(softmax(var["y"])) - target_train[rows])'])
def scores_minus_targets(*args):
    """Your error is the scores minus the targets. forward returns scores: what the targets are taken from is their softmax."""
    return trainer(*args, predicted=lambda y: y)


@misconception("train")
def targets_in_another_order(*args):
    """Cases are trained towards the targets of other cases. One random order serves inputs and targets; look at how often you draw one, and whether both are taken by it alone."""
    return trainer(*args, order=lambda epoch, count: (np.random.permutation(count), np.random.permutation(count)))


@misconception("train")
def drawn_with_replacement(*args):
    """Each batch is drawn anew from all cases, so an epoch has some cases twice and others never. Cut one random order into batches."""
    return trainer(*args, order=lambda epoch, count: np.random.randint(count, size=count))


@misconception("train")
def error_summed(*args):
    """The error isn't divided by the number of cases in the batch. Larger batches then take larger steps."""
    return trainer(*args, error=lambda p, t, batch_size, count: p - t)


@misconception("train")
def error_over_batch_size(*args):
    """You divide the error by batch_size in the shorter last batch too. Divide by the number of cases that the batch has."""
    return trainer(*args, error=lambda p, t, batch_size, count: (p - t) / batch_size)


@misconception("train", not_for=["/ len(rows) => / target_train[rows].size"])
def error_over_all_cases(*args):
    """You divide the error by the number of all training cases. The error of a batch is divided by the cases of that batch."""
    return trainer(*args, error=lambda p, t, batch_size, count: (p - t) / count)


@misconception("train")
def target_minus_prediction(*args):
    """Your error is target minus prediction. The gradient is prediction minus target, and the update goes against it."""
    return trainer(*args, error=lambda p, t, batch_size, count: (t - p) / len(p))


@misconception("train")
def one_update_an_epoch(*args):
    """You update once an epoch, after all its batches, so all gradients but the last are thrown away. Update after each batch."""
    return trainer(*args, steps="epoch")


@misconception("train")
def measured_before_the_epoch(*args):
    """Your statistics are measured before the epoch's updates. An entry should say where the epoch led to."""
    return trainer(*args, measure="before")


@misconception("train")
def measured_on_the_last_batch(*args):
    """Your training statistics come from the last batch alone and jump about. Measure them on the whole training split."""
    return trainer(*args, measure="last batch")


@misconception("train")
def measured_along_the_way(*args):
    """Your training statistics are means over the batches, each measured before its update, while the model still changed. Measure them after the epoch, on the whole training split, as those of the validation split."""
    return trainer(*args, measure="along the way")


@misconception("train")
def validated_on_the_test_split(*args):
    """Your validation statistics are measured on the test split. It must stay unseen until the end; look at the order of the six arrays."""
    return trainer(*args, validate=2)


@misconception("train")
def shuffles_the_callers_arrays(model, forward, backward, update, eta, num_epochs, batch_size, data):
    """You change the arrays of data themselves, as by shuffling them, and the caller finds other data than before. Shuffle a list of row numbers, and leave the arrays alone."""

    def in_place(epoch, count):
        order = np.random.permutation(count)
        data[0][:], data[3][:] = data[0][order], data[3][order]
        return np.arange(count)

    return trainer(model, forward, backward, update, eta, num_epochs, batch_size, data, order=in_place)


@misconception("train")
def values_without_their_epochs(*args):
    """Your statistics are bare values. Each entry should be a pair, (epoch, value): look at what you append."""
    model, stats = trainer(*args)
    return model, {name: [value for _, value in pairs] for name, pairs in stats.items()}


# ---- least_confident -----------------------------------------------------------------------------------------------------------------


@misconception("least_confident")
def most_confident(prediction, k=5):
    """You return the cases that the network is surest of. Wanted are those whose largest probability is smallest."""
    return np.argsort(-prediction.max(axis=1))[:k]


@misconception("least_confident")
def least_confident_last(prediction, k=5):
    """You found the right cases, but the most uncertain of them comes last. It should come first."""
    return np.argsort(prediction.max(axis=1))[:k][::-1]


@misconception("least_confident")
def smallest_probability(prediction, k=5):
    """You look for rows with the smallest entry anywhere. A small probability of some class is a sure sign of nothing; compare the rows' largest."""
    return np.argsort(prediction.min(axis=1))[:k]


@misconception("least_confident")
def smallest_margin(prediction, k=5):
    """You rank by how close the two largest probabilities are. That is another measure of doubt; this one is the largest alone."""
    ordered = np.sort(prediction, axis=1)
    return np.argsort(ordered[:, -1] - ordered[:, -2])[:k]


@misconception("least_confident")
def always_five(prediction, k=5):
    """You return five cases whatever k is."""
    return np.argsort(prediction.max(axis=1))[:5]


@misconception("least_confident")
def confidences_not_indices(prediction, k=5):
    """You return the cases' largest probabilities. Wanted are the cases' row numbers, with which the faces can be looked up."""
    return np.sort(prediction.max(axis=1))[:k]


@misconception("least_confident")
def in_the_order_of_the_rows(prediction, k=5):
    """You found the right cases, but they come in the order of their row numbers. The least confident one should come first."""
    return np.sort(np.argsort(prediction.max(axis=1))[:k])
