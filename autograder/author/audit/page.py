"""Shows what an audit found: in the terminal, and as the page docs/reference/audit.md."""

from __future__ import annotations

import datetime
import os
import platform
from collections.abc import Iterator, Sequence

from rich.box import SIMPLE
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from autograder.author.audit.blind import RegimeResult
from autograder.author.audit.chance import ProbeSeeds, Spread
from autograder.author.audit.checks_again import Chance, CheckAgain
from autograder.author.audit.equivalent import FILE
from autograder.author.audit.results import AssignmentAudit, QuestionAudit

COLUMNS = ("question", "mutants", "killed", "equal", "alive", "wrong", "named", "seen", "right", "trivial")


LEGEND = (
    "margin: from the mean to the next limit, in standard deviations; nearest: how far the most "
    "extreme one went, 100% being the limit."
)


def _row(q: QuestionAudit) -> tuple[str, ...]:
    counts = (
        q.mutants,
        q.killed,
        q.equivalent,
        q.survivors,
        q.misconceptions,
        q.named,
        q.visible,
        q.alternatives,
        q.trivial,
    )
    return (q.id, *map(str, counts))


def _sums(audit: AssignmentAudit) -> tuple[str, ...]:
    return (
        "all",
        *(
            str(sum(int(cell) for cell in column))
            for column in list(zip(*map(_row, audit.questions), strict=True))[1:]
        ),
    )


def _verdict(audit: AssignmentAudit) -> str:
    crashed = sum(q.crashed for q in audit.questions)
    killed = sum(q.killed for q in audit.questions)
    return (
        f"{audit.killed:.1%} of the mutants killed, equivalent ones aside ({killed - crashed} by "
        f"what they return, {crashed} by an exception), "
        f"{sum(q.in_sight for q in audit.questions)} of them by the visible checks, too; "
        f"{sum(v.named == v.id for v in audit.misconceptions)} of {len(audit.misconceptions)} "
        "misconceptions named, "
        f"{sum(v.visible for v in audit.misconceptions)} seen by the visible checks; "
        f"{_pairs(audit)}; "
        f"right answers but for one regime of their inputs: {_regimes(audit)}; {_agreeing(audit)}; "
        f"{audit.seconds:.0f} s with {audit.jobs} at a time"
    )


def _pairs(audit: AssignmentAudit) -> str:
    others, argued = sum(p.neighbour for p in audit.pairs), sum(bool(p.argued) for p in audit.pairs)
    more = f", {argued} more with a reason" if argued else ""
    return f"{others} of {len(audit.pairs)} answers with two mistakes get the name of another{more}"


def _regimes(audit: AssignmentAudit) -> str:
    tried = sum(q.regimes for q in audit.questions)
    unasked, blind = sum(q.unasked for q in audit.questions), sum(q.blind for q in audit.questions)
    return f"{tried - unasked - blind} of {tried - unasked} told apart, {unasked} not asked for"


def _agreeing(audit: AssignmentAudit) -> str:
    asked = [one for one in audit.agreements if not one.reason]
    salts = max((len(one.scores) for one in asked), default=0)
    alike = sum(one.agree and one.steady for one in asked)
    return (
        f"right answers, alternatives or right but for rounding: the visible checks and the hidden tests of "
        f"{salts} salts agree about {alike} of {len(asked)}"
    )


def shown(audit: AssignmentAudit) -> Iterator[RenderableType]:
    """An audit for the terminal: the figures, what a visible check misses, each survivor with its diff,
    and what is wrong.
    """
    table = Table(
        title=audit.assignment, title_justify="left", box=SIMPLE, padding=0
    )  # ten columns in the 80 of a terminal
    for index, name in enumerate(COLUMNS):
        table.add_column(
            name, justify="right" if index else "left", no_wrap=True, min_width=len(name) if index else None
        )
    for question in audit.questions:
        table.add_row(*_row(question), style="yellow" if question.survivors else None)
    table.add_section()
    table.add_row(*_sums(audit))
    yield table
    yield Text(_verdict(audit))
    unseen = [f"{v.id} ({v.question})" for v in audit.misconceptions if not v.visible]
    if unseen:
        yield Text("Not seen by their visible check: " + ", ".join(unseen), style="dim")
    if blind := _by_function([r for r in audit.regimes if r.blind]):
        yield Text("The hidden tests do not look at " + "; ".join(blind), style="dim")
    for neighbour in (m for m in audit.mutants if m.neighbour):
        yield Text(
            f"named {neighbour.named}, does something else: {neighbour.key} = "
            f"{f'{neighbour.cell} {neighbour.says}'!r}",
            style="dim",
        )
    for pair in (p for p in audit.pairs if p.neighbour):
        says = f"two mistakes named {pair.named}, which is another: {pair.key} = {pair.says!r}"
        yield Text(says, style="dim")
    survivors = [m for m in audit.mutants if m.survived]
    for mutant in survivors:
        yield Text(
            f"survives ({mutant.operator.replace('_', ' ')}): {mutant.key} = "
            f"{f'{mutant.cell} {mutant.says}'!r}"
        )
        yield from (
            Text(line, style="red" if line.startswith("-") else "green") for line in mutant.diff.splitlines()
        )
    if survivors:
        yield Text(
            "A better probe kills a survivor; one that no behaviour asked for can tell goes into "
            f"{FILE} with the reason.",
            style="dim",
        )
    yield from (Text(problem, style="red") for problem in audit.problems)


