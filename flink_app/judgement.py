"""Judgement: the contract's own verdict on each line, as a function of Flink's SQL.

It runs in a Python process beside the JVM, which finds `contract` and this package on its path
(`application.py` says how).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pyflink.common import Row
from pyflink.table import DataTypes
from pyflink.table.udf import FunctionContext, ScalarFunction, udf

from contract import decode_line
from flink_app.metrics import Counters

if TYPE_CHECKING:
    from pyflink.table import TableEnvironment

VERDICT = DataTypes.ROW(
    [
        DataTypes.FIELD("reason", DataTypes.STRING()),  # NULL: a valid observation
        DataTypes.FIELD("kind", DataTypes.STRING()),
        # of a comment only
        DataTypes.FIELD("state", DataTypes.STRING()),
        DataTypes.FIELD("score", DataTypes.INT()),
        DataTypes.FIELD("peak_score", DataTypes.INT()),
    ]
)


class Judge(ScalarFunction):  # type: ignore[misc]  # pyflink has no types
    """Judges lines by the contract, and counts them."""

    def open(self, function_context: FunctionContext) -> None:
        """Register the counters; called once, in the process that judges."""
        self.counters = Counters(function_context.get_metric_group())

    def eval(self, line: bytes, arrived_at: datetime) -> Row:
        """Return the verdict on a line; `arrived_at` is UTC without a time zone."""
        arrival = arrived_at.replace(tzinfo=UTC).timestamp()
        record, reason = decode_line(bytes(line), arrived_at=arrival)
        kind = record.get("kind")
        self.counters.count(kind, reason)
        if kind != "comment":  # in another kind a field of this name may be anything
            return Row(reason, kind, None, None, None)
        return Row(None, kind, record["state"], record["score"], record["peak_score"])


def register(environment: TableEnvironment) -> None:
    """Make the function known to SQL: `judge(line BYTES, arrived_at TIMESTAMP(3))`."""
    environment.create_temporary_function("judge", udf(Judge(), result_type=VERDICT))
