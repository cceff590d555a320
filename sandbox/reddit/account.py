"""Account: what a perfect reader could have read by a moment, and what this one was told."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.reddit.ledger import Ledger
    from sandbox.reddit.thing import Thing
    from sandbox.reddit.world import World

VISIBLE_SECONDS = 60


def account(world: World, ledger: Ledger, until: float) -> dict[str, list[str]]:
    """Return the ids served, read, expected in the lake, and truly at the threshold by `until`."""
    published = [t for t in world.things.values() if t.created <= min(world.until, until)]
    return {
        "served": [
            t.name for t in published if _seconds_visible(world, t, until) >= VISIBLE_SECONDS
        ],
        "read": sorted(ledger.read),
        "kept_expected": sorted(ledger.kept_expected),
        "reached": [t.name for t in published if _reached(world, t, ledger.min_score, until)],
    }


def _seconds_visible(world: World, thing: Thing, until: float) -> float:
    """Return its longest span in the listings."""
    appears_at = world.appears_at[thing.name]
    spans = thing.live_spans()
    return max((min(end, until) - max(since, appears_at) for since, end in spans), default=0.0)


def _reached(world: World, thing: Thing, min_score: int, until: float) -> bool:
    if not thing.is_comment:
        return False
    peak = thing.true_peak(world.appears_at[thing.name], until)
    return peak is not None and peak >= min_score
