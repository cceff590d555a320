"""Served: what a perfect reader could have read by a moment, and what this one was told."""

from collections.abc import Iterator
from itertools import islice
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

    `is_served`: published in the window and visible for a minute. `is_unasked`: nobody can read
    it any more, and no request could have met it: it was listed only while nobody asked for its
    listing, as in an outage. `true_peak`: its highest score while visible. `moments`: of the
    answers that had it, to the millisecond; `lacked`: of those that should have had it.
    """
    for thing in world.things.values():
        published = thing.created <= min(world.until, until)
        served = published and _seconds_visible(world, thing, until) >= VISIBLE_SECONDS
        peak = thing.true_peak(world.appears_at[thing.fullname], until) if published else None
        told = {
            "id": thing.fullname,
            "is_served": served,
            "is_unasked": served and _is_unasked(world, ledger, thing),
            "true_peak": peak,
        }
        yield orjson.dumps(told | _answers(thing, ledger))


def _answers(thing: RecordedThing, ledger: Ledger) -> dict[str, Any]:
    moments = sorted(ledger.answered_at.get(thing.fullname, ()))  # the clock may step back
    shown = [thing.version_at(moment) for moment in moments]
    return {
        "versions": [
            {"state": version.state, "fields": fixed_fields(thing, version)}
            for version in thing.versions[: max(shown, default=-1) + 1]
        ],
        "moments": [round(moment, 3) for moment in moments],
        "shown": shown,
        "scores": [
            None if thing.is_hidden(moment) else thing.score_at(moment) for moment in moments
        ],
        "num_comments": [] if thing.is_comment else list(map(thing.replies_at, moments)),
        "upvote_ratios": [] if thing.is_comment else list(map(thing.upvote_ratio_at, moments)),
        "lacked": [round(moment, 3) for moment in ledger.lacked_at.get(thing.fullname, ())],
    }


def _seconds_visible(world: World, thing: RecordedThing, until: float) -> float:
    """Return its longest span in the listings."""
    return max((min(end, until) - since for since, end in _listed(world, thing)), default=0.0)


def _listed(world: World, thing: RecordedThing) -> list[tuple[float, float]]:
    """Return the spans in which its listing holds it.

    What moderators approve comes back at its old place, which may lie beyond the listing's end.
    """
    appears_at = world.appears_at[thing.fullname]
    spans = [(max(since, appears_at), end) for since, end in thing.live_spans()]
    return [
        (since, end)
        for since, end in spans
        if since == appears_at or _is_within_depth(world, thing, since + VISIBLE_SECONDS)
    ]


def _is_within_depth(world: World, thing: RecordedThing, moment: float) -> bool:
    return any(
        one is thing for one in islice(world.newest(thing.kind, moment, moment), DEPTH_ITEMS)
    )


def _is_unasked(world: World, ledger: Ledger, thing: RecordedThing) -> bool:
    endpoint = "comments" if thing.is_comment else "new"
    spans = _listed(world, thing)
    asked = any(ledger.was_asked(endpoint, since, end) for since, end in spans)
    return not asked and max(end for _, end in spans) < inf
