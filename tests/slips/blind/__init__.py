"""A second corpus, written on one day from the releases alone, without a look at the first one or at what judges.

A third is written in another style than the obvious one (helpers, einsum, comprehensions, loops); a name that ends on `_and_...` holds
two mistakes in one answer. What was measured before anything was mended stands in read_by_hand.toml beside this file.
"""
