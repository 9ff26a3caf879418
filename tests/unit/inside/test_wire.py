"""The codec: values survive it, nothing else does, and no bytes can hang or bloat the end that decodes them."""
from __future__ import annotations

import datetime
import enum
import math
import resource
import time
from typing import Any

import hypothesis.extra.numpy as hnp
import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.inside import wire
from autograder.inside.wire import FunctionReference, Instance, Opaque, TooLarge, WireError, decode, encode

pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")  # of the length of a strategy's repr
SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def trip(value: Any) -> Any:
    return decode(encode(value))


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal to the last bit, types included; NaN equals NaN, and the width that NumPy reserves for texts is no matter."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        if a.dtype.kind == b.dtype.kind == "U":
            return a.shape == b.shape and a.tolist() == b.tolist()
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, float):
        return math.copysign(1, a) == math.copysign(1, b) and (a == b or (math.isnan(a) and math.isnan(b)))
    if isinstance(a, complex):
        return same(a.real, b.real) and same(a.imag, b.imag)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    return bool(a == b)


DTYPES = st.one_of(
    hnp.boolean_dtypes(), hnp.integer_dtypes(endianness="="), hnp.unsigned_integer_dtypes(endianness="="),
    hnp.floating_dtypes(endianness="=", sizes=(16, 32, 64)), hnp.complex_number_dtypes(endianness="=", sizes=(64, 128)),
)  # fmt: skip
TEXT = st.text(max_size=20)
ARRAYS = hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)) | hnp.arrays(
    "U7", hnp.array_shapes(max_dims=2, max_side=3), elements=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=7)
)
NUMBERS = st.booleans() | st.integers(-(1 << 200), 1 << 200) | st.floats() | st.complex_numbers()
KEYS = st.recursive(TEXT | st.integers() | st.booleans() | st.none(), lambda keys: st.tuples(keys, keys), max_leaves=3)
VALUES = st.recursive(
    st.none() | NUMBERS | TEXT | st.binary(max_size=20) | ARRAYS,
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.dictionaries(TEXT, inner, max_size=4)
    | st.dictionaries(KEYS, inner, max_size=3) | st.frozensets(KEYS, max_size=3),
    max_leaves=12,
)  # fmt: skip


class Level(enum.IntEnum):
    LOW, HIGH = 1, 2


# ---- round trips ------------------------------------------------------------------------------------------------


@SETTINGS
@given(VALUES)
def test_values_survive(value: Any) -> None:
    """What is decoded is what was encoded: types, shapes, dtypes, NaN, signs of zero and large integers included."""
    assert same(trip(value), value)


@SETTINGS
@given(VALUES)
def test_the_same_value_gives_the_same_bytes(value: Any) -> None:
    """Encoding is a function of the value alone, whatever order a set has, so that bytes can be compared."""
    assert encode(trip(value)) == encode(value)


