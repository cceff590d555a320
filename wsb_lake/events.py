"""Events: every line that the lake job can log; terraform/alarms.tf matches some by name."""

from collections.abc import Mapping

from telemetry import Event


class LakeBatchDone(Event):
    """A batch is committed, its objects not deleted yet; `read` counts lines.

    If the run dies now, the repeat says it again: nothing that was rejected goes unsaid.
    """

    objects: int
    read: int
    appended: Mapping[str, int]
    duplicates_dropped: int
    rejected: int


class LakeJobOlder(Event, level="error"):
    """A landed object holds a record of a later contract than this job knows: it stays landed."""

    object: str
    schema_version: int
    known_version: int


class LakeRunDone(Event):
    """A run took in what had landed; `read` counts lines, `appended` rows by table."""

    objects: int
    read: int
    appended: Mapping[str, int]
    duplicates_dropped: int
    rejected: int
    seconds: float


class LakeRunSkipped(Event):
    """A run left the work to another."""

    reason: str


class LakeChoreDone(Event):
    """A chore was done, or (not `complete`) as much of it as there was time for."""

    chore: str
    complete: bool
    counts: Mapping[str, int]
    seconds: float


class LakeChoreFailed(Event, level="error"):
    """A chore raised; it is due again in the next run."""

    chore: str
    reason: str


class LandingWaits(Event, level="warning"):
    """Landed objects are an hour old or more and not committed; none is ever dropped."""

    objects: int
    oldest_hours: float


class ForgettingWaits(Event, level="warning"):
    """Tombstones landed nine hours ago or more, and what they name is not purged."""

    tombstones: int
    oldest_hours: float


class ErrorOutputFound(Event, level="warning"):
    """Firehose has set aside what it could not deliver."""

    objects: int
