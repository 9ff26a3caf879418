"""Whether the files of an assignment fit together: its probes, its points, what it hands out."""

from __future__ import annotations

from autograder.assignment.values import Assignment, Question, nearest
from autograder.errors import AssignmentError


def check_probes(assignment: Assignment) -> None:
    path = assignment.folder / "probes.py"
    ids = {q.id: q for q in assignment.questions}
    names = [p.id for p in assignment.probes]
    for probe in assignment.probes:
        if names.count(probe.id) > 1:
            raise AssignmentError(f"two probes are called {probe.id}", where=str(path), mend="rename one")
        if probe.points < 0:
            raise AssignmentError(
                f"probe {probe.id} has {probe.points:g} points", where=str(path), mend="points are 0 or more"
            )
        if probe.question not in ids or ids[probe.question].written:
            mend = nearest(probe.question, [q.id for q in assignment.auto])
            raise AssignmentError(
                f"probe {probe.id} is for {probe.question!r}, which is no auto-graded question",
                where=str(path),
                mend=mend,
            )
    for question in assignment.auto:
        probes = assignment.probes_of(question.id)
        if not probes:
            mend = f'add a function under @probe("{question.id}", points=…)'
            raise AssignmentError(f"question {question.id} has no probe", where=str(path), mend=mend)
        for probe in probes:
            if probe.unchanged and all(p.draw is None for p in probes):
                raise AssignmentError(
                    f"probe {probe.id} is held to unchanged inputs, but no probe of {question.id} draws any",
                    where=str(path),
                    mend="draw the inputs: @probe(…, draw=function_of_rng)",
                )
        total = sum(p.points for p in probes)
        if abs(total - question.points) > 1e-9:
            mend = (
                f"{question.id} has points={question.points:g} in notebook.py; two functions of one "
                "name count once"
            )
            what = (
                f"the probes of {question.id} add up to {total:g} points, the question has "
                f"{question.points:g}"
            )
            raise AssignmentError(what, where=str(path), mend=mend)
        if 2 * sum(p.points for p in probes if not p.contract) < total - 1e-9:
            mend = "give more points to those without contract=True"
            raise AssignmentError(
                f"core probes carry less than half the points of {question.id}", where=str(path), mend=mend
            )


def check_names(assignment: Assignment) -> None:
    """Refuse two questions that define one name, unless the earlier is judged at its own moment: the later
    answer would be judged in it, too.
    """
    owners: dict[str, Question] = {}
    for question in assignment.auto:
        for name in question.defines:
            if (owner := owners.get(name)) is not None and not owner.own_moment:
                raise AssignmentError(
                    f"{owner.id} and {question.id} both define {name}, and no cell after the check of "
                    f"{owner.id} is seen to bind it",
                    where=str(assignment.folder / "assignment.toml"),
                    mend=f"assign {name} in a solution cell of {question.id}, or rename one",
                )
            owners[name] = question


def check_files(assignment: Assignment) -> None:
    shipped = {
        name: assignment.folder / name
        for name in (*assignment.table.helpers, *assignment.table.extra_notebooks)
    }
    for name, path in {**shipped, **assignment.files}.items():
        if not path.is_file():
            mend = "put it there, or take it off the list"
            raise AssignmentError(
                f"{name} is listed, but {path} is missing",
                where=str(assignment.folder / "assignment.toml"),
                mend=mend,
            )
