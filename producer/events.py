"""Events: every line that the producer logs."""

from collections.abc import Sequence

from producer.totals import Asked, Gauges, Totals
from telemetry import Event
from telemetry.metrics import Embedded


class Started(Event):
    """The last checkpoint is read; `tracked` ids are in it."""

    tracked: int


class Progress(Event):
    """Comes every 60 clock seconds and at a clean stop, with all [metrics](#metrics)."""

    at: str
    metrics: Embedded


class Stopped(Event):
    """The end of a clean stop; its figures are those since the start."""

    at: str
    gauges: Gauges
    asked: Asked
    totals: Totals


class GapFound(Event, level="warning"):
    """A hole in what was read of a listing; told again as it grows."""

    listing: str
    from_at: str
    to_at: str


class GapClosed(Event):
    """A gap that was repaired, or partly; `recovered` things came back."""

    listing: str
    from_at: str
    to_at: str
    status: str
    recovered: int


class PageEmpty(Event, level="warning"):
    """A listing's first page without a readable item: it is asked for again."""

    listing: str


class AnswerFailed(Event, level="error"):
    """A defect: an answer could not be taken in; what asked for it asks again, later."""

    error: str
    purpose: str


class RecordFailed(Event, level="error"):
    """A defect: no record could be made of a thing; a dead letter tells of it, once."""

    id: str
    error: str


class RedditUnavailable(Event, level="warning"):
    """Reddit did not give what was asked for; it is asked again after that long."""

    reason: str
    retry_seconds: float


class RedditRateLimited(Event, level="warning"):
    """A 429, and how long Reddit asks to wait (None: it says nothing)."""

    wait_seconds: float | None


class RecordsPartlyFailed(Event, level="warning"):
    """A 200 from PutRecords that was no success for `failed` of its records."""

    failed: int
    codes: Sequence[str]


class StreamUnavailable(Event, level="warning"):
    """Kinesis took nothing; `failures` of this batch in a row."""

    reason: str
    failures: int


class StateUnavailable(Event, level="warning"):
    """DynamoDB took no checkpoint, which stays due; said once a minute."""

    reason: str
    failures: int


class LeaseAwaited(Event):
    """Another producer is at work; said every minute while this one waits for its `lease`."""

    lease: str
    held_by: str
    metrics: Embedded


class LeaseTaken(Event):
    """This producer is the one that works; `fence` goes up with each owner."""

    subreddit: str
    fence: int


class LeaseUnrenewed(Event, level="warning"):
    """DynamoDB did not answer a renewal; said once a minute. Reading goes on."""

    subreddit: str
    reason: str


class LeaseLost(Event, level="warning"):
    """Another producer has taken over; this one waits for its turn again."""

    reason: str


class CredentialsAwaited(Event, level="warning"):
    """The secret has no credentials that can be used yet; said every five minutes."""

    reason: str


class StatusUnwritten(Event, level="warning"):
    """The file that `wsb produce --status` reads cannot be written; producing goes on."""

    reason: str


class NotDelivered(Event, level="warning"):
    """What was given up at the stop: what it covers is read again after it."""

    records: int


class NotSaved(Event, level="warning"):
    """The last checkpoint was given up at the stop: what it covers is read again after it."""

    reason: str


class DeadLetterMade(Event, level="warning"):
    """Something of this id cannot become an observation; said once for an id."""

    id: str
    reason: str


class RecordRefused(Event, level="error"):
    """Kinesis will never take this record; a dead letter goes instead, once for an id."""

    id: str
    reason: str


class OutboxDamaged(Event, level="error"):
    """The outbox's file was no longer whole: it is kept for two days, and an empty one begun.

    What it held had not reached Kinesis, and is lost; no checkpoint covers it, so what Reddit
    still shows is read again, and the rest becomes a gap.
    """

    reason: str
    kept_as: str


class OutboxUnwritable(Event, level="error"):
    """The disk takes nothing more: Reddit is not read until it does."""

    reason: str


class OutboxHasRoom(Event):
    """The disk can be written again, and reading goes on."""


class OutboxKept(Event, level="warning"):
    """A stop while Kinesis did not take everything: the next start sends these."""

    records: int


class OutboxFull(Event, level="error"):
    """So much waits for Kinesis that Reddit is not read until some of it is gone."""

    bytes: int
    records: int
