"""`chainrule doctor`: what this machine allows."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from autograder.entry.shared import out
from autograder.files import pretty_json


def doctor(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Say what isolation, nbgrader and this machine allow."""
    from autograder.entry.doctor import examine

    report = examine()
    if json:
        print(pretty_json(report), end="")
        return
    table = Table(show_header=False, box=None)
    for line in report:
        table.add_row("ok" if line.ok else "no", line.what, line.says)
    out.print(table)
