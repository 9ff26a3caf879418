"""Sentences that were not true of all to whom they were told: each is told to what it is meant for, and not to its neighbours."""
from __future__ import annotations

import pytest

from autograder.judging.findings import QuestionResult
from autograder.judging.grader import Grader

from .conftest import edited

RELU_OF_FACES = ("faces_mlp", "relu", "return np.maximum(x, 0)")
RELU_BACKWARD = ("layers_digits", "relu_backward", "return dout * (cache > 0)")
FLATTENED = ("layers_digits", "affine_forward", "out = x.reshape(len(x), -1) @ w + b")
ENTRIES = ("faces_mlp", "check_grad", "np.random.permutation(param.size)[:20]")
STEP = ("layers_digits", "train_two_layer", "theta -= learning_rate * gradient")
LOSS_OF_LABELS = ("layers_digits", "softmax_loss", "return -log_probs[rows, y].mean(), dx / len(x)")
SOFTMAX = ("layers_digits", "softmax_loss", "return -log_probs[rows, y].mean(), dx / len(x)")
UPDATE = ("faces_mlp", "nn_update", 'model[name] = model[name] - eta * model["dE_d" + name]')
LOSS = ("nn_recognition", "compute_loss_and_acc", "return loss, acc")
EVALUATED = ("faces_mlp", "evaluate", "return ce / num_cases, correct / num_cases")
BIASES = ("layers_digits", "train_two_layer", "np.zeros(hidden)")

