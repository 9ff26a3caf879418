"""What runs where student code may: the nursery, the zygotes that it forks, and the processes that these
fork, one for each submission.

Nobody imports this module; `nursery` starts it with `python -I -S`. Nursery and zygotes run no student code
and hold no probes. A process of a submission runs the cells, then is sent the probes and runs those that it
is asked for, and leaves by os._exit: the judging is elsewhere.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import os
import re
import signal
import socket
import sys
import traceback
import types
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from autograder.inside.forks.library import Library

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
    from autograder.inside.forks import family, library, rehearsal  # noqa: F401
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
    from autograder.inside.forks.family import Family
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

    def each(job: Any, box: str, descriptors: list[int]) -> int:
        return live(setup, job, box, descriptors, shell, library)

    with Family(control, each) as family, contextlib.suppress(OSError):
        family.serve()


def make_ready(setup: Any) -> tuple[Any, Library]:
    """Load what the assignment asks for, enter the jail, then make what runs cells and what probes are
    loaded into.
    """
    from autograder.inside import jail
    from autograder.inside.forks.library import Library
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


# ---- the process of one submission -------------------------------------------------------------------------


def live(setup: Any, job: Any, box: str, descriptors: list[int], shell: Any, library: Library) -> int:
    """Enter a jail of its own, then do what is asked for; returns the exit status."""

    from autograder.inside import jail
    from autograder.inside.as_it_is.cell_by_cell import CellByCell
    from autograder.inside.forks.rehearsal import rehearse
    from autograder.inside.protocol import (
        Channel,
        Confined,
        DescriptorChannel,
        Linked,
        NotConfined,
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
    channel.send(Confined())
    if job.run is None and not channel.has_any(0):
        rehearse(shell, library, setup.given)
    try:
        return do_as_asked(channel, link, CellByCell(shell), box, library, job.run or channel.receive())
    except EOFError:
        return 0


def do_as_asked(channel: Any, link: Any, notebook: Any, box: str, library: Library, request: Any) -> int:
    """Run cells and probes, or answer for the reference, to the end; request: the first of what is asked.
    Returns the exit status; raises EOFError where nobody asks any more.
    """
    from autograder.inside.cells import Snapshot
    from autograder.inside.jail import rlimits
    from autograder.inside.protocol import Channel, Linked, Observe, Run, Serve

    first: Snapshot | None = None
    left: Snapshot | None = None
    while True:
        if isinstance(request, Run):
            if first is not None:
                first.restore(0)
            with rlimits.kept_back():
                run_cells(channel, notebook, request, box)
            left = Snapshot(notebook)
            first = first or left
        elif isinstance(request, Observe):
            run_probes(channel, link, notebook, left, request, library)
        elif isinstance(request, Serve):
            other = Channel(socket.socket(fileno=channel.descriptors.pop()), Linked)
            return serve(channel, other, notebook, left, request)
        else:
            return 71
        request = channel.receive()


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
