"""Judges, comparison and diagnosis see decoded values of any form: each answers, soon, and says nothing with a student's text in it."""
from __future__ import annotations

import ast
import threading
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.assignment.loading import load_assignment, names_in
from autograder.inside.wire import MAX_BYTES, Opaque, decode, encode
from autograder.judging.compare import compare
from autograder.judging.diagnose import hint
from autograder.judging.facts import Unfit
from autograder.judging.findings import Verdict
from autograder.judging.judge import JUDGED_ROOM
from autograder.observers.kinds import Observed

ROOT = Path(__file__).parents[2]
WORD = "LEAKED"
LARGE = np.zeros(MAX_BYTES // 8 - 100)
NESTED: list[Any] = []
for _ in range(30):
    NESTED = [NESTED]

LEAVES: dict[str, Any] = {
    "none": None, "judged": np.zeros(JUDGED_ROOM // 8 - 100), "judged pairs": np.zeros((JUDGED_ROOM // 16 - 100, 2)), "judged words": [WORD] * 50_000, "word": WORD, "bytes": WORD.encode(), "opaque": Opaque(WORD), "nan": float("nan"), "huge": 10**400, "negative": -(1 << 200),
    "most": 1 << 62, "inf": float("inf"), "complex": complex("nan+infj"), "nested": NESTED, "large": LARGE, "empty": np.zeros((0, 31337271)), "words": np.array([WORD] * 3),
    "long words": [WORD * 1000, "x"], "many": [0.0] * 100_000, "ragged": [[1.0], [1.0, 2.0]], "set": frozenset([1, WORD]), "keys": {1: WORD, (1, 2): None},
    "bools": np.ones((6, 3), bool), "small": np.zeros((1,) * 30), "float16": np.full(4, 65504, np.float16), "uint64": np.full(4, (1 << 64) - 1, np.uint64), "dict": {WORD: WORD},
    "table": Observed("frame", {"columns": [WORD], "values": [[WORD]], "dtypes": [WORD], "index": [WORD], "levels": [WORD], "asked": [WORD]}),
    "ragged table": Observed("frame", {"columns": ["a", "b"], "values": [np.zeros(3), [WORD] * 7], "dtypes": [WORD, WORD], "index": None, "levels": [], "asked": []}),
    "long table": Observed("frame", {"columns": ["a"], "values": [np.full(100_000, 3.5)], "dtypes": [WORD], "index": np.zeros(100_000), "levels": [], "asked": []}),
    "decimal": Observed("decimal", {"text": "9" * 1_000_000}), "far decimal": Observed("decimal", {"text": "1e999999999"}), "no decimal": Observed("decimal", {"text": WORD}),
    "fraction": Observed("fraction", {"numerator": 1, "denominator": 0}), "far date": Observed("date", {"day": 10**300, "within": -1, "zone": True}),
    "collection": Observed("collection", {"items": [WORD] * 2}), "long collection": Observed("collection", {"items": [[n + 0.5] for n in range(50_000)]}),
    "sparse": Observed("sparse", {"shape": (WORD, -1), "rows": np.zeros(3), "columns": np.zeros(2), "entries": np.array([WORD]), "format": WORD, "asked": [WORD]}),
    "figure": Observed("figure", {"axes": [WORD]}), "axes": Observed("axes", {"drawn": {"lines": WORD, "labels": WORD, WORD: WORD}}), "fitted": Observed("fitted", {"returned": WORD}),
}  # fmt: skip


def within(seconds: float, function: Any) -> Any:
    """What a function returns or raises, in so much time."""
    box: list[Any] = []

    def work() -> None:
        try:
            box.append(function())
        except Exception as error:
            box.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    assert box, "it takes too long"
    return box[0]


EXPECTED: list[Any] = [
    np.full((6, 3), 2.0), 1.5, 7, True, "text", [1.0, 2.0], [np.ones(3), np.ones(4)], {"a": np.full((6, 3), 2.0), "inputs": {"X": np.ones(3)}},
    {"inputs": np.ones(3)}, (1, "a"), b"x", frozenset([1]), np.array(["a", "b"]), complex(1, 2), np.zeros((0, 3)), 1 << 100,
    Observed("frame", {"columns": ["a", "b"], "values": [np.zeros(3), ["x"] * 3], "dtypes": ["float64", "str"], "index": np.arange(3), "levels": [None], "asked": ["index", "dtypes"]}),
    Observed("frame", {"columns": ["a"], "values": [np.zeros(100_000)], "dtypes": ["float64"], "index": np.arange(3), "levels": [None], "asked": []}),
    Observed("decimal", {"text": "11e-1"}), Observed("fraction", {"numerator": 1, "denominator": 2}), Observed("date", {"day": 1, "within": 0, "zone": False}),
    Observed("collection", {"items": ["a", "b"]}), Observed("collection", {"items": [[float(n)] for n in range(50_000)]}),
    Observed("sparse", {"shape": (2, 2), "rows": np.arange(2), "columns": np.arange(2), "entries": np.ones(2), "format": "csr_array", "asked": ["format"]}),
    Observed("figure", {"axes": [Observed("axes", {"drawn": {"lines": [], "labels": {"x": "a", "y": "b"}}})]}), Observed("fitted", {"returned": np.ones(2)}),
]  # fmt: skip


@pytest.mark.parametrize("name", LEAVES)
def test_comparison_answers(name: str) -> None:
    """Every hostile value against every kind of expectation, as it is after the wire: none is right, none raises, none is quoted."""
    for value in (LEAVES[name], [LEAVES[name]] * 3):
        try:
            value = decode(encode(value))
        except ValueError:  # more than the wire takes
            continue
        for expected in EXPECTED:
            for seen in (value, {"a": value, "inputs": value}, {"inputs": {"X": value}}):
                finding = within(60, partial(compare, expected, seen, 1e-8))
                assert not isinstance(finding, Exception), (expected, name, finding)
                assert finding.verdict is not Verdict.RIGHT, (expected, name)
                assert WORD not in finding.message and "31337271" not in finding.message and len(finding.message) < 300
                said = within(60, partial(hint, expected, seen, 1e-8))
                assert isinstance(said, str) and WORD not in said


@pytest.mark.parametrize("assignment", names_in(ROOT))
def test_judges_answer(assignment: str) -> None:
    """Every judge of every assignment, for every hostile value in the place of its observation and of each of its entries."""
    loaded = load_assignment(assignment, ROOT)
    asked = observations(keys_of(loaded.folder / "judges.py"))
    for probe, judge in loaded.judges.items():
        for name, seen in asked:
            found = within(60, partial(judge, seen, np.random.default_rng(1)))
            if isinstance(found, Unfit):
                assert WORD not in found.says, (probe, name)
            elif isinstance(found, Exception):
                continue  # grade.Judge calls this a wrong form
            else:
                assert not all(fact.holds for fact in found.values()) or not found, (probe, name)
                assert WORD not in " ".join(fact.says for fact in found.values()), (probe, name)


def observations(keys: list[str]) -> list[tuple[str, Any]]:
    """Every hostile value as an observation and as each of its entries, where a judge is asked about it at all. To measure them takes far longer than to judge them."""
    found = [(name, seen) for name, value in LEAVES.items() for seen in (value, dict.fromkeys(keys, value), {key: [value] * 3 for key in keys})]
    return [(name, seen) for name, seen in found if fits(seen)]


def fits(value: Any) -> bool:
    """Whether an observation is small enough for a judge whose reference's is tiny."""
    try:
        return len(encode(value)) <= JUDGED_ROOM
    except ValueError:
        return False


def keys_of(path: Path) -> list[str]:
    """Every text by which a judge looks something up in what was seen."""
    tree = ast.parse(path.read_text())
    found = [node.slice.value for node in ast.walk(tree) if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)]
    return [key for key in dict.fromkeys(found) if isinstance(key, str)]
