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


def test_what_is_no_definition_concerns_all(vary: Vary) -> None:
    """Imports and statements run for every probe."""
    assert changed(vary, "import numpy as np\n", "import math\nimport numpy as np\n") == {"center", "scale"}
    assert changed(vary, "import numpy as np\n", "import numpy as np\n\nnp.seterr(all='raise')\n") == {"center", "scale"}


def test_a_definition_concerns_who_names_it(vary: Vary) -> None:
    """A constant, and what a function that draws inputs names in turn; one that nobody names concerns nobody."""
    assert changed(vary, "import numpy as np\n", "import numpy as np\n\nROWS = 7\n") == set()
    one, draws = "inputs.scores(rng, 1, 4)", "import numpy as np\n\nROWS = {rows}\n\n\ndef draw(rng):\n    return inputs.scores(rng, 1, ROWS)\n"

    def text(rows: int) -> dict[str, str]:
        made = vary({"probes.py": [(one, "draw(rng)"), ("import numpy as np\n", draws.format(rows=rows))]})
        return {question.id: text_of_probes(made, question.id) for question in made.auto}

    four, five = text(4), text(5)
    assert four["center"] != five["center"] and four["scale"] == five["scale"] and "ROWS = 5" in five["center"]


def test_names_that_are_reached_in_another_way_make_all_depend_on_all(vary: Vary) -> None:
    """What `globals` and its like give stands nowhere by name."""
    made = texts(vary, "import numpy as np\n", "import numpy as np\n\nNAMES = globals()\n")
    assert made["center"] == made["scale"]


def test_lines_between_concern_nobody(vary: Vary) -> None:
    """A comment or a blank line outside of every function changes nothing that is run."""
    assert changed(vary, "import numpy as np\n", "import numpy as np\n\n# a word on inputs\n") == set()


def test_a_probe_that_is_used_by_name_makes_all_depend_on_all(vary: Vary) -> None:
    """Where a probe calls another, no question can be told apart."""
    before = "    return {\"centered\": ns.center(inputs.scores(rng, 1, 4))}"
    made = texts(vary, before, f"    one_row.id\n{before}")
    assert made["center"] == made["scale"]
