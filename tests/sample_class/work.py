"""One student's folder in the making: starts from the release as handed out, is filled in and then spoiled by short patches."""
from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.assignment.notebook import ANSWERS, Role, build_source, grade_id_of
from autograder.assignment.values import Assignment, solves
from autograder.assignment.variants import load_variants

ANSWER = "All units of a layer that start equal stay equal: they see the same inputs and get the same gradients, so training can't tell them apart."


@dataclass
class Work:
    """A notebook as a student works on it, as plain JSON, and what lies beside it."""

    assignment: Assignment
    cells: list[dict[str, Any]]
    metadata: dict[str, Any]
    raw: bytes | None = None
    """The file's bytes, where it is not a notebook at all."""
    files: dict[str, bytes] = field(default_factory=dict)
    name: str = ""

    @classmethod
    def handed_out(cls, assignment: Assignment) -> Work:
        """The release, untouched."""
        node = build_source(assignment.cells, assignment.name)
        cells = []
        for cell, source in zip(node.cells, assignment.cells, strict=True):
            made = json.loads(json.dumps(cell))
            made["source"] = source.released
            cells.append(made)
        return cls(assignment, cells, json.loads(json.dumps(node.metadata)), name=f"{assignment.name}.ipynb")

    def cell(self, grade_id: str) -> dict[str, Any]:
        """The cell of this id."""
        return next(c for c in self.cells if grade_id_of(c) == grade_id)  # type: ignore[arg-type]

    def solve(self, *questions: str) -> Work:
        """Fill in the reference's answers, of all questions where none is named; write-ups get a sentence."""
        for source in self.assignment.cells:
            mine = not questions or any(source.id == q or solves(source.id, q) for q in questions)
            if source.role in ANSWERS and (mine or source.practice):
                lines = [line for line in source.text.splitlines() if not line.strip().startswith(("### BEGIN", "### END", "###BEGIN", "###END"))]
                self.cell(source.id)["source"] = "\n".join(lines)
            elif source.role is Role.WRITTEN and mine:
                self.cell(source.id)["source"] = ANSWER
        return self

    def write(self, grade_id: str, text: str) -> Work:
        """Replace a cell's text."""
        self.cell(grade_id)["source"] = text
        return self

    def edit(self, grade_id: str, old: str, new: str) -> Work:
        """Replace part of a cell's text, which must be there."""
        cell = self.cell(grade_id)
        assert old in cell["source"], f"{old!r} is not in {grade_id}"
        cell["source"] = cell["source"].replace(old, new)
        return self

    def add(self, text: str, before: str | None = None, after: str | None = None) -> Work:
        """Add a code cell of the student's own, at the end where no place is named."""
        cell: dict[str, Any] = {"cell_type": "code", "execution_count": None, "id": f"own-{len(self.cells)}", "metadata": {}, "outputs": [], "source": text}
        place = before or after
        index = self.cells.index(self.cell(place)) + (after is not None) if place else len(self.cells)
        self.cells.insert(index, cell)
        return self

    def use(self, *variants: str) -> Work:
        """Answer as misconceptions or alternatives of the assignment do."""
        known = {v.id: v for kind in ("misconception", "alternative") for v in load_variants(self.assignment, kind)}
        for name in variants:
            self.add(known[name].text, before=known[name].question)
        return self

    def copy(self) -> Work:
        return copy.deepcopy(self)

    def as_json(self) -> dict[str, Any]:
        return {"cells": self.cells, "metadata": self.metadata, "nbformat": 4, "nbformat_minor": 5}

    def save(self, folder: Path) -> None:
        """Write what was handed in."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.name:
            data = self.raw if self.raw is not None else json.dumps(self.as_json(), indent=1).encode()
            (folder / self.name).write_bytes(data)
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
