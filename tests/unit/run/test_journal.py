"""The journal: a result is found again only where everything that it depends on is the same."""
from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from autograder.assignment.loading import load_assignment
from autograder.assignment.values import Assignment, QuestionKind
from autograder.files import sweep
from autograder.handed_in.alignment import Submission, align
from autograder.inside.seen import CellReport, Observation, Outcome, Seen
from autograder.judging.findings import (
    CheckResult,
    Diagnosis,
    QuestionResult,
    Status,
    SubmissionResult,
    Verdict,
)
from autograder.judging.sitting.memory import Memory
from autograder.run import journal
from autograder.run.journal import Journal, JournalEntry, key_of, read_entry, write_entry
from tests.sample_class.work import Work
from tests.tiny import NAME, make_course

# ---- keys -------------------------------------------------------------------------------------------------------


def read(work: Work, **values: Any) -> Submission:
    from nbformat import from_dict

    return dataclasses.replace(align("ann", from_dict(work.as_json()), work.assignment, []), **values)


def key(submission: Submission, assignment: Assignment, **changes: Any) -> str:
    arguments = {"reference": "r", "salt": "s", "level": "full", "questions": (), **changes}
    return key_of(submission, assignment, tuple(arguments.values()))


def test_the_same_submission_has_the_same_key(tiny: Assignment) -> None:
    """Outputs and front ends' keys don't matter: nothing of the result depends on them."""
    first, again = Work.handed_out(tiny).solve(), Work.handed_out(tiny).solve()
    for cell in again.cells:
        cell["outputs"], cell["execution_count"] = [{"output_type": "stream", "text": "x"}], 7
    assert key(read(first), tiny) == key(read(again), tiny)


@pytest.mark.parametrize(
    "change",
    [
        lambda work: read(work, student="bob"),
        lambda work: read(work.edit("center_solution", "moved = X - offset", "moved = X + offset")),
        lambda work: read(work.edit("why", "All", "Most")),
        lambda work: read(work.add("x = 1")),
        lambda work: read(work.write("imports", "x = 1")),
        lambda work: read(work, messages=("two files",)),
    ],
    ids=["student", "answer", "write-up", "own cell", "message of a locked cell", "message"],
)
def test_the_key_changes_with_the_submission(tiny: Assignment, change: Callable[[Work], Submission]) -> None:
    """Whose it is, every cell that runs, every write-up and every oddity are part of the key."""
    assert key(change(Work.handed_out(tiny).solve()), tiny) != key(read(Work.handed_out(tiny).solve()), tiny)


@pytest.mark.parametrize("change", [{"reference": "R"}, {"salt": "S"}, {"level": "landlock"}, {"questions": ("center",)}], ids=lambda c: next(iter(c)))
def test_the_key_changes_with_the_run(tiny: Assignment, change: dict[str, Any]) -> None:
    """The reference's own key, the salt, the isolation and the questions asked for are part of the key."""
    submission = read(Work.handed_out(tiny))
    assert key(submission, tiny, **change) != key(submission, tiny)


@pytest.mark.parametrize("file", ["notebook.py", "assignment.toml", "probes.py", "judges.py", "misconceptions.py", "alternatives.py", "toys.py"])
def test_the_key_changes_with_the_assignment(tmp_path: Path, file: str) -> None:
    """Every text of the assignment's folder counts: judges, titles, feedback and diagnoses depend on it."""
    tiny = load_assignment(NAME, make_course(tmp_path))
    submission = read(Work.handed_out(tiny))
    before = key(submission, tiny)
    with (tiny.folder / file).open("a") as text:
        text.write("\n")
    assert key(submission, load_assignment(NAME, tmp_path)) != before


def test_the_key_changes_with_files_handed_in(tiny: Assignment) -> None:
    """The content of a file that is used counts, and its name."""
    keys = set()
    for name, content in (("a.npz", b"1"), ("a.npz", b"2"), ("b.npz", b"2")):
        keys.add(key(read(Work.handed_out(tiny), files={name: content}), tiny))
    assert len(keys) == 3


