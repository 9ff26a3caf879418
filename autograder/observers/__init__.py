"""Observers: what they are shown of an object, they take down as plain values that can be sent and judged.

They run where student code runs. They read through the functions of an object's library class, never through
those of a class that a student has made from it, and say what it is by its real type. An object of another
type is handed back as it is: the judge says then what it is and what was expected.
"""

from autograder.observers.drawn import figure
from autograder.observers.fitted import fitted
from autograder.observers.frames import frame, series
from autograder.observers.gathered import in_any_order
from autograder.observers.kinds import Observed
from autograder.observers.sparse import sparse

__all__ = ["Observed", "figure", "fitted", "frame", "in_any_order", "series", "sparse"]
