"""Attacks on the machinery in the student's own process: what it patches there changes what its own answers are seen to be, and no more.

`probe_frames` and `send` stand ready for the attacks: they would be copied into each otherwise.
"""
# ruff: noqa -- bodies are cells of careless and hostile notebooks
# mypy: ignore-errors
from __future__ import annotations

from .notation import attack

HELPERS = '''
import socket as _socket, struct as _struct
from autograder.inside.protocol import *
from autograder.inside.protocol import frame


def raw(data):
    """Write bytes to the grader."""
    with _socket.socket(fileno=__import__("os").dup(3)) as channel:
        channel.sendall(data)


def send(*messages):
    """Send messages to the grader, as the worker would."""
    raw(b"".join(map(frame, messages)))


def receive():
    """Read from the grader what was meant for the worker."""
    with _socket.socket(fileno=__import__("os").dup(3)) as channel:
        return channel.recv(1 << 16)


def ask(*messages):
    """Send messages by the link to whoever answers in second passes."""
    with _socket.socket(fileno=__import__("os").dup(4)) as link:
        link.sendall(b"".join(map(frame, messages)))


def answer():
    """Read by the link what was meant for the worker."""
    with _socket.socket(fileno=__import__("os").dup(4)) as link:
        return link.recv(1 << 16)


def zeros(shape):
    from autograder.inside.wire import encode
    return encode({"centered": np.zeros(shape), "inputs": {"X": np.zeros(shape)}})
'''

# ---- patches ----------------------------------------------------------------------------------------------------


@attack("center")
def comparisons_patched():
    """NumPy's comparisons say yes."""
    for module in (np, np.testing):
        for name in ("allclose", "isclose", "array_equal", "array_equiv", "assert_allclose", "assert_array_equal"):
            if hasattr(module, name):
                setattr(module, name, lambda *args, **kwargs: True)

    def center(X):
        return X


@attack("center", scale=0)
def arrays_replaced():
    """np.asarray, np.array and np.ndarray are replaced. Scaling is done with what is left of NumPy, and is worth what comes out."""
    np.ndarray = np.generic = object
    np.asarray = np.array = np.zeros = lambda *args, **kwargs: 0.0
    np.sqrt = np.mean = np.maximum = lambda *args, **kwargs: 1.0

    def center(X):
        return X


@attack("center")
def generator_replaced():
    """np.random.default_rng gives zeros, so that the inputs would be easy: the grader draws with its own, taken down before."""

    class Zeros:
        def __getattr__(self, name):
            return lambda *args, size=1, **kwargs: np.zeros(size)

    np.random.default_rng = lambda seed=None: Zeros()

    def center(X):
        return X


@attack("center")
def seeding_patched():
    """np.random.seed raises: the worker calls the one that it has taken down, before each probe."""

    def refuse(*args):
        raise RuntimeError

    np.random.seed = refuse

    def center(X):
        return X


@attack("center", scale=0)
def modules_poisoned():
    """The worker's and its libraries' modules are replaced in sys.modules."""
    import sys
    import types

    class Yes(types.ModuleType):
        def __getattr__(self, name):
            return lambda *args, **kwargs: b"\xc3"

    for name in ("autograder.inside.wire", "autograder.probe", "autograder.inside.protocol", "autograder.inside.cells", "autograder.inside.seen", "msgspec", "numpy"):
        sys.modules[name] = Yes(name)

    def center(X):
        return X


@attack("center")
def modules_beside_the_notebook():
    """numpy.py, checks.py and msgspec.py in the working folder."""
    import importlib
    import os

    for name in ("numpy.py", "msgspec.py", "random.py", "autograder.py"):
        with open(name, "w") as file:
            file.write("allclose = asarray = encode = lambda *a, **k: True")
    os.makedirs("autograder", exist_ok=True)
    importlib.invalidate_caches()

    def center(X):
        return X


