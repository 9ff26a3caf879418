"""A class of forty in which twenty are hostile: the twenty others get the same results, byte for byte, as without them."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.jail.harness import USERS

from .conftest import LEVELS
from .course import Graded, all_attacks, grade, hand_in, honest, hostile, make_assignment, own

HOSTILE = [
    "leave_at_once", "read_address_zero", "print_without_end", "memory_in_pieces", "leave_something", "overwrite_the_helper", "change_another_submission",
    "forged_results", "garbage", "a_message_of_four_gigabytes", "cells_without_number", "messages_of_somebody_else", "probes_given_away",
    "modules_poisoned", "builtins_replaced", "encoder_patched", "keep_the_stub", "equal_to_everything", "loop_in_a_cell", "object_that_dies_loudly",
]  # fmt: skip


def results(graded: Graded, students: list[str]) -> str:
    """The results of some students as text, but for the seconds they took."""
    kept: list[dict[str, Any]] = [{**graded.submissions[name], "seconds": 0} for name in students]
    return json.dumps(kept, indent=1, sort_keys=True)


def test_twenty_and_twenty(place: Path) -> None:
    """Every second one is hostile; each run has one zygote that all of them share."""
    attackers = [name for name in HOSTILE if name in all_attacks()]
    assert len(attackers) == 20
    assignment = make_assignment(place)
    alone, together = place / "alone", place / "together"
    students = []
    for number, name in enumerate(attackers):
        student = f"{number:02}-honest"
        students.append(student)
        for folder in (alone, together):
            hand_in(honest(assignment, number), folder, student)
        world = {key: str(together / "00-honest" / "tiny" / "tiny.ipynb") for key in ("neighbour", "probes", "submitted")}
        hand_in(hostile(assignment, all_attacks()[name], world), together, f"{number:02}-hostile")
    own(place, USERS[0])
    first = grade(place, alone, place / "into-alone", user=USERS[0], level=LEVELS[0], jobs=1)
    second = grade(place, together, place / "into-together", user=USERS[0], level=LEVELS[0], jobs=1)
    assert first.failures == second.failures == []
    assert len(second.submissions) == 40
    assert results(first, students) == results(second, students)
    assert first.left == second.left == []
