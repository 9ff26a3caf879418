"""The zip that makes Gradescope grade an assignment with this engine: two scripts, the package, the
assignment, and what pip has to fetch.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from autograder.assignment.values import Assignment
from autograder.files import PACKAGE

NEEDED = ("ipython", "jinja2", "jupytext", "matplotlib", "msgspec", "nbformat", "numpy")
"""What grading needs of the package's dependencies: no gradebook is written there."""
_MOMENT = (2026, 1, 1, 0, 0, 0)

SETUP = """\
#!/usr/bin/env bash
# Run once, when Gradescope builds the image: Python, the packages, and what the reference does on the hidden
# tests.
set -eu
ROOT="${AUTOGRADER_ROOT:-/autograder}"
cd "$ROOT/source"
find_python() { for minor in 14 13 12 11; do command -v "python3.$minor" && return; done; true; }
if [ -z "$(find_python)" ] || ! "$(find_python)" -c "import ensurepip" 2>/dev/null; then
    apt-get update
    apt-get install -y --no-install-recommends python3.12 python3.12-venv ||
    apt-get install -y --no-install-recommends python3.11 python3.11-venv
fi
"$(find_python)" -m venv "$ROOT/venv"
"$ROOT/venv/bin/python" -m pip install --quiet --disable-pip-version-check -r requirements.txt
chmod +x run_autograder
PYTHONPATH="$ROOT/source/kit" "$ROOT/venv/bin/python" -m autograder.entry.gradescope "$ROOT" NAME --prepare
chmod -R go-rwx "$ROOT/source"
"""

RUN = """\
#!/usr/bin/env bash
# Run for each submission: grades submission/ and writes results/results.json.
set -eu
ROOT="${AUTOGRADER_ROOT:-/autograder}"
export PYTHONPATH="$ROOT/source/kit" PYTHONDONTWRITEBYTECODE=1
exec "${AUTOGRADER_PYTHON:-$ROOT/venv/bin/python}" -m autograder.entry.gradescope "$ROOT" NAME
"""


def write_zip(assignment: Assignment, salt: str, path: Path) -> None:
    """Write the zip. With the salt in it, Gradescope tries the same hidden inputs as this machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data, mode in _entries(assignment, salt):
            info = zipfile.ZipInfo(name, _MOMENT)
            info.external_attr, info.compress_type = (0o100000 | mode) << 16, zipfile.ZIP_DEFLATED
            made.writestr(info, data)
    part.replace(path)


def _entries(assignment: Assignment, salt: str) -> Iterator[tuple[str, bytes, int]]:
    yield "setup.sh", SETUP.replace("NAME", assignment.name).encode(), 0o755
    yield "run_autograder", RUN.replace("NAME", assignment.name).encode(), 0o755
    yield "requirements.txt", "".join(f"{name}=={version(name)}\n" for name in NEEDED).encode(), 0o644
    yield "salt", f"{salt}\n".encode(), 0o600
    for file in _files(PACKAGE):
        yield f"kit/autograder/{file.relative_to(PACKAGE)}", file.read_bytes(), 0o644
    for file in _files(assignment.folder):
        yield (
            f"course/assignments/{assignment.name}/{file.relative_to(assignment.folder)}",
            file.read_bytes(),
            0o644,
        )
    for name in assignment.table.data:
        yield f"course/data/{name}", (assignment.root / "data" / name).read_bytes(), 0o644


def _files(folder: Path) -> Iterator[Path]:
    """The files of a folder, without what Python leaves there."""
    for file in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") or part == "__pycache__" for part in file.relative_to(folder).parts)
        if file.is_file() and not hidden:
            yield file
