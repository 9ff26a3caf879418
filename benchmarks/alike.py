"""How many copied answers `chainrule similar` finds, and how many independent pairs it names: python -m benchmarks.alike [students] [seed] [assignment ...]

A class is made of an assignment's known forms (the reference, alternatives, misconceptions), each student's written in a manner of his own:
other names, remarks, split lines, functions for methods, statements that nobody needs. Some students then take over most of another's answers,
as they are, with other names, or rearranged as well.
"""
from __future__ import annotations

import ast
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment.loading import load_assignment, names_in
from autograder.assignment.values import Assignment
from autograder.assignment.variants import KINDS, load_variants
from autograder.outputs.similar.evidence import Pair, pairs
from autograder.outputs.similar.gather import _answers, _given

ROOT = Path(__file__).parents[1]
WORDS = ["val", "tmp", "res", "out", "acc", "total", "part", "piece", "arr", "mat", "vec", "data", "item", "curr", "buf", "store", "work", "left", "right", "inner", "outer", "base", "scaled", "shifted", "final", "step", "count", "row", "col", "idx", "num"]
REMARKS = ["see the lecture", "this took me a while", "works now", "check the axis", "as in the text", "careful with shapes", "same as above", "todo tidy up", "vectorised", "from my notes"]
KINDS_OF_COPIES = ("copied", "renamed", "rearranged")


class _Manner(ast.NodeTransformer):
    """Rewrites some of a tree's places in ways that change nothing."""

    def __init__(self, chance: random.Random, often: float) -> None:
        self.chance, self.often = chance, often

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Add | ast.Mult) and self.chance.random() < self.often:
            return ast.BinOp(node.right, node.op, node.left)
        if isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant) and node.right.value == 2 and self.chance.random() < self.often:
            return ast.BinOp(node.left, ast.Mult(), node.left)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        known = ("sum", "max", "mean", "reshape", "argmax")
        if isinstance(node.func, ast.Attribute) and node.func.attr in known and not (isinstance(node.func.value, ast.Name) and node.func.value.id == "np") and self.chance.random() < self.often:
            return ast.Call(ast.Attribute(ast.Name("np", ast.Load()), node.func.attr, ast.Load()), [node.func.value, *node.args], node.keywords)
        return node


