"""Small notebooks of nbgrader's in the shapes that public courses have, each with three wrong answers.

An answer is written with its solution; `wrong` holds what a student writes in place of it, by the answer's id.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import dedent

import nbformat


@dataclass(frozen=True)
class Cell:
    """A cell: kind is prose, given, answer or test."""

    kind: str
    text: str
    id: str = ""
    points: float = 0
    hidden: str = ""
    after: str = ""
    """What stands after the hidden part."""


def prose(text: str) -> Cell:
    return Cell("prose", dedent(text).strip())


def given(text: str) -> Cell:
    return Cell("given", dedent(text).strip())


def answer(id: str, text: str) -> Cell:
    return Cell("answer", dedent(text).strip(), id)


def graded(id: str, points: float, text: str, hidden: str = "", after: str = "") -> Cell:
    return Cell("test", dedent(text).strip(), id, points, dedent(hidden).strip(), after)


@dataclass(frozen=True)
class Shape:
    """A notebook: its cells, three wrong hand-ins, and the files that lie beside it."""

    name: str
    cells: tuple[Cell, ...]
    wrong: tuple[dict[str, str], ...]
    files: dict[str, str] = field(default_factory=dict)

    def source(self) -> nbformat.NotebookNode:
        """The instructor's notebook."""
        return _notebook([_node(c, _source_text(c)) for c in self.cells])

    def handed_in(self, wrong: dict[str, str]) -> nbformat.NotebookNode:
        """A student's notebook: the release with these answers in it, and the right ones elsewhere."""
        return _notebook([_node(c, dedent(wrong.get(c.id, c.text)).strip()) for c in self.cells])

    def texts(self, wrong: dict[str, str]) -> list[tuple[Cell, str]]:
        """What nbgrader runs: the student's answers and the instructor's tests, hidden parts and all."""
        return [(c, _source_text(c) if c.kind == "test" else dedent(wrong.get(c.id, c.text)).strip()) for c in self.cells]

    @property
    def submissions(self) -> dict[str, dict[str, str]]:
        return {"right": {}, **{f"wrong{n}": each for n, each in enumerate(self.wrong, 1)}}


def _source_text(cell: Cell) -> str:
    if cell.kind == "answer":
        return f"### BEGIN SOLUTION\n{cell.text}\n### END SOLUTION"
    if cell.hidden:
        return f"{cell.text}\n### BEGIN HIDDEN TESTS\n{cell.hidden}\n### END HIDDEN TESTS\n{cell.after}".rstrip()
    return cell.text


def _node(cell: Cell, text: str) -> nbformat.NotebookNode:
    node = (nbformat.v4.new_markdown_cell if cell.kind == "prose" else nbformat.v4.new_code_cell)(text)
    if cell.kind in ("answer", "test"):
        graded = cell.kind == "test"
        more = {"points": cell.points} if graded else {}
        node.metadata["nbgrader"] = {"grade": graded, "grade_id": cell.id, "locked": graded, "schema_version": 3,
                                     "solution": not graded, "task": False, "cell_type": "code", **more}
    return node


def _notebook(nodes: list[nbformat.NotebookNode]) -> nbformat.NotebookNode:
    for number, node in enumerate(nodes):
        node["id"] = f"cell-{number}"
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return nbformat.v4.new_notebook(cells=nodes, metadata=kernel)


LITERALS = Shape("literals", (
    prose("# Squares\n\nReturn the squares of 1 to n. Then give the sum of the first ten."),
    answer("squares", """
        def squares(n):
            if n < 1:
                raise ValueError("n must be at least 1")
            return [i ** 2 for i in range(1, n + 1)]
        """),
    graded("correct_squares", 2, """
        assert squares(1) == [1]
        assert squares(3) == [1, 4, 9]
        """, "assert squares(5) == [1, 4, 9, 16, 25]"),
    answer("total", "total = sum(squares(10))"),
    graded("correct_total", 1, "assert total == 385"),
), (
    {"squares": "def squares(n):\n    return [i ** 2 for i in range(n)]"},
    {"total": "total = 100"},
    {"squares": "def squares(n):\n    return [1, 4, 9][:n]", "total": "total = '385'"},
))