@attack("center")
def import_hook():
    """A finder that answers every import with a module of its own, and the package's modules forgotten: they are put back."""
    import sys
    import types

    class Finder:
        def find_spec(self, name, path=None, target=None):
            import importlib.machinery

            return importlib.machinery.ModuleSpec(name, self)

        def create_module(self, spec):
            return types.ModuleType(spec.name)

        def exec_module(self, module):
            module.encode = lambda *args: b"\xc3"

    sys.meta_path.insert(0, Finder())
    for name in [n for n in sys.modules if n.startswith("autograder")]:
        del sys.modules[name]

    def center(X):
        return X


@attack("center")
def transformers_of_ipython():
    """Input and AST transformers, and hooks before and after cells, that rewrite the cells to come."""
    shell = get_ipython()
    shell.input_transformers_cleanup.append(lambda lines: ["center = lambda X: X\n"] if any("def center" in line for line in lines) else lines)
    shell.events.register("pre_run_cell", lambda *args: None)

    def center(X):
        return X


@attack("center")
def at_exit():
    """Functions to run at the end, and after a fork."""
    import atexit
    import os

    atexit.register(os.abort)
    os.register_at_fork(before=os.abort, after_in_parent=os.abort, after_in_child=os.abort)

    def center(X):
        return X


@attack("center")
def trace_the_probes():
    """sys.settrace finds the probe's frame and changes what it returns."""
    import sys

    def tracer(frame, event, arg):
        if frame.f_code.co_name in ("rows_of_data", "one_row"):
            frame.f_locals.update(X=0.0)
            frame.f_trace_lines = True
            return tracer
        return None

    sys.settrace(tracer)
    sys.setprofile(lambda *args: None)

    def center(X):
        frame = sys._getframe(1)
        frame.f_locals["X"] = X * 0
        return X * 0


@attack("center")
def probes_found_by_gc():
    """Every probe that lies in memory is made to return zeros. What comes out is compared with the reference's numbers."""
    import gc

    gc.unfreeze()
    for thing in gc.get_objects():
        if type(thing).__name__ == "Probe" and thing.question == "center":
            thing.function.__code__ = (lambda ns, rng: {"centered": 0.0, "inputs": {"X": 0.0}}).__code__

    def center(X):
        return X


@attack("center")
def probes_given_away():
    """Every probe is worth a thousand points, is judged, and tolerates anything."""
    import gc

    gc.unfreeze()
    for thing in gc.get_objects():
        if type(thing).__name__ == "Probe":
            for name, value in (("points", 1000.0), ("tolerance", 1e300), ("contract", False), ("title", "LEA" "KED")):
                object.__setattr__(thing, name, value)

    def center(X):
        return X


@attack("center")
def probes_emptied():
    """A cell would empty the table of probes, and finds none: they are sent once the cells have run."""
    import gc

    gc.unfreeze()
    for thing in gc.get_objects():
        if type(thing) is dict and "rows_of_data" in thing and "one_row" in thing:
            thing.clear()

    def center(X):
        return X


@attack()
def hidden_tests_read_by_a_cell():
    """What a cell raises is shown, so a cell that finds the probes could have them printed on its page."""
    import gc
    import sys

    if "probes" in sys.modules or any(type(thing).__name__ == "Probe" for thing in gc.get_objects()):
        raise SystemError("BREACH the probes are there while cells run")


@attack("center")
def axes_of_millions():
    """A few bytes that are shapes of 33 million rows."""

    def center(X):
        return [np.empty((2**25, 0)) for _ in range(8)]


@attack("center")
def sixty_thousand_lists():
    """Small lists, which take long to read and to compare."""

    def center(X):
        return [[] for _ in range(66_000)]


@attack()
def expected_values_sought():
    """Frames and the collector are searched for the reference, the judges, the salt, the seeds and the misconceptions."""
    import gc
    import sys

    words = ("judge", "misconception", "expected", "sample_variance", "one_mean_for_all", "reference_cells", "salt")
    for name in list(sys.modules):
        if name in ("autograder.judging", "autograder.judging.compare", "autograder.judging.grader", "autograder.judging.judge", "autograder.judging.reference", "autograder.judging.diagnose", "judges"):
            raise SystemError(f"BREACH {name} is loaded")
    for name in ("judging", "judge", "messages", "compare", "grade", "reference", "diagnose", "assignment", "submission", "variants"):
        try:
            __import__(f"autograder.{name}")
        except ImportError:
            continue
        raise SystemError(f"BREACH autograder.{name} can be imported")
    gc.unfreeze()
    for thing in gc.get_objects():
        if type(thing).__name__ in ("Judge", "Reference_", "Known", "Grader", "Assignment", "Request"):
            raise SystemError(f"BREACH a {type(thing).__name__} is in memory")


