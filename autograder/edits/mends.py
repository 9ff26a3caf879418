"""What one change could mend a wrong answer: the operators that make mistakes, which undo them as well, and
some that put in what was forgotten.

Candidates come with the likely ones first, for whoever tries them has little time.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from autograder.edits.around import Further
from autograder.edits.endless import endless
from autograder.edits.mending import (
    of_arithmetic,
    of_arrays,
    of_asking,
    of_bounds,
    of_divisions,
    of_entries,
    of_keys,
    of_layers,
    of_names,
    of_sizes,
    of_statements,
    of_twins,
)
from autograder.edits.mending.table import MENDS
from autograder.edits.mutants import Mutant, changed, changes
from autograder.edits.operators import OPERATORS, Operator
from autograder.edits.places import CodePlace, places

MOST = 600
"""No more candidates than this for one cell: where probes are quick, this ends the search before the clock
does, so that two runs find the same.
"""
MOST_OF_A_LINE = 200
"""No more of them for the line that has raised, before those of all lines."""
TRIES = 2400
"""No more changes than this are looked at, those that don't compile or come again among them."""
LONGEST = 10_000
"""Characters that a cell may have: each change costs as long as the whole cell is."""

_SOONEST = (
    "fractions_throughout",
    "through_self",
    "entry_by_entry",
    "whether_it_is_given",
    "a_text_that_is_known",
    "other_length_of_a_shape",
    "size_of_an_argument",
    "rounded_down_throughout",
)
"""Tried before those of the line that has raised: the cause stands in others, and there are one or a few
candidates a function. A loop over the wrong axis raises in its body.
"""
_FIRST = (
    "keys_throughout",
    "argument_kept",
    "other_length_of_a_shape",
    "whether_it_is_given",
    "entry_by_entry",
    "through_self",
    "a_text_that_is_known",
    "power_of_e",
    "sign_of_the_exponent",
    "moved_after_its_use",
    "entry_as_the_other_layer",
    "made_as_the_other_layer",
    "added_for_the_other_layer",
    "swapped_entries",
    "entries_under_their_names",
    "exchanged_entries",
    "rounded_down_throughout",
    "rounded_down",
    "not_rounded_down",
    "all_keys_listed",
    "bound_as_it_is",
    "bound_of_a_loop",
    "key_as_its_siblings",
    "entry_of_a_result",
    "axis_or_keepdims",
    "handed_on",
    "not_used_yet",
    "copied_at_the_entry",
    "fractions_throughout",
    "with_a_fraction",
    "copied",
    "undone_copy",
    "in_place_or_not",
    "added_up",
    "one_entry_a_row",
    "turned_product",
    "product_of_matrices",
    "flattened",
    "form_left_open",
    "entries_of_an_example",
    "shifted_before",
    "padded_along_the_last_axes",
    "as_many_columns",
    "size_of_an_argument",
    "as_many_as_the_largest_label",
    "added_along_an_axis",
    "entry_of_the_target",
    "with_the_remainder",
    "exchanged_targets",
    "class_of_a_row",
    "moved_out",
    "moved_in",
    "moved_into_the_next",
    "moved_before",
    "iterated_otherwise",
    "result_kept",
    "result_dropped",
    "returned",
    "with_its_complement",
    "mask_alone",
    "from_the_other_end",
    "scaled",
    "absolute",
    "put_back",
    "comparison",
    "turned_condition",
    "sibling",
    "dropped_statement",
)
"""Few, and what students do most."""
_THEN = (
    "swapped_arguments",
    "whole_numbers_as_an_index",
    "dropped_sign",
    "arithmetic",
    "swapped_operands",
    "dropped_term",
    "negated",
    "negated_entry",
    "divided_entry",
    "half_or_double",
    "bracketed",
    "the_same_in_twins",
    "the_same_in_entries",
    "further_on",
    "similar_key",
    "any_key",
    "similar_name",
    "part_not_used_yet",
    "one_step_with_the_unused",
    "likely_number",
    "exchanged_arguments",
    "other_tuple",
    "unwrapped",
    "collection",
    "other_function",
    "entries_set",
    "divided",
    "after_the_call",
    "swapped_statements",
    "moved_down",
    "name_throughout",
    "another_function",
    "off_by_one",
    "logic",
    "keyword_argument",
    "one_more_entry",
    "assignment",
    "other_index",
    "any_attribute",
    "only_where_given",
    "kept_for_later",
    "a_row_or_flat",
    "summed",
    "taken_anew_at_the_entry",
    "text",
    "open_slice",
    "other_name",
    "dropped_argument",
    "loop",
    "dropped_else",
    "shifted",
)
"""Arithmetic, and what is taken for its neighbour."""
_LAST = (
    "complement_or_power",
    "through_a_function",
    "any_name",
    "reshaped",
    "near_number",
    "constant",
    "one_more_axis",
    "transpose",
    "other_operator",
    "one_more_step",
    "dropped_default",
    "condition",
)
"""Many, and seldom it."""
_PLACES_OF_MENDS = (
    of_arithmetic,
    of_arrays,
    of_asking,
    of_bounds,
    of_divisions,
    of_entries,
    of_keys,
    of_layers,
    of_names,
    of_sizes,
    of_statements,
    of_twins,
)
"""Imported for the mends that they put into the table."""


