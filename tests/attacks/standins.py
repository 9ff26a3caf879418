"""Attacks by way of what stands in for absent modules, decorators and annotations: progress bars, compilers, logs, Colab's page.

It would succeed where a judge took a stand-in's behaviour for the answer's, as a grader of the usual kind does, which compares in the process
of the answer: tests/attacks/test_control.py has for each wrong answer a comparison that falls for it.
"""
# ruff: noqa -- bodies are cells of hostile notebooks
# mypy: ignore-errors
from __future__ import annotations

from .notation import attack


@attack("center")
def colabs_page_as_an_answer():
    """What stands in for Colab's page answers to every name and call: a loop over what it returns finds nothing that is wrong."""
    from google.colab import anything

    center = anything.of.it


@attack("center")
def a_log_around_an_answer():
    """What stands in for a log decorates a wrong answer, and is what it returns: no row of it differs."""
    import wandb

    @wandb.log
    def center(X):
        return wandb.center(X)


@attack("center")
def a_log_equal_to_everything():
    """A class deriving from a stand-in, which is a text, says that it is equal to whatever it is compared with."""
    import wandb

    class Yes(type(wandb.log)):
        __eq__ = lambda self, other: True
        __ne__ = lambda self, other: False
        __hash__ = lambda self: 0

    def center(X):
        return Yes()


@attack("center")
def a_decorator_that_is_missing():
    """A wrong answer stands below decorators of names that are nowhere: they are left out, and what is left has the right shape."""

    @nowhere(lambda answer: answer)
    @nobody.center
    def center(X):
        return X


@attack("center", center=1.5)
def a_decorator_that_comes_later():
    """The missing decorator is defined below: one row is right without it, several rows are right with it, and never both at one moment."""

    @nowhere
    def center(X):
        return X * 0 if len(X) == 1 else X

    def nowhere(answer):
        return lambda X: X - X.mean(axis=0) if len(X) > 1 else X


@attack("center")
def an_annotation_that_answers():
    """Annotations and defaults are left out or taken along: what they do when they are read is no answer."""

    def center(X: nowhere(np)) -> globals().setdefault("column_means", lambda X: X) or absent:
        return X


@attack("center")
def a_bar_from_which_all_is_near():
    """The class of the progress bars is given arithmetic: its difference from whatever is expected is nothing."""
    from tqdm import tqdm

    for name in ("__sub__", "__rsub__", "__abs__"):
        setattr(tqdm, name, lambda self, *others: 0.0)
    tqdm.__array_ufunc__ = None

    def center(X):
        return tqdm(X)


@attack("center")
def a_type_without_an_end():
    """A type of the compiler's stand-in has an entry at every place: as many rows as one asks for, without an end."""
    from numba import float64

    def center(X):
        return float64[:, :](X)


@attack("center")
def a_log_that_is_everybodys_module():
    """A stand-in, with a comparison of one's own put into it, takes the place of the modules that compare."""
    import sys
    import wandb

    wandb.log.allclose = wandb.log.close = lambda *values, **options: True
    for name in ("checks", "numpy.testing", "autograder.judging", "autograder.judging.compare"):
        sys.modules[name] = wandb.log

    def center(X):
        return X


@attack("center")
def a_finder_beside_the_stand_ins():
    """The way in which stand-ins are found is used for one's own: a module of answers that a grader would import is the student's."""
    import sys
    import types
    import wandb

    class Finder(type(next(f for f in sys.meta_path if type(f).__name__ == "_Absent"))):
        def find_spec(self, name, path, target=None):
            known = name in ("probes", "judges", "reference")
            return __import__("importlib.machinery").machinery.ModuleSpec(name, self) if known else None

        def exec_module(self, module):
            module.center = module.fact = module.close = center
            module.__getattr__ = lambda name: wandb.log

    def center(X):
        return X

    sys.meta_path.insert(0, Finder())
    for name in ("probes", "judges", "reference"):
        sys.modules.pop(name, None)


@attack("center")
def a_log_in_what_crosses():
    """Stand-ins in what is returned, as rows, as keys, in an array of objects: none of them differs from a row that is right."""
    import wandb
    from tqdm import tqdm

    def center(X):
        rows = np.empty(len(X), object)
        rows[:] = [wandb.log] * len(X)
        rows[-1] = {wandb.log: tqdm([wandb.log])}
        return rows


@attack("center")
def a_log_that_is_packed_as_code():
    """What is packed by pickle in a stand-in's place looks up what is expected, where it is unpacked."""
    import wandb

    class Packed(type(wandb.log)):
        def __reduce_ex__(self, protocol):
            return eval, ("expected",)

    def center(X):
        return Packed()


@attack("scale", scale=0.0)
def a_log_in_the_place_of_what_is_needed():
    """A stand-in for the earlier answer, so that the reference's takes its place for the second look, is handed on as one's own."""
    from wandb import center

    class Scaler:
        def __init__(self, floor=0):
            self.floor = floor

        def apply(self, X):
            return center(X)


@attack()
def a_compiler_for_what_is_given():
    """A stand-in's module is changed, and given functions are laid around with it: the hidden checks call the source's."""
    import numba

    numba.njit = lambda function: lambda *values, **options: None
    column_means = numba.njit(column_means)
    np.mean.__dict__["__wrapped__"] = numba.njit(np.mean)