PRINTS = Shape("prints", (
    prose("# Greeting"),
    answer("greeting", "def greet(name):\n    return 'Hello, ' + name"),
    graded("shows_greeting", 2, "print(greet('Ada'))\nprint(greet('Bob'))"),
), (
    {"greeting": "def greet(name):\n    return 'Hello, ' + nmae"},
    {"greeting": "def greet():\n    return 'Hello'"},
    {"greeting": "greeting = 'Hello'"},
))

HINTS = Shape("hints", (
    prose("# A year"),
    answer("leap", """
        def is_leap(year):
            return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)

        days = 366 if is_leap(2024) else 365
        """),
    graded("leap_years", 3, """
        if days != 366:
            raise ValueError("2024 is a leap year: how many days has it?")
        if not is_leap(2000):
            print("look at 2000")
            raise ValueError("a year that 400 divides is a leap year")
        """, """
        if is_leap(1900):
            raise ValueError("a year that 100 divides is none")
        elif is_leap(2023):
            raise ValueError("2023 is none")
        """),
), (
    {"leap": "def is_leap(year):\n    return year % 4 == 0\n\ndays = 366"},
    {"leap": "def is_leap(year):\n    return year % 4 == 0 and year % 100 != 0\n\ndays = 366"},
    {"leap": "def is_leap(year):\n    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)\n\ndays = 365"},
))

MESSAGES = Shape("messages", (
    prose("# Words"),
    answer("longest", """
        def longest(words):
            return max(words, key=len)
        """),
    graded("longest_word", 2, """
        assert longest(["a", "bcd", "ef"]) == "bcd", "the longest of three words is in the middle here"
        assert longest(["abc"]) == "abc", "one word alone is the longest"
        """, "assert longest(['bb', 'aa']) == 'bb', 'of two equally long words it is the first'"),
), (
    {"longest": "def longest(words):\n    return max(words)"},
    {"longest": "def longest(words):\n    return sorted(words, key=len)[-1]"},
    {"longest": "def longest(words):\n    return words[1]"},
))

ARRAYS = Shape("arrays", (
    given("import numpy as np"),
    prose("# A table of products"),
    answer("products", """
        def products(n):
            steps = np.arange(1, n + 1)
            return np.outer(steps, steps)

        table = products(4)
        """),
    graded("shape_of_table", 2, """
        assert isinstance(table, np.ndarray)
        assert table.shape == (4, 4)
        assert len(products(3)) == 3
        """, "assert products(2).ndim == 2 and products(2).size == 4\nassert type(products(2)) == np.ndarray"),
), (
    {"products": "def products(n):\n    return [[i * j for i in range(1, n + 1)] for j in range(1, n + 1)]\n\ntable = np.array(products(4))"},
    {"products": "def products(n):\n    return np.arange(n * n)\n\ntable = products(4).reshape(4, 4)"},
    {"products": "def products(n):\n    return np.ones((n, n))\n\ntable = products(4).tolist()"},
))

NEAR = Shape("near", (
    given("import math\nimport numpy as np"),
    prose("# A circle"),
    answer("circle", """
        def area(r):
            return math.pi * r ** 2

        around = 2 * math.pi
        """),
    graded("near_enough", 3, """
        eps = 1e-3
        assert abs(area(1) - 3.14159265) < eps
        assert abs(around - 2 * np.pi) < eps
        """, "assert math.isclose(area(0), 0)\nassert np.allclose(area(np.array([1.0, 2.0])), np.pi * np.array([1.0, 4.0]))"),
), (
    {"circle": "def area(r):\n    return 3.14 * r ** 2\n\naround = 6.2832"},
    {"circle": "def area(r):\n    return math.pi * r ** 2\n\naround = 6.28"},
    {"circle": "def area(r):\n    return math.pi * r * 2\n\naround = 2 * math.pi"},
))

