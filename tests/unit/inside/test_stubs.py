"""Calls across the boundary, both ends in one process: what a callee gets is its own, however often the same is sent."""
from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.inside.protocol import Channel, Linked
from autograder.inside.stubs import Peer


def answered(function: Callable[..., Any], calls: int) -> tuple[Callable[..., Any], threading.Thread]:
    """A stub of a function that is served elsewhere so many times."""
    ours, theirs = socket.socketpair()
    caller, callee = Peer(Channel(ours, Linked), {}), Peer(Channel(theirs, Linked), {"it": function}, serves=frozenset({"it"}))

    def serve() -> None:
        for _ in range(calls):
            callee.serve(callee.channel.receive())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return caller.stub("it"), thread


def test_equal_arguments_do_not_share_what_is_written_to_them() -> None:
    """A callee that writes into an array, or keeps it, finds the next equal one as it was sent."""
    kept: list[Any] = []

    def add_one(weights: dict[str, Any], pair: tuple[Any, ...]) -> Any:
        kept.append((weights["W"], pair[0], weights["rows"]))
        weights["W"] += 1
        pair[0][:] = 7
        weights["rows"].append(1)
        return weights["W"]

    stub, thread = answered(add_one, 3)
    for _ in range(3):
        weights, pair = {"W": np.zeros((2, 2)), "rows": [0]}, (np.ones(3), 1)
        assert np.array_equal(stub(weights, pair), np.ones((2, 2)))
        assert np.array_equal(weights["W"], np.ones((2, 2))) and np.array_equal(pair[0], np.full(3, 7)) and weights["rows"] == [0, 1]
    thread.join(5)
    assert len({id(thing) for things in kept for thing in things}) == 9


def test_equal_answers_are_different_objects() -> None:
    """A caller that writes into an answer finds the next equal one as it was given."""
    stub, _ = answered(lambda: np.arange(3.0), 2)
    first = stub()
    first += 10
    assert np.array_equal(stub(), np.arange(3.0))
