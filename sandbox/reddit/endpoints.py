"""Endpoints: what each of Reddit's addresses answers; pure of authentication, quota and faults."""

from collections.abc import Mapping

from sandbox.reddit.forest import Order
from sandbox.reddit.listing import Listings, Query, number
from sandbox.reddit.record import COMMENT, POST
from sandbox.reddit.render import Renderer, listing
from sandbox.reddit.thing import RecordedThing
from sandbox.reddit.thread import COMMENTS_DEFAULT, COMMENTS_MAX, Threads
from sandbox.reddit.world import World

INFO_MAX = 100
_SORT_DEFAULT = "confidence"
Page = tuple[bytes, list[RecordedThing]]


def asked_fullnames(parameters: Mapping[str, str]) -> list[str]:
    """Return what /api/info is asked for, each once; no other endpoint takes any."""
    fullnames = parameters.get("id", "").split(",")[:INFO_MAX]
    return [fullname for fullname in dict.fromkeys(fullnames) if fullname]


class Endpoints:
    """Answers with a JSON body and the things it tells of."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._renderer = Renderer(world)
        self._listings = Listings(world)
        self._threads = Threads(world, self._renderer)

    def comments(self, parameters: Mapping[str, str], now: float) -> Page:
        """Answer /r/<subreddit>/comments."""
        return self._listing(COMMENT, parameters, now)

    def new(self, parameters: Mapping[str, str], now: float) -> Page:
        """Answer /r/<subreddit>/new."""
        return self._listing(POST, parameters, now)

    def _listing(self, kind: str, parameters: Mapping[str, str], now: float) -> Page:
        page = self._listings.page(kind, Query.of(parameters), now)
        children = [self._renderer.in_listing(thing, now) for thing in page.things]
        return listing(children, len(children), page.after), page.things

    def info(self, parameters: Mapping[str, str], now: float) -> Page:
        """Answer /api/info: what exists of the fullnames asked, in their order."""
        fullnames = asked_fullnames(parameters)
        found = [self._world.answered(fullname, now) for fullname in fullnames]
        omitted = self._world.realism.is_omitted
        things = [thing for thing in found if thing is not None and not omitted(thing, now)]
        children = [self._renderer.alone(thing, now) for thing in things]
        return listing(children, len(children)), things

    def thread(self, parameters: Mapping[str, str], now: float) -> Page | None:
        """Answer /comments/<post>[/_/<comment>]; None if there is no such post."""
        limit = min(number(parameters.get("limit"), COMMENTS_DEFAULT), COMMENTS_MAX)
        context = number(parameters.get("context"), 0)
        order = Order(parameters.get("sort", _SORT_DEFAULT), now)
        focus = parameters.get("comment")
        return self._threads.page(parameters["post"], focus, context, limit, order)

    def more(self, parameters: Mapping[str, str], now: float) -> Page:
        """Answer /api/morechildren."""
        ids = [id_ for id_ in parameters.get("children", "").split(",") if id_]
        order = Order(parameters.get("sort", _SORT_DEFAULT), now)
        return self._threads.more(parameters.get("link_id", ""), ids, order)
