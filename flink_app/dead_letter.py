"""Dead letter: SQL for the JSON object that holds a record which is no observation, and why."""

_FAILED_AT = "DATE_FORMAT(arrived_at, 'yyyy-MM-dd''T''HH:mm:ss.SSS''Z''')"

# JSON writes one character in up to six bytes (\u0000): so much always fits a Firehose record.
TEXT_CHARACTERS_MAX = 160_000
BASE64_CHARACTERS_MAX = 960_000  # a multiple of four, so that what is left can be decoded


def dead_letter() -> str:
    """Write the dead letter of a row (line, arrived_at, reason).

    It carries the bytes exactly, as base64 where they are not UTF-8, up to a length that
    Firehose takes for certain. The time is the record's arrival in the stream, so a replay
    makes the same letter again.
    """
    text = "DECODE(line, 'UTF-8')"
    original = f"SUBSTRING({text}, 1, {TEXT_CHARACTERS_MAX})"
    base64 = f"SUBSTRING(TO_BASE64(line), 1, {BASE64_CHARACTERS_MAX})"
    return f"""CASE WHEN ENCODE({text}, 'UTF-8') = line
    THEN {_json("utf-8", original)}
    ELSE {_json("base64", base64)}
  END"""


def _json(encoding: str, original: str) -> str:
    return (
        f"JSON_OBJECT('reason' VALUE reason, 'failed_at' VALUE {_FAILED_AT},"
        f" 'original' VALUE {original}, 'encoding' VALUE '{encoding}')"
    )
