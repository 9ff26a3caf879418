"""Answers in words: what a cell of a student's own says, and whether it says anything.

On the standard library alone: `chainrule release` pastes it into check_notebook.py.
"""

from __future__ import annotations

import ast
import re
import textwrap
from functools import lru_cache

from autograder.inside.names import parsed

_SHOWS = {"print", "display", "Markdown", "HTML", "Latex", "Math", "IPython"}
_ONLY_SHOWS = (
    *(ast.Assign, ast.Expr, ast.Call, ast.keyword, ast.Name, ast.Attribute, ast.Constant, ast.BinOp),
    *(ast.operator, ast.expr_context, ast.List, ast.Tuple, ast.Dict),
)
"""What a cell is made of that does nothing but show or keep texts."""
_TEXTS = (ast.Call, ast.Constant, ast.JoinedStr, ast.BinOp, ast.List, ast.Tuple)
_PROSE_MAGIC = re.compile(r"\s*%%(?:markdown|latex|html|writefile[ \t][^\n]*\.(?:md|txt)[ \t]*$)", re.M)
_ECHO = re.compile(r"^[ \t]*!echo[ \t]", re.M)
_SENTENCE = re.compile(r"\b(?:[^\W\d_]{1,40}[,;:]? ){3}[^\W\d_]|[\u3040-\u30ff\u3400-\u9fff]{6}")
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|\S+")
"""A word; where a script puts nothing between words, a sign."""
_CODE = re.compile(
    r"[ \t]*(?:(?:pip|conda|git|cd|python|jupyter)\b"
    r"|(?:def|class|for|while|if|elif|with|import|from|return|print|assert|raise)\b[^\n]*[(:=.])"
)
_ENOUGH_WORDS = 5
"""So many words at least, or a full stop at its end, make a text that code keeps or prints an answer."""
_MANY_WORDS, _WORDS_A_VALUE = 12, 4
"""So many words make a text an answer that stands among code which computes, or is told with values in it: so
many in all, and so many more for each value. A note of how far a training has come has fewer.
"""
_SAYS_NOTHING = re.compile(
    r"\A\s*<span\b[^>]{0,300}>[^\n]{0,300}papermill.*|<a\b[^>]{0,300}>.{0,300}?</a>"
    r"|\[!\[[^]]{0,300}\]\([^)]{0,300}\)\]\([^)]{0,300}\)|<(?!img\b)[^>]{0,300}>"
    r"|&nbsp;|^[ \t]*(?:[-*_][ \t]*){3,}$|^#{1,6}[ \t]+(?:\S+[ \t]+)?\S+[ \t]*$",
    re.S | re.M,
)
"""What programs and students put between cells: links to where a notebook is opened, a note of what stopped
there, rules, headings of a word or two. Each part has a bound, since a student may write anything.
"""
_HEADS = (
    re.compile(r"^[ \t]*#{1,6}[ \t]+\S", re.M),
    re.compile(r"^[ \t]*(?:\*\*|__)[^\s*_][^*_\n]{0,80}(?:\*\*|__)", re.M),
    re.compile(
        r"^[ \t*_#>(-]{0,12}(?:[^\W\d_]{1,10}[ \t]{0,2})?(?:\d{1,2}|[a-h]|i{1,3})[ \t*_]{0,4}[.):](?!\d)",
        re.M | re.I,
    ),
)
"""How a part of an answer begins that has a title: a heading, words in bold type, a number or a letter."""
_RULE = re.compile(r"(?<=\n)[ \t]{0,3}(?:[-*_][ \t]?){3,80}(?=\n)")
_LETTERS = re.compile(r"[^\W_]+")
_LONG_WORD = re.compile(r"[^\W\d_]{6,40}")
_SHARED_WORDS = 4
"""So many longer words of a question, which another does not have, in one paragraph speak of it."""
_MOST_TO_LOOK_AT = 2000
"""A text of more characters says something."""


@lru_cache(maxsize=2048)  # most of a notebook's cells are those of all others
def plain(text: str) -> str:
    """A text without what front ends change when they save: trailing blanks and line ends."""
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip()


def prose_in(text: str, is_code: bool) -> str:
    """What a cell of the student's own says in words; empty where it says nothing, or is code that does
    something.
    """
    if not is_code:
        short = len(text) <= _MOST_TO_LOOK_AT
        return "" if short and not _SAYS_NOTHING.sub("", text).strip() else text
    if _PROSE_MAGIC.match(text):
        return text
    tree = parsed(_ECHO.sub("# ", text))
    if tree is None:
        return text if _is_no_python(text) else ""
    if not tree.body:
        return "" if _is_code_that_rests(_ECHO.sub("# ", text)) else text
    body = [one for one in tree.body if not _brings_display(one)]
    return text if _says(body) or any(map(_says_much, body)) else ""


def _is_no_python(text: str) -> bool:
    """Whether a cell that does not compile is a text, in a cell that was left one of code."""
    lines = [line for line in text.split("\n") if line.strip()]
    words = [line for line in lines if _SENTENCE.search(line) and not _CODE.match(line)]
    return 2 * len(words) >= len(lines) and _words(text) >= _ENOUGH_WORDS


def _words(text: str) -> int:
    return len(_WORD.findall(text))


