"""Scores: how a comment's votes come in, as seen look by look.

A comment that ends at 10 or more crosses 10 at an age drawn from what was measured; its score
grows to its end in a curve through that crossing. Reddit then shows it with fuzz.
"""

from bisect import bisect_left
from math import exp, log
from random import Random

THRESHOLD = 10
# of all comments, the share that ends at each score below the threshold; the rest is above it
LOW_SCORES = (-12, -5, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
LOW_SHARES = (
    0.004, 0.008, 0.010, 0.010, 0.014, 0.030, 0.440,
    0.180, 0.092, 0.052, 0.036, 0.025, 0.018, 0.013, 0.010,
)  # fmt: skip
HIGH_SHARE = 0.058
HIGH_TAIL = 1.05
HIGHEST = 8000
# of comments that end at the threshold or above: hours of age, and the share that had crossed it
CROSSED_HOURS = (0.02, 0.125, 0.375, 0.75, 1.25, 2.5, 5, 10, 14, 18, 24, 34)
CROSSED_SHARES = (0, 0.03, 0.135, 0.285, 0.44, 0.655, 0.82, 0.94, 0.972, 0.988, 0.997, 1)
CURVE = 0.85
# of comments that end below it: the hours that scale how votes come in, lognormal
LOW_PACE_HOURS, LOW_PACE_SIGMA = 0.8, 0.8
SLOWEST_HOURS = 5.0
# hours of age at which a score is looked at: often at first, then every hour
DENSE_HOURS = (0.08, 0.17, 0.25, 0.33, 0.5, 0.67, 0.83, 1, 1.25, 1.5, *range(2, 41))
SPARSE_HOURS = (0.25, 0.75, 1.5, 3, 6, 12, 24, 36)
STILL_HOURS = (1, 36)
DENSE_FROM = 6
# how far Reddit's vote fuzzing lies from a score of 10, one standard deviation
FUZZ_POINTS = 0.86
# it fuzzes these as much; but few of them were ever seen at the threshold
TOUCH_SHARE = 0.003
# held that long, so that a score in a straight line from look to look shows it
FUZZ_HELD_LOOKS = 2
FUZZ_OF_SCORE = 0.015


class Scores:
    """Draws the looks of one comment after another."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def end(self, appeal: float) -> int:
        """Return the score a comment ends with, of a text with this appeal."""
        random = self._random
        if random.random() < HIGH_SHARE * appeal:
            return min(HIGHEST, int(THRESHOLD * random.paretovariate(HIGH_TAIL)))
        return random.choices(LOW_SCORES, LOW_SHARES)[0]

    def looks(self, end: int) -> list[tuple[float, int]]:
        """Return (hours of age, score) of a comment that ends at `end`."""
        if end == 1:
            return [(hours, 1) for hours in STILL_HOURS]
        hours = DENSE_HOURS if end >= DENSE_FROM else SPARSE_HOURS
        delay, pace = self._growth(end)
        rise = end + 0.5 - 1 if end > 1 else end - 1
        looks: list[tuple[float, int]] = []
        fuzz = 0.0
        for number, age in enumerate(hours):
            grown = 1 - exp(-(((age - delay) / pace) ** CURVE)) if age > delay else 0.0
            score = int((1 + rise * grown) // 1)
            if number % FUZZ_HELD_LOOKS == 0:
                fuzz = self._fuzz(end)
            looks.append((age, score + _rounded(fuzz, score)))
        return [*looks[:-1], (hours[-1], end)]

    def _growth(self, end: int) -> tuple[float, float]:
        """Return hours until votes come in, and the hours that scale how they do."""
        random = self._random
        if end < THRESHOLD:
            return 0.0, random.lognormvariate(log(LOW_PACE_HOURS), LOW_PACE_SIGMA)
        crossing = _interpolated(random.random())
        share = (THRESHOLD - 1) / (end - 0.5)
        reach = (-log(1 - share)) ** (1 / CURVE)
        pace = crossing / reach
        if pace <= SLOWEST_HOURS:
            return 0.0, pace
        pace = SLOWEST_HOURS * random.uniform(0.3, 1)
        return max(0.0, crossing - pace * reach), pace

    def _fuzz(self, end: int) -> float:
        """Return what is added to a score of 10, in points."""
        if end < THRESHOLD:
            return 1.0 if self._random.random() < TOUCH_SHARE else 0.0
        return self._random.gauss(0, FUZZ_POINTS)


def _rounded(fuzz: float, score: int) -> int:
    """Return the fuzz of a score: none while nobody voted, and more of a great one."""
    return 0 if score == 1 else round(fuzz * max(1.0, FUZZ_OF_SCORE * abs(score)))


def _interpolated(share: float) -> float:
    """Return the age by which that share has crossed, in straight lines over log hours."""
    after = max(1, bisect_left(CROSSED_SHARES, share))
    low, high = CROSSED_SHARES[after - 1], CROSSED_SHARES[after]
    part = (share - low) / (high - low)
    first, last = log(CROSSED_HOURS[after - 1]), log(CROSSED_HOURS[after])
    return exp(first + part * (last - first))
