"""IPython in the process of a submission: no history, threads, rendering or child processes."""

from __future__ import annotations

import re
from functools import partial
from typing import Any


def load_ipython() -> None:
    """Import what `make_shell` is made of, which takes a good part of a second."""
    import IPython.core.interactiveshell  # noqa: F401


_OTHER_LANGUAGES = (
    "bash",
    "sh",
    "script",
    "system",
    "sx",
    "perl",
    "ruby",
    "javascript",
    "html",
    "svg",
    "latex",
    "markdown",
)
"""Cell magics whose cell is no Python."""


def make_shell() -> Any:
    """An IPython shell without history, threads, rendering or child processes; None where IPython is
    missing.
    """
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.history import HistoryManager
    from IPython.core.interactiveshell import InteractiveShell

    class QuietPublisher(DisplayPublisher):
        def publish(self, *args: Any, **kwargs: Any) -> None:
            pass

    class Shell(InteractiveShell):
        def enable_gui(self, gui: Any = None) -> None:
            pass

        def enable_matplotlib(self, gui: Any = None) -> Any:
            return gui, "agg"

        def enable_pylab(self, gui: Any = None, import_all: bool = True, *args: Any, **kwargs: Any) -> Any:
            from IPython.core.pylabtools import import_pylab

            names: dict[str, Any] = {}
            import_pylab(names, import_all)
            self.user_ns.update(names)
            return "agg", "agg", {}

        def system(self, command: str) -> None:
            _not_run(f"!{command}")

        system_piped = system_raw = system

        def getoutput(self, command: str, *args: Any, **kwargs: Any) -> list[str]:
            _not_run(f"!{command}")
            return []

        def showtraceback(self, *args: Any, **kwargs: Any) -> None:
            pass

        def showsyntaxerror(self, *args: Any, **kwargs: Any) -> None:
            pass

        def _format_exception_for_storage(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
            """For a history that nobody reads; the frames of a deep recursion would take seconds."""
            return {}

    HistoryManager.enabled = False
    shell = Shell(display_pub_class=QuietPublisher)
    shell.displayhook.write_output_prompt = shell.displayhook.write_format_data = lambda *a, **k: None
    for magic in _DO_NOTHING:
        shell.register_magic_function(lambda line, _name=magic: _not_run(f"%{_name} {line}"), "line", magic)
    for magic in _RUN_ONCE:
        once = partial(_once, shell, magic in _KEEPS_NAMES)
        shell.register_magic_function(
            lambda line, cell=None, _once=once: _once(line, cell), "line_cell", magic
        )
    _forgive_extensions(shell)
    for magic in _OTHER_LANGUAGES:
        shell.register_magic_function(lambda line, cell, _name=magic: _not_run(f"%%{_name}"), "cell", magic)
    return shell


def nobody_answers(prompt: object = "") -> str:
    """`input` of a kernel that nobody sits in front of."""
    from IPython.core.error import StdinNotImplementedError

    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


def _not_run(what: str) -> None:
    print(f"(not run when grading: {what[:80]})")


_DO_NOTHING = (
    *("pip", "conda", "mamba", "uv", "sx", "system", "sc"),
    *("cd", "ls", "ll", "mkdir", "rm", "rmdir", "cp", "mv", "cat", "man", "less", "more", "clear", "cls"),
)
"""What concerns the student's computer: files elsewhere, packages, the screen."""
_RUN_ONCE = ("timeit", "prun", "lprun", "memit", "mprun")
"""What measures code, by running it many times or with tools that are not here."""
_KEEPS_NAMES = ("prun", "lprun", "mprun")
"""Those that run code once, among the notebook's own names: the others keep none in Jupyter either."""


_OPTIONS = re.compile(r"(?:\s*-(?:[nrpflsTDum]\s*\S+|[oqvtcg]+)(?=\s|$))*\s*")


def _once(shell: Any, keeps: bool, line: str, cell: str | None) -> None:
    """Run what was to be measured once, among the notebook's names where the magic does, or a copy."""
    text = line[_OPTIONS.match(line).end() :]  # type: ignore[union-attr]
    names = shell.user_ns if keeps else {**shell.user_ns}
    exec(shell.transform_cell("\n".join(filter(None, (text, cell)))), names)


def _forgive_extensions(shell: Any) -> None:
    """An extension that is not here is left out: a cell does not end with it."""
    load = shell.extension_manager.load_extension

    def load_extension(name: str) -> Any:
        try:
            return load(name)
        except ImportError:
            _not_run(f"%load_ext {name}")
            return None

    shell.extension_manager.load_extension = load_extension
