"""A course on pandas, SciPy and scikit-learn, for tests: tables, dates, exact numbers, sparse matrices, figures and fitted models are the answers."""
from __future__ import annotations

from pathlib import Path

NAME = "orders"

NOTEBOOK = '''\
# %% [markdown]
# # Orders
#
# Five orders of three shops.

# %% given="data"
from datetime import date
from fractions import Fraction

import checks
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from sklearn.linear_model import LinearRegression

raw = pd.DataFrame({
    "shop": ["Oslo", "bergen ", "Oslo", "Bodo", "Bergen"],
    "price": ["10", "4.5", "7", "12", "3"],
    "day": ["2024-03-01", "2024-03-02", "2024-03-02", "2024-04-05", "2024-04-09"],
})

# %% [markdown]
# ## 1. A clean table
#
# Assign to `table` a DataFrame with the shops without spaces and with one capital, prices as numbers, and days as dates.

# %% solution="table_solution"
### BEGIN SOLUTION
table = raw.assign(
    shop=raw["shop"].str.strip().str.capitalize(),
    price=raw["price"].astype(float),
    day=pd.to_datetime(raw["day"]),
)
### END SOLUTION

# %% test="table" points=3
assert list(table.columns) == ["shop", "price", "day"], "the columns keep their names"

# %% [markdown]
# ## 2. Totals
#
# Assign to `totals` a Series of the sum of the prices for each shop.

# %% solution="totals_solution"
### BEGIN SOLUTION
totals = table.groupby("shop")["price"].sum()
### END SOLUTION

# %% test="totals" points=2
assert len(totals) == 3

# %% [markdown]
# ## 3. Rows above a price
#
# `above(table, price)` gives the rows above a price, in any order.

# %% solution="above_solution"
def above(table, price):
    """The rows of a table whose price is above one."""
    ### BEGIN SOLUTION
    return table[table["price"] > price]
    ### END SOLUTION

# %% test="above" points=2
assert len(above(pd.DataFrame({"price": [1.0, 2.0]}), 1.5)) == 1

# %% [markdown]
# ## 4. The last day
#
# Assign the last day of all to `last_day`.

# %% solution="last_day_solution"
### BEGIN SOLUTION
last_day = table["day"].max()
### END SOLUTION

# %% test="last_day" points=1
assert last_day.year == 2024

# %% [markdown]
# ## 5. A share
#
# Assign to `share` the share of the orders that went to Oslo, as a Fraction.

# %% solution="share_solution"
### BEGIN SOLUTION
share = Fraction(int((table["shop"] == "Oslo").sum()), len(table))
### END SOLUTION

# %% test="share" points=1
assert 0 < share < 1

# %% [markdown]
# ## 6. The shops
#
# Assign to `shops` the set of the shops' names.

# %% solution="shops_solution"
### BEGIN SOLUTION
shops = set(table["shop"])
### END SOLUTION

# %% test="shops" points=1
assert len(shops) == 3

# %% [markdown]
# ## 7. A sparse table
#
# `one_hot(names, known)` is a sparse matrix with a one for each name.

# %% solution="one_hot_solution"
def one_hot(names, known):
    """A sparse matrix, (len(names), len(known)), with a 1 where a name is the known one."""
    ### BEGIN SOLUTION
    columns = [known.index(name) for name in names]
    return csr_array((np.ones(len(names)), (np.arange(len(names)), columns)), shape=(len(names), len(known)))
    ### END SOLUTION

# %% test="one_hot" points=2
assert one_hot(["a"], ["b", "a"]).toarray().tolist() == [[0, 1]]

# %% [markdown]
# ## 8. A line through the prices
#
# Fit a line to the prices by the day's number, and assign the model to `model`.

# %% solution="model_solution"
### BEGIN SOLUTION
days = table["day"].dt.dayofyear.to_numpy()[:, None]
model = LinearRegression().fit(days, table["price"])
### END SOLUTION

# %% test="model" points=2
assert hasattr(model, "predict")

# %% [markdown]
# ## 9. A figure
#
# `draw(totals)` draws a bar for each shop, with labels on both axes, and returns the figure.

# %% solution="draw_solution"
def draw(totals):
    """A figure with a bar for each entry."""
    ### BEGIN SOLUTION
    figure, axes = plt.subplots()
    axes.bar(list(totals.index), totals.to_numpy())
    axes.set_xlabel("shop")
    axes.set_ylabel("price")
    return figure
    ### END SOLUTION

# %% test="draw" points=2
assert len(draw(pd.Series([1.0], index=["a"])).axes) == 1
'''

TOML = '''\
title = "Orders"
order = 1
packages = ["pandas", "scipy", "sklearn"]

[limits]
notebook_seconds = 10
probe_seconds = 3
submission_seconds = 60
memory_mb = 1024
output_kb = 256

[questions.table]
defines = ["table"]

[questions.totals]
defines = ["totals"]
needs = ["table"]

[questions.above]
defines = ["above"]

[questions.last_day]
defines = ["last_day"]
needs = ["table"]

[questions.share]
defines = ["share"]
needs = ["table"]

[questions.shops]
defines = ["shops"]
needs = ["table"]

[questions.one_hot]
defines = ["one_hot"]

[questions.model]
defines = ["model"]
needs = ["table"]

[questions.draw]
defines = ["draw"]
'''

