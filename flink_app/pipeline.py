"""Pipeline: the view and the inserts between the table of records and the tables of results.

`records` (line BYTES, arrived_at TIMESTAMP_LTZ(3)) must exist, and `observations` (line BYTES)
and `dead_letters` (letter STRING); what they are connected to makes no difference here.

The only state is the source's place in the stream. Flink names its operators after the shape of
the plan: another threshold or mode restores from a snapshot, another column or table does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_app.dead_letter import dead_letter
from flink_app.qualification import qualifies

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyflink.table import StatementSet, TableEnvironment

    from flink_app.qualification import FilterMode

TABLE_OPTIONS: Mapping[str, str] = {
    "table.local-time-zone": "UTC",
    # without it each sink has all lines judged for itself
    "table.optimizer.reuse-optimize-block-with-digest-enabled": "true",
}

VERDICTS = (
    "SELECT line, arrived_at, judge(line, CAST(arrived_at AS TIMESTAMP(3))) AS verdict FROM records"
)
JUDGED = (
    "SELECT line, arrived_at, verdict.reason AS reason, verdict.kind AS kind,"
    " verdict.state AS state, verdict.score AS score, verdict.peak_score AS peak_score"
    " FROM verdicts"
)


def inserts(min_score: int, filter_mode: FilterMode) -> tuple[str, ...]:
    """Return the statements that send each judged line where it belongs, if anywhere."""
    kept = f"reason IS NULL AND {qualifies(min_score, filter_mode)}"
    return (
        f"INSERT INTO observations SELECT line FROM judged WHERE {kept}",
        f"INSERT INTO dead_letters SELECT {dead_letter()} FROM judged WHERE reason IS NOT NULL",
    )


def statements(
    environment: TableEnvironment, min_score: int, filter_mode: FilterMode
) -> StatementSet:
    """Return the statements that send every row of `records` where it belongs."""
    # not above: what this module writes can be read without Flink
    from flink_app.judgement import register  # noqa: PLC0415 - see above

    for option, value in TABLE_OPTIONS.items():
        environment.get_config().set(option, value)
    register(environment)
    # views of planned queries: from their text, each insert would plan and run them again
    environment.create_temporary_view("verdicts", environment.sql_query(VERDICTS))
    environment.create_temporary_view("judged", environment.sql_query(JUDGED))
    statement_set = environment.create_statement_set()
    for insert in inserts(min_score, filter_mode):
        statement_set.add_insert_sql(insert)
    return statement_set
