"""Known wrong solutions, each in place of the function that it gets wrong. Add one for each mistake that you see in a class.

The docstring is what the student reads: what the code does, why that is wrong, where to look; never the answer. `chainrule audit` sees to it
that each loses points in its own question alone, and is told from all others.
"""
import numpy as np

from autograder.probe import misconception


@misconception("moving_average")
def zeros_beyond_the_ends(x, width):
    """You average beyond the ends as well, where zeros are taken for numbers that are not there. How many places are there at which all neighbours fit?"""
    return np.convolve(x, np.ones(width) / width, mode="same")


@misconception("moving_average")
def sum_in_place_of_the_mean(x, width):
    """You add the neighbours up, but don't divide: the result grows with the width."""
    return np.convolve(x, np.ones(width), mode="valid")


@misconception("moving_average")
def windows_side_by_side(x, width):
    """Your windows stand side by side. The next one begins one step further, not one window further."""
    count = len(x) // width
    return x[: count * width].reshape(count, width).mean(axis=1)
