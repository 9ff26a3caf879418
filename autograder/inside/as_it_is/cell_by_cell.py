"""Runs the cells of a notebook that is graded as it is: each as Jupyter runs it, to the first error."""

from __future__ import annotations

import builtins
import linecache
import sys
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from autograder.inside.as_it_is.outputs import NotedStderr, Outputs
from autograder.inside.protocol import CellKind
from autograder.inside.running import C, RunningNotebook, cell_name
from autograder.inside.shell import nobody_answers


class CellByCell(RunningNotebook):
    """A running notebook. Of the cells of one that is graded as it is, what nbgrader's rule looks at is taken
    down; all other cells run by the kit's own rule.
    """

    outputs = Outputs()
    """Those of the last plain cell."""

    def __init__(self, shell: Any = None) -> None:
        super().__init__(shell)
        self.own: set[int] = set()
        """The numbers of the student's own cells that were run."""

    def run(self, cells: Sequence[C], **options: Any) -> Iterator[tuple[C, BaseException | None]]:
        if any(cell.kind == CellKind.PLAIN for cell in cells):
            self._adopt()
            self._listen()
        return super().run(cells, **options)

    def _run(self, cell: C, briefly: bool) -> BaseException | None:
        if cell.kind == CellKind.OWN:
            self.own.add(cell.number)
        if cell.kind != CellKind.PLAIN:
            return super()._run(cell, briefly)
        name, text, self.outputs = cell_name(cell.number), cell.text, Outputs()
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        try:
            self.shell.compile.get_code_name = lambda *_: name
            result = self.shell.run_cell(text, store_history=True)
        except BaseException as error:
            return error
        finally:
            _close_figures()
        ended: BaseException | None = result.error_before_exec or result.error_in_exec
        return ended or self.outputs.error

    def _listen(self) -> None:
        """Have the shell tell of what it would show, and be as a kernel is that nobody sits in front of."""
        shell = self.shell
        shell.showtraceback = lambda *_, **__: self.outputs.raised(sys.exc_info()[1])
        shell.display_pub.clear_output = lambda wait=False: self.outputs.cleared(wait)
        shell.displayhook.write_format_data = lambda data, *_, **__: self.outputs.ended_with(
            data.get("text/plain")
        )
        sys.stderr = NotedStderr(self)
        builtins.input = nobody_answers
        _warn_as_a_kernel()


def _warn_as_a_kernel() -> None:
    """Python's own filters, which a kernel has; what only this process would warn of is left out."""
    warnings.resetwarnings()
    for category in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.filterwarnings("ignore", category=category, append=True)
    warnings.filterwarnings("default", category=DeprecationWarning, module="__main__")
    warnings.filterwarnings("ignore", message="FigureCanvasAgg is non-interactive")


def _close_figures() -> None:
    """Jupyter shows the figures at the end of a cell and closes them."""
    if (pyplot := sys.modules.get("matplotlib.pyplot")) is not None:
        pyplot.close("all")
