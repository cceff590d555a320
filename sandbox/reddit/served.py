"""Served: what a perfect reader could have read by a moment, and what this one was told.

Reddit shows a thing in two places. Its **listing** holds the newest 1,000: on a quiet day for
hours, at the peak for 25 s, and what appears late falls off sooner still. A comment is also on the
**comment page** of its post, or behind a `more` of it, for as long as it lives. So what Reddit can
still show, and what has to be read or else to be flagged by a gap, is everything that was visible
for a minute in the one or the other: that is *served*. What the listing itself held for less than
a minute is served too, and *brief*: no poll is sure to meet it, only a comment page is.
"""

from collections.abc import Iterator
from math import inf
from typing import Any

import orjson

from sandbox.reddit.fixed import fixed_fields
from sandbox.reddit.ledger import Ledger
from sandbox.reddit.listing import DEPTH_ITEMS
from sandbox.reddit.thing import RecordedThing
from sandbox.reddit.world import World

VISIBLE_SECONDS = 60


def ledger_lines(world: World, ledger: Ledger, until: float) -> Iterator[bytes]:
    """Yield one thing a line: what it truly was by `until`, and all that answers showed of it.

    `is_served`: published in the window and visible for a minute; not what could be seen only
    while every request for it failed, or for less than a minute after that. `is_brief`: served,
    but not for a minute by its listing. `is_unasked`: nobody can read it any more, and while it
    was listed nobody asked for its listing. `true_peak`: the highest score that it had for a minute
    while visible. `moments`: of the answers that had it, to the millisecond, in the order in which
    they left; `walls`: the same by the wall, `taken_by`: when each was surely taken; `via`: the
    initials of their endpoints; `lacked`: the moments of those that should have had it.
    """
    for thing in world.things.values():
        published = thing.created <= min(world.until, until)
        served = published and _is_served(world, ledger, thing, until)
        appears_at = world.appears_at[thing.fullname]
        listed = _listed(world, thing)
        told = {
            "id": thing.fullname,
            "is_served": served,
            "is_brief": served and _longest(listed, until) < VISIBLE_SECONDS,
            "is_unasked": served and _is_unasked(world, ledger, thing),
            "created": thing.created,
            "true_peak": thing.lasting_peak(appears_at, until, VISIBLE_SECONDS)
            if published
            else None,
        }
        yield orjson.dumps(told | _answers(thing, ledger))


def _answers(thing: RecordedThing, ledger: Ledger) -> dict[str, Any]:
    answers = ledger.answers_of(thing.fullname)
    as_of = [one.as_of for one in answers]
    shown = list(map(thing.version_at, as_of))
    return {
        "versions": [
            {"state": version.state, "fields": fixed_fields(thing, version)}
            for version in thing.versions[: max(shown, default=-1) + 1]
        ],
        "moments": [round(one.moment, 3) for one in answers],
        "walls": [round(one.wall, 6) for one in answers],
        "taken_by": [round(one.taken_by, 6) for one in answers],
        "via": "".join(one.via for one in answers),
        "shown": shown,
        "scores": [None if thing.is_hidden(moment) else thing.score_at(moment) for moment in as_of],
        "num_comments": [] if thing.is_comment else list(map(thing.replies_at, as_of)),
        "upvote_ratios": [] if thing.is_comment else list(map(thing.upvote_ratio_at, as_of)),
        "lacked": [round(moment, 3) for moment in ledger.lacked_at.get(thing.fullname, ())],
    }


def _is_served(world: World, ledger: Ledger, thing: RecordedThing, until: float) -> bool:
    spans = _visible(world, thing)
    if _longest(spans, until) < VISIBLE_SECONDS:
        return False
    if max(end for _, end in spans) == inf:  # it can be read to this day
        return True
    endpoint = "comments" if thing.is_comment else "new"
    return any(_was_readable(ledger, endpoint, span) for span in spans)


def _was_readable(ledger: Ledger, endpoint: str, span: tuple[float, float]) -> bool:
    """Tell whether Reddit would have shown it to who asked, with time to read down to it."""
    since, until = span
    if ledger.asked_at(endpoint, since, until) is None:  # nobody has tried
        return until - since >= VISIBLE_SECONDS
    shown_at = ledger.shown_at(endpoint, since, until)
    if shown_at is None:
        return False
    # Whoever had to ask again before anything was shown had got nothing for it.
    failed_before = ledger.asked_times(endpoint, since, shown_at) > 1
    return until - (shown_at if failed_before else since) >= VISIBLE_SECONDS


def _longest(spans: list[tuple[float, float]], until: float) -> float:
    return max((min(end, until) - since for since, end in spans), default=0.0)


def _visible(world: World, thing: RecordedThing) -> list[tuple[float, float]]:
    """Return the spans in which anything shows it: of a comment its post's page, else the listing.

    What moderators approve comes back at its old place, which may lie beyond the listing's end.
    """
    if not thing.is_comment:
        return _listed(world, thing)
    appears_at = world.appears_at[thing.fullname]
    return [(max(since, appears_at), end) for since, end in thing.live_spans() if end > appears_at]


def _listed(world: World, thing: RecordedThing) -> list[tuple[float, float]]:
    """Return the spans in which its listing holds it."""
    appears_at = world.appears_at[thing.fullname]
    falls_off_at = world.falls_off_at(thing, DEPTH_ITEMS)
    spans = [(max(since, appears_at), min(end, falls_off_at)) for since, end in thing.live_spans()]
    return [(since, end) for since, end in spans if since < end]


def _is_unasked(world: World, ledger: Ledger, thing: RecordedThing) -> bool:
    endpoint = "comments" if thing.is_comment else "new"
    spans = _listed(world, thing)
    asked = any(ledger.asked_at(endpoint, *span) is not None for span in spans)
    return not asked and max(end for _, end in _visible(world, thing)) < inf
