"""What nbgrader's rule looks at of one cell's outputs: an error, something on standard error, a number at
the end.

The rule is that of `nbgrader.utils.determine_grade`: the first of these decides.
"""

from __future__ import annotations

import io
import sys
from typing import Any


class Outputs:
    """The outputs of the cell that runs, as far as they decide."""

    def __init__(self) -> None:
        self.error: BaseException | None = None
        self.stderr = False
        self.value: float | None = None
        self._clears = False

    def raised(self, error: BaseException | None) -> None:
        """An exception was shown."""
        self._begin()
        self.error = self.error or error

    def wrote(self) -> None:
        """Something came on standard error."""
        self._begin()
        self.stderr = self.stderr or self.value is None

    def ended_with(self, text: object) -> None:
        """The value of the last expression was shown, as this text."""
        self._begin()
        try:
            self.value = float(text)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            self.value = None

    def cleared(self, wait: bool) -> None:
        """The outputs so far are taken away; wait: as soon as there is another."""
        self._clears = True
        if not wait:
            self._begin()

    def _begin(self) -> None:
        """Before an output is added."""
        if self._clears:
            self.error, self.stderr, self.value, self._clears = None, False, None, False


class NotedStderr(io.TextIOBase):
    """Standard error that is thrown away, and tells the outputs that something came."""

    def __init__(self, owner: Any) -> None:
        self._owner, self._below = owner, sys.stderr

    def write(self, text: str) -> int:
        if text:
            self._owner.outputs.wrote()
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._below.fileno()
