"""What nbgrader_config.py calls: the kit in the places where nbgrader grades, and the pages' templates."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import nbgrader

from autograder.declined import is_put_off


def take_over() -> None:
    """Let nbgrader's command and formgrader's button grade with the kit; its list begins with who waits.

    Those are in every process that has imported nbgrader. In `chainrule`'s own, which reads the same
    nbgrader_config.py, they are put off, and no step of it asks nbgrader to grade.
    """
    if is_put_off("nbgrader"):
        return
    import nbgrader.apps.api
    import nbgrader.apps.autogradeapp
    from nbgrader import converters

    from autograder.entry.nbgrader_autograde import Autograde

    for module in (nbgrader.apps.autogradeapp, nbgrader.apps.api):
        assert issubclass(module.Autograde, converters.Autograde), (
            "nbgrader grades from another place than it did"
        )
        module.Autograde = Autograde
    listed = nbgrader.apps.api.NbGraderAPI.get_notebook_submissions
    if not hasattr(listed, "__wrapped__"):
        nbgrader.apps.api.NbGraderAPI.get_notebook_submissions = _waiting_first(listed)


def page_templates() -> list[str]:
    """Where the templates of formgrader's pages lie: the kit's, which fetch nothing from the internet, before
    nbgrader's.
    """
    theirs = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"
    return [str(Path(__file__).parent / "templates"), str(theirs)]


def _waiting_first(listed: Callable[..., list[dict[str, Any]]]) -> Callable[..., list[dict[str, Any]]]:
    """Formgrader's list of submissions, with those first that need a person."""

    @wraps(listed)
    def ordered(*arguments: Any, **options: Any) -> list[dict[str, Any]]:
        return sorted(listed(*arguments, **options), key=lambda one: not one.get("needs_manual_grade"))

    return ordered
