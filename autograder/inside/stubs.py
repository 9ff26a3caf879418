"""Calls across the boundary: a stub on one side, the function on the other, values in between.

In a second pass the names that a question builds on are answered by the reference. The submission's process
holds stubs, the reference's own process holds the functions, and neither ever sees the other's code. Both
ends run this file.
"""

from __future__ import annotations

import builtins
import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.inside.cells import builtin_name
from autograder.inside.protocol import Argument, Begin, Call, Channel, Raised, Return
from autograder.inside.wire import FunctionReference, Instance, WireError, decode, encode
from autograder.observers.kinds import Observed
from autograder.observers.whole import made_again, write_over

MAX_CALLS = 20_000
MAX_NESTING = 16
_RECENT, _RECENT_BYTES = 256, 4096
"""How many values are kept for calls that send them again, and of what size these may be."""
_PLAIN = frozenset({float, int, str, bool, complex, bytes, type(None)})


_Arguments = dict[int | str, Any]
"""The arguments of a call, by position or name."""
_Sent = tuple[dict[int | str, Argument], _Arguments]


class CallLimit(RuntimeError):
    """More calls across the boundary, or deeper ones, than a right solution needs."""


class Peer:
    """One end of the boundary: serves calls to its own functions and makes calls to the other's."""

    def __init__(
        self,
        channel: Channel,
        names: dict[str, Any],
        known: frozenset[str] = frozenset(),
        serves: frozenset[str] = frozenset(),
    ) -> None:
        self.channel, self.names, self.known, self.serves = channel, names, known, serves
        self.callbacks: list[Callable[..., Any]] = []
        self.calls = self.nesting = 0
        self._begin: Begin | None = None
        self.proxies: dict[int, str | int] = {}
        self._kept: list[Any] = []
        self._recent: dict[bytes, Any] = {}
        """Values that were read lately, by their bytes, as they came."""
        self._asked: list[_Arguments] = []
        """The arguments of the calls that this side waits for, the latest last."""
        self._answering: list[_Sent] = []
        """Of the calls that it answers: the arguments as the other side has them, and as they are here."""

    # ---- calling the other side

    def stub(self, target: str | int) -> Callable[..., Any]:
        """A function that is answered by the other side."""

        def answered_elsewhere(*args: Any, **kwargs: Any) -> Any:
            return self.call(target, args, kwargs)

        if isinstance(target, str):
            answered_elsewhere.__name__ = target.rpartition(".")[2]
        self.proxies[id(answered_elsewhere)] = target
        self._kept.append(answered_elsewhere)
        return answered_elsewhere

    def install(self, targets: list[str]) -> None:
        """Put stubs in place of functions, or of methods of the notebook's own classes."""
        for target in targets:
            owner, _, name = target.rpartition(".")
            if not owner:
                self._give(name, self.stub(target))
                continue
            if not isinstance(
                self.names.get(owner), type
            ):  # the class itself is missing: what builds on it can still be judged
                self.names[owner] = type(owner, (), {"__module__": "__main__"})
            setattr(self.names[owner], name, self.stub(target))

    def put(self, values: list[tuple[str, bytes]]) -> None:
        """Give names the values that earlier answers should have."""
        self.names.update({name: self._read(data) for name, data in values})

    def _give(self, name: str, stub: Callable[..., Any]) -> None:
        """Put a stub in place of a function wherever the notebook holds it: under any name, and as a
        default argument.
        """
        old, self.names[name] = self.names.get(name), stub
        if type(old) is not types.FunctionType:
            return
        self.names.update({other: stub for other, value in self.names.items() if value is old})
        own = [
            vars(value).values()
            for value in self.names.values()
            if type(value) is type and value.__module__ == "__main__"
        ]
        for function in [
            f for group in (self.names.values(), *own) for f in group if type(f) is types.FunctionType
        ]:
            function.__defaults__ = (
                tuple(stub if value is old else value for value in function.__defaults__ or ()) or None
            )
            options = function.__kwdefaults__ or {}
            options.update({option: stub for option, value in options.items() if value is old})

    def begin(self, seed: int) -> None:
        """A probe begins: the other side hears of it with the first call, if there is any."""
        self._begin = Begin(seed)

    def call(self, target: str | int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self.calls += 1
        if self.calls > MAX_CALLS or self.nesting >= MAX_NESTING:
            raise CallLimit("too many calls")
        self.nesting += 1
        here = _by_place(args, kwargs)
        try:
            if self._begin is not None:
                self.channel.send(self._begin)
                self._begin = None
            self.channel.send(
                Call(
                    target,
                    [self._packed(value) for value in args],
                    {name: self._packed(value) for name, value in kwargs.items()},
                    self._written() if self._answering else [],
                )
            )
            self._asked.append(here)
            answer = self._answer()
        finally:
            self.nesting -= 1
            del self._asked[self.nesting :]
        if isinstance(answer, Raised):
            kind = getattr(builtins, answer.error, RuntimeError)
            raise kind if isinstance(kind, type) and issubclass(kind, Exception) else RuntimeError
        for place, change in answer.written:
            self._write(here[place], change)
        return self._read(answer.value)

    def _answer(self) -> Return | Raised:
        while True:
            message = self.channel.receive()
            if isinstance(message, Return | Raised):
                return message
            if not isinstance(message, Call):
                raise WireError("expected an answer")
            self.serve(message)

    # ---- being called

    def serve(self, call: Call) -> None:
        """Answer one call to a function of this side."""
        depth = len(self._answering)
        try:
            for place, change in call.written if self._asked else ():
                self._write(self._asked[-1][place], change)
            function = self._resolve(call.target)
            args, kwargs = (
                [self._unpacked(sent) for sent in call.args],
                {name: self._unpacked(sent) for name, sent in call.kwargs.items()},
            )
            self._answering.append((_by_place(call.args, call.kwargs), _by_place(args, kwargs)))
            value = encode(function(*args, **kwargs), self.refer)
            written = self._written()
        except Exception as error:
            self.channel.send(Raised(builtin_name(error)))
            return
        finally:
            del self._answering[depth:]
        self.channel.send(Return(value, written))

    def _written(self) -> list[tuple[int | str, Argument]]:
        """What was changed, of the arguments of the call that is being answered, since the other side last
        heard of them.
        """
        there, here = self._answering[-1]
        written = []
        for place, value in here.items():
            now = self._packed(value)
            if change := _changed(there[place], now):
                written.append((place, change))
                there[place] = now
        return written

    def _resolve(self, target: str | int) -> Callable[..., Any]:
        if isinstance(target, int):
            if self.serves:
                raise WireError("functions of the reference's are called by their names")
            return self.callbacks[target]
        if target not in self.serves and target not in self.known:
            raise WireError("not a name that is answered")
        owner, _, name = target.rpartition(".")
        function: Callable[..., Any] = getattr(self.names[owner], name) if owner else self.names[name]
        return function

    # ---- values on their way

    def _packed(self, value: Any) -> Argument:
        if type(value) is dict and all(type(key) is str and key.isascii() for key in value):
            return {key: encode(item, self.refer) for key, item in value.items()}
        return encode(value, self.refer)

    def _unpacked(self, sent: Argument) -> Any:
        return (
            {key: self._read(data) for key, data in sent.items()}
            if isinstance(sent, dict)
            else self._read(sent)
        )

    def _read(self, data: bytes) -> Any:
        """A value of one's own from its bytes.

        Most are those of the call before, such as a network's weights.
        """
        if (value := self._recent.get(data)) is None:
            value = decode(data, jailed=True)
            if len(data) <= _RECENT_BYTES:
                if len(self._recent) >= _RECENT:
                    self._recent.clear()
                self._recent[data] = value
        return self.revive(value)

    def _write(self, old: Any, change: Argument) -> None:
        """Bring what the callee wrote into the caller's own argument, in place."""
        if not isinstance(change, dict):
            write_back(old, self._read(change))
            return
        for key, data in change.items():
            if data:
                old[key] = _kept(old.get(key), self._read(data))
            else:
                old.pop(key, None)

    # ---- values that stay where they are

    def _named(self, name: str) -> Callable[..., Any]:
        """A function of this side that the other has named; it goes back under the same name."""
        function = self._resolve(name)
        if id(function) not in self.proxies:
            self.proxies[id(function)] = name
            self._kept.append(function)
        return function

    def refer(self, value: Any) -> FunctionReference | Instance | None:
        """Functions cross by name where both sides know it, else by number; objects of the notebook's
        classes by attributes.
        """
        if (proxied := self.proxies.get(id(value))) is not None:
            return FunctionReference(proxied) if isinstance(proxied, str) else FunctionReference(-1 - proxied)
        for name in self.known:
            if self.names.get(name) is value:
                return FunctionReference(name)
        cls = type(value)
        if isinstance(self.names.get(cls.__name__), type) and self.names[cls.__name__] is cls:
            return Instance(cls.__name__, {k: v for k, v in vars(value).items() if type(k) is str})
        if isinstance(
            value, types.FunctionType | types.MethodType | types.BuiltinFunctionType | np.ufunc
        ) or callable(value):
            self.callbacks.append(value)
            return FunctionReference(len(self.callbacks) - 1)
        return None

    def revive(self, value: Any) -> Any:
        """A copy of a decoded value, with references turned back into functions and instances into
        objects.
        """
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind is np.ndarray:
            return value.copy()
        if kind is dict:
            return {key: self.revive(item) for key, item in value.items()}
        if kind is list:
            return [self.revive(item) for item in value]
        if kind is tuple:
            return tuple(self.revive(item) for item in value)
        if isinstance(value, FunctionReference):
            if isinstance(value.name, str):
                return self._named(value.name)
            return self.callbacks[-1 - value.name] if value.name < 0 else self.stub(value.name)
        if isinstance(value, Observed):
            return made_again(value)
        if isinstance(value, Instance):
            cls = self.names.get(value.cls)
            if not isinstance(cls, type):
                raise WireError("not a class of the notebook's")
            thing: Any = cls.__new__(cls)  # type: ignore[call-overload]
            thing.__dict__.update(self.revive(value.attributes))
            return thing
        return value


def _by_place(args: Sequence[Any], kwargs: dict[str, Any]) -> _Arguments:
    """The arguments of a call by their positions and names."""
    places: _Arguments = dict(enumerate(args))
    return places | kwargs


def _changed(sent: Argument, now: Argument) -> Argument:
    """What of an argument is not as it was sent; empty where nothing was written."""
    if isinstance(sent, dict) and isinstance(now, dict):
        return {key: data for key, data in now.items() if data != sent.get(key)} | {
            key: b"" for key in sent if key not in now
        }
    return now if now != sent else b""


def write_back(old: Any, new: Any) -> None:
    """Bring what the callee wrote into the caller's own containers, in place."""
    if write_over(old, new):
        return
    if isinstance(old, np.ndarray):
        if isinstance(new, np.ndarray) and new.shape == old.shape and not _same(old, new):
            np.copyto(old, new, casting="unsafe")
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in [key for key in old if key not in new]:
            del old[key]
        for key, item in new.items():
            old[key] = _kept(old.get(key), item)
    elif isinstance(old, list) and isinstance(new, list):
        if len(old) == len(new):
            for mine, item in zip(old, new, strict=True):
                write_back(mine, item)
        else:
            old[:] = new
    elif isinstance(old, tuple) and isinstance(new, tuple):
        for mine, item in zip(old, new, strict=False):
            write_back(mine, item)
    elif hasattr(old, "__dict__") and type(old) is type(new) and not callable(old):
        write_back(vars(old), vars(new))


def _kept(old: Any, new: Any) -> Any:
    """The value of a dict's entry after the call: the old object where it is unchanged, or a container
    that was written to.
    """
    if isinstance(old, np.ndarray):
        return old if isinstance(new, np.ndarray) and _same(old, new) else new
    if callable(old) and callable(new):
        return old
    if type(old) is type(new) and (isinstance(old, dict | list) or hasattr(old, "__dict__")):
        write_back(old, new)
        return old
    return new


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
