"""What nbgrader_config.py says that concerns grading: where the gradebook is and what lateness costs.

`chainrule autograde` reads it as nbgrader does, so that both write the same database and come to the same
totals.
"""

from __future__ import annotations

import datetime
import logging
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from jupyter_core.application import JupyterApp
from nbgrader.api import Gradebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc
from sqlalchemy import bindparam, select, update
from sqlalchemy.engine import make_url
from traitlets.config import Application, Config

from autograder.assignment.values import Assignment
from autograder.errors import UsageError
from autograder.handed_in.platforms.downloads import YEARS

_MOMENT = re.compile(r"[0-9:.T -]{10,40}( [A-Za-z][A-Za-z0-9_+-]{0,30}(/[A-Za-z0-9_+-]{1,30}){0,2})?")
"""A student may write the note, and dateutil opens a file of the zone's name: nothing that leads out of
its folder.
"""


_OUTDATED = {
    "NbGrader",
    "NbGraderConfig",
    "BasicConfig",
    "BaseNbGraderApp",
    "BaseApp",
    "TransferApp",
    "BaseNbConvertApp",
}
"""Sections in which older versions of nbgrader kept what stands in others now: its application moves it."""


def load_config(root: Path) -> Config:
    """nbgrader's configuration of a course: the machine's and the user's, then the course's own.

    It is read as nbgrader's application reads it. That one loads all of nbgrader's commands, so it is asked
    only where something outdated stands there.
    """
    config = _read(JupyterApp, root)
    if not _OUTDATED & config.keys():
        return config
    from nbgrader.apps import NbGrader

    return _read(NbGrader, root)


def _read(application: type[JupyterApp], root: Path) -> Config:
    app = application(log_level=logging.CRITICAL, config_file_name="nbgrader_config")
    app.raise_config_file_errors = True
    try:
        app.load_config_file()
        Application.load_config_file(app, "nbgrader_config", path=str(root))
    except Exception as error:  # whatever a file of Python can raise
        raise UsageError(
            f"nbgrader_config.py can't be read: {type(error).__name__}: {error}", where=str(root)
        ) from error
    return app.config


def database_url(root: Path, config: Config | None) -> str:
    """The SQLAlchemy url of the gradebook that nbgrader uses in a folder: its own default where nothing
    is configured.
    """
    given = Config({"CourseDirectory": {"root": str(root)}})
    given.merge(config or Config())
    url: str = CourseDirectory(config=given).db_url
    return url


def existing_database(root: Path) -> str:
    """The url of a course's gradebook; empty where it would be a file that is not there yet."""
    url = database_url(root, load_config(root))
    parsed = make_url(url)
    missing = parsed.get_backend_name() == "sqlite" and not (
        parsed.database and Path(parsed.database).is_file()
    )
    return "" if missing else url


def gradebook_of(assignment: Assignment, into: Path) -> str:
    """The url of the gradebook that the results of a folder are in; empty where there is none yet."""
    if into == assignment.root:
        return existing_database(into)
    own = into / "gradebook.db"
    return f"sqlite:///{own}" if own.is_file() else ""


def shown_url(url: str) -> str:
    """A database's url as it may be printed: the path of a file, else without its password."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return parsed.database
    return parsed.render_as_string(hide_password=True)


def moment(timestamp: str) -> datetime.datetime | None:
    """A time that nbgrader's exchange has noted, in UTC and without a zone as its database keeps it; None
    where it is none.
    """
    if not _MOMENT.fullmatch(timestamp):
        return None
    try:
        found: datetime.datetime = parse_utc(timestamp)
    except Exception:  # a student may have written it, and dateutil raises what its parts raise
        return None
    return found if found.year in YEARS else None


def assign_penalties(
    book: Gradebook, assignment: str, notebook: str, config: Config, students: Collection[str] = ()
) -> None:
    """Set the late penalties of some students, or of all, by the plugin that
    `c.AssignLatePenalties.plugin_class` names, as nbgrader's own step does.
    """
    due = book.find_assignment(assignment).duedate
    row = book.find_notebook(notebook, assignment)
    wanted = select(
        SubmittedNotebook.id,
        SubmittedNotebook.late_submission_penalty,
        SubmittedAssignment.student_id,
        SubmittedAssignment.timestamp,
        SubmittedAssignment.extension,
    ).join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
    wanted = wanted.where(SubmittedNotebook.notebook_id == row.id)
    if students:
        wanted = wanted.where(SubmittedAssignment.student_id.in_(students))
    plugin = _late_plugin(config) if config.get("AssignLatePenalties") else None
    changed = []
    for key, before, student, when, extension in book.db.execute(wanted).all():
        now = None
        late = (when - due - (extension or datetime.timedelta())).total_seconds() if due and when else 0.0
        if late > 0:
            score = book.find_submission_notebook_by_id(key).score
            plugin = plugin or _late_plugin(config)
            penalty = plugin.late_submission_penalty(student, score, late)
            now = None if penalty is None else min(max(penalty, 0.0), score)
        if now != before:
            changed.append({"row": key, "late_submission_penalty": now})
    if changed:
        table = SubmittedNotebook.__table__
        book.db.execute(update(table).where(table.c.id == bindparam("row")), changed)
    book.db.commit()


def _late_plugin(config: Config) -> Any:
    """What says how much lateness costs. nbgrader's step, which knows it, comes with all its other steps and
    nbconvert: it is loaded where somebody is late.
    """
    from nbgrader.preprocessors import AssignLatePenalties

    step = AssignLatePenalties(config=config)
    step.init_plugin()
    return step.plugin_inst
