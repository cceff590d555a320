"""Posts: the threads of a generated day; the first is the daily one, where most people talk."""

from bisect import bisect_right
from collections import deque
from itertools import accumulate
from math import exp
from random import Random
from typing import Any

from sandbox.reddit.generator.ids import Ids
from sandbox.reddit.generator.texts import Texts

SUBREDDIT = {"subreddit": "wallstreetbets", "subreddit_id": "t5_2th52"}
DAILY_SHARE = 0.5
LIVELY_POSTS = 60
LOOK_HOURS = (0.1, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 18, 24, 36)
_SECONDS_PER_HOUR = 3600
_SELF_SHARE = 0.45
REMOVED_SHARE = 0.12
DELETED_SHARE = 0.03
SCORE_PACE_HOURS = 4.0


class Thread:
    """A post while its comments come in."""

    def __init__(self, record: dict[str, Any], appeal: float) -> None:
        self.record = record
        self.fullname = str(record["data"]["name"])
        self.author = str(record["data"]["author"])
        self.appeal = appeal
        self.moments: list[float] = []
        self.recent: deque[tuple[str, int]] = deque(maxlen=40)


class Posts:
    """Writes posts and says where the next comment goes."""

    def __init__(self, random: Random, ids: Ids, texts: Texts, start: float) -> None:
        self._random = random
        self._ids = ids
        self._texts = texts
        self._threads: dict[str, Thread] = {}
        self._lively: deque[Thread] = deque(maxlen=LIVELY_POSTS)
        self.first = self.write(start, "Daily Discussion Thread")
        self._daily = self._lively.pop()

    def write(self, moment: float, title: str | None = None) -> dict[str, Any]:
        """Return a new post; its looks follow when its comments are known."""
        random = self._random
        flair, drawn = self._texts.title()
        data = self._data(moment, title or drawn, "Discussion" if title else flair)
        changes = [] if title else self._changes(moment, data)
        record = {"kind": "t3", "data": data, "observations": [], "changes": changes}
        thread = Thread(record, random.paretovariate(0.8))
        self._threads[thread.fullname] = thread
        self._lively.append(thread)
        return record

    def choose(self) -> Thread:
        """Return the thread that the next comment goes to."""
        if not self._lively or self._random.random() < DAILY_SHARE:
            return self._daily
        weights = accumulate(thread.appeal for thread in self._lively)
        return self._random.choices(self._lively, cum_weights=list(weights))[0]

    def finish(self, record: dict[str, Any]) -> None:
        """Add the looks of a post, now that its comments are known."""
        data = record["data"]
        moments = self._threads[data["name"]].moments
        end = int(len(moments) * self._random.uniform(0.5, 4)) + 1
        ratio = round(self._random.betavariate(9, 2), 2)
        for hours in LOOK_HOURS:
            stamp = int(data["created_utc"] + hours * _SECONDS_PER_HOUR)
            score = 1 + int((end - 1) * (1 - exp(-hours / SCORE_PACE_HOURS)))
            record["observations"].append([stamp, score, bisect_right(moments, stamp), ratio])

    def _data(self, moment: float, title: str, flair: str | None) -> dict[str, Any]:
        random = self._random
        id_ = self._ids.draw()
        author = self._texts.author()
        is_self = random.random() < _SELF_SHARE
        permalink = f"/r/{SUBREDDIT['subreddit']}/comments/{id_}/{_slug(title)}/"
        image = f"https://i.redd.it/{self._ids.draw()}.jpg"
        return SUBREDDIT | {
            "id": id_,
            "name": f"t3_{id_}",
            "author": author,
            "author_fullname": f"t2_{author[4:]}",
            "title": title,
            "selftext": self._texts.body().text if is_self else "",
            "is_self": is_self,
            "domain": f"self.{SUBREDDIT['subreddit']}" if is_self else "i.redd.it",
            "url": f"https://www.reddit.com{permalink}" if is_self else image,
            "permalink": permalink,
            "link_flair_text": flair,
            "created_utc": moment,
            "edited": False,
            "over_18": random.random() < 0.01,  # noqa: PLR2004 - a share used once
            "hide_score": False,
            "removed_by_category": None,
            "subreddit_subscribers": 9_600_000,
            "suggested_sort": "confidence",
        }

    def _changes(self, moment: float, data: dict[str, Any]) -> list[list[Any]]:
        random = self._random
        drawn = random.random()
        stamp = int(moment + random.lognormvariate(6.5, 1.5))
        if drawn < REMOVED_SHARE:
            return [[stamp, "[removed]", data["author"], False]]
        if drawn < REMOVED_SHARE + DELETED_SHARE:
            return [[stamp, "[deleted]", None, False]]
        return []


def _slug(title: str) -> str:
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in title.lower()).split()
    return "_".join(words)[:50] or "_"
