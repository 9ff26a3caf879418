"""docs/reference/performance.md, from the figures that the benchmarks have left in benchmarks/figures/."""
from __future__ import annotations

import json
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "performance.md"
FIGURES = ROOT / "benchmarks" / "figures"

Round = dict[str, float]

RATIOS: list[tuple[str, str, Callable[[Round], float]]] = [
    ("the floor's time, one job", "at most 1.5", lambda r: r["one"] / r["floor"]),
    ("the floor's time, one job, what each further submission costs", "at most 1.5", lambda r: r["one_more"] / r["floor"]),
    ("the floor's time, one job, right submissions, from their cells to their results", "at most 1.15", lambda r: r["right"]),
    ("the floor's time, one job, all others, from their cells to their results", "at most 1.5", lambda r: r["wrong"]),
    ("as fast as stock nbgrader, one job", "at least 40", lambda r: r["stock"] / r["one"]),
    ("as fast as stock nbgrader, two jobs", "at least 60", lambda r: r["stock"] / r["two"]),
    ("as fast with two jobs as with one", "at least 1.5", lambda r: r["one"] / r["two"]),
    ("as fast on two Dask workers as with one job", "at least 1.2", lambda r: r["one"] / r["dask"] if "dask" in r else float("nan")),
]
STARTS: list[tuple[str, str, Callable[[Round], float]]] = [
    ("the list of commands, beside importing typer and rich", "at most 2", lambda r: r["help"] / r["typed"]),
    ("`chainrule autograde nn_recognition --student X --force`, its own process, beside importing numpy, IPython and sqlalchemy and opening a database", "at most 2", lambda r: r["one"] / r["opened"]),
    ("the same with its workers and what student code needs", "", lambda r: r["one_all"] / r["opened"]),
    ("`chainrule check` of a finished notebook, beside its cells in a bare IPython", "at most 1.5", lambda r: r["check"] / r["cells"]),
    ("the same beside all that it runs: those cells and the demonstration with random sizes", "", lambda r: r["check"] / r["cells_and_sizes"]),
    ("`chainrule doctor`, beside importing typer and rich", "", lambda r: r["doctor"] / r["typed"]),
]
TIMES = [
    ("floor", "the floor: a warm process forks, runs the definitions and the probes"),
    ("one", "`chainrule autograde`, one job, all of it"),
    ("two", "`chainrule autograde`, two jobs"),
    ("dask", "`chainrule autograde`, two Dask workers on the same cores"),
    ("one_more", "one job, what each further submission costs (the run's start subtracted)"),
    ("parent", "of it, CPU time of the parent: files, journal, rows, pages"),
    ("stock", "stock `nbgrader autograde`, its start subtracted, no demonstrations"),
]


def table(figures: dict[str, Any]) -> str:
    """Times and ratios as Markdown tables: the median of the rounds, and their range."""
    rounds = figures["rounds"]
    lines = ["| a submission takes | ms | range |", "| --- | ---: | ---: |"]
    for key, what in TIMES:
        if all(key in r for r in rounds):
            values = [1000 * r[key] for r in rounds]
            lines.append(f"| {what} | {statistics.median(values):.0f} | {min(values):.0f} to {max(values):.0f} |")
    lines += ["", "| ratio | median | range | aim |", "| --- | ---: | ---: | --- |"]
    for what, aim, ratio in RATIOS:
        values = [ratio(r) for r in rounds]
        if values[0] == values[0]:
            lines.append(f"| times {what} | {statistics.median(values):.2f} | {min(values):.2f} to {max(values):.2f} | {aim} |")
    share = [100 * r["parent_share"] for r in rounds]
    start, again = statistics.median(r["start"] for r in rounds), figures["regrade"]
    lines += [
        "",
        f"* A run of one submission takes {start:.1f} s: the start of Python, of the sandboxes and of nbgrader's database is in every figure above.",
        f"* With two jobs the parent is busy {statistics.median(share):.0f} % of the time ({min(share):.0f} to {max(share):.0f}): what it does alone.",
        f"* 200 submissions graded take {again['full']:.1f} s with two jobs; graded again as they are {again['same']:.1f} s, {again['same'] / again['full']:.2f} of that (aim:",
        f"  0.12), and again after one question's probes have changed {again['changed']:.1f} s, {again['changed'] / again['full']:.2f} (aim: 0.30).",
    ]
    return "\n".join(lines)


