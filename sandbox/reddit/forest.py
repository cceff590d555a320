"""Forest: the comment threads of a world, and which part of one a request is shown."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from sandbox.reddit.placeholder import missing_parent
from sandbox.reddit.record import COMMENT
from sandbox.reddit.thing import RecordedThing
from sandbox.reddit.version import ThingState
from sandbox.reddit.world import World

DEPTH_MAX = 10


@dataclass(frozen=True)
class Order:
    """How replies are sorted: `new`, `old`, or by score for all the rest."""

    sort: str
    now: float

    def key(self, thing: RecordedThing) -> tuple[float, str]:
        """Return what is smaller for what comes first; fullnames decide between equals."""
        if self.sort == "new":
            return -thing.created, thing.fullname
        first = thing.created if self.sort == "old" else -thing.score_at(self.now)
        return first, thing.fullname


@dataclass(frozen=True)
class Shown:
    """A part of a thread: comments with their depths, parents first, and by parent what is left."""

    depths: dict[RecordedThing, int]
    children: dict[str, list[RecordedThing]]
    left: dict[str, list[RecordedThing]]


class Forest:
    """Knows every thread; a parent that the data lacks is a deleted comment."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._children: dict[str, list[RecordedThing]] = defaultdict(list)
        self.placeholders: dict[str, RecordedThing] = {}
        for thing in world.things.values():
            if thing.kind == COMMENT:
                self._link(thing)

    def _link(self, comment: RecordedThing) -> None:
        self._children[comment.parent].append(comment)
        parent = comment.parent
        if parent == comment.post or self.comment(parent) is not None:
            return
        self.placeholders[parent] = missing_parent(comment)
        self._children[comment.post].append(self.placeholders[parent])

    def comment(self, fullname: str) -> RecordedThing | None:
        """Return a comment, be it a placeholder."""
        thing = self._world.things.get(fullname)
        return self.placeholders.get(fullname) if thing is None or not thing.is_comment else thing

    def shown_children(self, parent: str, now: float) -> dict[str, list[RecordedThing]]:
        """Return, by parent, the replies below one that a thread shows now.

        That is everything live, and of the rest what something live hangs from.
        """
        below = list(
            _walk(self._published(parent, now), lambda reply: self._published(reply.fullname, now))
        )
        shown: dict[str, list[RecordedThing]] = defaultdict(list)
        alive = {thing.fullname for thing in below if thing.state_at(now) is ThingState.LIVE}
        for thing in reversed(below):  # replies come after what they reply to
            if thing.fullname in alive:
                alive.add(thing.parent)
                shown[thing.parent].append(thing)
        return shown

    def _published(self, parent: str, now: float) -> list[RecordedThing]:
        return [
            reply
            for reply in self._children.get(parent, ())
            if reply.fullname in self.placeholders or self._world.is_published(reply, now)
        ]


def _walk(
    roots: Iterable[RecordedThing], replies: Callable[[RecordedThing], Iterable[RecordedThing]]
) -> Iterator[RecordedThing]:
    """Yield the roots and all below them, parents first."""
    waiting = deque(roots)
    while waiting:
        thing = waiting.popleft()
        yield thing
        waiting.extend(replies(thing))


def count_below(children: dict[str, list[RecordedThing]], roots: Iterable[RecordedThing]) -> int:
    """Return how many comments there are: the roots and all below them."""
    return sum(1 for _ in _walk(roots, lambda thing: children.get(thing.fullname, ())))


def select(
    children: dict[str, list[RecordedThing]],
    roots: Iterable[tuple[RecordedThing, int]],
    limit: int,
    order: Order,
) -> Shown:
    """Choose up to `limit` comments, best first, each after its parent; roots come with depths."""
    heap = [(order.key(thing), depth, thing) for thing, depth in roots]
    heapify(heap)
    depths: dict[RecordedThing, int] = {}
    while heap and len(depths) < limit:
        _, depth, thing = heappop(heap)
        depths[thing] = depth
        if depth + 1 < DEPTH_MAX:
            for child in children.get(thing.fullname, ()):
                heappush(heap, (order.key(child), depth + 1, child))
    left: dict[str, list[RecordedThing]] = defaultdict(list)
    for _, _, thing in sorted(heap):
        left[thing.parent].append(thing)
    return Shown(depths, children, left)
