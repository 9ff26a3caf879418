"""What libraries load is put off: their modules are there, and the rest comes once it is asked for."""
from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from autograder.declined import is_put_off, put_off, put_off_calls

PACKAGE = {
    "__init__.py": "from slow_sample import first\nran = first.ran = True\n",
    "first.py": "ran = False\n",
    "second.py": "from slow_sample import first\nfound = first.ran\n",
    "calls.py": "def double(number):\n    return 2 * number\n",
}


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A package whose __init__.py takes long, and the name by which it is imported."""
    for name, text in PACKAGE.items():
        (tmp_path / "slow_sample").mkdir(exist_ok=True)
        (tmp_path / "slow_sample" / name).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield "slow_sample"
    for name in [name for name in sys.modules if name.startswith("slow_sample")]:
        del sys.modules[name]


def test_a_module_comes_without_what_its_package_loads(sample: str) -> None:
    """Neither importing a module nor asking the package for one runs its __init__.py."""
    put_off(sample)
    second = importlib.import_module(f"{sample}.second")
    assert second.found is False
    assert is_put_off(sample)


def test_what_is_no_module_has_the_package_run_once(sample: str) -> None:
    """A name that __init__.py gives is there when it is asked for, and what no package has is missing as ever."""
    put_off(sample)
    package = importlib.import_module(sample)
    assert package.ran is True
    assert not is_put_off(sample)
    with pytest.raises(AttributeError):
        _ = package.nothing_of_the_kind


def test_of_some_packages_one_module_alone_comes_first(sample: str) -> None:
    """Where other modules rely on what __init__.py imports first, importing one of them runs it before."""
    put_off(sample, but="first")
    assert is_put_off(sample)
    assert importlib.import_module(f"{sample}.second").found is True
    assert not is_put_off(sample)


def test_what_is_there_already_stays(sample: str) -> None:
    """A package that somebody has imported is nobody's to put off."""
    package = importlib.import_module(sample)
    put_off(sample)
    assert sys.modules[sample] is package
    assert not is_put_off(sample)


def test_functions_are_loaded_when_they_are_called(sample: str) -> None:
    """A function can be imported without its module, does what it does, and Python's own questions find no function."""
    put_off_calls(f"{sample}.calls")
    module = sys.modules[f"{sample}.calls"]
    double = module.double
    assert not hasattr(module, "__file__")
    assert double(4) == 8
    assert sys.modules[f"{sample}.calls"] is not module
