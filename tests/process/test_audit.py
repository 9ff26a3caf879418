"""The audit of the tiny assignment, and what it says of one with faults."""
from __future__ import annotations

import msgspec
import pytest
from rich.console import Console

from autograder.assignment.loading import load_assignment
from autograder.author.audit import audit, checks_again, results, trivial
from autograder.author.audit import chance as seeds
from autograder.author.audit.blind import RegimeResult, regime_problems
from autograder.author.audit.checks_again import Chance
from autograder.author.audit.equivalent import key_of, load_equivalent, load_unasked
from autograder.author.audit.page import page, seeds_page, shown, shown_seeds
from autograder.author.audit.results import AssignmentAudit, MutantResult, VariantResult
from autograder.author.audit.sizes import size_problems
from autograder.entry import cli
from autograder.errors import AssignmentError
from autograder.judging.reference import Reference
from autograder.sandbox.observed import ObservedStore
from tests.tiny import NAME, PROBES, make_course

PROBES_OF_THE_FLOOR = '''

@probe("scale", points=1)
def a_column_of_one_value(ns, rng):
    """A column without any spread, by default and with a floor that is given."""
    X = inputs.scores(rng, 5, 2) * np.array([1e-4, 1.0])
    return {"default": ns.Scaler().apply(X), "given": ns.Scaler(floor=0.5).apply(X)}
'''
BETTER = {"probes.py": [('@probe("scale", points=2)', '@probe("scale", points=1)'), ('"""Hidden tests', '"""Better hidden tests')],
          "notebook.py": [("Scaler().apply(np.array([[1.0], [3.0]])), [[-1.0], [1.0]])", "Scaler().apply(np.array([[1.0, 0, 7], [5.0, 1, 7]])), [[-1.0, -1, 0], [1.0, 1, 0]])")]}
STALE = '[[equivalent]]\nreason = "None."\nmutants = { 0123456789ab = "gone" }\n'


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """The tiny assignment as it is."""
    return load_assignment(NAME, make_course(tmp_path_factory.mktemp("course")))


@pytest.fixture
def vary(tmp_path):
    """Load the tiny assignment with pieces of its files replaced, or whole files."""
    return lambda edits=None, files=None: load_assignment(NAME, make_course(tmp_path, edits, files))


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    return ObservedStore(tmp_path_factory.mktemp("observations"))


@pytest.fixture(scope="module")
def found(tiny, stores) -> AssignmentAudit:
    """The tiny assignment, audited once."""
    stages = []
    result = audit.audit(tiny, stores, 2, lambda *stage: stages.append(stage))
    assert {"alternatives", "misconceptions", "mutants", "trivial answers", "visible checks"} <= {stage for stage, _, _ in stages}
    assert all(done <= total for _, done, total in stages)
    return result


def test_known_answers_of_a_sound_assignment(found):
    """Alternatives earn everything, misconceptions are named and seen, trivial answers earn nothing."""
    assert all(v.score == v.max_score and not v.lost_elsewhere and not v.visible for v in found.alternatives)
    assert all(v.score < v.max_score and not v.lost_elsewhere and v.named == v.id and v.visible for v in found.misconceptions)
    assert not any(v.score for v in found.trivial)
    assert {v.id for v in found.trivial} >= {"returns None", "raises", "returns its input", "autograder.inputs.scribble"}


def test_survivors_show_what_no_probe_tries(found):
    """No probe of tiny meets a column without spread: mutants of the floor survive, with their diff. Its check of scale sees too little."""
    survivors = {m.says: m for m in found.mutants if m.survived}
    floor = survivors["line 12: np.maximum(spread, self.floor) -> spread"]
    assert floor.diff == "-        return middle / np.maximum(spread, self.floor)\n+        return middle / spread"
    seen = [m.visible for m in found.mutants if m.question == "scale" and m.lost_in]
    assert found.problems == (
        f"the visible check of scale catches {sum(seen)} of {len(seen)} mutants that the probes kill, fewer than 90%",
        f"{len(survivors)} of {len(found.mutants)} mutants survive, more than 3%",
    )
    assert found.killed == pytest.approx(1 - len(survivors) / len(found.mutants))


def test_mutants_say_what_killed_them(found):
    """Each mutant that was killed names the check and how that ended."""
    how = {m.says: (m.lost_in, m.how) for m in found.mutants}
    assert how["line 8: 0 -> 1"][0] == "rows_of_data"
    assert how["line 10: return moved -> (nothing)"] == ("rows_of_data", "no value")
    assert how["line 10: middle = center(X) -> (nothing)"] == ("uneven_columns", "raised")


