"""Validity: SQL that says of each line what `contract.problem_of_line` says of it.

One parse per line. Jackson reads `[line, {"kind": md5}]` and writes the known fields of both
elements in a fixed order: the *digest*. The second element shows that the line ended where its
object ended: Jackson itself ignores what follows a value. A regular expression then knows the
digest of an ordinary observation; only of the rest are the fields looked at one by one.
"""

from contract import SCHEMA, Field
from contract.validation import BRACKETS_MAX, DIGITS_MAX, LINE_BYTES_MAX, LONG_NUMBER, STRINGS
from flink_app.patterns import type_pattern, value_pattern
from flink_app.sql_text import literal, matches

# What the filter asks for comes first, where a short pattern finds it.
LEADING = ("kind", "state", "score_hidden", "score", "peak_score")
FIELDS = {field.name: field for field in SCHEMA.fields}
DIGEST_ORDER = tuple(FIELDS[name] for name in LEADING) + tuple(
    field for field in SCHEMA.fields if field.name not in LEADING
)

_EMPTY_STRING = '""'
_NEWLINE = "\n"
_MANY_LINES = r"[^ \t\r\n][ \t\r]*+\n[ \t\r\n]*+[^ \t\r\n]"
_CHARACTER_BYTES_MAX = 4  # UTF-8
_WHOLE_LINE = "$"  # the suspect where no record is


def carrier_problem() -> str:
    """Write what is wrong with a line (line, text) before it is parsed, or NULL.

    Jackson has no limits of its own: half a million brackets end the job, a million digits
    hold it up for seconds. The tests that every line meets are cheap; the exact ones follow.
    """
    bare = f"REGEXP_REPLACE(text, {literal(STRINGS)}, {literal(_EMPTY_STRING)})"
    half = BRACKETS_MAX // 2 + 1
    return f"""CASE
    WHEN CHAR_LENGTH(text) > {LINE_BYTES_MAX // _CHARACTER_BYTES_MAX}
      AND CHAR_LENGTH(DECODE(line, 'ISO-8859-1')) > {LINE_BYTES_MAX} THEN 'oversize'
    WHEN ENCODE(text, 'UTF-8') <> line THEN 'not_utf8'
    WHEN POSITION({literal(_NEWLINE)} IN text) > 0 AND {matches("text", _MANY_LINES)}
      THEN 'many_lines'
    WHEN (SPLIT_INDEX(text, '[', {half}) IS NOT NULL OR SPLIT_INDEX(text, '{{', {half}) IS NOT NULL)
      AND CHAR_LENGTH(REGEXP_REPLACE({bare}, '[^\\[{{]', '')) > {BRACKETS_MAX} THEN 'too_complex'
    WHEN CHAR_LENGTH(text) > {DIGITS_MAX} AND {matches(bare, LONG_NUMBER)} THEN 'too_complex'
  END"""


def digest() -> str:
    """Write the digest of a line (line, text, md5): `[{known fields},{"kind":md5}]`, or NULL."""
    names = ",".join(f"''{field.name}''" for field in DIGEST_ORDER)
    pair = "CONCAT('[', text, ',{\"kind\":\"', md5, '\"}]')"
    # without `lax `: Flink would take the long path apart by a regular expression, for each line
    query = f"JSON_QUERY({pair}, '$[0,1][{names}]')"
    return f"CASE WHEN ({carrier_problem()}) IS NULL THEN {query} END"


def suspect() -> str:
    """Write the name of the first field (of md5, digest) that is not as it must be, or NULL."""
    ending = "CONCAT(',{\"kind\":\"', md5, '\"}]')"
    cases = "\n".join(_field_case(field) for field in _checking_order())
    return f"""CASE
    WHEN digest IS NULL OR RIGHT(digest, 45) <> {ending} THEN '{_WHOLE_LINE}'
    WHEN {matches("digest", ordinary_pattern())} THEN CAST(NULL AS STRING)
{cases}
  END"""


def reason() -> str:
    """Write the reason why a line (line, text, digest) with a suspect is no valid observation."""
    member = "JSON_QUERY(digest, CONCAT('$[0][''', suspect, ''',''', suspect, ''']'))"
    return f"""CASE
    WHEN suspect = '{_WHOLE_LINE}' THEN COALESCE({carrier_problem()}, 'not_json_object')
    WHEN {member} = '{{}}' THEN CONCAT('missing:', suspect)
    WHEN {matches(member, _typed_pattern())} THEN CONCAT('bad_value:', suspect)
    ELSE CONCAT('bad_type:', suspect)
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


def _typed_pattern() -> str:
    members = (f'"{field.name}":{type_pattern(field)}' for field in SCHEMA.fields)
    return rf"^\{{(?:{'|'.join(members)})\}}$"


def _checking_order() -> tuple[Field, ...]:
    others = (field for field in SCHEMA.fields if field.name != "kind")
    return (FIELDS["kind"], *others)


def _field_case(field: Field) -> str:
    # twice the name: a path of one name would not tell null from missing
    member = f"JSON_QUERY(digest, '$[0][''{field.name}'',''{field.name}'']')"
    valid = rf'^\{{"{field.name}":{value_pattern(field)}\}}$'
    if not field.required:
        valid += r"|^\{\}$"
    return f"    WHEN {_is_carried(field)}NOT {matches(member, valid)} THEN '{field.name}'"


def _is_carried(field: Field) -> str:
    if set(field.kinds) == set(SCHEMA.kinds):
        return ""
    return matches("digest", rf'^\[\{{"kind":"(?:{"|".join(field.kinds)})"') + " AND "
