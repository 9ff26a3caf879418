"""What the reference and the misconceptions do on the probes: observed once for each salt, kept on disk, never near student code."""
from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from autograder import __version__
from autograder.assignment import Assignment, fingerprint
from autograder.errors import AssignmentError
from autograder.judging import Unfit, facts_of
from autograder.model import Observation, Outcome, Seen
from autograder.observe import Request, observe
from autograder.probe import Probe
from autograder.probe_text import text_of_probes
from autograder.protocol import CellSource
from autograder.runtime import RUNTIME
from autograder.sandbox import Sandbox
from autograder.submission import reference_cells
from autograder.variants import Variant, cells_with, load_variants
from autograder.wire import decode

TRUSTED = "none"
"""The reference is our own code: it runs in a process of its own, without a jail."""


def seed_of(salt: str, assignment: str, probe: str) -> int:
    """The seed of one probe's inputs."""
    return int.from_bytes(hashlib.sha256(f"{salt}\0{assignment}\0{probe}".encode()).digest()[:7], "big")


def requests_for(assignment: Assignment, salt: str, questions: tuple[str, ...] = ()) -> list[Request]:
    """The probes to run, all or those of some questions."""
    wanted = [p for p in assignment.probes if not questions or p.question in questions]
    return [Request(p.id, p.question, seed_of(salt, assignment.name, p.id)) for p in wanted]


@dataclass(frozen=True)
class Store:
    """Observations on disk, each under a key of everything that it depends on. A broken entry counts as missing."""

    folder: Path

    def get(self, key: str) -> Seen | None:
        try:
            return msgspec.msgpack.decode((self.folder / f"{key}.msgpack").read_bytes(), type=Seen)
        except (OSError, msgspec.MsgspecError):
            return None

    def put(self, key: str, seen: Seen) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.msgpack.encode(seen))
        os.replace(name, self.folder / f"{key}.msgpack")


@cache
def environment() -> dict[str, str]:
    """Versions that observations depend on."""
    return {"python": platform.python_version(), "numpy": np.__version__, "chainrule": __version__}


@cache
def _machine() -> str:
    """BLAS, processor and the code that runs inside, as far as they change results."""
    blas = np.show_config(mode="dicts").get("Build Dependencies", {}).get("blas", {})  # type: ignore[union-attr]
    model = ""
    with contextlib.suppress(OSError):
        model = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "")
    here = Path(__file__).parent
    code = [path.read_bytes() for name in RUNTIME for path in sorted((here / name).rglob("*.py") if (here / name).is_dir() else [here / name])]
    openblas = sorted(f"{k}={v}" for k, v in os.environ.items() if k.startswith("OPENBLAS"))
    versions = sorted(environment().items()), blas.get("name"), blas.get("version"), sys.implementation
    return fingerprint(*versions, model, platform.machine(), openblas, *code)


def key_of(assignment: Assignment, cells: list[CellSource], requests: list[Request], probes: str) -> str:
    """The key of observing these cells with these probes, of which probes is the text, on this machine."""
    return fingerprint(key_of_cells(assignment, cells), probes, [(r.probe, r.seed) for r in requests])


def key_of_cells(assignment: Assignment, cells: list[CellSource]) -> str:
    """The key of running these cells on this machine, beside the assignment's files."""
    files = [(name, _file_hash(path, path.stat().st_mtime_ns)) for name, path in sorted(assignment.files.items())]
    texts = [(c.text, c.number, c.kind) for c in cells]
    return fingerprint(_machine(), texts, assignment.probe_modules, files, assignment.limits)