def test_figures_add_up(found):
    """By question, every mutant is killed, equivalent or alive."""
    assert [q.id for q in found.questions] == ["center", "scale"]
    for q in found.questions:
        assert q.killed + q.equivalent + q.survivors == q.mutants and q.crashed < q.killed
        assert (q.misconceptions, q.named, q.visible, q.alternatives) == (1, 1, 1, 1)


def test_results_survive_json(found):
    """What --json writes can be read back."""
    assert msgspec.json.decode(msgspec.json.encode(found), type=AssignmentAudit) == found


def test_page_and_terminal_name_what_survives(found):
    """Both show figures, survivors and problems."""
    text = page([found], "chainrule audit tiny")
    assert "| center | " in text and "`chainrule audit tiny`" in text and f"**{found.problems[0]}**" in text
    console = Console(record=True, width=200)
    for part in shown(found):
        console.print(part)
    assert found.problems[0] in (printed := console.export_text()) and "+        return middle / spread" in printed


def test_better_probes_and_arguments_make_it_green(tmp_path, stores):
    """With a probe of the floor, and the rest argued to be equivalent, nothing is left."""
    root = make_course(tmp_path, BETTER)
    folder = root / "assignments" / NAME
    with (folder / "probes.py").open("a") as file:
        file.write(PROBES_OF_THE_FLOOR)
    first = audit.audit(load_assignment(NAME, root), stores, 2)
    left = {m.key: m.says for m in first.mutants if m.survived}
    assert {says for says in left.values() if "floor" in says} == {"line 12: np.maximum(spread, self.floor) -> np.maximum(self.floor, spread)"}
    lines = "\n".join(f'{key} = "{says}"' for key, says in left.items())
    (folder / "equivalent.toml").write_text(f'[[equivalent]]\nreason = "The same numbers."\n[equivalent.mutants]\n{lines}\n')
    again = audit.audit(load_assignment(NAME, root), stores, 2)
    assert again.problems == () and again.killed == 1.0
    assert {m.key for m in again.mutants if m.equivalent == "The same numbers."} == set(left)


@pytest.mark.parametrize(
    ("variant", "kind", "says"),
    [
        (VariantResult("a", "center", 1.0, 2.0), "alternative", "alternative a earns 1 of 2 in center"),
        (VariantResult("a", "center", 2.0, 2.0, ("scale",)), "alternative", "alternative a loses points in scale"),
        (VariantResult("a", "center", 2.0, 2.0, visible=True), "alternative", "alternative a fails the visible check of center"),
        (VariantResult("m", "center", 2.0, 2.0, named="m", visible=True), "misconception", "misconception m loses nothing in center"),
        (VariantResult("m", "center", 1.0, 2.0, ("scale",), "m", True), "misconception", "misconception m of center loses points in scale too"),
        (VariantResult("m", "center", 1.0, 2.0, (), "n", True), "misconception", "misconception m of center is named n"),
        (VariantResult("m", "center", 1.0, 2.0, (), "", True), "misconception", "misconception m of center is named nothing"),
        (VariantResult("m", "center", 1.0, 2.0, (), "m", False), "misconception", "the visible checks catch 0 of 1 misconceptions, fewer than 95%"),
        (VariantResult("zeros", "center", 0.5, 2.0), "trivial", "a trivial answer, zeros, earns 0.5 in center"),
    ],
)
def test_each_fault_has_a_sentence(variant, kind, says):
    """Whatever a known answer does that it should not is a problem that names it."""
    known = {k: [variant] if k == kind else [] for k in ("alternative", "misconception", "trivial")}
    assert list(results.variant_problems(known["alternative"], known["misconception"], known["trivial"])) == [says]


def test_entries_of_equivalents_go_stale(vary):
    """An entry whose mutant is gone, and one whose mutant is killed, are problems."""
    assignment = vary(files={"equivalent.toml": STALE})
    killed = MutantResult("feedfeedfeed", "center", "center_solution", "constant", "line 1", "rows_of_data", "wrong values", "None.")
    problems = list(results.mutant_problems(assignment, [killed]))
    assert problems == [
        "equivalent.toml lists mutants that there are no more, since the code changed: 0123456789ab",
        "equivalent.toml lists feedfeedfeed, but rows_of_data tells it from the reference",
    ]


UNASKED = '[[unasked]]\nreason = "None."\n[unasked.regimes]\n"center" = ["a view"]\n"*" = ["single precision"]\n'