def bodies(tree: ast.AST) -> list[list[ast.stmt]]:
    return [node.body for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def split(tree: ast.AST, chance: random.Random, name: str) -> None:
    """Put a part of an expression into a variable of its own, in front of its statement."""
    for body in bodies(tree):
        places = [(i, s) for i, s in enumerate(body) if isinstance(s, ast.Assign | ast.Return) and isinstance(s.value, ast.BinOp)]
        if places:
            i, statement = chance.choice(places)
            value = statement.value
            assert isinstance(value, ast.BinOp)
            body.insert(i, ast.Assign([ast.Name(name, ast.Store())], value.left))
            value.left = ast.Name(name, ast.Load())


def rename(tree: ast.AST, chance: random.Random) -> None:
    """Other names for what is bound in functions, their parameters aside."""
    bound = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    new = {name: f"{chance.choice(WORDS)}{chance.choice(['', '_', '2', 's'])}{chance.choice(WORDS)[:3]}" for name in sorted(bound)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in new:
            node.id = new[node.id]


def reorder(tree: ast.AST, chance: random.Random) -> None:
    """Swap neighbours that do not need each other."""
    for body in bodies(tree):
        for i in range(len(body) - 1):
            a, b = body[i], body[i + 1]
            if isinstance(a, ast.Assign) and isinstance(b, ast.Assign) and chance.random() < 0.7:
                names = [{n.id for n in ast.walk(s) if isinstance(n, ast.Name)} for s in (a, b)]
                sets = [{n.id for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)} for s in (a, b)]
                if not sets[0] & names[1] and not sets[1] & names[0]:
                    body[i], body[i + 1] = b, a


def remarked(text: str, chance: random.Random, often: float) -> str:
    lines = []
    for line in text.splitlines():
        if line.startswith("    ") and chance.random() < often:
            lines.append(f"{line[: len(line) - len(line.lstrip())]}# {chance.choice(REMARKS)}")
        lines.append(line)
    return "\n".join(lines)


def in_own_manner(text: str, chance: random.Random) -> str:
    """An answer as somebody else would write it down."""
    tree = ast.parse(text)
    _Manner(chance, 0.4).visit(tree)
    rename(tree, chance)
    for body in bodies(tree):
        if chance.random() < 0.5:
            where, what = chance.randrange(len(body) + 1), chance.choice(WORDS)
            spare = chance.choice([f"{what} = {chance.randrange(9)}", f"assert {chance.randrange(9)} < {chance.randrange(10, 99)}", f"{what} = np.{chance.choice(['zeros', 'ones', 'arange', 'eye'])}({chance.randrange(9)})"])
            body[where:where] = ast.parse(spare).body
    for _ in range(chance.randrange(3)):
        split(tree, chance, f"{chance.choice(WORDS)}_{chance.choice(WORDS)}")
    return remarked(ast.unparse(ast.fix_missing_locations(tree)), chance, 0.15)


def disguised(text: str, kind: str, chance: random.Random) -> str:
    """An answer taken over: as it is, with other names, or rearranged too."""
    if kind == "copied":
        return text
    tree = ast.parse(text)
    rename(tree, chance)
    if kind == "rearranged":
        reorder(tree, chance)
        split(tree, chance, f"{chance.choice(WORDS)}_{chance.choice(WORDS)}")
        _Manner(chance, 0.1).visit(tree)
    return remarked(ast.unparse(ast.fix_missing_locations(tree)), chance, 0.2)


@dataclass(frozen=True)
class Made:
    texts: dict[str, dict[str, str]]
    copies: dict[tuple[str, str], str]


def make_class(assignment: Assignment, students: int, copies: int, seed: int) -> Made:
    """Answers by question and student; and who has taken over from whom, and how."""
    chance = random.Random(seed)
    pool: dict[str, list[str]] = {}
    for question in assignment.questions:
        if not question.written:
            _, forms = _given(assignment, question)
            plain = [v.text for kind in KINDS for v in load_variants(assignment, kind) if v.question == question.id and "." not in v.replaces]
            pool[question.id] = [forms[0]] * max(2, len(plain)) + plain  # half of a class do as the reference does
    texts: dict[str, dict[str, str]] = {question: {} for question in pool}
    for number in range(students):
        for question, forms in pool.items():
            texts[question][f"s{number:04}"] = in_own_manner(chance.choice(forms), chance)
    made: dict[tuple[str, str], str] = {}
    people = [f"s{number:04}" for number in range(students)]
    chance.shuffle(people)
    for i in range(copies):
        source, taker = people[2 * i], people[2 * i + 1]
        kind = KINDS_OF_COPIES[i % 3]
        for question in pool:
            if chance.random() < 0.8:
                texts[question][taker] = disguised(texts[question][source], kind, chance)
        made[min(source, taker), max(source, taker)] = kind
    return Made(texts, made)


def named(assignment: Assignment, made: Made, students: int) -> list[Pair]:
    return pairs([_answers(assignment, q, made.texts[q.id], {}) for q in assignment.questions if q.id in made.texts], students)


def main(say: Callable[[str], None] = print) -> None:
    students, seed = (int(sys.argv[i]) if len(sys.argv) > i else default for i, default in ((1, 200), (2, 1)))
    for name in sys.argv[3:] or names_in(ROOT):
        assignment = load_assignment(name, ROOT)
        made = make_class(assignment, students, min(30, students // 4), seed)
        began = time.process_time()
        found = {(pair.a, pair.b) for pair in named(assignment, made, students)}
        seconds = time.process_time() - began
        each = {kind: [pair for pair, how in made.copies.items() if how == kind] for kind in KINDS_OF_COPIES}
        rates = ", ".join(f"{kind} {sum(p in found for p in of)}/{len(of)}" for kind, of in each.items())
        wrong = sorted(found - set(made.copies))
        say(f"{name}: {students} students, {seconds:.1f} s of one core; found {rates}; independent pairs named: {len(wrong)} {wrong[:5]}")


if __name__ == "__main__":
    main()
