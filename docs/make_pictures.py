"""Draws docs/images/graded_class.svg from the results that `make demo` leaves: python docs/make_pictures.py"""
from __future__ import annotations

import io
from pathlib import Path

import msgspec
from rich.console import Console

from autograder.commands.autograde import class_table
from autograder.model import ClassResult

ROOT = Path(__file__).parents[1]
SHOWN = ("ada", "cleo", "dan", "eve", "finn", "gus", "kim", "lea", "noor", "omar", "quin", "uma")


def main() -> None:
    result = msgspec.json.decode((ROOT / "demo" / "nn_recognition.json").read_bytes(), type=ClassResult)
    some = msgspec.structs.replace(result, submissions=tuple(s for s in result.submissions if s.student in SHOWN))
    console = Console(record=True, width=150, file=io.StringIO())
    console.print(class_table(some))
    console.save_svg(str(ROOT / "docs" / "images" / "graded_class.svg"), title="chainrule autograde nn_recognition (12 of the sample class)")


if __name__ == "__main__":
    main()
