"""Results that follow a person to another id: what was graded under a made-up one, before the roster had a
line for them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from autograder.assignment.values import Assignment
from autograder.files import write_text
from autograder.records import adjustments
from autograder.records.results import Kept, KeptResult, Results


def follow(assignment: Assignment, into: Path, formerly: Mapping[str, str]) -> tuple[str, ...]:
    """Move results, graded notebooks, pages, marks and comments from former ids (by the new id); returns the
    moves in words.

    Where there is a result or a submission in the gradebook of the new id already, both stay. The former
    result goes last, and a run that was killed before that is ended by the next.
    """
    results = Results(into, assignment)
    moved = {new: old for new, old in formerly.items() if _may_move(results, new, old)}
    if not moved:
        return ()
    from autograder.records import course_config, people

    url = course_config.gradebook_of(assignment, into)
    if url:
        moved = people.rename_students(url, assignment.name, moved)
    course = Results(
        assignment.root, assignment
    )  # where this is a trial in another folder, theirs stay there
    still = {old for old in moved.values() if course.into != into and course.get(old) is not None}
    adjustments.renamed(assignment.root, assignment.name, moved, still)
    for new, old in moved.items():
        _move_files(results, new, old)
    return tuple(f"{old} to {new}" for new, old in moved.items())


def _may_move(results: Results, new: str, old: str) -> bool:
    """Whether there is a result to move, and none at its target but itself."""
    kept, there = results.get(old), results.get(new)
    return kept is not None and (there is None or there == _renamed(kept, new))


def _move_files(results: Results, new: str, old: str) -> None:
    name, kept = results.assignment.name, results.get(old)
    assert kept is not None
    for there in ("autograded", "feedback"):
        source, target = results.into / there / old / name, results.into / there / new / name
        if source.is_dir() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            source.rename(target)
            with contextlib.suppress(OSError):  # other assignments of that id
                source.parent.rmdir()
    write_text(results.folder / f"{new}.json", msgspec.json.encode(_renamed(kept, new)).decode())
    (results.folder / f"{old}.json").unlink()


def _renamed(kept: Kept, student: str) -> Kept:
    before = _of(kept.before, student) if kept.before is not None else None
    return msgspec.structs.replace(kept, now=_of(kept.now, student), before=before)


def _of(entry: KeptResult, student: str) -> KeptResult:
    return msgspec.structs.replace(entry, result=msgspec.structs.replace(entry.result, student=student))
