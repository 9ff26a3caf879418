"""What is in the memory of a process that runs cells: no probe and no seed before they are asked for, and never the salt or the reference."""
from __future__ import annotations

import re
from pathlib import Path

from autograder.assignment.loading import load_assignment
from autograder.handed_in.finding import find_submissions
from autograder.handed_in.submission import read_submission
from autograder.judging.grader import Grader
from autograder.judging.keys import seed_of
from autograder.judging.reference import Reference
from autograder.sandbox.isolation import TRUSTED
from autograder.sandbox.observed import ObservedStore
from autograder.sandbox.watch import Request
from tests.tiny import NAME, make_course

from .course import hand_in, honest

SALT = "a-salt-to-be-found-0123456789"
SEARCH = '''
import re

def search(patterns):
    """Names of the patterns that stand anywhere in this process's memory."""
    found = set()
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            begin, end = (int(part, 16) for part in line.split()[0].split("-"))
            if "rw" not in line or end - begin > 1 << 28:
                continue
            try:
                memory.seek(begin)
                data = memory.read(end - begin)
            except (OSError, OverflowError, ValueError):
                continue
            found.update(name for name, pattern in patterns.items() if re.search(pattern, data))
    return sorted(found)
'''


def hidden(data: bytes) -> str:
    """A pattern for some bytes that does not hold them itself: every other one stands in brackets, as its code."""
    return "".join(f"[\\x{byte:02x}]" for byte in data)


def in_python(number: int) -> bytes:
    """An integer of 56 bits as CPython keeps it: digits of 30 bits."""
    return (number & (1 << 30) - 1).to_bytes(4, "little") + (number >> 30).to_bytes(4, "little")


def test_secrets_are_not_in_memory(tmp_path: Path) -> None:
    """Without a jail, where memory can be searched: the salt, the seeds, the probes and the reference's text are not there when cells run."""
    longer = [("notebook_seconds = 5", "notebook_seconds = 60"), ("submission_seconds = 20", "submission_seconds = 120")]
    assignment = load_assignment(NAME, make_course(tmp_path, {"assignment.toml": longer}))
    seeds = {p.id: seed_of(SALT, NAME, p.id) for p in assignment.probes}
    patterns = {"salt": hidden(SALT.encode()), "answer": hidden(b"np.sum(X, axis=0, keepdims=True) / len(X)"), "judge": hidden(b"The columns are not centered.")}
    patterns |= {f"{name} as a number": hidden(in_python(seed)) for name, seed in seeds.items()}
    patterns |= {f"{name} on the wire": hidden(seed.to_bytes(8, "big")) for name, seed in seeds.items()}
    patterns["probe"] = hidden(b"Rows whose columns have different means")
    control = {"control": hidden(b"Names of the patterns that stand anywhere")}  # of the cell that searches, which is there
    work = honest(assignment, 3)
    listed = {**patterns, **control}
    work.add(SEARCH, before="imports")
    text = "\n".join(f"patterns[{name!r}] = rb{pattern!r}" for name, pattern in listed.items()).replace("\\\\", "\\")
    work.add(f"patterns = {{}}\n{text}\nfound = search(patterns)\nraise ValueError(found)\n", before="center_solution")
    hand_in(work, tmp_path / "submitted", "seeker")
    reference = Reference(assignment, SALT, ObservedStore(tmp_path / "store")).prepare()
    try:
        with Grader(reference, TRUSTED) as grader:
            (handin,) = find_submissions(tmp_path / "submitted", assignment)
            result = grader.grade(read_submission(handin, assignment))
    finally:
        reference.close()
    print(result.messages)
    message = next(message for message in result.messages if "ValueError" in message)
    assert re.search(r"\[.*\]", message)[0] == "['control']"  # type: ignore[index]


def test_requests_hold_a_derived_seed_alone() -> None:
    """What is asked of a process holds no salt, and the seed of one probe does not tell that of another."""
    assert set(Request.__dataclass_fields__) == {"probe", "question", "seed"}
    seeds = {seed_of(SALT, NAME, f"probe_{n}") for n in range(1000)}
    assert len(seeds) == 1000 and max(seeds) < 1 << 56
