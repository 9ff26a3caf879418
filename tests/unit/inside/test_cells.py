"""Running cells in this process: what they need, what they bind, how they end."""
from __future__ import annotations

import asyncio
import bdb
import builtins
import os
import random
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.inside import cells
from autograder.inside.cells import Snapshot, builtin_name, describe, line_in, outcome_of, place_of, run_cells
from autograder.inside.names import bound_names
from autograder.inside.protocol import CellDone, CellKind, CellSource, Run, frame
from autograder.inside.running import RunningNotebook, cell_name, missing_name, needs_ipython
from autograder.inside.seen import Outcome
from autograder.inside.versions import for_this_python

# ---- reading a cell's text --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["%matplotlib inline\n%timeit x", "%%time x = 2\nx = 1", "ls", "1 + 1\n_", "!ls", "files = !ls", "await nothing()", "get_ipython().magic('pwd')", "Out[3]", "print?", "def f(:\n"],
)
def test_cells_that_are_more_than_python(text: str) -> None:
    """Magics, shell commands, top-level await, IPython's names and what does not parse go to IPython."""
    assert needs_ipython(text)


@pytest.mark.parametrize(
    "text",
    ["x = 1", "%matplotlib inline\nx = 1", "if x:\n    %config InlineBackend.figure_format = 'retina'", "display(x)", "async def f():\n    await g()", "text = '%matplotlib inline'", "def f():\n    return 5 % 3", "'\\d'", "", "# !ls",
     "-" * 100_000 + "1", "1+" * 100_000 + "1"],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_cells_that_are_plain_python(text: str) -> None:
    """Plain Python stays plain, also where it is nested so deeply that no parser takes it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not needs_ipython(text)


@pytest.mark.parametrize(
    "text",
    ['f"{d["a"]} and {f"{1 + 1:.1f}"}"', """f'{d['a']!r:>4}' 'b' f"{{{d["a"]}}}" """, 'f"plain {1}" + "# no" + \'f"\'  # f"', 'f"{1:{2}}" + f"""{d["a"]}"""'],
)
def test_f_strings_of_python_3_12_are_taken(text: str) -> None:
    """Quotes within the braces may be those around them; what an older Python takes has the same value."""
    changed = for_this_python(text)
    assert isinstance(eval(changed, {"d": {"a": 7}}), str)
    if text.startswith(('f"{1', 'f"plain')):
        assert changed == text


NEWER = {
    "a backslash within braces": ("""said = f"{', '.join(x)}{'\\n'.join(x)}\\n{{" """, "a, b" + "a\nb" + "\n{"),
    "type parameters": ("def said[T: (int, float), *Ts](xs: list[T],\n    one: T = 1) -> T:\n    return xs[0]\nsaid = said(x)", "a"),
    "a class with some": ("class Box[T]:\n    v: T\n    def get(self, T: T) -> T: return T\nsaid = Box().get(3)", 3),
    "an alias": ("type Row[T] = tuple[T, T]\ntype Rows = list[Row]\ndef said(x: Rows): return x\nsaid = said(x)", ["a", "b"]),
    "exceptions without parentheses": ("try:\n    1 / 0\nexcept ValueError, ZeroDivisionError:\n    said = 1", 1),
}


@pytest.mark.parametrize("which", NEWER)
def test_the_grammar_of_newer_pythons_is_taken(which: str) -> None:
    """What is another spelling there computes the same here, line for line."""
    text, value = NEWER[which]
    changed, names = for_this_python(text), {"x": ["a", "b"]}
    exec(changed, names)
    assert names["said"] == value
    assert changed.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x = 1\ny, (z, *rest) = a", {"x", "y", "z", "rest"}),
        ("def f(a): pass\nasync def g(): pass\nclass C: pass", {"f", "g", "C"}),
        ("import numpy as np, os.path\nfrom a.b import c as d, e", {"np", "os", "d", "e"}),
        ("for i in range(3): pass\nwith open(p) as file: pass", {"i", "file"}),
        ("if (n := 3): pass\nx += 1\ny: int = 2", {"n", "x", "y"}),
        ("print(x)", set()),
        ("%matplotlib inline\nx = 1", {"x"}), ("!pip install a\nfiles = !ls\ny = 2", {"y"}),
        ("def f(:", set()),
        ("x = '\0'", set()),
        ("x = " + "-" * 100_000 + "1", set()),
        ("x = " + "1+" * 100_000 + "1", set()),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "-".join(sorted(value)),
)
def test_names_that_a_cell_binds(text: str, names: set[str]) -> None:
    """Every way of binding a name is seen; what does not parse binds none, and raises nothing."""
    assert names <= bound_names(text)
    if not names:
        assert bound_names(text) == frozenset()


# ---- how code ended ---------------------------------------------------------------------------------------------


HOSTILE = '''
def refuse(*args, **kwargs):
    raise KeyboardInterrupt

class Text(str):
    __getitem__ = __format__ = __str__ = __len__ = __bool__ = encode = refuse

class SaysALyingText(ValueError):
    def __str__(self):
        return Text("a text of its own kind")

class RefusesEverything(Exception):
    __str__ = __repr__ = __getattribute__ = refuse

class HasAHostileClass(Exception, metaclass=type("Meta", (type,), {"__getattribute__": refuse, "__mro__": property(refuse)})):
    pass

class HasNoTraceback(Exception):
    __traceback__ = __class__ = property(refuse)
'''


def hostile(name: str) -> BaseException:
    """An exception whose methods and attributes misbehave."""
    names: dict[str, Any] = {}
    exec(HOSTILE, names)
    made: BaseException = names[name]()
    return made


class Secret12345(KeyError):
    pass


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("bad value"), "ValueError: bad value"),
        (ValueError(), "ValueError"),
        (ValueError("x" * 1000), "ValueError: " + "x" * 300),
        (ValueError("half: \ud800"), "ValueError: half: ?"),
        (Secret12345("k"), "KeyError: 'k'"),
        (SyntaxError("incomplete input", ("<cell 27>", 2, 8, "def f(", 2, 8)), "SyntaxError: incomplete input"),
        (np.linalg.LinAlgError("singular"), "LinAlgError: singular"),
        (hostile("RefusesEverything"), "Exception"),
        (hostile("SaysALyingText"), "ValueError: a text of its own kind"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_exception_is_described_whatever_its_methods_do(error: BaseException, said: str) -> None:
    """Type and text, short; the type is a built-in one, since a student's class could carry any text in its name."""
    assert describe(error) == said


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (MemoryError(), Outcome.OUT_OF_MEMORY),
        (np.exceptions.AxisError(3, 2), Outcome.RAISED),
        (SystemExit(0), Outcome.EXITED),
        (KeyboardInterrupt(), Outcome.EXITED),
        (RecursionError(), Outcome.RAISED),
        (NotImplementedError(), Outcome.RAISED),
        (asyncio.CancelledError(), Outcome.RAISED),
    ],
)
def test_how_code_ended_that_raised(error: BaseException, outcome: Outcome) -> None:
    """Leaving Python and running out of memory are told from raising."""
    assert outcome_of(error) is outcome


