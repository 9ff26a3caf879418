"""What a student is told of a check or a cell: how it ended, where in the student's own line, and nothing that the student's code has said."""
from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.assignment.values import Assignment
from autograder.inside.protocol import ADDED, CellKind, CellSource
from autograder.inside.seen import CellReport, Observation, Outcome
from autograder.judging.findings import Finding, Verdict
from autograder.judging.judged import Judged
from autograder.judging.messages import MAX_MESSAGES, CellsRun, cell_messages, check_message, few, remarks
from autograder.sandbox.cell_runs import LEFT_OUT

CELLS = [CellSource("import checks\n", 2, CellKind.GIVEN), CellSource("def center(X):\n    return X[9]\n", 5, CellKind.OWN), CellSource("raise NotImplementedError\n", 6, CellKind.OWN)]
LOST = Finding(Verdict.NO_VALUE)


def told(tiny: Assignment, observation: Observation, finding: Finding = LOST, contract: bool = False, reports: tuple[CellReport, ...] = ()) -> str:
    """The message of the first probe of center."""
    question, probe = tiny.question("center"), replace(tiny.probes_of("center")[0], contract=contract)
    return check_message(question, probe, Judged((probe,), {probe.id: observation}, {probe.id: finding}), CellsRun(CELLS, reports))


ENDINGS = [
    (Observation("p", Outcome.RAISED, error="IndexError", cell=5, line=2), "It raised IndexError at `return X[9]` (line 2 of your answer)."),
    (Observation("p", Outcome.RAISED, error="IndexError", cell=2, line=1), "The check went no further, with IndexError."),
    (Observation("p", Outcome.RAISED, error="IndexError", cell=5, line=99), "The check went no further, with IndexError."),
    (Observation("p", Outcome.RAISED, error="KeyError", text="'X'"), "The check went no further, with KeyError: there is no entry 'X'."),
    (Observation("p", Outcome.RAISED, error="TypeError", text="cannot unpack non-iterable NoneType object"), "The check went no further, with TypeError: cannot unpack non-iterable NoneType object. Was nothing returned?"),
    (Observation("p", Outcome.RAISED, error="ValueError", text="too many values to unpack (expected 2)"), "The check takes what comes back as 2 things, and there are more or fewer."),
    (Observation("p", Outcome.RAISED), "The check went no further, with an exception."),
    (Observation("p", Outcome.RAISED, error="NotImplementedError", cell=6, line=1), "This is not written yet."),
    (Observation("p", Outcome.RAISED, error="NotImplementedError", cell=5, line=2), "It raised NotImplementedError at `return X[9]` (line 2 of your answer)."),
    (Observation("p", Outcome.MISSING), "The notebook does not define center, or not under this name."),
    (Observation("p", Outcome.TIMED_OUT), "It took too long and was stopped: is there a loop that does not end?"),
    (Observation("p", Outcome.TIMED_OUT, error="not run: the time was used up"), "Not run: the time was used up."),
    (Observation("p", Outcome.KILLED, error="SIGSEGV"), "It crashed the Python process."),
    (Observation("p", Outcome.EXITED), "It left Python: exit() or quit() ends everything that comes after."),
    (Observation("p", Outcome.OUT_OF_MEMORY), "It ran out of memory: is an array far larger than it need be?"),
    (Observation("p", Outcome.OUTPUT_LIMIT), "It printed or returned too much."),
    (Observation("p", Outcome.PROTOCOL, error="malformed"), "What came back can't be read."),
    (Observation("p", Outcome.FINISHED), "What came back can't be read."),
]  # fmt: skip


@pytest.mark.parametrize(("observation", "says"), ENDINGS, ids=lambda value: value[:40] if isinstance(value, str) else value.outcome.value)
def test_each_ending_has_its_sentence(tiny: Assignment, observation: Observation, says: str) -> None:
    """Where a line of the student's own cell is known it is quoted, and only then."""
    assert told(tiny, observation) == says


@pytest.mark.parametrize(("body", "says"), [("    'What it does.'\n", "This is not written yet."), ("    X = X - 1\n", "It comes to `raise NotImplementedError` (line 3 of your answer), which goes once all is written.")])
def test_code_above_a_raise_that_was_left_is_not_overlooked(tiny: Assignment, body: str, says: str) -> None:
    """Of an answer that has begun it is not said that nothing is written."""
    question, probe = tiny.question("center"), tiny.probes_of("center")[0]
    observation = Observation("p", Outcome.RAISED, error="NotImplementedError", cell=5, line=3)
    run = CellsRun([CellSource(f"def center(X):\n{body}    raise NotImplementedError\n", 5, CellKind.OWN)])
    assert check_message(question, probe, Judged((probe,), {probe.id: observation}, {probe.id: LOST}), run) == says


