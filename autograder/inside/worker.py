"""What runs where student code may: the nursery, the zygotes that it forks, and the processes that these
fork, one for each submission.

Nobody imports this module; `nursery` starts it with `python -I -S`. Nursery and zygotes run no student code
and hold no probes. A process of a submission runs the cells, then is sent the probes and runs those that it
is asked for, and leaves by os._exit: the judging is elsewhere.
"""

from __future__ import annotations

import builtins
import contextlib
import gc
import importlib
import io
import os
import re
import signal
import socket
import sys
import time
import traceback
import types
from importlib.machinery import SourceFileLoader
from marshal import loads as _loads
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, Self

CONTROL = 3
"""The descriptor on which the zygote is spoken to, and each process that it forks."""
LINK = 4
"""The descriptor by which the process of a submission and that of the reference speak with each other in
second passes.
"""
IMPORTED = re.compile(r"^[ \t]*(?:import|from)[ \t]+(\w+)", re.M)
"""The modules that a text imports, wherever in it."""


def main(requests: int, grader: int) -> None:
    """Load once, then fork a zygote for every request, until all are gone who could make one. grader: the
    process that has started this.
    """
    from autograder.inside.jail import syscalls

    if sys.platform == "linux":
        syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != grader:  # it died while Python was starting
        return
    load()
    gc.collect()
    gc.freeze()  # what is never looked at again stays shared with all that is forked
    if sys.platform == "linux":
        syscalls.prctl(
            syscalls.PR_SET_PDEATHSIG, 0
        )  # others forked from the grader may ask as well; and the signal comes when a thread ends
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a zygote
    own = os.getpid()
    with socket.socket(fileno=requests) as asked:
        while True:
            _, descriptors, _, _ = socket.recv_fds(asked, 64, 2)
            if not descriptors:
                return
            if os.fork() == 0:
                become_zygote(descriptors[0], descriptors[1], own)
            for descriptor in descriptors:
                os.close(descriptor)


