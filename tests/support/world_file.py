"""A small file of things for the sandbox's Reddit: a burst, deletions, edits, hidden scores."""

import gzip
import json
from random import Random

from tests.support.producer_fakes import START, comment, post


def write_world(path, *, minutes, per_minute, seed=1):
    """Write the file; returns the ids in it."""
    random = Random(seed)  # noqa: S311 - the same world every time
    things = [("t3", post(number, START + number * 60)) for number in range(max(1, minutes // 5))]
    number = 0
    for minute in range(minutes):
        burst = 4 if minute == minutes // 2 else 1
        for _ in range(per_minute * burst):
            born = round(START + 60 * (minute + random.random()), 1)
            things.append(("t1", comment(number, born, body=f"{number} 🚀 to the moon")))
            number += 1
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for kind, data in sorted(things, key=lambda each: each[1]["created_utc"]):
            line = {"kind": kind, "data": _complete(data), **_trajectory(kind, data, random)}
            file.write(json.dumps(line) + "\n")
    return {data["name"] for _, data in things}


def _complete(data):
    identity = data["name"].partition("_")[2]
    return {**data, "id": identity, "subreddit": "wallstreetbets", "subreddit_id": "t5_2th52"}


def _trajectory(kind, data, random):
    born = data["created_utc"]
    if kind == "t3":
        return {"observations": [[born + 600, 20, 5, 0.9]], "changes": []}
    top = random.choice([1, 1, 1, 3, 12, 40])
    looks = [[born + 300, 1 + top // 2, 0], [born + 1500, top, 0]]
    drawn = random.random()
    if drawn < 0.05:
        return {"observations": looks, "changes": [[born + 200, "[deleted]", "[deleted]", False]]}
    if drawn < 0.1:
        return {"observations": looks, "changes": [[born + 200, "better", "somebody", born + 200]]}
    return {"observations": looks, "changes": []}
