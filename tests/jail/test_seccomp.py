"""The filter's tables against libseccomp's, and the assembled program against a small machine that runs it."""
from __future__ import annotations

import ctypes
import ctypes.util
import errno
import struct

import pytest

from autograder.inside.jail import seccomp
from autograder.inside.jail import seccomp_tables as tables

GROUPS = {name: group for name, group in vars(tables).items() if isinstance(group, dict) and not name.startswith("_")}
CALLS = {name: numbers for group in GROUPS.values() for name, numbers in group.items()}
ALLOW, KILL = "allow", "kill"
PID = 77


@pytest.fixture(scope="module")
def resolve():
    """seccomp_syscall_resolve_name_arch(3): Debian's libseccomp2."""
    name = ctypes.util.find_library("seccomp") or "libseccomp.so.2"
    function = ctypes.CDLL(name).seccomp_syscall_resolve_name_arch
    function.argtypes, function.restype = [ctypes.c_uint32, ctypes.c_char_p], ctypes.c_int
    return lambda architecture, call: function(architecture, call.encode())


@pytest.mark.parametrize("machine", seccomp.ARCHITECTURES)
def test_numbers_are_libseccomps(resolve, machine: str) -> None:
    """Every number is libseccomp's; where a machine has no such call, libseccomp knows none either."""
    column, architecture = seccomp.ARCHITECTURES[machine]
    assert len(CALLS) > 90
    for name, numbers in CALLS.items():
        known, ours = resolve(architecture, name), numbers[column]
        assert known == ours if ours is not None else known < 0, name


def verdict(machine: str, level: str, number: int, *arguments: int, abi: int = 7, architecture: int | None = None) -> str | int:
    """Run the program on a call, as the kernel would: "allow", "kill" or an errno."""
    program = [struct.unpack("HBBI", chunk) for chunk in _chunks(seccomp.program(level, PID, abi, machine))]
    given = arguments + (0,) * (6 - len(arguments))
    data = struct.pack("<iIQ6Q", number, seccomp.ARCHITECTURES[machine][1] if architecture is None else architecture, 0, *given)
    position = accumulator = 0
    while True:
        code, true, false, operand = program[position]
        position += 1
        if code == 0x20:
            accumulator = struct.unpack_from("<I", data, operand)[0]
        elif code == 0x54:
            accumulator &= operand
        elif code in (0x15, 0x35, 0x45):
            holds = {0x15: accumulator == operand, 0x35: accumulator >= operand, 0x45: bool(accumulator & operand)}[code]
            position += true if holds else false
        else:
            assert code == 0x06
            return {0x7FFF0000: ALLOW, 0x80000000: KILL}.get(operand, operand & 0xFFFF)


def _chunks(program: bytes) -> list[bytes]:
    return [program[i : i + 8] for i in range(0, len(program), 8)]


BOTH = pytest.mark.parametrize("machine", seccomp.ARCHITECTURES)
LEVELS = pytest.mark.parametrize("level", ["full", "landlock"])


@BOTH
@LEVELS
def test_named_calls_are_denied(machine: str, level: str) -> None:
    """Each group's calls get what the group gets."""
    column = seccomp.ARCHITECTURES[machine][0]
    landlock_only = {"OWNER_AND_ATTRIBUTES": errno.EPERM, "READING_ATTRIBUTES": errno.EOPNOTSUPP, "MODE_AND_TIMES": 0}
    for group in GROUPS.keys() - {"BY_ARGUMENT"}:
        anywhere = 0 if group == "LOCKS" else errno.EPERM
        expected = anywhere if group not in landlock_only else landlock_only[group] if level == "landlock" else ALLOW
        for name, numbers in GROUPS[group].items():
            if (number := numbers[column]) is not None:
                assert verdict(machine, level, number) == expected, name


