"""Turns a test cell into what a probe does: the same statements, in which each assertion is replaced by
writing down the student's side of it.
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass, field, replace

from autograder.author.adopt.assertions.asked import Asked, asked
from autograder.author.adopt.assertions.expressions import number_of
from autograder.author.adopt.assertions.inlining import inlined
from autograder.author.adopt.assertions.spoken import spoken
from autograder.author.adopt.marks import KeptHere, NoteHere, Patches, Unreserved, kept, taken_away
from autograder.author.adopt.names_read import BUILTINS, base_of, handed_over, read_in, students
from autograder.inside.names import bound_in

SHOWS = {"print", "display", "show", "pprint"}
RESERVED = frozenset({"seen", "ns", "rng", "one", "raised", "types_of", "gone", "probe", "asserted"})
RESERVED |= {"Close", "Equal"}
"""Names that probes and judges need for themselves."""
_STANDS_FOR_ALL = {"Exception", "BaseException"}


@dataclass(frozen=True)
class Noted:
    """An assertion with the key under which its sides are written down. many: once for each time that it
    is come to; else once.
    """

    key: str
    asked: Asked
    many: bool


@dataclass
class Observing:
    """A test cell taken apart: the statements that write down what is seen, and what is asserted of it.

    left: what could not be taken apart, by line.
    """

    student: frozenset[str]
    by_output: bool = False
    noted: list[Noted] = field(default_factory=list)
    left: list[tuple[int, str]] = field(default_factory=list)
    shown: list[ast.expr] = field(default_factory=list)
    """What of the student's is printed."""
    must_run: bool = False
    """Whether it is asserted that something does not raise."""
    kept: list[int] = field(default_factory=list)
    """The lines of calls that judge by themselves."""

    def read(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """The statements of a probe that does what these do, and notes in place of asserting."""
        body = [Unreserved(bound_in(body) & RESERVED).visit(s) for s in inlined(copy.deepcopy(body))]
        body = [ast.fix_missing_locations(Patches(taken_away(body) & self.student).visit(s)) for s in body]
        self.theirs, self.bound = students(body, self.student), bound_in(body)
        self.handed = handed_over(body, self.theirs) & self.bound
        self.constants = {
            s.targets[0].id: value
            for s in body
            if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Name)
            if (value := number_of(s.value, {})) is not None
        }
        if self.by_output and body and isinstance(body[-1], ast.Expr) and not _is_shown(body[-1]):
            last = body.pop().value  # type: ignore[attr-defined]
            return [
                *self._all(body, False),
                *self._note([Asked((last,), ast.Name("_0", ast.Load()), last.lineno, True, last)], False),
            ]
        return self._all(body, False)

    def _all(self, body: list[ast.stmt], many: bool) -> list[ast.stmt]:
        return [made for statement in body for made in self._one(statement, many)]

    def _one(self, statement: ast.stmt, many: bool) -> list[ast.stmt]:
        match statement:
            case KeptHere():
                return [statement]
            case ast.Assert():
                return self._asserted(statement.test, _text(statement.msg), many)
            case ast.Expr(value=ast.Call() as call) if (found := spoken(call)) is not None:
                if found.raises is not None and found.call is not None:
                    return self._raises(found.raises, [ast.Expr(found.call)], "", statement.lineno, many)
                assert found.test is not None
                return self._asserted(found.test, found.says, many, ast.unparse(call))
            case ast.Expr() if _is_shown(statement):
                self.shown += [a for a in statement.value.args if read_in(a) & self.theirs]  # type: ignore[attr-defined]
                return []
            case ast.Expr(value=ast.Call() as call) if self._judges_itself(call):
                self.kept.append(statement.lineno)
                return [ast.copy_location(KeptHere(call), statement)]
            case ast.Expr(value=ast.Call() as call) if base_of(call.func) in self.theirs:
                return [ast.copy_location(KeptHere(call), statement)]  # for what it does, such as printing
            case ast.If():
                return self._if(statement, many)
            case ast.For() | ast.While() | ast.AsyncFor():
                made = copy.copy(statement)
                made.body, made.orelse = self._all(statement.body, True), self._all(statement.orelse, True)
                made.body = made.body or [ast.Pass()]
                return [made]
            case ast.With():
                return self._with(statement, many)
            case ast.Try():
                return self._try(statement, many)
            case ast.Raise():
                self.left.append((statement.lineno, "it raises where no condition of its own says why"))
                return []
        return [statement]

    def _judges_itself(self, call: ast.Call) -> bool:
        """Whether a function that is not the student's is handed something of theirs, and nobody takes
        what it returns.
        """
        mine = bool(read_in([*call.args, *call.keywords]) & self.theirs)
        name = base_of(call.func)
        local = isinstance(call.func, ast.Attribute) and name in self.bound
        return mine and not local and name not in self.theirs | {"", "np", "plt"} and name not in BUILTINS

    # ---- forms of assertions

    def _asserted(self, test: ast.expr, says: str, many: bool, source: str = "") -> list[ast.stmt]:
        read = read_in(test)
        # what a cell has made beside a call of the student's, such as what was printed, may come from it
        theirs = self.theirs if read & self.theirs else self.handed if read & self.handed else self.bound
        return self._note(asked(test, theirs, self.constants, says, source), many)

    def _if(self, statement: ast.If, many: bool) -> list[ast.stmt]:
        says = _raised_text(statement.body)
        if says is not None and read_in(statement.test) & self.theirs:
            refuted = ast.UnaryOp(ast.Not(), statement.test)
            first = self._asserted(ast.copy_location(refuted, statement.test), says, many)
            return [*first, *self._all(statement.orelse, many)]
        made = copy.copy(statement)
        made.body, made.orelse = (
            self._all(statement.body, True) or [ast.Pass()],
            self._all(statement.orelse, True),
        )
        return [made]

    def _with(self, statement: ast.With, many: bool) -> list[ast.stmt]:
        call = statement.items[0].context_expr
        name = getattr(call.func, "attr", getattr(call.func, "id", "")) if isinstance(call, ast.Call) else ""
        if (
            isinstance(call, ast.Call)
            and name.replace("_", "").lower() in ("raises", "assertraises")
            and call.args
        ):
            return self._raises(call.args[0], statement.body, "", statement.lineno, many)
        made = copy.copy(statement)
        made.body = self._all(statement.body, many) or [ast.Pass()]
        return [made]

    def _try(self, statement: ast.Try, many: bool) -> list[ast.stmt]:
        """`try: f(-1)`, `except ValueError: pass`, `else: raise ...`, and what else is written with try."""
        ends = statement.body[-1]
        says = _raised_text(statement.orelse) if statement.orelse else None
        body = statement.body
        if says is None and len(body) > 1 and _raised_text([ends]) is not None:
            says, body = _raised_text([ends]), body[:-1]
        silent = [h for h in statement.handlers if _raised_text(h.body) is None]
        if says is not None and silent and read_in(body) & self.theirs:
            caught = [h.type or ast.Name("Exception", ast.Load()) for h in silent]
            kinds = caught[0] if len(caught) == 1 else ast.Tuple(caught, ast.Load())
            noted = self._raises(kinds, body, says, statement.lineno, many)
            return [*noted, *self._all(statement.finalbody, many)]
        before = len(self.noted)
        made = copy.copy(statement)
        made.body, made.orelse = self._all(statement.body, many), self._all(statement.orelse, many)
        if len(self.noted) > before:
            return self._asserted_within(statement, made, before)
        if any(_raised_text(h.body) is not None for h in statement.handlers):  # it must not raise
            self.must_run = True
            return [kept(s) for s in made.body] + made.orelse
        made.body = made.body or [ast.Pass()]
        made.handlers = [copy.copy(h) for h in statement.handlers]
        for handler in made.handlers:
            handler.body = self._all(handler.body, True) or [ast.Pass()]
        return [made]

    def _asserted_within(self, statement: ast.Try, made: ast.Try, before: int) -> list[ast.stmt]:
        """Assertions in a try: their handlers say it in other words, or forgive them."""
        words = [_raised_text(h.body) for h in statement.handlers]
        if all(text is None for text in words):
            del self.noted[before:]
            self.left.append(
                (statement.lineno, "what is asserted here is caught again: it can't cost a point")
            )
            return []
        says = next((text for text in words if text), "")
        self.noted[before:] = [
            replace(n, asked=replace(n.asked, says=n.asked.says or says)) for n in self.noted[before:]
        ]
        return [*made.body, *made.orelse]

    def _raises(
        self, kinds: ast.expr, body: list[ast.stmt], says: str, line: int, many: bool
    ) -> list[ast.stmt]:
        """Note the names of the classes of what a call raises."""
        each = kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]
        names = [k.attr if isinstance(k, ast.Attribute) else getattr(k, "id", "") for k in each]
        *before, last = body
        if not isinstance(last, ast.Expr | ast.Assign) or not all(names) or not read_in(last) & self.theirs:
            self.left.append((line, "what should raise here is no single call of the student's"))
            return []
        call = ast.Lambda(ast.arguments([], [], None, [], [], None, []), last.value)
        side = ast.Call(ast.Name("raised", ast.Load()), [call], [])
        seen = ast.Name("_0", ast.Load())
        tests: list[ast.expr] = [
            seen if name in _STANDS_FOR_ALL else ast.Compare(ast.Constant(name), [ast.In()], [seen])
            for name in names
        ]
        test = tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or(), tests)
        made = Asked((ast.fix_missing_locations(ast.copy_location(side, last)),), test, line, says=says)
        return [*self._all(before, many), *self._note([made], many)]

    # ---- writing down

    def _note(self, found: list[Asked], many: bool) -> list[ast.stmt]:
        statements: list[ast.stmt] = []
        for one in found:
            self.noted.append(Noted(self._key(one), one, many))
            statements.append(NoteHere(len(self.noted) - 1, one.line))
        return statements

    def _key(self, one: Asked) -> str:
        """A name of what is seen: what students read when it is wrong. No input of a call stands in it."""
        side = one.side or one.sides[0]
        names = [n.id for n in ast.walk(side) if isinstance(n, ast.Name)]
        groups = (self.student, self.theirs, self.bound)
        name = next((n for group in groups for n in names if n in group), "result")
        called = side.func.id if isinstance(side, ast.Call) and isinstance(side.func, ast.Name) else ""
        form = {"len": "length of ", "types_of": "type of ", "raised": "exception of "}.get(called, "")
        if called == "str" and isinstance(side, ast.Call) and isinstance(side.args[0], ast.Attribute):
            side = side.args[0]  # a dtype, by its name
        if isinstance(side, ast.Attribute) and side.attr in ("shape", "dtype", "ndim", "size", "columns"):
            form = f"{side.attr} of "
        taken = [n.key for n in self.noted]
        base, count = form + name, 1
        while (f"{base} ({count})" if count > 1 else base) in taken:
            count += 1
        return f"{base} ({count})" if count > 1 else base


def _is_shown(statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    name = getattr(call.func, "attr", getattr(call.func, "id", "")) if isinstance(call, ast.Call) else ""
    return name in SHOWS


def _text(message: ast.expr | None) -> str:
    return message.value if isinstance(message, ast.Constant) and isinstance(message.value, str) else ""


def _raised_text(body: list[ast.stmt]) -> str | None:
    """The text with which a body raises, after printing at most, or asserts False; None where it does not."""
    *before, last = body
    if not all(_is_shown(s) or isinstance(s, ast.Assign | ast.Pass) for s in before):
        return None
    if isinstance(last, ast.Assert) and isinstance(last.test, ast.Constant) and not last.test.value:
        return _text(last.msg)
    if isinstance(last, ast.Raise):
        raised = last.exc
        return _text(raised.args[0]) if isinstance(raised, ast.Call) and raised.args else ""
    return None
