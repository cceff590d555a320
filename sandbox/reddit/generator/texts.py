"""Texts: bodies, titles and names, invented; sizes as measured, some of them hostile."""

from collections.abc import Sequence
from math import log
from random import Random
from typing import NamedTuple

from sandbox.reddit.generator import sentences
from sandbox.reddit.generator.hostile import HOSTILE_TEXTS

# of bodies: half below 62 bytes, one in a hundred above 880
BODY_MEDIAN_BYTES = 62
BODY_P99_BYTES = 880
BODY_MAX_CHARACTERS = 10_000  # Reddit's; of emoji, that is 40,000 bytes
_Z99 = 2.326
_SIGMA = log(BODY_P99_BYTES / BODY_MEDIAN_BYTES) / _Z99
_HOSTILE_SHARE = 0.01
_HUGE_SHARE = 0.0001
_EMOJI_SHARE = 0.12
_PARAGRAPH_SHARE = 0.15
_SHORTEST_BYTES = 4
_LONGEST_BYTES = 100
_ROUNDED_BYTES = 15  # so much a text may lack: a shorter sentence would say nothing
_OFFERED_SENTENCES = 9  # of these, the one that fits best is said last
# sentences, their share of all bodies, and how much likelier than the mean these end high
_TIERS = ((sentences.LIKED, 0.25, 1.6), (sentences.PLAIN, 0.5, 1.0), (sentences.IGNORED, 0.25, 0.4))
_TIER_SHARES = [share for _, share, _ in _TIERS]


class Body(NamedTuple):
    """A text that is never empty; `appeal` multiplies its chance to end high: 1 on average."""

    text: str
    appeal: float = 1.0


class Texts:
    """Draws texts."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def body(self) -> Body:
        """Return what a comment says."""
        random = self._random
        drawn = random.random()
        if drawn < _HUGE_SHARE:
            return Body(
                random.choice(sentences.EMOJI[:10]) * random.randint(4000, BODY_MAX_CHARACTERS)
            )
        if drawn < _HUGE_SHARE + _HOSTILE_SHARE:
            return Body(random.choice(HOSTILE_TEXTS))
        size = random.lognormvariate(log(BODY_MEDIAN_BYTES), _SIGMA)
        tier, _, appeal = random.choices(_TIERS, _TIER_SHARES)[0]
        text = self._of_size(size, tier)[:BODY_MAX_CHARACTERS]
        if random.random() < _EMOJI_SHARE:
            text += " " + random.choice(sentences.EMOJI) * random.randint(1, 5)
        return Body(text, appeal)

    def title(self) -> tuple[str | None, str]:
        """Return a post's flair and title."""
        flair, title = self._random.choice(sentences.TITLES)
        return flair, self._filled(title, self._random.choice(sentences.WORDS["ticker"]))

    def author(self) -> str:
        """Return a name; some write a lot, most a little."""
        return f"ape_{int(self._random.paretovariate(0.6)) % 200_000:06d}"

    def _of_size(self, size_bytes: float, tier: Sequence[str]) -> str:
        """Return whole sentences of about that many bytes."""
        random = self._random
        if size_bytes < _SHORTEST_BYTES:
            return random.choice(sentences.SHORTEST)
        ticker = random.choice(sentences.WORDS["ticker"])
        text = ""
        unsaid: list[str] = []
        while True:
            if len(unsaid) < _OFFERED_SENTENCES:
                unsaid = random.sample(tier, len(tier))
            left = size_bytes - len(text)
            offered = unsaid[: _OFFERED_SENTENCES if left < _LONGEST_BYTES else 1]
            chosen = min(offered, key=lambda sentence: abs(len(sentence) - left))
            unsaid.remove(chosen)
            text += self._filled(chosen, ticker)
            if len(text) > size_bytes - _ROUNDED_BYTES:
                return text
            text += "\n\n" if random.random() < _PARAGRAPH_SHARE else " "

    def _filled(self, sentence: str, ticker: str) -> str:
        words = {slot: self._random.choice(choices) for slot, choices in sentences.WORDS.items()}
        return sentence.format_map(words | {"ticker": ticker})
