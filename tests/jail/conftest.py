"""A zygote for each kind of user and each level, with a world outside for the attacks to aim at."""
from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.inside import jail

from .harness import USERS, Outside, Zygote

LEVELS = [level for level, reason in jail.levels().items() if not reason and level != "none"]


@pytest.fixture(scope="session")
def outsides() -> Iterator[dict[str, Outside]]:
    """The world of each kind of user."""
    made = {user: Outside(user, Path(tempfile.mkdtemp(prefix="chainrule-test-"))).build() for user in USERS}
    yield made
    for outside in made.values():
        outside.close()


@pytest.fixture(scope="session")
def zygotes(outsides: dict[str, Outside]) -> Iterator[Callable[[str, str], Zygote]]:
    """Get the zygote of a user and a level, made once."""
    made: dict[tuple[str, str], Zygote] = {}

    def get(user: str, level: str) -> Zygote:
        if (user, level) not in made:
            made[user, level] = Zygote(user, level, outsides[user])
        return made[user, level]

    yield get
    for zygote in made.values():
        zygote.close()


@pytest.fixture(params=[f"{user}-{level}" for user in USERS for level in LEVELS])
def zygote(request: pytest.FixtureRequest, zygotes: Callable[[str, str], Zygote]) -> Iterator[Zygote]:
    """A zygote of each kind of user at each level; afterwards nothing outside is harmed and nothing of a fork is left running."""
    user, level = request.param.split("-")
    found = zygotes(user, level)
    yield found
    assert found.outside.harm() == []
    assert found.processes() == found.at_rest
    assert found.process.poll() is None


@pytest.fixture(scope="session")
def unconfined_zygote() -> Iterator[Zygote]:
    """A zygote whose forks are not confined, with a world of its own, since that will be harmed."""
    outside = Outside(USERS[0], Path(tempfile.mkdtemp(prefix="chainrule-test-"))).build()
    zygote = Zygote(USERS[0], "unconfined", outside)
    yield zygote
    zygote.close()
    outside.close()


@pytest.fixture
def unconfined(unconfined_zygote: Zygote) -> Iterator[Zygote]:
    """The unconfined zygote; what an attack leaves running is ended."""
    before = set(unconfined_zygote.processes())
    yield unconfined_zygote
    for pid in set(unconfined_zygote.processes()) - before:
        os.kill(pid, signal.SIGKILL)
