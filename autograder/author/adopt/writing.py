"""Writes an adopted assignment's files as texts: notebook.py, assignment.toml, probes.py, judges.py; and
the list of what wants a person's eye.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass

from autograder.author.adopt.making import NewProbe
from autograder.author.adopt.names_read import read_in
from autograder.author.adopt.old import Left, OldCell, OldRole
from autograder.author.adopt.questions import Grouped, Ids, NewQuestion, tree_of
from autograder.inside.names import bound_in

_AUTHORS = frozenset({"types_of", "raised", "gone"})
"""What a probe takes from autograder.probe."""
_CELL = re.compile(r"^# %%", re.M)
_LAST = """# %% demo="what_is_done"
import check_notebook

check_notebook.run()
"""
_WRONG = (
    "Known wrong solutions, each in place of the function that it gets wrong: add what you see in a class."
)
_RIGHT = "Right solutions written another way, which must score full marks: add what capable students write."
EMPTY = {"misconceptions.py": f'"""{_WRONG}"""\n', "alternatives.py": f'"""{_RIGHT}"""\n'}


@dataclass(frozen=True)
class Beside:
    """What a notebook takes from outside: modules that are handed out, data, and packages beyond the
    kit's own.
    """

    helpers: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


def files_of(
    cells: list[OldCell], found: Grouped, beside: Beside, title: str, order: int, file: str
) -> dict[str, str]:
    """The texts of an assignment's files, by name: all but adopted.md, which is written at the end."""
    made = {
        "notebook.py": notebook_text(cells, found),
        "assignment.toml": table_text(found, beside, title, order),
        "probes.py": probes_text(found, file),
        **EMPTY,
    }
    if any(probe.judged for q in found.questions for probe in q.probes):
        made["judges.py"] = judges_text(found, file)
    return made


# ---- notebook.py


def notebook_text(cells: list[OldCell], found: Grouped) -> str:
    ids = Ids()
    ids.taken = {q.id for q in found.questions} | {name for _, name in (*found.written, *found.practice)}
    places = _solution_ids(found)
    last = {q.tests[-1].number: q for q in found.questions}
    written = {cell.number: (cell, name) for cell, name in found.written}
    practice = {cell.number: name for cell, name in found.practice}
    out = {cell.number for cell in found.out}
    parts = []
    for cell in cells:
        if cell.number in written and cell.role in (OldRole.WRITTEN, OldRole.CODED):
            parts.append(_written(cell, written[cell.number][1]))
        elif cell.role in (OldRole.PROSE, OldRole.WRITTEN):
            if cell.text.strip():
                parts.append("# %% [markdown]\n" + _commented(cell.text))
        elif cell.number in practice:
            parts.append(f'# %% practice="{practice[cell.number]}"\n' + _code(cell.text))
        elif cell.number in places:
            parts.append(f'# %% solution="{places[cell.number]}"\n' + _code(cell.text))
        elif cell.role is OldRole.PLAIN:
            parts.append(_plain(cell, ids))
        elif cell.number in out and cell.visible.strip():
            parts.append(f'# %% demo="{ids.made(cell.id, "look")}"\n' + _code(cell.visible))
        elif cell.number in last:
            parts.append(_check(last[cell.number]))
    return "\n\n".join(p.rstrip("\n") for p in [*parts, _LAST]) + "\n"


def _solution_ids(found: Grouped) -> dict[int, str]:
    """By the number of an old answer, the id of its cell: that of its question, with `_solution`."""
    made = {}
    for question in found.questions:
        for count, cell in enumerate(question.answers):
            made[cell.number] = f"{question.id}_solution" + (f"_{count + 1}" if count else "")
    return made


def _check(question: NewQuestion) -> str:
    seen = "\n\n".join(c.visible.strip("\n") for c in question.tests if c.visible.strip())
    text = seen or "# The tests of this question are hidden."
    return f'# %% test="{question.id}" points={round(question.points, 6):.10g}\n' + _code(text)


def _written(cell: OldCell, name: str) -> str:
    if cell.role is OldRole.CODED:
        return f'# %% written="{name}" points={cell.points:.10g}\n' + _code(cell.text)
    rubric = cell.rubric.strip() or "*No sample answer was written down.*"
    text = "\n".join(
        [*([cell.text, ""] if cell.text else []), "### BEGIN SOLUTION", rubric, "### END SOLUTION"]
    )
    return f'# %% [markdown] written="{name}" points={cell.points:.10g}\n' + _commented(text)


def _plain(cell: OldCell, ids: Ids) -> str:
    """Code of the instructor's: given, where it defines something; else a look at a result."""
    role = "given" if bound_in(tree_of(cell)) else "demo"
    return f'# %% {role}="{ids.made(cell.id, role)}"\n' + _code(cell.text)


def _commented(text: str) -> str:
    return "\n".join(f"# {line}".rstrip() for line in text.splitlines())


