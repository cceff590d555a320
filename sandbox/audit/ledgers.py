"""Books: what each side says happened, and the balance between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Identity(NamedTuple):
    """What makes an observation one and the same."""

    id: str
    observed_at: str


class Content(NamedTuple):
    """What an observation says, as far as the account compares it; what has none of it is None."""

    kind: str
    state: str | None
    score: int | None
    score_hidden: bool | None
    peak_score: int | None
    body: str | None


@dataclass(frozen=True, slots=True)
class RedditBook:
    """What the replay server answered; every member holds fullnames.

    `served`: published in the window and visible for at least 60 clock seconds. `unasked`: those
    of them that were gone again before anybody asked. `read`: in some answer. `kept_expected`:
    comments for which some answer carried an un-hidden score of at least the minimum. `gone`: in
    some answer as deleted or removed. `reached`: comments whose true score reached the minimum in
    the window.
    """

    served: frozenset[str]
    unasked: frozenset[str]
    read: frozenset[str]
    kept_expected: frozenset[str]
    gone: frozenset[str]
    reached: frozenset[str]


@dataclass(frozen=True, slots=True)
class StreamBook:
    """What Kinesis acknowledged: ids, the observations the filter has to pass, gaps.

    `ids`: of comments and posts. `kept_comments`: comments with at least one live observation
    that has to pass.
    """

    ids: frozenset[str]
    qualified: Mapping[Identity, Content]
    kept_comments: frozenset[str]
    qualified_records: int
    records: int
    gaps: int


@dataclass(frozen=True, slots=True)
class LakeBook:
    """What the lake's tables hold; `kept` and `live` are ids of comments, `gone` has tombstones."""

    contents: Mapping[Identity, Content]
    rows: int
    kept: frozenset[str]
    live: frozenset[str]
    gone: frozenset[str]


@dataclass(frozen=True, slots=True)
class Account:
    """The balance; `problems` is empty when nothing is missing, doubled or wrongly kept."""

    served: int
    read: int
    acknowledged: int
    missing_unread: tuple[str, ...]
    missing_unasked: tuple[str, ...]
    missing_unacknowledged: tuple[str, ...]
    missing_in_lake: tuple[str, ...]
    missing_tombstones: tuple[str, ...]
    duplicates: int
    changed: tuple[str, ...]
    unaccounted: tuple[str, ...]
    kept: int
    kept_expected: int
    wrongly_kept: tuple[str, ...]
    not_kept: tuple[str, ...]
    recall_true: float | None

    @property
    def missing(self) -> int:
        """Return how many things or observations got lost on the way."""
        return sum(
            len(part)
            for part in (
                self.missing_unread,
                self.missing_unasked,
                self.missing_unacknowledged,
                self.missing_in_lake,
                self.missing_tombstones,
            )
        )

    @property
    def problems(self) -> tuple[str, ...]:
        """Return one sentence for each thing that is wrong."""
        found = (
            (len(self.missing_unread), "served by Reddit but never read", self.missing_unread),
            (
                len(self.missing_unasked),
                "gone from Reddit before the producer asked",
                self.missing_unasked,
            ),
            (
                len(self.missing_unacknowledged),
                "read but never acknowledged by Kinesis",
                self.missing_unacknowledged,
            ),
            (len(self.missing_in_lake), "qualified but not in the lake", self.missing_in_lake),
            (
                len(self.missing_tombstones),
                "deleted or removed but no tombstone in the lake",
                self.missing_tombstones,
            ),
            (self.duplicates, "more than once in the lake", ()),
            (len(self.changed), "not in the lake as it was sent", self.changed),
            (len(self.unaccounted), "in the lake though never sent or passed", self.unaccounted),
            (len(self.not_kept), "answered at the minimum but not kept", self.not_kept),
            (len(self.wrongly_kept), "kept without reason", self.wrongly_kept),
        )
        return tuple(
            f"{count} {what}{_examples(examples)}" for count, what, examples in found if count
        )


def balance(reddit: RedditBook, stream: StreamBook, lake: LakeBook) -> Account:
    """Hold the books against each other."""
    return Account(
        served=len(reddit.served),
        read=len(reddit.read),
        acknowledged=len(stream.ids),
        missing_unread=_sorted(reddit.served - reddit.read - reddit.unasked),
        missing_unasked=_sorted(reddit.unasked - reddit.read),
        missing_unacknowledged=_sorted(reddit.read - stream.ids),
        missing_in_lake=_sorted(one.id for one in stream.qualified.keys() - lake.contents.keys()),
        missing_tombstones=_sorted(reddit.gone - lake.gone),
        duplicates=lake.rows - len(lake.contents),
        changed=_sorted(
            one.id
            for one, content in lake.contents.items()
            if stream.qualified.get(one, content) != content
        ),
        unaccounted=_sorted(one.id for one in lake.contents.keys() - stream.qualified.keys()),
        kept=len(lake.kept),
        kept_expected=len(reddit.kept_expected),
        wrongly_kept=_sorted((lake.kept | lake.live) - reddit.kept_expected),
        not_kept=_sorted(reddit.kept_expected - lake.kept),
        recall_true=_share(reddit.reached, lake.kept),
    )


def _sorted(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(ids))


def _share(whole: frozenset[str], part: frozenset[str]) -> float | None:
    return round(len(whole & part) / len(whole), 4) if whole else None


def _examples(ids: tuple[str, ...]) -> str:
    return f" (e.g. {', '.join(ids[:3])})" if ids else ""
