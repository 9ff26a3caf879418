"""`chainrule audit`: tests the tests and shows, or writes, what was found."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from autograder.entry.shared import Names, out, progress_bar, this_course
from autograder.errors import ChainRuleError
from autograder.files import pretty_json, write_text
from autograder.sandbox.observed import ObservedStore

Pairs = Annotated[
    int, typer.Option("--pairs", min=0, help="Try this many second mistakes beside each misconception.")
]


def audit(
    names: Names = None,
    json: Annotated[Path | None, typer.Option("--json", help="Write everything to this file.")] = None,
    write: Annotated[
        Path | None, typer.Option("--write", help="Write the figures to this Markdown page.")
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=1, help="Answers at a time.", show_default="number of cores")
    ] = os.cpu_count() or 1,
    salts: Annotated[
        int, typer.Option("--salts", min=1, help="Try right answers on the inputs of this many salts.")
    ] = 5,
    pairs: Pairs = 1,
    seeds: Annotated[
        int, typer.Option("--seeds", min=0, help="Measure random thresholds instead, over this many salts.")
    ] = 0,
) -> None:
    """Test the tests: grade known wrong answers, known right ones and generated mutants."""
    from autograder.author.audit import audit as auditing
    from autograder.author.audit.chance import measure
    from autograder.author.audit.checks_again import run_again
    from autograder.author.audit.page import Measured, page, seeds_page, shown, shown_seeds

    course = this_course()
    assignments = [course.written(name) for name in names or course.names]
    found: list[Any] = []
    measured: list[Measured] = []
    problems = 0
    with progress_bar() as bar:
        for assignment in assignments:
            task = bar.add_task(assignment.name, total=None)

            def progress(
                stage: str, done: int, total: int, task: Any = task, name: str = assignment.name
            ) -> None:
                bar.update(task, description=f"{name}: {stage}", completed=done, total=total or None)

            if seeds:
                result = measure(assignment, seeds, jobs, progress)
                checks = run_again(assignment, seeds, jobs, progress)
                problems += sum(probe.failures + sum(probe.others.values()) for probe in result)
                problems += sum(check.failures for check in checks)
                parts = shown_seeds(assignment.name, result, checks)
                measured.append((assignment.name, result, checks))
                found.append({"assignment": assignment.name, "probes": result, "checks": checks})
            else:
                store = ObservedStore(course.observations)
                audited = auditing.audit(assignment, store, jobs, progress, salts, pairs)
                problems += len(audited.problems)
                parts = shown(audited)
                found.append(audited)
            for part in parts:
                out.print(part, soft_wrap=isinstance(part, Text), highlight=False)
            bar.remove_task(task)
    if json is not None:
        write_text(json, pretty_json({"format": 1, "assignments": found}))
    if write is not None:
        command = " ".join(["chainrule audit", *(names or []), *(["--seeds", str(seeds)] if seeds else [])])
        write_text(write, seeds_page(measured, command) if seeds else page(found, command))
    if problems:
        raise ChainRuleError(
            "the audit found problems" if not seeds else f"right answers failed {problems} times by chance"
        )