def load() -> None:
    """What every submission needs: NumPy, pyplot, IPython."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot
    import numpy

    from autograder import inputs, probe  # noqa: F401
    from autograder.inside import cells, jail, one_process, protocol, shell, standins, stubs, versions  # noqa: F401
    from autograder.inside.as_it_is import cell_by_cell  # noqa: F401
    from autograder.observers import standing  # noqa: F401

    shell.load_ipython()
    versions.restore_numpy_names()
    standins.install_standins()
    one_process.use_one_process()
    for kind in (protocol.ToProcess, protocol.Linked):
        protocol.decoder(kind)
    square = numpy.ones((256, 256))
    square @ square  # OpenBLAS takes its 32 MiB here, and ends no process later that has not as much left


def become_zygote(control: int, errors: int, nursery: int) -> NoReturn:
    """In a fork of the nursery: be the zygote that is spoken to by these descriptors, to its end."""
    status = 1
    try:
        from autograder.inside.jail import syscalls

        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for source, target in [
            (os.dup(source), target) for source, target in ((control, CONTROL), (errors, 2))
        ]:
            os.dup2(source, target)
        os.closerange(CONTROL + 1, 1 << 16)
        if sys.platform == "linux":
            syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == nursery:
            zygote()
            status = 0
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


def zygote() -> None:
    """Enter the jail, make ready what runs cells, then fork a process for every Spawn until the grader closes
    the channel or is gone.
    """
    from autograder.inside.protocol import (
        DescriptorChannel,
        Ready,
        Setup,
        SetupFailed,
        ToZygote,
        send_with_descriptors,
    )

    control = DescriptorChannel(socket.socket(fileno=CONTROL), Setup | ToZygote)
    outermost = os.pidfd_open(os.getpid())  # at level full the zygote goes on in a child of this process
    setup = control.receive()
    try:
        shell, library = make_ready(setup)
    except Exception as error:
        control.send(SetupFailed(f"{type(error).__name__}: {error}"))
        return
    gc.collect()
    gc.freeze()
    send_with_descriptors(control.socket, Ready(os.getpid()), [outermost])
    os.close(outermost)
    with Family(control, setup, shell, library) as family, contextlib.suppress(OSError):
        family.serve()


def make_ready(setup: Any) -> tuple[Any, Library]:
    """Load what the assignment asks for, enter the jail, then make what runs cells and what probes are
    loaded into.
    """
    from autograder.inside import jail
    from autograder.inside.names import bound_names, completed_names
    from autograder.inside.running import cell_name, compiled, prepared
    from autograder.inside.shell import make_shell

    for name in setup.preload:
        with contextlib.suppress(ImportError):  # then a cell that imports it says so
            importlib.import_module(name)
    jail.enter(setup.level, setup.readonly, box_size=64 << 20)
    for cell in setup.given:
        compiled(prepared(cell.text, cell_name(cell.number)), cell_name(cell.number))
        for read in (bound_names, completed_names):  # here once, and not anew in each process
            read(cell.text)
    compile_once(
        {Path(name).stem: Path(path) for path, name in setup.files if name.endswith(".py")},
        [cell.text for cell in setup.given],
    )
    return make_shell(), Library()


def compile_once(files: dict[str, Path], texts: list[str]) -> None:
    """Have the modules that these texts import, of these files, compiled here and not anew in each
    process: what is compiled is never stored.
    """
    known: dict[bytes, types.CodeType] = {}
    while texts:
        for name in IMPORTED.findall(texts.pop()):
            if (path := files.pop(name, None)) is not None:
                data = path.read_bytes()
                known[data] = compile(data, path.name, "exec", dont_inherit=True)
                texts.append(data.decode())
    from_source = SourceFileLoader.source_to_code

    def source_to_code(self: Any, data: Any, path: Any, *more: Any, **options: Any) -> Any:
        return known.get(bytes(data)) or from_source(self, data, path, *more, **options)

    SourceFileLoader.source_to_code = source_to_code  # type: ignore[method-assign]


class Living(NamedTuple):
    """A process that was forked and is not buried yet: the descriptor that tells of its end, and its box."""

    pid: int
    handle: int
    box: str


class Family:
    """The processes that a zygote has forked: the one at work, and the next, which gets ready meanwhile."""

    def __init__(self, control: Any, setup: Any, shell: Any, library: Library) -> None:
        self.control, self.setup, self.shell, self.library = control, setup, shell, library
        self.living: list[Living] = []
        """The eldest first. What becomes of a younger one is told when it is the eldest."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for one in self.living:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one.pid, signal.SIGKILL)

    def serve(self) -> None:
        """Do what the grader asks for, until it closes the channel or is gone."""
        from autograder.inside.protocol import readable

        while True:
            while (message := self.control.pending()) is not None:
                self.do(message)
            eldest = self.living[:1]
            ready = readable([self.control.socket, *(one.handle for one in eldest)], None)
            if eldest and eldest[0].handle in ready:
                self.bury(eldest[0])
            elif not self.control.pump():
                return

    def do(self, message: Any) -> None:
        """Do one thing that the grader asks for; nothing for a process that is gone."""
        from autograder.inside.protocol import AskCpu, CpuSeconds, Kill, Pin, Spawn, readable

        if isinstance(message, Spawn):
            descriptors = self.control.descriptors[:3]
            del self.control.descriptors[:3]
            self.spawn(message, descriptors)
            return
        one = next((one for one in self.living if one.pid == message.pid), None)
        if one is None:
            return
        if isinstance(message, Kill):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one.pid, signal.SIGKILL)
            readable([one.handle], None)
            self.bury(one)
        elif isinstance(message, Pin):
            with contextlib.suppress(OSError):
                os.sched_setaffinity(one.pid, {message.core})
        elif isinstance(message, AskCpu):
            self.control.send(CpuSeconds(cpu_of(one.pid)))

    def spawn(self, job: Any, descriptors: list[int]) -> None:
        """Fork a process."""
        from autograder.inside import jail
        from autograder.inside.protocol import NO_MEMORY, Ready, SetupFailed

        box = jail.new_box()
        try:
            pid = jail.fork()
        except OSError as error:
            for descriptor in descriptors:
                os.close(descriptor)
            self.control.send(SetupFailed(f"no process could be made: {error}"))
            return
        if pid == 0:
            status = 70
            try:
                status = live(self.setup, job, box, descriptors, self.shell, self.library)
            except MemoryError:
                status = NO_MEMORY
            finally:
                os._exit(status)
        for descriptor in descriptors:
            os.close(descriptor)
        self.living.append(Living(pid, os.pidfd_open(pid), box))
        self.control.send(Ready(pid))

    def bury(self, one: Living) -> None:
        """Tell how a process has ended, and remove what it leaves."""
        from autograder.inside import jail
        from autograder.inside.protocol import Ended

        self.living.remove(one)
        _, status, usage = os.wait4(one.pid, 0)
        os.close(one.handle)
        jail.remove_box(one.box)
        self.control.send(Ended(one.pid, os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime))


