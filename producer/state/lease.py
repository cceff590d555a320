"""Lease: one producer at a time for a subreddit, by an item in DynamoDB.

The item holds an owner, a fencing number that goes up by one with each owner, and a version that
goes up with each renewal. Whoever waits watches the version: one that has not changed for
`hold_seconds` of the waiter's own steady clock belongs to a dead owner, so no two wall clocks
need to agree. A holder counts from before its last renewal was sent, a waiter from after it saw
it: the one has always stopped counting on the lease before the other takes it.

While DynamoDB is away nobody can take the lease, so its holder goes on: it reads and sends, and
its checkpoints, which could not be written anyway, stay due. It is over when a conditional write
fails. A holder cut off from a DynamoDB that others can reach is the price: until it hears of its
loss it reads beside its successor and halves their quota, but writes no state, and what it sends
are observations like any other. A holder that was paused asks for nothing until it has heard
whether it still holds the lease.

The item never expires: the numbers of a table only go up.
"""

import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from clock import Clock
from producer.aws import translated
from producer.errors import AwsError, AwsUnavailableError, LeaseLostError
from producer.events import LeaseTaken, LeaseUnrenewed
from producer.state.table import CONDITION_FAILED, LEASE, partition
from telemetry import Log

CONNECT_SECONDS = 2.0  # of the lease's own client: a renewal that takes longer is tried again
READ_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class LeaseTimes:
    """How long things take, in the clock's seconds.

    `unsure_seconds` is how long a renewal that DynamoDB did not answer says that it is
    away. On a clock that runs faster than the wall DynamoDB does not: none of these is shorter
    than `least_wall_share` of itself on the wall.
    """

    hold_seconds: float = 15.0
    renew_seconds: float = 5.0
    unsure_seconds: float = 15.0
    least_wall_share: float = 0.0


class LeasePlace(NamedTuple):
    """Where a lease is; `client` is a DynamoDB client with short time-outs."""

    client: Any
    table: str
    subreddit: str


class Held(NamedTuple):
    """What the item says: who holds it (None: nobody), with which number and version."""

    owner: str | None
    fence: int
    version: int


class Moment(NamedTuple):
    """One moment on the clock and on the wall's steady clock."""

    clock: float
    wall: float


