"""The two corpora of slips: a name or a place that a slip was found to deserve it keeps, and none gets a name that is not true of it."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.judging.grader import Grader
from autograder.judging.reference import Reference
from autograder.judging.sitting import locate
from autograder.sandbox.observed import ObservedStore

from ..slips.measure import graded, kind, patient, read_by_hand, slips_of
from .conftest import SALT, loaded

BLIND = "tests.slips.blind"
NEITHER = {"layers_digits": 2, "two_layer_perceptron": 0, "faces_mlp": 2, "modular_mnist": 0, "nn_recognition": 0}
"""So many slips of the second corpus have neither a name nor a place, however long is looked for one."""


@pytest.mark.parametrize("corpus", ["tests.slips", BLIND])
def test_each_slip_was_read_by_a_person(name: str, corpus: str) -> None:
    """The table holds each slip of the corpus and no other."""
    assert list(read_by_hand(name, corpus)) == list(slips_of(name, corpus))


@pytest.mark.long
def test_a_slip_has_no_name_that_is_not_true_of_it(graders: dict[str, Grader], name: str) -> None:
    """Where a name is new: judge whether its sentence is true of the slip, and add it to the names of the table, or mend it."""
    read = read_by_hand(name)
    for key, result in graded(graders[name], slips_of(name)):
        found = result.diagnosis.id if result.diagnosis else ""
        assert not found or found in read[key].get("names", ()), f"{key}: {found}. Truly: {slips_of(name)[key].label}"
        assert found or read[key]["told"] != "named truly", f"{key} was named {read[key]['names']} and has no name any more"
        full = result.score == result.max_score
        assert not full or read[key]["told"] == "a hole", f"{key} has full marks. Truly: {slips_of(name)[key].label}"


@pytest.fixture
def patient_grader(graders: dict[str, Grader], name: str, tmp_path: Path) -> Iterator[Grader]:
    """One whose search for a place ends with the candidates, not with the clock."""
    reference = Reference(patient(loaded(name)), SALT, ObservedStore(tmp_path)).prepare()
    with Grader(reference, graders[name].isolation) as grader:
        grader.locate = True
        yield grader
    reference.close()


@pytest.mark.long
def test_a_place_is_still_found(patient_grader: Grader, name: str) -> None:
    """A slip that was located is located in its own place, or has a name by now."""
    read = read_by_hand(name)
    located = {key: slip for key, slip in slips_of(name).items() if read[key]["told"] == "located truly"}
    for key, result in graded(patient_grader, located):
        place = result.located.code if result.located else ""
        assert result.diagnosis or place == read[key]["code"], f"{key}: {place or 'no place'}; it was {read[key]['code']}"


@pytest.fixture
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same lost checks are asked of each candidate, however busy the machine is."""
    for limit in ("_SLOWER", "_CHEAP", "_SLOW"):
        monkeypatch.setattr(locate, limit, 1000.0)
    monkeypatch.setattr(locate, "_BESIDE", locate._TRIED)


@pytest.mark.long
@pytest.mark.usefixtures("calm")
def test_the_second_corpus_is_told_of_truly(patient_grader: Grader, name: str) -> None:
    """No slip has a name that nobody has read to be true of it, nor full marks, and hardly one has neither a name nor a place."""
    read, slips = read_by_hand(name, BLIND), slips_of(name, BLIND)
    neither = []
    for key, result in graded(patient_grader, slips):
        found = result.diagnosis.id if result.diagnosis else ""
        true = (*read[key].get("names", ()), *read[key].get("later", ()))
        assert not found or found in true, f"{key}: {found}. Truly: {slips[key].label}"
        assert kind(result) != "full marks", f"{key} has full marks. Truly: {slips[key].label}"
        neither += [key] if kind(result) == "neither" else []
    assert len(neither) <= NEITHER[name], neither
