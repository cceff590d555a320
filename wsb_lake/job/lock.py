"""Lock: one lake job at a time, by an item in DynamoDB that expires.

It saves work done twice and will guard maintenance that rewrites files. It is not what keeps
observations single: that is the commit's compare-and-swap (`append`).
"""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from clock import Clock
from wsb_lake.aws import Client
from wsb_lake.errors import LockHeldError, LockLostError

LOCK_SECONDS = 240  # a killed run blocks the next ones for no longer than this
RENEW_SECONDS = 60
_KEY = {"pk": {"S": "lock"}, "sk": {"S": "lake_job"}}


class Lock:
    """The job's lock as one owner sees it, under a token of its own; times are the clock's."""

    def __init__(self, dynamodb: Client, table: str, clock: Clock) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock
        self._owner = {"S": uuid.uuid4().hex}
        self._while_ours = {
            "ConditionExpression": "#owner = :owner",
            "ExpressionAttributeNames": {"#owner": "owner"},
            "ExpressionAttributeValues": {":owner": self._owner},
        }
        self._written_at = 0.0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock for the block; raises LockHeldError, with nothing done, if it is taken."""
        self._take()
        try:
            yield
        finally:
            self._release()

    def renew(self) -> None:
        """Hold it for longer, if a good part of its time has gone.

        Raises LockLostError if another run took over.
        """
        now = self._clock.now()
        if now - self._written_at < RENEW_SECONDS:
            return
        try:
            self._put(now, self._while_ours)
        except self._dynamodb.exceptions.ConditionalCheckFailedException as error:
            raise LockLostError("another run took over the lock: this one stops here") from error

    def _take(self) -> None:
        now = self._clock.now()
        while_free = {
            "ConditionExpression": "attribute_not_exists(pk) OR expires_at <= :now",
            "ExpressionAttributeValues": {":now": {"N": f"{now:.3f}"}},
        }
        try:
            self._put(now, while_free)
        except self._dynamodb.exceptions.ConditionalCheckFailedException as error:
            raise LockHeldError("another run holds the lock") from error

    def _put(self, now: float, condition: Mapping[str, Any]) -> None:
        # A whole number: DynamoDB's own expiry ignores any other.
        expires_at = {"N": str(round(now + LOCK_SECONDS))}
        item = {**_KEY, "owner": self._owner, "expires_at": expires_at}
        self._dynamodb.put_item(TableName=self._table, Item=item, **condition)
        self._written_at = now

    def _release(self) -> None:
        try:
            self._dynamodb.delete_item(TableName=self._table, Key=_KEY, **self._while_ours)
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return  # it expired and is another's now
