"""The codec between the sandbox and the grader: it carries values, never code.

A value becomes MessagePack with a few extension types; NaN, infinities, tuples, large integers, shapes and dtypes survive.
What is not a value (a generator, an open file, an object array) arrives as `Opaque` with the name of its type. Both ends are
bounded in bytes, nodes and depth, and the decoder accepts only what the encoder could have sent.
"""
from __future__ import annotations

import math
import types
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

MAX_BYTES = 32 << 20
MAX_NODES = 200_000
MAX_DEPTH = 40

_TUPLE, _ARRAY, _BIGINT, _COMPLEX, _PAIRS, _OPAQUE, _SET, _REFERENCE, _INSTANCE = range(1, 10)
_DTYPES = frozenset(np.dtype(code).str for code in "?bBhHiIlLqQefdFD")
_MAX_TEXT_WIDTH = 4096


class WireError(ValueError):
    """Bytes that no encoder of ours sends, or a value beyond the limits."""


class TooLarge(WireError):
    """A value with more bytes, parts or levels than the wire takes."""


class Opaque(msgspec.Struct, frozen=True):
    """Something that is not a value; all that is known is the name of its type."""

    type: str


class Reference(msgspec.Struct, frozen=True):
    """A function that stays where it is: a name both notebooks know, or the number of a callback."""

    name: str | int


class Instance(msgspec.Struct, frozen=True):
    """An object of one of the notebook's own classes: the class's name and the object's attributes."""

    cls: str
    attributes: dict[str, Any]


Referrer = Callable[[Any], "Reference | Instance | None"]
"""Names the functions and objects that may cross by reference in a call; None for all others."""


def encode(value: Any, refer: Referrer | None = None) -> bytes:
    """Encode a value as bytes; raises TooLarge beyond the limits, never anything else for a value of a usual type."""
    return msgspec.msgpack.encode(_Encoder(refer).tree(value, 0))


def decode(data: bytes) -> Any:
    """Decode bytes that may be hostile; raises WireError for all that `encode` can't have made."""
    if len(data) > MAX_BYTES + (1 << 20):
        raise TooLarge(f"a message of {len(data)} bytes")
    try:
        return _Decoder().load(data)
    except WireError:
        raise
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError, OverflowError, MemoryError) as error:
        raise WireError(f"malformed message: {type(error).__name__}") from None


class _Encoder:
    def __init__(self, refer: Referrer | None) -> None:
        self.refer, self.nodes, self.bytes = refer, 0, 0

    def spend(self, size: int) -> None:
        self.nodes += 1
        self.bytes += size
        if self.nodes > MAX_NODES or self.bytes > MAX_BYTES:
            raise TooLarge(f"the value has more than {MAX_NODES} parts or {MAX_BYTES >> 20} MiB")

    def tree(self, value: Any, depth: int) -> Any:
        """Translate into what msgspec encodes; exact base types only, so that no method of a subclass is ever called."""
        if depth > MAX_DEPTH:
            raise TooLarge(f"the value is nested deeper than {MAX_DEPTH} levels")
        self.spend(8)
        kind = type(value)
        if value is None or kind is bool or kind is float:
            return value
        if kind is np.ndarray:
            return self.array(value)
        if kind is str or kind is bytes:
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
        if self.refer is not None and (known := self.refer(value)) is not None:
            if isinstance(known, Instance):
                return self.extension(_INSTANCE, [known.cls, self.tree(dict(known.attributes), depth + 1)])
            return self.extension(_REFERENCE, known.name)
        bases = kind.__mro__
        if np.generic in bases:
            return self.array(np.asarray(value))
        if np.ndarray in bases:
            masked = np.ma.MaskedArray in bases and np.ma.is_masked(value)
            return self.opaque(kind) if masked else self.array(np.asarray(value))
        if dict in bases:
            return self.mapping(dict(dict.items(value)), depth)
        if list in bases:
            return [self.tree(item, depth + 1) for item in list.__iter__(value)]
        if tuple in bases:
            return self.extension(_TUPLE, [self.tree(item, depth + 1) for item in tuple.__iter__(value)])
        if kind is set or kind is frozenset:
            return self.extension(_SET, [self.tree(item, depth + 1) for item in value])
        if float in bases:
            return float.__float__(value)
        if int in bases:
            return self.integer(int.__index__(value))
        if str in bases:
            return self.tree(str.__str__(value) if type(str.__str__(value)) is str else "".join(str.__iter__(value)), depth)
        return self.opaque(kind)

    def array(self, value: np.ndarray) -> Any:
        if value.dtype.kind == "f" and value.dtype.itemsize > 8:
            value = value.astype(np.float64)
        if value.dtype.kind == "c" and value.dtype.itemsize > 16:
            value = value.astype(np.complex128)
        text = value.dtype.kind == "U"
        if not text and value.dtype.newbyteorder("<").str.replace("=", "<") not in _DTYPES and value.dtype.str not in _DTYPES:
            return self.opaque(type(value), f" of {value.dtype.kind} entries")
        self.spend(value.nbytes)
        if text:
            return self.extension(_ARRAY, ["U", list(value.shape), [str(s) for s in value.ravel().tolist()]])
        if value.dtype.byteorder == ">":
            value = value.astype(value.dtype.newbyteorder("<"))
        return self.extension(_ARRAY, [value.dtype.str, list(value.shape), value.tobytes()])

    def integer(self, value: int) -> Any:
        if -(1 << 63) <= value < 1 << 63:
            return value
        if value.bit_length() > 1 << 16:
            raise TooLarge(f"an integer of {value.bit_length()} bits")
        return self.extension(_BIGINT, hex(value))

    def mapping(self, value: dict[Any, Any], depth: int) -> Any:
        if all(type(key) is str for key in value):
            return {key: self.tree(item, depth + 1) for key, item in value.items()}
        return self.extension(_PAIRS, [[self.tree(k, depth + 1), self.tree(v, depth + 1)] for k, v in value.items()])

    def opaque(self, kind: type, more: str = "") -> Any:
        name = type.__getattribute__(kind, "__name__")
        return self.extension(_OPAQUE, (str(name) + more)[:80])

    def extension(self, code: int, payload: Any) -> Any:
        data = msgspec.msgpack.encode(payload)
        self.spend(0)
        if len(data) > MAX_BYTES:
            raise TooLarge(f"the value has more than {MAX_BYTES >> 20} MiB")
        return msgspec.msgpack.Ext(code, data)