LOOPS = Shape("loops", (
    prose("# Roman numerals"),
    answer("roman", """
        def roman(n):
            text = ""
            for value, letters in [(10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]:
                while n >= value:
                    text += letters
                    n -= value
            return text
        """),
    graded("some_numerals", 2, """
        for n, want in [(1, "I"), (4, "IV"), (9, "IX")]:
            assert roman(n) == want, f"roman({n}) should be {want}"
        """, """
        cases = {14: "XIV", 28: "XXVIII"}
        for n, want in cases.items():
            assert roman(n) == want
        """),
    graded("all_short", 1, """
        for n in range(1, 31):
            assert 0 < len(roman(n)) <= 7
            assert set(roman(n)) <= set("XVI")
        """),
), (
    {"roman": "def roman(n):\n    return 'I' * n"},
    {"roman": "def roman(n):\n    return {1: 'I', 4: 'IV', 9: 'IX'}.get(n, 'X')"},
    {"roman": "def roman(n):\n    return ''"},
))

TESTING = Shape("testing", (
    given("import numpy as np"),
    prose("# Scaling"),
    answer("scale", """
        def scale(x):
            x = np.asarray(x, dtype=float)
            return (x - x.mean()) / x.std()
        """),
    graded("scaled", 4, """
        x = np.array([1.0, 2.0, 3.0])
        np.testing.assert_allclose(scale(x), [-1.224744871, 0, 1.224744871], rtol=1e-6)
        np.testing.assert_almost_equal(scale(x).mean(), 0)
        np.testing.assert_array_equal(x, [1, 2, 3])
        """, "np.testing.assert_array_almost_equal(scale([0, 10, 20, 30]), [-1.341641, -0.447214, 0.447214, 1.341641], decimal=5)"),
), (
    {"scale": "def scale(x):\n    x = np.asarray(x, dtype=float)\n    return (x - x.mean()) / x.std(ddof=1)"},
    {"scale": "def scale(x):\n    return x - np.mean(x)"},
    {"scale": "def scale(x):\n    return (x - np.min(x)) / (np.max(x) - np.min(x))"},
))

BOUNDS = Shape("bounds", (
    given("import numpy as np\n\nlimit = 0.5"),
    prose("# A random walk"),
    answer("walk", """
        def walk(steps, seed):
            rng = np.random.default_rng(seed)
            return np.cumsum(rng.uniform(-0.4, 0.4, size=steps))

        path = walk(50, 0)
        """),
    graded("stays_near", 2, """
        assert len(path) == 50
        assert all(abs(b - a) < limit for a, b in zip(path, path[1:]))
        assert -20 <= path.min() and path.max() <= 20
        """, """
        assert np.all(np.abs(walk(10, 3)) <= 4)
        assert not np.allclose(walk(5, 1), walk(5, 2))
        assert (walk(5, 1) == walk(5, 1)).all()
        """),
), (
    {"walk": "def walk(steps, seed):\n    return np.cumsum(np.random.default_rng(seed).normal(size=steps))\n\npath = walk(50, 0)"},
    {"walk": "def walk(steps, seed):\n    return np.zeros(steps)\n\npath = walk(50, 0)"},
    {"walk": "def walk(steps, seed):\n    return np.cumsum(np.random.default_rng(seed).uniform(-0.4, 0.4, size=steps))\n\npath = walk(49, 0)"},
))

