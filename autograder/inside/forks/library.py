"""The probes of a process, once its cells have run."""

from __future__ import annotations

import builtins
import sys
import types
from marshal import loads as _loads
from typing import Any

from autograder.probe import Probe


class Library:
    """The probes of a process: none until its cells have run. What they build on is taken down in the zygote,
    so that they find the libraries and built-in names as they were, whatever the cells put in their places.
    """

    def __init__(self) -> None:
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

    def forget(self, name: str) -> None:
        """Be as before that module was loaded."""
        self.probes = {}
        self._modules.pop(name, None)
        sys.modules.pop(name, None)

    def _import(
        self, name: str, names: Any = None, local: Any = None, wanted: Any = (), level: int = 0
    ) -> Any:
        if level == 0 and name in self._modules:
            return self._modules[name if wanted else name.partition(".")[0]]
        return self._found(name, names, local, wanted, level)