def cpu_of(pid: int) -> float:
    """CPU seconds that a process has used so far (clock_getcpuclockid(3) in Linux's encoding)."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


# ---- the process of one submission -------------------------------------------------------------------------


def live(setup: Any, job: Any, box: str, descriptors: list[int], shell: Any, library: Library) -> int:
    """Enter a jail of its own, then do what is asked for; returns the exit status."""

    from autograder.inside import jail
    from autograder.inside.as_it_is.cell_by_cell import CellByCell
    from autograder.inside.cells import Snapshot
    from autograder.inside.protocol import (
        Channel,
        Confined,
        DescriptorChannel,
        Linked,
        NotConfined,
        Observe,
        Run,
        Serve,
        ToProcess,
    )

    arrange_descriptors(*descriptors)
    channel, link = (
        DescriptorChannel(socket.socket(fileno=CONTROL), ToProcess),
        Channel(socket.socket(fileno=LINK), Linked),
    )
    try:
        jail.confine(job.confinement, box, setup.files)
    except jail.JailError as error:
        channel.send(NotConfined(str(error)))
        return 71
    gc.enable()
    notebook = CellByCell(shell)
    channel.send(Confined())
    first: Snapshot | None = None
    left: Snapshot | None = None
    request = job.run
    while True:
        try:
            request = request or channel.receive()
        except EOFError:
            return 0
        if isinstance(request, Run):
            if first is not None:
                first.restore(0)
            with jail.rlimits.kept_back():
                run_cells(channel, notebook, request, box)
            left = Snapshot(notebook)
            first = first or left
        elif isinstance(request, Observe):
            run_probes(channel, link, notebook, left, request, library)
        elif isinstance(request, Serve):
            return serve(
                channel,
                Channel(socket.socket(fileno=channel.descriptors.pop()), Linked),
                notebook,
                left,
                request,
            )
        else:
            return 71
        request = None


def run_cells(channel: Any, notebook: Any, request: Any, box: str) -> None:
    """Run the cells and tell how each ended; what they took away of the loaded modules is put back.

    A cell that speaks of no `modules` takes none away: to go through all of them touches, in each process
    anew, a page of memory for nearly each.
    """
    from autograder.inside import cells
    from autograder.inside.protocol import CellsDone

    loaded, path = sys.modules, sys.path
    found = dict(loaded) if any("modules" in cell.text for cell in request.cells) else {}
    for name, content in request.handed_in:
        with open(os.path.join(box, os.path.basename(name)), "wb") as file:
            file.write(content)
    if sys.path[:1] != [box]:  # the first time
        sys.path[:0] = [box]
        sys.stdout = sys.stderr = None  # type: ignore[assignment]
        be_quiet()
    for done in cells.run_cells(notebook, request):
        channel.send(done)
    for name, module in found.items():
        loaded.setdefault(name, module)
    sys.path = sys.path if isinstance(sys.path, list) else path
    channel.send(CellsDone())


def be_quiet() -> None:
    """Let printed text go nowhere: it costs nothing, also where code has closed what it is printed to."""
    if any(type(out) is not io.TextIOWrapper or out.closed for out in (sys.stdout, sys.stderr)):
        sys.stdout = sys.stderr = io.open(os.devnull, "w")  # noqa: SIM115, UP020


def run_probes(channel: Any, link: Any, notebook: Any, left: Any, request: Any, library: Library) -> None:
    """Run probes on what the cells left behind; in a second pass with stubs in place of what the question
    builds on.
    """
    from autograder.inside import cells
    from autograder.inside.protocol import Run
    from autograder.inside.stubs import Peer

    library.load(request.program)
    before, peer = left, Peer(link, notebook.names, frozenset(request.known))
    if request.stubs or request.instead or request.puts:
        left.restore(0)
        peer.begin(0)
        for place in range(len(request.instead) + 1):
            for put in request.puts:
                if put.before == place:
                    peer.put(put.values)
                    peer.install(put.stubs)
            for _ in cells.run_cells(notebook, Run(request.instead[place : place + 1], again=False)):
                pass
        peer.install(request.stubs)
        before = cells.Snapshot(notebook)
    for name, seed in request.probes:
        peer.begin(seed)
        be_quiet()
        channel.send(cells.observe(library.probes[name], seed, before, notebook))


class Library:
    """The probes of a process: none until its cells have run. What they build on is taken down in the zygote,
    so that they find the libraries and built-in names as they were, whatever the cells put in their places.
    """

    def __init__(self) -> None:
        from autograder.probe import Probe

        self.probes: dict[str, Probe] = {}
        self._kind, self._run = Probe, exec
        self._modules = dict(sys.modules)
        self._builtins = {**vars(builtins), "__import__": self._import}
        self._found = __import__

    def load(self, program: bytes) -> None:
        """Run what the grader has compiled: the files beside probes.py that it imports, then itself."""
        for name, code in _loads(program) if program else ():
            module = types.ModuleType(name)
            self._modules[name] = sys.modules[name] = module
            module.__dict__["__builtins__"] = self._builtins
            self._run(code, module.__dict__)
            self.probes = {p.id: p for p in module.__dict__.values() if type(p) is self._kind}

    def _import(
        self, name: str, names: Any = None, local: Any = None, wanted: Any = (), level: int = 0
    ) -> Any:
        if level == 0 and name in self._modules:
            return self._modules[name if wanted else name.partition(".")[0]]
        return self._found(name, names, local, wanted, level)


def serve(channel: Any, link: Any, notebook: Any, left: Any, request: Any) -> int:
    """Answer what arrives by the link; which names are answered, the grader says at the beginning of each
    second pass.
    """
    from autograder.inside.protocol import Begin, Call
    from autograder.inside.stubs import Peer

    peer = Peer(link, notebook.names, serves=frozenset(request.names))
    while True:
        try:
            message = link.receive()
        except EOFError:
            return 0
        while (request := channel.arrived()) is not None:
            peer = Peer(link, notebook.names, serves=frozenset(request.names))
        if isinstance(message, Begin):
            left.restore(message.seed)
        elif isinstance(message, Call):
            peer.serve(message)
        else:
            return 71


def arrange_descriptors(channel: int, output: int, link: int) -> None:
    """Keep the channel as CONTROL, the link as LINK, output as stdout and stderr, nothing as stdin; close
    everything else.
    """
    null = os.open(os.devnull, os.O_RDWR)
    kept = [(null, 0), (output, 1), (output, 2), (channel, CONTROL), (link, LINK)]
    for source, target in [
        (os.dup(source), target) for source, target in kept
    ]:  # none of the copies lies where another belongs
        os.dup2(source, target)
    os.closerange(LINK + 1, 1 << 16)