HELPERS = Shape("helpers", (
    given("from tester import check_sorted"),
    prose("# Sorting"),
    answer("sort", "def ordered(values):\n    return sorted(values)"),
    graded("is_sorted", 2, "check_sorted(ordered, [3, 1, 2])\nassert ordered([]) == []"),
), (
    {"sort": "def ordered(values):\n    return values"},
    {"sort": "def ordered(values):\n    return sorted(values)[::-1]"},
    {"sort": "def ordered(values):\n    return sorted(values) or None"},
), {"tester.py": "def check_sorted(function, values):\n    found = function(list(values))\n    assert all(a <= b for a, b in zip(found, found[1:])), 'not in order'\n"})

EXCEPTIONS = Shape("exceptions", (
    prose("# A root that exists"),
    answer("root", """
        def root(x):
            if not isinstance(x, (int, float)):
                raise TypeError("a number is wanted")
            if x < 0:
                raise ValueError("no real root")
            return x ** 0.5
        """),
    graded("refuses", 3, """
        try:
            root(-1)
        except ValueError:
            pass
        else:
            raise AssertionError("root(-1) must raise a ValueError")
        """, """
        raised = False
        try:
            root("4")
        except TypeError:
            raised = True
        assert raised
        """),
    graded("still_works", 1, "assert root(9) == 3.0"),
), (
    {"root": "def root(x):\n    return x ** 0.5"},
    {"root": "def root(x):\n    if float(x) < 0:\n        raise ValueError('no')\n    return float(x) ** 0.5"},
    {"root": "def root(x):\n    raise ValueError('never')"},
))

RANDOM = Shape("random_inputs", (
    given("import numpy as np"),
    prose("# Distances"),
    answer("distances", """
        def distances(A, B):
            return np.sqrt(((A[:, None] - B[None]) ** 2).sum(-1))
        """),
    graded("like_reference", 3, """
        A, B = np.random.rand(4, 3), np.random.rand(5, 3)
        assert distances(A, B).shape == (4, 5)
        """, """
        def slow(A, B):
            out = np.zeros((len(A), len(B)))
            for i, a in enumerate(A):
                for j, b in enumerate(B):
                    out[i, j] = np.linalg.norm(a - b)
            return out

        for _ in range(5):
            A, B = np.random.rand(3, 2), np.random.rand(6, 2)
            np.testing.assert_allclose(distances(A, B), slow(A, B), atol=1e-8)
        """),
), (
    {"distances": "def distances(A, B):\n    return ((A[:, None] - B[None]) ** 2).sum(-1)"},
    {"distances": "def distances(A, B):\n    return np.abs(A[:, None] - B[None]).sum(-1)"},
    {"distances": "def distances(A, B):\n    return np.zeros((len(A), len(B) + 1))"},
))

FRAME = Shape("frame", (
    given("import pandas as pd"),
    prose("# Who sold what"),
    answer("sales", """
        sales = pd.DataFrame({"who": ["a", "b", "a"], "sold": [1, 2, 4]})
        by_person = sales.groupby("who")["sold"].sum()
        """),
    graded("table", 3, """
        assert isinstance(sales, pd.DataFrame)
        assert list(sales.columns) == ["who", "sold"]
        assert sales.shape == (3, 2)
        assert by_person["a"] == 5
        """, "assert sales['sold'].mean() > 2"),
), (
    {"sales": "sales = [['a', 1], ['b', 2], ['a', 4]]\nby_person = {'a': 5, 'b': 2}"},
    {"sales": "sales = pd.DataFrame({'sold': [1, 2, 4], 'who': ['a', 'b', 'a']})\nby_person = sales.groupby('who')['sold'].sum()"},
    {"sales": "sales = pd.DataFrame({'who': ['a', 'b', 'a'], 'sold': [1, 2, 4]})\nby_person = sales.groupby('who')['sold'].max()"},
))

