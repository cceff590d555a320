"""Window: the waiting entries that the sender has in hand, and when each may go again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from producer.backoff import Backoff
from producer.delivery.outbox import Waiting

# "Each PutRecords request can support up to 500 records … up to a limit of 10 MiB for the entire
# request, including partition keys": botocore's model of kinesis/2013-12-02, PutRecords
BATCH_RECORDS = 500
BATCH_BYTES = 10 * 1024 * 1024
NO_FAILURE = Backoff(first_seconds=0.02, cap_seconds=5.0)  # of one entry, while others succeed


@dataclass(slots=True)
class _Retry:
    """What Kinesis did not take: its own back-off, so that it holds up no other id."""

    backoff: Backoff
    at: float


@dataclass(slots=True)
class Window:
    """Entries in the order of the outbox; times are seconds of a clock that never steps."""

    _waiting: dict[int, Waiting] = field(default_factory=dict)
    _retries: dict[int, _Retry] = field(default_factory=dict)
    _tried: set[int] = field(default_factory=set)
    _in_flight: set[int] = field(default_factory=set)
    last: int = 0
    """The sequence number up to which the outbox has been read."""
    bytes: int = 0

    def __len__(self) -> int:
        """Return how many entries it holds."""
        return len(self._waiting)

    @property
    def idle(self) -> int:
        """Return how many of them are not in flight."""
        return len(self._waiting) - len(self._in_flight)

    def load(self, found: Sequence[Waiting]) -> None:
        """Take what follows in the outbox."""
        for each in found:
            self._waiting[each.sequence] = each
            self.bytes += each.entry.size
            self.last = each.sequence

    def next_batch(self, now: float) -> list[Waiting]:
        """Return what may share a call now, in order, up to the limits of a call.

        No batch holds an id twice, since Kinesis may fail the first alone; and nothing goes
        before an earlier entry of its id, be that in flight or wait for its next try.
        """
        batch: list[Waiting] = []
        ids: set[str] = set()
        size = 0
        for each in self._waiting.values():
            if each.entry.key in ids:
                continue
            ids.add(each.entry.key)
            retry = self._retries.get(each.sequence)
            if each.sequence in self._in_flight or (retry and retry.at > now):
                continue
            size += each.entry.size
            if batch and (len(batch) == BATCH_RECORDS or size > BATCH_BYTES):
                break
            batch.append(each)
        return batch

    def retry_at(self) -> float:
        """Return when the first failed entry may go again; infinity when there is none."""
        moments = (retry.at for each, retry in self._retries.items() if each not in self._in_flight)
        return min(moments, default=float("inf"))

    def sent(self, batch: Iterable[Waiting]) -> int:
        """Note that these are in flight; returns how many of them had been sent before."""
        sequences = {each.sequence for each in batch}
        again = len(sequences & self._tried)
        self._tried |= sequences
        self._in_flight |= sequences
        return again

    def returned(self, batch: Iterable[Waiting]) -> None:
        """Note that these are no longer in flight."""
        self._in_flight -= {each.sequence for each in batch}

    def failed(self, batch: Iterable[Waiting], now: float) -> None:
        """Let these wait before they go again, longer each time."""
        for each in batch:
            known = self._retries.get(each.sequence)
            backoff = (known.backoff if known else NO_FAILURE).failed()
            self._retries[each.sequence] = _Retry(backoff, now + backoff.seconds())

    def acknowledged(self, batch: Iterable[Waiting]) -> None:
        """Forget these."""
        for each in batch:
            del self._waiting[each.sequence]
            self._retries.pop(each.sequence, None)
            self._tried.discard(each.sequence)
            self.bytes -= each.entry.size
