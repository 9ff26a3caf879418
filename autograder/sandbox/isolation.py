"""How well student code is isolated, and the sandboxes that are started so."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.assignment.packages import imported
from autograder.assignment.values import Assignment
from autograder.errors import UsageError
from autograder.inside.jail import JailError, Level, check_binds, strongest
from autograder.sandbox.runtime import interpreter_folders, package_folders
from autograder.sandbox.zygote import Sandbox


@dataclass(frozen=True)
class Isolation:
    """A level of isolation: every sandbox of a run is started through it."""

    level: Level

    @classmethod
    def strongest(cls, unsafe: bool) -> Isolation:
        """The strongest that this machine allows; raises UsageError where there is none, unless unsafe
        says to go on.
        """
        level = strongest()
        if level is Level.NONE and not unsafe:
            mend = "`chainrule doctor` says why; --unsafe grades without isolation, at your own risk"
            raise UsageError("this machine can't isolate student code", mend=mend)
        return cls(level)

    def check_places(self, *hidden: Path) -> None:
        """Refuse to grade where the jail would show student code these folders, such as the hidden tests
        or the gradebook.
        """
        if self.level is not Level.NONE:
            try:
                check_binds([*package_folders(), *interpreter_folders()], [str(path) for path in hidden])
            except JailError as error:
                raise UsageError(str(error)) from None

    def sandbox(self, assignment: Assignment, probes: str = "") -> Sandbox:
        """A zygote with an assignment's files, and its probes or others."""
        text, given = probes or assignment.probes_text, assignment.given_cells
        modules, preload = assignment.probe_modules, imported(assignment)
        return Sandbox(text, assignment.files, self.level, modules, given, preload)


TRUSTED = Isolation(Level.NONE)
"""For our own code, such as the reference: a process of its own, without a jail."""
