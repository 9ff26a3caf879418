"""Which answers get the name of a misconception though they do something else.

The neighbours of a misconception are the generated mutants that are named as it is and whose values differ
from its own in a check. assignments/<name>/equivalent.toml may list those of which its sentence is true
nevertheless:

    [[neighbours]]
    reason = "It is the same mistake, with another constant."
    [neighbours.mutants]
    4c1fd0a2b6e7 = "train_solution line 5: 1 -> 2"

Two mistakes in one answer may look like a third; see `pairs`.

A misconception may also declare mistakes that must not get its name, as changes of the reference's text:

    @misconception("train", not_for=["softmax(y) - t => y - t"])
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograder.assignment.notebook import Role
from autograder.assignment.values import Assignment, solves
from autograder.assignment.variants import Variant
from autograder.author.audit.graders import AuditGrader
from autograder.errors import AssignmentError
from autograder.handed_in.running_order import reference_cells
from autograder.inside.protocol import CellSource
from autograder.inside.seen import Observation, Outcome
from autograder.inside.wire import decode
from autograder.judging.compare import compare
from autograder.judging.diagnose import NamedMistake, name_mistake
from autograder.judging.findings import Verdict
from autograder.judging.judged import Judged
from autograder.probe import Probe
from autograder.sandbox.single_run import SingleRun


def name_of(grader: AuditGrader, run: SingleRun, question: str, seen: dict[str, Observation]) -> str:
    """The misconception as which a wrong answer is named though it does something else, or the empty text.

    seen: what has been observed of it; the rest is observed as far as some misconception may be meant.
    """
    judged = _judged(grader, run, question, dict(seen))
    named = _named(grader, question, judged, pairs=False) if judged is not None else None
    if judged is None or named is None or _does_the_same(grader, judged, named):
        return ""
    return named.diagnosis.id


def third_mistake(grader: AuditGrader, run: SingleRun, question: str, made_of: Sequence[str]) -> str:
    """The misconception as which an answer with two mistakes is named though it holds another; the empty
    text where there is none. made_of: the misconceptions that it holds.
    """
    judged = _judged(grader, run, question, {})
    named = _named(grader, question, judged, pairs=True) if judged is not None else None
    if judged is None or named is None or not {*named.ids} - {*made_of}:
        return ""
    if len(named.ids) == 1 and _does_the_same(grader, judged, named):
        return ""
    return " and ".join(named.ids)


def _named(grader: AuditGrader, question: str, judged: Judged, *, pairs: bool) -> NamedMistake | None:
    """How an answer is named. pairs: whether two mistakes together are looked for, which takes its time."""
    known = grader.judge.known(question, judged.observations)
    return name_mistake(judged, known, grader.reference.expected if pairs else None)


def _judged(
    grader: AuditGrader, run: SingleRun, question: str, seen: dict[str, Observation]
) -> Judged | None:
    """All checks of a question; None where no misconception ends as this does."""
    reference = grader.reference
    rivals = [reference.observations_of(v) for v in reference.misconceptions if v.question == question]
    for request in (r for r in reference.requests if r.question == question):
        if request.probe not in seen:
            seen |= {o.probe: o for o in run.observe([request])}
        mine = seen[request.probe]
        if not reference.probes[request.probe].contract:
            rivals = [r for r in rivals if _end(r[request.probe]) == _end(mine)]
        if not rivals or run.death is not None:
            return None
    probes = grader.assignment.probes_of(question)
    return Judged(probes, seen, grader.judge.find_all(probes, seen))


def _end(observation: Observation) -> tuple[Outcome, str]:
    return observation.outcome, observation.error


def _does_the_same(grader: AuditGrader, judged: Judged, named: NamedMistake) -> bool:
    """Whether the misconception gives the same values in every check that its name is to explain."""
    variants = {v.id: v for v in grader.reference.misconceptions}
    theirs = grader.reference.observations_of(variants[named.diagnosis.id])
    told = [p for p in judged.probes if p.id not in named.besides]
    return all(_same(p, judged.observations[p.id], theirs[p.id]) for p in told)


def _same(probe: Probe, mine: Observation, theirs: Observation) -> bool:
    if Outcome.FINISHED not in (mine.outcome, theirs.outcome):
        return _end(mine) == _end(theirs)
    if mine.outcome is not theirs.outcome:
        return False
    if mine.value == theirs.value:
        return True
    found = compare(decode(theirs.value), decode(mine.value), probe.tolerance, probe.more_keys)
    return found.verdict is Verdict.RIGHT


# ---- mistakes that must not get a name ---------------------------------------------------------------------


def forbidden(misconceptions: Sequence[Variant]) -> Iterator[tuple[Variant, str]]:
    """Each misconception with each mistake that must not get its name."""
    for variant in misconceptions:
        yield from ((variant, change) for change in variant.not_for)


def forbidden_problem(grader: AuditGrader, variant: Variant, change: str) -> str:
    """What is wrong with a mistake that must not get a misconception's name; empty where it does not."""
    cells = _changed(grader.assignment, variant, change)

    def look(run: SingleRun) -> str:
        judged = _judged(grader, run, variant.question, {})
        named = _named(grader, variant.question, judged, pairs=True) if judged is not None else None
        if judged is not None and not judged.lost:
            return f"{change!r}, which {variant.id} of {variant.question} is not for, loses nothing"
        if named is not None and named.diagnosis.id == variant.id:
            return f"{change!r} is named {variant.id}, which declares that it is not for it"
        return ""

    return grader.look(cells, look)


def _changed(assignment: Assignment, variant: Variant, change: str) -> list[CellSource]:
    """The reference with one piece of an answer's text changed."""
    before, arrow, after = change.partition(" => ")
    own = [c for c in assignment.cells if c.role is Role.SOLUTION and solves(c.id, variant.question)]
    found = [c for c in own if c.text.count(before) == 1]
    if not arrow or len(found) != 1:
        raise AssignmentError(
            f"{variant.id} is not for {change!r}, which is no change of one place of {variant.question}",
            where=str(assignment.folder / "misconceptions.py"),
            mend='"before => after", where before stands once in the solution',
        )
    text = found[0].text.replace(before, after)
    return reference_cells(assignment, {found[0].id: text}, question=variant.question)