@pytest.mark.parametrize("line", ['return params["cache" + name]', "return params[f'cache{name}']", "return params[f'{name}cache'], params['cache' + name]"])
def test_a_key_that_is_joined_of_what_was_written_is_named(tiny: Assignment, line: str) -> None:
    """A text of the line with the name of a layer that the probe gives; any other key could carry something out."""
    question, probe = tiny.question("center"), tiny.probes_of("center")[0]

    def says(key: str) -> str:
        observation = Observation("p", Outcome.RAISED, error="KeyError", cell=5, line=2, text=f"'{key}'")
        run = CellsRun([CellSource(f"def center(X):\n    {line}\n", 5, CellKind.OWN)], probes='layer = {"Whidden": 1}\nforward(X, layer, "hidden")')
        return check_message(question, probe, Judged((probe,), {probe.id: observation}, {probe.id: LOST}), run)

    assert says("cachehidden").endswith(": there is no entry 'cachehidden'.")
    assert says("cachesecret").endswith("(line 2 of your answer).") and says("cachehiddenhidden").endswith("(line 2 of your answer).")


def test_what_is_wrong_is_a_whole_sentence(tiny: Assignment) -> None:
    """A finding gets its full stop, and a capital letter where it begins with a word of ours; a name stays as the notebook writes it."""
    seen = Observation("p", Outcome.FINISHED)
    assert told(tiny, seen, Finding(Verdict.WRONG_VALUES, "2 of 3 entries differ")) == "2 of 3 entries differ."
    assert told(tiny, seen, Finding(Verdict.WRONG_SHAPE, "the result has 3 axes")) == "The result has 3 axes."
    assert told(tiny, seen, Finding(Verdict.NO_VALUE, "x is None: is it returned?")) == "x is None: is it returned?"


def test_what_is_right_says_nothing_unless_it_does_not_count(tiny: Assignment) -> None:
    """A contract check that is right earns nothing before a core check does, and the student reads why."""
    seen, right = Observation("p", Outcome.FINISHED), Finding(Verdict.RIGHT)
    assert told(tiny, seen, right) == ""
    assert told(tiny, seen, right, contract=True) == "This is right, but counts only once the question's main checks are."


def test_the_reason_why_a_name_is_missing_stands_at_the_question(tiny: Assignment) -> None:
    """Where the cell that defines it failed, was stopped or does not compile, it is never said that the notebook does not define it."""
    missing = Observation("p", Outcome.MISSING)
    assert told(tiny, missing, reports=(CellReport(5, Outcome.RAISED, "KeyError: 'a'", 3),)) == "It is not there: cell 5, which should define center, ended with KeyError (line 3)."
    assert told(tiny, missing, reports=(CellReport(5, Outcome.TIMED_OUT),)) == "It is not there: cell 5, which should define center, took too long and was stopped."
    assert told(tiny, missing, reports=(CellReport(5, Outcome.RAISED, "SyntaxError: no", 2),)) == "It is not there: cell 5, which should define center, does not compile (line 2)."
    assert told(tiny, missing, reports=(CellReport(6, Outcome.TIMED_OUT),)) == "The notebook does not define center, or not under this name."


def test_only_what_is_missing_of_several_names_is_named(tiny: Assignment) -> None:
    """A question with two functions of which one is there: it is never said that the notebook does not define that one."""
    question, probe = replace(tiny.question("center"), defines=("center", "decentre")), tiny.probes_of("center")[0]
    judged = Judged((probe,), {probe.id: Observation("p", Outcome.MISSING)}, {probe.id: LOST})
    cells = [CellSource("def center(X):\n    return X\n", 5, CellKind.OWN)]
    assert check_message(question, probe, judged, CellsRun(cells)) == "The notebook does not define decentre, or not under this name."


def test_a_name_whose_import_failed_is_explained(tiny: Assignment) -> None:
    """The module that is not here is named, as the notebook writes it, and the cell that asked for it."""
    cell = CellSource("from sklearn.metrics import log_loss\ndef center(X):\n    return log_loss(X)\n", 7, CellKind.OWN)
    CELLS.append(cell)
    try:
        seen = Observation("p", Outcome.RAISED, error="NameError", cell=7, line=3, missing="log_loss")
        says = told(tiny, seen, reports=(CellReport(7, Outcome.RAISED, "ModuleNotFoundError: No module named 'sklearn'", 1),))
    finally:
        CELLS.remove(cell)
    assert "sklearn.metrics" in says and "cell 7" in says and says.startswith("It raised NameError at `return log_loss(X)`")


GIVEN = CellSource("import numpy as np\nfrom helpers import center\n", 2, CellKind.GIVEN)