def shown_seeds(chance: Chance) -> Iterator[RenderableType]:
    """Random thresholds for the terminal: by judged probe and fact, then the alternatives that ever
    failed, then the visible checks.
    """
    columns = ("probe or fact", "salts", "failures", "mean", "deviation", "margin", "nearest")
    table = Table(title=f"{chance.assignment}: the reference", title_justify="left", box=SIMPLE, padding=0)
    for index, column in enumerate(columns):
        table.add_column(column, justify="right" if index else "left")
    for probe in chance.probes:
        if probe.judged:
            table.add_row(probe.probe, str(probe.salts), str(probe.failures))
            for fact in (f for f in probe.facts if f.failures or f.mean is not None):
                table.add_row(f"  {fact.fact}", "", str(fact.failures), *_numbers(fact))
    yield table
    yield Text(LEGEND, "dim")
    yield Text(_alternatives(chance.probes))
    yield Text(_checks_again(chance.checks))


def _alternatives(probes: Sequence[ProbeSeeds]) -> str:
    failed = [
        f"{other} failed {probe.probe} {count} times"
        for probe in probes
        for other, count in probe.others.items()
        if count
    ]
    tried = len({other for probe in probes for other in probe.others})
    return f"{tried} alternatives on a tenth as many salts: " + ("; ".join(failed) or "no failure")


def _checks_again(checks: Sequence[CheckAgain]) -> str:
    refused = [
        f"that of {one.question} refused {one.alternative or 'the reference'} {one.failures} of {one.times} "
        f"times: {one.says}"
        for one in checks
        if one.failures
    ]
    tried = [one for one in checks if not one.alternative]
    times = max((one.times for one in tried), default=0)
    return (
        f"{len(tried)} visible checks run {times} times after the reference, a tenth as often after each "
        "alternative, and a hundredth of that where the check trains: " + ("; ".join(refused) or "no failure")
    )


def _numbers(fact: Spread) -> tuple[str, ...]:
    return (
        ()
        if fact.mean is None
        else (f"{fact.mean:.4g}", f"{fact.deviation:.2g}", f"{fact.margin:.1f} sd", f"{fact.nearest:.0%}")
    )


# ---- the page ----------------------------------------------------------------------------------------------


def page(audits: Sequence[AssignmentAudit], command: str) -> str:
    """The figures as a Markdown page; command is what makes it."""
    return "\n".join(_page(audits, command)) + "\n"


def _page(audits: Sequence[AssignmentAudit], command: str) -> Iterator[str]:
    environment = audits[0].environment
    yield "# Audit"
    yield ""
    yield (
        f"Made by `{command}` on {datetime.date.today():%d %B %Y}: {_machine()}, Python "
        f"{environment['python']}, NumPy {environment['numpy']}."
    )
    yield "Do not edit; run it again."
    yield ""
    yield "| column | what it counts |"
    yield "| --- | --- |"
    yield (
        "| mutants | copies of the reference with one place changed: an operator, an axis, a bound, a "
        "term, a statement, a name, ... |"
    )
    yield "| killed | those from which the question's own probes take points |"
    yield (
        "| equal | those that no behaviour asked for can tell from the reference, each with the "
        f"reason in the assignment's `{FILE}` |"
    )
    yield "| alive | the rest: what the probes would let pass |"
    yield "| wrong | misconceptions; each must lose points in its own question and in no other |"
    yield "| named | those that the feedback then names as themselves |"
    yield "| seen | those that fail the question's visible check, the one that students have |"
    yield "| right | alternatives; each must earn everything and pass the visible check |"
    yield (
        "| regimes | functions that are right but for one regime of what comes in: a second call, equal "
        "sizes, a size of 1, whole numbers, entries that are tiny, large, of one sign, zero or tied, ... |"
    )
    yield (
        "| trivial | answers that must earn nothing: None, zeros, ones, the input, an exception, any "
        "function within reach of the hidden tests |"
    )
    yield ""
    rows = [(f"[{a.assignment}](#{a.assignment})", *_sums(a)[1:], _result(a)) for a in audits]
    yield from _markdown_table(("assignment", *COLUMNS[1:], "result"), rows)
    for audit in audits:
        yield ""
        yield f"## {audit.assignment}"
        yield ""
        yield f"Release {audit.release}. {_verdict(audit)}."
        yield ""
        yield from _markdown_table(COLUMNS, [_row(q) for q in audit.questions])
        yield ""
        yield from _unseen(audit)
        yield from _unasked(audit)
        yield from _neighbours(audit)
        yield from _survivors(audit)
        yield from (f"- **{problem}**" for problem in audit.problems)


