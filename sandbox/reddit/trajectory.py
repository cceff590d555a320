"""Trajectory: a figure that moves in straight lines from look to look, as votes and replies do."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise
from math import floor, inf


class Trajectory:
    """Starts at `first` when the thing is created; keeps the last look's value for ever.

    Looks are (unix seconds, value), oldest first; one stamped at or before the creation (stamps
    are hourly) counts as one second after it.
    """

    __slots__ = ("_moments", "_values")

    def __init__(
        self, created: float, first: float, looks: Iterable[tuple[float, float]] = ()
    ) -> None:
        self._moments = array("d", (created,))
        self._values = array("d", (first,))
        for stamp, value in looks:
            moment = stamp if stamp > created else created + 1
            if moment <= self._moments[-1]:
                self._values[-1] = value
            else:
                self._moments.append(moment)
                self._values.append(value)

    @property
    def points(self) -> list[tuple[float, float]]:
        """Return (unix seconds, value) of all it goes through, the creation first."""
        return list(zip(self._moments, self._values, strict=True))

    def exact(self, moment: float) -> float:
        """Return the value at a moment, not rounded."""
        moments, values = self._moments, self._values
        after = bisect_right(moments, moment)
        if after == 0:
            return values[0]
        if after == len(moments):
            return values[-1]
        since, value = moments[after - 1], values[after - 1]
        slope = (values[after] - value) / (moments[after] - since)
        return value + slope * (moment - since)

    def at(self, moment: float) -> int:
        """Return the value at a moment, rounded down."""
        return floor(self.exact(moment))

    def peak(self, since: float, until: float) -> int:
        """Return the highest value that `at` shows from `since` to `until`, both included."""
        first = bisect_right(self._moments, since)
        last = bisect_right(self._moments, until)
        return floor(
            max(self.exact(since), self.exact(until), max(self._values[first:last], default=-inf))
        )

    def lowest(self, since: float, until: float) -> int:
        """Return the lowest value that `at` shows from `since` to `until`, both included."""
        first = bisect_right(self._moments, since)
        last = bisect_right(self._moments, until)
        return floor(
            min(self.exact(since), self.exact(until), min(self._values[first:last], default=inf))
        )

    def longest_seconds(self, value: float, since: float, until: float) -> float:
        """Return the longest span within which `at` never shows less than a whole value."""
        inner = [moment for moment in self._moments if since < moment < until]
        longest, begun = 0.0, since
        edges = [since, *inner, until]
        for first, last in pairwise(edges):
            one, other = self.exact(first), self.exact(last)
            if one < value and other < value:
                begun = last
                continue
            slope = (other - one) / (last - first)
            if one < value:
                begun = first + (value - one) / slope
            end = first + (value - one) / slope if other < value else last
            longest = max(longest, end - begun)
            if other < value:
                begun = last
        return longest

    def reaches_at(self, value: float, since: float, until: float) -> float | None:
        """Return the first moment from `since` to before `until` with that value or more."""
        moment, shown = since, self.exact(since)
        if shown >= value:
            return since
        for place in range(bisect_right(self._moments, since), len(self._moments)):
            after, then = self._moments[place], self._values[place]
            if then >= value:
                reached = moment + (after - moment) * (value - shown) / (then - shown)
                return reached if reached < until else None
            moment, shown = after, then
        return None