@cache
def _file_hash(path: Path, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sandbox_for(assignment: Assignment, level: str) -> Sandbox:
    """A zygote with an assignment's probes and files."""
    given = [cell for cell in reference_cells(assignment) if cell.kind == "given"]
    return Sandbox(assignment.probes_text, assignment.files, level, assignment.probe_modules, given)


@dataclass
class Reference:
    """An assignment with what is expected of it, for one salt. Its sandbox is started when it is first needed."""

    assignment: Assignment
    salt: str
    store: Store
    expected: dict[str, Any] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    """By probe, how many bytes the reference's observation takes."""
    _sandbox: Sandbox | None = None

    def __post_init__(self) -> None:
        self.requests = requests_for(self.assignment, self.salt)
        self.probes: dict[str, Probe] = {p.id: p for p in self.assignment.probes}
        self.cells = cells_with(self.assignment, [])
        self.seeds = {r.probe: r.seed for r in self.requests}
        self.misconceptions = load_variants(self.assignment, "misconception")
        self._observed: dict[str, dict[str, Observation]] = {}

    def sandbox(self) -> Sandbox:
        """The reference's own zygote."""
        if self._sandbox is None:
            self._sandbox = sandbox_for(self.assignment, TRUSTED)
        return self._sandbox

    def close(self) -> None:
        if self._sandbox is not None:
            self._sandbox.close()
            self._sandbox = None

    def prepare(self, progress: Callable[[str], None] = lambda _: None) -> Reference:
        """Observe the reference and all misconceptions; raises AssignmentError where the reference itself fails a probe."""
        progress("reference")
        self.prepare_reference()
        for variant in self.misconceptions:
            progress(variant.id)
            self.observations_of(variant)
        return self

    def prepare_reference(self) -> None:
        """Observe the reference alone."""
        seen = self.observe(self.cells, self.requests, self.assignment.probes_text)
        for cell in seen.cells:
            if cell.outcome is not Outcome.FINISHED:
                raise AssignmentError(
                    f"cell {cell.number} of the reference ended: {cell.outcome.value} {cell.error}",
                    where=f"{self.assignment.folder / 'notebook.py'}:{self.assignment.cells[cell.number - 1].line}",
                )
        for request in self.requests:
            observation = seen.observations[request.probe]
            if observation.outcome is not Outcome.FINISHED:
                raise AssignmentError(
                    f"the reference does not finish probe {request.probe}: {observation.outcome.value} {observation.error} {observation.missing}",
                    where=str(self.assignment.folder / "probes.py"),
                )
        self._expect(seen.observations)
        self._check_judges()

    def _check_judges(self) -> None:
        """Have every judge decide about the reference; raises AssignmentError where one fails or does not return facts."""
        for name, judge in self.assignment.judges.items():
            try:
                facts_of(judge, self.expected[name], self.seeds[name])
            except AssignmentError:
                raise
            except Unfit:
                continue  # that the reference is not right is for the release and the audit to say
            except Exception as error:
                what = f"{name} raised {type(error).__name__} for what the reference gives: {error}"
                raise AssignmentError(what, where=str(self.assignment.folder / "judges.py")) from None

    def _expect(self, observations: dict[str, Observation]) -> None:
        self._observed[""] = observations
        self.expected = {name: decode(observation.value) for name, observation in observations.items()}
        self.sizes = {name: len(observation.value) for name, observation in observations.items()}

    def observations_of(self, variant: Variant) -> dict[str, Observation]:
        """What a variant does on its own question's probes."""
        if variant.id not in self._observed:
            requests = [r for r in self.requests if r.question == variant.question]
            probes = text_of_probes(self.assignment, variant.question)
            self._observed[variant.id] = self.observe(cells_with(self.assignment, [variant]), requests, probes).observations
        return self._observed[variant.id]

    def observed(self) -> dict[str, dict[str, Observation]]:
        """What the reference (under the empty name) and the misconceptions did: all that another machine needs to judge as this one does."""
        return dict(self._observed)

    @classmethod
    def received(cls, assignment: Assignment, salt: str, observed: dict[str, dict[str, Observation]]) -> Reference:
        """A reference from what `observed` gave: nothing is run."""
        made = cls(assignment, salt, Store(Path(os.devnull)))
        made._observed = dict(observed)
        made._expect(observed[""])
        return made

    def observe(self, cells: list[CellSource], requests: list[Request], probes: str) -> Seen:
        """Observe trusted cells, or look up what was observed before. probes is the text of the probes that are asked."""
        key = key_of(self.assignment, cells, requests, probes)
        if (known := self.store.get(key)) is not None:
            return known
        seen = observe(self.sandbox(), cells, requests, self.assignment.limits)
        if all(o.outcome in (Outcome.FINISHED, Outcome.RAISED, Outcome.MISSING) for o in seen.observations.values()):
            self.store.put(key, seen)
        return seen
