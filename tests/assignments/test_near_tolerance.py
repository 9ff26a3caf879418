"""Answers that are right but for rounding or a small guard: all core checks are right, and no score depends on the salt."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.judging.grader import Grader
from autograder.judging.reference import Reference
from autograder.sandbox.isolation import TRUSTED
from autograder.sandbox.observed import ObservedStore

from .conftest import edited, loaded

SALTS = [f"salt {number}" for number in range(3)]
NEARLY = {
    "float32 inside a softmax": ("nn_recognition", "softmax", "X - X.max(axis=1, keepdims=True)", "(X - X.max(axis=1, keepdims=True)).astype(np.float32)"),
    "a guard in a denominator": ("nn_recognition", "softmax", "exps.sum(axis=1, keepdims=True)", "(exps.sum(axis=1, keepdims=True) + 1e-8)"),
    "a guard in a logarithm": ("nn_recognition", "compute_loss_and_acc", "np.log(", "np.log(1e-8 + "),
    "float32 inside a convolution": ("nn_recognition", "conv_forward", "np.pad(X,", "np.pad(X.astype(np.float32),"),
    "float32 inside a layer": ("faces_mlp", "affine", "x @ w + b", "(x.astype(np.float32) @ w.astype(np.float32)) + b"),
    "a guard in the logarithm of a set": ("faces_mlp", "evaluate", "np.log(np.sum(t * prediction, axis=1))", "np.log(1e-8 + np.sum(t * prediction, axis=1))"),
    "float32 inside a layer of images": ("layers_digits", "affine_forward", "x.reshape(len(x), -1) @ w + b", "x.reshape(len(x), -1).astype(np.float32) @ w.astype(np.float32) + b"),
    "a smaller guard": ("modular_mnist", "Neuralnetwork", "np.maximum(probs, 1e-12)", "probs + 1e-10"),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ObservedStore:
    return ObservedStore(Path(tmp_path_factory.mktemp("observations")))


@pytest.fixture(params=SALTS, scope="module")
def salt(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def graders(salt: str, store: ObservedStore) -> Iterator[dict[str, Grader]]:
    """By assignment, for one salt."""
    references = {name: Reference(loaded(name), salt, store).prepare() for name in {name for name, *_ in NEARLY.values()}}
    made = {name: Grader(reference, TRUSTED) for name, reference in references.items()}
    yield made
    for grader in made.values():
        grader.close()
    for reference in references.values():
        reference.close()


@pytest.mark.long
@pytest.mark.parametrize("kind", NEARLY)
def test_what_is_right_but_for_rounding_passes_the_core(graders: dict[str, Grader], kind: str) -> None:
    """Contract checks alone may ask for more digits."""
    name, question, old, new = NEARLY[kind]
    with graders[name].sit(edited(name, question, old, new), (question,)) as sitting:
        (result,) = [r for r in sitting.results() if r.id == question]
    contract = {p.id for p in loaded(name).probes_of(question) if p.contract}
    lost = {check.id: check.message for check in result.checks if check.earned < check.points}
    assert set(lost) <= contract, lost
    LOST.setdefault(kind, frozenset(lost))
    assert LOST[kind] == frozenset(lost), "what is lost depends on the salt"


LOST: dict[str, frozenset[str]] = {}
"""By kind, what was lost under the first salt."""