@pytest.mark.parametrize(
    ("value", "arrives"),
    [
        (np.float32(1.5), np.array(1.5, np.float32)),
        (np.int64(3), np.array(3)),
        (np.bool_(True), np.array(True)),
        (np.array([1, 2], ">i4"), np.array([1, 2], "<i4")),
        (np.longdouble(0.5), np.array(0.5)),
        (np.zeros(2).view(np.recarray), np.zeros(2)),
        (np.ma.array([1.0, 2.0]), np.array([1.0, 2.0])),
        (np.arange(12).reshape(3, 4).T, np.arange(12).reshape(3, 4).T.copy()),
        (np.broadcast_to(np.float64(2.0), (2, 3)), np.full((2, 3), 2.0)),
        ({1, 2}, frozenset({1, 2})),
        ({np.float64(1.0)}, frozenset({1.0})),
        ({np.int64(3): "a", np.str_("b"): 1}, {3: "a", "b": 1}),
        ({(np.int64(1), "x"): 1}, {(1, "x"): 1}),
        (Level.HIGH, 2),
        ("half a pair: \ud800", "half a pair: ?"),
        ({"\ud800": np.array(["\ud800"])}, {"?": np.array(["?"])}),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_near_values_arrive_as_plain_ones(value: Any, arrives: Any) -> None:
    """NumPy scalars, subclasses and other byte orders arrive as the plain value that they stand for."""
    assert same(trip(value), arrives)


def test_a_decoded_array_can_be_written_to() -> None:
    """Judges may work in place on what they get."""
    array = trip(np.zeros(3))
    array[0] = 1.0
    assert array.tolist() == [1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ((n for n in range(3)), "generator"),
        (range(3), "range"),
        (open, "builtin_function_or_method"),
        (len, "builtin_function_or_method"),
        (object(), "object"),
        (bytearray(b"x"), "bytearray"),
        (np.array([[object(), None]]), "ndarray of O entries"),
        (np.zeros(2, [("a", "f8"), ("b", "i4")]), "ndarray of V entries"),
        (np.zeros(2, "timedelta64[Y]"), "ndarray of m entries"),
        (np.array([b"x"]), "ndarray of S entries"),
        (np.ma.array([1.0, 2.0], mask=[False, True]), "MaskedArray"),
    ],
)
def test_what_is_no_value_arrives_as_the_name_of_its_type(value: Any, name: str) -> None:
    """Generators, functions and arrays of objects don't cross; only the name of their type does."""
    assert trip([value]) == [Opaque(name)]


def test_functions_and_objects_cross_by_reference_where_a_referrer_names_them() -> None:
    """In a call a known function is a name and an object of the notebook's is its attributes."""

    class Layer:
        def __init__(self) -> None:
            self.w = np.ones(2)

    def refer(value: Any) -> FunctionReference | Instance | None:
        if isinstance(value, Layer):
            return Instance("Layer", vars(value))
        return FunctionReference("softmax") if value is math.exp else None

    function, layer = decode(encode([math.exp, Layer()], refer))
    assert function == FunctionReference("softmax")
    assert layer.cls == "Layer"
    assert same(layer.attributes, {"w": np.ones(2)})


# ---- objects that lie -------------------------------------------------------------------------------------------


def raise_(*args: Any, **kwargs: Any) -> Any:
    raise RuntimeError("a method of the student's was called")


class LyingArray(np.ndarray):
    __array__ = __eq__ = __getattribute__ = __len__ = __iter__ = __reduce__ = __array_wrap__ = raise_  # type: ignore[assignment]
    __array_ufunc__ = __array_function__ = raise_  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]


class LyingText(str):
    __str__ = __eq__ = __iter__ = __len__ = __getattribute__ = encode = isascii = raise_  # type: ignore[assignment]
    __hash__ = str.__hash__


class LyingInt(int):
    __int__ = __index__ = __eq__ = __lt__ = __repr__ = bit_length = __getattribute__ = raise_  # type: ignore[assignment]
    __hash__ = int.__hash__


class LyingFloat(float):
    __float__ = __eq__ = __lt__ = __repr__ = __getattribute__ = raise_  # type: ignore[assignment]
    __hash__ = float.__hash__


class LyingDict(dict):  # type: ignore[type-arg]
    __iter__ = items = keys = __getitem__ = __len__ = __contains__ = __getattribute__ = raise_  # type: ignore[assignment]


class LyingList(list):  # type: ignore[type-arg]
    __iter__ = __len__ = __getitem__ = __getattribute__ = raise_  # type: ignore[assignment]


class LyingTuple(tuple):  # type: ignore[type-arg]
    __iter__ = __len__ = __getitem__ = __getattribute__ = raise_  # type: ignore[assignment]


