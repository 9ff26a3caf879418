"""The visible checks' helper, which lies in every release: what a student sees when a check fails."""
from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

sys.path.append(str(Path(__file__).parents[3] / "autograder" / "student"))

import checks


def shown(cell: str) -> str:
    """What IPython shows of a cell that fails."""
    shell, seen = InteractiveShell(), []
    shell.user_ns["checks"] = checks
    shell._showtraceback = lambda kind, value, lines: seen.extend(lines)  # type: ignore[method-assign]
    shell.run_cell(cell)
    return re.sub(r"\x1b\[[\d;]*m", "", "\n".join(seen))  # without colours


def test_an_old_python_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first cell of a notebook says which Python is needed, before any answer can seem wrong."""
    monkeypatch.setattr(sys, "version_info", (3, 9, 18, "final", 0))
    with pytest.raises(ImportError, match=r"needs Python 3\.10 or newer, and this is Python 3\.9: choose another kernel"):
        exec(compile(Path(checks.__file__).read_text(), "checks.py", "exec"), {})


def test_a_failed_check_shows_its_sentence_alone() -> None:
    """No traceback: the sentence says what was seen, what was expected and why."""
    cell = "@checks.run\ndef check():\n    checks.close('out', [1.0, 3.0], [1.0, 2.0], 'double it')"
    assert shown(cell) == "out[1] is 3; expected 2 (double it)."


def test_code_that_stops_keeps_its_traceback() -> None:
    """An exception in the code that is checked is shown with its line."""
    cell = "def f():\n    return 1 / 0\n\n@checks.run\ndef check():\n    f()"
    assert "ZeroDivisionError" in shown(cell) and "return 1 / 0" in shown(cell)


def test_a_result_that_is_none_is_a_sentence_too() -> None:
    """A check that can't take apart what it got says which line of it stopped, and what to look at."""
    said = shown("def f():\n    pass\n\n@checks.run\ndef check():\n    out, cache = f()")
    assert said.startswith("`out, cache = f()` stopped with TypeError: cannot unpack") and said.endswith("what its docstring says?")


def test_a_check_that_passes_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    """What the checked functions print, as a training loop does, is not shown."""
    checks.run(lambda: print("iteration 0"))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("fault", [AssertionError, ValueError, NotImplementedError, KeyboardInterrupt])
def test_what_was_printed_before_a_check_stopped(fault: type[BaseException], capsys: pytest.CaptureFixture[str]) -> None:
    """Where a check does not pass, or is interrupted, what was printed may say why."""
    def stopped() -> None:
        print("the shape is (2, 3)")
        raise fault

    with pytest.raises(fault):
        checks.run(lambda: stopped())
    assert capsys.readouterr().out == "the shape is (2, 3)\n"


def test_as_many_parts_as_expected() -> None:
    """A tuple or a list of the right length is handed on."""
    whole = (np.ones(2), np.ones(3))
    assert checks.parts("f", whole, "out", "cache") is whole
    assert checks.parts("f", [1, 2], "out", "cache") == [1, 2]


def test_a_stub_stays_a_stub() -> None:
    """An answer that is not written yet ends as NotImplementedError, by which the check of the notebook knows it."""
    def stub() -> None:
        raise NotImplementedError

    with pytest.raises(NotImplementedError):
        checks.run(lambda: stub())


def test_no_name_is_left_behind() -> None:
    """What a check names stays inside it."""
    names: dict[str, Any] = {"checks": checks}
    exec("@checks.run\ndef check():\n    x = 1", names)
    assert "x" not in names and names["check"] is None


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: checks.close("y", [np.nan], [1.0]), "y has entries that are not finite numbers, such as nan."),
        (lambda: checks.shape("y", np.ones(3), (1, 3), "a row"), r"y has shape (3,); expected (1, 3) (a row)."),
        (lambda: checks.close("y", None, 1.0), "y is None: does the function return its result?"),
        (lambda: checks.kept("x", np.zeros(2), np.ones(2)), "x was changed by the call; it should stay as it was (work on a new array, or on a copy)."),
        (lambda: checks.parts("f", np.ones((2, 3)), "out", "cache"), "f returned a single array, of shape (2, 3); expected 2 things, in this order: out, cache."),
        (lambda: checks.parts("f", (1, 2, 3), "out", "cache"), "f returned 3 things; expected 2 things, in this order: out, cache."),
        (lambda: checks.parts("f", None, "out", "cache"), "f returned None; expected 2 things, in this order: out, cache."),
        (lambda: checks.parts("f", 1.5, "loss", "dx"), "f returned a single float; expected 2 things, in this order: loss, dx."),
        (lambda: checks.kept("x", np.zeros((1, 2)), np.zeros(2)), "x was changed by the call; it should stay as it was (work on a new array, or on a copy)."),
    ],
)
def test_sentences(call: Callable[[], None], says: str) -> None:
    """Each kind of difference has its own sentence."""
    with pytest.raises(AssertionError) as raised:
        call()
    assert str(raised.value) == says