def test_only_built_in_names_are_named() -> None:
    """A class of the student's that is called like a built-in one is not taken for it."""
    fake = type("MemoryError", (Exception,), {})
    assert builtin_name(fake()) == "Exception"


def test_a_private_class_of_pythons_is_named_by_its_public_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.13 has an _IncompleteInputError: a student reads SyntaxError under every version."""
    private = type("_IncompleteInputError", (SyntaxError,), {})
    monkeypatch.setattr(builtins, "_IncompleteInputError", private, raising=False)
    assert builtin_name(private("x")) == "SyntaxError"


def test_a_fake_out_of_memory_is_a_raise() -> None:
    """It is told from the real one by what it is, not by what it is called."""
    fake = type("MemoryError", (Exception,), {})
    assert outcome_of(fake()) is Outcome.RAISED


def test_the_missing_name_of_a_name_error() -> None:
    """The name that is not defined, and nothing else that an exception may claim to be."""
    assert missing_name(NameError("x", name="softmax")) == "softmax"
    assert missing_name(NameError("x", name="not a name")) == ""
    assert missing_name(NameError("x", name=7)) == ""  # type: ignore[arg-type]
    assert missing_name(AttributeError("x", name="softmax")) == ""


def raised_by(text: str, file: str) -> BaseException:
    try:
        exec(compile(text, file, "exec"), {})
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def test_the_line_of_a_cell_where_it_raised() -> None:
    """The line in the cell itself, not in a library that it called; 0 where it is in no cell."""
    error = raised_by("import json\n\njson.loads('{')", cell_name(7))
    assert line_in(error, cell_name(7)) == 3
    assert line_in(error, cell_name(8)) == 0
    assert place_of(error) == (7, 3)
    assert line_in(raised_by("x = 1\ndef f(:", cell_name(7)), cell_name(7)) == 2
    assert place_of(ValueError()) == (0, 0)


def test_the_place_is_where_a_given_function_was_called() -> None:
    """A given function that gets what it can't use raises in its own cell: the student's line is the one that called it."""
    names: dict[str, object] = {}
    exec(compile("def given(x):\n    return x['W1']", cell_name(2), "exec"), names)
    try:
        exec(compile("y = 1\ngiven([y])", cell_name(7), "exec"), names)
    except TypeError as error:
        assert place_of(error) == place_of(error, {8}) == (2, 2)
        assert place_of(error, {7}) == (7, 2)


def test_a_syntax_error_may_claim_any_line() -> None:
    """What is no line number is none."""
    for claimed in ("3", -4, None, 2.5):
        error = SyntaxError("bad")
        error.filename, error.lineno = cell_name(1), claimed  # type: ignore[assignment]
        assert line_in(error, cell_name(1)) == 0


@pytest.mark.parametrize("file", ["<cell \N{SUPERSCRIPT TWO}>", f"<cell {'9' * 5000}>", "<cell >", "<cell 7> ", "<cell -1>"])
def test_a_file_that_is_only_named_like_a_cell_is_none(file: str) -> None:
    """Code may be compiled under any file name; what is not a cell's number is no place."""
    assert place_of(raised_by("1 / 0", file)) == (0, 0)