PLOT = Shape("plot", (
    given("import matplotlib\nmatplotlib.use('Agg')\nimport matplotlib.pyplot as plt\nimport numpy as np"),
    prose("# A parabola"),
    answer("parabola", """
        x = np.linspace(-1, 1, 5)
        fig, ax = plt.subplots()
        ax.plot(x, x ** 2)
        ax.set_xlabel("x")
        """),
    graded("drawn", 2, """
        line = ax.lines[0]
        assert ax.get_xlabel() == "x"
        np.testing.assert_allclose(line.get_ydata(), line.get_xdata() ** 2)
        """, "assert len(ax.lines) == 1"),
), (
    {"parabola": "x = np.linspace(-1, 1, 5)\nfig, ax = plt.subplots()\nax.plot(x, x)\nax.set_xlabel('x')"},
    {"parabola": "x = np.linspace(-1, 1, 5)\nfig, ax = plt.subplots()\nax.plot(x, x ** 2)"},
    {"parabola": "x = np.linspace(-1, 1, 5)\nfig, ax = plt.subplots()\nax.scatter(x, x ** 2)\nax.set_xlabel('x')"},
))

SEQUENCES = Shape("sequences", (
    prose("# Pairs"),
    answer("pairs", "def pairs(n):\n    return [(i, i * i) for i in range(n)]\n\nends = (1, 3)"),
    graded("pairs_of_squares", 2, "assert pairs(2) == [(0, 0), (1, 1)]", """
        for n, want in [(1, [(0, 0)]), (3, [(0, 0), (1, 1), (2, 4)])]:
            assert pairs(n) == want
        """),
    graded("both_ends", 1, "assert ends == (1, 3)"),
), (
    {"pairs": "def pairs(n):\n    return tuple((i, i * i) for i in range(n))\n\nends = (1, 3)"},
    {"pairs": "def pairs(n):\n    return [[i, i * i] for i in range(n)]\n\nends = [1, 3]"},
    {"pairs": "import numpy as np\n\ndef pairs(n):\n    return np.array([(i, i * i) for i in range(n)])\n\nends = (1.0, 3)"},
))

BOTH = Shape("both_kinds", (
    prose("# One more, and pairs"),
    answer("both", "import numpy as np\n\ndef more(a):\n    return a + 1\n\ndef pairs(n):\n    return [(i, i * i) for i in range(n)]"),
    graded("of_both", 4, """
        assert more(2) == 3
        assert isinstance(pairs(2), list)
        """, """
        rng = np.random.default_rng(3)
        for a in rng.integers(0, 9, 5):
            assert more(a) == a + 1
        assert all(len(pair) == 2 for pair in pairs(3)), "a pair has two entries"
        """),
), (
    {"both": "import numpy as np\n\ndef more(a):\n    return 3\n\ndef pairs(n):\n    return [(i, i * i) for i in range(n)]"},
    {"both": "import numpy as np\n\ndef more(a):\n    return a + 1\n\ndef pairs(n):\n    return tuple((i, i) for i in range(n))"},
    {"both": "import numpy as np\n\ndef more(a):\n    return a + 1\n\ndef pairs(n):\n    return [(i,) for i in range(n)]"},
))

PARTIAL = Shape("partial_credit", (
    prose("# One more"),
    answer("more", "def more(a):\n    return a + 1"),
    graded("more_or_less", 3, """
        earned = 0
        if more(1) == 2:
            earned += 1
        """, """
        if more(-1) == 0:
            print("negative numbers are right")
            earned += 0.5
        try:
            assert more(5) == 6
            earned += 1.5
        except Exception:
            pass
        """, "earned"),
), (
    {"more": "def more(a):\n    return 2"},
    {"more": "def more(a):\n    return abs(a) + 1"},
    {"more": "def more(a):\n    return a + 1 if a < 5 else 'many'"},
))

SHAPES = (LITERALS, PRINTS, HINTS, MESSAGES, ARRAYS, NEAR, LOOPS, TESTING, BOUNDS, HELPERS, EXCEPTIONS, RANDOM, FRAME, PLOT, SEQUENCES, BOTH, PARTIAL)
