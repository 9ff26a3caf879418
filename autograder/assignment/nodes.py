"""A notebook's parts as dictionaries whose entries are attributes too, as nbformat has them.

nbformat's own come with its schemas and jsonschema, which take longer to load than a submission to grade; and
its makers check every piece, which takes longer than grading, too.
"""

from __future__ import annotations

from typing import Any


class Node(dict[str, Any]):
    """A notebook, a cell, an output or metadata. A dictionary that is put into it becomes one as well."""

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, node(value) if type(value) is dict else value)

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def update(self, *parts: Any, **named: Any) -> None:
        """As a dictionary's, with what is put in becoming nodes."""
        for name, value in dict(*parts, **named).items():
            self[name] = value


def node(value: Any) -> Any:
    """A value as JSON has it, with a node for each dictionary in it, however deep."""
    if isinstance(value, dict):
        return Node({name: node(part) for name, part in value.items()})
    if isinstance(value, list | tuple):
        return [node(part) for part in value]
    return value


def new_notebook(cells: list[Node], metadata: dict[str, Any]) -> Node:
    """A notebook in format 4.5."""
    return Node(cells=cells, metadata=node(metadata), nbformat=4, nbformat_minor=5)


def new_cell(kind: str, text: str, outputs: list[Node] | None = None) -> Node:
    """A cell of kind "code", "markdown" or "raw"; its id is still to be given."""
    made = Node(id="", cell_type=kind, metadata=Node(), source=text)
    if kind == "code":
        made.update(execution_count=None, outputs=outputs or [])
    return made


def new_output(kind: str, **values: Any) -> Node:
    """An output: "stream" with name and text, "display_data" or "execute_result" with data by media type."""
    rest = {} if kind == "stream" else {"metadata": Node()}
    return Node(output_type=kind, **rest, **{name: node(value) for name, value in values.items()})