def start_table(figures: dict[str, Any]) -> str:
    """What start.py found: CPU seconds as ratios to those of the yardsticks."""
    rounds = figures["rounds"]
    lines = ["| the start, in CPU | median | range | aim |", "| --- | ---: | ---: | --- |"]
    for what, aim, ratio in STARTS:
        values = [ratio(r) for r in rounds]
        lines.append(f"| {what} | {statistics.median(values):.2f} | {min(values):.2f} to {max(values):.2f} | {aim} |")
    return "\n".join([*lines, "", f"The start was measured {figures['date']} on {figures['machine']}, {len(rounds)} rounds."])


def memory_table(figures: dict[str, Any]) -> str:
    """What memory.py found, as a list."""
    growth = figures["end_mb"] - figures["quarter_mb"]
    ratio = figures["ms"] / figures["small_ms"]
    return "\n".join([
        f"* {figures['class']} submissions: the parent's memory peaks at {figures['peak_mb']:.0f} MB (aim: below 500) and grows by {growth:.0f} MB from a quarter of",
        "  the class to its end.",
        f"* A submission of {figures['class']} costs {ratio:.2f} times one of {figures['small']} (aim: within 10 %): {figures['ms']:.0f} and {figures['small_ms']:.0f} ms,",
        "  each over the second half of its run, all cores.",
        f"* Measured {figures['date']} on {figures['machine']}.",
    ])  # fmt: skip


def write() -> None:
    """Write the page from what has been measured last."""
    parts = [HEAD]
    speed, memory = FIGURES / "speed.json", FIGURES / "memory.json"
    if speed.is_file():
        figures = json.loads(speed.read_text(encoding="utf-8"))
        versions = ", ".join(f"{name} {version}" for name, version in figures["environment"].items())
        parts += [
            f"Measured {figures['date']} on {figures['machine']}; {versions}. {figures['class']} submissions of nn_recognition, of which {figures['stock']} went\n"
            f"through nbgrader; {len(figures['rounds'])} rounds, each with every contender once. Medians of the rounds, and their range.\n",
            table(figures) + "\n",
        ]
    if (start := FIGURES / "start.json").is_file():
        parts.append(start_table(json.loads(start.read_text(encoding="utf-8"))) + "\n")
    parts += [READING, "## Memory, and large classes\n"]
    if memory.is_file():
        parts.append(memory_table(json.loads(memory.read_text(encoding="utf-8"))) + "\n")
    else:
        parts.append("`python -m benchmarks.memory` has not been run here yet; it takes some minutes.\n")
    parts.append(PROFILE)
    PAGE.write_text("\n".join(parts), encoding="utf-8")


HEAD = """\
# Performance

This page is written by `make bench`, which compares, on the same submissions and turn by turn in one run, `chainrule autograde` (isolation, all probes,
diagnosis, second passes, journal, gradebook, graded notebooks, feedback pages) with stock `nbgrader autograde` and with the least that grading can take.
Trust the ratios more than the times.
"""