def test_the_key_changes_with_the_package(tiny: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new version of what judges and writes messages makes new results."""
    submission = read(Work.handed_out(tiny))
    before = key(submission, tiny)
    monkeypatch.setattr(journal, "package", lambda: "another version")
    assert key(submission, tiny) != before


# ---- entries ----------------------------------------------------------------------------------------------------


def result(outcome: Outcome = Outcome.FINISHED) -> SubmissionResult:
    check = CheckResult("rows", "Rows of data.", 1.5, 0.5, outcome, Verdict.WRONG_VALUES, "centered: 1 of 3 entries is wrong.")
    auto = QuestionResult("center", QuestionKind.AUTO, 0.5, 2.0, outcome, True, diagnosis=Diagnosis("one_mean", "You …"), checks=(check,))
    return SubmissionResult("ann", Status.GRADED, 0.5, 6.0, ("why",), 0.25, ("cell 3 raised",), (auto, QuestionResult("why", QuestionKind.MANUAL, None, 1.0, outcome)))


def seen(probe: Outcome = Outcome.FINISHED, cell: Outcome = Outcome.FINISHED) -> Seen:
    return Seen((CellReport(3, cell),), {"rows": Observation("rows", probe, b"\x01")}, 0.1)


def entry() -> JournalEntry:
    return JournalEntry("k", result(), {"center": seen(), "scale": seen(Outcome.RAISED)})


def test_an_entry_comes_back_as_it_was(tmp_path: Path) -> None:
    """Everything of a result and of what was seen survives the file."""
    kept = Journal(tmp_path / "journal")
    assert read_entry(kept.get("ann")) == JournalEntry()
    kept.put("ann", write_entry(entry()))
    assert read_entry(kept.get("ann")) == entry()
    assert kept.get("bob") == b""


FLEETING = [Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY, Outcome.KILLED, Outcome.PROTOCOL]


@pytest.mark.parametrize("outcome", FLEETING)
@pytest.mark.parametrize("where", ["probe", "cell"])
def test_what_the_machine_may_have_caused_is_kept_only_when_tried_alone(outcome: Outcome, where: str) -> None:
    """A timeout, a death or an exhausted memory, of a probe or of a cell, counts once it has come again with nothing else running."""
    spoiled = seen(**{where: outcome})
    busy, alone = Memory(), Memory(alone=True)
    busy.put("center", spoiled)
    alone.put("center", spoiled)
    assert (busy.kept, busy.fleeting) == ({}, True)
    assert (alone.kept, alone.fleeting) == ({"center": spoiled}, False)


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - set(FLEETING)))
def test_what_is_the_submissions_own_is_kept_at_once(outcome: Outcome) -> None:
    """Values, exceptions, missing names: another day would see the same."""
    memory = Memory()
    memory.put("center", seen(outcome))
    assert (memory.kept, memory.fleeting) == ({"center": seen(outcome)}, False)


def test_only_what_is_used_again_stays_in_memory() -> None:
    """Observations of probes that are no more are forgotten with the next entry."""
    memory = Memory({"old": seen(), "new": seen()})
    assert memory.get("new") == seen() and memory.get("unheard of") is None
    assert set(memory.kept) == {"new"}


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x80\x80", msgspec.msgpack.encode({"key": 3}), write_entry(entry())[:-5]])
def test_a_broken_entry_counts_as_missing(tmp_path: Path, data: bytes) -> None:
    """Whatever became of a file, the run goes on, and a new entry takes its place."""
    kept = Journal(tmp_path)
    (tmp_path / "ann.msgpack").write_bytes(data)
    assert read_entry(kept.get("ann")) == JournalEntry()
    kept.put("ann", write_entry(entry()))
    assert read_entry(kept.get("ann")) == entry()


def test_an_entry_is_written_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is killed while it writes leaves the entry that was there before."""
    kept = Journal(tmp_path)
    kept.put("ann", write_entry(entry()))

    def killed(*args: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        kept.put("ann", write_entry(JournalEntry()))
    assert read_entry(kept.get("ann")) == entry()


def test_what_a_killed_run_left_is_swept(tmp_path: Path) -> None:
    """Half an entry of a process that is gone goes; one of a process that is there stays."""
    journal = Journal(tmp_path)
    journal.put("ann", b"whole")
    gone, mine = tmp_path / f"{2**22 + 1}-1.part", tmp_path / f"{os.getpid()}-1.part"
    for part in (gone, mine):
        part.write_bytes(b"ha")
    sweep(tmp_path, "*.part")
    assert not gone.exists() and mine.exists() and journal.get("ann") == b"whole"
