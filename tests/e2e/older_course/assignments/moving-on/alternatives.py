"""Right solutions, written another way. They must score full marks: add what capable students really write."""
import numpy as np

from autograder.probe import alternative


@alternative("moving_average")
def one_window_at_a_time(x, width):
    """A loop over the places."""
    return np.array([np.mean(x[i : i + width]) for i in range(len(x) - width + 1)])


@alternative("moving_average")
def running_total(x, width):
    """Differences of a running total."""
    total = np.concatenate([[0.0], np.cumsum(x)])
    return (total[width:] - total[: len(total) - width]) / width
