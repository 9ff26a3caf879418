"""Writes the reference pages that are made from code and schemas: python docs/make_reference.py

A test says whether they are up to date; `make docs` makes them anew.
"""
from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import re
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any

import typer

from autograder.assignment.table import schema as assignment_schema
from autograder.entry.cli import build
from autograder.entry.commands.autograde import results_json
from autograder.files import PACKAGE
from autograder.inside.seen import Outcome
from autograder.judging.findings import (
    CheckResult,
    ClassResult,
    Diagnosis,
    QuestionResult,
    SubmissionResult,
    Verdict,
)

REFERENCE = Path(__file__).parent / "reference"
MADE = "<!-- made by python docs/make_reference.py: do not edit, run it again -->\n"


def pages() -> dict[str, str]:
    """Every page that is made, by its name in docs/reference/."""
    results = json.loads((REFERENCE / "results.schema.json").read_text(encoding="utf-8"))
    return {
        "assignment.schema.json": json.dumps(assignment_schema(), indent=2, ensure_ascii=False) + "\n",
        "assignment.md": assignment_page(assignment_schema()),
        "commands.md": commands_page(),
        "functions.md": functions_page(),
        "results.md": results_page(results),
    }


# ---- schemas as tables ------------------------------------------------------------------------------------------


def rows(schema: dict[str, Any], part: dict[str, Any]) -> list[str]:
    """A table of an object's keys: name, what it holds, what it means."""
    lines = ["| key | holds | what it means |", "| --- | --- | --- |"]
    for name, entry in part["properties"].items():
        default = f" Default: {_default(entry['default'])}." if entry.get("default") not in (None, {}) and "$ref" not in entry else ""
        must = " Required." if "default" not in entry and name in part.get("required", []) and schema["title"] == "assignment.toml" else ""
        says = _description(schema, entry)
        lines.append(f"| `{name}` | {_kind(schema, entry)} | {says}{default}{must} |")
    return lines


def _description(schema: dict[str, Any], entry: dict[str, Any]) -> str:
    says: str = entry.get("description") or (_target(schema, entry).get("description", "") if "$ref" in entry else "")
    return f"{says.rstrip('.')}." if says else ""


def _default(value: Any) -> str:
    return "none" if value in ("", []) else f"`{json.dumps(value)}`"


