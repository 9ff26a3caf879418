"""The answers: what was seen is compared with what was expected, given points, and the mistake is named.

Never loaded where student code runs.
"""

from autograder.judging.facts import Fact, Unfit, array, asserted, between, fact, number
from autograder.judging.findings import Verdict

__all__ = ["Fact", "Unfit", "Verdict", "array", "asserted", "between", "fact", "number"]
