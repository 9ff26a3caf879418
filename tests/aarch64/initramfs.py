"""The few files that bring the kernel to its disk: a static busybox, the modules for a virtio disk with ext4, and a script."""
from __future__ import annotations

import gzip
import lzma
import os
import re
import stat
from pathlib import Path

DRIVERS = ("virtio_pci", "virtio_blk", "crc32c_generic", "libcrc32c", "ext4")
INIT = """#!/bin/busybox sh
/bin/busybox mount -t devtmpfs none /dev
exec < /dev/console > /dev/console 2>&1
/bin/busybox mount -t proc none /proc
for module in $(/bin/busybox cat /modules/order); do /bin/busybox insmod "/modules/$module"; done
/bin/busybox mount -t ext4 /dev/vda /system
/bin/busybox rm -rf /system/opt/chainrule
/bin/busybox mkdir -p /system/opt/chainrule
/bin/busybox tar -x -f /dev/vdb -C /system/opt/chainrule
/bin/busybox umount /proc
exec /bin/busybox switch_root /system /bin/sh /opt/chainrule/tests/aarch64/inside.sh
"""


def make_initramfs(folder: Path, unpacked: Path) -> Path:
    """Write it, from what the kernel's package and busybox's hold."""
    modules = _needed(unpacked, DRIVERS)
    entries: list[tuple[str, int, bytes]] = [(name, stat.S_IFDIR | 0o755, b"") for name in ("bin", "dev", "proc", "modules", "system")]
    busybox = next(path for path in unpacked.rglob("busybox") if path.is_file() and path.parent.name == "bin")
    entries += [("bin/busybox", stat.S_IFREG | 0o755, busybox.read_bytes()), ("init", stat.S_IFREG | 0o755, INIT.encode())]
    entries += [(f"modules/{name}.ko", stat.S_IFREG | 0o644, code) for name, code in modules.items()]
    entries.append(("modules/order", stat.S_IFREG | 0o644, "".join(f"{name}.ko\n" for name in modules).encode()))
    target = folder / "initramfs.gz"
    target.write_bytes(gzip.compress(_archive(entries)))
    return target


def _needed(unpacked: Path, drivers: tuple[str, ...]) -> dict[str, bytes]:
    """These modules and what they depend on, in the order in which they are to be loaded. What the kernel has built in is no file."""
    files = {re.sub(r"\.ko.*", "", path.name).replace("-", "_"): path for path in unpacked.rglob("*.ko*")}
    found: dict[str, bytes] = {}

    def add(name: str) -> None:
        if name in found or name not in files:
            return
        code = lzma.decompress(files[name].read_bytes()) if files[name].suffix == ".xz" else files[name].read_bytes()
        told = re.search(rb"\0depends=([^\0]*)\0", code)
        for other in told[1].decode().split(",") if told else ():
            add(other.replace("-", "_"))
        found[name] = code

    for driver in drivers:
        add(driver)
    return found


def _archive(entries: list[tuple[str, int, bytes]]) -> bytes:
    """A cpio archive as the kernel reads it: Documentation/driver-api/early-userspace/buffer-format.rst, "newc"."""
    parts = []
    for number, (name, mode, content) in enumerate([*entries, ("TRAILER!!!", 0, b"")], start=1):
        fields = [number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0]
        head = b"070701" + b"".join(b"%08x" % field for field in fields) + os.fsencode(name) + b"\0"
        parts += [head + bytes(-len(head) % 4), content + bytes(-len(content) % 4)]
    return b"".join(parts)
