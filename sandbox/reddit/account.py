"""Account: what a perfect reader could have read by a moment, and what this one was told."""

from __future__ import annotations

from itertools import islice
from math import inf
from typing import TYPE_CHECKING

from sandbox.reddit.listing import DEPTH_ITEMS

if TYPE_CHECKING:
    from sandbox.reddit.ledger import Ledger
    from sandbox.reddit.thing import RecordedThing
    from sandbox.reddit.world import World

VISIBLE_SECONDS = 60


def account(world: World, ledger: Ledger, until: float) -> dict[str, list[str]]:
    """Return the ids served, read, shown at the threshold, shown gone, and truly reaching it.

    `unasked` are those of `served` that nobody can read any more, and that no request could have
    met: they were listed only while nobody asked for their listing, as in an outage.
    """
    published = [t for t in world.things.values() if t.created <= min(world.until, until)]
    served = [t for t in published if _seconds_visible(world, t, until) >= VISIBLE_SECONDS]
    return {
        "served": [t.fullname for t in served],
        "unasked": [t.fullname for t in served if _is_unasked(world, ledger, t)],
        "read": sorted(ledger.read),
        "kept_expected": sorted(ledger.kept_expected),
        "gone": sorted(ledger.gone),
        "reached": [t.fullname for t in published if _reached(world, t, ledger.min_score, until)],
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


def _reached(world: World, thing: RecordedThing, min_score: int, until: float) -> bool:
    if not thing.is_comment:
        return False
    peak = thing.true_peak(world.appears_at[thing.fullname], until)
    return peak is not None and peak >= min_score
