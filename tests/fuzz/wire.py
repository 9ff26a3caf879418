"""Coverage-guided fuzzing of what reads bytes from the sandbox: the frames, the messages and the values in them.

Run by `make fuzz` (a bounded time; needs the extra `fuzz`). Atheris follows which lines and branches an input reaches and keeps those that
reach new ones. A finding is any exception but the ones that mean a refused message, or a value that does not come through a second time the same.
"""
from __future__ import annotations

import contextlib
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["autograder"]):
    from autograder.inside import protocol, wire
    from autograder.judging import compare, diagnose
    from autograder.observers.kinds import Observed

import numpy as np

SEEDS = [
    None, True, -3, 1 << 70, 1.5, float("nan"), 2 + 1j, "text", b"bytes", [1, [2, "x"]], (1, 2), {"a": 1, (1, 2): [None]}, {1, 2}, frozenset(["a"]),
    np.arange(6.0).reshape(2, 3), np.float32(2), np.array(["a", "bc"]), np.zeros((0, 3), np.int8), np.array([True, False]), np.array(1j), {"W": np.ones((2, 2)), "b": [np.zeros(3)]},
]  # fmt: skip
_COLUMN = Observed("dates", {"days": np.arange(2), "within": np.zeros(2, np.int64), "zone": False})
SEEN = [
    Observed("frame", {"columns": ["a", "b"], "values": [np.ones(2), _COLUMN], "dtypes": ["float64", "datetime64[ns]"], "index": np.arange(2), "levels": [None], "asked": ["index"]}),
    Observed("series", {"name": None, "values": ["x", None], "dtype": "str", "index": np.arange(2), "levels": [None], "asked": ["order", "index", "dtypes", "name"]}),
    Observed("sparse", {"shape": (2, 2), "rows": np.arange(2), "columns": np.arange(2), "entries": np.ones(2), "format": "csr_array", "asked": ["format"]}),
    Observed("decimal", {"text": "11e-1"}), Observed("fraction", {"numerator": 1, "denominator": 2}), Observed("date", {"day": 1, "within": 0, "zone": False}),
    Observed("collection", {"items": [1, 2.5]}), Observed("objects", {"items": ["a", None]}), Observed("index", {"values": np.arange(2), "levels": [None]}),
    Observed("figure", {"axes": [Observed("axes", {"drawn": {"lines": [[np.ones(2), np.ones(2)]], "labels": {"x": "a", "y": ""}, "bars": [np.ones(4)], "legend": ["a"]}})]}),
    Observed("fitted", {"returned": np.ones(2)}), Observed("unfitted", {}), _COLUMN,
]  # fmt: skip
SEEDS += SEEN
EXPECTED = [*SEEN, np.arange(6.0).reshape(2, 3), 1.5, [np.ones(3), "text"], {"W": np.ones((2, 2))}]


def one(data: bytes) -> None:
    """A first byte chooses the reader; whatever follows, it answers or refuses."""
    if not data:
        return
    if data[0] % 2:
        _value(data[1:])
    else:
        _messages(data[1:])


def _value(data: bytes) -> None:
    try:
        value = wire.decode(data)
    except wire.WireError:
        return
    for expected in EXPECTED:
        compare.compare(expected, value, 1e-8)
        diagnose.hint(expected, value, 1e-8)
    try:
        again = wire.encode(value, _refer)
    except wire.TooLarge:
        return
    if wire.encode(wire.decode(again), _refer) != again:
        raise AssertionError(f"{value!r} comes through as {wire.decode(again)!r}")


def _refer(value: object) -> wire.FunctionReference | wire.Instance | None:
    """What crosses by reference goes out as it came in."""
    return value if isinstance(value, (wire.FunctionReference, wire.Instance)) else None


def _messages(data: bytes) -> None:
    for kind in (protocol.FromProcess, protocol.Linked):
        reader = protocol.FrameReader(kind)
        with contextlib.suppress(wire.WireError):
            for start in range(0, len(data), 7):  # bytes come in pieces
                reader.feed(data[start : start + 7])
                while reader.next() is not None:
                    pass


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="chainrule-fuzz-") as corpus:
        for number, value in enumerate(SEEDS):
            Path(corpus, f"value{number}").write_bytes(b"\x01" + wire.encode(value))
            Path(corpus, f"message{number}").write_bytes(b"\x00" + protocol.frame(protocol.ProbeDone("probe", "finished", wire.encode(value), "", 0, 0, "")))
        atheris.Setup([*sys.argv, corpus], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
