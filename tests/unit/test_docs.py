"""The documentation says what is so: commands and options exist, links lead somewhere, names in the code are right, made pages are up to date."""
from __future__ import annotations

import ast
import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
import typer

from autograder.assignment.loading import names_in as names_of_assignments
from autograder.entry.cli import build
from autograder.entry.commands.autograde import results_json
from tests.documentation import PAGES, ROOT, anchors, blocks, code_words, links

COMMANDS: dict[str, Any] = typer.main.get_command(build()).commands  # type: ignore[attr-defined]
OTHERS = {"cd", "cp", "mv", "mkdir", "ls", "git", "unzip", "jupyter", "jupytext", "dask", "pip", "docker", "podman", "bash", "python3.11", "export", "source", "sudo"}
"""Programs that blocks may call besides ours."""
FOLDERS = {"assignments", "autograder", "benchmarks", "data", "docs", "tests"}
MADE_UP = re.compile(r"[<>*]|[A-Z]{3,}|…")
"""A word that stands for another."""


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reference = load(ROOT / "docs" / "make_reference.py")


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def test_benchmarks_find_what_they_import() -> None:
    """A file of benchmarks/ imports others of the checkout, and finds them only where Python is given its module."""
    recipe = re.search(r"^bench:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert recipe
    commands = [line.split("/python ", 1)[1] for line in recipe[1].splitlines()]
    modules = [command.removeprefix("-m benchmarks.") for command in commands if command.startswith("-m benchmarks.")]
    assert len(modules) > 3 and all((ROOT / "benchmarks" / f"{name}.py").is_file() for name in modules)
    assert not [command for command in commands if command.startswith("benchmarks/")]


def problem(words: list[str]) -> str:
    """What is wrong with a command of a block; empty where nothing is found."""
    while words and re.match(r"\w+=", words[0]):
        words = words[1:]
    if not words:
        return ""
    program, arguments = Path(words[0]).name, words[1:]
    ours = [w.split("::")[0] for w in words if w.split("/")[0] in FOLDERS and "/" in w and not MADE_UP.search(w)]
    examples = [w for w in ours if w.startswith("assignments/") and w.split("/")[1] not in names_of_assignments(ROOT)]
    lost = [w for w in ours if w not in examples and not (ROOT / w).exists()]
    if lost:
        return f"{lost[0]} is not there"
    if program == "chainrule":
        return chainrule_problem(arguments)
    if program == "make":
        unknown = [w for w in arguments if "=" not in w and w not in targets()]
        return f"make has no target {unknown[0]}" if unknown else ""
    if program in ("python", "pytest", "nbgrader", "ruff", "mypy") or program in OTHERS:
        return ""
    return f"{program} is not known: mend the command, or add the program to OTHERS"


def chainrule_problem(arguments: list[str]) -> str:
    if not arguments or arguments == ["--help"]:
        return ""
    if arguments[0] not in COMMANDS:
        return f"chainrule has no command {arguments[0]}"
    if "--help" in arguments:
        return ""
    try:
        COMMANDS[arguments[0]].make_context(arguments[0], arguments[1:])
    except Exception as error:
        return f"{' '.join(['chainrule', *arguments])}: {getattr(error, 'message', error)}"
    return ""


@pytest.mark.parametrize("page", PAGES)
def test_commands_in_blocks_exist(page: str) -> None:
    """Every command of a block is one that there is, with options that it has, the arguments that it needs, and paths that exist."""
    found = [f"{page}:{block.line}: {said}" for block in blocks(page) for words in block.commands() if (said := problem(words))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("page", PAGES)
def test_commands_in_the_prose_exist(page: str) -> None:
    """A command that the prose names is one that there is, and has the options that stand with it."""
    for text in code_words(page):
        words = text.split()
        if words[0] == "make" and len(words) == 2 and not MADE_UP.search(text):
            assert words[1] in targets(), text
        if words[0] != "chainrule" or len(words) == 1 or MADE_UP.search(words[1]) or words[1:] == ["--help"]:
            continue
        assert words[1] in COMMANDS, text
        known = {option for parameter in COMMANDS[words[1]].params for option in parameter.opts} | {"--help"}
        assert {word.split("=")[0] for word in words if word.startswith("--")} <= known, text


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    """A link to a file leads to one that is there, from where the page lies; an anchor to a heading of it."""
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), f"{page}: {link}"
        if anchor:
            assert anchor in anchors(target.resolve().relative_to(ROOT).as_posix()), f"{page}: {link}"


def defined(module: Path) -> dict[str, ast.AST]:
    """The top-level names of a module of the package."""
    return names_in(ast.parse(module.read_text(encoding="utf-8")).body)


def names_in(body: list[ast.stmt]) -> dict[str, ast.AST]:
    names: dict[str, ast.AST] = {}
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                names[ast.unparse(target)] = node
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name: node for alias in node.names}
    return names


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith(("docs/explanation", "CONTRIBUTING"))])
def test_names_of_the_code_are_right(page: str) -> None:
    """A dotted name such as `judging.grader.Grader.grade` in an explanation is in that module."""
    rooms = {path.parent.name for path in (ROOT / "autograder").glob("*/__init__.py")}
    for text in code_words(page):
        room, *parts = text.split(".")
        if room not in rooms or len(parts) < 2 or not all(re.fullmatch("[A-Za-z_]+", part) for part in parts):
            continue
        folder = ROOT / "autograder" / room
        while (folder / parts[0]).is_dir():
            folder, parts = folder / parts[0], parts[1:]
        module, name, attribute = folder / f"{parts[0]}.py", parts[1], parts[2] if len(parts) > 2 else ""
        assert module.is_file() and name in defined(module), text
        node = defined(module)[name]
        if attribute and isinstance(node, ast.ClassDef):
            assert attribute in names_in(node.body), text


