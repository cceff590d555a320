"""State table: items in DynamoDB, written under the lease's fencing number.

Every write carries the number of its writer's lease, on the condition that the item has no
higher one: plain conditional writes, since BatchWriteItem takes no conditions and a transaction
costs twice the write units for an atomicity that no checkpoint above 100 items has anyway. The
order of a checkpoint's parts is what a crash needs instead (`checkpoint`).

What remains possible: a producer that was paused for longer than its lease writes an item that
its successor has not written since, or deletes one. It is harmless. Such an item is an older look
at ids that the successor holds from the same table, and at loading the later look is the one to
believe, with the higher peak of both; an old cursor covers what was acknowledged, so it only
lets more be read again. The first item that the successor has written ends the rest.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from botocore.exceptions import ClientError

from producer.aws import translated
from producer.errors import LeaseLostError, ProducerError, StateTooNewError
from producer.state.checkpoint import Checkpoint
from producer.state.item import KEEP_SECONDS, STATE_VERSION, Item, Key

WRITERS = 4  # a peak minute's hundred items take a second; more would only be throttled
CONDITION_FAILED = "ConditionalCheckFailedException"
FIRST_VERSION = {"N": "1"}
LEASE = "lease"  # the one row of a partition that is no item


class State(Protocol):
    """Where checkpoints go."""

    def load(self, subreddit: str) -> list[Item]:
        """Return all that was put and not deleted; raises AwsError, or StateTooNewError."""

    def put(self, items: Sequence[Item]) -> None:
        """Write these in any order; raises LeaseLostError when another producer has taken over.

        Raises AwsUnavailableError with some of them written.
        """

    def write(self, checkpoint: Checkpoint) -> None:
        """Write all of it in its order, or raise as `put` does; writing it again is harmless."""


class DynamoState:
    """The state table, on a boto3 client that does not retry by itself.

    `fence_of` tells a subreddit's fencing number before each call, or raises LeaseLostError. A
    reader, which has none, gives none and writes nothing.
    """

    def __init__(
        self,
        client: Any,  # noqa: ANN401 - boto3 has no types
        table: str,
        fence_of: Callable[[str], int],
    ) -> None:
        self._client = client
        self._table = table
        self._fence_of = fence_of
        self._writers = ThreadPoolExecutor(WRITERS, "state")

    def load(self, subreddit: str) -> list[Item]:
        """Return all that was put and not deleted."""
        items = [_read(subreddit, row) for row in self._rows(subreddit)]
        newer = sorted({item.version for item in items if item.version > STATE_VERSION})
        if newer:
            raise StateTooNewError(
                f"DynamoDB table {self._table} holds state of version {newer[-1]}, this producer"
                f" knows {STATE_VERSION}: run the newer release, or another table"
            )
        return items

    def put(self, items: Sequence[Item]) -> None:
        """Write these in any order."""
        self._all(self._put, items)

    def write(self, checkpoint: Checkpoint) -> None:
        """Write all of it in its order."""
        self._all(self._put, checkpoint.puts)
        self._all(self._delete, checkpoint.deleted)
        self._all(self._put, checkpoint.cursors)

    def _all(self, write: Callable[[Any], None], what: Sequence[Item] | Sequence[Key]) -> None:
        errors: list[ProducerError] = []

        def attempt(each: Any) -> None:  # noqa: ANN401 - an item or a key
            if errors:
                return  # DynamoDB is away: the others need not find that out one by one
            try:
                write(each)
            except ProducerError as error:
                errors.append(error)

        list(self._writers.map(attempt, what))
        if errors:
            # a lost lease is the end, whatever else went wrong
            raise min(errors, key=lambda error: not isinstance(error, LeaseLostError))

    def _put(self, item: Item) -> None:
        row = {
            **_key(item.key),
            "data": {"B": item.data},
            "expires_at": {"N": str(int(item.used_at + KEEP_SECONDS))},
            "version": {"N": str(item.version)},
        }
        fence = self._fence_of(item.key.subreddit)
        self._write(
            fence,
            lambda condition: self._client.put_item(
                Item={**row, "fence": {"N": str(fence)}}, **condition
            ),
        )

    def _delete(self, key: Key) -> None:
        fence = self._fence_of(key.subreddit)
        self._write(fence, lambda condition: self._client.delete_item(Key=_key(key), **condition))

    def _write(self, fence: int, call: Callable[[dict[str, Any]], object]) -> None:
        condition = {
            "TableName": self._table,
            "ConditionExpression": "attribute_not_exists(fence) OR fence <= :mine",
            "ExpressionAttributeValues": {":mine": {"N": str(fence)}},
        }
        try:
            with translated(f"DynamoDB table {self._table}", passing={CONDITION_FAILED}):
                call(condition)
        except ClientError:
            raise LeaseLostError(f"another producer has written since lease {fence}") from None

    def _rows(self, subreddit: str) -> Iterator[dict[str, Any]]:
        question: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": partition(subreddit)}},
            "ConsistentRead": True,
        }
        while True:
            with translated(f"DynamoDB table {self._table}"):
                page = self._client.query(**question)
            yield from (row for row in page["Items"] if row["sk"]["S"] != LEASE)
            if "LastEvaluatedKey" not in page:
                return
            question["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def partition(subreddit: str) -> str:
    """Return the partition key of all that belongs to a subreddit, its lease too."""
    return f"producer#{subreddit.lower()}"


def _key(key: Key) -> dict[str, Any]:
    return {"pk": {"S": partition(key.subreddit)}, "sk": {"S": key.name}}


def _read(subreddit: str, row: dict[str, Any]) -> Item:
    return Item(
        key=Key(subreddit, row["sk"]["S"]),
        data=row["data"]["B"],
        used_at=float(row["expires_at"]["N"]) - KEEP_SECONDS,
        version=int(row.get("version", FIRST_VERSION)["N"]),
    )
