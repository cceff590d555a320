"""Validity: SQL that says of each line what `contract.problem_of_line` says of it.

One parse per line. Jackson reads `[line, {"kind": md5}]` and writes the known fields of both
elements in a fixed order: the *digest*. The second element shows that the line ended where its
object ended: Jackson itself ignores what follows a value. A regular expression then knows the
digest of an ordinary observation; only for the rest are the fields looked at one by one.
"""

from __future__ import annotations

from contract import SCHEMA, Field
from contract.validation import BRACKETS_MAX, LINE_BYTES_MAX, NUMBER_DIGITS_MAX
from flink_app.patterns import type_pattern, value_pattern
from flink_app.sql_text import literal, matches

# What the filter asks for comes first, where a short pattern finds it.
LEADING = ("kind", "state", "score_hidden", "score", "peak_score")
FIELDS = {field.name: field for field in SCHEMA.fields}
DIGEST_ORDER = tuple(FIELDS[name] for name in LEADING) + tuple(
    field for field in SCHEMA.fields if field.name not in LEADING
)

_STRINGS = r'"[^"\\]*+(?:\\[\s\S][^"\\]*+)*+"'
_EMPTY = '""'
_MANY_BRACKETS = rf"^[^\[{{]*+(?:[\[{{][^\[{{]*+){{{BRACKETS_MAX + 1}}}"
_LONG_NUMBER = rf"[0-9]{{{NUMBER_DIGITS_MAX + 1}}}"
_CHARACTER_BYTES_MAX = 4  # UTF-8


def carrier_problem(line: str = "line", text: str = "text") -> str:
    """Write what is wrong with a line before it is parsed, or NULL.

    Jackson has no limits of its own: half a million brackets end the job, a million digits
    hold it up.
    """
    stripped = f"REGEXP_REPLACE({text}, {literal(_STRINGS)}, {literal(_EMPTY)})"
    suspicious = f"{matches(text, _MANY_BRACKETS)} OR {matches(text, _LONG_NUMBER)}"
    heavy = f"{matches(stripped, _MANY_BRACKETS)} OR {matches(stripped, _LONG_NUMBER)}"
    return f"""CASE
    WHEN CHAR_LENGTH({text}) > {LINE_BYTES_MAX // _CHARACTER_BYTES_MAX}
      AND CHAR_LENGTH(DECODE({line}, 'ISO-8859-1')) > {LINE_BYTES_MAX} THEN 'oversize'
    WHEN ENCODE({text}, 'UTF-8') <> {line} THEN 'not_utf8'
    WHEN NOT ({suspicious}) THEN CAST(NULL AS STRING)
    WHEN {heavy} THEN 'too_complex'
  END"""


def digest(text: str = "text", md5: str = "md5") -> str:
    """Write the digest of a line: `[{known fields},{"kind":md5}]`, or NULL."""
    names = ",".join(f"''{field.name}''" for field in DIGEST_ORDER)
    pair = f"CONCAT('[', {text}, ',{{\"kind\":\"', {md5}, '\"}}]')"
    return f"JSON_QUERY({pair}, 'lax $[0,1][{names}]')"


def record_problem(digest: str = "digest", md5: str = "md5") -> str:
    """Write the reason why the record in a digest is not a valid observation, or NULL."""
    ending = f"CONCAT(',{{\"kind\":\"', {md5}, '\"}}]')"
    cases = "\n".join(_field_case(field, digest) for field in _checking_order())
    return f"""CASE
    WHEN {digest} IS NULL OR RIGHT({digest}, 45) <> {ending} THEN 'not_json_object'
    WHEN {matches(digest, ordinary_pattern())} THEN CAST(NULL AS STRING)
{cases}
  END"""


def ordinary_pattern() -> str:
    """Match the digest of a valid observation that has no other kind's fields."""
    kinds = "|".join(_kind_pattern(kind) for kind in SCHEMA.kinds)
    return rf"^\[\{{(?:{kinds})\}},"


def _kind_pattern(kind: str) -> str:
    fields = (field for field in DIGEST_ORDER if kind in field.kinds and field.name != "kind")
    return f'"kind":"{kind}"' + "".join(_member_pattern(field) for field in fields)


def _member_pattern(field: Field) -> str:
    member = f',"{field.name}":{value_pattern(field)}'
    return member if field.required else f"(?:{member})?+"


def _checking_order() -> tuple[Field, ...]:
    others = (field for field in SCHEMA.fields if field.name != "kind")
    return (FIELDS["kind"], *others)


def _field_case(field: Field, digest: str) -> str:
    # twice the name: a path of one name would not tell null from missing
    member = f"JSON_QUERY({digest}, 'lax $[0][''{field.name}'',''{field.name}'']')"
    name = f'"{field.name}":'
    typed = rf"^\{{{name}{type_pattern(field)}\}}$"
    whole = rf"^\{{{name}{value_pattern(field)}\}}$"
    valid = matches(member, whole if field.required else rf"{whole}|^\{{\}}$")
    return f"""    WHEN {_is_carried(field, digest)}NOT {valid} THEN CASE
      WHEN {member} = '{{}}' THEN {literal(f"missing:{field.name}")}
      WHEN {matches(member, typed)} THEN {literal(f"bad_value:{field.name}")}
      ELSE {literal(f"bad_type:{field.name}")} END"""


def _is_carried(field: Field, digest: str) -> str:
    if set(field.kinds) == set(SCHEMA.kinds):
        return ""
    kinds = "|".join(field.kinds)
    return matches(digest, rf'^\[\{{"kind":"(?:{kinds})"') + " AND "
