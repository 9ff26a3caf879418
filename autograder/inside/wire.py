"""The codec between the sandbox and the grader: it carries values, never code.

A value becomes MessagePack with a few extension types; NaN, infinities, tuples, large integers, shapes and
dtypes survive. What is not a value (a generator, an open file, an object array) arrives as `Opaque` with the
name of its type. Both ends are bounded in bytes, nodes and depth, and the decoder accepts only what the
encoder could have sent.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from autograder.observers.exact import moments
from autograder.observers.kinds import Observed, well_formed
from autograder.observers.whole import can_be_made, missing, object_array, observed

MAX_BYTES = 32 << 20
MAX_NODES = 200_000
MAX_DEPTH = 40
MAX_HASHED = 4096
"""Members of sets, and keys that are no text, in one message: a hostile one could make each collide with
all before it.
"""

_TUPLE, _ARRAY, _BIGINT, _COMPLEX, _PAIRS, _OPAQUE, _SET, _REFERENCE, _INSTANCE, _OBSERVED = range(1, 11)
_CODES = {np.dtype(code): np.dtype(code).str for code in "?bBhHiIlLqQefdFD"}
_TYPES = {code: dtype for dtype, code in _CODES.items()}
_MAX_TEXT_WIDTH = 4096
_SMALL = 1 << 20
"""An array of no more bytes needs no counting."""

# MessagePack's headers: the bytes that follow one as its payload, and the bytes that hold a payload's length
# or a container's count
_PAYLOAD = {
    0xC0: 0,
    0xC2: 0,
    0xC3: 0,
    0xCA: 4,
    0xCB: 8,
    0xCC: 1,
    0xCD: 2,
    0xCE: 4,
    0xCF: 8,
    0xD0: 1,
    0xD1: 2,
    0xD2: 4,
    0xD3: 8,
}
_LENGTH = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xC7: 1, 0xC8: 2, 0xC9: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
_FIXED_EXTENSION = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}
_EXTENSION = frozenset({*_FIXED_EXTENSION, 0xC7, 0xC8, 0xC9})
_COUNT = {0xDC: 2, 0xDD: 4, 0xDE: 2, 0xDF: 4}
_MAPS = frozenset({0xDE, 0xDF})


_to_bytes = msgspec.msgpack.Encoder().encode
_numbers = msgspec.msgpack.Decoder(tuple[str, list[int], bytes])
"""Reads the payload of an array of numbers: nothing else than its dtype, its shape and its bytes can be
built from it.
"""


class WireError(ValueError):
    """Bytes that no encoder of ours sends, or a value beyond the limits."""


class TooLarge(WireError):
    """A value with more bytes, parts or levels than the wire takes."""


class Opaque(msgspec.Struct, frozen=True):
    """Something that is not a value; all that is known is the name of its type."""

    type: str


class FunctionReference(msgspec.Struct, frozen=True):
    """A function that stays where it is: a name both notebooks know, or the number of a callback."""

    name: str | int


class Instance(msgspec.Struct, frozen=True):
    """An object of one of the notebook's own classes: the class's name and the object's attributes."""

    cls: str
    attributes: dict[str, Any]


Referrer = Callable[[Any], "FunctionReference | Instance | None"]
"""Names the functions and objects that may cross by reference in a call; None for all others."""


def encode(value: Any, refer: Referrer | None = None) -> bytes:
    """Encode a value as bytes; raises TooLarge beyond the limits, and nothing else, whatever the value's
    methods do.
    """
    if (
        type(value) is np.ndarray and value.nbytes <= _SMALL and (code := _CODES.get(value.dtype)) is not None
    ):  # most values are such
        return _to_bytes(_numbers_of(code, value))
    made = _Encoder(refer).tree(value, 0)
    try:
        return _to_bytes(made)
    except (ValueError, OverflowError, RecursionError):
        raise TooLarge("the value can't be sent as one message") from None


