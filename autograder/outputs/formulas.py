"""Formulas as MathML, which browsers show by themselves: no script, and nothing from the internet.

Students write formulas, and the library puts some of their text into its markup as it stands. So its answer
is taken apart: known elements and attributes stay, all else becomes text, and what does not add up is shown
as it was typed.
"""

from __future__ import annotations

import re
from html import escape, unescape

from latex2mathml.converter import convert

LONGEST = 2000
"""Characters of a formula; a longer one is nobody's."""
_TAG = re.compile(r"<(/?)(m[a-z]{1,20})((?: [a-z]{1,20}=\"[^\"<>]{0,200}\")*) ?(/?)>")
_ATTRIBUTE = re.compile(r"([a-z]+)=\"([^\"]*)\"")
_ELEMENTS = re.compile(
    r"m(i|n|o|text|space|s|row|frac|sqrt|root|style|padded|phantom|fenced|enclose|sub|sup|subsup|under|over"
    r"|underover|multiscripts|prescripts|table|tr|td|labeledtr|error)"
)
_ATTRIBUTES = re.compile(
    r"mathvariant|stretchy|fence|form|separator|accent|movablelimits|largeop|displaystyle|scriptlevel|linebreak"
    r"|columnalign|rowspacing|columnspacing|columnlines|rowlines|linethickness|width|height|depth|lspace|rspace"
    r"|minsize|maxsize|symmetric|notation"
)


def as_mathml(formula: str, block: bool) -> str:
    """A formula of LaTeX as an element of HTML; block: in a line of its own. One that can't be read is shown
    as it was typed.
    """
    text = re.sub(r"\\(begin|end)\{aligned\}", r"\\\1{align*}", formula)
    try:
        if len(text) > LONGEST:
            raise ValueError
        inner = _known(convert(text).partition(">")[2].rpartition("</math>")[0])
    except (Exception, RecursionError):  # whatever the library raises for what somebody typed
        return f"<code>{escape(formula)}</code>"
    return f'<math display="{"block" if block else "inline"}">{inner}</math>'


def _known(markup: str) -> str:
    """Markup with nothing but known elements and attributes; raises ValueError where it is not balanced."""
    made: list[str] = []
    around: list[str] = []
    at = 0
    for match in _TAG.finditer(markup):
        made.append(escape(unescape(markup[at : match.start()])))
        at = match.end()
        closing, name, attributes, alone = match.groups()
        if not _ELEMENTS.fullmatch(name):
            made.append(escape(match[0]))
        elif closing:
            if not around or around.pop() != name:
                raise ValueError("an element ends that did not begin")
            made.append(f"</{name}>")
        else:
            kept = [(k, v) for k, v in _ATTRIBUTE.findall(attributes) if _ATTRIBUTES.fullmatch(k)]
            made.append(
                f"<{name}{''.join(f' {k}={chr(34)}{escape(unescape(v))}{chr(34)}' for k, v in kept)}>"
            )
            if alone:
                made.append(f"</{name}>")
            else:
                around.append(name)
    if around:
        raise ValueError("an element does not end")
    return "".join([*made, escape(unescape(markup[at:]))])
