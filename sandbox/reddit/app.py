"""App: the routes of the sandbox's Reddit."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import parse_qsl

import orjson
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from clock import FileClock
from sandbox.reddit import replies
from sandbox.reddit.control import RedditControl
from sandbox.reddit.endpoints import Endpoints, Page, asked_fullnames
from sandbox.reddit.faults import Fault, FaultKind
from sandbox.reddit.gate import Gate, is_newest
from sandbox.reddit.latency import Latency
from sandbox.reddit.ledger import LISTINGS, Ledger
from sandbox.reddit.quota import ClientQuota
from sandbox.reddit.spoilt import TRANSPORT, Dripping, Reset, empty_body, readable, renamed
from sandbox.reddit.thing import RecordedThing
from sandbox.reddit.tokens import knows_client
from sandbox.reddit.world import World

Tell = Callable[[Mapping[str, str], float], Page | None]

_DISCONNECTED = "http.disconnect"


class Told(NamedTuple):
    """A right answer: its body, the things that it tells of, and the quota's headers."""

    body: bytes
    things: list[RecordedThing]
    headers: dict[str, str]


def create_app(world: World, clock: FileClock, ledger: Ledger, quota: ClientQuota) -> ASGIApp:
    """Return the server's ASGI application; one of them serves one world to one client."""
    gate = Gate(quota, ledger)
    reddit = RedditApp(world, clock, ledger, gate)
    control = RedditControl(world, clock, ledger, gate.faults)
    return _Front(Starlette(routes=reddit.routes() + control.routes()))


class _Front:
    """PRAW asks for api/info/ and r/x/new alike; one route serves both.

    What breaks a connection finds uvicorn's end of it in the scope.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["path"] = scope["path"].rstrip("/") or "/"
            scope[TRANSPORT] = getattr(getattr(send, "__self__", None), "transport", None)
        await self._app(scope, receive, send)


class RedditApp:
    """Serves what PRAW asks for."""

    def __init__(self, world: World, clock: FileClock, ledger: Ledger, gate: Gate) -> None:
        self._world = world
        self._clock = clock
        self._ledger = ledger
        self._gate = gate
        self._latency = Latency(clock, world.realism.latency_seconds, world.realism.seed)
        self._answers = 0

    def routes(self) -> list[Route]:
        """Return the routes; `comments`, `new` … are the endpoints that faults and counts name."""
        answers = Endpoints(self._world)
        return [
            Route("/api/v1/access_token", self.token, methods=["POST"]),
            self._route("/r/{subreddit}/comments", "comments", answers.comments),
            self._route("/r/{subreddit}/new", "new", answers.new),
            self._route("/api/info", "info", answers.info),
            self._route("/api/morechildren", "more", answers.more, method="POST"),
            *(
                self._route(f"{place}/comments/{{post}}{comment}", "thread", answers.thread)
                for place in ("", "/r/{subreddit}")
                for comment in ("", "/{slug}/{comment}")
            ),
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
            self._ledger.gave_no_token(now)
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
        asked = dict(request.query_params) | await _form(request) | request.path_params
        await self._latency.pass_by()
        now = self._clock.now()  # an answer shows what is true when it leaves
        failure = await self._failure(request, fault, now)
        if failure is not None:
            return failure
        shown_at = now - self._age_seconds(endpoint, fault)
        told = tell(asked, shown_at)
        if told is None:
            return replies.failed(HTTPStatus.NOT_FOUND, self._gate.headers(now))
        answer = self._spoilt(Told(told[0], told[1], self._gate.headers(now)), endpoint, fault)
        if isinstance(answer, Response):
            return answer
        lacked = {*asked_fullnames(asked)} - {thing.fullname for thing in told[1]}
        if fault is not None and fault.kind is FaultKind.EMPTY:
            lacked = {*asked_fullnames(asked)}

        async def note() -> None:
            self._ledger.answered(
                answer.things,
                now,
                lacked,
                shown_at=shown_at,
                endpoint=endpoint,
                client=request.client,
            )
            if answer.things and is_newest(request):
                self._ledger.showed(endpoint, shown_at)

        # once it is sent: an answer that is not tells nobody anything
        return replies.answer(answer.body, answer.headers, BackgroundTask(note))

    @staticmethod
    def _spoilt(right: Told, endpoint: str, fault: Fault | None) -> Told | Response:
        """Return what a fault makes of a right answer: another one, or one that breaks."""
        body, things, headers = right
        answer: Told | Response = right
        match fault and fault.kind:
            case FaultKind.TRUNCATED:
                answer = replies.answer(body[: len(body) // 2], headers)
            case FaultKind.RESET_BODY:
                answer = Reset(body, headers)
            case FaultKind.DRIPPING:
                answer = Dripping(body, headers=headers)
            case FaultKind.EMPTY:
                answer = Told(empty_body(endpoint), [], headers)
            case FaultKind.NO_HEADERS:
                answer = Told(body, things, {})
            case FaultKind.RENAMED:
                name = fault.field if fault else ""
                answer = Told(renamed(body, name), readable(things, name), headers)
        return answer

    def _age_seconds(self, endpoint: str, fault: Fault | None) -> float:
        """Return how old the answer is: listings come out of a stale cache now and then."""
        self._answers += 1
        if fault is not None and fault.kind is FaultKind.STALE:
            return fault.age_seconds
        is_listing = endpoint in LISTINGS
        return self._world.realism.stale_seconds(self._answers) if is_listing else 0.0

    async def _failure(self, request: Request, fault: Fault | None, now: float) -> Response | None:
        """Return what a fault answers; None without one, or if it spoils the right answer."""
        if fault is None:
            return None
        if fault.kind is FaultKind.TIMEOUT:
            while (await request.receive())["type"] != _DISCONNECTED:
                pass  # the client gives up first, so that nobody reads what follows
            return Response()
        if fault.kind is FaultKind.RESET:
            return Reset()
        return self._gate.failure(fault.kind, now)


async def _form(request: Request) -> dict[str, str]:
    """Return the fields of an urlencoded body, the only kind PRAW sends."""
    return dict(parse_qsl((await request.body()).decode(errors="replace")))
