"""Comments: who replies to what, and what becomes of it: votes, edits, deletion, removal."""

from random import Random
from typing import Any

from sandbox.reddit.chance import chance
from sandbox.reddit.generator.ids import Ids
from sandbox.reddit.generator.posts import SUBREDDIT, Posts, Thread
from sandbox.reddit.generator.scores import Scores
from sandbox.reddit.generator.texts import Texts
from sandbox.reddit.version import BY_REDDIT, NOT_EDITED, REMOVED, Edited

_SECONDS_PER_HOUR = 3600
_REPLY_SHARE = 0.55
_BY_POSTER_SHARE = 0.04
EDITED_SHARE = 0.045
DELETED_SHARE = 0.015
REMOVED_SHARE = 0.02
APPROVED_SHARE = 0.1  # of those removed
_BY_REDDIT_SHARE = 0.05  # of those removed; not measured
HIDDEN_SHARE = 0.03
HIDDEN_HOURS = 1.0
_DEPTH_MAX = 9


class Comments:
    """Writes the comments of a day in the order they are made."""

    def __init__(self, random: Random, ids: Ids, texts: Texts, posts: Posts) -> None:
        self._random = random
        self._ids = ids
        self._texts = texts
        self._posts = posts
        self._scores = Scores(random)
        self._ends: dict[str, int] = {}

    def write(self, moment: float) -> dict[str, Any]:
        """Return a comment that is all there but for its looks."""
        thread = self._posts.choose()
        body = self._texts.body()
        data = self._data(moment, thread, body.text)
        self._ends[data["name"]] = self._scores.end(body.appeal)
        thread.moments.append(moment)
        if data["depth"] < _DEPTH_MAX:
            thread.recent.append((data["name"], data["depth"]))
        changes = self._changes(moment, data)
        return {"kind": "t1", "data": data, "observations": [], "changes": changes}

    def finish(self, record: dict[str, Any]) -> None:
        """Add the looks, which are most of a record."""
        data = record["data"]
        record["observations"] = self._looks(data["created_utc"], self._ends.pop(data["name"]))

    def _data(self, moment: float, thread: Thread, text: str) -> dict[str, Any]:
        random = self._random
        id_ = self._ids.draw()
        parent, depth = thread.fullname, -1
        if thread.recent and random.random() < _REPLY_SHARE:
            parent, depth = random.choice(thread.recent)
        by_poster = random.random() < _BY_POSTER_SHARE
        author = thread.author if by_poster else self._texts.author()
        return SUBREDDIT | {
            "id": id_,
            "name": f"t1_{id_}",
            "link_id": thread.fullname,
            "parent_id": parent,
            "author": author,
            "author_fullname": f"t2_{author[4:]}",
            "body": text,
            "created_utc": moment,
            "edited": False,
            "is_submitter": by_poster,
            "depth": depth + 1,
            "distinguished": None,
            "permalink": f"{thread.record['data']['permalink']}{id_}/",
        }

    def _looks(self, moment: float, end: int) -> list[list[int]]:
        hidden_hours = HIDDEN_HOURS if self._random.random() < HIDDEN_SHARE else 0.0
        looks: list[list[int]] = []
        for age, score in self._scores.looks(end):
            hidden = age < hidden_hours
            stamp = int(moment + age * _SECONDS_PER_HOUR)
            looks.append([stamp, 1 if hidden else score, int(hidden)])
        return looks

    def _changes(self, moment: float, data: dict[str, Any]) -> list[list[Any]]:
        random = self._random
        changes: list[list[Any]] = []
        edited: Edited = NOT_EDITED
        drawn = random.random()
        if drawn < EDITED_SHARE:
            edited = moment + int(random.lognormvariate(5.5, 1.2)) + 1
            text = f"{data['body']}\n\nEdit: {self._texts.body().text}"[:10_000]
            changes.append([int(edited), text, data["author"], edited])
        if random.random() < DELETED_SHARE + REMOVED_SHARE:
            changes += self._end(changes[0][0] if changes else int(moment), data, edited)
        return changes

    def _end(self, since: int, data: dict[str, Any], edited: Edited) -> list[list[Any]]:
        """Return the deletion or removal that follows, and perhaps the approval after it."""
        random = self._random
        stamp = since + int(random.lognormvariate(7.5, 2.0)) + 1
        if random.random() * (DELETED_SHARE + REMOVED_SHARE) < DELETED_SHARE:
            return [[stamp, "[deleted]", None, edited]]
        by_reddit = chance(0, "by reddit", data["name"]) < _BY_REDDIT_SHARE
        changes = [[stamp, BY_REDDIT if by_reddit else REMOVED, None, edited]]
        if random.random() < APPROVED_SHARE and not edited:
            approved = stamp + int(random.lognormvariate(8, 1)) + 1
            changes.append([approved, data["body"], data["author"], edited])
        return changes
