"""A course whose questions ask for values, for tests: most answers are what a name holds, and some names are bound anew further down."""
from __future__ import annotations

from pathlib import Path

NAME = "sales"

NOTEBOOK = '''\
# %% [markdown]
# # A day's sales
#
# Six numbers are all that this chapter needs.

# %% given="data"
import checks
import numpy as np

prices = np.array([3.0, 9.0, 4.0, 12.0, 6.0, 14.0])
shops = ["Oslo", "Bergen", "Tromso", "Bodo"]

# %% [markdown]
# ## 1. The average
#
# Assign the mean price to `average`.

# %% solution="average_solution"
### BEGIN SOLUTION
average = prices.sum() / len(prices)
### END SOLUTION

# %% test="average" points=2
checks.close("average", average, 8.0)

# %% given="centered"
centered = prices - average

# %% [markdown]
# ## 2. The spread
#
# Assign the root of the mean square of `centered` to `spread`.

# %% solution="spread_solution"
### BEGIN SOLUTION
spread = np.sqrt(np.mean(centered**2))
### END SOLUTION

# %% test="spread" points=2
checks.close("spread", spread, 4.041452, tolerance=1e-5)

# %% [markdown]
# ## 3. One unit for all
#
# `standardize(x)` says how many spreads `x` is above the average.

# %% solution="standardize_solution"
def standardize(x):
    """How many spreads x is above the average."""
    ### BEGIN SOLUTION
    return (x - average) / spread
    ### END SOLUTION

# %% test="standardize" points=2
checks.close("standardize(average + spread)", standardize(average + spread), 1.0)

# %% [markdown]
# ## 4. The first sale
#
# Assign the first price to `sale`.

# %% solution="first_sale_solution"
### BEGIN SOLUTION
sale = prices[0]
### END SOLUTION

# %% test="first_sale" points=1
checks.close("sale", sale, 3.0)

# %% [markdown]
# ## 5. With tax
#
# Add a quarter to `sale`.

# %% solution="taxed_solution"
### BEGIN SOLUTION
sale = sale * 1.25
### END SOLUTION

# %% test="taxed" points=1
checks.close("sale", sale, 3.75)

# %% [markdown]
# ## 6. In order
#
# Bring `shops` into alphabetical order.

# %% solution="ordered_solution"
### BEGIN SOLUTION
shops.sort()
### END SOLUTION

# %% test="ordered" points=2
assert shops[0] == "Bergen"

# %% given="more_shops"
shops.append("Alta")
'''

TOML = '''\
title = "A day's sales"
order = 1

[limits]
notebook_seconds = 5
probe_seconds = 1
submission_seconds = 20
memory_mb = 1024
output_kb = 256

[questions.average]
defines = ["average"]

[questions.spread]
defines = ["spread"]
needs = ["average"]

[questions.standardize]
defines = ["standardize"]
needs = ["average", "spread"]

[questions.first_sale]
defines = ["sale"]

[questions.taxed]
defines = ["sale"]
needs = ["first_sale"]

[questions.ordered]
defines = ["shops"]
'''

PROBES = '''\
"""Hidden tests of sales."""
from autograder.probe import probe


@probe("average", points=2)
def the_average(ns, rng):
    """The mean price."""
    return {"average": ns.average}


@probe("spread", points=2)
def the_spread(ns, rng):
    """The root of the mean square."""
    return {"spread": ns.spread}


@probe("standardize", points=2, tolerance=1e-5)
def some_prices(ns, rng):
    """Prices above and below the average."""
    return {"standardized": ns.standardize(rng.normal(size=5))}


@probe("first_sale", points=1)
def one_sale(ns, rng):
    """The first price."""
    return {"sale": ns.sale}


@probe("taxed", points=1)
def one_taxed_sale(ns, rng):
    """The first price and a quarter of it."""
    return {"sale": ns.sale}


@probe("ordered", points=2)
def shops_in_order(ns, rng):
    """The shops, one after another."""
    return {"shops": ns.shops}
'''

MISCONCEPTIONS = '''\
"""Known wrong solutions of sales."""
from autograder.probe import misconception


@misconception("average")
def the_sum():
    """You add the prices up, but do not divide by how many there are."""
    average = prices.sum()


@misconception("average")
def the_median():
    """You take the price in the middle; the mean was asked for."""
    return np.median(prices)


@misconception("spread")
def the_mean_square():
    """You take no root."""
    spread = np.mean(centered**2)


@misconception("standardize")
def not_scaled(x):
    """You do not divide by the spread."""
    return x - average


@misconception("first_sale")
def the_last_sale():
    """You take the last price."""
    return prices[-1]


@misconception("taxed")
def the_tax_alone():
    """You take the tax alone, and not what was paid."""
    sale = sale * 0.25


@misconception("ordered")
def backwards():
    """You bring them into the opposite order."""
    shops.sort(reverse=True)
'''

ALTERNATIVES = '''\
"""Right solutions of sales, written another way."""
from autograder.probe import alternative


@alternative("average")
def numpy_s_own():
    """NumPy's mean."""
    return prices.mean()


@alternative("taxed")
def in_place():
    """The same in two steps."""
    tax = sale / 4
    sale += tax


@alternative("ordered")
def a_new_list():
    """A sorted copy under the same name."""
    shops = sorted(shops)
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
