"""`make demo`: builds every release, makes the sample class, grades it, and says where to look."""
from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from autograder.assignment.loading import load_assignment, names_in

from .roster import roster
from .work import Work

ROOT = Path(__file__).parents[2]


def make_class(name: str, folder: Path, root: Path = ROOT) -> list[str]:
    """Write the sample class of an assignment into folder, in nbgrader's layout; returns the students."""
    assignment = load_assignment(name, root)
    students = roster(name)
    for student, patch in students.items():
        patch(Work.handed_out(assignment)).save(folder / student / name)
    return list(students)


def main() -> int:
    demo = ROOT / "demo"
    shutil.rmtree(demo / "submitted", ignore_errors=True)  # the rest says what has been graded already
    chainrule = [sys.executable, "-m", "autograder"]
    subprocess.run([*chainrule, "release"], cwd=ROOT, check=True)
    reports = []
    for name in names_in(ROOT):
        make_class(name, demo / "submitted")
        grade = ["autograde", name, "--submitted", "demo/submitted", "--into", "demo", "--salt", "demo", "--json", f"demo/{name}.json"]
        subprocess.run([*chainrule, *grade], cwd=ROOT, check=True)
        print(flush=True)
        reports.append(subprocess.Popen([*chainrule, "report", name, "--into", "demo"], cwd=ROOT, stdout=subprocess.PIPE, text=True))
    for report in reports:  # made while the next assignment was graded
        print(report.communicate()[0], end="", flush=True)
        if report.returncode:
            return report.returncode
    print()
    print("What to look at:")
    print("  demo/submitted/     what the sample class handed in")
    print("  demo/*.json         the results, for programs")
    print("  demo/feedback/      a page for each submission, for students: open dan's nn_recognition")
    print("  demo/reports/       a page for each assignment, for who teaches it")
    print("  demo/autograded/    the graded notebooks: open one in JupyterLab")
    print("  demo/gradebook.db   nbgrader's gradebook: (cd demo && ../.venv/bin/nbgrader export)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
