"""Verdict: the three ledgers held against each other, and what is wrong between them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from contract import parse_instant
from sandbox.audit.answered import AnsweredThing
from sandbox.audit.gaps import Gap, gaps_of
from sandbox.audit.ledgers import LakeLedger, RedditLedger, StreamLedger
from sandbox.audit.rows import Identity, Row, identity_of, passes, without_nulls
from sandbox.audit.stream_ledger import observations_of, rows_of


class Finding(StrEnum):
    """A way in which a run can be wrong, in the words of its problem."""

    UNREAD = "served by Reddit but never read"
    UNASKED = "gone from Reddit before the producer asked"
    UNACKNOWLEDGED = "read but never acknowledged by Kinesis"
    UNTOLD = "answered with something new, of which Kinesis has no observation"
    UNSHOWN = "sent, though no answer of Reddit's can have shown it"
    NOT_AS_ANSWERED = "sent otherwise than Reddit answered"
    NOT_IN_LAKE = "qualified but not in the lake"
    NO_TOMBSTONE = "deleted or removed but no tombstone in the lake"
    DUPLICATE = "more than once in the lake"
    NOT_AS_SENT = "not in the lake as it was sent"
    UNEXPECTED = "in the lake though never sent or passed"
    NOT_KEPT = "answered at the minimum but not kept"
    WRONGLY_KEPT = "kept without reason"
    GAP_UNTRUE = "a gap whose records contradict each other or what was repaired"


LOSSES = (
    Finding.UNREAD,
    Finding.UNASKED,
    Finding.UNACKNOWLEDGED,
    Finding.UNTOLD,
    Finding.NOT_IN_LAKE,
    Finding.NO_TOMBSTONE,
)
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Audit:
    """What a run did; `findings` holds ids (or "field of id") by what is wrong with them.

    `flagged`: how many served things were never read, and lie in a gap that says so; nobody's
    loss, but a hole. `died`: what was read only by a producer that was killed with the answer in
    its hands, and was never read again. What showed the minimum before a tombstone is forgotten:
    it may be kept, and `kept_expected` counts it only if it is. What only a replay server knows is
    None on live Reddit.
    """

    served: int | None
    read: int | None
    acknowledged: int
    kept: int
    kept_expected: int | None
    recall_true: float | None
    findings: Mapping[Finding, tuple[str, ...]]
    flagged: int | None = None
    died: tuple[str, ...] = ()

    @property
    def missing(self) -> int:
        """Return how many things or observations got lost on the way."""
        return sum(len(self.findings.get(loss, ())) for loss in LOSSES)

    @property
    def duplicates(self) -> int:
        """Return how many rows of the lake are there once more."""
        return len(self.findings.get(Finding.DUPLICATE, ()))

    @property
    def problems(self) -> tuple[str, ...]:
        """Return one sentence for each thing that is wrong."""
        return tuple(
            f"{len(found)} {finding} (e.g. {', '.join(list(dict.fromkeys(found))[:EXAMPLES])})"
            for finding, found in self.findings.items()
        )


def audit(
    reddit: RedditLedger | None, stream: StreamLedger, lake: LakeLedger, min_score: int
) -> Audit:
    """Hold the ledgers against each other; None for a Reddit that keeps none."""
    qualified, found = _judge_stream(reddit, stream, min_score)
    found |= _judge_lake(qualified, lake)
    gaps, found[Finding.GAP_UNTRUE] = gaps_of(rows_of(stream.lines))
    kept = {row["id"] for row in lake.rows if _shows(row, min_score)}
    forgotten = {row["id"] for row in _forgotten(qualified.values()) if _shows(row, min_score)}
    forgotten -= kept
    if reddit is None:
        return Audit(None, None, len(stream.ids), len(kept), None, None, _wrong(found))
    live = {r["id"] for r in lake.rows if r["kind"] == "comment" and r["state"] == "live"}
    gone = {r["id"] for r in lake.rows if r.get("state", "live") != "live"}
    unread = reddit.served - reddit.read
    flagged = {name for name in unread if _is_flagged(name, reddit.created_at.get(name), gaps)}
    found |= {
        Finding.UNREAD: unread - reddit.unasked - flagged,
        Finding.UNASKED: reddit.unasked - reddit.read - flagged,
        Finding.UNACKNOWLEDGED: reddit.read - reddit.died - stream.ids,
        Finding.NO_TOMBSTONE: reddit.gone - gone,
        Finding.NOT_KEPT: reddit.kept_expected - kept - forgotten,
        Finding.WRONGLY_KEPT: (kept | live) - reddit.kept_expected - reddit.kept_allowed,
    }
    return Audit(
        served=len(reddit.served),
        read=len(reddit.read),
        acknowledged=len(stream.ids),
        kept=len(kept),
        kept_expected=len(reddit.kept_expected - forgotten),
        recall_true=_share(reddit.reached, kept | forgotten),
        findings=_wrong(found),
        flagged=len(flagged),
        died=tuple(sorted(reddit.died - stream.ids)),
    )


def _is_flagged(fullname: str, created: float | None, gaps: Iterable[Gap]) -> bool:
    return created is not None and any(gap.flags(fullname, created) for gap in gaps)


def _judge_stream(
    reddit: RedditLedger | None, stream: StreamLedger, min_score: int
) -> tuple[dict[Identity, Row], dict[Finding, Collection[str]]]:
    """Return the observations that the filter has to pass, and what is wrong with the records."""
    qualified: dict[Identity, Row] = {}
    told: dict[str, set[int]] = defaultdict(set)
    unshown, differing = [], []
    for row in map(without_nulls, observations_of(stream.lines)):
        due: Row | None = row
        if reddit is not None and row.get("kind") != "gap":
            due = _due(row, reddit.answered.get(row["id"]), told)
            if due is None:
                unshown.append(row["id"])
            else:
                differing += [f"{name} of {row['id']}" for name in _differences(row, due)]
        if passes(due or row, min_score):
            qualified[identity_of(row)] = row
    answered = reddit.answered.items() if reddit else ()
    untold = [
        fullname
        for fullname, thing in answered
        if fullname in told
        for place in thing.news(min_score, told[fullname])
        if not thing.is_told(place, told[fullname])
    ]
    return qualified, {
        Finding.UNSHOWN: unshown,
        Finding.NOT_AS_ANSWERED: differing,
        Finding.UNTOLD: untold,
    }


def _due(row: Row, thing: AnsweredThing | None, told: dict[str, set[int]]) -> Row | None:
    """Return what the observation has to be by the answer it came from, if there is one."""
    try:
        at = parse_instant(row["observed_at"])
    except (KeyError, TypeError, ValueError):
        return None
    if thing is None:
        return None
    if row.get("state") == "absent":
        due = thing.absence(at, row)
    else:
        before = told[thing.fullname]
        places = {place: thing.observation(place, row, before) for place in thing.candidates(at)}
        place = min(
            places,
            key=lambda one: (len(_differences(row, places[one])), one in before),
            default=None,
        )
        told[thing.fullname].update(() if place is None else (place,))
        due = None if place is None else places[place]
    return due and due | {"observed_at": row["observed_at"]}


def _judge_lake(
    qualified: Mapping[Identity, Row], lake: LakeLedger
) -> dict[Finding, Collection[str]]:
    times = Counter(map(identity_of, lake.rows))
    forgotten = set(map(identity_of, _forgotten(qualified.values())))
    return {
        Finding.NOT_IN_LAKE: [one.id for one in qualified.keys() - times.keys() - forgotten],
        Finding.DUPLICATE: [one.id for one, count in times.items() for _ in range(count - 1)],
        Finding.NOT_AS_SENT: [
            f"{name} of {row['id']}"
            for row in lake.rows
            for name in _differences(row, qualified.get(identity_of(row), row))
        ]
        + [f"landed_at of {one.id}" for one in lake.landed_early],
        Finding.UNEXPECTED: [one.id for one in times.keys() - qualified.keys()],
    }


def _forgotten(rows: Collection[Row]) -> list[Row]:
    """Return the live looks at or before a tombstone of their thing.

    The lake lets none of them in any more, and deletes those that came before the tombstone.
    """
    dead_at: dict[str, str] = {}
    for row in rows:
        if row.get("state", "live") != "live":
            dead_at[row["id"]] = max(row["observed_at"], dead_at.get(row["id"], ""))
    return [
        row
        for row in rows
        if row.get("state") == "live" and row["observed_at"] <= dead_at.get(row["id"], "")
    ]


def _differences(row: Row, due: Row) -> list[str]:
    return [name for name in row.keys() | due.keys() if row.get(name) != due.get(name)]


def _shows(row: Row, min_score: int) -> bool:
    score: int | None = row.get("score")
    return row["kind"] == "comment" and score is not None and score >= min_score


def _wrong(found: Mapping[Finding, Collection[str]]) -> dict[Finding, tuple[str, ...]]:
    return {one: tuple(sorted(found[one])) for one in Finding if found.get(one)}


def _share(whole: frozenset[str], part: set[str]) -> float | None:
    return round(len(whole & part) / len(whole), 4) if whole else None