def test_regimes_that_nothing_looks_at(vary, found):
    """Told of in any case; a problem once an assignment lists what it does not ask for, as is what is listed without need."""
    assert {r.function for r in found.regimes} >= {"center"}
    assert any(r.blind for r in found.regimes) and not any("regime" in problem for problem in found.problems)
    assert any(not r.survived for r in found.regimes), "the tiny assignment's tests look at some regimes"
    results = [RegimeResult("center", "center", "a second call", (0, 1)), RegimeResult("center", "center", "a view"),
               RegimeResult("center", "center", "single precision", (0,), "None.")]  # fmt: skip
    assert list(regime_problems(vary(), results)) == []
    assert list(regime_problems(vary(files={"equivalent.toml": UNASKED}), results)) == [
        "the hidden tests of center do not look at center in the regime 'a second call': probe it, or give the reason in equivalent.toml",
        "equivalent.toml lists 'a view' of center as not asked for, but the hidden tests look at it",
    ]


DRAWN = (
    '@probe("center", points=1.5{})\ndef rows_of_data(ns, drawn):\n    """Rows whose columns have different means."""\n'
    '    return {{"centered": ns.center(drawn["X"])}}\n'
)
"""In place of tiny's first probe, one that draws."""
EQUAL = {
    "all differ": ('draw=lambda rng: {"X": inputs.scores(rng, 6, 3)}', ""),
    "two equal axes": ('draw=lambda rng: {"X": inputs.scores(rng, 4, 4)}', "rows_of_data draws X of shape (4, 4), with two equal axes"),
    "two equal sizes that are stated": ("draw=partial(rows, n=5, batch_size=5)", "rows_of_data states two equal sizes, n = batch_size = 5"),
    "a product": ("draw=partial(rows, n=12, size=(4, 3))", "rows_of_data states a size that is a product, size[0] * size[1] = n = 12"),
    "with a reason": ('equal_sizes="a square", draw=lambda rng: {"X": inputs.scores(rng, 4, 4)}', ""),
    "a reason that is not needed": ('equal_sizes="a square", draw=lambda rng: {"X": inputs.scores(rng, 1, 4)}', "rows_of_data gives a reason for equal sizes"),
}


@pytest.mark.parametrize("case", EQUAL)
def test_equal_sizes_of_drawn_inputs(case, tmp_path, stores):
    """Told with the probe and the sizes, unless the probe gives a reason; a reason without need is told as well."""
    options, says = EQUAL[case]
    old = PROBES[PROBES.index('@probe("center", points=1.5)') : PROBES.index('@probe("center", points=0.5')]
    rows = 'def rows(rng, n, **sizes):\n    return {"X": inputs.scores(rng, n, 2)}\n\n\n'
    text = PROBES.replace("import numpy", "from functools import partial\n\nimport numpy", 1).replace(old, rows + DRAWN.format(", " + options) + "\n\n")
    reference = Reference(load_assignment(NAME, make_course(tmp_path, files={"probes.py": text})), audit.SALT, stores)
    reference.prepare_reference()
    reference.close()
    problems = list(size_problems(reference.assignment, reference))
    assert len(problems) == bool(says) and says in "".join(problems)


def test_a_regime_that_there_is_not(tmp_path):
    """Named, with those that there are."""
    (tmp_path / "equivalent.toml").write_text(UNASKED.replace("a view", "a vew"))
    with pytest.raises(AssignmentError, match="no regime 'a vew'") as error:
        load_unasked(tmp_path)
    assert "a view" in str(error.value)


def test_keys_depend_on_cell_code_and_mutant():
    """A key is that of one mutant of one state of one cell."""
    keys = {key_of("a", "x = 1", "x = 2"), key_of("b", "x = 1", "x = 2"), key_of("a", "x = 3", "x = 2"), key_of("a", "x = 1", "x = 3")}
    assert len(keys) == 4 and all(len(key) == 12 for key in keys)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[equivalent]]\nreason = ' '\nmutants = { a = 'b' }", "without a reason"),
        ("[[equivalent]]\nreason = 'x'\nmutants = {}", "without mutants"),
        ("[[equivalent]]\nreason = 'x'\n", "missing required field"),
        ("[[equivalent]\n", "Expected"),
        (STALE + STALE, "listed twice"),
    ],
)
def test_equivalents_that_cant_be_read(tmp_path, text, says):
    """A broken equivalent.toml is named, with what is wrong."""
    (tmp_path / "equivalent.toml").write_text(text)
    with pytest.raises(AssignmentError, match=r"equivalent\.toml") as error:
        load_equivalent(tmp_path)
    assert says in str(error.value)


def test_without_equivalents_there_are_none(tmp_path):
    """The file is optional."""
    assert load_equivalent(tmp_path) == {}


