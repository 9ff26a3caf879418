"""`chainrule audit`: tests the tests and shows, or writes, what was found."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from autograder.entry.shared import Names, out, progress_bar, this_course
from autograder.errors import ChainRuleError
from autograder.files import pretty_json, write_text
from autograder.sandbox.observed import ObservedStore

if TYPE_CHECKING:  # loaded where it is needed: the list of commands should not wait for it
    from autograder.assignment.course import Course
    from autograder.assignment.values import Assignment
    from autograder.author.audit.graders import Progress

Tested = tuple[Any, int, Iterable[RenderableType]]
"""What was found of an assignment, how many problems it has, and what to print of it."""
Pairs = Annotated[
    int, typer.Option("--pairs", min=0, help="Try this many second mistakes beside each misconception.")
]

MANY = (os.cpu_count() or 1) + 1
"""While one answer is judged, the process of another runs."""
Jobs = Annotated[
    int,
    typer.Option("--jobs", "-j", min=1, help="Answers at a time.", show_default="one more than the cores"),
]


def audit(
    names: Names = None,
    json: Annotated[Path | None, typer.Option("--json", help="Write everything to this file.")] = None,
    write: Annotated[
        Path | None, typer.Option("--write", help="Write the figures to this Markdown page.")
    ] = None,
    jobs: Jobs = MANY,
    salts: Annotated[
        int, typer.Option("--salts", min=1, help="Try right answers on the inputs of this many salts.")
    ] = 5,
    pairs: Pairs = 1,
    seeds: Annotated[
        int, typer.Option("--seeds", min=0, help="Measure what chance costs instead, over so many draws.")
    ] = 0,
) -> None:
    """Test the tests: grade known wrong answers, known right ones and generated mutants."""
    from autograder.author.audit.page import page, seeds_page

    course = this_course()
    results: list[Any] = []
    problems = 0
    with progress_bar() as bar:
        for assignment in [course.written(name) for name in names or course.names]:
            task = bar.add_task(assignment.name, total=None)

            def progress(
                stage: str, done: int, total: int, task: Any = task, name: str = assignment.name
            ) -> None:
                bar.update(task, description=f"{name}: {stage}", completed=done, total=total or None)

            tested: Tested = (
                _chance(assignment, seeds, jobs, progress)
                if seeds
                else _audited(course, assignment, jobs, progress, salts, pairs)
            )
            results.append(tested[0])
            problems += tested[1]
            for part in tested[2]:
                out.print(part, soft_wrap=isinstance(part, Text), highlight=False)
            bar.remove_task(task)
    if json is not None:
        write_text(json, pretty_json({"format": 1, "assignments": results}))
    if write is not None:
        command = " ".join(["chainrule audit", *(names or []), *(["--seeds", str(seeds)] if seeds else [])])
        write_text(write, seeds_page(results, command) if seeds else page(results, command))
    if problems:
        raise ChainRuleError(
            "the audit found problems" if not seeds else f"right answers failed {problems} times by chance"
        )


def _audited(
    course: Course, assignment: Assignment, jobs: int, progress: Progress, salts: int, pairs: int
) -> Tested:
    """The tests tested by wrong answers, right ones and mutants."""
    from autograder.author.audit import audit as auditing
    from autograder.author.audit.page import shown

    found = auditing.audit(assignment, ObservedStore(course.observations), jobs, progress, salts, pairs)
    return found, len(found.problems), shown(found)


def _chance(assignment: Assignment, seeds: int, jobs: int, progress: Progress) -> Tested:
    """How often a right answer fails by chance."""
    from autograder.author.audit.chance import measure
    from autograder.author.audit.checks_again import Chance, run_again
    from autograder.author.audit.page import shown_seeds

    probes = tuple(measure(assignment, seeds, jobs, progress))
    found = Chance(assignment.name, probes, tuple(run_again(assignment, seeds, jobs, progress)))
    return found, found.failures, shown_seeds(found)
