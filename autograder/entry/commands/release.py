"""`chainrule release`: builds what students get, or says whether it is up to date."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from autograder.author import release
from autograder.entry.shared import AS_IT_IS, Names, out, this_course
from autograder.errors import ChainRuleError
from autograder.sandbox.observed import ObservedStore


def build(
    names: Names = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Only say whether source/ and release/ are what notebook.py gives."),
    ] = False,
) -> None:
    """Build source/ and release/ from notebook.py; refuses a release that would leak, break or score
    wrongly.
    """
    from autograder.records.course_config import (
        existing_database,
        shown_url,
    )  # nbgrader takes more than a second

    course = this_course()
    stale = False
    for name in names or course.names:
        assignment = course.written(name)
        if check:
            found = release.check_up_to_date(assignment)
            stale = stale or bool(found)
            out.print(
                f"{name}: "
                + ("up to date" if not found else "not what notebook.py gives: " + ", ".join(found)),
                **AS_IT_IS,
            )
            continue
        with out.status(f"{name}: checking") as status:
            written = release.build_release(
                assignment, ObservedStore(course.observations), _progress_line(status, name)
            )
        url = existing_database(course.root)
        if url:
            release.update_gradebook(assignment, url)
            written.append(
                "gradebook.db" if shown_url(url) == str(course.root / "gradebook.db") else shown_url(url)
            )
        out.print(
            f"{name}: {assignment.max_score:g} points, release {assignment.release}; wrote "
            f"{', '.join(written)}",
            **AS_IT_IS,
        )
    if stale:
        raise ChainRuleError("source/ or release/ is not up to date", mend="run `chainrule release`")


def _progress_line(status: Any, name: str) -> Callable[[str], None]:
    return lambda stage: status.update(f"{name}: {stage}")
