"""Ids: opaque, of 7 to 13 characters, in no order."""

from random import Random
from string import ascii_lowercase, digits

_CHARACTERS = digits + ascii_lowercase
_LENGTHS = (7, 8, 9, 10, 11, 12, 13)
_LENGTH_WEIGHTS = (70, 12, 6, 4, 3, 2, 3)


class Ids:
    """Draws ids that were never drawn before."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._drawn: set[str] = set()

    def draw(self) -> str:
        """Return a new id."""
        while True:
            length = self._random.choices(_LENGTHS, _LENGTH_WEIGHTS)[0]
            drawn = "".join(self._random.choices(_CHARACTERS, k=length))
            if drawn not in self._drawn:
                self._drawn.add(drawn)
                return drawn
