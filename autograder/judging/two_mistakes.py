"""Two mistakes in one answer are found as two: each shows by itself in some of what came back.

What was seen of a question is looked at in pieces: the outputs of each probe, the facts of each judged one.
Two misconceptions explain it where each piece that is wrong is as one of them makes it, no piece is right
that one of them would make wrong, each output that one makes wrong was seen so of some probe, and each of
them explains a piece that the other leaves right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from autograder.inside.seen import Outcome
from autograder.inside.wire import WireError, decode
from autograder.judging.compare import INPUTS, compare
from autograder.judging.comparing.contract import broken
from autograder.judging.findings import SeenFact, Verdict
from autograder.judging.judged import Judged
from autograder.judging.known import KnownMistake, is_finite, same_facts
from autograder.probe import Probe

_Keys = tuple[Any, ...]
_ABSENT = object()
_DEPTH = 3
"""How many keys lead to a piece at most: those of the case, of a part such as a layer, and of the output."""
_FEW = 8
"""Entries that a sequence of outputs has at most; what is longer is one output."""


def two_mistakes(
    judged: Judged, known: list[KnownMistake], expected: Mapping[str, Any]
) -> tuple[KnownMistake, KnownMistake] | None:
    """The only two misconceptions that explain together all that was seen, the one that explains more first;
    None where there are none, or several. expected: the reference's values, by probe.
    """
    possible = [k for k in known if _makes_wrong(k, judged) <= judged.lost]
    if not expected or len(possible) < 2:
        return None
    pieces = [piece for probe in judged.probes for piece in _pieces(judged, probe, expected)]
    lost = frozenset(n for n, piece in enumerate(pieces) if not piece.right)
    shares = [share for k in possible if (share := _share(k, pieces, lost)).wrong <= lost]
    shares = [share for share in shares if _outputs(pieces, share.wrong) <= _outputs(pieces, share.agrees)]
    pairs = [pair for pair in combinations(shares, 2) if _explain(*pair, lost)]
    if len(pairs) != 1:
        return None
    one, two = sorted(pairs[0], key=lambda share: -len(share.agrees))
    return one.known, two.known


@dataclass(frozen=True)
class _Share:
    """What one misconception has to do with the pieces, by their numbers. wrong: those that it makes wrong;
    agrees: those of them that were seen so; failed: those of these that are a judge's facts; measured:
    those of these that are finite numbers, or facts that something was measured of.
    """

    known: KnownMistake
    wrong: frozenset[int]
    agrees: frozenset[int]
    failed: frozenset[int]
    measured: frozenset[int]


def _makes_wrong(known: KnownMistake, judged: Judged) -> frozenset[str]:
    """The probes that are not right with a misconception."""
    right = {name for name, found in known.findings.items() if found.verdict is Verdict.RIGHT}
    return frozenset(p.id for p in judged.probes if p.id not in right)


def _share(known: KnownMistake, pieces: list[_Piece], lost: frozenset[int]) -> _Share:
    wrong = frozenset(n for n, piece in enumerate(pieces) if piece.wrong_by(known))
    agrees = frozenset(n for n in wrong & lost if pieces[n].as_by(known))
    failed = frozenset(n for n in agrees if isinstance(pieces[n], _FactPiece))
    return _Share(known, wrong, agrees, failed, frozenset(n for n in agrees if pieces[n].measured))


def _outputs(pieces: list[_Piece], some: frozenset[int]) -> set[str]:
    """The names of outputs that pieces are of: a sentence about one that was seen of no probe is not told."""
    keys = [piece.keys for n in some if isinstance(piece := pieces[n], _OutputPiece)]
    return {way[-1] for way in keys if way and isinstance(way[-1], str)}


def _explain(one: _Share, two: _Share, lost: frozenset[int]) -> bool:
    """Whether two explain all that is lost, each of them something that the other leaves right; mere facts
    are too little for both, since many mistakes fail alike, and that an input is not what it was is too
    little for any: it is said of what is handed back as it came, too.
    """
    if one.agrees | two.agrees != lost:
        return False
    numbers = one.measured - two.wrong, two.measured - one.wrong
    facts = one.failed - two.wrong, two.failed - one.wrong
    return any(numbers) and all(map(any, zip(numbers, facts, strict=True)))


@dataclass(frozen=True)
class _OutputPiece:
    """One output of a probe that is compared with the reference's, as it came back."""

    probe: Probe
    keys: _Keys
    expected: Any
    seen: Any

    @property
    def right(self) -> bool:
        return self._same(self.expected, self.seen)

    @property
    def measured(self) -> bool:
        """Whether it is of finite numbers: infinities and missing values are alike of many mistakes."""
        return self.keys[:1] != (INPUTS,) and is_finite(self.seen)

    def wrong_by(self, known: KnownMistake) -> bool:
        finding = known.findings.get(self.probe.id)
        if finding is not None and finding.verdict is Verdict.RIGHT:
            return False
        return not self._same(self.expected, self._of(known))

    def as_by(self, known: KnownMistake) -> bool:
        return self._same(self._of(known), self.seen)

    def _of(self, known: KnownMistake) -> Any:
        return _at(known.values.get(self.probe.id, _ABSENT), self.keys)

    def _same(self, one: Any, other: Any) -> bool:
        if one is _ABSENT or other is _ABSENT:
            return False
        a, b = _under(self.keys, one), _under(self.keys, other)
        return compare(a, b, self.probe.tolerance, self.probe.more_keys).verdict is Verdict.RIGHT