def _target(schema: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    target: dict[str, Any] = schema["$defs"][entry["$ref"].rpartition("/")[2]]
    return target


def _kind(schema: dict[str, Any], entry: dict[str, Any]) -> str:
    """What a key holds, in a few words."""
    if "$ref" in entry:
        name = entry["$ref"].rpartition("/")[2]
        target = _target(schema, entry)
        if target.get("type") == "object" or "enum" in target:
            return f"[{_word(name)}](#{_word(name)})"
        return _kind(schema, target)
    if "anyOf" in entry:
        return " or ".join(_kind(schema, option) for option in entry["anyOf"])
    if "enum" in entry:
        return ", ".join(f"`{value}`" for value in entry["enum"])
    if "const" in entry:
        return f"`{entry['const']}`"
    kind = entry.get("type", "object")
    if kind == "array":
        inner = _kind(schema, entry["items"])
        return f"list of {_plural(inner)}"
    if kind == "object" and isinstance(entry.get("additionalProperties"), dict):
        inner = _kind(schema, entry["additionalProperties"])
        return f"table of {_plural(inner)}"
    if kind == "object" and "properties" in entry:
        return "object with " + " and ".join(f"`{name}`" for name in entry["properties"])
    low = " above 0" if entry.get("exclusiveMinimum") == 0 else " from 0" if entry.get("minimum") == 0 else ""
    high = f", at most {entry['maximum']}" if "maximum" in entry else ""
    return {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`", "null": "`null`"}[kind] + low + high


def _plural(kind: str) -> str:
    return re.sub(r"^\[(.*?)\]", r"[\1s]", kind) if kind.startswith("[") else f"{kind}s"


def _word(name: str) -> str:
    return re.sub(r"Table$", "", name).lower()


# ---- pages ------------------------------------------------------------------------------------------------------


def assignment_page(schema: dict[str, Any]) -> str:
    """assignment.toml, key by key."""
    parts = schema["$defs"]
    limits = parts["Limits"]["properties"]
    example = "\n".join([
        'title = "Neural networks for recognition"', "order = 5", 'feedback = "inputs"', "", "[limits]",
        *(f"{name} = {entry['default']:g}" for name, entry in limits.items()), "",
        "[questions.softmax]", 'defines = ["softmax"]', "",
        "[questions.affine]", 'defines = ["TwoLayerPerceptron.affine_forward", "TwoLayerPerceptron.affine_backward"]', "",
        "[questions.train]", 'defines = ["train"]', 'needs = ["softmax", "affine"]', "",
        "[questions.why_it_overfits]            # a write-up defines nothing",
    ])  # fmt: skip
    return "\n".join([
        "# assignment.toml", "", MADE,
        "What an assignment is called, what goes with it, and what each question defines and needs. Points stand in `notebook.py` alone",
        "([writing an assignment](authoring.md)). A wrong file is refused with the key, its value and what belongs there.",
        "The [JSON Schema](assignment.schema.json) is for editors.", "",
        "```toml", example, "```", "",
        "## Keys", "", *rows(schema, parts["AssignmentTable"]), "",
        "## limits", "", f"`[limits]`: {parts['Limits']['description']}", "", *rows(schema, parts["Limits"]), "",
        "## question", "", f"`[questions.<id>]`: {parts['QuestionTable']['description']}", "", *rows(schema, parts["QuestionTable"]), "",
    ])  # fmt: skip


def example_results() -> ClassResult:
    """A class of one, with what a result can hold."""
    says = "You subtract the largest entry of the whole batch. A row far below it underflows to 0/0. Look at which axis the maximum is taken over."
    checks = (
        CheckResult("moderate_scores", "Scores of moderate size.", 3.0, 3.0, Outcome.FINISHED, Verdict.RIGHT, ""),
        CheckResult(
            "rows_far_apart", "Rows of very different size, each with its own maximum.", 2.0, 0.0, Outcome.FINISHED, Verdict.NOT_FINITE,
            "probs: 12 of 15 entries are not finite.",
        ),
    )  # fmt: skip
    softmax = QuestionResult("softmax", "auto", 3.0, 5.0, Outcome.FINISHED, diagnosis=Diagnosis("one_maximum_for_the_batch", says), checks=checks)
    written = QuestionResult("zero_init", "manual", None, 2.0, Outcome.FINISHED)
    message = "cell 7 raised NameError: name 'foo' is not defined"
    alice = SubmissionResult("alice", "graded", 3.0, 7.0, ("zero_init",), 0.21, (message,), (softmax, written))
    environment = {"python": "3.11.7", "numpy": "2.4.6", "chainrule": "0.1.0"}
    return ClassResult(1, "nn_recognition", 7.0, "full", "autumn", "0123456789abcdef", environment, (alice,))


def results_page(schema: dict[str, Any]) -> str:
    """The results file, object by object."""
    parts = schema["$defs"]
    lines = [
        "# The results file", "", MADE,
        "`chainrule autograde NAME --json FILE` writes what was found in this form.",
        "The [JSON Schema](results.schema.json) says the same to programs. " + schema["description"], "",
        "`outcome` says how something ended, `verdict` whether it was right: they are never one.", "",
        "```json", results_json(example_results()).rstrip(), "```", "",
        "## The run", "", *rows(schema, schema), "",
    ]  # fmt: skip
    for name in ("submission", "question", "check"):
        lines += [f"## {name}", "", *rows(schema, parts[name]), ""]
    for name, meanings in (("outcome", OUTCOMES), ("verdict", VERDICTS)):
        lines += [f"## {name}", "", *_meanings(parts[name]["enum"], meanings), ""]
    return "\n".join(lines)


OUTCOMES = {
    "finished": "It returned.",
    "raised": "It raised an exception.",
    "timed out": "It used up its time, or its question's, and was stopped.",
    "out of memory": "It asked for more memory than it may have.",
    "killed": "The process was ended by a signal: a crash.",
    "exited": "It left Python, by `exit()` for example.",
    "output limit": "It printed or returned too much.",
    "protocol": "What came back of it can't be read.",
    "refused": "It asked for what the jail forbids.",
    "missing": "The notebook does not define the name, or a write-up is as it was handed out.",
}
VERDICTS = {
    "right": "It is what was expected.",
    "wrong shape": "An array has another shape, or a sequence another length.",
    "wrong type": "It is another kind of thing: text for a number, integers for real numbers.",
    "wrong values": "Shape and kind are right, values are not; or a property does not hold.",
    "not finite": "It has NaN or infinity where none is expected.",
    "changed its input": "What was passed in is not what it was.",
    "no value": "Nothing came back that could be judged.",
}


def _meanings(words: list[str], meanings: dict[str, str]) -> list[str]:
    return ["| word | what it means |", "| --- | --- |", *(f"| `{word}` | {meanings[word]} |" for word in words)]


def commands_page() -> str:
    """The command line, command by command."""
    command = typer.main.get_command(build())
    found = sorted(command.commands.items())  # type: ignore[attr-defined]
    lines = [
        "# The command line", "", MADE, f"{command.help} Every command is called in a course's folder or below it.", "",
        "| command | what it does |", "| --- | --- |",
        *(f"| [`chainrule {name}`](#chainrule-{name}) | {_first(entry.help)} |" for name, entry in found), "",
        "The exit status is 0 when all went well, however bad a submission may be; 1 when something did not, for a reason of ours; 2 for a",
        "wrong call, with what to do instead. `chainrule COMMAND --help` shows the same as this page.", "",
    ]  # fmt: skip
    for name, entry in found:
        arguments = [p for p in entry.params if p.param_type_name == "argument"]
        options = [p for p in entry.params if p.param_type_name == "option" and p.name != "help"]
        usage = " ".join(["chainrule", name, *(["[OPTIONS]"] if options else []), *(_argument(p) for p in arguments)])
        lines += [f"## chainrule {name}", "", " ".join(entry.help.split("\n\n")[0].split()), ""]
        lines += [" ".join(part.split()) + "\n" for part in entry.help.split("\n\n")[1:]]
        lines += ["```text", usage, "```", "", "| argument or option | what it means |", "| --- | --- |"] if entry.params else []
        lines += [f"| `{_argument(p)}` | {p.help} |" for p in arguments]
        lines += [f"| {_option(p)} | {p.help}{_shown_default(p)} |" for p in options]
        lines.append("")
    return "\n".join(lines)


FUNCTIONS = {
    "autograder.probe": "For `probes.py`, `misconceptions.py` and `alternatives.py`.",
    "autograder.inputs": "Inputs for probes.",
    "autograder.judging": "For `judges.py`.",
    "checks": "For the visible checks of a notebook; `checks.py` lies beside it in every release.",
}


def functions_page() -> str:
    """All that authors call, a line each."""
    lines = ["# The functions in a list", "", MADE, "What probes, judges and visible checks are written with. [The probe API](probes.md) says all about each.", ""]
    for name, says in FUNCTIONS.items():
        lines += [f"## {name}", "", says, "", "| name | what it does |", "| --- | --- |"]
        lines += [f"| `{call}` | {first} |" for call, first in _calls(_module(name))]
        lines.append("")
    return "\n".join(lines)


def _module(name: str) -> ModuleType:
    if "." in name:
        return importlib.import_module(name)
    spec = importlib.util.spec_from_file_location(name, PACKAGE / "student" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _calls(module: ModuleType) -> list[tuple[str, str]]:
    """Public functions and classes of a module with their parameters, and the first sentence on each."""
    public = getattr(module, "__all__", None) or [
        name for name, value in vars(module).items() if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
    ]
    found = [(name, getattr(module, name)) for name in public]
    return [(_call(name, value), _sentence(value)) for name, value in found if inspect.isfunction(value) or inspect.isclass(value)]


def _call(name: str, value: Any) -> str:
    """A name with its parameters; of a class that nobody calls, the name alone."""
    if inspect.isclass(value) and (issubclass(value, (Exception, Enum)) or name in ("Probe", "Namespace", "Fact")):
        return name
    parameters = [
        f"{'*' if p.kind is p.VAR_POSITIONAL else '**' if p.kind is p.VAR_KEYWORD else ''}{p.name}" + ("=…" if p.default is not p.empty else "")
        for p in inspect.signature(value).parameters.values()
    ]
    return f"{name}({', '.join(parameters)})"


def _sentence(value: Any) -> str:
    text = " ".join((inspect.getdoc(value) or "").split("\n\n")[0].split())
    return text.replace("|", "\\|")


def _first(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split())


def _argument(parameter: Any) -> str:
    name = parameter.metavar or parameter.name.upper()
    return str(name)


def _option(parameter: Any) -> str:
    takes = "" if getattr(parameter, "is_flag", False) else f" {_takes(parameter)}"
    return ", ".join(f"`{option}{takes}`" for option in parameter.opts)


def _takes(parameter: Any) -> str:
    return str(parameter.metavar or {Path: "PATH", int: "N", float: "N"}.get(parameter.type_descriptor.annotation, "TEXT"))


def _shown_default(parameter: Any) -> str:
    shown = parameter.show_default
    if isinstance(shown, str):
        return f" Default: {shown}."
    return f" Default: {parameter.default}." if parameter.default not in (None, False, "", 0, []) and not callable(parameter.default) else ""


def main() -> None:
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
