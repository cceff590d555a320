"""Rules: what must be true of a record's fields together, and of its times."""

from collections.abc import Callable, Mapping
from typing import Any

from contract.instant import parse_instant

Rule = Callable[[Mapping[str, Any], float | None], str | None]
"""Takes a record whose fields are right one by one and when it arrived; returns the reason."""


def rule_of(declared: Mapping[str, Any]) -> Rule:
    """Return the rule that the schema declares; raises KeyError for a form that is not known."""
    return _FORMS[declared["rule"]](declared)


def _null_when(declared: Mapping[str, Any]) -> Rule:
    names, other, values = declared["fields"], declared["when"], frozenset(declared["is"])

    def problem(record: Mapping[str, Any], _arrived_at: float | None) -> str | None:
        if record.get(other) not in values:
            return None
        return next((f"bad_value:{n}" for n in names if record.get(n) is not None), None)

    return problem


def _at_least(declared: Mapping[str, Any]) -> Rule:
    (name,), other = declared["fields"], declared["of"]

    # instants too: their one form sorts as a text
    def problem(record: Mapping[str, Any], _arrived_at: float | None) -> str | None:
        least = record.get(other)
        if least is None:
            return None
        value = record.get(name)
        return None if value is not None and value >= least else f"bad_value:{name}"

    return problem


def _not_before(declared: Mapping[str, Any]) -> Rule:
    names, earliest = declared["fields"], declared["at"]

    def problem(record: Mapping[str, Any], _arrived_at: float | None) -> str | None:
        return next((f"bad_value:{name}" for name in names if record[name] < earliest), None)

    return problem


def _not_after(declared: Mapping[str, Any]) -> Rule:
    (name,), other, seconds = declared["fields"], declared["of"], declared["seconds"]

    def problem(record: Mapping[str, Any], _arrived_at: float | None) -> str | None:
        text, latest = record[name], record[other]
        # nearly always true, and far quicker to see than what two instants are
        if text <= latest or parse_instant(text) <= parse_instant(latest) + seconds:
            return None
        return f"bad_value:{name}"

    return problem


def _not_after_arrival(declared: Mapping[str, Any]) -> Rule:
    (name,), seconds = declared["fields"], declared["seconds"]

    def problem(record: Mapping[str, Any], arrived_at: float | None) -> str | None:
        if arrived_at is None or parse_instant(record[name]) <= arrived_at + seconds:
            return None
        return f"bad_value:{name}"

    return problem


_FORMS: Mapping[str, Callable[[Mapping[str, Any]], Rule]] = {
    "null_when": _null_when,
    "at_least": _at_least,
    "not_before": _not_before,
    "not_after": _not_after,
    "not_after_arrival": _not_after_arrival,
}