def decode(data: bytes, *, jailed: bool = False, parts: int = 4 * MAX_NODES) -> Any:
    """Decode bytes that may be hostile; raises WireError for all that `encode` can't have made, and TooLarge
    where there are more parts than so many.

    jailed: this process may hold no more memory than a submission's, so the parts are not counted before any
    is built.
    """
    if len(data) > MAX_BYTES + (1 << 20):
        raise TooLarge(f"a message of {len(data)} bytes")
    try:
        return (_JAILED.anew() if jailed else _Decoder(parts=parts)).load(data)
    except WireError:
        raise
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError, OverflowError, MemoryError) as error:
        raise WireError(f"malformed message: {type(error).__name__}") from None


def is_whole(value: Any) -> bool:
    """Whether all of a decoded value came across: nothing of it is known by its type alone."""
    if isinstance(value, dict):
        return all(map(is_whole, value.values()))
    if isinstance(value, list | tuple):
        return all(map(is_whole, value))
    if isinstance(value, Observed):
        return can_be_made(value) and is_whole(value.parts)
    return not isinstance(value, Opaque)


class _Encoder:
    def __init__(self, refer: Referrer | None) -> None:
        self.refer, self.nodes, self.bytes, self.hashed = refer, 0, 0, 0

    def spend(self, size: int, parts: int = 1) -> None:
        self.nodes += parts
        self.bytes += size
        if self.nodes > MAX_NODES or self.bytes > MAX_BYTES:
            raise TooLarge(f"the value has more than {MAX_NODES} parts or {MAX_BYTES >> 20} MiB")

    def tree(self, value: Any, depth: int) -> Any:
        """Translate into what msgspec encodes; exact base types only, so that no method of a subclass is
        ever called.
        """
        if depth > MAX_DEPTH:
            raise TooLarge(f"the value is nested deeper than {MAX_DEPTH} levels")
        kind = type(value)
        if kind is np.ndarray and (code := _CODES.get(value.dtype)) is not None:
            self.spend(8 + value.nbytes, 3)
            return self.numbers(code, value)
        self.spend(8)
        if value is None or kind is bool or kind is float:
            return value
        if kind is np.ndarray:
            return self.array(value, depth)
        if kind is str:
            return self.text(value)
        if kind is bytes:
            self.spend(len(value))
            return value
        if kind is int:
            return self.integer(value)
        if kind is list:
            return [self.tree(item, depth + 1) for item in value]
        if kind is tuple:
            return self.extension(_TUPLE, [self.tree(item, depth + 1) for item in value])
        if kind is dict:
            return self.mapping(value, depth)
        if kind is complex:
            return self.extension(_COMPLEX, [value.real, value.imag])
        return self.unusual(value, kind, depth)

    def unusual(self, value: Any, kind: type, depth: int) -> Any:
        if missing(value):
            return None
        seen = value if kind is Observed else observed(value)
        if seen is not None:
            parts = {name: self.tree(part, depth + 1) for name, part in seen.parts.items()}
            return self.extension(_OBSERVED, [seen.kind, parts])
        if self.refer is not None and (known := self.refer(value)) is not None:
            if isinstance(known, Instance):
                return self.extension(_INSTANCE, [known.cls, self.tree(dict(known.attributes), depth + 1)])
            return self.extension(_REFERENCE, known.name)
        bases = _bases(kind)
        if np.generic in bases:
            return self.array(np.asarray(value), depth)
        if np.ndarray in bases:
            masked = np.ma.MaskedArray in bases and np.ma.is_masked(value)
            return self.opaque(kind) if masked else self.array(np.asarray(value), depth)
        if dict in bases:
            held = dict(dict.items(value))
            if Counter in bases:  # none of a member is as good as no member
                held = {key: count for key, count in held.items() if type(count) is not int or count}
            return self.mapping(held, depth)
        if list in bases:
            return [self.tree(item, depth + 1) for item in list.__iter__(value)]
        if tuple in bases:
            return self.extension(_TUPLE, [self.tree(item, depth + 1) for item in tuple.__iter__(value)])
        if kind is set or kind is frozenset:
            return self.extension(
                _SET, sorted((self.hashable(item, depth + 1) for item in value), key=msgspec.msgpack.encode)
            )
        if float in bases:
            return float.__float__(value)
        if int in bases:
            return self.integer(int.__index__(value))
        if str in bases:
            return self.text(_exact(value))
        return self.opaque(kind)

    def text(self, value: str) -> str:
        """A text as it can be sent: half of a surrogate pair, which UTF-8 has not, becomes a question
        mark.
        """
        if value.isascii():
            self.spend(len(value))
            return value
        self.spend(4 * len(value))
        return value.encode("utf-8", "replace").decode("utf-8")

    def hashable(self, value: Any, depth: int) -> Any:
        """A key or a member of a set: NumPy's numbers become Python's, since an array can be neither."""
        self.hashed += 1
        if self.hashed > MAX_HASHED:
            raise TooLarge(f"the value has more than {MAX_HASHED} members of sets and keys that are no text")
        if np.generic in _bases(type(value)):
            value = np.generic.item(value)
        if type(value) is tuple:
            return self.extension(_TUPLE, [self.hashable(item, depth + 1) for item in value])
        return self.tree(value, depth)

    def array(self, value: np.ndarray, depth: int) -> Any:
        self.spend(value.nbytes)
        if (code := _CODES.get(value.dtype)) is not None:
            self.spend(0)
            return self.numbers(code, value)
        if value.dtype.kind in "mMO":
            seen = object_array(value) if value.dtype.kind == "O" else moments(value)
            return (
                self.opaque(type(value), f" of {value.dtype.kind} entries")
                if seen is None
                else self.unusual(seen, Observed, 0)
            )
        if value.dtype.kind == "f" and value.dtype.itemsize > 8:
            value = value.astype(np.float64)
        if value.dtype.kind == "c" and value.dtype.itemsize > 16:
            value = value.astype(np.complex128)
        text = value.dtype.kind == "U"
        if (
            not text
            and value.dtype.newbyteorder("<").str.replace("=", "<") not in _TYPES
            and value.dtype.str not in _TYPES
        ):
            return self.opaque(type(value), f" of {value.dtype.kind} entries")
        if text:
            return self.extension(
                _ARRAY, ["U", list(value.shape), [self.text(s) for s in value.ravel().tolist()]]
            )
        if value.dtype.byteorder == ">":
            value = value.astype(value.dtype.newbyteorder("<"))
        return self.extension(_ARRAY, [value.dtype.str, list(value.shape), value.tobytes()])

    def numbers(self, code: str, value: np.ndarray) -> Any:
        made = _numbers_of(code, value)
        if len(made.data) > MAX_BYTES:  # type: ignore[arg-type]
            raise TooLarge(f"the value has more than {MAX_BYTES >> 20} MiB")
        return made

    def integer(self, value: int) -> Any:
        if -(1 << 63) <= value < 1 << 63:
            return value
        if value.bit_length() > 1 << 16:
            raise TooLarge(f"an integer of {value.bit_length()} bits")
        return self.extension(_BIGINT, hex(value))

    def mapping(self, value: dict[Any, Any], depth: int) -> Any:
        if all(type(key) is str for key in value):
            return {self.text(key): self.tree(item, depth + 1) for key, item in value.items()}
        return self.extension(
            _PAIRS, [[self.hashable(k, depth + 1), self.tree(v, depth + 1)] for k, v in value.items()]
        )

    def opaque(self, kind: type, more: str = "") -> Any:
        name = _exact(type.__dict__["__name__"].__get__(kind))
        return self.extension(_OPAQUE, self.text((name + more)[:80]))

    def extension(self, code: int, payload: Any) -> Any:
        data = _to_bytes(payload)
        self.spend(0)
        if len(data) > MAX_BYTES:
            raise TooLarge(f"the value has more than {MAX_BYTES >> 20} MiB")
        return msgspec.msgpack.Ext(code, data)


