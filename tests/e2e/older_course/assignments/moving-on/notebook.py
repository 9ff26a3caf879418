# %% [markdown]
# # Moving on
#
# *What this chapter is about, in a sentence or two: change this, and everything below it.*
#
# Put your code where it says `raise NotImplementedError`, and keep names, arguments and results as they are described. The cell below a
# question is a check: silent when it finds nothing wrong. Hidden tests then try other shapes and values.

# %% given="imports"
import matplotlib.pyplot as plt
import numpy as np

import checks
import pictures

plt.style.use("tableau-colorblind10")

# %% [markdown]
# ## 1. A moving average
#
# A training curve jumps from step to step, and the jumps hide where it is going. A moving average replaces each run of neighbours by their
# mean, so that the noise mostly cancels and the trend stays.
#
# $$y_i = \frac{1}{w} \sum_{j=0}^{w-1} x_{i+j}$$
#
# with $x$ of shape $(N,)$ and $y$ of shape $(N - w + 1,)$ for the width $w$: there is one value for each place at which $w$ neighbours fit,
# and nothing is made up beyond the ends.

# %% solution="moving_average_solution"
def moving_average(x: np.ndarray, width: int) -> np.ndarray:
    """Average each run of neighbours.

    x: numbers, (N,).
    width: how many neighbours are averaged, from 1 to N.
    Returns the means, (N - width + 1,).
    """
    ### BEGIN SOLUTION
    windows = np.lib.stride_tricks.sliding_window_view(x, width)
    return windows.sum(axis=1) / width
    ### END SOLUTION

# %% test="moving_average" points=4
seen = moving_average(np.array([1.0, 3.0, 8.0, 4.0]), 2)
checks.shape("moving_average(x, 2)", seen, (3,), "four numbers have three pairs of neighbours")
checks.close("moving_average(x, 2)", seen, [2.0, 5.5, 6.0], "the mean of each pair of neighbours")

# %% demo="look_at_moving_average"
steps = np.arange(200)
loss = np.exp(-steps / 60) + np.random.default_rng(0).normal(scale=0.1, size=200)
plt.plot(steps, loss, alpha=0.4, label="loss")
plt.plot(steps[10:-10], moving_average(loss, 21), label="moving average of 21 steps")
plt.legend()
pictures.show("A falling curve with noise, and its moving average, which is smooth and follows it.")

# %% [markdown]
# *Figure 1. A loss that falls with noise, and its moving average.*

# %% [markdown]
# ## Before you hand it in
#
# Save the notebook, then run the cell below. It starts from a clean state, runs the cells in order, and says question by question what is
# done, what is not, and what is wrong and why. Run it when you are stuck, too. With `all=True` it runs training and demonstrations as well.

# %% demo="check_this_notebook"
import check_notebook

check_notebook.run()
