"""The fuzz targets themselves: what they import is there, and each takes its own seeds. `make fuzz` is not part of the suite, and atheris need
not be here."""
from __future__ import annotations

import contextlib
import importlib
import shutil
import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace

import pytest

from autograder.inside.protocol import ProbeDone, frame
from autograder.inside.wire import encode


@pytest.fixture
def fuzz(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The fuzz modules, imported without atheris."""
    nothing = SimpleNamespace(instrument_imports=lambda **_: contextlib.nullcontext())
    monkeypatch.setitem(sys.modules, "atheris", nothing)
    yield importlib.import_module("tests.fuzz")
    for name in ("intake", "wire"):
        module = sys.modules.pop(f"tests.fuzz.{name}", None)
        shutil.rmtree(getattr(module, "COURSE", ""), ignore_errors=True)


@pytest.mark.parametrize("target", ["zips", "metadata", "names", "trees", "rosters"])
def test_what_students_hand_in(fuzz: ModuleType, target: str) -> None:
    """Each target of `intake` takes its seeds, and bytes that are none of them."""
    intake = importlib.import_module("tests.fuzz.intake")
    assert target in intake.TARGETS and len(intake.TARGETS) == 5
    for seed in (*intake.SEEDS[target], b"\xff\x00" * 20):
        intake.TARGETS[target](seed)


def test_what_the_sandbox_sends(fuzz: ModuleType) -> None:
    """`wire` takes its seeds as values and as messages."""
    wire = importlib.import_module("tests.fuzz.wire")
    for value in wire.SEEDS:
        wire.one(b"\x01" + encode(value))
        wire.one(b"\x00" + frame(ProbeDone("probe", "finished", encode(value), "", 0, 0, "")))
