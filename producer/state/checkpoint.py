"""State: cursors and cohorts in DynamoDB, so that a restart goes on where it was.

One checkpoint is one transaction; when it exceeds DynamoDB's limits, cohorts go first and the
cursors last: a crash between leaves things tracked that are read again, never the reverse.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from clock import Clock
from producer.aws import translated
from producer.errors import AwsUnavailableError, NotSavedError
from producer.events import StateUnavailable
from producer.listings.poll import Cursor
from producer.looks.cohort import Cohort
from producer.retrying import tries
from producer.state.items import (
    Item,
    cohort_in,
    cohort_key,
    cursor_in,
    item_of_cohort,
    item_of_cursor,
)
from telemetry import Log

TRANSACTION_ITEMS = 100
TRANSACTION_BYTES = 3_500_000  # the limit is 4 MB; names and numbers count too


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a restart needs."""

    cursors: tuple[Cursor, ...] = ()
    cohorts: tuple[Cohort, ...] = ()
    retired: tuple[str, ...] = ()


class State(Protocol):
    """Where checkpoints go."""

    def load(self) -> Checkpoint:
        """Return all that was saved and not retired."""

    def save(self, checkpoint: Checkpoint, stop: threading.Event) -> None:
        """Overwrite these cursors and cohorts and delete the retired cohorts."""


class DynamoState:
    """The state table, on a boto3 client that does not retry by itself.

    `clock` paces retries; `expires_at` counts from what is stored.
    """

    def __init__(
        self,
        client: Any,  # noqa: ANN401 - boto3 has no types
        table: str,
        subreddit: str,
        *,
        clock: Clock,
        log: Log,
    ) -> None:
        self._client = client
        self._table = table
        self._partition = f"producer#{subreddit.lower()}"
        self._clock = clock
        self._log = log

    def load(self) -> Checkpoint:
        """Return all that was saved and not retired; raises AwsError."""
        cursors: list[Cursor] = []
        cohorts: list[Cohort] = []
        for item in self._items():
            if item["sk"]["S"].startswith("cursor#"):
                cursors.append(cursor_in(item))
            else:
                cohorts.append(cohort_in(item))
        return Checkpoint(tuple(cursors), tuple(cohorts))

    def save(self, checkpoint: Checkpoint, stop: threading.Event) -> None:
        """Return once written; raises NotSavedError when a stop comes before that."""
        for operations in transactions(self._operations(checkpoint)):
            self._write(operations, stop)

    def _operations(self, checkpoint: Checkpoint) -> Iterator[tuple[dict[str, Any], int]]:
        for cohort in checkpoint.cohorts:
            yield self._put(item_of_cohort(self._partition, cohort))
        for name in checkpoint.retired:
            key = cohort_key(self._partition, name)
            yield {"Delete": {"TableName": self._table, "Key": key}}, 0
        for cursor in checkpoint.cursors:
            yield self._put(item_of_cursor(self._partition, cursor))

    def _put(self, item: Item) -> tuple[dict[str, Any], int]:
        return {"Put": {"TableName": self._table, "Item": item}}, len(item["data"]["B"])

    def _write(self, operations: list[dict[str, Any]], stop: threading.Event) -> None:
        for failures in tries(self._clock, stop):
            try:
                with translated(f"DynamoDB table {self._table}"):
                    self._client.transact_write_items(TransactItems=operations)
            except AwsUnavailableError as error:
                self._log.emit(StateUnavailable(reason=str(error), failures=failures + 1))
            else:
                return
        raise NotSavedError(f"DynamoDB table {self._table} took no checkpoint before the stop")

    def _items(self) -> Iterator[Item]:
        question: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": self._partition}},
            "ConsistentRead": True,
        }
        while True:
            with translated(f"DynamoDB table {self._table}"):
                page = self._client.query(**question)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            question["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def transactions(
    operations: Iterator[tuple[dict[str, Any], int]],
) -> Iterator[list[dict[str, Any]]]:
    """Group operations, in order, within DynamoDB's limits of a transaction."""
    group: list[dict[str, Any]] = []
    size = 0
    for operation, operation_bytes in operations:
        full = len(group) == TRANSACTION_ITEMS or size + operation_bytes > TRANSACTION_BYTES
        if group and full:
            yield group
            group, size = [], 0
        group.append(operation)
        size += operation_bytes
    if group:
        yield group
