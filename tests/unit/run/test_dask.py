"""Workers elsewhere: what travels to them, and which are refused."""
from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import msgspec
import pytest

from autograder.assignment.values import Assignment
from autograder.errors import UsageError
from autograder.inside.jail import Level
from autograder.inside.seen import Observation, Outcome
from autograder.inside.wire import encode
from autograder.judging.reference import Reference
from autograder.run import dask as cluster
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.observed import ObservedStore


def versions(python: str = "3.11.7.final.0", **packages: str | None) -> dict[str, Any]:
    return {"host": {"python": python}, "packages": {"numpy": "2.4.0", "autograder": "0.1", **packages}}


def test_equal_versions_are_welcome() -> None:
    """The scheduler need not have NumPy or the kit: it runs neither."""
    found = {"scheduler": versions(numpy=None, autograder=None), "workers": {"tcp://a:1": versions()}}
    cluster.check_versions(versions(), found)


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (versions("3.12.1.final.0"), "tcp://b:2 has Python 3.12.1 where this machine has 3.11.7"),
        (versions(numpy="1.26.4"), "tcp://b:2 has NumPy 1.26.4 where this machine has 2.4.0"),
        (versions(autograder=None), "tcp://b:2 has chainrule-kit none where this machine has 0.1"),
    ],
)
def test_a_worker_of_other_versions_is_refused_by_name(other: dict[str, Any], says: str) -> None:
    """The message names the worker and both versions, and the mend."""
    with pytest.raises(UsageError) as refused:
        cluster.check_versions(versions(), {"scheduler": versions(), "workers": {"tcp://a:1": versions(), "tcp://b:2": other}})
    assert says in str(refused.value) and "tcp://a:1" not in str(refused.value)
    assert "constraints.txt" in refused.value.mend


def test_an_assignment_survives_the_journey(tiny: Assignment, tmp_path: Path) -> None:
    """Unpacked elsewhere it is the same assignment, with what was expected of it; nothing of the course is read there."""
    reference = Reference(tiny, "salt", ObservedStore(tmp_path / "none"))
    seen = {p.id: Observation(p.id, Outcome.FINISHED, encode({"scaled": 1.5})) for p in tiny.probes}
    reference._observed = {"": seen}
    course = msgspec.msgpack.decode(cluster.pack(reference, Isolation(Level.FULL)), type=cluster.Parcel)
    made = cluster.unpack(course, tmp_path / "there")
    assert made.folder == tmp_path / "there" / "assignments" / tiny.name
    assert dataclasses.replace(made, folder=tiny.folder, root=tiny.root, probes=(), judges={}) == dataclasses.replace(tiny, probes=(), judges={})
    there = Reference.received(made, course.salt, course.observed)
    assert there.expected == {p.id: {"scaled": 1.5} for p in tiny.probes}
    assert (tmp_path / "there").stat().st_mode & 0o077 == 0