@dataclass(frozen=True)
class _FactPiece:
    """One fact of a judged probe."""

    probe: Probe
    name: str
    seen: SeenFact

    @property
    def measured(self) -> bool:
        """Whether something was measured: a mere yes or no is alike of many mistakes."""
        return self.seen.value is not None or bool(self.seen.seen)

    @property
    def right(self) -> bool:
        return self.seen.holds

    def wrong_by(self, known: KnownMistake) -> bool:
        found = self._of(known)
        return found is None or not found.holds

    def as_by(self, known: KnownMistake) -> bool:
        found = self._of(known)
        return found is not None and found.like(self.seen)

    def _of(self, known: KnownMistake) -> SeenFact | None:
        finding = known.findings.get(self.probe.id)
        return finding.facts.get(self.name) if finding is not None else None


@dataclass(frozen=True)
class _InputsPiece:
    """What a question asks of its inputs: that they are as they were."""

    probe: Probe
    judged: Judged
    measured = False

    @property
    def right(self) -> bool:
        return not broken(self.probe, self.judged.findings)

    def wrong_by(self, known: KnownMistake) -> bool:
        return broken(self.probe, known.findings)

    def as_by(self, known: KnownMistake) -> bool:
        return self.wrong_by(known) is not self.right


@dataclass(frozen=True)
class _WholePiece:
    """A probe that did not finish, or came back in another form: all of it is one piece."""

    probe: Probe
    judged: Judged
    measured = False

    @property
    def right(self) -> bool:
        return self.probe.id not in self.judged.lost

    def wrong_by(self, known: KnownMistake) -> bool:
        finding = known.findings.get(self.probe.id)
        return finding is None or finding.verdict is not Verdict.RIGHT

    def as_by(self, known: KnownMistake) -> bool:
        mine, theirs = self.judged.observations[self.probe.id], known.observations[self.probe.id]
        if mine.outcome is not theirs.outcome or mine.error != theirs.error:
            return False
        if mine.outcome is not Outcome.FINISHED:
            return True
        return self.probe.judged and same_facts(
            known.findings[self.probe.id], self.judged.findings[self.probe.id]
        )


_Piece = _OutputPiece | _FactPiece | _InputsPiece | _WholePiece


def _pieces(judged: Judged, probe: Probe, expected: Mapping[str, Any]) -> Iterator[_Piece]:
    if probe.unchanged:
        yield _InputsPiece(probe, judged)
    facts = judged.findings[probe.id].facts
    for name, fact in facts.items():
        yield _FactPiece(probe, name, fact)
    if facts:
        return
    wanted, seen = expected.get(probe.id), _value(judged, probe)
    if probe.judged or seen is _ABSENT or not _same_form(wanted, seen, probe):
        yield _WholePiece(probe, judged)
        return
    for keys in _ways(wanted):
        yield _OutputPiece(probe, keys, _at(wanted, keys), _at(seen, keys))


def _value(judged: Judged, probe: Probe) -> Any:
    observation = judged.observations[probe.id]
    try:
        return decode(observation.value) if observation.outcome is Outcome.FINISHED else _ABSENT
    except WireError:
        return _ABSENT


def _same_form(wanted: Any, seen: Any, probe: Probe, depth: int = _DEPTH) -> bool:
    """Whether the same keys lead to the pieces."""
    items = _items(wanted) if depth else {}
    if not items:
        return True
    mine = _items(seen)
    if isinstance(wanted, dict) is not isinstance(seen, dict) or (
        items.keys() != mine.keys() and not (probe.more_keys and isinstance(wanted, dict))
    ):
        return False
    return all(key in mine and _same_form(item, mine[key], probe, depth - 1) for key, item in items.items())


def _ways(wanted: Any, depth: int = _DEPTH) -> Iterator[_Keys]:
    """The keys that lead to each piece of a value."""
    items = _items(wanted) if depth else {}
    if not items:
        yield ()
    for key, item in items.items():
        rest: Iterator[_Keys] = iter([()]) if key == INPUTS else _ways(item, depth - 1)
        yield from ((key, *keys) for keys in rest)


def _items(value: Any) -> dict[Any, Any]:
    """The values of a dictionary or of a short sequence, by key; empty for what is one piece."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list | tuple) and len(value) <= _FEW:
        return dict(enumerate(value))
    return {}


def _at(value: Any, keys: _Keys) -> Any:
    for key in keys:
        items = _items(value)
        if key not in items:
            return _ABSENT
        value = items[key]
    return value


def _under(keys: _Keys, value: Any) -> Any:
    """A value with the keys that lead to it, so that it is compared as what it is."""
    for key in reversed(keys):
        value = {key: value}
    return value
