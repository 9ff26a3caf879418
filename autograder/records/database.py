"""nbgrader's database, opened or made.

nbgrader takes more than a second to import, so whoever needs this module imports it where it is needed.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbgrader.api
from nbgrader.api import Gradebook
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy.exc import OperationalError, SAWarning

from autograder.errors import ChainRuleError

COURSE = "default_course"


def ensure_alembic() -> None:
    """Let nbgrader find `alembic`, which it runs from PATH when it makes a database, in a venv that is
    not activated.
    """
    scripts = str(Path(sys.executable).parent)
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if scripts not in folders:
        os.environ["PATH"] = os.pathsep.join([scripts, *folders])


def _database_version() -> str:
    """The version that a new database has, as nbgrader's own lookup gives it; that starts alembic in a
    process, which takes seconds.
    """
    from alembic.script import ScriptDirectory

    return str(ScriptDirectory(ALEMBIC_DIR).get_current_head())


nbgrader.api.get_alembic_version = _database_version


_NO_ROOM = ("disk is full", "readonly database")
"""Of what SQLite says, what is no fault of ours."""


@contextmanager
def open_gradebook(url: str) -> Iterator[Gradebook]:
    """Open a database by its SQLAlchemy url, making it where there is none."""
    ensure_alembic()
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", SAWarning
        )  # nbgrader adds rows in an order that SQLAlchemy remarks on
        book = Gradebook(url, COURSE)
        try:
            yield book
        except OperationalError as error:
            if not any(word in str(error.orig) for word in _NO_ROOM):
                raise
            mend = "make room, or choose another place with --into, and run it again: what is graded is kept"
            raise ChainRuleError(f"the gradebook can't be written: {error.orig}", mend=mend) from None
        finally:
            book.close()
