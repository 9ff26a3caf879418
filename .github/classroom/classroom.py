"""The visible checks of a release, in the form that GitHub Classroom's reporter reads.

Run where check_notebook.py lies. Prints the report, and writes `result=` and the results, as JSON in Base64,
to the file that $GITHUB_OUTPUT names. The status is 0 where the results were written, whatever they say: the
reporter tells students.
"""

from __future__ import annotations

import base64
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path.cwd()))
import check_notebook

ROW = re.compile(r"  (?P<state>[a-z ]{8}) *\d+(?:\.\d+)?  (?P<question>[\w-]+)(?:: (?P<says>.*))?")
"""A question in the report: its state, points, name and what is said of it."""


def results(lines: list[str], ended: int, questions: list[dict[str, Any]]) -> dict[str, Any]:
    """What the reporter reads, version 1 of its form, of a report and its exit status.

    Questions that a person grades are left out, with their points.
    """
    graded = {question["id"]: question["points"] for question in questions if not question["written"]}
    rows = {found["question"]: found for line in lines if (found := ROW.fullmatch(line))}
    tests = [_test(name, points, rows[name]) for name, points in graded.items() if name in rows]
    status = "pass" if all(test["status"] == "pass" for test in tests) else "fail"
    if not rows or ended not in (0, 1):  # the notebook could not be read, and the report says why
        tests, status = (
            [{"name": "notebook", "status": "error", "score": 0, "message": "\n".join(lines)}],
            "error",
        )
    return {"version": 1, "status": status, "max_score": sum(graded.values()), "tests": tests}


def _test(name: str, points: float, row: re.Match[str]) -> dict[str, Any]:
    state = row["state"].strip()
    done = state == "done"
    return {
        "name": name,
        "status": "pass" if done else "fail",
        "score": points if done else 0,
        "message": row["says"] or state,
    }


def main() -> int:
    lines: list[str] = []
    release = check_notebook.RELEASE
    ended = check_notebook.check(None, release, everything=True, out=lines.append)
    print("\n".join(lines))
    encoded = base64.b64encode(json.dumps(results(lines, ended, release["questions"])).encode()).decode()
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as file:
        file.write(f"result={encoded}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