def seeds_page(measured: Sequence[Chance], command: str) -> str:
    """How often chance alone costs a right answer points, as a Markdown page; command is what makes it."""
    return "\n".join(_seeds_page(measured, command)) + "\n"


def _seeds_page(measured: Sequence[Chance], command: str) -> Iterator[str]:
    yield "# Chance"
    yield ""
    yield f"Made by `{command}` on {datetime.date.today():%d %B %Y}: {_machine()}. Do not edit; run it again."
    yield ""
    yield (
        "A judge decides where right answers differ: random weights, batches, a trained network. Here "
        "the reference is judged on the hidden"
    )
    yield (
        "inputs of many salts. A number that a judge holds between limits is listed with its mean, "
        "its standard deviation over the salts,"
    )
    yield (
        "its margin (from the mean to the nearer limit, in standard deviations) and how far the most "
        "extreme one went (100% being the limit)."
    )
    yield (
        "Visible checks meet chance where an answer draws random numbers: each is run many times after right "
        "answers, with other draws each time."
    )
    for chance in measured:
        judged = [p for p in chance.probes if p.judged]
        yield ""
        yield f"## {chance.assignment}"
        yield ""
        salts, failures = max((p.salts for p in judged), default=0), sum(p.failures for p in judged)
        yield (
            f"{len(judged)} judged probes on {salts} salts each: {failures or 'no'} "
            f"failure{'s' if failures > 1 else ''}. {_alternatives(chance.probes)}. "
            f"{_checks_again(chance.checks)}."
        )
        yield ""
        rows = [
            (f"`{p.probe}`: {f.fact}", *_numbers(f)) for p in judged for f in p.facts if f.mean is not None
        ]
        if rows:
            yield from _markdown_table(("number", "mean", "deviation", "margin", "nearest"), rows)


def _result(audit: AssignmentAudit) -> str:
    many = len(audit.problems)
    return f"{audit.killed:.1%} killed, " + (
        f"{many} problem{'s' if many > 1 else ''}" if many else "all green"
    )


def _unseen(audit: AssignmentAudit) -> Iterator[str]:
    unseen = [f"`{v.id}` ({v.question})" for v in audit.misconceptions if not v.visible]
    if unseen:
        yield f"Misconceptions that pass their question's visible check: {', '.join(unseen)}."
    else:
        yield "Every misconception fails its question's visible check."


def _unasked(audit: AssignmentAudit) -> Iterator[str]:
    """The regimes that are not asked for, under their reasons, and those that nothing looks at."""
    reasons: dict[str, list[RegimeResult]] = {}
    for result in (r for r in audit.regimes if r.reason):
        reasons.setdefault(result.reason, []).append(result)
    listed = [f"- {reason} {'; '.join(_by_function(r))}." for reason, r in reasons.items()]
    blind = [f"- {one}." for one in _by_function([r for r in audit.regimes if r.blind])]
    yield from _listed("Regimes that the text does not ask for:", listed)
    yield from _listed("Regimes that no hidden test looks at:", blind)


def _neighbours(audit: AssignmentAudit) -> Iterator[str]:
    """By misconception, the mutants that get its name though they do something else."""
    by_name: dict[str, list[str]] = {}
    for mutant in (m for m in audit.mutants if m.neighbour):
        by_name.setdefault(f"`{mutant.named}` ({mutant.question})", []).append(f"`{_plain(mutant.says)}`")
    lines = [f"- {name}: {'; '.join(mutants)}." for name, mutants in by_name.items()]
    yield from _listed("Mutants that get the name of a mistake and do something else:", lines)
    pairs = [f"- `{p.named}` ({p.question}): `{_plain(p.says)}`." for p in audit.pairs if p.neighbour]
    yield from _listed("Answers with two mistakes that get the name of another:", pairs)


def _plain(says: str) -> str:
    """What can stand between two backticks."""
    return says.replace("`", "")


def _listed(title: str, lines: list[str]) -> Iterator[str]:
    yield from ("", title, "", *lines) if lines else ()


def _by_function(regimes: Sequence[RegimeResult]) -> list[str]:
    """Regimes by function: "`relu`: a second call, whole numbers"."""
    by_function: dict[str, list[str]] = {}
    for result in regimes:
        by_function.setdefault(result.function, []).append(result.regime)
    return [f"`{name}`: {', '.join(names)}" for name, names in by_function.items()]


def _survivors(audit: AssignmentAudit) -> Iterator[str]:
    survivors = [m for m in audit.mutants if m.survived]
    if survivors:
        yield ""
        yield "Survivors:"
        yield ""
        yield from (f"- `{m.cell}` {_plain(m.says)}" for m in survivors)


def _markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"| {' | '.join(['---'] + ['--:'] * (len(header) - 1))} |"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _machine() -> str:
    model = platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            model = next(
                (line.partition(":")[2].strip() for line in file if line.startswith("model name")), model
            )
    except OSError:
        pass
    return f"{os.cpu_count()} cores ({model})"
