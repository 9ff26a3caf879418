"""A course's folder: what lies where in it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment.loading import load_assignment, names_in
from autograder.assignment.values import Assignment
from autograder.errors import UsageError
from autograder.files import write_text


@dataclass(frozen=True)
class Course:
    """A course: root holds assignments/, into (the same folder, where no other is named) what grading
    writes.
    """

    root: Path
    into: Path

    @classmethod
    def at(cls, root: Path, into: Path | None = None) -> Course:
        return cls(root, (into or root).resolve())

    @classmethod
    def around(cls, start: Path) -> Course:
        """The course that a folder is in: the nearest one, from start upwards, that holds assignments/, or
        nbgrader's source/ with a configuration.
        """
        for folder in (start, *start.parents):
            of_nbgrader = (folder / "source").is_dir() and (folder / "nbgrader_config.py").is_file()
            if (folder / "assignments").is_dir() or of_nbgrader:
                return cls.at(folder)
        raise UsageError(
            f"{start} is in no course", mend="run this in a folder that holds assignments/, or beneath one"
        )

    @property
    def names(self) -> list[str]:
        """The assignments, in the order in which they are taught."""
        return names_in(self.root)

    def assignment(self, name: str) -> Assignment:
        return load_assignment(name, self.root)

    def written(self, name: str) -> Assignment:
        """An assignment that lies in assignments/; raises UsageError for one that is graded as it is."""
        found = self.assignment(name)
        if found.as_it_is:
            raise UsageError(
                f"{name} is an nbgrader assignment that nobody has moved: there are no probes of it",
                mend=f"`chainrule adopt source/{name}` makes an assignment of it",
            )
        return found

    @property
    def observations(self) -> Path:
        """What the reference and the misconceptions did."""
        return self.root / ".chainrule" / "observations"

    @property
    def adjustments(self) -> Path:
        """What whoever teaches has decided beyond the tests; part of the course, and worth keeping in git."""
        return self.root / "adjustments.toml"

    def journal(self, assignment: str) -> Path:
        """What was seen and decided of each submission."""
        return self.into / ".chainrule" / "journal" / assignment

    def salt(self, asked: str = "") -> str:
        """The salt that was asked for, or the course's own, made when it is first needed and kept from
        then on.
        """
        if asked:
            return asked
        path = self.root / ".chainrule" / "salt"
        if not path.is_file():
            write_text(path, secrets.token_hex(8) + "\n")
        return path.read_text(encoding="utf-8").strip()
