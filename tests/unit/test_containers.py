"""The Containerfile, the devcontainer and the workflows parse, and name files, options and commands that there are."""
from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.documentation import Block, blocks
from tests.unit.test_docs import problem

ROOT = Path(__file__).parents[2]
COURSE, CLASSROOM = ".github/workflows/course.yml", ".github/classroom/classroom.yml"
CONTAINER_PAGE, GITHUB_PAGE = "docs/how-to/grade_in_a_container.md", "docs/how-to/check_on_github.md"
INSTRUCTIONS = {"ARG", "FROM", "COPY", "RUN", "ENV", "USER", "WORKDIR", "CMD"}


def instructions() -> list[tuple[str, str]]:
    """The Containerfile's instructions, each with what follows it."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Containerfile").read_text(encoding="utf-8"))
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in text.splitlines() if line and not line.startswith("#"))]


def workflow(path: str) -> dict[str, Any]:
    # BaseLoader: the key `on` stays a word
    found: dict[str, Any] = yaml.load((ROOT / path).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return found


def steps(path: str) -> list[dict[str, Any]]:
    return [step for job in workflow(path)["jobs"].values() for step in job["steps"]]


def wrong(text: str) -> list[str]:
    return [said for words in Block("", 0, text).commands() if (said := problem(words))]


def test_the_containerfile_copies_what_is_there_and_the_ignore_file_lets_through() -> None:
    """Each source of COPY exists and is one of the few things that the build may see; the last instructions make it an ordinary user's."""
    found = instructions()
    assert {name for name, _ in found} <= INSTRUCTIONS
    sources = [source for name, rest in found if name == "COPY" for source in rest.split()[:-1]]
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    assert "*" in ignored and set(sources) == {line[1:] for line in ignored if line.startswith("!")}
    assert all((ROOT / source).exists() for source in sources)
    assert "-c /kit/constraints.txt" in dict(found)["RUN"] or any("-c /kit/constraints.txt" in rest for _, rest in found)
    users = [rest for name, rest in found if name == "USER"]
    assert users and users[-1] not in ("root", "0") and any(f" {users[-1]} " in rest for name, rest in found if name == "RUN")
    assert not problem(json.loads(dict(found)["CMD"]))


def test_what_the_containers_of_the_page_run_there_is() -> None:
    """What stands behind the image's name is a command that there is; the build names the Containerfile and the image that is run."""
    commands = [words for block in blocks(CONTAINER_PAGE) for words in block.commands()]
    builds = [words for words in commands if words[1] == "build"]
    assert builds and all((ROOT / words[words.index("--file") + 1]).is_file() for words in builds)
    image = builds[0][builds[0].index("--tag") + 1]
    inside = [words[words.index(image) + 1 :] for words in commands if words[1] == "run"]
    assert len(inside) == len(commands) - len(builds) > 2
    assert [said for words in inside if (said := problem(words))] == []
    modules = [words[words.index("-m") + 1] for words in inside if "-m" in words]
    assert modules and all((ROOT / (name.replace(".", "/") + ".py")).is_file() for name in modules)


@pytest.mark.parametrize("path", [COURSE, CLASSROOM])
def test_the_steps_of_a_workflow_run_what_there_is(path: str) -> None:
    """Each step calls commands that there are, or an action at a version; scripts of ours are where it says."""
    for step in steps(path):
        assert ("run" in step) != ("uses" in step)
        assert wrong(step.get("run", "")) == []
        assert re.fullmatch(r"[\w-]+/[\w.-]+@v\d+", step.get("uses", "a/b@v1"))
    ran = "\n".join(step.get("run", "") for step in steps(path))
    here = {COURSE: "../kit/", CLASSROOM: ""}[path]
    scripts = re.findall(rf"(?:bash|python) {re.escape(here)}(\S+)", ran.replace(".github/classroom.py", ".github/classroom/classroom.py"))
    assert [name for name in scripts if name != "-m" and not (ROOT / name).is_file()] == [] and any(name.startswith(".github/") for name in scripts)


def test_a_workflow_hands_on_what_it_has() -> None:
    """Inputs that the steps read are declared, and the reporter is given the result of the step that makes it, by the name that it looks for."""
    course = (ROOT / COURSE).read_text(encoding="utf-8")
    assert set(re.findall(r"inputs\.([\w-]+)", course)) == set(workflow(COURSE)["on"]["workflow_call"]["inputs"])
    made, reported = steps(CLASSROOM)[-2:]
    runner = reported["with"]["runners"]
    assert reported["env"] == {f"{runner.upper()}_RESULTS": f"${{{{ steps.{made['id']}.outputs.result }}}}"}


def test_the_example_of_the_page_calls_the_workflow_as_it_is() -> None:
    """The workflow that an instructor copies from the page names ours, and gives it inputs that it has, and all that it must have."""
    shown = re.findall(r"```yaml\n(.*?)```", (ROOT / GITHUB_PAGE).read_text(encoding="utf-8"), re.DOTALL)
    called = yaml.safe_load(shown[0])["jobs"]["course"]
    assert called["uses"].split("@")[0].split("/", 2)[2] == COURSE
    inputs = workflow(COURSE)["on"]["workflow_call"]["inputs"]
    needed = {name for name, about in inputs.items() if about.get("required") == "true"}
    assert needed <= set(called["with"]) <= set(inputs)


def test_the_script_of_a_course_runs_commands_that_there_are() -> None:
    """check_course.sh calls the command line as it is."""
    script = (ROOT / ".github" / "scripts" / "check_course.sh").read_text(encoding="utf-8")
    called = re.findall(r"^\s*run (\S.*)$", script, re.MULTILINE)
    assert len(called) == 3 and [said for line in called for said in wrong(line)] == []


def test_the_devcontainer_sets_up_what_the_tests_use() -> None:
    """What an editor runs first is a file that the Makefile makes."""
    about = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    values = dict(re.findall(r"^(\w+) := (.*)$", makefile, re.MULTILINE))
    assert about["postCreateCommand"] == "make " + values["TESTED"].replace("$(VENV)", values["VENV"])