def _is_code_that_rests(text: str) -> bool:
    """Whether comments are statements that were made comments, or a word or two, and no answer."""
    said = "\n".join(re.sub(r"^[ \t]*#+ ?", "", line) for line in text.splitlines())
    if _words(said) < 3 and not said.rstrip().endswith("."):
        return True
    tree = parsed(said)
    words = (ast.Name, ast.Compare, ast.Constant, ast.BoolOp)
    return tree is not None and not any(isinstance(getattr(s, "value", None), words) for s in tree.body)


def _brings_display(statement: ast.stmt) -> bool:
    """Whether a statement imports what shows a text."""
    if isinstance(statement, ast.Import):
        return all(alias.name.startswith("IPython") for alias in statement.names)
    return isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith("IPython")


def _says(body: list[ast.stmt]) -> bool:
    """Whether statements do nothing but show or keep texts, and these say something: a title, a label or a
    note of progress does not.
    """
    kept, printing, texts, told = set(_SHOWS), {"print"}, [], False
    for statement in body:
        if isinstance(statement, ast.FunctionDef) and _hands_on(statement):
            kept.add(statement.name)
            printing |= set() if _named(statement) & _SHOWS - {"print"} else {statement.name}
            continue
        nodes = list(ast.walk(statement))
        if not all(isinstance(node, _ONLY_SHOWS) for node in nodes):
            return False
        names = _named(statement)
        strings = [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        if isinstance(statement, ast.Assign):
            kept |= names if strings else set()
        if not names <= kept or not (strings or "print" in names or names - _SHOWS):
            return False
        texts += strings
        told = told or (
            isinstance(statement, ast.Expr) and bool(strings) and not (names and names <= printing)
        )
    text = " ".join(texts)
    enough = _words(text) >= _ENOUGH_WORDS and any(_words(part) > 2 for part in texts)  # and no list of names
    return told or enough or text.rstrip().endswith(".")


def _hands_on(function: ast.FunctionDef) -> bool:
    """Whether a function only shows what it is given."""
    parts = (*_ONLY_SHOWS, ast.Return, ast.JoinedStr, ast.FormattedValue)
    nodes = [node for one in function.body if not _brings_display(one) for node in ast.walk(one)]
    own = {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return all(isinstance(node, parts) for node in nodes) and names <= own | _SHOWS and bool(names & own)


def _named(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _says_much(statement: ast.stmt) -> bool:
    """Whether a statement shows, keeps or returns a text of many words, whatever the cell does besides."""
    if isinstance(statement, ast.With) or (isinstance(statement, ast.FunctionDef) and _only_tells(statement)):
        return any(map(_says_much, statement.body))
    value = statement.iter if isinstance(statement, ast.For) else getattr(statement, "value", None)
    if not isinstance(value, _TEXTS) or (isinstance(value, ast.Call) and not _may_show(value.func)):
        return False
    nodes = list(ast.walk(value))
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    values = sum(isinstance(node, ast.Name) and id(node) not in called for node in nodes)
    parts = [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    text = " ".join(parts)
    enough = _words(text) >= _MANY_WORDS + _WORDS_A_VALUE * values and any(map(_SENTENCE.search, parts))
    return enough and parsed(textwrap.dedent(text)) is None and _is_no_python(text)


def _only_tells(function: ast.FunctionDef) -> bool:
    """Whether a function does nothing but return or hold a text."""
    return all(
        isinstance(one, (ast.Return, ast.Pass))
        or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
        for one in function.body
    )


def _may_show(called: ast.expr) -> bool:
    """Whether what is called shows or keeps a text, for all that one can see: a function by its name, one of
    IPython's, or a file's.
    """
    known = _SHOWS | {"write"}
    return isinstance(called, ast.Name) or (isinstance(called, ast.Attribute) and called.attr in known)


def may_answer(text: str, asked: str, other: str, name: str) -> bool:
    """Whether an answer may be one to another question as well: it has more parts than its own question asks
    for, one begins with the other's name or title, or a paragraph is full of the other's words.

    asked, other: what the two questions say; name: the other's id.
    """
    if any(here > max(1, there) for here, there in zip(_parts(text), _parts(asked), strict=True)):
        return True
    titles = [line.lstrip("# 0123456789.") for line in other.split("\n") if line.startswith("#")]
    names = {" ".join(_LETTERS.findall(title.lower())) for title in (name, *titles)}
    lines = [" ".join(_LETTERS.findall(line[:200].lower())) for line in text.split("\n")]
    if any(line.startswith(tuple(filter(None, names))) for line in lines) or ("_" in name and name in text):
        return True
    theirs = _long_words(other) - _long_words(asked)
    return any(len(_long_words(part) & theirs) >= _SHARED_WORDS for part in re.split(r"\n[ \t]*\n", text))


def _parts(text: str) -> list[int]:
    """In how many parts a text stands: between rules, and with titles of each kind."""
    return [len(_RULE.findall(text.strip())) + 1, *(len(head.findall(text)) for head in _HEADS)]


def _long_words(text: str) -> set[str]:
    """The longer words of a text, each by its beginning, which its forms have in common."""
    return {word[:6] for word in _LONG_WORD.findall(text.lower())}