def test_reachable_functions_with_their_arguments(tiny):
    """Functions, probes and methods within reach of the hidden tests are found; those whose arguments can't fit are not tried."""
    functions = {f.expression: (f.fewest, f.most) for f in trivial.reachable(tiny)}
    assert functions["probes.one_row.function"] == (2, 2) and functions["autograder.inputs.far_rows"] == (3, 4)
    tried = {(v.id, v.question) for v in trivial.trivial_answers(tiny)}
    assert ("autograder.inputs.scribble", "center") in tried and ("autograder.inputs.far_rows", "center") not in tried


def test_chance_is_measured(tiny):
    """Over many salts the sound judge never fails, and the numbers in its sentences are summed up."""
    (probe,) = [p for p in seeds.measure(tiny, 30, 2) if p.judged]
    assert (probe.probe, probe.salts, probe.failures) == ("spread_afterwards", 30, 0)


def test_a_threshold_too_near_is_seen(vary):
    """A judge whose threshold a right answer misses by chance fails for some salts and not for others."""
    middle = '"middle": fact(abs(scaled.mean(axis=0)).max() < 1e-9, "The columns are not centered."),'
    first = '"first": between(-9, scaled[0, 0], scaled.dtype.type(1), "The first entry should be below 1."),'
    edits = [(middle, first), ("import array, fact", "import array, between, fact")]
    probes = seeds.measure(vary({"judges.py": edits}), 40, 1)
    (probe,) = [p for p in probes if p.judged]
    assert msgspec.json.decode(msgspec.json.encode(probes), type=list[seeds.ProbeSeeds]) == probes
    spread = next(f for f in probe.facts if f.fact == "first")
    assert 0 < probe.failures == spread.failures < 40 and probe.others.keys() == {"Scaler"}
    assert spread.mean is not None and spread.deviation is not None and spread.margin is not None and spread.nearest is not None
    assert spread.margin * spread.deviation == pytest.approx(1 - spread.mean) and spread.nearest > 1
    console = Console(record=True, width=200)
    for part in shown_seeds(Chance(NAME, tuple(probes), ())):
        console.print(part)
    assert "spread_afterwards" in console.export_text()
    assert f"`spread_afterwards`: first | {spread.mean:.4g} | " in seeds_page([Chance(NAME, tuple(probes), ())], "chainrule audit --seeds 40")


def test_a_visible_check_that_chance_decides_is_seen(vary):
    """A check that holds a random number against a limit refuses a right answer now and then; it is run again until that shows."""
    first = 'checks.close("center(X)"'
    lucky = 'checks.that(np.random.random() < 0.9, "The number drawn is too large.")\n'
    assignment = vary({"notebook.py": [(first, lucky + first)]})
    found = {(one.question, one.alternative): one for one in checks_again.run_again(assignment, 100, 2)}
    center = found["center", ""]
    assert 0 < center.failures < 50 and center.times == 100 and "The number drawn is too large." in center.says
    assert all(one.failures == 0 for one in found.values() if one.question != "center")
    assert {one.times for one in found.values() if one.alternative} == {10}
    page = seeds_page([Chance(NAME, (), tuple(found.values()))], "chainrule audit --seeds 100")
    assert f"that of center refused the reference {center.failures} of 100 times" in page


def _command(monkeypatch, root, *arguments):
    monkeypatch.chdir(root)
    monkeypatch.setattr("sys.argv", ["chainrule", "audit", *arguments])
    try:
        cli.main()
    except SystemExit as end:
        return end.code or 0
    return 0


def test_command(tmp_path, monkeypatch, capsys, found):
    """Status 1 with a sentence where there are problems, 2 for an unknown assignment; the files are written in any case."""
    root = make_course(tmp_path)
    monkeypatch.setattr(audit, "audit", lambda *_: found)
    assert _command(monkeypatch, root, NAME, "--json", "audit.json", "--write", "audit.md", "--jobs", "2") == 1
    assert "the audit found problems" in capsys.readouterr().err
    written = msgspec.json.decode((root / "audit.json").read_bytes())
    assert written["format"] == 1 and written["assignments"][0]["assignment"] == NAME
    assert (root / "audit.md").read_text().startswith("# Audit")
    assert _command(monkeypatch, root, "nonesuch") == 2
    monkeypatch.setattr(audit, "audit", lambda *_: msgspec.structs.replace(found, problems=()))
    assert _command(monkeypatch, root, NAME) == 0
    assert _command(monkeypatch, root, NAME, "--seeds", "5", "--json", "seeds.json", "--write", "seeds.md") == 0
    (written,) = msgspec.json.decode((root / "seeds.json").read_bytes())["assignments"]
    assert {fact["fact"]: fact["mean"] for probe in written["probes"] for fact in probe["facts"]} and written["checks"]
    assert "5 times after the reference" in (root / "seeds.md").read_text()