READING = """\
## What stands between these figures and the floor

* **The second pass** is most of it. Where a question that others build on is wrong, those are observed again with the reference answering. The reference runs
  in a process of its own, and each call of what is wrong crosses between the two: up to some 500 calls for the two questions of nn_recognition that train and
  differentiate a whole network. About a third of the benchmark's class needs it; the floor runs each probe once. So the ratio of right submissions and that of
  all others, in the table, lie far apart.
* **The start.** No command loads what it does not use (`autograder/declined.py`; a test counts the modules). What is left of grading one submission: SQLAlchemy
  and nbgrader's tables, which load beside the grading; typer, which loads pydantic; NumPy and the kit's own modules, once in the command and once in each
  worker; and NumPy, pyplot and IPython in the process that all student code is forked from, which starts first. With two cores this hides a part of it.
* **`chainrule check`** runs the cell of random sizes as well, which is marked as a demonstration and not in its yardstick. It is two Pythons: one reads
  the notebook and says what it found, the other runs the cells and prepares for what students write (magics, modules that are missing where it is
  graded, names that NumPy has no more, a limit for each cell).
* **Before each probe** all that the cells left behind is put back, its inputs are compared with what they were after it, and the value is written for the way out:
  `benchmarks/around_probes.py` prints what that costs, beside the probes alone; for nn_recognition it was 1.44 times them on
  29 November 2026, 1.6 times before inputs were compared in a shorter way.
* **Isolation.** A fork into namespaces of its own, its folder, Landlock and seccomp: `benchmarks/isolation.py` prints what each level costs. It is made while
  the submission before is graded.
* **Two jobs on two cores.** One job leaves a part of the second core unused and no more: the grader judges, writes, buries and forks there while the
  submission's process runs. Two jobs share that, and the start, which is the same for both.
* **A regrade** after an edit reads every notebook, runs its cells in a fork of its own, asks one question anew, judges and compares what is written. With
  assignments as light as these five, that and the start are not a fifth of the whole: for a class of 200 the aim leaves less time than the start alone takes.
* **What people read.** A graded notebook, a page for the student, an entry of the journal and the kept result are four files a submission.
"""

PROFILE = """\
## What was taken away

A profile of the first version (`python -m cProfile -m autograder autograde ...`) showed most of the grader's own time in these steps, in this order:

* building the graded notebook: nbformat checks its schema at every cell and output that is made; now it is checked nowhere that no person has written;
* reading and aligning what was handed in: names are looked for only where no cell is recognised, and what all submissions share is parsed once;
* judging: a finding is remembered with the bytes it was found in, arrays are decoded on a shorter way, and of the misconceptions only those are
  decoded that end as the submission does;
* judging, again: numbers that are right are told in a quarter of the time, and a misconception's contract checks are compared only where its core checks agree;
* the inputs of each probe: they are compared as they stand, and parts get names only where one has changed;
* the gradebook: nbgrader's API commits cell by cell; its own models now take one transaction for up to 50 submissions;
* second passes: they go on in the process that has run the cells, and observe again what was lost alone; the reference answers what is wrong first, and the
  rest only where that does not do; the two processes speak with each other directly and share a core, since waking another took longer than the call;
  of a dictionary only the entries travel back that were written, and what a call sends again is not decoded again;
* starting: one process loads NumPy, pyplot and IPython and forks every zygote; before, each of two zygotes a job took a second of its own;
* starting, again: nbgrader's tables come without its commands, nbconvert, Jupyter's server, requests, setuptools and nbformat's schemas; notebooks are read
  without nbformat, and what jupytext made of notebook.py is kept until its text changes;
* what has not changed: a graded notebook, a page or a kept result that would come out the same is not written again;
* writing notebooks: msgspec writes the same bytes ten times as fast as Python's own encoder;
* ending a process, and making the next: the zygote does both while the grader judges and writes, and the reference's process has run its cells beforehand;
* waking: what small probes saw gathers for some milliseconds before it is read, since to wake the grader for each took longer than to send it;
* what is the same for all: helper modules and given cells are compiled once, in the zygote, and hashes of the assignment are made once.

Judging, reading and writing notebooks are done by the workers; the parent reads files, keeps the journal and writes rows and pages.
"""


if __name__ == "__main__":
    write()
