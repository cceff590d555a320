"""Reddit ledger: what the replay server published and answered, as its ledger page tells it."""

from array import array
from collections.abc import Sequence
from typing import Any

import orjson
import requests

from sandbox.audit.answered import (
    COMMENT_SOURCES,
    POST_SOURCES,
    QUEUE_SECONDS,
    SOURCES,
    AnsweredThing,
)
from sandbox.audit.deaths import Death, forgotten_places, lost_places
from sandbox.audit.ledgers import RedditLedger

TIMEOUT_SECONDS = 300  # wall; a day's answers are some fifty megabytes


def read_reddit(
    url: str,
    min_score: int,
    until: float | None = None,
    deaths: Sequence[Death] = (),
    queue_seconds: float = QUEUE_SECONDS,
) -> RedditLedger:
    """Ask a replay server for all that happened by `until`, else by now.

    `deaths` are the kills of the producer in that time, `queue_seconds` of the clock are how long
    answers may wait for each other before they are stamped: the more, the faster it runs.
    """
    parameters = {} if until is None else {"until": until}
    page = requests.get(f"{url}/_sandbox/ledger", params=parameters, timeout=TIMEOUT_SECONDS)
    page.raise_for_status()
    return reddit_ledger(page.content.splitlines(), min_score, deaths, queue_seconds)


def reddit_ledger(
    lines: list[bytes],
    min_score: int,
    deaths: Sequence[Death] = (),
    queue_seconds: float = QUEUE_SECONDS,
) -> RedditLedger:
    """Take a ledger page, one thing a line."""
    served, brief, unasked, reached, answered = set(), set(), set(), set(), {}
    created_at = {}
    for line in lines:
        told = orjson.loads(line)
        fullname = told["id"]
        if told["is_served"]:
            served.add(fullname)
            created_at[fullname] = told["created"]
        if told["is_brief"]:
            brief.add(fullname)
        if told["is_unasked"]:
            unasked.add(fullname)
        if fullname.startswith("t1_") and (told["true_peak"] or 0) >= min_score:
            reached.add(fullname)
        if told["moments"]:
            answered[fullname] = _answered(told, min_score, deaths)
            answered[fullname].queue_seconds = queue_seconds
    return RedditLedger(
        served=frozenset(served),
        unasked=frozenset(unasked),
        reached=frozenset(reached),
        answered=answered,
        kept_expected=frozenset(n for n, one in answered.items() if one.reached(min_score)),
        gone=frozenset(n for n, one in answered.items() if one.is_gone()),
        kept_allowed=frozenset(
            name for name, one in answered.items() if one.reached(min_score, surely=False)
        ),
        brief=frozenset(brief),
        created_at=created_at,
    )


def _answered(told: dict[str, Any], min_score: int, deaths: Sequence[Death]) -> AnsweredThing:
    own = COMMENT_SOURCES if told["id"].startswith("t1_") else POST_SOURCES
    versions = [
        (one["state"], {name: one["fields"].get(name) for name in (*SOURCES, *own)})
        for one in told["versions"]
    ]
    walls = array("d", told["walls"])
    return AnsweredThing(
        told["id"],
        versions,
        array("d", told["moments"]),
        array("H", told["shown"]),
        [  # a post's hidden score is told by its fields
            None if versions[version][1].get("hide_score") else score
            for version, score in zip(told["shown"], told["scores"], strict=True)
        ],
        told["num_comments"],
        told["upvote_ratios"],
        told["lacked"],
        walls,
        array("d", told["taken_by"]),
        told["via"],
        lost_places(walls, deaths),
        forgotten_places(walls, deaths),
        min_score,
    )