def test_the_misconception_of_the_how_to_is_one_that_there_is() -> None:
    """The code that docs/how-to/add_a_misconception.md shows stands in the assignment that it names."""
    page = (ROOT / "docs" / "how-to" / "add_a_misconception.md").read_text(encoding="utf-8")
    shown = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    there = (ROOT / "assignments" / "nn_recognition" / "misconceptions.py").read_text(encoding="utf-8")
    assert shown and all(code.strip() in there for code in shown)


def test_made_pages_are_up_to_date() -> None:
    """Reference pages say what the code and the schemas say."""
    for name, text in reference.pages().items():
        kept = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
        assert kept == text, f"docs/reference/{name} is out of date: run python docs/make_reference.py"


def test_the_example_of_the_results_page_is_of_its_form() -> None:
    """What the page shows is what the schema describes, and every outcome and verdict has its meaning there."""
    schema = json.loads((ROOT / "docs" / "reference" / "results.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(results_json(reference.example_results())))
    assert list(reference.OUTCOMES) == schema["$defs"]["outcome"]["enum"]
    assert list(reference.VERDICTS) == schema["$defs"]["verdict"]["enum"]


def test_the_schema_of_assignment_toml_takes_every_assignment() -> None:
    """An editor that follows the schema finds nothing wrong with the assignments that there are, and something with a wrong key."""
    import tomllib

    schema = json.loads((ROOT / "docs" / "reference" / "assignment.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    for path in (ROOT / "assignments").glob("*/assignment.toml"):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        validator.validate(table)
        assert not validator.is_valid(table | {"sumary": ""})


BAD = {
    "no such command": "chainrule grade nn_recognition",
    "no such option": "chainrule autograde nn_recognition --quick",
    "an argument is missing": "chainrule explain dan nn_recognition",
    "no number": "chainrule autograde nn_recognition --jobs many",
    "no target": "make everything",
    "no path": "python -m pytest tests/unit/test_nothing.py",
    "no such program": "chainrool release",
    "the second of two": "make test && chainrule grade",
    "in brackets": "(cd demo && ../.venv/bin/chainrule grade)",
}


@pytest.mark.parametrize("case", BAD)
def test_a_wrong_command_is_found(case: str) -> None:
    """The check has teeth."""
    from tests.documentation import Block

    assert any(problem(words) for words in Block("", 0, BAD[case]).commands())