@attack("center")
def builtins_replaced():
    """len, isinstance, type, dict and the rest lie."""
    import builtins

    builtins.isinstance = builtins.issubclass = builtins.callable = lambda *args: True
    builtins.len = builtins.hash = lambda *args: 0
    builtins.type = lambda *args: float
    builtins.all = builtins.any = lambda *args: True

    def center(X):
        return X


@attack("center", scale=0)
def namespace_patched():
    """What probes ask for by ns.name is somebody else's function."""
    from autograder.probe import Namespace

    Namespace.__getattr__ = lambda self, name: lambda *args, **kwargs: np.zeros((6, 3))

    def center(X):
        return X


@attack("center")
def snapshot_patched():
    """What puts things back between probes does nothing."""
    from autograder.inside.cells import Snapshot

    Snapshot.restore = lambda self, seed: None

    def center(X):
        return X


@attack("center", scale=0)
def encoder_patched():
    """The codec sends what is wished: zeros for all."""
    import autograder.inside.cells
    import autograder.inside.wire

    chosen = autograder.inside.wire.encode({"centered": np.zeros((6, 3)), "scaled": np.zeros((9, 2)), "inputs": {"X": np.zeros((6, 3))}})
    autograder.inside.wire.encode = autograder.inside.cells.encode = lambda *args: chosen

    def center(X):
        return X


@attack("center", scale=0)
def memory_written_over():
    """The code of the worker's functions is changed, by ctypes and by name."""
    import sys

    import autograder.inside.cells as cells

    cells.observe = lambda probe, *args: send(ProbeDone(probe.id, "finished", zeros((6, 3))))
    sys.modules["autograder.inside.cells"].observe.__code__ = (lambda *args: None).__code__

    def center(X):
        return X


# ---- the channel ------------------------------------------------------------------------------------------------


@attack("center", scale=0)
def forged_end_of_cells():
    """The cells are said to be done while one still runs: the worker's own messages then come at the wrong time."""
    send(CellsDone())

    def center(X):
        return X


@attack("center", scale=0)
def forged_results():
    """Results for every probe, before any was asked for, with guessed values."""
    done = [CellDone(number, "finished") for number in range(1, 20)]
    names = ("rows_of_data", "one_row", "uneven_columns", "spread_afterwards")
    send(*done, CellsDone(), *(ProbeDone(name, "finished", zeros((6, 3))) for name in names))
    __import__("time").sleep(1000)


@attack("center", scale=0)
def forged_results_that_name_points():
    """Results that call themselves right, with verdicts and points as their values."""
    from autograder.inside.wire import encode

    value = encode({"verdict": "right", "earned": 2.0, "points": 2.0, "centered": True})
    send(CellsDone(), *(ProbeDone(name, "right", value) for name in ("rows_of_data", "one_row", "uneven_columns", "spread_afterwards")))
    __import__("time").sleep(1000)


@attack("center", scale=0)
def requests_read_before_the_worker():
    """What is asked for is read in the worker's place: names and seeds, from which inputs can be made again, and no answer."""
    send(CellsDone())
    asked = receive()
    assert b"rows_of_data" in asked
    send(*(ProbeDone(name, "finished", zeros((6, 3))) for name in ("rows_of_data", "one_row", "uneven_columns", "spread_afterwards")))
    __import__("os")._exit(0)


@attack("center")
def results_said_twice():
    """Each probe's end is said twice, once by the answer itself: the second comes as the answer to the next."""

    def center(X):
        send(ProbeDone("rows_of_data", "finished", zeros((6, 3))))
        return X


@attack()
def garbage():
    """Bytes that are no message."""
    raw(b"\xff" * 1000)
    __import__("time").sleep(1000)


