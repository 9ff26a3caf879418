"""What the interpreter and NumPy say of an exception: texts of theirs are known by their form.

They hold nothing but shapes, indices, types and names. Any other text may be of the student's making, and
goes no further.
"""

from __future__ import annotations

import re

LONGEST = 300
_N = r"-?\d{1,4}"
_SHAPE = r"\((?:(?:\d{1,5}|newaxis)(?:, ?(?:\d{1,5}|newaxis))*)?,?\)"
_NAME = r"[A-Za-z_][\w.]{0,60}"
_CALL = rf"(?:{_NAME}\.<locals>\.)*(?:{_NAME}|<lambda>)\(\)"
_NAMES = rf"'{_NAME}'(?:(?:,? and |, )'{_NAME}')*"
_SUGGESTED = rf"(?:\. Did you mean '{_NAME}'\?)?"  # from Python 3.13 on
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
    rf"'{_NAME}' object has no attribute '{_NAME}'(?: and no __dict__ for setting new attributes)?",
    rf"{_CALL} missing {_N} required (?:positional|keyword-only) arguments?: {_NAMES}",
    rf"{_CALL} takes (?:from {_N} to )?{_N} positional arguments? but {_N} (?:was|were) given",
    rf"{_CALL} takes no arguments|{_CALL} got multiple values for argument '{_NAME}'",
    rf"{_CALL} got an unexpected keyword argument '{_NAME}'{_SUGGESTED}",
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
    rf"'{_NAME}' object cannot be interpreted as an integer",
    r"only integer scalar arrays can be converted to a scalar index",
    rf"unhashable type: '{_NAME}'",
    rf"cannot use '{_NAME}' as a (?:dict key|set element) \(unhashable type: '{_NAME}'\)",
    rf'can only concatenate {_NAME} \(not "{_NAME}"\) to {_NAME}',
    rf"can't multiply sequence by non-int of type '{_NAME}'",
    rf"ufunc '{_NAME}' not supported for the input types, and the inputs could not be safely coerced to any "
    r"supported types according to the casting rule ''safe''",
    rf"loop of ufunc does not support argument {_N} of type {_NAME} which has no callable {_NAME} method",
    r"need at least one array to (?:concatenate|stack)|array split does not result in an equal division",
    r"number sections must be larger than 0\.|attempt to get arg(?:max|min) of an empty sequence",
    rf"zero-size array to reduction operation {_NAME} which has no identity",
    r"Cannot take a larger sample than population when '?replace=False'?|a must be 1-dimensional|scale < 0",
    r"'a' and 'p' must have same size|probabilities (?:do not sum to 1.{0,80}|are not non-negative)",
    r"a must be greater than 0 unless no samples are taken|a cannot be empty unless no samples are taken",
    r"x must be an integer or at least 1-dimensional|low >= high|high <= 0",
    r"negative dimensions are not allowed|negative shift count|index can't contain negative values",
    rf"operands could not be broadcast together with remapped shapes \[original->remapped\]: "
    rf"{_SHAPE}(?:->{_SHAPE})? (?: ?and requested shape |){_SHAPE}(?:->{_SHAPE})?\s?",
    r"Last 2 dimensions of the array must be square|Singular matrix",
    rf"axis[12]: axis {_N} is out of bounds for array of dimension {_N}",
    r"cannot select an axis to squeeze out which has size not equal to one",
    r"can only specify one unknown dimension|shape-mismatch for sum|repeated axis in transpose",
    rf"setting an array element with a sequence\. The requested array has an inhomogeneous shape after {_N} "
    rf"dimensions\. The detected shape was {_SHAPE} \+ inhomogeneous part\.",
    r"slice indices must be integers or None or have an __index__ method",
    rf"(?:list|tuple|string|range object) ?(?:indices must be integers(?: or slices)?, not '?{_NAME}'?"
    r"|index out of range)",
    rf"{_CALL} argument must be a string(?:, a bytes-like object)? or a real number, not '{_NAME}'",
    rf"bad operand type for {_CALL}: '{_NAME}'|type {_NAME} doesn't define {_NAME} method",
    r"cannot convert dictionary update sequence element #\d{1,4} to a sequence",
    r"dictionary update sequence element #\d{1,4} has length \d{1,4}; 2 is required",
    r"list\.(?:remove|index)\(x\): x not in list|(?:min|max)\(\) iterable argument is empty",
    r"math range error|\(34, 'Numerical result out of range'\)|float modulo|super\(\): no arguments",
    r"(?:0\.0|0|zero) (?:cannot be raised )?to a negative (?:or complex )?power",
    r"expected a (?:positive|nonnegative) input|expected a number in range from -1 up to 1",
    r"factorial\(\) not defined for negative values",
    r"cannot convert float (?:NaN|infinity) to integer",
    rf"{_CALL} missing required argument '{_NAME}' \(pos {_N}\)",
    rf"(?:function|{_CALL}) takes (?:exactly|at most|at least) {_N} (?:positional )?arguments? "
    rf"\({_N} given\)",
    r"can only convert an array of size 1 to a Python scalar",
    rf"sequence item {_N}: expected str instance, {_NAME} found",
    rf"unsupported format string passed to {_NAME}\.__format__",
    rf"Unknown format code '[a-zA-Z]' for object of type '{_NAME}'",
    r"%[a-z] format: a real number is required, not [a-z]{1,20}",
    r"isinstance\(\) arg 2 must be a type, a tuple of types, or a union",
    r"window shape cannot be larger than input array shape|mismatch in length of strides and shape",
    rf"module '{_NAME}' has no attribute '{_NAME}'",
    rf"`{_NAME}` was removed in the NumPy 2\.0 release\. Use `{_NAME}` instead\.",
    rf"ufunc '{_NAME}' did not contain a loop with signature matching types \(dtype\('<?{_NAME}'\), "
    rf"dtype\('<?{_NAME}'\)\) -> None",
    rf"{_CALL} got some positional-only arguments passed as keyword arguments: {_NAMES}",
    rf"'{_NAME}' is an invalid keyword argument for {_CALL}|{_NAME} expected (?:at most |at least )?{_N} "
    rf"arguments?, got {_N}",
    rf"'{_NAME}' object does not support the (?:asynchronous )?context manager protocol(?: \(missed {_NAME} "
    r"method\))?|exceptions must derive from BaseException",
    rf"object is not iterable|'{_NAME}' object is not reversible",
    rf"Value after \* must be an iterable, not {_NAME}",
    r"could not convert string to float|invalid literal for int\(\) with base 10",
    rf"name '{_NAME}' is not defined{_SUGGESTED}|No module named '{_NAME}'",
    rf"range\(\) arg 3 must not be zero|slice step cannot be zero|{_N} is not in list|substring not found",
    rf"zip\(\) argument {_N} is (?:longer|shorter) than arguments? {_N}(?:-{_N})?",
    r"not (?:enough arguments for format string|all arguments converted during string formatting)",
    rf"Replacement index {_N} out of range for positional args tuple",
    rf"Cannot interpret '{_N}' as a data type|data type '{_NAME}' not understood|len\(\) of unsized object",
    r"Cannot take a larger sample than population when replace is False|iteration over a 0-d array",
    rf"{_N}-dimensional array given\. Array must be at least two-dimensional",
    r"`pad_width` must be of integral type\.|arange\(\) requires stop to be specified\.",
    rf"index {_N} is out of bounds for array with size {_N}",
    r"either both or neither of x and y should be given",
    r"'[A-Za-z_][\w .-]{0,40}'",  # a KeyError's key
)
_A_VALUE = re.compile(
    r"(?:(?<= input), got|(?<= up to 1), got|(?<=string to float):|(?<=with base 10):) .*$", re.DOTALL
)
_KNOWN = re.compile("|".join(f"(?:{form})" for form in _FORMS))
_OWN = frozenset(re.findall(r"[A-Za-z_]\w*", re.sub(r"\\[a-z]|\[[^\]]*\]", " ", " ".join(_FORMS))))


def by_the_interpreter(text: str) -> str:
    """The text of an exception where it has one of these forms, else nothing; without the value at
    the end of some of them, which may be of the student's making.
    """
    text = _A_VALUE.sub("", text.strip())
    return text if len(text) <= LONGEST and _KNOWN.fullmatch(text) else ""


def names_in(text: str) -> list[str]:
    """The words of such a text that are none of the forms' own: names, types and keys."""
    return [word for word in re.findall(r"[A-Za-z_]\w*", text) if word not in _OWN]


def without_suggestion(text: str) -> str:
    """Such a text without the name that the interpreter suggests at its end."""
    return text.partition(" Did you mean ")[0]
