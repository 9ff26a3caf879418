"""What the interpreter and NumPy say of an exception: texts of theirs are known by their form.

They hold nothing but shapes, indices, types and names. Any other text may be of the student's making, and
goes no further.
"""

from __future__ import annotations

import re

LONGEST = 300
_N = r"-?\d{1,4}"
_SHAPE = r"\((?:\d{1,5}(?:, ?\d{1,5})*)?,?\)"
_NAME = r"[A-Za-z_][\w.]{0,60}"
_CALL = rf"{_NAME}\(\)"
_NAMES = rf"'{_NAME}'(?:(?:,? and |, )'{_NAME}')*"
_OPERATOR = r"[-+*/@%<>=&|^!]{1,3}(?: or pow\(\))?"

_FORMS = (
    rf"operands could not be broadcast together with (?:remapped )?shapes {_SHAPE}(?: {_SHAPE})*\s?",
    rf"matmul: Input operand {_N} has a mismatch in its core dimension {_N}, with gufunc signature "
    rf"[nkm?,()>-]+ \(size {_N} is different from {_N}\)",
    rf"matmul: Input operand {_N} does not have enough dimensions \(has {_N}, gufunc core with signature "
    rf"[nkm?,()>-]+ requires {_N}\)",
    rf"shapes {_SHAPE} and {_SHAPE} not aligned: {_N} \(dim {_N}\) != {_N} \(dim {_N}\)",
    rf"index {_N} is out of bounds for axis {_N} with size {_N}",
    rf"index {_N} is out of bounds for size {_N}",
    rf"could not broadcast input array from shape {_SHAPE} into shape {_SHAPE}",
    rf"non-broadcastable output operand with shape {_SHAPE} doesn't match the broadcast shape {_SHAPE}",
    rf"shape mismatch: indexing arrays could not be broadcast together with shapes {_SHAPE}(?: {_SHAPE})*\s?",
    rf"boolean index did not match indexed array along axis {_N}; size of axis is {_N} but size of "
    rf"corresponding boolean axis is {_N}",
    rf"axis {_N} is out of bounds for array of dimension {_N}",
    r"axes don't match array|all input arrays must have the same shape",
    rf"all the input arrays must have same number of dimensions, but the array at index {_N} has {_N} "
    rf"dimension\(s\) and the array at index {_N} has {_N} dimension\(s\)",
    rf"all the input array dimensions except for the concatenation axis must match exactly, but along "
    rf"dimension {_N}, the array at index {_N} has size {_N} and the array at index {_N} has size {_N}",
    rf"cannot reshape array of size \d{{1,6}} into shape {_SHAPE}",
    rf"too many indices for array: array is {_N}-dimensional, but {_N} were indexed",
    rf"cannot unpack non-iterable {_NAME} object",
    rf"(?:not enough|too many) values to unpack \(expected (?:at least )?{_N}(?:, got {_N})?\)",
    rf"'{_NAME}' object is not (?:subscriptable|iterable|callable)",
    rf"'{_NAME}' object (?:does not support item assignment|is not an iterator)",
    rf"'{_NAME}' object has no attribute '{_NAME}'",
    rf"{_CALL} missing {_N} required (?:positional|keyword-only) arguments?: {_NAMES}",
    rf"{_CALL} takes (?:from {_N} to )?{_N} positional arguments? but {_N} (?:was|were) given",
    rf"{_CALL} takes no arguments|{_CALL} got multiple values for argument '{_NAME}'",
    rf"{_CALL} got an unexpected keyword argument '{_NAME}'",
    rf"unsupported operand type\(s\) for {_OPERATOR}: '{_NAME}' and '{_NAME}'",
    rf"'{_OPERATOR}' not supported between instances of '{_NAME}' and '{_NAME}'",
    rf"bad operand type for unary [-+~]: '{_NAME}'|object of type '{_NAME}' has no len\(\)",
    r"(?:float |integer |complex )?(?:floor )?(?:division|modulo)(?: or modulo)? by zero",
    r"pop from empty list|min\(\) arg is an empty sequence|max\(\) arg is an empty sequence",
    r"(?:list|tuple|string|pop)(?: assignment)? index out of range|math domain error",
    rf"Cannot cast ufunc '{_NAME}' output from dtype\('{_NAME}'\) to dtype\('{_NAME}'\) with casting rule "
    r"'same_kind'",
    r"only (?:length-1|0-dimensional) arrays can be converted to Python scalars",
    r"only integers, slices \(`:`\), ellipsis \(`\.\.\.`\), numpy\.newaxis \(`None`\) and integer or boolean "
    r"arrays are valid indices",
    r"arrays used as indices must be of integer \(or boolean\) type",
    r"The truth value of an array with more than one element is ambiguous\. Use a\.any\(\) or a\.all\(\)",
    r"setting an array element with a sequence\.",
    rf"(?:cannot access )?local variable '{_NAME}' (?:where it is not associated with a value|referenced "
    r"before assignment)",
    r"(?:assignment destination|output array) is read-only|maximum recursion depth exceeded",
    r"'[A-Za-z_][\w .-]{0,40}'",  # a KeyError's key
)
_KNOWN = re.compile("|".join(f"(?:{form})" for form in _FORMS))


def by_the_interpreter(text: str) -> str:
    """The text of an exception where it has one of these forms, else nothing."""
    text = text.strip()
    return text if len(text) <= LONGEST and _KNOWN.fullmatch(text) else ""


def names_in(text: str) -> list[str]:
    """The names that stand in such a text, between quotes or before brackets."""
    return re.findall(r"'([A-Za-z_][\w .-]*)'", text) + re.findall(rf"({_NAME})\(\)", text)