def _code(text: str) -> str:
    return _CELL.sub("#  %%", text.strip("\n"))


# ---- assignment.toml


def table_text(found: Grouped, beside: Beside, title: str, order: int) -> str:
    lines = [
        f"title = {_toml(title)}",
        f"order = {order}",
        'summary = ""',
        f"data = {_toml(list(beside.data))}",
        f"helpers = {_toml(list(beside.helpers))}",
        f"packages = {_toml(list(beside.packages))}",
        'feedback = "diagnosis"',
        "",
        "[limits]                          # seconds of CPU; the wall clock has four times as long",
        "notebook_seconds = 20             # each cell",
        "probe_seconds = 10                # one probe",
        "submission_seconds = 120          # everything",
        "memory_mb = 2048",
    ]
    for question in found.questions:
        lines += [
            "",
            f"[questions.{question.id}]",
            f"defines = {_toml(question.defines)}",
            f"needs = {_toml(question.needs)}",
        ]
    for _, name in found.written:
        lines += ["", f"[questions.{name}]"]
    return "\n".join(lines) + "\n"


def _toml(value: str | list[str]) -> str:
    return json.dumps(value, ensure_ascii=False)


# ---- probes.py and judges.py


def probes_text(found: Grouped, file: str) -> str:
    probes = [(q, p) for q in found.questions for p in q.probes]
    authors = {n for _, p in probes for s in p.body for n in read_in([s]) & _AUTHORS}
    near = {"Close": any(p.close for _, p in probes), "Equal": any(p.equal for _, p in probes)}
    names = sorted({"probe", *authors, *(name for name, used in near.items() if used)}, key=_as_sorted)
    lines = [
        f'"""Hidden tests, made by `chainrule adopt` of the tests in {file}.',
        "",
        "Each does what the old test did, and returns what it saw in place of asserting. The solution's own",
        "result decides, or the judge of the same name in judges.py.",
        '"""',
        *_imports(p.imports for _, p in probes),
        f"from autograder.probe import {', '.join(names)}",
    ]
    for question, made in probes:
        lines += [
            "",
            "",
            _decorator(question.id, made),
            f"def {made.id}(ns, rng):",
            f'    """{made.title}"""',
        ]
        lines += ["    seen = {}", *(_indented(s) for s in made.body), "    return seen"]
    return "\n".join(lines) + "\n"


def _decorator(question: str, made: NewProbe) -> str:
    more = ", judged=True" if made.judged else ""
    if made.compared:
        keys = ", ".join(map(json.dumps, made.compared))
        more += f", compared=({keys}{',' * (len(made.compared) == 1)})"
    each = [f"{json.dumps(k)}: Close(rtol={r:g}, atol={a:g})" for k, (r, a) in made.close.items()]
    each += [f"{json.dumps(key)}: Equal()" for key in made.equal]
    if each:
        more += f", tolerance={{{', '.join(each)}}}"
    return f'@probe("{question}", points={made.points:.10g}{more})'


def judges_text(found: Grouped, file: str) -> str:
    judged = [p for q in found.questions for p in q.probes if p.judged]
    read = [
        *(s for p in judged for s in p.before),
        *(ast.Expr(test) for p in judged for test, _ in p.facts.values()),
    ]
    names = read_in(read) - bound_in([s for p in judged for s in p.before])
    more = [s for p in judged for s in p.judge_imports]
    if "np" in names - bound_in(more):
        more += ast.parse("import numpy as np").body
    lines = [
        f'"""What the old tests in {file} assert of what was seen, made by `chainrule adopt`."""',
        *_imports([more]),
        "from autograder.judging import asserted",
    ]
    for made in judged:
        lines += ["", "", f"def {made.id}(seen, rng):", f'    """{made.title}"""']
        lines += [_indented(s) for s in made.before]
        lines += ["    return {"]
        for key, (test, says) in made.facts.items():
            lines.append(f"        {json.dumps(key)}: asserted(lambda: {ast.unparse(test)}, {says!r}),")
        lines += ["    }"]
    return "\n".join(lines) + "\n"


def _imports(groups: object) -> list[str]:
    texts = {ast.unparse(s) for group in groups for s in group}  # type: ignore[attr-defined]
    return [*sorted(texts), ""] if texts else []


def _indented(statement: ast.stmt) -> str:
    return "\n".join(f"    {line}" for line in ast.unparse(statement).splitlines())


def _as_sorted(name: str) -> tuple[bool, str]:
    return name[:1].islower(), name


# ---- what wants a person's eye


def left_text(left: list[Left], file: str) -> str:
    lines = [f"# Adopted from {file}", ""]
    if not left:
        return (
            "\n".join(
                [*lines, "Everything was taken over. `chainrule audit` says what the old tests never notice."]
            )
            + "\n"
        )
    lines += ["What follows wants a person's eye: it was not taken over, or not quite as it was.", ""]
    return "\n".join([*lines, *(f"* {one.says(file)}." for one in left)]) + "\n"
