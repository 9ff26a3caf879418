"""Objects that lie: answers that are no values, and claim to be any value that is asked for. Each earns what its content deserves.

Only exact base types and the memory of arrays cross to the grader, so that no method of a student's is ever called there.
"""
# ruff: noqa -- bodies are cells of careless and hostile notebooks
# mypy: ignore-errors
from __future__ import annotations

from .notation import attack


@attack("center")
def equal_to_everything():
    """An object that is equal to, and close to, whatever it is compared with."""

    class Everything:
        def __eq__(self, other):
            return True

        __ne__ = lambda self, other: False
        __lt__ = __le__ = __gt__ = __ge__ = __eq__
        __hash__ = lambda self: 0
        __bool__ = lambda self: True
        __sub__ = __rsub__ = __abs__ = lambda self, *others: 0.0

    def center(X):
        return Everything()


@attack("center")
def array_that_says_yes():
    """A subclass of ndarray whose comparisons and ufuncs answer True."""

    class Yes(np.ndarray):
        def __eq__(self, other):
            return np.ones(self.shape, bool).view(np.ndarray)

        def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
            return np.True_

        def __array_function__(self, function, types, args, kwargs):
            return True

    def center(X):
        return np.zeros_like(X).view(Yes)


@attack("center")
def array_with_a_false_shape():
    """A subclass of ndarray whose shape, dtype, bytes and class are properties that lie."""

    class False_(np.ndarray):
        shape = property(lambda self: (6, 3))
        dtype = property(lambda self: np.dtype(float))
        nbytes = property(lambda self: 1)
        __class__ = property(lambda self: np.float64)

        def tobytes(self, *args):
            return bytes(144)

        def __len__(self):
            return 6

    def center(X):
        return np.zeros(1).view(False_)


@attack("center")
def class_of_somebody_else():
    """An object that says its class is ndarray."""

    class Impostor:
        __class__ = np.ndarray
        shape, ndim, dtype, size = (6, 3), 2, np.dtype(float), 18

        def __array__(self, dtype=None, copy=None):
            return np.zeros((6, 3))

    def center(X):
        return Impostor()


@attack("center")
def converts_to_something_else_each_time():
    """__array__ and __float__ that give another value at every call."""
    import itertools

    class Moody:
        calls = itertools.count()

        def __array__(self, dtype=None, copy=None):
            return np.full((6, 3), float(next(self.calls)))

        def __float__(self):
            return float(next(self.calls))

        __array_interface__ = property(lambda self: {"shape": (6, 3), "typestr": "<f8", "data": (0, False), "version": 3})

    def center(X):
        return Moody()


@attack("center")
def reduces_to_a_command():
    """What pickle would run."""
    import os

    class Bomb:
        def __reduce__(self):
            return os.system, ("touch /tmp/made-by-an-attack",)

        __reduce_ex__ = __getstate__ = lambda self, *args: self.__reduce__()

    def center(X):
        return [Bomb(), np.array([Bomb()], dtype=object)]


@attack("center")
def properties_that_raise():
    """Every attribute raises what nobody expects."""

    class Thorny:
        def __getattribute__(self, name):
            raise SystemExit(name)

        __len__ = __iter__ = __hash__ = __repr__ = __str__ = __array__ = __getattribute__

    def center(X):
        return Thorny()


@attack("center")
def properties_that_never_return():
    """Every attribute takes for ever."""

    class Tar:
        def __getattribute__(self, name):
            while True:
                pass

    def center(X):
        return Tar()


@attack("center")
def class_with_a_lying_metaclass():
    """A metaclass that lies about name, bases and instances."""

    class Meta(type):
        __name__ = property(lambda cls: "ndarray")
        __mro__ = property(lambda cls: (np.ndarray, object))
        mro = lambda cls: [cls, object]
        __instancecheck__ = __subclasscheck__ = lambda cls, other: True
        __eq__ = lambda cls, other: True
        __hash__ = lambda cls: hash(np.ndarray)

    class Lie(metaclass=Meta):
        pass

    def center(X):
        return Lie()


@attack("center")
def generator():
    """Values to be asked for later."""

    def center(X):
        return (row for row in X - X.mean(axis=0))


@attack("center")
def infinite_iterator():
    """A sequence without an end."""
    import itertools

    def center(X):
        return itertools.cycle([0.0])


@attack("center")
def list_without_an_end():
    """A list that its own iterator never finishes."""

    class Endless(list):
        def __iter__(self):
            while True:
                yield 0.0

        def __len__(self):
            return 1 << 60

    def center(X):
        return Endless([0.0])


@attack("center")
def list_within_itself():
    """A list and a dictionary that hold themselves."""

    def center(X):
        loop = [0.0]
        loop.append({"loop": loop})
        return loop


@attack("center")
def list_ten_thousand_deep():
    """A list in a list in a list."""

    def center(X):
        deep = []
        for _ in range(10_000):
            deep = [deep]
        return deep


@attack("center")
def masked_where_wrong():
    """A masked array whose wrong entries are hidden."""

    def center(X):
        return np.ma.masked_array(np.zeros_like(X), mask=True)