def _numbers_of(code: str, value: np.ndarray) -> msgspec.msgpack.Ext:
    """An array of numbers: its dtype, its shape and its bytes."""
    return msgspec.msgpack.Ext(_ARRAY, _to_bytes((code, value.shape, value.tobytes())))


def _bases(kind: type) -> tuple[type, ...]:
    """A type's bases as Python itself knows them, whatever its metaclass says."""
    bases: tuple[type, ...] = type.__dict__["__mro__"].__get__(kind)
    return bases


def _exact(text: str) -> str:
    """A text of a subclass as plain text."""
    return str.__str__(text)


class _Decoder:
    """Decodes nested extensions with one budget for the whole message."""

    def __init__(self, jailed: bool = False, parts: int = 4 * MAX_NODES) -> None:
        self.jailed, self.parts = jailed, parts
        self.depth, self.nodes, self.hashed = 0, 0, 0
        self.decoder = msgspec.msgpack.Decoder(ext_hook=self.extension)
        self.readers = {
            _TUPLE: self.tuple,
            _ARRAY: self.array,
            _BIGINT: self.bigint,
            _COMPLEX: self.complex,
            _PAIRS: self.pairs,
            _OPAQUE: self.opaque,
            _SET: self.set,
            _REFERENCE: self.reference,
            _INSTANCE: self.instance,
            _OBSERVED: self.observed,
        }

    def anew(self) -> _Decoder:
        """Make ready for another message; to build a decoder takes longer than to read a small one."""
        self.depth = self.nodes = self.hashed = 0
        return self

    def load(self, data: bytes | memoryview) -> Any:
        if not self.jailed:
            self.survey(memoryview(data).cast("B"))
        return self.decoder.decode(data)

    def survey(self, data: memoryview) -> None:
        """Count parts and levels before any is built, since a byte can become an object of a hundred.

        A map's keys must be texts: other dictionaries come as pairs.
        """
        at, left, is_map = (
            0,
            1,
            False,
        )  # in the innermost open container: how many parts are to come, and whether every other one is a key
        levels: list[tuple[int, bool]] = []  # the same of the containers around it
        while True:
            while not left:
                if not levels:
                    return
                left, is_map = levels.pop()
            left -= 1
            self.nodes += 1
            if at >= len(data):
                raise WireError("cut off")
            if self.nodes > self.parts:
                raise TooLarge(f"more than {self.parts} parts")
            head, at = data[at], at + 1
            if is_map and left % 2 and not (0xA0 <= head <= 0xBF or 0xD9 <= head <= 0xDB):
                raise WireError("a key that is no text")
            if head < 0x80 or head >= 0xE0:
                continue
            maps = False
            if head < 0xA0:
                count, maps = (head & 15) * (1 if head >= 0x90 else 2), head < 0x90
            elif head < 0xC0:
                at, count = at + (head & 31), 0
            elif head in _PAYLOAD:
                at, count = at + _PAYLOAD[head], 0
            elif head in _LENGTH or head in _FIXED_EXTENSION:
                end = at + _LENGTH.get(head, 0)
                size = _FIXED_EXTENSION.get(head) or int.from_bytes(data[at:end], "big")
                if head in _EXTENSION:
                    if (
                        end >= len(data) or data[end] not in self.readers
                    ):  # a code of MessagePack's own would bypass `extension`
                        raise WireError("an unknown extension")
                    end += 1
                at, count = end + size, 0
            elif head in _COUNT:
                end, maps = at + _COUNT[head], head in _MAPS
                at, count = end, int.from_bytes(data[at:end], "big") * (2 if maps else 1)
            else:
                raise WireError("an unknown header")
            if count:
                levels.append((left, is_map))
                left, is_map = count, maps
                if len(levels) > 4 * MAX_DEPTH:
                    raise WireError("nested too deeply")

    def extension(self, code: int, data: memoryview) -> Any:
        self.depth += 1
        if self.depth > MAX_DEPTH + 2:
            raise WireError("nested too deeply")
        try:
            if code == _ARRAY and _holds_numbers(data):
                self.nodes += 4 + (data[5] & 15)
                return _array(*_numbers.decode(data))
            return self.readers[code](self.load(data))
        finally:
            self.depth -= 1

    def items(self, payload: Any) -> list[Any]:
        if type(payload) is not list:
            raise WireError("expected a sequence")
        return payload

    def tuple(self, payload: Any) -> tuple[Any, ...]:
        return tuple(self.items(payload))

    def hashables(self, payload: Any) -> list[Any]:
        items = self.items(payload)
        self.hashed += len(items)
        if self.hashed > MAX_HASHED:
            raise WireError("too many keys")
        return items

    def set(self, payload: Any) -> Any:
        return frozenset(self.hashables(payload))

    def pairs(self, payload: Any) -> dict[Any, Any]:
        return dict(self.hashables(payload))

    def bigint(self, payload: Any) -> int:
        if type(payload) is not str or len(payload) > 1 << 15:
            raise WireError("expected an integer")
        return int(payload, 16)

    def complex(self, payload: Any) -> complex:
        real, imag = self.items(payload)
        return complex(float(real), float(imag))

    def opaque(self, payload: Any) -> Opaque:
        return Opaque(_text(payload, 80))

    def reference(self, payload: Any) -> FunctionReference:
        return FunctionReference(payload) if type(payload) is int else FunctionReference(_text(payload, 200))

    def instance(self, payload: Any) -> Instance:
        cls, attributes = self.items(payload)
        if type(attributes) is not dict or not all(type(key) is str for key in attributes):
            raise WireError("expected attributes")
        return Instance(_text(cls, 200), attributes)

    def observed(self, payload: Any) -> Observed:
        kind, parts = self.items(payload)
        if not well_formed(kind, parts):
            raise WireError("not what an observer takes down")
        return Observed(kind, parts)

    def array(self, payload: Any) -> np.ndarray:
        code, shape, data = self.items(payload)
        if (
            type(shape) is not list
            or len(shape) > 32
            or not all(type(n) is int and 0 <= n <= MAX_BYTES for n in shape)
        ):
            raise WireError("not a shape")
        if math.prod(n for n in shape if n) > MAX_BYTES:  # an empty array may still have axes that are long
            raise WireError("an array too large")
        if code == "U":
            texts = [_text(item, _MAX_TEXT_WIDTH) for item in self.items(data)]
            if (
                sum(map(len, texts)) > MAX_BYTES
                or len(texts) * max(map(len, texts), default=0) * 4 > MAX_BYTES
            ):
                raise WireError("texts too large")
            return _checked(np.array(texts, dtype=np.str_), shape)
        if type(data) is not bytes:
            raise WireError("not an array")
        return _array(code, shape, data)


