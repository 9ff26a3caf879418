"""Which limit stops what, and how it looks from inside."""
from __future__ import annotations

import pytest

from .harness import Zygote


@pytest.mark.parametrize(
    ("attack", "seen"),
    [
        ("take_50_gb", "MemoryError"),
        ("take_memory_in_pieces", "MemoryError"),
        ("map_memory", "Cannot allocate memory"),
        ("open_many_files", "Too many open files"),
        ("write_a_long_file", "large|space"),
    ],
)
def test_limit_is_an_exception(zygote: Zygote, attack: str, seen: str) -> None:
    """Memory, descriptors and the length of a file end in an ordinary exception, which a notebook may catch."""
    stopped = zygote.run(attack).stopped
    assert any(word in stopped for word in seen.split("|")), stopped


@pytest.mark.parametrize(
    ("attack", "seen"),
    [
        ("fill_the_box", "No space left"),
        ("fill_shared_memory", "File too large"),
        ("make_many_files", "No space left"),
        ("start_a_thousand_threads", "can't start new thread"),
    ],
)
def test_quota_of_level_full(zygote: Zygote, attack: str, seen: str) -> None:
    """The box holds so many bytes and files and no more, the process so many threads: level full alone."""
    if zygote.level == "full":
        stopped = zygote.run(attack, memory_bytes=1 << 30).stopped
        assert stopped is not None
        assert any(word in stopped for word in seen.split("|")), stopped


def test_exceptions_of_level_landlock(zygote: Zygote) -> None:
    """What level landlock is documented not to hold it does not: if it does one day, the table is to be changed."""
    if zygote.level == "landlock":
        assert zygote.run("fill_the_box").breach
        assert zygote.run("make_many_files").breach
        assert zygote.run("start_a_thousand_threads", seconds=60, cpu_seconds=30, memory_bytes=4 << 30).breach  # an emulated machine is slow
        assert zygote.run("see_that_a_file_exists").breach


def test_exhausted_memory_leaves_the_next_alone(zygote: Zygote) -> None:
    """Ten submissions one after another take all that they may, and the one after them gets as much as the first."""
    for _ in range(10):
        assert zygote.run("take_50_gb").stopped.startswith("MemoryError")
    assert zygote.run("take_16_mib").stopped is None