# ---- running cells ----------------------------------------------------------------------------------------------


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> RunningNotebook:
    """A notebook without IPython; afterwards this process is as it was."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.setattr(builtins, "input", input)
    monkeypatch.setattr(builtins, "display", None, raising=False)
    monkeypatch.setattr(sys, "breakpointhook", sys.breakpointhook)
    monkeypatch.setattr(bdb.Bdb, "set_trace", bdb.Bdb.set_trace)
    return RunningNotebook()


def run(notebook: RunningNotebook, *sources: CellSource, skip: tuple[int, ...] = (), demos: bool = False, again: bool = True) -> list[CellDone]:
    return list(run_cells(notebook, Run(list(sources), sorted(skip), demos, again)))


def own(number: int, text: str) -> CellSource:
    return CellSource(text, number, CellKind.OWN)


def test_a_broken_cell_does_not_stop_the_others(notebook: RunningNotebook) -> None:
    """Each cell's ending is told, with type, text and line, and the next one runs."""
    done = run(notebook, own(1, "x = 1"), own(2, "y = 2\nraise KeyError('k')"), own(3, "def f(:"), own(4, "exit_code = x + y\nraise SystemExit"), own(5, "z = x"))
    assert [(d.number, d.outcome, d.line) for d in done] == [(1, "finished", 0), (2, "raised", 2), (3, "raised", 1), (4, "exited", 2), (5, "finished", 0)]
    assert done[1].error == "KeyError: 'k'"
    assert notebook.names["z"] == 1


@pytest.mark.parametrize("kind", ["SaysALyingText", "RefusesEverything", "HasAHostileClass", "HasNoTraceback"])
def test_a_hostile_exception_ends_its_cell_only(notebook: RunningNotebook, kind: str) -> None:
    """Whatever an exception's attributes do, its cell has raised and the next one runs."""
    done = run(notebook, own(1, HOSTILE), own(2, f"raise {kind}()"), own(3, "x = 1"))
    assert [(d.number, d.outcome) for d in done] == [(1, "finished"), (2, "raised"), (3, "finished")]
    frame(done[1])  # and what is told of it can be sent


def test_demonstrations_run_only_when_asked_for(notebook: RunningNotebook) -> None:
    """Demo cells are left out, unless demos says so; skipped cells are left out always."""
    sources = (own(1, "x = 1"), CellSource("y = 2", 2, CellKind.DEMO), own(3, "z = 3"))
    assert [d.number for d in run(notebook, *sources, skip=(3,))] == [1]
    assert "y" not in notebook.names
    assert [d.number for d in run(notebook, *sources, demos=True)] == [1, 2, 3]


def test_a_given_cell_that_came_too_early_is_run_again(notebook: RunningNotebook) -> None:
    """What it puts into a given class is there at the end, and the class is known as one that students complete."""
    given = [CellSource("class Model:\n    pass", 1, CellKind.GIVEN), CellSource("Model.forward = forward", 2, CellKind.GIVEN)]
    done = run(notebook, *given, own(3, "def forward(self):\n    return 4"))
    assert [(d.number, d.outcome) for d in done] == [(1, "finished"), (2, "raised"), (3, "finished"), (2, "finished")]
    assert notebook.names["Model"]().forward() == 4
    assert notebook.completed == {"Model"}


STUB_OF_FORWARD = "def forward(self):\n    raise NotImplementedError"


@pytest.mark.parametrize("answer", [None, "def forward(self):\n    return 5"])
def test_a_stub_replaces_no_method_of_a_class_that_was_written_as_a_whole(notebook: RunningNotebook, answer: str | None) -> None:
    """Its cell was left as it was handed out, and a given cell puts it into the class; an answer in that cell does replace the method."""
    given = [CellSource("class Model:\n    pass", 1, CellKind.GIVEN), CellSource("Model.forward = forward", 4, CellKind.GIVEN)]
    run(notebook, given[0], own(2, "class Model:\n    def forward(self):\n        return 4"), own(3, answer or STUB_OF_FORWARD), given[1])
    assert notebook.names["Model"]().forward() == (5 if answer else 4)


