"""Pipeline: the views and inserts between the table of records and the tables of results.

`records` (line BYTES, arrived_at TIMESTAMP_LTZ(3)) must exist, and `observations` (line BYTES)
and `dead_letters` (letter STRING); what they are connected to makes no difference here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_app.dead_letter import dead_letter
from flink_app.qualification import qualifies
from flink_app.validity import carrier_problem, digest, record_problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyflink.table import StatementSet, TableEnvironment

    from flink_app.qualification import FilterMode

TABLE_OPTIONS: Mapping[str, str] = {
    "table.local-time-zone": "UTC",
    # without it each sink parses all lines for itself
    "table.optimizer.reuse-optimize-block-with-digest-enabled": "true",
}

INSERTS = (
    "INSERT INTO observations SELECT line FROM judged WHERE reason IS NULL AND qualified",
    f"INSERT INTO dead_letters SELECT {dead_letter()} FROM judged WHERE reason IS NOT NULL",
)


def views(min_score: int, filter_mode: FilterMode) -> dict[str, str]:
    """Return queries by name, in the order of their making; the last says `judged`.

    Flink writes a view's columns out wherever they are used, and would parse a line dozens of
    times. UNNEST of an array of one row is a wall it does not optimize across: each is computed
    once.
    """
    decoded = {"text": "DECODE(line, 'UTF-8')", "md5": "MD5(DECODE(line, 'UTF-8'))"}
    judged = {
        "reason": f"CASE WHEN carrier IS NULL THEN {record_problem()} ELSE carrier END",
        "qualified": qualifies(min_score, filter_mode),
    }
    return {
        "decoded": f"SELECT * FROM records {_wall(decoded)}",
        "checked": f"SELECT * FROM decoded {_wall({'carrier': carrier_problem()})}",
        "parsed": (
            "SELECT * FROM checked "
            + _wall({"digest": f"CASE WHEN carrier IS NULL THEN {digest()} END"})
        ),
        "judged": f"SELECT line, arrived_at, text, reason, qualified FROM parsed {_wall(judged)}",
    }


def statements(
    environment: TableEnvironment, min_score: int, filter_mode: FilterMode
) -> StatementSet:
    """Return the statements that send every row of `records` where it belongs."""
    for option, value in TABLE_OPTIONS.items():
        environment.get_config().set(option, value)
    for name, query in views(min_score, filter_mode).items():
        # a view of a planned query: from its text, each insert would plan and run it anew
        environment.create_temporary_view(name, environment.sql_query(query))
    statement_set = environment.create_statement_set()
    for insert in INSERTS:
        statement_set.add_insert_sql(insert)
    return statement_set


def _wall(columns: Mapping[str, str]) -> str:
    values = ",\n".join(columns.values())
    row = f"ROW({values})" if len(columns) > 1 else values
    return f"CROSS JOIN UNNEST(ARRAY[{row}]) AS made ({', '.join(columns)})"
