"""Writes docs/explanation/scale.md: what larger courses would need, computed from what the benchmarks measured last.

    python docs/scale.py
"""
from __future__ import annotations

import json
import math
import statistics
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FIGURES = ROOT / "benchmarks" / "figures"
PAGE = ROOT / "docs" / "explanation" / "scale.md"

BUSY = 0.7
"""A service's cores are planned to be busy for so much of the day."""
KEPT_KB = 250
"""Kilobytes that a submission of nn_recognition leaves: journal entry, graded notebook, page, kept result, rows (rounded up)."""


def cases(core_seconds: float, parent_seconds: float) -> list[tuple[str, int, float, str]]:
    """Each case: what it is, how many submissions, the hours in which they should be graded, and what limits it."""
    most = math.floor(1 / parent_seconds)
    return [
        ("a course of 1,000", 1_000, 1.0, "nothing: a laptop does it in a coffee break"),
        ("a course of 100,000", 100_000, 12.0, f"one parent can feed workers that finish up to {most} submissions a second"),
        ("a service of a million a day", 1_000_000, 24.0, "several parents, a database server in place of SQLite, and a queue in front of them"),
    ]


def page(figures: dict[str, Any], rounds: list[dict[str, float]], kept: float) -> str:
    """The page's text. kept: kilobytes of memory that a result takes in the parent."""
    core = statistics.median(2 * (r["two"] - r["start"] / figures["class"]) for r in rounds)  # two jobs keep both cores busy
    parent = max(statistics.median(r["parent"] for r in rounds), 1e-4)
    lines = [
        "# Scale",
        "",
        "Written by `docs/scale.py` from the figures of `make bench`; run that on your own machine for your own numbers.",
        f"Measured {figures['date']} on {figures['machine']}: a submission of nn_recognition takes {1000 * core:.0f} ms of one core (with two jobs, which keep",
        f"both busy), of which the parent's own share (reading files, journal, rows, pages) is {1000 * parent:.1f} ms.",
        "",
        "| | submissions | core hours | to be done in | cores | disk | what limits it |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for what, count, hours, limit in cases(core, parent):
        needed = max(1, math.ceil(count * core / (3600 * hours * (BUSY if hours == 24 else 1))))
        lines.append(f"| {what} | {count:,} | {count * core / 3600:.2f} | {hours:g} h | {needed} | {count * KEPT_KB / 1e6:.1f} GB | {limit} |")
    parents = max(1, math.ceil(1_000_000 * parent / (86_400 * BUSY)))
    lines += [
        "",
        f"Cores of the service are planned to be busy {100 * BUSY:.0f} % of the day; a deadline's evening needs more, or a queue that is allowed to grow.",
        "",
        "## What grows, and what does not",
        "",
        "* **The work** is one submission at a time and shares nothing, so it grows with the number of cores: on one machine with `--jobs`, beyond it with",
        "  `--scheduler` ([how](../how-to/grade_on_several_machines.md)).",
        "* **The parent's memory** does not grow with notebooks: a few more are on their way than there are workers. It keeps the results themselves, some",
        f"  {kept:.0f} KB each, since questions that came out alike are held once: {kept / 10:.1f} GB for 100,000 in one run.",
        f"* **The parent's time** is serial. A million a day take {parents} of it at the measured cost, if each has its own part of the course.",
        "* **The gradebook** is SQLite by default, which takes one writer. nbgrader's `db_url` takes PostgreSQL, and rows are written 50 submissions at a time.",
        "* **The journal** is a file a submission. Past some 100,000 in one folder, give each section its own `--into`.",
        "",
        "What is not here: a web service that takes submissions, accounts, a queue. The engine's part is a function from bytes to bytes",
        "(`autograder/run/desk.py`), behind `concurrent.futures`, and a service would call that.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    speed, memory = FIGURES / "speed.json", FIGURES / "memory.json"
    if not (speed.is_file() and memory.is_file()):
        raise SystemExit("not everything has been measured yet: run `make bench`")
    figures, held = json.loads(speed.read_text(encoding="utf-8")), json.loads(memory.read_text(encoding="utf-8"))
    kept = 1024 * (held["end_mb"] - held["quarter_mb"]) / (0.75 * held["class"])
    PAGE.write_text(page(figures, figures["rounds"], kept), encoding="utf-8")


if __name__ == "__main__":
    main()