class Lease:
    """One producer's view of one subreddit's lease. Thread-safe.

    `fence` is the number of this lease, 0
    before it was ever held; it is `unbroken` when the number before it was this producer's too:
    nobody else has written in between.
    """

    def __init__(
        self,
        place: LeasePlace,
        *,
        clock: Clock,
        log: Log,
        times: LeaseTimes = LeaseTimes(),
        wall: Callable[[], float] = time.monotonic,
    ) -> None:
        self.subreddit = place.subreddit
        self.owner = uuid.uuid4().hex
        self.fence = 0
        self.unbroken = False
        self._client = place.client
        self._table = place.table
        self._key = {"pk": {"S": partition(place.subreddit)}, "sk": {"S": LEASE}}
        self._clock = clock
        self._wall = wall
        self._log = log
        self._times = times
        self._lock = threading.RLock()
        self._seen: Held | None = None
        self._seen_at = self._now()
        self._holds = False
        self._renewed_at = self._now()
        self._unanswered_at: Moment | None = None
        self._hurry = threading.Event()
        self._done = threading.Event()
        self._thread: threading.Thread | None = None

    def look(self) -> bool:
        """Look whether it is free, released or dead; raises AwsError."""
        with self._lock:
            held = self._read()
            if held != self._seen:
                self._seen, self._seen_at = held, self._now()
            ours = held.owner in {None, self.owner}
            return ours or self._passed(self._seen_at, self._times.hold_seconds)

    def grab(self) -> bool:
        """Take what the last look found free; False when somebody was faster."""
        with self._lock:
            return self._seen is not None and self._write_mine(self._seen)

    def held_by(self) -> str:
        """Return what the last look found, for a person."""
        return (self._seen and self._seen.owner) or "nobody"

    def renew(self) -> None:
        """Hold it for longer.

        Raises LeaseLostError when it is another's, AwsError when nobody answers.
        """
        with self._lock:
            self._raise_if_lost()
            began_at = self._now()
            try:
                self._update(
                    "SET version = version + :one",
                    "#owner = :me AND fence = :mine",
                    {":one": {"N": "1"}},
                )
            except AwsError:
                self._unanswered_at = self._now()
                raise
            except ClientError:
                self._holds = False
                self._raise_if_lost()
            self._renewed_at = began_at
            self._unanswered_at = None

    def fence_for_write(self) -> int:
        """Return the fencing number for a write now.

        Raises LeaseLostError, or AwsUnavailableError after its deadline: it has to be renewed
        first.
        """
        self._raise_if_lost()
        if self._passed(self._renewed_at, self._times.hold_seconds):
            raise AwsUnavailableError(f"the lease of r/{self.subreddit} has to be renewed first")
        return self.fence

    def may_ask(self) -> bool:
        """Tell whether to go on reading; raises LeaseLostError when that is over.

        False only in the moment after a pause, until its renewal is answered or fails.
        """
        self._raise_if_lost()
        if not self._passed(self._renewed_at, self._times.hold_seconds):
            return True
        unanswered_at = self._unanswered_at
        if unanswered_at and not self._passed(unanswered_at, self._times.unsure_seconds):
            return True
        self._hurry.set()
        return False

    def start(self) -> None:
        """Renew it from now on, on a thread of its own."""
        self._done.clear()
        self._hurry.clear()
        self._thread = threading.Thread(target=self._keep_renewing, name="lease", daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Stop renewing, and let the next producer take it at once."""
        self._done.set()
        self._hurry.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        with self._lock:
            if not self._holds:
                return
            self._holds = False
            # who finds it not released takes it after its time
            with suppress(AwsError, ClientError):
                self._update("REMOVE #owner", "#owner = :me AND fence = :mine", {})

    def _keep_renewing(self) -> None:
        failures = 0
        while not self._done.is_set():
            self.pause(self._times.renew_seconds, self._hurry)
            self._hurry.clear()
            if self._done.is_set():
                return
            try:
                self.renew()
            except LeaseLostError:
                return  # the core hears of it at its next step
            except Exception as error:  # noqa: BLE001 - whatever it is, nobody else renews
                failures += 1
                if failures == 1 or failures % 12 == 0:
                    self._log.emit(
                        LeaseUnrenewed(subreddit=self.subreddit, reason=str(error) or repr(error))
                    )
            else:
                failures = 0

    def _read(self) -> Held:
        with translated(f"DynamoDB table {self._table}"):
            answer = self._client.get_item(
                TableName=self._table, Key=self._key, ConsistentRead=True
            )
        item = answer.get("Item")
        if item is None:
            return Held(None, 0, 0)
        owner = item.get("owner")
        return Held(
            owner["S"] if owner else None, int(item["fence"]["N"]), int(item["version"]["N"])
        )

    def _write_mine(self, held: Held) -> bool:
        began_at = self._now()
        unchanged = "fence = :fence AND version = :version"
        if held.fence == 0:
            unchanged = "attribute_not_exists(fence)"
        values = {":fence": {"N": str(held.fence)}, ":version": {"N": str(held.version)}}
        self.fence, old = held.fence + 1, self.fence
        try:
            self._update(
                "SET #owner = :me, fence = :mine, version = :one",
                unchanged,
                {":one": {"N": "1"}} | (values if held.fence else {}),
            )
        except ClientError:
            self.fence = old
            return False
        except AwsError:
            self.fence = old  # if it was written all the same, the next look finds our own name
            raise
        self.unbroken = old == held.fence > 0
        self._holds = True
        self._renewed_at = began_at
        self._unanswered_at = None
        self._log.emit(LeaseTaken(subreddit=self.subreddit, fence=self.fence))
        return True

    def _update(self, change: str, condition: str, values: dict[str, Any]) -> None:
        used = {":me": {"S": self.owner}, ":mine": {"N": str(self.fence)}} | values
        wanted = f"{change} {condition}"
        with translated(f"DynamoDB table {self._table}", passing={CONDITION_FAILED}):
            self._client.update_item(
                TableName=self._table,
                Key=self._key,
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeNames={"#owner": "owner"} if "#owner" in wanted else {},
                ExpressionAttributeValues={k: v for k, v in used.items() if k in wanted},
            )

    def _raise_if_lost(self) -> None:
        if not self._holds:
            raise LeaseLostError(f"another producer has taken the lease of r/{self.subreddit}")

    def _now(self) -> Moment:
        return Moment(self._clock.monotonic(), self._wall())

    def _passed(self, since: Moment, seconds: float) -> bool:
        now = self._now()
        wall_seconds = seconds * self._times.least_wall_share
        return now.clock - since.clock >= seconds and now.wall - since.wall >= wall_seconds

    def pause(self, seconds: float, stop: threading.Event) -> None:
        """Wait on the clock, and at least the share of it on the wall."""
        until = self._wall() + seconds * self._times.least_wall_share
        if not self._clock.wait(seconds, stop):
            stop.wait(max(0.0, until - self._wall()))