@BOTH
@LEVELS
def test_everyday_calls_are_allowed(machine: str, level: str) -> None:
    """read, write, close, mmap, munmap, brk, futex, openat, getrandom, exit_group, lseek, fstat, rt_sigaction, clock_nanosleep."""
    x86 = [0, 1, 3, 9, 11, 12, 202, 257, 318, 231, 8, 5, 13, 230]
    arm = [63, 64, 57, 222, 215, 214, 98, 56, 278, 94, 62, 80, 134, 115]
    for number in x86 if machine == "x86_64" else arm:
        assert verdict(machine, level, number) == ALLOW, number


@BOTH
@LEVELS
def test_calls_are_judged_by_their_arguments(machine: str, level: str) -> None:
    """Threads but no processes, stream pairs but no sockets, limits and signals of one's own alone, few ioctls."""
    column = seccomp.ARCHITECTURES[machine][0]

    def ask(name: str, *arguments: int, abi: int = 7) -> str | int:
        number = tables.BY_ARGUMENT[name][column]
        assert number is not None
        return verdict(machine, level, number, *arguments, abi=abi)

    thread = 0x3D0F00  # what glibc's pthread_create asks for
    assert [ask("clone", flags) for flags in (thread, 0x11, 0x4111, 0x1200011)] == [ALLOW, errno.EPERM, errno.EPERM, errno.EPERM]
    assert {ask("clone", thread | 1 << bit) for bit in (17, 25, 26, 27, 28, 29, 30)} == {errno.EPERM}
    assert ask("clone3") == errno.ENOSYS
    assert {ask("socket", family) for family in range(50)} == {errno.EACCES}
    assert [ask("socketpair", 1, kind) for kind in (1, 1 | 0o2004000, 5, 2, 3)] == [ALLOW, ALLOW, ALLOW, errno.EACCES, errno.EACCES]
    assert {ask("socketpair", family, kind) for family in range(50) if family != 1 for kind in (1, 5)} == {errno.EACCES}
    assert {ask("socketpair", 1, 1, protocol) for protocol in range(1, 300)} == {errno.EACCES}
    assert [ask("prlimit64", pid) for pid in (0, PID, PID + 1, 1)] == [ALLOW, ALLOW, errno.EPERM, errno.EPERM]
    assert [ask("fcntl", 0, command) for command in (1, 2, 3, 4, 8, 10, 15, 1024, 1026, 1031)] == [ALLOW] * 4 + [errno.EPERM] * 6
    assert [ask("fcntl", 0, lock) for lock in (5, 6, 7, 36, 37, 38)] == [ALLOW, 0, 0, ALLOW, 0, 0]
    assert [ask("prctl", option) for option in (15, 1, 4, 35, 0x59616D61)] == [ALLOW] + [errno.EPERM] * 4
    assert [ask("ioctl", 0, request) for request in (0x5401, 0x5451, 0x5412, 0x40086602)] == [ALLOW, ALLOW, errno.ENOTTY, errno.ENOTTY]
    foreign = ALLOW if level == "full" else errno.EPERM
    everybody = 2**64 - 1
    assert [ask("kill", pid) for pid in (PID, PID + 1, 0, everybody)] == [ALLOW, foreign, foreign, foreign]
    assert [ask("tgkill", pid) for pid in (PID, PID + 1)] == [ALLOW, foreign]
    assert [ask("truncate", abi=abi) for abi in (2, 3)] == [foreign, ALLOW]


@BOTH
@LEVELS
def test_unknown_calls_and_architectures(machine: str, level: str) -> None:
    """Calls newer than the tables do not exist, those of x32 and of another architecture kill."""
    assert verdict(machine, level, tables.NEWEST) == ALLOW
    assert verdict(machine, level, tables.NEWEST + 1) == errno.ENOSYS
    assert verdict(machine, level, 1000) == errno.ENOSYS
    assert verdict(machine, level, 0x40000000 | 39) == KILL
    for architecture in (0x40000003, 0x40000028, 0):  # i386, arm
        assert verdict(machine, level, 20, architecture=architecture) == KILL


def test_jumps_stay_inside() -> None:
    """The kernel refuses a program of more than 4096 instructions; a jump reaches 255 at most."""
    for machine in seccomp.ARCHITECTURES:
        assert len(_chunks(seccomp.program("landlock", PID, 1, machine))) < 4096
