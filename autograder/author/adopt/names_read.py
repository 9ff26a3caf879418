"""Which names a piece of code reads, and which of them are the student's: by its text alone."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.inside.names import bound_in

BUILTINS = frozenset(dir(builtins))
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


def read_in(nodes: Iterable[ast.AST] | ast.AST) -> frozenset[str]:
    """Names that code reads and does not bind within itself: what is local to a function, a lambda or a
    comprehension is not among them. A name that is read and bound at the top level is.
    """
    reader = _Reads()
    for node in [nodes] if isinstance(nodes, ast.AST) else nodes:
        reader.visit(node)
    return frozenset(reader.found)


class _Reads(ast.NodeVisitor):
    def __init__(self) -> None:
        self.found: set[str] = set()
        self.local: list[frozenset[str]] = []

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load) and not any(node.id in names for names in self.local):
            self.found.add(node.id)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name) and not any(node.target.id in names for names in self.local):
            self.found.add(node.target.id)
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for outside in (*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.visit(outside)
        self._within(local_to(node), node.body)

    visit_AsyncFunctionDef = visit_FunctionDef  # type: ignore[assignment]

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._within(local_to(node), [node.body])

    def _comprehension(self, node: Comprehension) -> None:
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self._within(local_to(node), [*node.generators, *parts])

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = _comprehension

    def _within(self, names: frozenset[str], nodes: Iterable[ast.AST]) -> None:
        self.local.append(names)
        for node in nodes:
            self.visit(node)
        self.local.pop()


def local_to(node: Function | Comprehension) -> frozenset[str]:
    """Names that a function, a lambda or a comprehension binds for itself."""
    if isinstance(node, Function):
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        every += [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
        inner = bound_in(node.body) if not isinstance(node, ast.Lambda) else frozenset[str]()
        return inner | {a.arg for a in every}
    stored = (n for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name))
    return frozenset(n.id for n in stored)


def base_of(node: ast.expr) -> str:
    """The name at the root of `x`, `x.y`, `x[0]`, `x.y(1)[2]`; the empty text where there is none."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call | ast.Starred):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


@dataclass(frozen=True)
class Scope:
    """What a test cell may know of the notebook: names that are the student's, or come from them; other
    names that the notebook defines; what its imports bring, as statements.
    """

    student: frozenset[str]
    given: frozenset[str]
    imports: dict[str, ast.stmt]

    @property
    def notebook(self) -> frozenset[str]:
        return (self.student | self.given) - self.imports.keys()


def students(statements: list[ast.stmt], student: frozenset[str]) -> frozenset[str]:
    """The student's names and all that these statements make of them."""
    found = set(student)
    while True:
        before = len(found)
        for statement in statements:
            for node in ast.walk(statement):
                found |= _made_by(node, found)
        if len(found) == before:
            return frozenset(found)


def _made_by(node: ast.AST, theirs: set[str]) -> set[str]:
    """Names that one node makes depend on theirs."""
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if node.value is not None and read_in(node.value) & theirs:
            return {n for t in targets for n in _stored(t)}
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        if read_in(node.iter) & theirs:
            return _stored(node.target)
    elif isinstance(node, ast.With | ast.AsyncWith):
        tainted = [i for i in node.items if i.optional_vars is not None and read_in(i.context_expr) & theirs]
        return {n for i in tainted for n in _stored(i.optional_vars)}  # type: ignore[arg-type]
    elif isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name} if read_in([node]) & theirs else set()
    elif isinstance(node, ast.Try):
        if read_in(node.body) & theirs:  # how it ended decides what its handlers set
            return {n for h in (*node.handlers, *node.orelse) for n in bound_in([h])}  # type: ignore[list-item]
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return _changed_by(node.value, theirs)
    return set()


def _changed_by(call: ast.Call, theirs: set[str]) -> set[str]:
    """Names that a call may change, whose result nobody takes: `found.append(f(x))`, `sort_in_place(x)`."""
    if isinstance(call.func, ast.Attribute) and read_in([*call.args, *call.keywords]) & theirs:
        return {base_of(call.func)} - {"", "np", "plt", "random"}
    if isinstance(call.func, ast.Name) and call.func.id in theirs:
        return {a.id for a in call.args if isinstance(a, ast.Name)}
    return set()


def handed_over(statements: list[ast.stmt], theirs: frozenset[str]) -> frozenset[str]:
    """Names that are arguments of the student's functions, which may have changed what they hold."""
    calls = (
        n for s in statements for n in ast.walk(s) if isinstance(n, ast.Call) and base_of(n.func) in theirs
    )
    return frozenset(a.id for call in calls for a in call.args if isinstance(a, ast.Name))


def _stored(target: ast.expr) -> set[str]:
    names = {n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return names or {base_of(target)} - {""}


class AsAttributes(ast.NodeTransformer):
    """Writes names of the notebook as a probe does: `f(x)` becomes `ns.f(x)`."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if isinstance(node.ctx, ast.Load) and node.id in self.names:
            return ast.copy_location(ast.Attribute(ast.Name("ns", ast.Load()), node.id, ast.Load()), node)
        return node

    def _scoped(self, node: ast.AST) -> ast.AST:
        assert isinstance(node, Function | Comprehension)
        inner = AsAttributes(self.names - local_to(node))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.args.defaults = [self.visit(d) for d in node.args.defaults]
            node.decorator_list = [self.visit(d) for d in node.decorator_list]
            node.body = [inner.visit(s) for s in node.body]
            return node
        return inner.generic_visit(node)

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = _scoped
    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = _scoped
