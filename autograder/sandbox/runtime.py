"""What is shown to student code of this machine: the interpreter, the packages, a few modules of ours, a
clean environment.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import sysconfig
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from autograder.files import PACKAGE
from autograder.inside.jail.files import make_folder, sweep

RUNTIME = ("__init__.py", "probe.py", "inputs.py", "observers", "inside")
"""All of the package that can be imported where student code runs. Nothing here judges."""
_PREFIX = "chainrule-runtime-"


def clean_environment(runtime: Path) -> dict[str, str]:
    """The zygote's environment: nothing of the grader's, and what makes NumPy's results repeatable."""
    kept = {
        k: v for k, v in os.environ.items() if k.startswith("OPENBLAS_") or k == "NVPL_BLAS_DEBUG_CPU_TYPE"
    }
    return kept | {
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": str(runtime / "matplotlib"),
        "IPYTHONDIR": "/nonexistent",
        "MALLOC_ARENA_MAX": "2",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "VECLIB_MAXIMUM_THREADS": "1",
        "JOBLIB_MULTIPROCESSING": "0",  # joblib then runs one task after another
    }


def package_folders() -> list[str]:
    """Where NumPy and the other packages lie, for a Python that is started without site."""
    numpy = find_spec("numpy")
    assert numpy is not None and numpy.origin is not None
    found = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), str(Path(numpy.origin).parents[1])]
    return list(dict.fromkeys(str(Path(path).resolve()) for path in found))


def interpreter_folders() -> list[str]:
    """The interpreter, its library and the system's libraries: what the jail shows read-only."""
    candidates = [
        "/usr",
        "/bin",
        "/lib",
        "/lib64",
        "/etc/ld.so.cache",
        "/etc/localtime",
        "/etc/fonts",
        str(Path(sys.executable).parent),
        str(Path(sys.executable).resolve().parent),
        sysconfig.get_path("stdlib"),
        sysconfig.get_config_var("LIBDIR") or "/usr/lib",
    ]
    return [path for path in dict.fromkeys(candidates) if os.path.lexists(path)]


@cache
def runtime_folder() -> Path:
    """A private copy of the few modules that may be imported inside, and matplotlib's font list.

    Removed at exit; those that killed graders left go here.
    """
    sweep(_PREFIX)
    folder = Path(make_folder(_PREFIX))
    package = folder / "autograder"
    package.mkdir()
    for name in RUNTIME:
        if (PACKAGE / name).is_dir():
            shutil.copytree(PACKAGE / name, package / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(PACKAGE / name, package / name)
    (folder / "matplotlib").mkdir()
    for font_list in _font_lists():
        shutil.copy2(font_list, folder / "matplotlib" / font_list.name)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    _remove_at_exit(folder)
    return folder


def _font_lists() -> list[Path]:
    """Matplotlib's cached list of fonts; where there is none, or one from before this matplotlib was
    installed, it is asked to make one, or to say that the old one will do.
    """
    caches = (
        os.environ.get("MPLCONFIGDIR"),
        os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "matplotlib"),
    )
    found = list(Path(next(filter(None, caches))).glob("fontlist-*.json"))
    matplotlib = find_spec("matplotlib")
    assert matplotlib is not None and matplotlib.origin is not None
    if any(path.stat().st_mtime > os.stat(matplotlib.origin).st_mtime for path in found):
        return found  # without importing it, which takes a quarter of a second
    from matplotlib import font_manager, get_cachedir  # noqa: F401 -- to import it writes the list

    good = list(Path(get_cachedir()).glob("fontlist-*.json"))
    for path in good:
        with contextlib.suppress(OSError):
            path.touch()  # so that the next run knows, and need not ask
    return good


def _remove_at_exit(folder: Path) -> None:
    import atexit

    owner = os.getpid()

    def remove() -> None:
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