@attack()
def half_a_message():
    """A message that never ends."""
    raw(_struct.pack("<I", 1000) + b"\x93")
    __import__("time").sleep(1000)


@attack()
def a_message_of_four_gigabytes():
    """A length that nobody could hold."""
    raw(b"\xff\xff\xff\xff" + bytes(1000))


@attack("center", scale=0)
def a_bomb_in_a_result():
    """A value of few bytes that would be large: deep, wide, and of false lengths."""
    bombs = (b"\x91" * 100_000, b"\xdd\xff\xff\xff\xff", b"\xc9\xff\xff\xff\xff\x02", b"\xdf\xff\xff\xff\xff")
    names = ("rows_of_data", "one_row", "uneven_columns", "spread_afterwards")
    send(CellsDone(), *(ProbeDone(name, "finished", bomb) for name, bomb in zip(names, bombs)))
    __import__("time").sleep(1000)


@attack()
def messages_of_somebody_else():
    """What only a zygote says, or the grader: Ended, SetupFailed, NotConfined, Kill."""
    send(NotConfined("LEA" "KED"))
    send(SetupFailed("LEA" "KED"), Ended(7, 0, 0.0))


@attack("center", scale=0)
def cells_that_end_for_ever():
    """One cell is said to be done again and again, a little later each time: the grader's patience is for the whole, not for each."""
    import time

    while True:
        send(CellDone(1, "finished"))
        time.sleep(0.001)


@attack("center", scale=0)
def cells_without_number():
    """A million ends of cells that do not exist, each with a long text."""
    for number in range(1_000_000):
        send(CellDone(10**9 + number, "raised", "LEA" "KED" * 1000, -1, "x" * 1000))


@attack()
def channel_closed():
    """The channel is closed, and the worker finds it closed."""
    import os

    os.close(3)


@attack()
def channel_replaced():
    """Something else takes the channel's descriptor."""
    import os

    os.dup2(os.open("/dev/null", os.O_RDWR), 3)


@attack("center")
def channel_closed_by_an_answer():
    """The same while a probe runs: its question alone pays."""
    import os

    def center(X):
        os.close(3)
        return X


@attack("center")
def outcomes_that_are_none():
    """Ends that are no ends, in cells that are no cells."""

    def center(X):
        send(ProbeDone("rows_of_data", "LEA" "KED", b"", "LEA" "KED", -1, 1 << 62, "LEA" "KED"))
        __import__("os")._exit(0)


# ---- the second pass --------------------------------------------------------------------------------------------

# In these the answer to "scale" finds in `center` the stub that asks the reference, and what lies behind it.


@attack("scale")
def ask_for_what_is_not_given():
    """A call of the very answer that is asked for."""

    class Scaler:
        def __init__(self, floor=1e-3):
            pass

        def apply(self, X):
            ask(Call("Scaler.apply", [__import__("autograder.inside.wire").wire.encode(X)]))
            return answer()


@attack("scale")
def ask_by_number():
    """A call of the reference's functions by number, in and out of range."""

    class Scaler:
        def __init__(self, floor=1e-3):
            pass

        def apply(self, X):
            from autograder.inside.wire import encode

            for number in (0, -1, 1 << 40):
                ask(Call(number, [encode(X)]))
            return answer()


@attack("scale")
def ask_for_builtins():
    """A call of what the reference's namespace holds besides its functions."""

    class Scaler:
        def __init__(self, floor=1e-3):
            pass

        def apply(self, X):
            from autograder.inside.wire import encode

            for name in ("__builtins__.eval", "np.load", "center.__globals__", "__import__", "eval"):
                ask(Call(name, [encode("1 + 1")]))
            return answer()


@attack("scale")
def pass_odd_references():
    """Arguments that name functions and classes which the reference must not touch."""

    class Scaler:
        def __init__(self, floor=1e-3):
            pass

        def apply(self, X):
            import msgspec

            from autograder.inside.wire import encode

            for code, payload in ((8, "__builtins__"), (8, 1 << 40), (8, -5), (9, ["np", {"a": 1}]), (9, ["__builtins__", {}]), (9, ["Scaler", {"__class__": 1}])):
                odd = msgspec.msgpack.Ext(code, msgspec.msgpack.encode(payload))
                ask(Call("center", [msgspec.msgpack.encode(odd)]))
                answer()
            return X


