"""`chainrule similar` on a graded class: what it reads, writes and says."""
from __future__ import annotations

import json

from tests import commands
from tests.commands import Said
from tests.gradebook.course import Course
from tests.tiny import NAME

ODD = """\
def center(X):
    table = np.array(X, dtype=float)
    for column in range(table.shape[1]):
        seven = 7 * table[:, column]
        table[:, column] = (seven - seven.sum() / len(seven)) / 7 + 41 - 40.5
    return table
"""
OTHER = ODD.replace("table", "t").replace("column", "k").replace("seven", "s7").replace("    for", "    # go through them\n    for")
SCALER = """\
class Scaler:
    def __init__(self):
        self.widths = None

    def fit(self, X):
        widths = [max(col) - min(col) for col in np.transpose(X).tolist()]
        self.widths = np.array([1.25 * w or 1.0 for w in widths])
        return self

    def __call__(self, X):
        return np.divide(X, self.widths) * 1.25
"""
WHY = "Since the steps of gradient descent are as long in every direction then, which I read on the blackboard of our kitchen yesterday evening."


def chainrule(course: Course, *arguments: str, status: int = 0) -> Said:
    done = commands.chainrule(course.root, *arguments)
    assert done.returncode == status, done.stderr
    return done


def test_two_who_are_alike_are_shown_side_by_side(course: Course) -> None:
    """Renamed code, an equal write-up and equal wrong values of a mistake without a name; those with the reference's answers are not named."""
    for number in range(4):
        course.hand_in(course.work, f"s{number}")
    course.hand_in(course.work.write("center_solution", ODD).write("scale_solution", SCALER).write("why", WHY), "ann")
    course.hand_in(course.work.write("center_solution", OTHER).write("scale_solution", SCALER).write("why", WHY), "ben")
    course.grade()
    done = chainrule(course, "similar", NAME, "--json", "similar.json")
    assert "1 pair among 7 submissions" in done.stdout and "A person judges" in done.stdout
    document = json.loads((course.root / "similar.json").read_text(encoding="utf-8"))
    found = document["pairs"]
    assert {(one["a"], one["b"]) for one in found} == {("ann", "ben")} and {one["question"] for one in found} == {"center", "scale", "why"}
    (center,) = [one for one in found if one["question"] == "center"]
    assert center["score"] == 1.0 and "the same wrong value at" in " ".join(center["observed"])
    page = (course.root / "reports" / f"{NAME}_similar.html").read_text(encoding="utf-8")
    assert "s7" in page and "seven" in page and "our kitchen" in page


def test_a_class_that_is_not_alike_names_nobody(course: Course) -> None:
    """The page says so."""
    course.hand_in(course.work, "bob")
    course.grade()
    assert "0 pairs among 2 submissions" in chainrule(course, "similar", NAME).stdout
    assert "No two submissions are alike beyond that" in (course.root / "reports" / f"{NAME}_similar.html").read_text(encoding="utf-8")


def test_without_graded_notebooks_the_mend_is_said(course: Course) -> None:
    """Answers are read in the graded notebooks."""
    import shutil

    shutil.rmtree(course.root / "autograded")
    assert "--no-gradebook" in chainrule(course, "similar", NAME, status=2).stderr
