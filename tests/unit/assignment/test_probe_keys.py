"""What of probes.py a question depends on: editing one question's probes leaves all others as they were."""
from __future__ import annotations

from autograder.assignment.probe_keys import text_of_probes
from tests.tiny import PROBES
from tests.unit.conftest import Vary


def texts(vary: Vary, old: str = "", new: str = "") -> dict[str, str]:
    made = vary({"probes.py": [(old, new)]} if old else None)
    return {question.id: text_of_probes(made, question.id) for question in made.auto}


def changed(vary: Vary, old: str, new: str) -> set[str]:
    """The questions whose text changes with an edit of probes.py."""
    assert old in PROBES
    before = texts(vary)
    return {question for question, text in texts(vary, old, new).items() if text != before[question]}


def test_a_probe_concerns_its_own_question_alone(vary: Vary) -> None:
    """An edit within a probe, or of what decorates it."""
    assert changed(vary, "inputs.scores(rng, 1, 4)", "inputs.scores(rng, 1, 5)") == {"center"}
    assert changed(vary, '@probe("scale", points=2)', '@probe("scale", points=2, tolerance=1e-3)') == {"scale"}


def test_what_is_no_probe_concerns_all(vary: Vary) -> None:
    """Imports, constants and helpers may be used by any probe."""
    assert changed(vary, "import numpy as np\n", "import numpy as np\n\nROWS = 7\n") == {"center", "scale"}


def test_lines_between_concern_nobody(vary: Vary) -> None:
    """A comment or a blank line outside of every function changes nothing that is run."""
    assert changed(vary, "import numpy as np\n", "import numpy as np\n\n# a word on inputs\n") == set()


def test_a_probe_that_is_used_by_name_makes_all_depend_on_all(vary: Vary) -> None:
    """Where a probe calls another, no question can be told apart."""
    before = "    return {\"centered\": ns.center(inputs.scores(rng, 1, 4))}"
    made = texts(vary, before, f"    one_row.id\n{before}")
    assert made["center"] == made["scale"]