@attack("center")
def array_of_objects():
    """An array whose entries are equal to everything."""

    class Everything:
        __eq__ = lambda self, other: True
        __sub__ = __rsub__ = __abs__ = __float__ = lambda self, *others: 0.0

    def center(X):
        return np.full(X.shape, Everything(), dtype=object)


@attack("center")
def array_of_records():
    """A structured array, and one of dates and one of bytes."""

    def center(X):
        return [np.zeros(X.shape, dtype=[("x", "f8")]), np.zeros(X.shape, "M8[s]"), np.zeros(X.shape, "S8"), np.zeros(X.shape, "V8")]


@attack("center")
def array_of_a_trillion_entries():
    """One entry broadcast to 2**40."""

    def center(X):
        return np.broadcast_to(0.0, (1 << 20, 1 << 20))


@attack("center")
def array_of_odd_strides():
    """Strides that reach far outside the array's memory: it ends its own process, or reads its own memory."""

    def center(X):
        return np.lib.stride_tricks.as_strided(X, shape=X.shape, strides=(1 << 40, 1 << 40))


@attack("center")
def huge_integer():
    """An integer of a million digits."""

    def center(X):
        return 1 << 4_000_000


@attack("center")
def integer_beyond_floats():
    """An integer that no float holds."""

    def center(X):
        return [[10**400] * X.shape[1]] * len(X)


@attack("center")
def not_a_number():
    """NaN in every place: comparisons that say no to every difference let it pass."""

    def center(X):
        return np.full(X.shape, np.nan)


@attack("center")
def not_a_number_with_a_payload():
    """NaNs of every sign and payload."""

    def center(X):
        bits = np.arange(X.size, dtype=np.uint64) + np.uint64(0xFFF8 << 48)
        return bits.view(float).reshape(X.shape)


@attack("center")
def infinite():
    """Infinity, whose differences are NaN."""

    def center(X):
        return np.full(X.shape, np.inf)


@attack("center")
def number_that_is_everything():
    """Subclasses of float and int with methods that lie."""

    class Any_(float):
        __eq__ = lambda self, other: True
        __float__ = lambda self: 0.0
        __abs__ = __sub__ = __rsub__ = lambda self, *others: 0.0
        __hash__ = float.__hash__

    class Whole(int):
        __eq__ = lambda self, other: True
        __index__ = lambda self: 7
        bit_length = lambda self: 1
        __hash__ = int.__hash__

    def center(X):
        return [[Any_(1e300), Whole(1 << 200), Any_("nan")]] * len(X)


@attack("center")
def text_that_is_everything():
    """A subclass of str with methods that lie, and texts in the place of numbers."""

    class Text(str):
        __eq__ = lambda self, other: True
        __hash__ = str.__hash__
        __len__ = lambda self: 1
        encode = lambda self, *args: b""

    def center(X):
        return [[Text("0.0" * 1000)] * X.shape[1]] * len(X)


@attack("center")
def dictionary_that_lies():
    """A subclass of dict with other items than it says, and keys that collide or are no keys."""

    class Lies(dict):
        items = lambda self: iter([("centered", 0)] * 10**9)
        __len__ = lambda self: 1
        __contains__ = lambda self, key: True
        __missing__ = lambda self, key: 0.0

    def center(X):
        return Lies({n * ((1 << 61) - 1): n for n in range(3000)})


@attack("center")
def half_a_character():
    """Half of a surrogate pair, in a text, a key and an array."""

    def center(X):
        return {"\ud800": ["\udfff", np.array(["\ud800"])]}


@attack("center")
def complex_and_wide():
    """Right numbers as complex ones of the widest kind, in another byte order: not what was asked for."""

    def center(X):
        return (X - X.mean(axis=0)).astype(np.clongdouble)


@attack("center")
def answer_in_the_input():
    """The input made to agree with the answer: both are zero."""

    def center(X):
        X[...] = 0.0
        return X


@attack("center")
def object_that_dies_loudly():
    """__del__ that ends the process when the answer is let go."""
    import os

    class Martyr(list):
        def __del__(self):
            os._exit(0)

    def center(X):
        return Martyr([0.0])


@attack("center")
def exception_that_lies():
    """An exception whose class, text, name and traceback are traps."""

    class Trap(NameError):
        name = property(lambda self: 1 / 0)
        __traceback__ = property(lambda self: 1 / 0)
        __class__ = property(lambda self: SystemExit)
        __str__ = __repr__ = lambda self: 1 / 0

    def center(X):
        raise Trap


@attack("center")
def exceptions_in_a_ring():
    """An exception that is its own cause, raised from a cell and from an answer."""

    def center(X):
        error = ValueError()
        error.__cause__ = KeyError()
        error.__cause__.__context__ = error
        raise error


@attack("center")
def memory_of_somebody_else():
    """Buffers, ctypes arrays and memory views in the place of arrays."""
    import array
    import ctypes

    def center(X):
        return [memoryview(bytes(144)), array.array("d", [0.0] * 18), (ctypes.c_double * 18)(), bytearray(144), range(1 << 60)]
