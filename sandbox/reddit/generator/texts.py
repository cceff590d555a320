"""Texts: bodies, titles and names, invented; sizes as measured, some of them hostile."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

from sandbox.reddit.generator.hostile import HOSTILE_TEXTS

if TYPE_CHECKING:
    from random import Random

# of bodies: half below 62 bytes, one in a hundred above 880
BODY_MEDIAN_BYTES = 62
BODY_P99_BYTES = 880
BODY_MAX_CHARACTERS = 10_000  # Reddit's; of emoji, that is 40,000 bytes
_Z99 = 2.326
_SIGMA = log(BODY_P99_BYTES / BODY_MEDIAN_BYTES) / _Z99
_HOSTILE_SHARE = 0.01
_HUGE_SHARE = 0.0001
_EMOJI_SHARE = 0.12

EMOJI = ("🚀", "💎", "🙌", "🐻", "🐂", "📈", "📉", "🌈", "🦍", "🤡", "💀", "😂", "🖨️", "🍗")
TICKERS = ("XMPL", "ACME", "ROKT", "MOON", "TNDY", "YOLO", "HODL", "PAPR", "DMND", "BEAR", "CALL")
FLAIRS = ("YOLO", "DD", "Discussion", "Gain", "Loss", "News", "Shitpost", "Meme")
_WORDS = (  # noqa: SIM905  # read as a sentence
    "the a I you it this is was be have not no just all in on at for with of to and or but so if "
    "when then they we my your his bro man guys calls puts shares options theta gamma delta strike "
    "expiry weekly monthly open close green red dip rip pump dump moon tendies wife boyfriend "
    "portfolio account margin broker robinhood market hours earnings print money printer fed rates "
    "bought sold holding averaging down up all-in paper hands diamond buy sell hold wait still "
    "today tomorrow friday monday yesterday next week again never always maybe literally actually "
    "probably think know feel lost made gained 10% 50k $400 100c 2 3 20 1000 can't won't "
    "what why how who where lol lmao wtf imo edit: source: trust me"
).split()
_ENDS = (".", "!", "?", "...", ",", "\n\n", " —", ";")


class Texts:
    """Draws texts; a body is never empty."""

    def __init__(self, random: Random) -> None:
        """Draw by this."""
        self._random = random

    def body(self) -> str:
        """Return what a comment says."""
        drawn = self._random.random()
        if drawn < _HUGE_SHARE:
            return self._huge()
        if drawn < _HUGE_SHARE + _HOSTILE_SHARE:
            return self._random.choice(HOSTILE_TEXTS)
        size = self._random.lognormvariate(log(BODY_MEDIAN_BYTES), _SIGMA)
        return self._of_size(min(size, BODY_MAX_CHARACTERS))

    def title(self) -> str:
        """Return a post's title."""
        return self._of_size(self._random.uniform(12, 120)).replace("\n", " ")[:300]

    def author(self) -> str:
        """Return a name; some write a lot, most a little."""
        return f"ape_{int(self._random.paretovariate(0.6)) % 200_000:06d}"

    def _huge(self) -> str:
        return self._random.choice(EMOJI[:10]) * self._random.randint(4000, BODY_MAX_CHARACTERS)

    def _of_size(self, size_bytes: float) -> str:
        """Return words of about that many bytes."""
        random = self._random
        if size_bytes < 4:  # noqa: PLR2004  # shorter than most words
            return random.choice(("no", "F", "🚀", "lol", "yes"))
        parts: list[str] = []
        size = 0
        while size < size_bytes:
            words = random.choices(_WORDS, k=random.randint(1, 9))
            if random.random() < 0.2:  # noqa: PLR2004  # a share used once
                words.append("$" + random.choice(TICKERS))
            part = " ".join(words) + random.choice(_ENDS)
            parts.append(part)
            size += len(part) + 1
        text = " ".join(parts)[: max(1, int(size_bytes))].strip() or "k"
        if random.random() < _EMOJI_SHARE:
            text += " " + random.choice(EMOJI) * random.randint(1, 5)
        return text
