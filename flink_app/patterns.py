r"""Patterns: Java regular expressions for JSON values as Jackson writes them.

They are applied to text that Jackson has parsed and written again, never to a raw line: there
are no spaces, `\u002d` is `-`, `1e2` is `100.0`, and -0 is 0. Quantifiers over strings are
possessive, since Java's regular expressions recurse otherwise and a long body would end the
job with a StackOverflowError.
"""

from contract import Field
from contract.validation import INT32_MAX, NUMBER_DIGITS_MAX

STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
NON_EMPTY_STRING = rf"(?!\"\"){STRING}"
BOOLEAN = "(?:true|false)"

_DAY = (
    r"(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    r"|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_LEAP_YEAR = (
    r"(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"  # not 1900
)
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}"
INSTANT = rf'"(?!0000)(?:[0-9]{{4}}-{_DAY}|{_LEAP_YEAR}-02-29)T{_TIME}Z"'


def up_to(limit: int) -> str:
    """Match the decimal numbers 0 … limit, written without leading zeros."""
    digits = str(limit)
    shorter = rf"[1-9][0-9]{{0,{len(digits) - 2}}}"
    below = [
        rf"{digits[:place]}[{int(place == 0)}-{int(digit) - 1}][0-9]{{{len(digits) - place - 1}}}"
        for place, digit in enumerate(digits)
        if int(digit) > int(place == 0)
    ]
    return "(?:" + "|".join(["0", shorter, *below, digits]) + ")"


INTEGER = f"(?:-?{up_to(INT32_MAX)}|-{INT32_MAX + 1})"
NUMBER = rf"-?(?:[0-9]{{1,{NUMBER_DIGITS_MAX}}}|[0-9]+\.[0-9]+(?:E-?[0-9]+)?)"

TYPES = {
    "integer": INTEGER,
    "number": NUMBER,
    "string": STRING,
    "boolean": BOOLEAN,
    "timestamp": STRING,
}


def type_pattern(field: Field) -> str:
    """Match what is of the field's type; anything else is `bad_type`."""
    return _or_null(field, TYPES[field.type])


def value_pattern(field: Field) -> str:
    """Match what is valid in the field; what is only of its type is `bad_value`."""
    if field.enum:
        return _or_null(field, f'"(?:{"|".join(field.enum)})"')
    if field.name == "id":
        return NON_EMPTY_STRING
    if field.type == "timestamp":
        return _or_null(field, INSTANT)
    return type_pattern(field)


def _or_null(field: Field, pattern: str) -> str:
    return f"(?:{pattern}|null)" if field.nullable else pattern
