"""Run the jail's tests on aarch64, in a virtual machine made of Debian's packages and of wheels, emulated on whatever this is.

    sudo .venv/bin/python -m tests.aarch64.machine [--folder build/aarch64] [-- PYTEST ARGUMENTS]

Without arguments for pytest it runs tests/jail and the attacks on the grader that are not marked long, as root and as an ordinary
user. It needs root (debootstrap makes files of every owner) and the packages qemu-system-arm, debootstrap, e2fsprogs and xz-utils.
The mirror is the one of this machine's own apt. The machine itself has no network but its loopback. An hour on two cores is usual;
what was made stays in the folder, so that the next run is shorter. It ends with the status of the tests.
"""
from __future__ import annotations

import argparse
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from . import system
from .initramfs import make_initramfs

REPOSITORY = Path(__file__).parents[2]
ENDED = "aarch64: the tests ended with status "


@dataclass(frozen=True)
class Asked:
    """What the command line says."""

    folder: Path
    cores: int
    memory_mb: int
    pytest: list[str]


def read_arguments() -> Asked:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=REPOSITORY / "build" / "aarch64", help="where to make and keep the machine")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--memory-mb", type=int, default=4096)
    parser.add_argument("pytest", nargs="*", help="arguments for pytest, after --")
    given = parser.parse_args()
    return Asked(given.folder.absolute(), given.cores, given.memory_mb, given.pytest)


def pack_project(asked: Asked) -> Path:
    """This working tree as a tar file, which the machine reads as a disk. The arguments for pytest lie in it, one a line."""
    archive, orders = asked.folder / "project.tar", asked.folder / "arguments"
    orders.write_text("".join(argument + "\n" for argument in asked.pytest))
    files = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY, check=True, capture_output=True,
    ).stdout  # fmt: skip
    here = b"\0".join(name for name in files.split(b"\0") if name and os.path.exists(os.path.join(os.fsencode(REPOSITORY), name)))
    command = ["tar", "--create", f"--file={archive}", "--owner=0", "--group=0", "--null", "--verbatim-files-from", "--files-from=-"]
    subprocess.run([*command, "--directory", str(asked.folder), "--add-file=arguments"], cwd=REPOSITORY, check=True, input=here)
    return archive


def boot(asked: Asked, kernel: Path, initramfs: Path, disk: Path, project: Path) -> int:
    """Run the machine to its end, show what it prints, and return the status that it names."""
    command = [
        "qemu-system-aarch64", "-machine", "virt", "-cpu", "max,pauth-impdef=on", "-accel", "tcg,thread=multi", "-smp", str(asked.cores),
        "-m", str(asked.memory_mb), "-nographic", "-nodefaults", "-serial", "stdio", "-nic", "none", "-no-reboot",
        "-kernel", str(kernel), "-initrd", str(initramfs), "-append", "console=ttyAMA0 quiet panic=-1",
        "-drive", f"file={disk},format=raw,if=virtio,cache=unsafe", "-drive", f"file={project},format=raw,if=virtio,readonly=on",
    ]  # fmt: skip
    status = "none: the machine stopped before"
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as machine, open(asked.folder / "log", "wb") as log:
        assert machine.stdout is not None
        for line in machine.stdout:
            log.write(line)
            sys.stdout.write(line.decode(errors="replace").replace("\r", ""))
            sys.stdout.flush()
            if line.startswith(ENDED.encode()):
                status = line.decode().removeprefix(ENDED).strip()
    print(f"What it printed is in {asked.folder / 'log'}. Status: {status}")
    return int(status) if status.isdecimal() else 1


def main() -> int:
    asked = read_arguments()
    if os.geteuid() != 0:
        sys.exit("a system with files of every owner is made here: run this as root (sudo), or in a virtual machine or a container")
    asked.folder.mkdir(parents=True, exist_ok=True)
    disk = system.make_disk(asked.folder, REPOSITORY)
    kernel, modules = system.get_kernel(asked.folder)
    initramfs = make_initramfs(asked.folder, modules)
    return boot(asked, kernel, initramfs, disk, pack_project(asked))


if __name__ == "__main__":
    sys.exit(main())