@pytest.mark.parametrize(("report", "how"), [
    (CellReport(2, Outcome.TIMED_OUT), "took too long and was stopped"), (CellReport(2, Outcome.TIMED_OUT, LEFT_OUT), "took too long and was stopped"),
    (CellReport(2, Outcome.RAISED, "OSError: no"), "ended with OSError"), (CellReport(2, Outcome.KILLED, LEFT_OUT), f"ended with {Outcome.KILLED.value}"),
])  # fmt: skip
def test_what_a_given_cell_did_not_define_is_not_the_students(tiny: Assignment, report: CellReport, how: str) -> None:
    """Where a given cell was stopped or failed, each sentence about a name that comes from it says so."""
    CELLS[:], before = [GIVEN, *(c for c in CELLS if c.number != 2)], [*CELLS]
    try:
        missing = told(tiny, Observation("p", Outcome.MISSING), reports=(report,))
        raised = told(tiny, Observation("p", Outcome.RAISED, error="NameError", cell=5, line=1, missing="np"), reports=(report,))
        own = CellReport(5, Outcome.RAISED, "NameError: name 'np' is not defined", 2, missing="np")
        said = cell_messages([report, own], CELLS)
    finally:
        CELLS[:] = before
    if report.error != LEFT_OUT or report.outcome is Outcome.TIMED_OUT:
        assert missing == f"It is not there: the given cell `import numpy as np`, which should define center, {how}."
    assert raised.endswith(f" `np` comes from the given cell `import numpy as np`, which {how}.")
    assert said[-1] == f"cell 5 raised NameError: name 'np' is not defined (line 2); `np` comes from the given cell `import numpy as np`, which {how}"
    if report.outcome is not Outcome.RAISED:
        assert said[0] == f"the given cell `import numpy as np` {how}; what it defines may be missing below"


def test_versions_are_remarked_upon() -> None:
    """A name gone from NumPy is let pass and named; a syntax error that a newer Python may take says so; an addition has its cell's number."""
    (said,) = remarks([CellSource("x = np.Inf + np.pi + np.product([1])", ADDED + 3, CellKind.OWN)])
    assert said == "cell 3 uses np.Inf, np.product, gone from NumPy 2; it was let pass"
    for line in 'print(f"{d["a"]}")', "x = t'{y}'", "async def f[T](x):", "except A, B:":
        cell = CellSource(line, 4, CellKind.OWN)
        (said,) = cell_messages([CellReport(4, Outcome.RAISED, "SyntaxError: f-string: unmatched '['", 1)], [cell])
        assert "a newer one may take it" in said


def test_cells_are_told_of_where_they_are_the_students_own() -> None:
    """How each ended that did not finish, and what had to be run a second time; a given cell is no fault of the student's."""
    reports = [
        CellReport(2, Outcome.RAISED, "KeyError"), CellReport(5, Outcome.FINISHED), CellReport(5, Outcome.FINISHED, missing="np"), CellReport(5, Outcome.FINISHED, missing="<b>"),
        CellReport(5, Outcome.RAISED, "ValueError: no", 2), CellReport(5, Outcome.RAISED, "ValueError"), CellReport(6, Outcome.TIMED_OUT),
        CellReport(6, Outcome.KILLED, "SIGSEGV"), CellReport(6, Outcome.OUT_OF_MEMORY),
    ]  # fmt: skip
    assert cell_messages(reports, CELLS) == [
        "cell 5 uses np before it is defined; it was run again at the end", "cell 5 raised ValueError: no (line 2)", "cell 5 raised ValueError",
        "cell 6 took too long and was stopped; of it, its definitions alone were run", f"cell 6 ended: {Outcome.KILLED.value} SIGSEGV", f"cell 6 ended: {Outcome.OUT_OF_MEMORY.value}",
    ]  # fmt: skip


def test_a_failed_import_names_no_file_of_the_grader() -> None:
    """Python says where the module lies that lacks the name; a student has no use for it."""
    for place in ("/opt/venv/lib/scipy/special/__init__.py", "unknown location"):
        report = CellReport(4, Outcome.RAISED, f"ImportError: cannot import name 'relu' from 'scipy' ({place})", 1)
        (said,) = cell_messages([report], [CellSource("from scipy import relu", 4, CellKind.OWN)])
        assert said == "cell 4 raised ImportError: cannot import name 'relu' from 'scipy' (line 1)"


def test_no_more_messages_than_anybody_reads() -> None:
    """The rest is counted, and each is one line of printable text."""
    told = few([f"cell {n} raised\x1b[31m\nKeyError" for n in range(MAX_MESSAGES + 3)])
    assert len(told) == MAX_MESSAGES + 1 and told[-1] == "and 3 more of the kind"
    assert all(message.isprintable() for message in told)
    assert few(["one"]) == ("one",)
