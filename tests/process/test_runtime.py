"""What a process that runs student code can import, tried in one."""
from __future__ import annotations

import subprocess
import sys

from autograder.sandbox.runtime import package_folders, runtime_folder
from tests.unit.test_rooms import INSIDE, MODULES


def test_nothing_that_judges_can_be_imported_inside() -> None:
    """From the runtime's own folder all of RUNTIME is found, and no other module of the package."""
    outside = sorted({name.split(".")[0] for name in MODULES.keys() - INSIDE})
    script = (
        "import importlib, importlib.util, sys\nsys.path[:0] = sys.argv[1].split(':')\n"
        "for name in sys.argv[2].split(','): importlib.import_module('autograder.' + name)\n"
        "found = [name for name in sys.argv[3].split(',') if importlib.util.find_spec('autograder.' + name)]\nprint(found)"
    )
    inside = ",".join(sorted(INSIDE - {"autograder"}))
    paths = ":".join([str(runtime_folder()), *package_folders()])
    done = subprocess.run([sys.executable, "-I", "-S", "-B", "-c", script, paths, inside, ",".join(outside)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
