"""Past one machine: the same jobs, sent to the workers of a Dask cluster. The only module that imports
distributed.

Workers get all that they need over the network: the assignment's files, and what the reference and the
misconceptions did. They have to run the versions that this machine runs.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from distributed import Client, KilledWorker, Worker, WorkerPlugin
from distributed.versions import get_versions

from autograder.assignment.loading import load_assignment
from autograder.assignment.values import Assignment
from autograder.errors import ChainRuleError, UsageError
from autograder.fingerprints import fingerprint
from autograder.inside.jail import LEVELS, Level, strongest
from autograder.inside.seen import Observation
from autograder.judging.reference import Reference
from autograder.run import desk
from autograder.run.pool import Pool
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.nursery import nursery

PATIENCE = 30
"""Seconds to wait for the scheduler, and for its first worker."""
_SAME = {"python": "Python", "numpy": "NumPy", "autograder": "chainrule-kit"}


class Parcel(msgspec.Struct, frozen=True):
    """An assignment as it travels: its files beneath the course's folder, and what the reference and the
    misconceptions did.
    """

    name: str
    salt: str
    level: Level
    files: dict[str, bytes]
    observed: dict[str, dict[str, Observation]]


def pack(reference: Reference, isolation: Isolation) -> bytes:
    """All that a worker needs."""
    assignment = reference.assignment
    mine = [
        path for path in assignment.folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    data = [assignment.root / "data" / name for name in assignment.table.data]
    files = {str(path.relative_to(assignment.root)): path.read_bytes() for path in [*mine, *data]}
    return msgspec.msgpack.encode(
        Parcel(assignment.name, reference.salt, isolation.level, files, reference.observed())
    )


def unpack(course: Parcel, folder: Path) -> Assignment:
    """Lay an assignment's files into a folder, where they do not lie there yet, and load it."""
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True)
        for name, content in course.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return load_assignment(course.name, folder)


class Desks(WorkerPlugin):
    """Opens a desk in each worker, those that join later included."""

    def __init__(self, name: str, course: bytes) -> None:
        self.name, self.course = name, course

    def setup(self, worker: Worker) -> None:
        nursery()  # it loads while the rest is made ready
        course = msgspec.msgpack.decode(self.course, type=Parcel)
        folder = Path(worker.local_directory) / self.name
        reference = Reference.received(unpack(course, folder), course.salt, course.observed)
        isolation = Isolation(course.level)
        isolation.check_places(folder)
        desk.open_desk(self.name, reference, isolation)

    def teardown(self, worker: Worker) -> None:
        desk.close_desk(self.name)


@contextlib.contextmanager
def connect(address: str) -> Iterator[Client]:
    """A client of the scheduler at tcp://HOST:PORT, once it has a worker and all run what this machine
    runs.
    """
    logging.getLogger("distributed").setLevel(logging.ERROR)
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        mend = (
            "start one with `dask scheduler` and name it as tcp://HOST:PORT; "
            "docs/how-to/grade_on_several_machines.md shows how"
        )
        raise UsageError(
            f"no Dask scheduler answers at {address} ({type(error).__name__})", mend=mend
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise UsageError(
                f"the scheduler at {address} has no workers", mend=f"start some with `dask worker {address}`"
            ) from None
        check_versions(get_versions(["autograder"]), client.get_versions(packages=["autograder"]))
        yield client


def check_versions(ours: dict[str, Any], found: dict[str, Any]) -> None:
    """Raise UsageError naming every worker whose results might differ from those of this machine."""
    strangers = []
    for address, theirs in {"the scheduler": found["scheduler"], **found["workers"]}.items():
        needed = _SAME if address != "the scheduler" else {"python": "Python"}
        pairs = [(label, _of(theirs, name), _of(ours, name)) for name, label in needed.items()]
        if differ := [
            f"{label} {theirs} where this machine has {ours}"
            for label, theirs, ours in pairs
            if theirs != ours
        ]:
            strangers.append(f"{address} has {', '.join(differ)}")
    if strangers:
        raise UsageError(
            "; ".join(strangers),
            mend=(
                "install the same Python and the same packages everywhere (constraints.txt), and "
                "start it again"
            ),
        )


def _of(versions: dict[str, Any], name: str) -> str:
    found = versions["host"]["python"] if name == "python" else versions["packages"].get(name)
    return str(found).removesuffix(".final.0") if found else "none"


def weakest(client: Client, unsafe: bool) -> Isolation:
    """The isolation that every worker can give; raises UsageError where one has none, unless unsafe says
    to go on.
    """
    found: dict[str, Level] = client.run(strongest)
    level = max(found.values(), key=LEVELS.index)
    if level is Level.NONE and not unsafe:
        bare = next(address for address, name in found.items() if name is Level.NONE)
        mend = "run `chainrule doctor` there; --unsafe grades without isolation, at your own risk"
        raise UsageError(f"worker {bare} can't isolate student code", mend=mend)
    return Isolation(level)


@contextlib.contextmanager
def cluster_pool(client: Client, reference: Reference, isolation: Isolation, jobs: int) -> Iterator[Pool]:
    """The workers as a pool, however many jobs were asked for here.

    One that dies is reported at the first time: who is to blame is found out by trying again, alone.
    """
    course = pack(reference, isolation)
    name = f"chainrule-{fingerprint(course)}"
    before = client.run_on_scheduler(_blame(), deaths=0)
    client.register_plugin(Desks(name, course), name=name)

    def pool() -> Pool:
        submit = partial(client.get_executor(pure=False).submit, desk.grade, name)
        return Pool(submit, lambda: sum(client.nthreads().values()), (KilledWorker,), pool)

    try:
        yield pool()
    except CancelledError:
        raise ChainRuleError(
            "the scheduler is gone", mend="start it and run this again: it goes on where it was"
        ) from None
    finally:
        with contextlib.suppress(Exception):  # it may be gone, and the results are what counts
            client.unregister_worker_plugin(name)
            client.run_on_scheduler(_blame(), deaths=before)


def _blame() -> Callable[..., int]:
    """A function for the scheduler, which need not have this package: it travels as text because it is
    made here.
    """

    def allow(deaths: int, dask_scheduler: Any = None) -> int:
        before: int = dask_scheduler.allowed_failures
        dask_scheduler.allowed_failures = deaths
        return before

    return allow