_JAILED = _Decoder(jailed=True)


def _array(code: str, shape: list[int], data: bytes) -> np.ndarray:
    """An array of numbers, where dtype, shape and bytes fit together."""
    dtype = _TYPES.get(code)
    if dtype is None or min(shape, default=0) < 0:
        raise WireError("not an array")
    if math.prod(shape) * dtype.itemsize != len(data):
        raise WireError("an array's bytes do not fill its shape")
    if (
        not data and math.prod(n for n in shape if n) > MAX_BYTES
    ):  # an empty array may still have axes that are long
        raise WireError("an array too large")
    return np.ndarray(shape, dtype, data).copy()


def _holds_numbers(data: memoryview) -> bool:
    """Whether a payload starts as an array of numbers does: three parts, a dtype of three letters, at
    most fifteen axes. Most values are such.
    """
    return len(data) > 6 and data[0] == 0x93 and data[1] == 0xA3 and data[5] & 0xF0 == 0x90


def _checked(flat: np.ndarray, shape: list[int]) -> np.ndarray:
    if math.prod(shape) != flat.size:
        raise WireError("an array's entries do not fill its shape")
    return flat.reshape(shape)


def _text(payload: Any, longest: int) -> str:
    if type(payload) is not str or len(payload) > longest:
        raise WireError("expected a short text")
    return payload
