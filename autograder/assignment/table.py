"""assignment.toml: its keys, and what is said where the file is wrong.

Its schema, docs/reference/assignment.schema.json, is made from here.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from autograder.errors import AssignmentError
from autograder.inside.limits import Limits

PAGE = "docs/reference/assignment.md"

FeedbackLevel = Literal["diagnosis", "inputs", "full"]
FEEDBACK = (
    "What students are shown of a wrong check: what is wrong and which mistake it is "
    "(`diagnosis`); the calls that were made, too (`inputs`); "
    "and what came back and what was expected (`full`)."
)


class QuestionTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question, by the id of its test cell or write-up."""

    defines: Annotated[
        list[str],
        Meta(
            description='Names that its solution cells define, "Class.method" for methods. '
            "Empty for a write-up alone."
        ),
    ] = []
    needs: Annotated[
        list[str],
        Meta(
            description=(
                "Earlier questions whose names it calls. Where one of them is wrong, this one is "
                "judged again with it given."
            )
        ),
    ] = []
    one_mistake_costs: Annotated[
        Annotated[float, Meta(gt=0, le=1)] | None,
        Meta(description="As that of the assignment, for this question alone."),
    ] = None
    feedback: Annotated[
        FeedbackLevel | None, Meta(description="As that of the assignment, for this question alone.")
    ] = None
    extra: Annotated[
        bool,
        Meta(description="Extra credit: its points are added, and do not count in the assignment's maximum."),
    ] = False


class AssignmentTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """assignment.toml: what stands neither in the notebook nor in the probes."""

    title: Annotated[str, Meta(description="The title that people read.")]
    order: Annotated[int, Meta(description="Place in the course.")]
    questions: Annotated[
        dict[str, QuestionTable],
        Meta(description="A table for every question, write-ups too: `[questions.<id>]`."),
    ]
    summary: Annotated[str, Meta(description="One sentence on what it teaches.")] = ""
    data: Annotated[list[str], Meta(description="Files of `data/` that lie beside the notebook.")] = []
    own_data: Annotated[
        list[str],
        Meta(
            description=(
                "Files that a course may have in `data/`; the notebook takes them instead, where they are."
            )
        ),
    ] = []
    helpers: Annotated[
        list[str], Meta(description="Files of this folder that are handed out beside the notebook.")
    ] = []
    extra_notebooks: Annotated[
        list[str],
        Meta(description="Further `.py` files of this folder that become notebooks without questions."),
    ] = []
    may_hand_in: Annotated[
        list[str],
        Meta(description="Files that a student may hand in beside the notebook and that are then used."),
    ] = []
    packages: Annotated[
        list[Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]],
        Meta(
            description=(
                "Packages that the notebook may import beside NumPy and matplotlib, by the names by which "
                'they are imported: `["pandas", "scipy", "sklearn"]`. Where it is graded they must be '
                "installed; they are loaded once for a class."
            )
        ),
    ] = []
    feedback: Annotated[FeedbackLevel, Meta(description=FEEDBACK)] = "diagnosis"
    one_mistake_costs: Annotated[
        float,
        Meta(
            gt=0,
            le=1,
            description=(
                "The share of a question's points that one mistake costs at most, where a name or a place "
                "explains all that was lost."
            ),
        ),
    ] = 1.0
    limits: Annotated[Limits, Meta(description="Limits of one submission.")] = Limits()


def schema() -> dict[str, Any]:
    """The JSON Schema of assignment.toml, for editors and for the reference page."""
    made = msgspec.json.schema(AssignmentTable)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "assignment.toml", **made}


def read_table(path: Path) -> AssignmentTable:
    """Read an assignment.toml; raises AssignmentError with the file, the key and the mend where it is
    wrong.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AssignmentError(
            "the file is missing", where=str(path), mend=f"{PAGE} shows what it holds"
        ) from None
    except ValueError as error:
        raise AssignmentError(
            f"not valid TOML: {error}", where=str(path), mend=f"{PAGE} shows what it holds"
        ) from None
    try:
        return msgspec.convert(raw, AssignmentTable)
    except msgspec.ValidationError as error:
        what, mend = _explained(str(error), raw)
        raise AssignmentError(what, where=str(path), mend=mend) from None


def _explained(error: str, raw: dict[str, Any]) -> tuple[str, str]:
    """What msgspec says of a table, with the key as it stands in the file, and the mend."""
    says, _, at = error.partition(" - at `$")
    keys = _keys(at.rstrip("`"), raw)
    place = _place(keys)
    if found := re.search(r"missing required field `(.*)`", says):
        return (
            f"{'.'.join([*keys, found[1]])} is missing",
            f"add it: {_belongs(place['properties'][found[1]])}",
        )
    if found := re.search(r"unknown field `(.*)`", says):
        known = list(place["properties"])
        close = difflib.get_close_matches(found[1], known, 1)
        return (
            f"unknown key {'.'.join([*keys, found[1]])}",
            f"did you mean {close[0]!r}?" if close else f"there is {', '.join(known)}",
        )
    value: Any = raw
    for key in keys:
        value = value[key]
    text = repr(value)
    return f"{'.'.join(keys)} = {text if len(text) <= 60 else text[:60] + ' ...'}", _belongs(place)


def _keys(at: str, raw: dict[str, Any]) -> list[str]:
    """The keys of a msgspec path such as `.questions[...].needs[0]`.

    It leaves out which question: the first that is wrong in itself.
    """
    keys = re.findall(r"[.](\w+)", at)
    if at.startswith(".questions[...]"):
        keys.insert(1, next(name for name, table in raw["questions"].items() if not _is_question(table)))
    return keys


def _is_question(table: Any) -> bool:
    try:
        msgspec.convert(table, QuestionTable)
    except msgspec.ValidationError:
        return False
    return True


def _place(keys: list[str]) -> dict[str, Any]:
    """The part of the schema that describes what stands under these keys."""
    whole = schema()
    at: dict[str, Any] = whole
    for key in [*keys, None]:
        if "$ref" in at:
            at = {
                **whole["$defs"][at["$ref"].rpartition("/")[2]],
                **{k: v for k, v in at.items() if k != "$ref"},
            }
        if key is not None:
            at = at["properties"][key] if "properties" in at else at["additionalProperties"]
    return at


def _belongs(place: dict[str, Any]) -> str:
    """What may stand at a place of the schema, in words."""
    kinds = {
        "string": "a text in quotes",
        "integer": "a whole number",
        "number": "a number",
        "array": "a list of texts",
        "object": "a table",
    }
    kind = f"one of {', '.join(place['enum'])}" if "enum" in place else kinds[place["type"]]
    low, high = place.get("exclusiveMinimum"), place.get("maximum")
    kind += f" above {low}" if low is not None else ""
    kind += f", at most {high}" if high is not None else ""
    return f"{kind}. {place.get('description', '')}".rstrip(" .").replace("`", "") + "."
