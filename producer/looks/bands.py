"""Bands: kinds of rows whose next look is worth the same after the same time.

One rule decides where a request goes: the chance that the row crossed the threshold since its
last look, times the minutes since then. Comments below the threshold have their chance from the
crossing model. A post, a comment that crossed and one that is gone have none; but each has to be
seen at every fixed age, so for them it is a small constant chance, all of it once such an age
lies behind.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from producer.looks.crossing import SECONDS_PER_MINUTE, CrossingModel, Floats, Integers
from producer.looks.table import Slots, Table
from producer.reddit.batch import DELETED_CODE, LIVE_CODE, UNKNOWN

LEAST_SECONDS = 60.0  # no look sooner after the last one
NO_BAND = -1
STEPS_PER_DOUBLING = 16  # of the time since the last look: worths 4 % apart count as equal
DOUBLINGS = 13  # from a minute to 5.7 days
STEPS = STEPS_PER_DOUBLING * DOUBLINGS
CROSSED, POST, GONE = range(3)  # who is seen at fixed ages only
# on the peak day, four times as much makes the half of all crossings wait half as long again
AGE_CHANCES = (0.005, 0.005, 0.0025)


class Bands:
    """Numbers the bands, and knows what a look at a row of each is worth.

    `ages` are the fixed ages in seconds, ascending. Behind the last one a row has no band.
    """

    def __init__(self, model: CrossingModel, ages: Sequence[float], min_score: int) -> None:
        self._model = model
        self._ages = np.array(ages, np.float64)
        self._min_score = min_score
        self._edges = (model.score_shares * min_score, model.age_minutes * SECONDS_PER_MINUTE)
        self._hidden = (model.scores - 1) * model.ages
        self._aged = model.scores * model.ages
        self.count = self._aged + len(AGE_CHANCES) * len(ages)
        self._worth = self._worths().ravel()

    def judge_by(self, model: CrossingModel) -> None:
        """Take another crossing model, of the same bands of score and age."""
        self._model = model
        self._worth = self._worths().ravel()

    def of(self, table: Table, slots: Slots) -> Integers:
        """Return the bands of rows by what their last look showed; NO_BAND: look no more."""
        rows = table.read(slots)
        score, state = rows["score"], rows["state"]
        age = rows["looked_at"] - rows["created_at"]
        score_edges, age_edges = self._edges
        age_band = age_edges.searchsorted(age, "right")
        score_band = score_edges.searchsorted(score, "right")
        band: Integers = score_band * self._model.ages + age_band
        hidden = score == UNKNOWN
        if hidden.any():
            band[hidden] = self._hidden + age_band[hidden]
        passed = self._ages.searchsorted(age, "right")
        crossed = rows["peak"] >= self._min_score
        post = rows["is_post"]
        gone = state != LIVE_CODE
        if (crossed | post | gone).any():
            for kind, mask in enumerate((crossed, post, gone)):
                band[mask] = self._aged + kind * len(self._ages) + passed[mask]
        band[(passed == len(self._ages)) | (state == DELETED_CODE)] = NO_BAND
        return band

    def passed(self, age_seconds: Floats) -> Integers:
        """Return how many fixed ages lie behind."""
        passed: Integers = self._ages.searchsorted(age_seconds, "right")
        return passed

    def worth(self, bands: Integers, elapsed_seconds: Floats) -> NDArray[np.float32]:
        """Return chance times minutes of rows of these bands, so long after their last look."""
        doublings = np.log2(np.maximum(elapsed_seconds, 1.0) / LEAST_SECONDS)
        step = (doublings * STEPS_PER_DOUBLING).astype(np.intp)
        step = np.minimum(np.maximum(step, 0), STEPS - 1)
        worth: NDArray[np.float32] = self._worth[bands * STEPS + step]
        return worth

    def _worths(self) -> NDArray[np.float32]:
        steps = np.arange(STEPS) / STEPS_PER_DOUBLING
        minutes = 2.0**steps * LEAST_SECONDS / SECONDS_PER_MINUTE
        rows = [
            self._model.chance(score, age, minutes)
            for score in range(self._model.scores)
            for age in range(self._model.ages)
        ]
        spans = np.diff(self._ages, prepend=0.0) / SECONDS_PER_MINUTE
        rows += [
            chance * np.minimum(minutes / span, 1.0) for chance in AGE_CHANCES for span in spans
        ]
        return (np.array(rows) * minutes).astype(np.float32)