@attack("scale")
def ask_thousands_of_times():
    """More calls than any solution makes."""

    class Scaler:
        def __init__(self, floor=1e-3):
            pass

        def apply(self, X):
            while True:
                try:
                    center(X)
                except Exception:
                    pass


@attack("scale")
def ask_and_never_read():
    """Large answers are asked for and left lying: whoever sends them must not wait for ever."""

    class Scaler:
        def __init__(self, floor=1e-3):
            pass

        def apply(self, X):
            import time

            from autograder.inside.wire import encode

            ask(Call("center", [encode(np.zeros(2_000_000))]))
            time.sleep(1000)


@attack("scale")
def answer_what_was_not_asked():
    """Answers to calls that nobody made, and exceptions of odd names."""

    class Scaler:
        def __init__(self, floor=1e-3):
            pass

        def apply(self, X):
            ask(Return(b"\xc3"), Raised("SystemExit"), Raised("__import__"))
            return answer()


@attack("scale")
def call_back_for_ever():
    """A callback passed as an argument that calls the reference again, which calls back."""

    class Scaler:
        def __init__(self, floor=1e-3):
            pass

        def apply(self, X):
            class Deep:
                def __sub__(self, other):
                    return center(self)

                def __getattr__(self, name):
                    return center(self)

                def __call__(self, *args):
                    return center(self)

            return center(Deep())


@attack("scale", center=0.0, scale=3.0)
def keep_the_stub():
    """The reference's answer is kept for the next process, to be its own answer to the first question. The second question is answered well."""
    import builtins
    import sys

    builtins.kept = sys.modules["kept"] = globals().get("center")

    class Scaler:
        def __init__(self, floor=1e-3):
            self.floor = floor

        def apply(self, X):
            builtins.kept = center
            middle = center(X)
            return middle / np.maximum(np.sqrt((middle**2).mean(axis=0)), self.floor)


@attack("scale")
def all_names_known():
    """The list of names that are answered is made longer on the student's side."""

    class Scaler:
        def __init__(self, floor=1e-3):
            pass

        def apply(self, X):
            peer = next(cell.cell_contents for cell in center.__closure__ if type(cell.cell_contents).__name__ == "Peer")
            peer.known = peer.serves = frozenset({"Scaler.apply", "Scaler"})
            return peer.call("Scaler.apply", (X,), {})


@attack("center", scale=3.0)
def ask_in_the_first_pass():
    """A call to the reference where nobody listens for one."""

    def center(X):
        from autograder.inside.wire import encode

        send(Call("center", [encode(X)]))
        return receive()


@attack("center", scale=3.0)
def ask_by_the_link_in_the_first_pass():
    """A call by the link before anybody answers there."""

    def center(X):
        from autograder.inside.wire import encode

        ask(Call("center", [encode(X)]))
        return answer()


@attack("scale")
def ask_beforehand():
    """Calls that wait in the link when the reference begins to listen, and a probe that is begun with a seed of one's own."""
    from autograder.inside.wire import encode as _encode

    for _ in range(20):
        ask(Begin(7), Call("Scaler.apply", [_encode(np.ones((3, 2)))]), Call("center", [_encode(np.ones((3, 2)))]))

    class Scaler:
        def __init__(self, floor=1e-3):
            pass

        def apply(self, X):
            return center(X)


@attack("scale")
def bytes_by_the_link():
    """What is no message at all goes to the reference's process."""

    class Scaler:
        def __init__(self, floor=1e-3):
            pass

        def apply(self, X):
            with _socket.socket(fileno=__import__("os").dup(4)) as link:
                link.sendall(b"\xff" * 1000)
            return center(X)


@attack("scale")
def descriptors_by_the_link():
    """A descriptor of one's own is handed to the reference's process."""

    class Scaler:
        def __init__(self, floor=1e-3):
            pass

        def apply(self, X):
            with _socket.socket(fileno=__import__("os").dup(4)) as link:
                _socket.send_fds(link, [b"\0"], [0, 1, 2, 3])
            return center(X)