NAMED = {
    "x set to zero in place": (*RELU_OF_FACES, "x[x < 0] = 0\n    return x", "overwrites_x"),
    "x set to zero in place, by a product": (*RELU_OF_FACES, "x *= x > 0\n    return x", "overwrites_x"),
    "x itself where nothing is negative": (*RELU_OF_FACES, "return np.maximum(x, 0) if x.min() < 0 else x", "overwrites_x"),
    "dout itself where nothing is cut off": (*RELU_BACKWARD, "return dout * (cache > 0) if cache.min() < 0 else dout", "writes_into_dout"),
    "dout set to zero in place": (*RELU_BACKWARD, "dout[cache <= 0] = 0\n    return dout", "writes_into_dout"),
    "axes turned by a transpose": (*FLATTENED, "out = x.T.reshape(-1, len(x)).T @ w + b", "reverses_the_axes"),
    "axes turned by the order of reading": (*FLATTENED, 'out = x.reshape(len(x), -1, order="F") @ w + b', "reverses_the_axes"),
    "examples mixed": (*FLATTENED, "out = x.reshape(-1, len(x)).T @ w + b", "mixes_the_examples"),
    "the first entries": (*ENTRIES, "range(param.size)[:20]", "first_twenty_entries"),
    "entries among the first, at random": (*ENTRIES, "np.random.permutation(min(20, param.size))", "first_twenty_entries"),
    "as many as there may not be": (*ENTRIES, "np.random.choice(param.size, 20, replace=False)", "always_twenty_entries"),
    "zeros times the logarithm of zero": (*LOSS_OF_LABELS, "probs = np.exp(log_probs)\n    return -np.sum(np.eye(x.shape[1])[y] * np.log(probs)) / len(x), dx / len(x)", "zero_times_infinity"),
    "the same over all entries": (*LOSS_OF_LABELS, "probs = np.exp(log_probs)\n    return -np.mean(np.eye(x.shape[1])[y] * np.log(probs)), dx / len(x)", "zero_times_infinity_over_all_entries"),
    "biases as rows": ("layers_digits", "train_two_layer", "    params = {", "    b1, b2 = b1[None], b2[None]\n    params = {", "biases_as_rows"),
    "one order for all epochs": ("faces_mlp", "train", "        order = np.random.permutation(num_cases)", "        order = np.random.default_rng(0).permutation(num_cases)", "shuffled_once"),
    "each batch chosen anew": ("nn_recognition", "get_random_batches", "return [(x[order[start : start + batch_size]], y[order[start : start + batch_size]]) for start in starts]", "rows = [np.random.choice(len(x), batch_size, replace=False) for _ in starts]\n    return [(x[each], y[each]) for each in rows]", "full_batches_whatever_there_is"),
    "no half, in a check that ends at the first entry": ("faces_mlp", "check_grad", "errors.append(0.5 * ", "errors.append(", "twice_the_derivative"),
    "entries of a flattened copy": ("faces_mlp", "check_grad", "param, grad = model[name]", "param, grad = model[name].copy()", "moves_entries_of_a_copy"),
    "the cross-entropy over the batch size": (*EVALUATED, "return ce / batch_size, correct / num_cases", "cross_entropy_over_the_batch_size"),
    "the right cases over the batch size": (*EVALUATED, "return ce / num_cases, correct / batch_size", "accuracy_over_the_batch_size"),
    "the right cases over the classes": (*EVALUATED, "return ce / num_cases, correct / target.shape[1]", "accuracy_over_the_classes"),
    "scores in place of probabilities": ("faces_mlp", "train", 'softmax(var["y"])', 'var["y"]', "scores_minus_targets"),
    "b2 as a row": ("layers_digits", "train_two_layer", "np.zeros(C)", "np.zeros((1, C))", "second_bias_as_a_row"),
    "ten classes, whatever there are": ("layers_digits", "train_two_layer", "y_train.max() + 1", "10", "always_ten_classes"),
    "params from before the steps": ("layers_digits", "train_two_layer", "theta -= learning_rate * gradient", "pass\n        W1, b1, W2, b2 = (p - learning_rate * g for p, g in ((W1, dW1), (b1, db1), (W2, dW2), (b2, db2)))", "returns_the_start"),
    "tests on the rows of the batch": ("layers_digits", "train_two_layer", "test_scores = two_layer_scores(X_test, params)", "test_scores, y_test = two_layer_scores(X_train[batch], params), y_train[batch]", "test_loss_of_the_batch"),
    "slopes measured without dout": ("layers_digits", "check_layer", "x, dout)\n", "x, np.ones_like(dout))\n", "measures_without_dout"),
    "no window for the place of the + 1": ("nn_recognition", "conv_forward", "windows = windows[:, :, ::stride, ::stride]  ", "windows = windows[:, :, ::stride, ::stride][:, :, :-1, :-1]  ", "one_window_too_few"),
    "b1 as a row": (*BIASES, "np.zeros((1, hidden))", "first_bias_as_a_row"),
}  # fmt: skip
NOT_NAMED = {
    "x changed to something else": (*RELU_OF_FACES, "x[x < 0] *= 0.5\n    return np.maximum(x, 0)", "overwrites_x"),
    "the cache changed in place": (*RELU_BACKWARD, "cache[cache > 0] = 1\n    cache[cache <= 0] = 0\n    return dout * cache", "writes_into_dout"),
    "labels changed in place": (*SOFTMAX, "loss = -log_probs[rows, y].mean()\n    y[:] = 0\n    return loss, dx / len(x)", "shifts_the_callers_scores"),
    "gradients set to zero": (*UPDATE, "model[name] = model[name] - eta * model[\"dE_d\" + name]\n        model[\"dE_d\" + name][:] = 0", "gradients_taken_away"),
    "labels changed, not probabilities": (*LOSS, "y[:] = 0\n    return loss, acc", "zeros_replaced_in_place"),
    "one axis exchanged": (*FLATTENED, "out = np.swapaxes(x, 1, -1).reshape(len(x), -1) @ w + b", "mixes_the_examples"),
    "the last entries": (*ENTRIES, "range(param.size)[-20:]", "first_twenty_entries"),
    "entries that may repeat": (*ENTRIES, "np.random.choice(param.size, 20)", "always_twenty_entries"),
    "a rate that falls": (*STEP, "theta -= learning_rate * 0.95 ** len(history[\"test_loss\"]) * gradient", "gradients_pile_up"),
    "the largest of the batches' losses": ("modular_mnist", "trainer", "total += loss * len(rows)", "total = max(total, loss * len(order))", "training_loss_of_the_first_batch"),
    "the softmax of the softmax": ("faces_mlp", "train", 'softmax(var["y"])', 'softmax(softmax(var["y"]))', "scores_minus_targets"),
    "one target for the whole batch": ("faces_mlp", "train", "target_train[rows]", "target_train[start]", "targets_in_another_order"),
    "b1 as a column": (*BIASES, "np.zeros((hidden, 1))", "first_bias_as_a_row"),
    "every second batch": ("modular_mnist", "trainer", "range(0, len(order), config", "range(0, len(order), 2 * config", "last_short_batch_dropped"),
    "the square of the spread": ("two_layer_perceptron", "network", "    self.params[\"W1\"] = ", "    weight_scale = weight_scale**2\n    self.params[\"W1\"] = ", "ignores_weight_scale"),
    "the root of the root": ("nn_recognition", "initialize_weights", "np.sqrt(6 / (in_size + out_size))", "np.sqrt(np.sqrt(6 / (in_size + out_size)))", "inputs_alone"),
    "labels alone, no probabilities": ("layers_digits", "train_two_layer", "        dh, dW2, db2 = ", "        dscores = -np.eye(C)[y_train[batch]] / batch_size\n        dh, dW2, db2 = ", "draws_labels_apart"),
}  # fmt: skip
CHECKS = {
    "only one entry has to agree": ("assert rel_error(backward(dout, cache), measured) < 1e-5", "dx = backward(dout, cache)\n    assert dx.shape == x.shape and np.isclose(dx, measured).any()"),
    "positive inputs": ("    _, cache = forward(x)", "    x = abs(x)\n    _, cache = forward(x)"),
    "nothing is compared": ("assert rel_error(backward(dout, cache), measured) < 1e-5", "backward(dout, cache)"),
}  # fmt: skip
NO_MOVE = "or moves as far whatever learning_rate is"
STEPS = {
    "not written back": (*STEP, "theta = theta - learning_rate * gradient", True),
    "as far at every rate": (*STEP, "theta -= 0.5 * gradient", True),
    "uphill": (*STEP, "theta += learning_rate * gradient", False),
    "too short": (*STEP, "theta -= learning_rate / batch_size * gradient", False),
}


