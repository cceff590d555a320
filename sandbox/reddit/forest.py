"""Forest: the comment threads of a world, and which part of one a request is shown."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from sandbox.reddit.placeholder import missing_parent
from sandbox.reddit.thing import COMMENT, Thing
from sandbox.reddit.version import State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.reddit.world import World

DEPTH_MAX = 10


@dataclass(frozen=True)
class Order:
    """How replies are sorted: `new`, `old`, or by score for all the rest."""

    sort: str
    now: float

    def key(self, thing: Thing) -> tuple[float, str]:
        """Return what is smaller for what comes first; names decide between equals."""
        if self.sort == "new":
            return -thing.created, thing.name
        first = thing.created if self.sort == "old" else -thing.score_at(self.now)
        return first, thing.name


@dataclass(frozen=True)
class Shown:
    """A part of a thread: comments by name with their depths, parents first, and what is left."""

    depths: dict[str, int]
    things: dict[str, Thing]
    children: dict[str, list[Thing]]
    left: dict[str, list[Thing]]


class Forest:
    """Knows every thread; a parent that the data lacks is a deleted comment."""

    def __init__(self, world: World) -> None:
        """Link the comments of a world."""
        self._world = world
        self._children: dict[str, list[Thing]] = defaultdict(list)
        self.placeholders: dict[str, Thing] = {}
        for thing in world.things.values():
            if thing.kind == COMMENT:
                self._link(thing)

    def _link(self, comment: Thing) -> None:
        self._children[comment.parent].append(comment)
        parent = comment.parent
        if parent == comment.post or self.comment(parent) is not None:
            return
        self.placeholders[parent] = missing_parent(comment)
        self._children[comment.post].append(self.placeholders[parent])

    def comment(self, name: str) -> Thing | None:
        """Return a comment, be it a placeholder."""
        thing = self._world.things.get(name)
        return self.placeholders.get(name) if thing is None or not thing.is_comment else thing

    def shown_children(self, parent: str, now: float) -> dict[str, list[Thing]]:
        """Return, by parent, the replies below one that a thread shows now.

        That is everything live, and of the rest what something live hangs from.
        """
        below = self._published_below(parent, now)
        shown: dict[str, list[Thing]] = defaultdict(list)
        alive = {thing.name for thing in below if thing.state_at(now) is State.LIVE}
        for thing in reversed(below):  # replies come after what they reply to
            if thing.name in alive:
                alive.add(thing.parent)
                shown[thing.parent].append(thing)
        return shown

    def _published_below(self, parent: str, now: float) -> list[Thing]:
        found: list[Thing] = []
        queue = [parent]
        for name in queue:
            replies = [t for t in self._children.get(name, ()) if self._is_published(t, now)]
            found += replies
            queue += [reply.name for reply in replies]
        return found

    def _is_published(self, thing: Thing, now: float) -> bool:
        return thing.name in self.placeholders or self._world.is_published(thing, now)


def count_below(children: dict[str, list[Thing]], roots: Iterable[Thing]) -> int:
    """Return how many comments there are: the roots and all below them."""
    queue = list(roots)
    for thing in queue:
        queue += children.get(thing.name, ())
    return len(queue)


def select(
    children: dict[str, list[Thing]], roots: Iterable[tuple[Thing, int]], limit: int, order: Order
) -> Shown:
    """Choose up to `limit` comments, best first, each after its parent; roots come with depths."""
    heap = [(order.key(thing), depth, thing) for thing, depth in roots]
    heapify(heap)
    depths: dict[str, int] = {}
    things: dict[str, Thing] = {}
    while heap and len(depths) < limit:
        _, depth, thing = heappop(heap)
        depths[thing.name], things[thing.name] = depth, thing
        if depth + 1 < DEPTH_MAX:
            for child in children.get(thing.name, ()):
                heappush(heap, (order.key(child), depth + 1, child))
    left: dict[str, list[Thing]] = defaultdict(list)
    for _, _, thing in sorted(heap):
        left[thing.parent].append(thing)
    return Shown(depths, things, children, left)
