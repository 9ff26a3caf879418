"""The machine's disk and its kernel, from Debian's packages for arm64 and from wheels for aarch64."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

SUITE = "trixie"
"""The release of Debian: 13, with Linux 6.12 and Python 3.13."""
PACKAGES = "python3,libseccomp2,busybox-static"
"""What the tests need beside Debian's smallest system."""
PROJECT = "/opt/chainrule"
"""Where the machine's first process unpacks the project."""
DISK_BYTES = 6 << 30  # of which only what is used takes room
TESTS_NEED = ["pytest", "hypothesis", "jsonschema"]


def mirror() -> tuple[str, str]:
    """The address of this machine's own archive of Debian's packages, and the keys that sign it."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE) $(LABEL)", "Created-By: Packages"], check=True, capture_output=True, text=True
    ).stdout.split("\n")
    sites = [line.split()[0] for line in listed if line.endswith(" Debian")]
    if not sites:
        sys.exit("apt on this machine knows no archive of Debian: run this on Debian, after apt-get update")
    return sites[0], "/usr/share/keyrings/debian-archive-keyring.gpg"


def download(folder: Path, *wanted: str) -> list[Path]:
    """Fetch packages for arm64, with apt, whose lists and settings for that lie in the folder. The name may be that of a metapackage."""
    site, keys = mirror()
    for name in ("state/lists/partial", "cache/archives/partial", "packages"):
        (folder / "apt" / name).mkdir(parents=True, exist_ok=True)
    (folder / "apt" / "status").touch()
    (folder / "apt" / "sources.list").write_text(f"deb [signed-by={keys}] {site} {SUITE} main\n")
    (folder / "apt" / "apt.conf").write_text(
        'APT::Architecture "arm64";\nAPT::Architectures { "arm64"; };\nAPT::Sandbox::User "root";\n'
        f'Dir::State "{folder}/apt/state";\nDir::State::status "{folder}/apt/status";\nDir::Cache "{folder}/apt/cache";\n'
        f'Dir::Etc::sourcelist "{folder}/apt/sources.list";\nDir::Etc::sourceparts "/dev/null";\n'
    )
    environment = {**os.environ, "APT_CONFIG": str(folder / "apt" / "apt.conf")}
    packages = folder / "apt" / "packages"
    subprocess.run(["apt-get", "-qq", "update"], check=True, env=environment)
    for name in wanted:
        depends = subprocess.run(["apt-cache", "depends", "--important", name], check=True, env=environment, capture_output=True, text=True).stdout
        real = re.findall(r"Depends: (linux-image-\S+)", depends) or [name]
        subprocess.run(["apt-get", "-qq", "download", *real], check=True, env=environment, cwd=packages)
    return sorted(packages.glob("*.deb"))


def get_kernel(folder: Path) -> tuple[Path, Path]:
    """Debian's kernel and the folder of its modules. Its package for busybox lies there too, unpacked, for the initramfs."""
    unpacked = folder / "kernel"
    if not unpacked.exists():
        for package in download(folder, "linux-image-arm64", "busybox-static"):
            subprocess.run(["dpkg-deb", "--extract", str(package), str(unpacked)], check=True)
    return next((unpacked / "boot").glob("vmlinuz-*")), unpacked


def make_disk(folder: Path, project: Path) -> Path:
    """A disk with a Debian that is unpacked and not yet configured, which is left to the machine itself, and a virtual environment."""
    disk, root = folder / "disk.img", folder / "root"
    if disk.exists():
        return disk
    shutil.rmtree(root, ignore_errors=True)
    site, keys = mirror()
    command = ["debootstrap", "--foreign", "--arch=arm64", "--variant=minbase", f"--include={PACKAGES}", f"--keyring={keys}", SUITE]
    subprocess.run([*command, str(root), site], check=True)
    if (root / "proc").is_symlink():  # debootstrap's way in a container
        (root / "proc").unlink()
        (root / "proc").mkdir()
    _add_packages(root, project)
    half_made = disk.with_suffix(".part")
    half_made.unlink(missing_ok=True)
    with open(half_made, "wb") as file:
        file.truncate(DISK_BYTES)
    subprocess.run(["mkfs.ext4", "-q", "-d", str(root), str(half_made)], check=True)
    shutil.rmtree(root)
    return half_made.rename(disk)


def _add_packages(root: Path, project: Path) -> None:
    """What the project needs, as pinned, in a virtual environment for the Python inside."""
    names = [path.name for path in (root / "var/cache/apt/archives").glob("python3.*-minimal_*.deb")]
    version = re.findall(r"python(3\.\d+)-minimal_(3[\d.]+)", names[0])[0]
    environment = root / "opt/venv"
    site = environment / f"lib/python{version[0]}/site-packages"
    needed = tomllib.loads((project / "pyproject.toml").read_text())["project"]["dependencies"] + TESTS_NEED
    platforms = [f"--platform=manylinux{tag}_aarch64" for tag in ("2014", "_2_17", "_2_28")]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", f"--target={site}", "--only-binary=:all:", "--implementation=cp",
         f"--python-version={version[1]}", *platforms, f"--constraint={project / 'constraints.txt'}", *needed], check=True
    )  # fmt: skip
    (environment / "bin").mkdir()
    (environment / "bin/python").symlink_to("/usr/bin/python3")
    (environment / "pyvenv.cfg").write_text(f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {version[1]}\n")
    (site / "chainrule.pth").write_text(PROJECT + "\n")
