"""Ways to carry hidden inputs out of the sandbox: in what the student reads afterwards there is no text that an answer made while probes ran.

The word that must not come out is put together when the code runs, so that it stands in no cell.
"""
# ruff: noqa -- bodies are cells of careless and hostile notebooks
# mypy: ignore-errors
from __future__ import annotations

from .notation import attack


@attack("center")
def text_of_an_exception():
    """The input as an exception's text."""

    def center(X):
        raise ValueError("LEA" + "KED" + repr(X))


@attack("center")
def name_of_an_exception():
    """The input as the name of an exception's class, its module, its bases."""

    def center(X):
        name = "LEA" + "KED"
        base = type(name, (Exception,), {"__module__": name, "__qualname__": name})
        raise type(name, (base,), {})(name)


@attack("center")
def name_of_a_missing_name():
    """The input as the name that a NameError is about."""

    def center(X):
        raise NameError("LEA" + "KED", name="LEA" + "KED")


@attack("center")
def name_of_an_attribute():
    """The input as a missing attribute, a missing key, a missing module."""

    def center(X):
        return getattr(X, "LEA" + "KED")


@attack("center")
def file_of_a_frame():
    """The input as the file name of compiled code, and as a cell's number and line."""

    def center(X):
        exec(compile("\n" * 4711 + "raise ValueError", "<cell 1>", "exec"))
        exec(compile("raise ValueError", "LEA" + "KED", "exec"))


@attack("center")
def printed():
    """The input on standard output, on standard error, in a warning, in the log and on display."""
    import logging
    import os
    import sys
    import warnings

    def center(X):
        word = "LEA" + "KED"
        print(word)
        print(word, file=sys.__stderr__)
        os.write(1, word.encode())
        os.write(2, word.encode())
        warnings.warn(word)
        logging.error(word)
        display(word)
        return X


@attack("center")
def drawn():
    """The input in a figure, a title and a file."""
    import matplotlib.pyplot as plt

    def center(X):
        plt.title("LEA" + "KED")
        plt.savefig("LEA" + "KED")
        open("LEA" + "KED.txt", "w").write("LEA" + "KED")
        return X


@attack("center")
def type_of_an_answer():
    """The input as the name of an answer's type, and as a text, a key and bytes."""

    def center(X):
        word = "LEA" + "KED"
        return [type(word, (), {})(), {word: word}, word, word.encode(), np.array([word])]


@attack("center")
def key_of_an_answer():
    """The input as the keys of a dictionary in the place of an array."""

    def center(X):
        return {"LEA" + "KED": 1.0}


@attack("center")
def shape_of_an_answer():
    """The input as the shape of an empty array: 25 bits an axis."""

    def center(X):
        return np.zeros((31337271, 0, 31337272, 31337273))


@attack("center")
def error_of_a_forged_result():
    """The input as the name of the exception in a forged message: any identifier."""

    def center(X):
        send(ProbeDone("rows_of_data", "raised", b"", "LEA" + "KED", 3, 1, "LEA" + "KED"))
        __import__("os")._exit(0)


@attack("center")
def reason_of_a_forged_timeout():
    """The input as the reason why a probe was not run."""

    def center(X):
        send(ProbeDone("rows_of_data", "timed out", b"", "LEA" + "KED", 3, 1, "LEA" + "KED"))
        __import__("os")._exit(0)


@attack("center")
def status_of_the_process():
    """The input as an exit status, a signal, a length of a message."""

    def center(X):
        __import__("os")._exit(123)


@attack("center")
def markup_in_an_exception():
    """Markup of terminals, pages and notebooks in what a cell raises: it is shown as what it is."""
    raise ValueError("[red]x[/blue] \x1b[2J\x1b]0;title\x07 <script>alert(1)</script> ![x](http://127.0.0.1/) \u202e\r\n=cmd()")


@attack("center")
def a_name_of_markup():
    """Markup in the name that a cell misses: names are identifiers or they are not shown."""
    raise NameError("x", name="[/red]<script>")