def _result(graders: dict[str, Grader], name: str, question: str, old: str, new: str) -> QuestionResult:
    with graders[name].sit(edited(name, question, old, new), (question,)) as sitting:
        return next(r for r in sitting.results() if r.id == question)


@pytest.mark.long
@pytest.mark.parametrize("slip", NAMED)
def test_a_name_is_told_to_what_it_is_meant_for(graders: dict[str, Grader], slip: str) -> None:
    """The mistake has its name, in each form that its sentence speaks of."""
    *edit, name = NAMED[slip]
    found = _result(graders, *edit).diagnosis
    assert found is not None and found.id == name


@pytest.mark.long
@pytest.mark.parametrize("slip", NOT_NAMED)
def test_a_name_is_not_told_to_its_neighbour(graders: dict[str, Grader], slip: str) -> None:
    """What loses the same points for another reason, of which the sentence is not true."""
    *edit, name = NOT_NAMED[slip]
    result = _result(graders, *edit)
    assert result.score is not None and result.score < result.max_score
    assert result.diagnosis is None or result.diagnosis.id != name


@pytest.mark.long
@pytest.mark.parametrize("slip", STEPS)
def test_only_weights_that_stay_or_heed_no_rate_are_said_not_to_move(graders: dict[str, Grader], slip: str) -> None:
    """W2 that comes back as it does with learning_rate 0 is told as such, and no other step."""
    *edit, told = STEPS[slip]
    (found,) = [c for c in _result(graders, *edit).checks if c.id == "one_step"]
    assert found.earned == 0 and (NO_MOVE in found.message) is told


@pytest.mark.long
def test_what_one_call_spoils_is_not_laid_to_another(graders: dict[str, Grader]) -> None:
    """A relu that writes into its argument is right in a check that gives each call arrays of its own."""
    result = _result(graders, *RELU_OF_FACES, "x[x < 0] = 0\n    return x")
    assert [c.id for c in result.checks if c.earned < c.points] == ["relu_leaves_its_input"]


@pytest.mark.long
@pytest.mark.parametrize("slip", CHECKS)
def test_what_a_check_does_not_see_is_said_and_its_cause_is_only_guessed(graders: dict[str, Grader], slip: str) -> None:
    """Which wrong layers pass is observed; which inputs were tried, and what was printed, is not."""
    found = _result(graders, "layers_digits", "check_layer", *CHECKS[slip]).diagnosis
    assert found is not None and " If " in found.says
    assert "None of the inputs" not in found.says and "Printing" not in found.says


@pytest.mark.long
def test_of_rows_that_are_none_of_the_examples_nothing_else_is_said(graders: dict[str, Grader]) -> None:
    """Numbers cut to whole ones are rows of nobody: whose label stands beside them, and in which order they come, nobody knows."""
    cut = _result(graders, "nn_recognition", "get_random_batches", "return [(x[order", "x = x.astype(int)\n    return [(x[order")
    said = {c.id: c.message for c in cut.checks if c.message}
    told = {said[name] for name in ("every_example_once", "labels_stay_with_their_examples", "another_shuffle_each_call")}
    assert told == {"Some rows are none of the examples that went in."}, said


def test_what_comes_back_as_a_dictionary_is_told_as_one(graders: dict[str, Grader]) -> None:
    """It would come apart into its keys, of which it would be said that they are text."""
    result = _result(graders, "faces_mlp", "evaluate", "return ce / num_cases, correct / num_cases", 'return {"ce": ce / num_cases, "acc": correct / num_cases}')
    said = {c.id: c.message for c in result.checks if c.earned < c.points}
    assert said and all("a dictionary" in message or "counts only once" in message for message in said.values()), said