class LyingNumber(np.float64):
    __array__ = __float__ = __eq__ = item = tolist = __getattribute__ = raise_  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("value", "arrives"),
    [
        (np.arange(3.0).view(LyingArray), np.arange(3.0)),
        (LyingText("abc"), "abc"),
        (LyingInt(7), 7),
        (LyingInt(1 << 80), 1 << 80),
        (LyingFloat(1.5), 1.5),
        (LyingNumber(2.5), np.array(2.5)),
        (LyingDict(a=1), {"a": 1}),
        (LyingList([1, 2]), [1, 2]),
        (LyingTuple((1, 2)), (1, 2)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_subclasses_are_read_without_their_methods(value: Any, arrives: Any) -> None:
    """A subclass of a plain type is read through the base's own methods, so that overridden ones can't lie."""
    assert same(trip({"x": value})["x"], arrives)


def test_a_metaclass_can_not_disguise_a_type() -> None:
    """Neither the bases nor the name of a type are asked of its metaclass."""

    class Liar(type):
        __mro__ = __name__ = property(raise_)  # type: ignore[assignment]
        __getattribute__ = raise_  # type: ignore[assignment]

    Disguised = Liar("Disguised", (), {})
    assert trip(type.__call__(Disguised)) == Opaque("Disguised")


def test_a_lying_key_is_a_plain_key_afterwards() -> None:
    """Keys of a text's subclass become plain texts."""
    assert same(trip({LyingText("k"): 1}), {"k": 1})


def test_a_class_name_is_cut() -> None:
    """A type's name is text of the student's, and no more than 80 characters of it cross."""
    assert trip(type("x\N{SNOWMAN}" * 500, (), {})()) == Opaque("x\N{SNOWMAN}" * 40)


# ---- limits of the encoder --------------------------------------------------------------------------------------


def a_list_within_itself() -> Any:
    made: list[Any] = []
    made.append([made, made])
    return made


def a_dict_within_itself() -> Any:
    made: dict[str, Any] = {}
    made["self"] = (made,)
    return made


@pytest.mark.parametrize(
    "make",
    [
        a_list_within_itself,
        a_dict_within_itself,
        lambda: np.broadcast_to(np.float64(1.0), (1 << 20, 1 << 20)),
        lambda: np.broadcast_to(np.longdouble(1.0), (1 << 20, 1 << 20)),
        lambda: np.broadcast_to(np.array(1, ">i8"), (1 << 20, 1 << 20)),
        lambda: np.broadcast_to(np.array("text"), (1 << 20, 1 << 20)),
        lambda: [np.zeros(1 << 21)] * 3,
        lambda: ["x" * (1 << 20)] * 40,
        lambda: "\N{SNOWMAN}" * (1 << 24),
        lambda: {("k" * (1 << 20)) + str(n): n for n in range(40)},
        lambda: [0.0] * (wire.MAX_NODES + 1),
        lambda: 1 << (1 << 17),
        lambda: dict.fromkeys(range(wire.MAX_HASHED + 1)),
        lambda: set(range(wire.MAX_HASHED + 1)),
    ],
)
def test_what_is_too_large_is_said_to_be(make: Any) -> None:
    """Beyond the limits encode raises TooLarge, at once and without first building the bytes."""
    value, began = make(), time.process_time()
    with pytest.raises(TooLarge):
        encode(value)
    assert time.process_time() - began < 5


def test_whatever_can_be_encoded_fits_into_a_frame() -> None:
    """The largest values that encode takes are smaller than what a frame carries, and can be decoded again."""
    from autograder.inside.protocol import MAX_FRAME

    for value in ("\N{SNOWMAN}" * ((wire.MAX_BYTES >> 2) - 100), np.zeros((wire.MAX_BYTES >> 3) - 100), [1.5] * (wire.MAX_NODES - 1)):
        data = encode(value)
        assert len(data) < MAX_FRAME
        assert len(decode(data)) == len(value)  # type: ignore[arg-type]


# ---- hostile bytes ----------------------------------------------------------------------------------------------

PLAIN = (type(None), bool, int, float, complex, str, bytes, np.ndarray, Opaque, FunctionReference)


def only_plain(value: Any) -> bool:
    """Whether a decoded value is made of the types that the codec knows."""
    if isinstance(value, Instance):
        return only_plain(value.attributes)
    if type(value) in (list, tuple, frozenset):
        return all(map(only_plain, value))
    if type(value) is dict:
        return all(map(only_plain, value)) and all(map(only_plain, value.values()))
    return type(value) in PLAIN and (type(value) is not np.ndarray or value.dtype.kind in "biufcU")


def decodes_or_refuses(data: bytes) -> None:
    try:
        value = decode(data)
    except WireError:
        return
    assert only_plain(value)


@SETTINGS
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_a_value_or_refused(data: bytes) -> None:
    """Decoding raises nothing but WireError, and yields nothing but plain values."""
    decodes_or_refuses(data)


@SETTINGS
@given(st.data(), VALUES)
def test_spoiled_messages_are_a_value_or_refused(data: st.DataObject, value: Any) -> None:
    """The same with bytes of a real message changed, left out or put in twice."""
    spoiled = bytearray(encode(value))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(spoiled) - 1)))
        width = data.draw(st.integers(0, 4))
        spoiled[at : at + width] = data.draw(st.binary(max_size=4) | st.just(bytes(spoiled[at : at + 8])))
    decodes_or_refuses(bytes(spoiled))


