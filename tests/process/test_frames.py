"""Tables, dates, sparse matrices, figures and models as answers: the libraries in the jail, the sentences, and what lies about itself."""
from __future__ import annotations

import pytest

from autograder.author.audit.audit import audit
from tests import orders

from .conftest import Bench, Benches, checks_of


@pytest.fixture(scope="module")
def bench(benches: Benches) -> Bench:
    return benches(files={**orders.FILES, "judges.py": None})


def test_libraries_run_where_student_code_runs(bench):
    """pandas, SciPy and scikit-learn do in the jail what they do outside: the reference earns everything."""
    assert bench.scores(bench.work()) == bench.full


@pytest.mark.parametrize("question, answer, says", [
    ("table", "table = [1, 2]", "table is a list; expected a DataFrame."),
    ("table", "table = raw", "table.price holds texts; expected numbers."),
    ("table", "table = raw[['shop', 'day']]", "table has no column `price`."),
    ("table", "table = raw.assign(price=raw['price'].astype(float), day=pd.to_datetime(raw['day']))", "table.shop: 1 of 5 rows is wrong."),
    ("totals", "totals = table.groupby('shop')['price'].sum().to_dict()", "totals is a dictionary; expected a Series."),
    ("totals", "totals = table.groupby('shop')['price'].sum()[:2]", "totals has 2 rows; expected 3."),
    ("last_day", "last_day = '2024-04-09'", "last_day is text; expected a date."),
    ("last_day", "last_day = table['day'].min()", None),
    ("share", "share = 0.4", None),
    ("shops", "shops = ['Oslo', 'Bergen', 'Bodo']", "shops is a list; expected a set."),
    ("shops", "shops = {'Oslo', 'Bergen', 'Alta', 'Moss'}", "shops lacks 1 of 3 members and has 2 that were not expected."),
    ("model", "model = LinearRegression()", "model is not fitted: was `fit` called?"),
    ("one_hot", "def one_hot(names, known):\n    return np.eye(len(known))[[known.index(n) for n in names]]", "one_hot is an array of shape (4, 6); expected a sparse matrix."),
    ("draw", "def draw(totals):\n    figure, axes = plt.subplots()\n    axes.plot(totals.to_numpy())\n    return figure", "figure draws no bars; expected 4."),
])  # fmt: skip
def test_what_is_wrong_of_an_object_is_said(bench, question, answer, says):
    """What it is and what was expected, or what differs: never that something was raised."""
    result = bench.results(bench.work().write(f"{question}_solution", answer))[question]
    (message,) = checks_of(result, "message").values()
    assert result.score == 0.0
    assert "raised" not in message
    assert says is None or message == says


def test_a_table_that_is_wrong_costs_its_own_question_alone(bench):
    """Second passes give later answers the table that it should be: a DataFrame made again from what was sent."""
    assert bench.scores(bench.work().write("table_solution", "table = raw.iloc[:3]")) == {**bench.full, "table": 0.0}


def test_known_and_trivial_answers_are_worth_what_they_are(bench):
    """Alternatives earn everything, trivial values nothing, and each misconception is named as itself."""
    found = audit(bench.assignment, bench.grader.reference.store, jobs=1, salts=1, pairs=0)
    assert [v.id for v in found.alternatives if v.score != v.max_score or v.lost_elsewhere] == []
    assert [v.id for v in found.misconceptions if v.named != v.id or v.lost_elsewhere] == []
    assert [v.id for v in found.trivial if v.score] == []


LIES = {
    "it calls itself a DataFrame": "class Table:\n    __class__ = pd.DataFrame\n    columns = ['shop', 'price', 'day']\ntable = Table()",
    "its methods are its own": (
        "class Table(pd.DataFrame):\n"
        "    def to_numpy(self, *a, **k):\n        raise SystemExit\n"
        "    __eq__ = lambda self, other: True\n"
        "    columns = property(lambda self: ['shop', 'price', 'day'])\n"
        "    iloc = shape = dtypes = property(lambda self: 1 / 0)\n"
        "    __reduce__ = lambda self: (print, ())\n"
        "table = Table({'price': [1.0]})"
    ),
    "its manager is none": "table = raw.copy()\nvars(table)['_mgr'] = None",
    "pandas was changed": "pd.DataFrame.columns = property(lambda self: ['shop', 'price', 'day'])\ntable = raw[['shop']]",
    "its metaclass lies": (
        "class Meta(type(pd.DataFrame)):\n    __mro__ = property(lambda cls: (cls, pd.DataFrame, object))\n"
        "class Table(metaclass=Meta):\n    pass\ntable = Table()"
    ),
}  # fmt: skip


@pytest.mark.parametrize("answer", LIES.values(), ids=LIES)
def test_a_table_that_lies_gains_nothing(bench, answer):
    """Types are those that Python knows, values are read by pandas' own functions, and all is judged outside."""
    assert bench.scores(bench.work().write("table_solution", answer))["table"] == 0.0


def test_a_class_made_from_pandas_is_a_table_still(bench):
    """A right table of a class that adds a method is right."""
    answer = bench.work().cell("table_solution")["source"].rstrip() + (
        "\n\nclass Table(pd.DataFrame):\n    def describe(self):\n        return 'mine'\n\ntable = Table(table)"
    )
    assert bench.scores(bench.work().write("table_solution", answer)) == bench.full


def test_a_table_that_is_changed_by_a_call_is_put_back(bench):
    """A function that writes into the notebook's own table does not change what other questions see."""
    answer = "def above(given, price):\n    table['price'] = 0.0\n    return given[given['price'] > price]"
    assert bench.scores(bench.work().write("above_solution", answer)) == bench.full


COUNTED = '''
# %% solution="counted_solution"
def counted(table, price):
    """How many rows are above a price."""
    ### BEGIN SOLUTION
    return len(above(table, price))
    ### END SOLUTION

# %% test="counted" points=1
assert counted(pd.DataFrame({"price": [1.0, 2.0]}), 1.5) == 1
'''


def test_tables_cross_to_the_reference_and_back(benches):
    """A function that a later answer calls with a table is answered by the reference, which gets a table and gives one."""
    bench = benches(files={
        **orders.FILES, "judges.py": None, "notebook.py": orders.NOTEBOOK + COUNTED, "assignment.toml": f'{orders.TOML}\n[questions.counted]\ndefines = ["counted"]\nneeds = ["above"]\n',
        "probes.py": f'{orders.PROBES}\n\n@probe("counted", points=1)\ndef how_many(ns, rng):\n    """Random prices."""\n    return {{"count": ns.counted(pd.DataFrame({{"price": rng.normal(size=9)}}), 0.0)}}\n',
    })  # fmt: skip
    results = bench.results(bench.work().write("above_solution", "def above(table, price):\n    return table[:0]"))
    assert (results["above"].score, results["counted"].score) == (0.0, 1.0)
    assert results["counted"].given_correct_inputs
