"""App: the routes of the sandbox's Reddit."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl

import orjson
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from clock import Clock
from sandbox.reddit import replies
from sandbox.reddit.control import RedditControl
from sandbox.reddit.endpoints import Endpoints, Told, asked_fullnames
from sandbox.reddit.faults import Fault, FaultKind
from sandbox.reddit.gate import Gate
from sandbox.reddit.ledger import Ledger
from sandbox.reddit.quota import ClientQuota
from sandbox.reddit.tokens import knows_client
from sandbox.reddit.world import World

Tell = Callable[[Mapping[str, str], float], Told | None]

_DISCONNECTED = "http.disconnect"


def create_app(world: World, clock: Clock, ledger: Ledger, quota: ClientQuota) -> ASGIApp:
    """Return the server's ASGI application; one of them serves one world to one client."""
    gate = Gate(quota, ledger)
    reddit = RedditApp(world, clock, ledger, gate)
    control = RedditControl(world, clock, ledger, gate.faults)
    return _WithoutTrailingSlash(Starlette(routes=reddit.routes() + control.routes()))


class _WithoutTrailingSlash:
    """PRAW asks for api/info/ and r/x/new alike; one route serves both."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["path"] = scope["path"].rstrip("/") or "/"
        await self._app(scope, receive, send)


class RedditApp:
    """Serves what PRAW asks for."""

    def __init__(self, world: World, clock: Clock, ledger: Ledger, gate: Gate) -> None:
        self._world = world
        self._clock = clock
        self._ledger = ledger
        self._gate = gate

    def routes(self) -> list[Route]:
        """Return the routes; `comments`, `new` … are the endpoints that faults and counts name."""
        answers = Endpoints(self._world)
        return [
            Route("/api/v1/access_token", self.token, methods=["POST"]),
            self._route("/r/{subreddit}/comments", "comments", answers.comments),
            self._route("/r/{subreddit}/new", "new", answers.new),
            self._route("/api/info", "info", answers.info),
            self._route("/api/morechildren", "more", answers.more, method="POST"),
            self._route("/comments/{post}", "thread", answers.thread),
            self._route("/comments/{post}/{slug}/{comment}", "thread", answers.thread),
        ]

    def _route(self, path: str, endpoint: str, tell: Tell, method: str = "GET") -> Route:
        async def answer(request: Request) -> Response:
            return await self._answer(request, endpoint, tell)

        return Route(path, answer, methods=[method])

    async def token(self, request: Request) -> Response:
        """Grant a token to the one client there is."""
        now = self._clock.now()
        if not request.headers.get("user-agent"):
            return replies.failed(HTTPStatus.TOO_MANY_REQUESTS)
        failure = await self._failure(request, self._gate.faults.hit("token", now), now)
        if failure is not None:
            return failure
        if not knows_client(request.headers.get("authorization", "")):
            return replies.failed(HTTPStatus.UNAUTHORIZED)
        return replies.answer(orjson.dumps(self._gate.tokens.grant(now)), {})

    async def _answer(self, request: Request, endpoint: str, tell: Tell) -> Response:
        subreddit = request.path_params.get("subreddit", self._world.subreddit)
        if subreddit.lower() != self._world.subreddit.lower():  # Reddit sends one to its search
            return RedirectResponse(f"/subreddits/search?q={subreddit}", HTTPStatus.FOUND)
        now = self._clock.now()
        refusal = self._gate.refusal(request, endpoint, now)
        if refusal is not None:
            return refusal
        fault = self._gate.faults.hit(endpoint, now)
        failure = await self._failure(request, fault, now)
        if failure is not None:
            return failure
        asked = dict(request.query_params) | await _form(request) | request.path_params
        told = tell(asked, now)
        headers = self._gate.headers(now)
        if told is None:
            return replies.failed(HTTPStatus.NOT_FOUND, headers)
        body, things = told
        if fault is not None:  # the one kind that `_failure` leaves: truncated
            return replies.answer(body[: len(body) // 2], headers)

        lacked = {*asked_fullnames(asked)} - {thing.fullname for thing in things}

        async def note() -> None:
            self._ledger.answered(things, now, lacked)

        # once it is sent: an answer that is not tells nobody anything
        return replies.answer(body, headers, BackgroundTask(note))

    async def _failure(self, request: Request, fault: Fault | None, now: float) -> Response | None:
        """Return what a fault answers; None without one, or if it spoils the right answer."""
        if fault is None:
            return None
        if fault.kind is FaultKind.TIMEOUT:
            while (await request.receive())["type"] != _DISCONNECTED:
                pass  # the client gives up first, so that nobody reads what follows
            return Response()
        return self._gate.failure(fault.kind, now)


async def _form(request: Request) -> dict[str, str]:
    """Return the fields of an urlencoded body, the only kind PRAW sends."""
    return dict(parse_qsl((await request.body()).decode(errors="replace")))
