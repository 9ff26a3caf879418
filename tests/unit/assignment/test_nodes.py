"""Nodes are dictionaries whose entries are attributes, as nbformat's are."""
from __future__ import annotations

import json

import nbformat
import pytest

from autograder.assignment.nodes import Node, new_cell, new_notebook, new_output, node
from autograder.assignment.notebook import dump


def test_what_is_put_in_becomes_a_node() -> None:
    """By an entry, an attribute or an update, and within lists of what is read."""
    made = Node()
    made["metadata"] = {"nbgrader": {"grade": True}}
    made.update(source="x = 1", more={"deep": {"er": 1}})
    made.kind = {"of": "code"}
    assert (made.metadata.nbgrader.grade, made.more.deep.er, made.kind.of) == (True, 1, "code")
    assert node({"cells": [{"metadata": {"a": {}}}]}).cells[0].metadata.a == {}


def test_an_entry_that_is_missing_is_an_attribute_that_is_missing() -> None:
    """So that hasattr and getattr with a default say what they say of nbformat's."""
    assert not hasattr(Node(), "source")
    with pytest.raises(AttributeError, match="source"):
        _ = Node().source


def test_a_notebook_is_what_nbformat_calls_one() -> None:
    """It passes nbformat's schema, and reads back the same."""
    cell = new_cell("code", "1 + 1", [new_output("execute_result", data={"text/plain": "2"}, execution_count=1)])
    cell.update(id="one", execution_count=1)
    made = new_notebook([cell], {"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    nbformat.validate(nbformat.from_dict(json.loads(dump(made))))
    assert nbformat.reads(dump(made), as_version=4) == made
