"""Thread: the answers of /comments/<post> and /api/morechildren."""

from collections.abc import Sequence

import orjson

from sandbox.reddit.forest import DEPTH_MAX, Forest, Order, Shown, count_below, select
from sandbox.reddit.render import Renderer, listing
from sandbox.reddit.thing import RecordedThing
from sandbox.reddit.world import World

COMMENTS_MAX = 500
COMMENTS_DEFAULT = 200
MORE_MAX = 100


class Threads:
    """Answers with a body and the things it tells of; placeholders are not among them."""

    def __init__(self, world: World, renderer: Renderer) -> None:
        self._world = world
        self._renderer = renderer
        self._forest = Forest(world)

    def page(
        self, post_id: str, focus: str | None, context: int, limit: int, order: Order
    ) -> tuple[bytes, list[RecordedThing]] | None:
        """Return a thread, or the part of it around one comment; None if there is no such post."""
        post = self._world.posts.get(f"t3_{post_id}")
        if post is None or not self._world.is_published(post, order.now):
            return None
        children = self._forest.shown_children(post.fullname, order.now)
        roots = children.get(post.fullname, [])
        if focus is not None:
            roots = self._around(f"t1_{focus}", context, children)
        shown = select(children, [(root, 0) for root in roots], limit, order)
        tree = self._listing(post.fullname if focus is None else "", 0, roots, shown, order)
        first = listing([self._renderer.post(post, order.now)], 1)
        told = [post, *shown.depths]
        return b"[%b,%b]" % (first, tree), [t for t in told if t.fullname in self._world.things]

    def more(
        self, post: str, ids: Sequence[str], order: Order
    ) -> tuple[bytes, list[RecordedThing]]:
        """Return comments by id with what is below them, as one flat list, parents first."""
        children = self._forest.shown_children(post, order.now)
        listed = {t.fullname for replies in children.values() for t in replies}
        asked = [self._forest.comment(f"t1_{id_}") for id_ in ids]
        roots = [(t, self._depth(t)) for t in asked if t is not None and t.fullname in listed]
        shown = select(children, roots, MORE_MAX, order)
        flat = [
            self._renderer.in_tree(thing, order.now, depth) for thing, depth in shown.depths.items()
        ]
        for parent, left in shown.left.items():
            flat.append(_more(parent, left, shown, self._depth(left[0])))
        flat += [more for thing in shown.depths for more in _continued(thing, shown)]
        body = b'{"json":{"errors":[],"data":{"things":[%b]}}}' % b",".join(flat)
        return body, [t for t in shown.depths if t.fullname in self._world.things]

    def _around(
        self, fullname: str, context: int, children: dict[str, list[RecordedThing]]
    ) -> list[RecordedThing]:
        """Return the root of a comment's page, and cut the siblings on the way down to it."""
        listed = {t.fullname: t for replies in children.values() for t in replies}
        if fullname not in listed:
            return []
        root = listed[fullname]
        while context > 0 and root.parent in listed:
            children[root.parent] = [root]
            root = listed[root.parent]
            context -= 1
        return [root]

    def _depth(self, thing: RecordedThing) -> int:
        depth = 0
        parent = self._forest.comment(thing.parent)
        while parent is not None:
            depth += 1
            parent = self._forest.comment(parent.parent)
        return depth

    def _listing(
        self, parent: str, depth: int, replies: list[RecordedThing], shown: Shown, order: Order
    ) -> bytes:
        chosen = sorted((reply for reply in replies if reply in shown.depths), key=order.key)
        parts = [self._with_replies(thing, shown, order) for thing in chosen]
        if parent in shown.left:
            parts.append(_more(parent, shown.left[parent], shown, depth))
        return listing(parts)

    def _with_replies(self, thing: RecordedThing, shown: Shown, order: Order) -> bytes:
        replies = shown.children.get(thing.fullname, [])
        depth = shown.depths[thing]
        below = b'""'
        if replies and depth + 1 >= DEPTH_MAX:
            below = listing(_continued(thing, shown))
        elif replies:
            below = self._listing(thing.fullname, depth + 1, replies, shown, order)
        return self._renderer.in_tree(thing, order.now, depth, below)


def _more(parent: str, left: Sequence[RecordedThing], shown: Shown, depth: int) -> bytes:
    ids = [thing.fullname.partition("_")[2] for thing in left]
    return _more_object(ids[0], parent, depth, count_below(shown.children, left), ids)


def _continued(thing: RecordedThing, shown: Shown) -> list[bytes]:
    """Return the "continue this thread" below a comment as deep as a page goes, if need be."""
    depth = shown.depths[thing]
    if depth + 1 < DEPTH_MAX or not shown.children.get(thing.fullname):
        return []
    return [_more_object("_", thing.fullname, depth + 1, 0, [])]


def _more_object(id_: str, parent: str, depth: int, count: int, children: list[str]) -> bytes:
    data = {
        "count": count,
        "name": f"t1_{id_}",
        "id": id_,
        "parent_id": parent,
        "depth": depth,
        "children": children,
    }
    return orjson.dumps({"kind": "more", "data": data})
