"""Pipeline: the views and inserts between the table of records and the tables of results.

`records` (line BYTES, arrived_at TIMESTAMP_LTZ(3)) must exist, and `observations` (line BYTES)
and `dead_letters` (letter STRING); what they are connected to makes no difference here.

The only state is the source's place in the stream. Flink names its operators after the shape of
the plan: another threshold or mode restores from a snapshot, another barrier or table does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_app.dead_letter import dead_letter
from flink_app.qualification import qualifies
from flink_app.validity import digest, suspect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyflink.table import StatementSet, TableEnvironment

    from flink_app.qualification import FilterMode

TABLE_OPTIONS: Mapping[str, str] = {
    "table.local-time-zone": "UTC",
    # without it each sink parses all lines for itself
    "table.optimizer.reuse-optimize-block-with-digest-enabled": "true",
}

# Flink writes a view's columns out wherever they are used, and would parse a line dozens of
# times. UNNEST of an array of one row is a barrier that it does not optimize across: what
# stands in it is computed once. A barrier costs some microseconds a line; so there are three.
VIEWS: Mapping[str, str] = {
    "decoded": (
        "SELECT line, arrived_at, text, md5 FROM records CROSS JOIN UNNEST(ARRAY["
        "ROW(DECODE(line, 'UTF-8'), MD5(DECODE(line, 'UTF-8')))]) AS made (text, md5)"
    ),
    "parsed": (
        "SELECT line, arrived_at, text, md5, digest FROM decoded"
        f" CROSS JOIN UNNEST(ARRAY[{digest()}]) AS made (digest)"
    ),
    "judged": (
        "SELECT line, arrived_at, text, digest, suspect FROM parsed"
        f" CROSS JOIN UNNEST(ARRAY[{suspect()}]) AS made (suspect)"
    ),
}


def inserts(min_score: int, filter_mode: FilterMode) -> tuple[str, ...]:
    """Return the statements that send each judged line where it belongs, if anywhere."""
    kept = f"suspect IS NULL AND {qualifies(min_score, filter_mode)}"
    return (
        f"INSERT INTO observations SELECT line FROM judged WHERE {kept}",
        f"INSERT INTO dead_letters SELECT {dead_letter()} FROM judged WHERE suspect IS NOT NULL",
    )


def statements(
    environment: TableEnvironment, min_score: int, filter_mode: FilterMode
) -> StatementSet:
    """Return the statements that send every row of `records` where it belongs."""
    for option, value in TABLE_OPTIONS.items():
        environment.get_config().set(option, value)
    for name, query in VIEWS.items():
        # a view of a planned query: from its text, each insert would plan and run it again
        environment.create_temporary_view(name, environment.sql_query(query))
    statement_set = environment.create_statement_set()
    for insert in inserts(min_score, filter_mode):
        statement_set.add_insert_sql(insert)
    return statement_set
