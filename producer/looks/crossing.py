"""Crossing: the chance that a comment has crossed the threshold since it was last looked at.

The table `crossing_model.json` was counted from trajectories by `python -m tools.crossing_fit`:
by the score and age at the last look, and the time since then. Scores are shares of the threshold,
so that the table serves another one too: whoever has 2 of 10 is taken to be like 20 of 100.
"""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

MODEL_FILE = Path(__file__).with_name("crossing_model.json")
SECONDS_PER_MINUTE = 60.0

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]


class CrossingModel(NamedTuple):
    """Chances that a comment below the threshold has crossed it.

    `score_shares` and `age_minutes` are the inner edges of the bands of score (as a share of the
    threshold) and of age, both at the last look; a band begins at its edge. `chances` is by score
    band, age band and `elapsed_minutes`, rising; the last score band is of hidden scores.
    """

    score_shares: Floats
    age_minutes: Floats
    elapsed_minutes: Floats
    chances: Floats

    @classmethod
    def read(cls, path: Path = MODEL_FILE) -> Self:
        """Read the table; raises ValueError when it makes no sense."""
        values = json.loads(path.read_text(encoding="utf-8"))
        model = cls(*(np.array(values[name], np.float64) for name in cls._fields))
        model.check()
        return model

    def check(self) -> None:
        """Raise ValueError unless these are chances that rise with time, band by band."""
        shape = (len(self.score_shares) + 2, len(self.age_minutes) + 1, len(self.elapsed_minutes))
        if self.chances.shape != shape:
            raise ValueError(f"the chances are {self.chances.shape}, the bands {shape}")
        for name in ("score_shares", "age_minutes", "elapsed_minutes"):
            if not (np.diff(getattr(self, name)) > 0).all():
                raise ValueError(f"{name} must rise")
        if not ((self.chances > 0) & (self.chances < 1)).all():
            raise ValueError("a chance lies between 0 and 1: no band is hopeless, none is certain")
        if not (np.diff(self.chances) >= 0).all():
            raise ValueError("what has crossed stays crossed: a chance never falls with time")

    @property
    def scores(self) -> int:
        """Return how many score bands there are, that of hidden scores included."""
        return int(self.chances.shape[0])

    @property
    def ages(self) -> int:
        """Return how many age bands there are."""
        return int(self.chances.shape[1])

    def chance(self, score_band: int, age_band: int, minutes: Floats) -> Floats:
        """Return chances after so many minutes, in straight lines between the counted ones."""
        known_minutes = np.concatenate(([0.0], self.elapsed_minutes))
        known = np.concatenate(([0.0], self.chances[score_band, age_band]))
        chances: Floats = np.interp(minutes, known_minutes, known)
        return chances


@cache
def crossing_model() -> CrossingModel:
    """Return the table that comes with the project."""
    return CrossingModel.read()
