"""Answers to another question than the one that was asked: right numbers by another way do not earn it."""
from __future__ import annotations

from autograder.assignment.variants import Variant, cells_with
from autograder.judging.findings import QuestionResult
from autograder.judging.grader import Grader

from .conftest import edited, loaded

BACKPROPAGATION = '''
def central_differences_gradient(params, x, y, eps=1e-6):
    """The exact derivatives, by the chain rule."""
    h = forward(x, params, "layer1")
    upper = softmax(h @ params["Woutput"] + params["boutput"]) - y
    lower = upper @ params["Woutput"].T * h * (1 - h)
    found = {"Wlayer1": x.T @ lower, "blayer1": lower.sum(axis=0), "Woutput": h.T @ upper, "boutput": upper.sum(axis=0)}
    for name in [name for name in params if name[0] in "Wb"]:
        params["grad_" + name] = found.get(name, np.zeros_like(params[name]))
'''


def tried(graders: dict[str, Grader], name: str, question: str, text: str) -> QuestionResult:
    """What a question gives to an answer."""
    variant = Variant("tried", question, "alternative", question, "", text)
    with graders[name].sit_cells(cells_with(loaded(name), [variant])) as sitting:
        return next(r for r in sitting.results() if r.id == question)


def test_backpropagation_is_no_central_difference(graders: dict[str, Grader]) -> None:
    """Exact derivatives keep less than half: what is asked for at steps at which they are another number is lost."""
    found = tried(graders, "nn_recognition", "central_differences_gradient", BACKPROPAGATION)
    lost = {check.id for check in found.checks if not check.earned}
    assert found.score is not None and 0 < found.score < found.max_score / 2, found.checks
    assert lost >= {"differences_by_the_weights", "differences_by_the_biases", "differences_by_a_large_step", "direction_of_the_gradient"}


def test_own_batches_without_a_shuffle_are_seen(graders: dict[str, Grader]) -> None:
    """Training on slices of the data as they come, where the text has batches from get_random_batches."""
    cells = edited("nn_recognition", "train", "get_random_batches(x, y, batch_size)",
                   "[(x[i : i + batch_size], y[i : i + batch_size]) for i in range(0, len(x), batch_size)]")  # fmt: skip
    with graders["nn_recognition"].sit_cells(cells.cells()) as sitting:
        found = next(r for r in sitting.results() if r.id == "train")
    lost = {check.id for check in found.checks if not check.earned}
    assert lost == {"batches_in_a_known_order"} and found.score == found.max_score - 1


def test_batches_in_the_order_of_the_data_are_seen(graders: dict[str, Grader]) -> None:
    """The same where training shuffles by itself, in chapters 3 and 4, also in the first epoch alone."""
    for name, question, old, new in (
        ("faces_mlp", "train", "np.random.permutation(num_cases)", "np.arange(num_cases)"),
        ("faces_mlp", "train", "np.random.permutation(num_cases)", "np.random.permutation(num_cases) if epoch > 1 else np.arange(num_cases)"),
        ("modular_mnist", "trainer", "np.random.permutation(len(X_train))", "np.arange(len(X_train))"),
    ):
        with graders[name].sit_cells(edited(name, question, old, new).cells()) as sitting:
            found = next(r for r in sitting.results() if r.id == question)
        assert found.score is not None and found.score < found.max_score, (name, new)
