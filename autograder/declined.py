"""What libraries load beside what is asked of them, takes seconds, and nothing here needs. Imported before
what would load it: by the command line, by its workers and by the module that reads notebooks.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

# jsonschema, which nbformat imports, looks for a checker of IRIs; it builds a grammar, and no notebook holds
# an IRI
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def put_off_gradebook() -> None:
    """Let nbgrader's tables be imported without what comes with them. Called by programs alone, before
    anything has imported nbgrader.
    """
    put_off("nbgrader")  # its __init__.py loads all its commands, nbconvert and the pages of its server
    put_off("nbformat", but="notebooknode")  # a class is asked for; schemas and jsonschema come with it
    put_off("requests")  # nbgrader asks a JupyterHub who is there, where there is one
    put_off_calls("setuptools.archive_util")  # nbgrader unpacks archives; setuptools reads what is installed


def put_off(package: str, but: str = "") -> None:
    """Let a package's modules be imported without what its __init__.py imports: that runs once something is
    asked for that no module of it is. A package that is there already stays as it is.

    but: the one module that can be had without, where the others rely on what __init__.py imports first.
    """
    spec = find_spec(package) if package not in sys.modules else None
    if spec is None or spec.loader is None:
        return
    loader, module = spec.loader, module_from_spec(spec)

    def asked(name: str) -> Any:
        if not but and find_spec(f"{package}.{name}") is not None:
            return import_module(f"{package}.{name}")
        del module.__dict__["__getattr__"]
        module.__path__ = spec.submodule_search_locations or []
        loader.exec_module(module)
        return getattr(module, name)

    sys.modules[package] = module
    if but:
        import_module(f"{package}.{but}")
        del module.__path__  # which Python asks for before it imports another
    module.__dict__["__getattr__"] = asked


def put_off_calls(name: str) -> None:
    """Let functions of a module be imported without the module: the first call of one loads it."""
    if name in sys.modules:
        return
    module = ModuleType(name)

    def asked(function: str) -> Any:
        if function.startswith("_"):  # what Python itself asks of any module
            raise AttributeError(function)

        def call(*arguments: Any, **options: Any) -> Any:
            if sys.modules.get(name) is module:
                del sys.modules[name]
            return getattr(import_module(name), function)(*arguments, **options)

        return call

    module.__dict__["__getattr__"] = asked
    sys.modules[name] = module


def is_put_off(package: str) -> bool:
    """Whether a package's __init__.py has been put off and has not run since."""
    return package in sys.modules and "__getattr__" in vars(sys.modules[package])
