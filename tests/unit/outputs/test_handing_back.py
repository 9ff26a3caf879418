"""Students' pages as a platform takes them back."""
from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from autograder.assignment.values import Assignment
from autograder.outputs.feedback import page
from autograder.outputs.handing_back import handed_back
from autograder.records.marks import Mark, Marks
from autograder.records.standing import Standing
from tests.unit.records.test_graded_notebook import result


def pages(tiny: Assignment, folder: Path, points: dict[str, float]) -> dict[str, Path]:
    """A page a student, each with these points for the write-up."""
    made = {student: folder / f"{number}.html" for number, student in enumerate(points)}
    for student, path in made.items():
        standing = Standing(msgspec.structs.replace(result(), student=student), Marks(questions={"why": Mark(score=points[student])}))
        path.write_text(page(tiny, standing, "0123456789abcdef"), encoding="utf-8")
    return made


@pytest.mark.parametrize("students", [("ann", "bob"), ("0", "1"), ("o'hara", "a&b"), ("Title", "b")])
def test_a_group_has_one_page_where_all_members_read_the_same(tiny: Assignment, tmp_path: Path, students: tuple[str, str]) -> None:
    """Whatever their ids are; where points differ, the second member's page is left out."""
    places = dict.fromkeys(students, "team_4712_900_tiny.ipynb")
    same = handed_back("Canvas", tiny.name, pages(tiny, tmp_path, dict.fromkeys(students, 1.0)), places, ())
    assert same.pages == 2 and same.left_out == {}
    differ = handed_back("Canvas", tiny.name, pages(tiny, tmp_path, dict(zip(students, (0.0, 1.0), strict=True))), places, ())
    assert differ.pages == 1 and set(differ.left_out) == {students[1]}