PROBES = '''\
"""Hidden tests of orders."""
import numpy as np
import pandas as pd

from autograder.probe import figure, fitted, frame, probe, series, sparse


@probe("table", points=3)
def a_clean_table(ns, rng):
    """The table, column by column."""
    return {"table": frame(ns.table, index=False)}


@probe("totals", points=2)
def a_total_for_each_shop(ns, rng):
    """The sums, by shop."""
    return {"totals": series(ns.totals, order=False)}


@probe("above", points=2)
def rows_above(ns, rng):
    """Random prices and a bound among them."""
    table = pd.DataFrame({"price": rng.normal(size=20), "name": [f"n{i}" for i in range(20)]})
    kept = table.copy()
    return {"rows": frame(ns.above(table, 0.1), index=False, order=False), "inputs": {"table": np.array(table["price"])}}


@probe("last_day", points=1)
def the_last_day(ns, rng):
    """The last day."""
    return {"last_day": ns.last_day}


@probe("share", points=1)
def the_share_of_oslo(ns, rng):
    """The share of Oslo."""
    return {"share": ns.share}


@probe("shops", points=1)
def all_shops(ns, rng):
    """The names, each once."""
    return {"shops": ns.shops}


@probe("one_hot", points=2)
def some_names(ns, rng):
    """Names among more that are known."""
    known = list("abcdef")
    return {"one_hot": sparse(ns.one_hot([known[i] for i in rng.permutation(6)[:4]], known))}


@probe("model", points=2)
def a_line(ns, rng):
    """What the model predicts for other days."""
    return {"model": fitted(ns.model, np.array([[1], [100], [200]]))}


@probe("draw", points=2)
def bars(ns, rng):
    """Bars for random numbers, and the words beside them."""
    return {"figure": figure(ns.draw(pd.Series(rng.uniform(1, 9, size=4), index=list("wxyz"))), "bars", "labels")}
'''

MISCONCEPTIONS = '''\
"""Known wrong solutions of orders."""
from autograder.probe import misconception


@misconception("table")
def prices_as_texts():
    """Your prices are texts still."""
    return raw.assign(shop=raw["shop"].str.strip().str.capitalize(), day=pd.to_datetime(raw["day"]))


@misconception("totals")
def means_for_sums():
    """You take the mean of each shop's prices."""
    totals = table.groupby("shop")["price"].mean()


@misconception("above")
def at_least(table, price):
    """You give the rows below the price."""
    return table[table["price"] < price]


@misconception("last_day")
def the_first_day():
    """You take the first day."""
    return table["day"].min()


@misconception("share")
def a_float():
    """You give a float, which has no exact share."""
    return float((table["shop"] == "Oslo").mean())


@misconception("shops")
def as_they_came():
    """You take the names as they came."""
    return set(raw["shop"])


@misconception("one_hot")
def transposed(names, known):
    """Rows and columns are exchanged."""
    rows = [known.index(name) for name in names]
    return csr_array((np.ones(len(names)), (rows, np.arange(len(names)))), shape=(len(known), len(names)))


@misconception("model")
def through_the_origin():
    """Your line goes through the origin."""
    days = table["day"].dt.dayofyear.to_numpy()[:, None]
    model = LinearRegression(fit_intercept=False).fit(days, table["price"])


@misconception("draw")
def no_words(totals):
    """Your figure has no labels."""
    figure, axes = plt.subplots()
    axes.bar(list(totals.index), totals.to_numpy())
    return figure
'''

ALTERNATIVES = '''\
"""Right solutions of orders, written another way."""
from autograder.probe import alternative


@alternative("table")
def column_by_column():
    """The same in steps, with another index."""
    table = raw.copy().set_index(pd.Index(range(5, 10)))
    table["day"] = [pd.Timestamp(day) for day in table["day"]]
    table["price"] = [float(price) for price in table["price"]]
    table["shop"] = [shop.strip().title() for shop in table["shop"]]
    table = table[["shop", "price", "day"]]


@alternative("totals")
def by_hand():
    """A Series from a dictionary."""
    sums = {}
    for shop, price in zip(table["shop"], table["price"]):
        sums[shop] = sums.get(shop, 0) + price
    totals = pd.Series(sums)


@alternative("above")
def by_a_query(table, price):
    """A query."""
    return table.query("price > @price").reset_index(drop=True)[::-1]


@alternative("last_day")
def a_date_of_python_s():
    """Without pandas."""
    return max(date.fromisoformat(day) for day in raw["day"])


@alternative("one_hot")
def by_entries(names, known):
    """Another format."""
    from scipy.sparse import lil_matrix

    made = lil_matrix((len(names), len(known)))
    for i, name in enumerate(names):
        made[i, known.index(name)] = 1
    return made


@alternative("draw")
def with_pandas(totals):
    """pandas' own drawing."""
    figure, axes = plt.subplots()
    for place, name in enumerate(totals.index):
        axes.bar([name], [totals[name]])
    axes.set(xlabel="Shop", ylabel="Price")
    return figure
'''

FILES = {
    "notebook.py": NOTEBOOK, "assignment.toml": TOML, "probes.py": PROBES,
    "misconceptions.py": MISCONCEPTIONS, "alternatives.py": ALTERNATIVES,
}  # fmt: skip


def make_course(root: Path) -> Path:
    """Write the course into root and return root."""
    folder = root / "assignments" / NAME
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return root
