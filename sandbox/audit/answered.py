"""Answered things: what an observation has to say, from what Reddit's answers showed.

Written from the contract alone, a second time: nothing of the producer is used, and nothing that
the producer says about itself is believed.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

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


@dataclass(slots=True)
class AnsweredThing:
    """What the answers said of one thing, oldest first; a place is the number of an answer.

    `versions` are the states and the API's fields it was shown with, `shown` is the version in
    each answer. A score is None while hidden. `lacked` are the moments of answers that should
    have had it and had not.
    """

    fullname: str
    versions: Sequence[tuple[str, Mapping[str, Any]]]
    moments: Sequence[float]
    shown: Sequence[int]
    scores: Sequence[int | None]
    num_comments: Sequence[int] = ()
    upvote_ratios: Sequence[float] = ()
    lacked: Sequence[float] = ()
    states: list[str] = field(init=False)
    peaks: list[int | None] = field(init=False)

    def __post_init__(self) -> None:
        """Reckon for each answer the state to believe and the highest score known by then."""
        self.states, self.peaks = [], []
        state, peak = "", None
        for version, score in zip(self.shown, self.scores, strict=True):
            # an author's deletion is final, a cache may still show it live
            state = state if state == "deleted" else self.versions[version][0]
            peak = max((one for one in (peak, _bounded(score)) if one is not None), default=None)
            self.states.append(state)
            self.peaks.append(peak)

    @property
    def kind(self) -> str:
        """Return `comment` or `post`."""
        return KINDS[self.fullname[:2]]

    def reached(self, min_score: int) -> bool:
        """Tell whether some answer showed this comment at that score."""
        peak = self.peaks[-1] if self.peaks else None
        return self.kind == "comment" and peak is not None and peak >= min_score

    def is_gone(self) -> bool:
        """Tell whether some answer showed it deleted or removed."""
        return any(self.versions[version][0] != "live" for version in set(self.shown))

    def candidates(self, at: float) -> list[int]:
        """Return the answers that an observation stamped `at` can come from, the likeliest first.

        The producer asks one thing at a time: it is the newest one, but for the clock's steps.
        """
        place = bisect_right(self.moments, at)
        last = bisect_right(self.moments, at + SKEW_SECONDS)
        newest = [place - 1] if place and at - self.moments[place - 1] <= FLIGHT_SECONDS else []
        return [*newest, *range(place, last)]

    def observation(self, place: int) -> Row:
        """Return what the observation of an answer has to say, but for when it was made."""
        row = self._head(self.states[place], self.scores[place], place)
        _, fields = self.versions[self.shown[place]]
        row["cause"] = "reread" if place else "new"
        row["score_hidden"] = self.scores[place] is None
        if self.kind == "post":
            row["num_comments"] = _bounded(self.num_comments[place])
            row["upvote_ratio"] = self.upvote_ratios[place]
            row["removed_by"] = fields.get("removed_by_category")
        if self.states[place] == "live":
            texts = COMMENT_TEXTS if self.kind == "comment" else POST_TEXTS
            row |= {name: fields.get(source) for name, source in texts.items()}
            row["author"] = None if fields["author"] == "[deleted]" else fields["author"]
            row["edited_at"] = format_instant(fields["edited"]) if fields["edited"] else None
        return without_nulls(row)

    def absence(self, at: float) -> Row | None:
        """Return what a tombstone has to say of a thing that is no longer answered.

        None when no answers by then, an hour apart, both lacked it.
        """
        place = bisect_right(self.moments, at) - 1
        lacked = [one for one in self.lacked if place >= 0 and self.moments[place] < one <= at]
        if not lacked or at - lacked[0] < ABSENT_AFTER_SECONDS or self.states[place] != "live":
            return None
        known = (one for one in reversed(self.scores[: place + 1]) if one is not None)
        row = self._head("absent", next(known, None), place)
        return without_nulls(row | {"cause": "reread", "score_hidden": False})

    def news(self, min_score: int) -> Iterator[int]:
        """Yield the answers that need an observation, whatever the schedule of looks is.

        The first; a changed state or text; the first known score and the first at the minimum.
        """
        if self.moments:
            yield 0
        text = self._text(0) if self.moments else None
        for before, place in pairwise(range(len(self.moments))):
            peak, score = self.peaks[before], self.scores[place]
            is_first = score is not None and (peak is None or peak < min_score <= score)
            live = self.states[place] == "live"
            is_changed = live and text != self._text(place)
            text = self._text(place) if live else text
            if is_first or is_changed or self.states[before] != self.states[place]:
                yield place

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
            "peak_score": self.peaks[place],
            "post_id": fields.get("link_id"),
            "parent_id": fields.get("parent_id"),
        }


def _bounded(score: int | None) -> int | None:
    """Cut to the 32 bits that the contract gives a score."""
    return None if score is None else max(-INT32_MAX - 1, min(INT32_MAX, score))