class _Decoder:
    """Decodes nested extensions with one budget for the whole message."""

    def __init__(self) -> None:
        self.depth, self.extensions = 0, 0
        self.decoder = msgspec.msgpack.Decoder(ext_hook=self.extension)
        self.readers = {
            _TUPLE: self.tuple, _ARRAY: self.array, _BIGINT: self.bigint, _COMPLEX: self.complex, _PAIRS: self.pairs,
            _OPAQUE: self.opaque, _SET: self.set, _REFERENCE: self.reference, _INSTANCE: self.instance,
        }  # fmt: skip

    def load(self, data: bytes | memoryview) -> Any:
        return self.decoder.decode(data)

    def extension(self, code: int, data: memoryview) -> Any:
        self.extensions += 1
        if self.extensions > MAX_NODES:
            raise WireError("too many parts")
        if code not in self.readers:
            raise WireError(f"unknown extension {code}")
        self.depth += 1
        if self.depth > MAX_DEPTH + 2:
            raise WireError("nested too deeply")
        try:
            return self.readers[code](self.load(data))
        finally:
            self.depth -= 1

    def items(self, payload: Any) -> list[Any]:
        if type(payload) is not list:
            raise WireError("expected a sequence")
        return payload

    def tuple(self, payload: Any) -> tuple[Any, ...]:
        return tuple(self.items(payload))

    def set(self, payload: Any) -> Any:
        return frozenset(self.items(payload))

    def pairs(self, payload: Any) -> dict[Any, Any]:
        return {key: value for key, value in self.items(payload)}

    def bigint(self, payload: Any) -> int:
        if type(payload) is not str or len(payload) > 1 << 15:
            raise WireError("expected an integer")
        return int(payload, 16)

    def complex(self, payload: Any) -> complex:
        real, imag = self.items(payload)
        return complex(float(real), float(imag))

    def opaque(self, payload: Any) -> Opaque:
        return Opaque(_text(payload, 80))

    def reference(self, payload: Any) -> Reference:
        return Reference(payload) if type(payload) is int else Reference(_text(payload, 200))

    def instance(self, payload: Any) -> Instance:
        cls, attributes = self.items(payload)
        if type(attributes) is not dict or not all(type(key) is str for key in attributes):
            raise WireError("expected attributes")
        return Instance(_text(cls, 200), attributes)

    def array(self, payload: Any) -> np.ndarray:
        code, shape, data = self.items(payload)
        if type(shape) is not list or len(shape) > 32 or not all(type(n) is int and 0 <= n <= MAX_BYTES for n in shape):
            raise WireError("not a shape")
        if code == "U":
            texts = [_text(item, _MAX_TEXT_WIDTH) for item in self.items(data)]
            if sum(map(len, texts)) > MAX_BYTES or len(texts) * max(map(len, texts), default=0) * 4 > MAX_BYTES:
                raise WireError("texts too large")
            return _checked(np.array(texts, dtype=np.str_), shape)
        if code not in _DTYPES or type(data) is not bytes:
            raise WireError("not an array")
        dtype = np.dtype(code)
        if math.prod(shape) * dtype.itemsize != len(data):
            raise WireError("an array's bytes do not fill its shape")
        return _checked(np.frombuffer(data, dtype=dtype), shape).copy()


def _checked(flat: np.ndarray, shape: list[int]) -> np.ndarray:
    if math.prod(shape) != flat.size:
        raise WireError("an array's entries do not fill its shape")
    return flat.reshape(shape)


def _text(payload: Any, longest: int) -> str:
    if type(payload) is not str or len(payload) > longest:
        raise WireError("expected a short text")
    return payload


def is_function(value: Any) -> bool:
    """Whether a value is something to call rather than something to carry."""
    return isinstance(value, types.FunctionType | types.BuiltinFunctionType | types.MethodType | np.ufunc)
