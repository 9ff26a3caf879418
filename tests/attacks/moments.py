"""Attacks on the ways that make a right answer earn its points whatever stands around it: two moments of judging, stand-ins for what is
absent, statements that run after one that failed, given names that are put back.
"""
# ruff: noqa -- bodies are cells of hostile notebooks
# mypy: ignore-errors
from __future__ import annotations

from .notation import attack


@attack()
def given_names_of_ones_own():
    """Put functions of one's own in place of what is given, so that the hidden checks would call them: they call the source's."""
    column_means = lambda X: X[0]
    np.random.seed = lambda *a: None


@attack("center")
def a_stand_in_for_an_answer():
    """Take a decorator that leaves things as they are for an answer: it returns what it was given, and earns nothing."""
    from numba import njit as center


@attack("center")
def a_progress_bar_for_an_answer():
    """A stand-in called with the question's input gives it back."""
    from tqdm import tqdm as center


@attack("center")
def answers_after_the_failure():
    """What runs after a statement that failed runs in the same jail, with nothing more in reach."""
    import there_is_no_such_module

    try:
        found = open("/etc/shadow").read()
    except OSError:
        found = ""
    if found:
        raise SystemError("BREACH a file of the machine was read")
    center = lambda X: X


@attack("center")
def another_answer_at_another_moment():
    """Answer one kind of input at the question's check and another at the end: only one moment counts, and in neither the main check is right."""

    def center(X):
        return X - X.mean(axis=0) if len(X) == 1 else X

    len = lambda X: 1 if globals().get("later") else 2


@attack("center")
def wait_just_under_the_limit():
    """Each call waits a little less than a probe may take."""
    import time

    def center(X):
        time.sleep(1.5)
        return X


@attack("written")
def given_names_by_way_of_locked_cells():
    """Bind given names where they are bound already, alone, with a new name, by an import: the original's stay the original's."""
    import math as checks
    from math import pi, sin as column_means

    np, mine = None, 3
    for column_means in [len]:
        other = pi


@attack("locked", scale=0.0)  # what it does to its own process costs its own points
def a_check_that_is_always_content():
    """Put a judge of one's own into the locked cells, for an answer that is wrong: it is not what judges."""

    class Content:
        def close(self, *values, **options):
            return True

    own_checks = Content()
    close = own_checks.close
    try:
        import autograder.probe as own_probe

        own_probe.Namespace.__getattr__ = lambda self, name: own_checks.close
    except Exception as error:
        said = error


@attack("locked")
def text_that_only_looks_like_an_answer():
    """A write-up, a string, and a name that is bound to nothing, in a locked cell: no point."""
    center_solution = "X - X.mean(axis=0)"
    answer_to_center = None


@attack("scale", scale=0.0)
def an_answer_that_removes_what_it_needs():
    """Delete an earlier answer, so that the reference's takes its place, and hand that on as one's own."""
    del center

    class Scaler:
        def __init__(self, floor=0):
            self.floor = floor

        def apply(self, X):
            return center(X)


@attack("center")
def a_pool_that_answers():
    """Give back what the stand-in of a pool or a process was given."""
    from multiprocessing import Pool, Process, Manager

    pool = Pool(4)
    seen = Manager().dict()
    worker = Process(target=seen.update, args=({"x": 1},))
    worker.start()
    worker.join()
    center = lambda X: np.asarray(pool.map(lambda row: row, X))
