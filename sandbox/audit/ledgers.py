"""Ledgers: what Reddit, the stream and the lake each say happened, kept apart from the pipeline."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.audit.answered import AnsweredThing
from sandbox.audit.rows import Identity, Row


@dataclass(frozen=True, slots=True)
class RedditLedger:
    """What the replay server published, and what it answered; every set holds fullnames.

    `served`: published in the window and visible for at least 60 clock seconds, in a listing or on
    a comment page. `brief`: those of them that the listing held for less. `unasked`: those that
    were gone again before anybody asked. `reached`: comments whose true score stayed at the
    minimum for at least 60 s in the window. `created_at`: by fullname, of what was served.
    `answered`: by fullname, whatever was in any answer; `kept_expected`: comments for which one
    carried an un-hidden score of at least the minimum, `gone`: what one showed deleted or removed;
    neither counts an answer that may have died with the producer. `kept_allowed`: comments that
    any answer showed at the minimum.
    """

    served: frozenset[str]
    unasked: frozenset[str]
    reached: frozenset[str]
    answered: Mapping[str, AnsweredThing]
    kept_expected: frozenset[str]
    gone: frozenset[str]
    kept_allowed: frozenset[str] = frozenset()
    brief: frozenset[str] = frozenset()
    created_at: Mapping[str, float] = field(default_factory=dict)

    @property
    def read(self) -> frozenset[str]:
        """Return what was in some answer."""
        return frozenset(self.answered)

    @property
    def died(self) -> frozenset[str]:
        """Return what only answers had that may have died with the producer."""
        return frozenset(name for name, thing in self.answered.items() if thing.is_lost())


@dataclass(frozen=True, slots=True)
class StreamLedger:
    """What Kinesis acknowledged: `lines` are all records, in order of the shards.

    `ids`: of comments and posts. `passing_records`: how many the filter passes, going by what they
    say themselves. `gaps`: holes flagged, however many records tell of each. `arrived_at`: when
    each observation was first acknowledged, in seconds of the clock.
    """

    lines: tuple[bytes, ...]
    ids: frozenset[str]
    passing_records: int
    gaps: int
    arrived_at: Mapping[Identity, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LakeLedger:
    """What the lake's tables hold: every row once for each time it is there.

    `landed_early` are observations that landed before they were made. `landed_at`: when each came
    in first, in seconds of the clock.
    """

    rows: tuple[Row, ...]
    landed_early: tuple[Identity, ...] = ()
    landed_at: Mapping[Identity, float] = field(default_factory=dict)