@SETTINGS
@given(st.integers(1, 9), st.recursive(st.none() | NUMBERS.filter(lambda n: isinstance(n, float)) | st.integers(-(1 << 63), (1 << 63) - 1) | TEXT
                                       | st.binary(max_size=9), lambda inner: st.lists(inner, max_size=4), max_leaves=8))  # fmt: skip
def test_extensions_with_any_payload_are_a_value_or_refused(code: int, payload: Any) -> None:
    """An extension whose payload is well-formed MessagePack, but not what its code asks for, is refused."""
    decodes_or_refuses(msgspec.msgpack.encode(msgspec.msgpack.Ext(code, msgspec.msgpack.encode(payload))))


def ext(code: int, payload: Any) -> msgspec.msgpack.Ext:
    return msgspec.msgpack.Ext(code, msgspec.msgpack.encode(payload))


def array32(count: int, item: bytes) -> bytes:
    return b"\xdd" + count.to_bytes(4, "big") + item * count


def nested(levels: int) -> Any:
    value: Any = ext(1, [])
    for _ in range(levels):
        value = ext(1, [value])
    return value


def colliding(count: int) -> list[Any]:
    """Different integers of one hash."""
    return [ext(3, hex((k << 64) * ((1 << 61) - 1))) for k in range(1, count)]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        b"\x91" * 5000,
        b"\xdd\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff\x01",
        array32(4 << 20, b"\x80"),
        array32(8 << 20, b"\x90"),
        b"\x82\x01\x02\x03\x04",
        b"\x81\xc7\x03\x03\xa3123\x00",
        msgspec.msgpack.encode(datetime.datetime.now(datetime.UTC)),
        msgspec.msgpack.encode(nested(60)),
        msgspec.msgpack.encode(ext(77, [])),
        msgspec.msgpack.encode(ext(5, [[key, 0] for key in colliding(30_000)])),
        msgspec.msgpack.encode(ext(7, colliding(30_000))),
        msgspec.msgpack.encode(ext(2, ["|O", [1], b"\0" * 8])),
        msgspec.msgpack.encode(ext(2, ["<M8[s]", [1], b"\0" * 8])),
        msgspec.msgpack.encode(ext(2, ["<f8", [2], b"\0" * 8])),
        msgspec.msgpack.encode(ext(2, ["<f8", [-1], b"\0" * 8])),
        msgspec.msgpack.encode(ext(2, ["<f8", [True], b"\0" * 8])),
        msgspec.msgpack.encode(ext(2, ["<f8", [1] * 40, b"\0" * 8])),
        msgspec.msgpack.encode(ext(2, ["<f8", [0, 1 << 20, 1 << 20], b""])),
        msgspec.msgpack.encode(ext(2, [["<f8"], [1], b"\0" * 8])),
        msgspec.msgpack.encode(ext(2, ["U", [1], ["x" * 5000]])),
        msgspec.msgpack.encode(ext(2, ["U", [20_000], ["x" * 4000] + [""] * 19_999])),
        msgspec.msgpack.encode(ext(2, ["U", [2], ["x"]])),
        msgspec.msgpack.encode(ext(2, ["U", [1], [7]])),
        msgspec.msgpack.encode(ext(3, "0x" + "f" * 40_000)),
        msgspec.msgpack.encode(ext(3, "seven")),
        msgspec.msgpack.encode(ext(4, [1.0])),
        msgspec.msgpack.encode(ext(5, [[[], 1]])),
        msgspec.msgpack.encode(ext(7, [[]])),
        msgspec.msgpack.encode(ext(6, "x" * 81)),
        msgspec.msgpack.encode(ext(8, 1.5)),
        msgspec.msgpack.encode(ext(9, ["Layer", {"w": 1}, 2])),
        msgspec.msgpack.encode(ext(9, ["Layer", [1]])),
        b"\x00" * (wire.MAX_BYTES + (2 << 20)),
    ],
    ids=lambda data: data[:1].hex() + f"-{len(data)}",  # the same on every worker: one message holds the time
)
def test_hostile_messages_are_refused_quickly(data: bytes) -> None:
    """Bombs of parts, levels, shapes and hash collisions end with WireError, in bounded time and memory."""
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises(WireError):
        decode(data)
    assert time.process_time() - began < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 << 10  # KiB
