"""RedditControl: how the demo and the tests look into the sandbox's Reddit and steer it."""

from bisect import bisect_right
from http import HTTPStatus
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from clock import Clock
from sandbox.reddit.faults import RedditFaults
from sandbox.reddit.ledger import Ledger
from sandbox.reddit.record import COMMENT, POST
from sandbox.reddit.served import ledger_lines
from sandbox.reddit.world import World


class RedditControl:
    """Serves /_sandbox/, which Reddit does not have; nothing here counts as a request to it."""

    def __init__(self, world: World, clock: Clock, ledger: Ledger, faults: RedditFaults) -> None:
        self._world = world
        self._clock = clock
        self._ledger = ledger
        self._faults = faults
        moments = (
            thing.reaches_at(ledger.min_score, world.appears_at[thing.fullname])
            for thing in world.things.values()
            if thing.is_comment
        )
        self._reached_at = sorted(moment for moment in moments if moment is not None)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/_sandbox/status", self.status),
            Route("/_sandbox/ledger", self.ledger),
            Route("/_sandbox/publishing", self.publishing, methods=["POST"]),
            Route("/_sandbox/faults", self.switch_on, methods=["POST"]),
            Route("/_sandbox/faults", self.clear, methods=["DELETE"]),
        ]

    async def status(self, _request: Request) -> Response:
        """Tell what was published, truly reached the minimum score and was asked so far."""
        now = self._clock.now()
        published = {kind: self._world.published(kind, now) for kind in (COMMENT, POST)}
        reached = bisect_right(self._reached_at, now)
        told = {"now": now, "published": published, "reached": reached}
        return _json(told | self._ledger.status())

    async def ledger(self, request: Request) -> Response:
        """Tell what was served and answered by `until`, else by now, one thing a line."""
        until = request.query_params.get("until")
        try:
            moment = self._clock.now() if until is None else float(until)
        except ValueError:
            return _wrong("`until` is a number of seconds since 1970.")
        lines = ledger_lines(self._world, self._ledger, moment)
        return Response(b"\n".join(lines), media_type="application/x-ndjson")

    async def publishing(self, request: Request) -> Response:
        """Publish nothing created after `until`."""
        try:
            until = float(orjson.loads(await request.body())["until"])
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            return _wrong('Send {"until": seconds since 1970}.')
        self._world.close_publishing(until)
        return _json({"until": until})

    async def switch_on(self, request: Request) -> Response:
        """Switch a fault on."""
        try:
            self._faults.switch_on(orjson.loads(await request.body()), self._clock.now())
        except orjson.JSONDecodeError as error:
            return _wrong(f"Send a fault as JSON: {error}.")
        except ValueError as error:
            return _wrong(str(error))
        return _json({"on": len(self._faults.switches)})

    async def clear(self, _request: Request) -> Response:
        """Switch all faults off."""
        self._faults.switches.clear()
        return _json({"on": 0})


def _json(value: Any) -> Response:  # noqa: ANN401  # any JSON
    return Response(orjson.dumps(value), media_type="application/json")


def _wrong(what: str) -> Response:
    return Response(orjson.dumps({"error": what}), HTTPStatus.BAD_REQUEST)
