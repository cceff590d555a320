"""Record: what makes a decoded record a valid observation, compiled from the schema.

Fields are checked in the order of the schema, `kind` before all others, since it says which
fields the record must have; then the rules across fields, in their order. Unknown fields are
ignored. A field is required of records whose `schema_version` is its `since` or later.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from contract.instant import parse_instant
from contract.rules import Rule, rule_of
from contract.schema import Field, Schema

INT32_MAX = 2**31 - 1
INT32_MIN = -(2**31)
NUMBER_DIGITS_MAX = 308  # of a whole number; a double holds no more
NUMBER_LIMIT: int = 10**NUMBER_DIGITS_MAX
FIRST_VERSION = 1

Test = Callable[[Any], bool]


class _Absent:
    """Stands where a key is not there."""


_ABSENT = _Absent()


class _Check(NamedTuple):
    """One field of one version.

    `plain`: the types of values that are right whatever they are. Of the other types, `has_type`
    says what is no `bad_type`, and `is_valid` what is then no `bad_value`.
    """

    name: str
    plain: frozenset[type]
    has_type: Test
    is_valid: Test | None


class RecordJudge:
    """Says what is wrong with decoded records, by one schema."""

    def __init__(self, schema: Schema) -> None:
        self._version = schema.version
        versions = range(FIRST_VERSION, schema.version + 1)
        self._kind = next(_check(f, FIRST_VERSION) for f in schema.fields if f.name == "kind")
        self._checks = {
            kind: {
                version: tuple(_check(field, version) for field in schema.of_kind(kind))
                for version in versions
            }
            for kind in schema.kinds
        }
        self._rules: dict[str, tuple[Rule, ...]] = {
            kind: tuple(rule_of(rule) for rule in schema.rules if kind in rule["kinds"])
            for kind in schema.kinds
        }
        self._texts = {
            kind: tuple(f.name for f in schema.of_kind(kind) if f.type == "string")
            for kind in schema.kinds
        }

    def problem(
        self, record: object, arrived_at: float | None = None, *, escaped: bool = True
    ) -> str | None:
        r"""Return the reason why this is not a valid observation, or None.

        `arrived_at`: when the stream took it (Unix seconds), where that is known. `escaped`: a
        text may have been written with \\u, and so hold half a character.
        """
        if type(record) is not dict:
            return "not_json_object"
        problem = _problem(self._kind, record.get("kind", _ABSENT))
        if problem is not None:
            return problem
        kind = record["kind"]
        get = record.get
        for check in self._checks[kind][self._version_of(get("schema_version"))]:
            value = get(check[0], _ABSENT)
            if type(value) not in check[1]:
                problem = _problem(check, value)
                if problem is not None:
                    return problem
        for rule in self._rules[kind]:
            problem = rule(record, arrived_at)
            if problem is not None:
                return problem
        if escaped:
            return next((f"bad_value:{n}" for n in self._texts[kind] if _is_half(get(n))), None)
        return None

    def _version_of(self, said: object) -> int:
        # what is no version is found among the fields; a newer one is held to what is known here
        return min(max(said, FIRST_VERSION), self._version) if type(said) is int else FIRST_VERSION


def _check(field: Field, version: int) -> _Check:
    plain: set[type] = set()
    if field.nullable:
        plain.add(type(None))
    if not field.required or field.since > version:
        plain.add(_Absent)
    is_valid = _validity(field)
    if is_valid is None and field.type in _PLAIN:
        plain.add(_PLAIN[field.type])
    return _Check(field.name, frozenset(plain), _HAS_TYPE[field.type], is_valid)


def _problem(check: _Check, value: object) -> str | None:
    if value is _ABSENT:
        return f"missing:{check.name}"
    if not check.has_type(value):
        return f"bad_type:{check.name}"
    if check.is_valid is None or check.is_valid(value):
        return None
    return f"bad_value:{check.name}"


def _validity(field: Field) -> Test | None:
    if field.enum:
        return frozenset(field.enum).__contains__
    if field.name == "id":
        return bool
    if field.name == "schema_version":
        return FIRST_VERSION.__le__
    return _is_instant if field.type == "timestamp" else None


def _is_integer(value: object) -> bool:
    return type(value) is int and INT32_MIN <= value <= INT32_MAX


def _is_number(value: object) -> bool:
    if type(value) is float:
        return math.isfinite(value)  # json reads 1e400 as infinite
    return type(value) is int and abs(value) < NUMBER_LIMIT


def _is_boolean(value: object) -> bool:
    return type(value) is bool


def _is_string(value: object) -> bool:
    return type(value) is str


def _is_instant(text: str) -> bool:
    try:
        parse_instant(text)
    except ValueError:
        return False
    return True


def _is_half(text: object) -> bool:
    """Tell whether a text holds half a surrogate pair, which no column can."""
    if type(text) is not str:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


_PLAIN: Mapping[str, type] = {"boolean": bool, "string": str}
_HAS_TYPE: Mapping[str, Test] = {
    "integer": _is_integer,
    "number": _is_number,
    "boolean": _is_boolean,
    "string": _is_string,
    "timestamp": _is_string,
}
