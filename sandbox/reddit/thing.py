"""RecordedThing: one post or comment with all that ever happens to it."""

from bisect import bisect_right
from math import inf
from operator import attrgetter
from typing import Any

import orjson

from sandbox.reddit.record import COMMENT
from sandbox.reddit.trajectory import Trajectory
from sandbox.reddit.version import ThingState, Version, versions_of

_SINCE = attrgetter("since")


class RecordedThing:
    """Answers what the API showed of a thing at any moment after its creation.

    It is made of a record in which `mistake_in` finds nothing.
    `data` stays serialised until somebody asks: a day holds a hundred thousand of them.
    """

    __slots__ = (
        "_data",
        "_hidden_until",
        "_replies",
        "_score",
        "_upvote_ratio",
        "created",
        "fullname",
        "kind",
        "parent",
        "post",
        "versions",
    )  # fmt: skip

    def __init__(self, record: dict[str, Any]) -> None:
        data, looks = record["data"], record["observations"]
        self.kind = str(record["kind"])
        self.fullname = str(data["name"])
        self.created = float(data["created_utc"])
        is_comment = self.kind == COMMENT
        self.post = str(data["link_id"]) if is_comment else self.fullname
        self.parent = str(data["parent_id"]) if is_comment else ""
        text = data["body"] if is_comment else data["selftext"]
        self.versions: tuple[Version, ...] = versions_of(
            self.created, str(text), data["author"], data["edited"], record["changes"]
        )
        # a copy: orjson leaves kilobytes of its buffer behind the text
        self._data = bytes(memoryview(orjson.dumps(data)))
        self._take_comment_looks(looks) if is_comment else self._take_post_looks(looks)

    def _take_comment_looks(self, looks: list[list[Any]]) -> None:
        shown = [(look[0], look[1]) for look in looks if not look[2]]
        self._score = Trajectory(self.created, 1, shown)
        starts_hidden = bool(looks) and bool(looks[0][2])
        first_shown = max(shown[0][0], self.created + 1) if shown else inf
        self._hidden_until = first_shown if starts_hidden else -inf
        self._replies: Trajectory | None = None
        self._upvote_ratio: Trajectory | None = None

    def _take_post_looks(self, looks: list[list[Any]]) -> None:
        self._score = Trajectory(self.created, 1, [(look[0], look[1]) for look in looks])
        self._replies = Trajectory(self.created, 0, [(look[0], look[2]) for look in looks])
        self._upvote_ratio = Trajectory(self.created, 1, [(look[0], look[3]) for look in looks])
        self._hidden_until = -inf

    @property
    def data(self) -> dict[str, Any]:
        """Return the API fields as first seen."""
        fields: dict[str, Any] = orjson.loads(self._data)
        return fields

    @property
    def is_comment(self) -> bool:
        """Tell a comment from a post."""
        return self.kind == COMMENT

    @property
    def score_points(self) -> list[tuple[float, float]]:
        """Return (unix seconds, score) of the true score, which moves in straight lines."""
        return self._score.points

    @property
    def hidden_until(self) -> float:
        """Return when the API begins to show its score; -inf if it always does."""
        return self._hidden_until

    def is_hidden(self, moment: float) -> bool:
        """Tell whether the API hides the score: it then shows 1, which means unknown."""
        return moment < self._hidden_until

    def score_at(self, moment: float) -> int:
        """Return the score that the API shows."""
        return 1 if moment < self._hidden_until else self._score.at(moment)

    def replies_at(self, moment: float) -> int:
        """Return a post's `num_comments`."""
        return 0 if self._replies is None else self._replies.at(moment)

    def upvote_ratio_at(self, moment: float) -> float:
        """Return a post's share of upvotes, to two digits."""
        return 1.0 if self._upvote_ratio is None else round(self._upvote_ratio.exact(moment), 2)

    def version_at(self, moment: float) -> int:
        """Return the index of the version shown; the first one before the creation."""
        if len(self.versions) == 1:
            return 0
        return max(0, bisect_right(self.versions, moment, key=_SINCE) - 1)

    def state_at(self, moment: float) -> ThingState:
        """Return whether it is live, deleted or removed."""
        return self.versions[self.version_at(moment)].state

    def true_peak(self, since: float, until: float) -> int | None:
        """Return the highest true score, hidden or not, it had there while live; None if never."""
        peaks = [
            self._score.peak(max(since, first), min(until, last))
            for first, last in self.live_spans()
            if max(since, first) <= min(until, last)
        ]
        return max(peaks, default=None)

    def lasting_peak(self, since: float, until: float, seconds: float) -> int | None:
        """Return the highest true score that it had there for so long on end while live.

        Hidden or not; None if it was not there for so long. A score that it only touches between
        two lower ones is none: nobody can see it.
        """
        spans = [(max(since, first), min(until, last)) for first, last in self.live_spans()]
        spans = [(first, last) for first, last in spans if last - first >= seconds]
        peaks = [_lasting(self._score, first, last, seconds) for first, last in spans]
        return max(peaks, default=None)

    def reaches_at(self, score: int, since: float) -> float | None:
        """Return when, from `since` on, its true score first was that high while it was live."""
        spans = ((max(since, first), last) for first, last in self.live_spans() if last > since)
        moments = (self._score.reaches_at(score, first, last) for first, last in spans)
        return next((moment for moment in moments if moment is not None), None)

    def live_spans(self) -> list[tuple[float, float]]:
        """Return the spans in which it was live, from its creation to for ever.

        An edit does not end one.
        """
        ends = [version.since for version in self.versions[1:]] + [inf]
        spans: list[tuple[float, float]] = []
        for version, end in zip(self.versions, ends, strict=True):
            if version.state is not ThingState.LIVE:
                continue
            goes_on = spans and spans[-1][1] == version.since
            since = spans.pop()[0] if goes_on else version.since
            spans.append((since, end))
        return spans


def _lasting(score: Trajectory, since: float, until: float, seconds: float) -> int:
    """Search between a score that it never leaves and its peak."""
    low, high = score.lowest(since, until), score.peak(since, until)
    while low < high:
        middle = (low + high + 1) // 2
        if score.longest_seconds(middle, since, until) >= seconds:
            low = middle
        else:
            high = middle - 1
    return low