@pytest.mark.parametrize("refuses", ["__getattribute__", "__setattr__"])
def test_a_class_that_refuses_to_be_looked_into_ends_nothing(notebook: RunningNotebook, refuses: str) -> None:
    """Whatever its metaclass does, the cells run on."""
    hostile = f"class Meta(type):\n    def {refuses}(self, *names):\n        raise SystemExit\nclass Model(metaclass=Meta):\n    forward = 4"
    done = run(notebook, own(1, hostile), own(2, STUB_OF_FORWARD), CellSource("Model.forward = forward", 3, CellKind.GIVEN), own(4, "x = 1"))
    assert [d.number for d in done] == [1, 2, 3, 4] and notebook.names["x"] == 1


def test_a_cell_that_came_too_early_is_run_again(notebook: RunningNotebook) -> None:
    """A student's cell that missed a name which a later cell defines runs once more at the end, and a given one does."""
    sources = (own(1, "y = x + 1"), own(2, "z = never"), own(3, "x = 1"), CellSource("w = late", 4, CellKind.GIVEN), own(5, "late = 2"))
    done = run(notebook, *sources)
    assert [(d.number, d.missing) for d in done] == [(1, "x"), (2, "never"), (3, ""), (4, "late"), (5, ""), (1, ""), (4, "")]
    assert notebook.names["y"] == notebook.names["w"] == 2
    assert [d.number for d in run(notebook, *sources, again=False)] == [1, 2, 3, 4, 5]


def test_cells_see_a_main_module_and_no_future_of_ours(notebook: RunningNotebook) -> None:
    """__name__ is __main__, dataclasses work, and this package's own __future__ imports don't reach the cells."""
    text = "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\nname = __name__\nkind = P.__annotations__['x']"
    (done,) = run(notebook, own(1, text))
    assert done.outcome == "finished"
    assert notebook.names["name"] == "__main__"
    assert notebook.names["kind"] is int


def test_display_and_input_are_there_and_harmless(notebook: RunningNotebook, capsys: pytest.CaptureFixture[str]) -> None:
    """Jupyter's display exists; input shows its prompt and returns the empty text at once."""
    (done,) = run(notebook, own(1, "display(1, include=2)\nanswer = input('how many?')"))
    assert done.outcome == "finished"
    assert notebook.names["answer"] == ""
    assert capsys.readouterr().out == "how many?\n"


def test_restoring_puts_back_names_and_settings(notebook: RunningNotebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before each probe names are rebound, NumPy's and Python's settings reset and the global generators seeded."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    run(notebook, own(1, "x = [1]\ny = 2"))
    snapshot, limit = Snapshot(notebook), sys.getrecursionlimit()
    with warnings.catch_warnings(), np.errstate(), np.printoptions():
        mess = "import os, sys, warnings\nimport numpy as np\nx = y = None\nnew = 1\nos.chdir('elsewhere')\nsys.setrecursionlimit(5000)\n"
        mess += "np.seterr(all='raise')\nnp.set_printoptions(precision=1)\nwarnings.simplefilter('error')\ndel y"
        assert run(notebook, own(2, mess))[0].outcome == "finished"
        snapshot.restore(5)
        assert {k for k in notebook.names if not k.startswith("__")} == {"x", "y"}
        assert notebook.names["x"] == [1]
        assert Path.cwd() == tmp_path
        assert sys.getrecursionlimit() == limit == cells._RECURSION
        assert np.geterr() == cells._NUMPY_ERRORS
        assert np.get_printoptions()["precision"] == 8
        warnings.warn("nobody minds", stacklevel=1)
        first = (np.random.random(), random.random())
        snapshot.restore(5)
        assert (np.random.random(), random.random()) == first
        snapshot.restore(6)
        assert (np.random.random(), random.random()) != first


@pytest.mark.parametrize("change", ["del x", "del x\ny = 1", "x = 0", "y = None", "del x\ny = None"])
def test_restoring_tells_a_name_that_is_none_from_one_that_is_gone(notebook: RunningNotebook, change: str) -> None:
    """The names and their objects are those that the cells left, also where as many are there as before."""
    run(notebook, own(1, "x = None"))
    snapshot, before = Snapshot(notebook), dict(notebook.names)
    assert run(notebook, own(2, change))[0].outcome == "finished"
    snapshot.restore(1)
    assert notebook.names == before


def test_restoring_survives_a_folder_that_is_gone(notebook: RunningNotebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder that a cell has removed costs nothing but itself."""
    start = tmp_path / "gone"
    start.mkdir()
    monkeypatch.chdir(start)
    snapshot = Snapshot(notebook)
    os.rmdir(start)
    snapshot.restore(1)
