"""Answered things: what an observation has to say, from what Reddit's answers showed.

Written from the contract alone, a second time: nothing of the producer is used, and nothing that
the producer says about itself is believed.

Where several requests are in flight, which of two answers arrives first is not known: both orders
are right. Nor is what a killed producer still remembers of the last answers before its death. Then
several values are right for what depends on the answers before (`peak_score`, `cause`, a deletion
that a later cache denies), and an observation may say one of them, but no other.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from contract import SCHEMA, format_instant
from sandbox.audit.rows import Row, without_nulls

KINDS = {"t1": "comment", "t3": "post"}
INT32_MAX = 2**31 - 1
ABSENT_AFTER_SECONDS = 3600.0  # between two answers that both lack it
# From an answer to its observation's stamp at most: 16 s of wall time, as long as a request may
# take, at the usual speed of 120.
FLIGHT_SECONDS = 1920.0
# The shared clock steps back by that much when who sets it is held up while doing so.
SKEW_SECONDS = 2.0
TAKEN_SECONDS = 2.0  # wall; the longest that an answer may be on its way
# clock; the longest that answers wait for each other before they are stamped, one after another
QUEUE_SECONDS = 55.0
LISTED = frozenset("cn")  # the initials of the listings' endpoints
# A sweep looks at what has had its last look.
SWEEP_AFTER_SECONDS = 24 * 3600.0
# The contract's fields that a tombstone has not, and Reddit's names for them.
TEXTS = {
    "author_id": "author_fullname",
    "permalink": "permalink",
    "distinguished": "distinguished",
    "stickied": "stickied",
    "author_flair": "author_flair_text",
}
COMMENT_TEXTS = TEXTS | {"body": "body", "is_submitter": "is_submitter"}
POST_TEXTS = TEXTS | {
    "body": "selftext",
    "title": "title",
    "url": "url",
    "domain": "domain",
    "is_self": "is_self",
    "flair": "link_flair_text",
    "over_18": "over_18",
}
COMMENT_SOURCES = (*COMMENT_TEXTS.values(), "link_id", "parent_id")
POST_SOURCES = (*POST_TEXTS.values(), "removed_by_category", "hide_score")
SOURCES = ("subreddit", "created_utc", "author", "edited")


class _Known(NamedTuple):
    """What some answers together make known of a thing."""

    is_known: bool = False
    is_deleted: bool = False
    peak: int | None = None

    def after(self, state: str, score: int | None) -> "_Known":
        """Return what is known after one answer more."""
        return _Known(True, self.is_deleted or state == "deleted", _higher(self.peak, score))  # noqa: FBT003 - a field


@dataclass(slots=True)
class AnsweredThing:
    """What the answers said of one thing; a place is the number of an answer as they left.

    `versions` are the states and the API's fields it was shown with, `shown` is the version in
    each answer. A score is None while hidden. `lacked` are the moments of answers that should
    have had it and had not. `walls` are the answers' moments by the wall, `taken_by` when each was
    surely taken (its connection was used again), `via` the initials of their endpoints. What
    `lost` holds may have died with the producer, unsent; of what `forgotten` holds it may know
    nothing any more, except that a comment has reached `min_score`: that is saved at once.
    `queue_seconds` is how long answers may wait for each other. Without walls no two overlap.
    """

    fullname: str
    versions: Sequence[tuple[str, Mapping[str, Any]]]
    moments: Sequence[float]
    shown: Sequence[int]
    scores: Sequence[int | None]
    num_comments: Sequence[int] = ()
    upvote_ratios: Sequence[float] = ()
    lacked: Sequence[float] = ()
    walls: Sequence[float] = ()
    taken_by: Sequence[float] = ()
    via: str = ""
    lost: AbstractSet[int] = frozenset()
    forgotten: AbstractSet[int] = frozenset()
    min_score: int | None = None
    queue_seconds: float = QUEUE_SECONDS
    _is_sorted: bool = field(init=False)
    _known: list[_Known] = field(init=False)

    def __post_init__(self) -> None:
        """Reckon what is surely known before each answer, of those before it."""
        # else the clock has stepped back, and its moments cannot be searched
        self._is_sorted = all(one <= other for one, other in pairwise(self.moments))
        self._known = [_Known()]
        for place, score in enumerate(self.scores):
            known = self._known[-1]
            state = self.versions[self.shown[place]][0]
            if place not in self.lost and place not in self.forgotten:
                known = known.after(state, _bounded(score))
            elif place not in self.lost and self._crosses(known.peak, score):
                known = known._replace(peak=_bounded(score))
            self._known.append(known)

    @property
    def kind(self) -> str:
        """Return `comment` or `post`."""
        return KINDS[self.fullname[:2]]

    def reached(self, min_score: int, *, surely: bool = True) -> bool:
        """Tell whether some answer showed this comment at that score; surely: one not lost."""
        return self.kind == "comment" and any(
            score is not None and score >= min_score and not (surely and place in self.lost)
            for place, score in enumerate(self.scores)
        )

    def is_gone(self) -> bool:
        """Tell whether some answer that was not lost showed it deleted or removed."""
        return any(
            self.versions[version][0] != "live"
            for place, version in enumerate(self.shown)
            if place not in self.lost
        )

    def is_lost(self) -> bool:
        """Tell whether all answers that had it may have died with the producer."""
        return all(place in self.lost for place in range(len(self.moments)))

    def candidates(self, at: float) -> list[int]:
        """Return the answers that an observation stamped `at` can come from.

        That is the newest by then, and what left so shortly before it that it may have arrived
        after it, or have waited with it for its stamp; and, for the clock's steps, what left a
        little later. The oldest come first.
        """
        if not self._is_sorted:
            return [
                place
                for place, moment in enumerate(self.moments)
                if at - FLIGHT_SECONDS <= moment <= at + SKEW_SECONDS
            ]
        place = bisect_right(self.moments, at)
        last = bisect_right(self.moments, at + SKEW_SECONDS)
        newest = {*self._together(place - 1, range(place)), *self._queued(place)} if place else ()
        in_flight = [one for one in newest if at - self.moments[one] <= FLIGHT_SECONDS]
        return [*sorted(in_flight), *range(place, last)]

    def observation(
        self, place: int, said: Row | None = None, told: AbstractSet[int] = frozenset()
    ) -> Row:
        """Return what the observation of an answer has to say, but for when it was made.

        Where several values are right it has the one that `said` has, if that is one of them.
        `told` are the answers of which there were observations before.
        """
        said = said or {}
        sure, maybe = self._before(place)
        for one in sorted(told & self.lost):  # then it was not lost
            if one < place and self._crosses(sure.peak, self.scores[one]):
                sure = sure._replace(peak=_bounded(self.scores[one]))
        state = _among(self._states(place, sure, maybe), said.get("state"))
        row = self._head(state, self.scores[place], place)
        row["peak_score"] = _among(self._peaks(place, sure, maybe), said.get("peak_score"))
        row["cause"] = _among(self._causes(place, sure, maybe), said.get("cause"))
        _, fields = self.versions[self.shown[place]]
        row["score_hidden"] = self.scores[place] is None
        if self.kind == "post":
            row["num_comments"] = _bounded(self.num_comments[place])
            row["upvote_ratio"] = self.upvote_ratios[place]
            row["removed_by"] = fields.get("removed_by_category")
        if state == "live":
            texts = COMMENT_TEXTS if self.kind == "comment" else POST_TEXTS
            row |= {name: fields.get(source) for name, source in texts.items()}
            row["author"] = None if fields["author"] == "[deleted]" else fields["author"]
            row["edited_at"] = format_instant(fields["edited"]) if fields["edited"] else None
        return without_nulls(row)

    def absence(self, at: float, said: Row | None = None) -> Row | None:
        """Return what a tombstone has to say of a thing that is no longer answered.

        None when no answers by then, an hour apart, both lacked it.
        """
        said = said or {}
        place = bisect_right(self.moments, at) - 1
        lacked = [one for one in self.lacked if place >= 0 and self.moments[place] < one <= at]
        if not lacked or at - lacked[0] < ABSENT_AFTER_SECONDS or self.state(place) != "live":
            return None
        sure, maybe = self._before(place)
        lasts = [self.scores[one] for one in (place, *maybe) if self.scores[one] is not None]
        known = (one for one in reversed(self.scores[: place + 1]) if one is not None)
        row = self._head("absent", _among([next(known, None), *lasts], said.get("score")), place)
        row["peak_score"] = _among(self._peaks(place, sure, maybe), said.get("peak_score"))
        cause = _among(["reread", *self._sweep(at)], said.get("cause"))
        return without_nulls(row | {"cause": cause, "score_hidden": False})

    def state(self, place: int) -> str:
        """Return the state to believe after an answer, if they arrived as they left."""
        return self._states(place, self._known[place], [])[0]

    def news(self, min_score: int, told: AbstractSet[int] = frozenset()) -> Iterator[int]:
        """Yield the answers that need an observation, whatever the schedule of looks is.

        The first; a changed state or text; the first known score and the first at the minimum.
        What died with the producer needs none, unless it was `told` nevertheless.
        """
        places = [p for p in range(len(self.moments)) if p not in self.lost or p in told]
        peak: int | None = None
        state, text = "", None
        for number, place in enumerate(places):
            score = self.scores[place]
            is_first = score is not None and (peak is None or peak < min_score <= score)
            peak = max((one for one in (peak, score) if one is not None), default=None)
            # an author's deletion is final, a cache may still show it live
            now = state if state == "deleted" else self.versions[self.shown[place]][0]
            says = self._text(place) if now == "live" else text
            if number == 0 or is_first or now != state or (now == "live" and says != text):
                yield place
            state, text = now, says

    def is_told(self, place: int, told: AbstractSet[int]) -> bool:
        """Tell whether an answer's news are among the told, be it through one beside it."""
        return any(one in told for one in self._together(place, range(len(self.moments))))

    def _together(self, place: int, places: range) -> list[int]:
        """Return a place, and those of `places` that may have been in flight with it."""
        if not self.walls:
            return [place]
        wall, taken_by = self.walls[place], self.taken_by[place]
        first = bisect_left(self.walls, wall - TAKEN_SECONDS)
        last = bisect_left(self.walls, taken_by)
        before = [one for one in range(first, place) if self.taken_by[one] > wall]
        together = [*before, *range(place, max(last, place + 1))]
        return [one for one in together if one in places]

    def _queued(self, end: int) -> list[int]:
        """Return what may have waited for its stamp with the newest of the answers before `end`."""
        if not self.walls:
            return []
        first = bisect_left(self.walls, self.walls[end - 1] - TAKEN_SECONDS)
        since = self.moments[end - 1] - self.queue_seconds
        return [one for one in range(first, end) if self.moments[one] >= since]

    def _before(self, place: int) -> tuple[_Known, list[int]]:
        """Return what is surely known when this answer is taken, and the answers that may be."""
        beside = self._together(place, range(len(self.moments)))
        first = min(beside, default=place)
        unsure = (one for one in self.lost | self.forgotten if one < first)
        return self._known[first], sorted({*beside, *unsure} - {place})

    def _states(self, place: int, sure: _Known, maybe: Sequence[int]) -> list[str]:
        """Return the states to believe: an author's deletion is final, though a cache denies it."""
        own = self.versions[self.shown[place]][0]
        if sure.is_deleted:
            return ["deleted"]
        is_maybe = any(self.versions[self.shown[one]][0] == "deleted" for one in maybe)
        return [own, "deleted"] if is_maybe else [own]

    def _peaks(self, place: int, sure: _Known, maybe: Sequence[int]) -> list[int | None]:
        """Return the highest scores that may be known, the least first."""
        least = _higher(sure.peak, _bounded(self.scores[place]))
        scores = (_bounded(self.scores[one]) for one in maybe)
        higher = {one for one in scores if one is not None and (least is None or one > least)}
        return [least, *sorted(higher)]

    def _causes(self, place: int, sure: _Known, maybe: Sequence[int]) -> list[str]:
        """Return what it may have been asked for: of what is known, the first look is no news."""
        via = self.via[place : place + 1] or "c"
        # A repair reads comment pages and, by name, their posts. They show more than its gap
        # hides: what was born elsewhere is merely new.
        first = ["new"] if via in LISTED else ["repair", "new"]
        later = ["reread"]
        either = [*later, *first] if via == "i" else [*first, *later]
        causes = later if sure.is_known else either if maybe else first
        return causes + (self._sweep(self.moments[place]) if via == "i" else [])

    def _sweep(self, at: float) -> list[str]:
        created: float = self.versions[0][1]["created_utc"]
        return ["sweep"] if at - created >= SWEEP_AFTER_SECONDS else []

    def _crosses(self, peak: int | None, score: int | None) -> bool:
        least = self.min_score if self.kind == "comment" else None  # posts are kept at any score
        is_new = least is not None and (peak is None or peak < least)
        return is_new and score is not None and least is not None and score >= least

    def _text(self, place: int) -> tuple[object, object]:
        fields = self.versions[self.shown[place]][1]
        return fields.get("body", fields.get("selftext")), fields["edited"]

    def _head(self, state: str, score: int | None, place: int) -> Row:
        fields = self.versions[self.shown[place]][1]
        return {
            "schema_version": SCHEMA.version,
            "kind": self.kind,
            "id": self.fullname,
            "subreddit": fields["subreddit"],
            "created_at": format_instant(fields["created_utc"]),
            "state": state,
            "score": _bounded(score),
            "post_id": fields.get("link_id"),
            "parent_id": fields.get("parent_id"),
        }


def _bounded(score: int | None) -> int | None:
    """Cut to the 32 bits that the contract gives a score."""
    return None if score is None else max(-INT32_MAX - 1, min(INT32_MAX, score))


def _higher(one: int | None, other: int | None) -> int | None:
    return max((score for score in (one, other) if score is not None), default=None)


def _among(right: Sequence[Any], said: object) -> Any:  # noqa: ANN401 - of a record's values
    """Return what was said if it is right, else what would most likely be."""
    return said if said in right else right[0]
