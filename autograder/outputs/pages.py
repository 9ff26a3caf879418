"""HTML pages from templates: everything that is put into one is escaped, and a page needs nothing beside
itself.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder.text import printable_lines

FOLDER = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=False
    )
    made.filters["points"] = points
    made.filters["coded"] = coded
    made.finalize = lambda value: (
        printable_lines(value) if isinstance(value, str) and not isinstance(value, Markup) else value
    )
    return made


def render(template: str, styles: tuple[str, ...], script: str = "", **values: Any) -> str:
    """A page from a template with these style sheets in it, and a script of ours that its policy names by
    its hash.
    """
    css = Markup("\n".join(_text(name) for name in styles))
    if script:
        text = _text(script)
        values |= {
            "script": Markup(text),
            "script_hash": "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode(),
        }
    return _environment().get_template(template).render(css=css, **values)


def piece(template: str, **values: Any) -> Markup:
    """A piece of a page."""
    return Markup(_environment().get_template(template).render(**values))


@cache
def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def coded(text: str) -> Markup:
    """A sentence whose code stands between backticks, as HTML."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(printable_lines(text)))))


def points(value: float) -> str:
    """Points as people write them: no zeros at the end, at most two places."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