def kinds() -> list[Operator]:
    """All operators, in the order in which they are tried."""
    every = {kind.name: kind for kind in [*OPERATORS, *MENDS]}
    return [every[name] for name in (*_FIRST, *_THEN, *_LAST)]


def mends(
    text: str,
    names: Iterable[str],
    line: int = 0,
    further: Further | None = None,
) -> Iterator[Mutant]:
    """Copies of a cell with one place changed that may be what was meant. names: what the question asks for,
    such as "softmax" or "Layer.forward"; changes within these come before those in the rest of the cell, and
    the likely ones in one line, where the code has raised, before all others. further: what else the notebook
    has.

    Nothing for a cell that is not plain Python, or longer or more deeply nested than an answer is.
    """
    if len(text) > LONGEST:
        return
    try:
        yield from islice(_mends(text, frozenset(names), line, further), MOST)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return


def other_guards(text: str) -> Iterator[Mutant]:
    """Copies of a cell with another of its guards, the small numbers that keep a value from zero: which of
    them somebody takes is no part of a mistake.
    """
    if len(text) > LONGEST:
        return
    try:
        tree = ast.parse(text)
        yield from changed(tree, islice(changes(places(tree), [_GUARD]), _GUARDS_TRIED))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return


def _other_guard(node: ast.Constant, place: CodePlace) -> Iterator[ast.Constant]:
    if isinstance(node.value, float) and 0 < node.value <= _LARGEST_GUARD:
        yield from (ast.Constant(guard) for guard in _GUARDS if guard != node.value)


_GUARD = Operator("other_guard", "Another small number.", (ast.Constant,), (), _other_guard)
_GUARDS, _LARGEST_GUARD, _GUARDS_TRIED = (1e-8, 1e-12, 1e-10, 1e-7, 1e-5), 1e-3, 20


def _mends(text: str, names: frozenset[str], line: int, further: Further | None) -> Iterator[Mutant]:
    tree = ast.parse(text)
    wanted = {id(node) for node in _asked_for(tree, names)}
    everywhere = [place for place in places(tree, further) if not _in_a_signature(place)]
    here = [place for place in everywhere if line and getattr(place.node, "lineno", 0) == line]
    inner = [place for place in everywhere if id(place.definition) in wanted]
    outer = [place for place in everywhere if id(place.definition) not in wanted]
    soonest = changes(inner, [kind for kind in kinds() if kind.name in _SOONEST])
    first = islice(changes(here, kinds()), MOST_OF_A_LINE)
    every = chain(soonest, first, *(changes(part, kinds()) for part in (inner, outer)))
    made = changed(tree, islice(every, TRIES))
    yield from made if "while" not in text else _that_end(made, endless(tree))


def _that_end(made: Iterator[Mutant], before: int) -> Iterator[Mutant]:
    """Those with no more loops that never end than before."""
    return (mutant for mutant in made if endless(ast.parse(mutant.text)) <= before)


def _in_a_signature(place: CodePlace) -> bool:
    """Whether a place is in what the release hands out: the parameters and their defaults."""
    return isinstance(place.statement, ast.FunctionDef) and place.node is not place.statement


def _asked_for(tree: ast.Module, names: frozenset[str]) -> Iterator[ast.AST]:
    """The definitions of these names, and those within them. A method may stand as a function by itself."""
    methods = {name.rpartition(".")[2] for name in names}
    for node in tree.body:
        for name, part in _definitions(node):
            if {name, name.partition(".")[0]} & names or name in methods:
                yield from (inner for inner in ast.walk(part) if isinstance(inner, ast.FunctionDef))


def _definitions(node: ast.stmt) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.FunctionDef):
        yield node.name, node
    elif isinstance(node, ast.ClassDef):
        yield from (
            (f"{node.name}.{inner.name}", inner) for inner in node.body if isinstance(inner, ast.FunctionDef)
        )
