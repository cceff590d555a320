"""Replay: the sandbox's Reddit behind a transport of `requests`, without sockets.

What asks it, PRAW's own code included, cannot tell; minutes take milliseconds.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from math import inf
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
import requests
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter

from sandbox.reddit.endpoints import Endpoints
from sandbox.reddit.quota import ClientQuota
from sandbox.reddit.world import World
from sandbox.simulate.clock import VirtualClock

LATENCY_SECONDS = (0.15, 0.45)  # Reddit's own is some 0.3 s
TIMEOUT_SECONDS = 16.0  # prawcore's
TOKEN = orjson.dumps(
    {"access_token": "bench", "token_type": "bearer", "expires_in": 86_400, "scope": "*"}
)


class Stopped(BaseException):
    """Whoever asks is stopped before this request."""


EMPTY = orjson.dumps({"kind": "Listing", "data": {"children": [], "after": None}})


@dataclass(frozen=True)
class Weather:
    """What happens to requests; `outage` are the moments between which none is answered.

    `empty_share` of the answers are a listing with nothing in it.
    """

    error_share: float = 0.0
    empty_share: float = 0.0
    outage: tuple[float, float] = (0.0, 0.0)


@dataclass
class Replay(BaseAdapter):
    """Answers from one world; the clock passes by while an answer is on its way.

    `pass_by` is how: the rivals wait, ours has others in flight meanwhile. From `stops_at` on it
    raises Stopped. `exchanges` counts exchanges.
    """

    world: World
    clock: VirtualClock
    weather: Weather
    pass_by: Callable[[float], object]
    stops_at: float = inf
    exchanges: int = 0
    _random: Random = field(default_factory=lambda: Random(7))  # noqa: S311 - a run made again
    _quota: ClientQuota = field(default_factory=ClientQuota)

    def __post_init__(self) -> None:
        super().__init__()
        self._endpoints = Endpoints(self.world)

    def send(
        self,
        request: requests.PreparedRequest,
        *_options: object,
        **_more: object,
    ) -> requests.Response:
        """Answer, or fail as the weather is; raises what `requests` raises."""
        now = self.clock.now()
        if now >= self.stops_at:
            raise Stopped
        self.exchanges += 1
        since, until = self.weather.outage
        if since <= now < until:
            self.pass_by(0.05)
            raise requests.exceptions.ConnectionError("unreachable")
        drawn = self._random.random() / self.weather.error_share if self.weather.error_share else 1
        if drawn < 1:
            return self._failed(request, drawn)
        self.pass_by(self._random.uniform(*LATENCY_SECONDS))
        return self._answer(request, now)

    def close(self) -> None:
        """Nothing is open."""

    def _failed(self, request: requests.PreparedRequest, drawn: float) -> requests.Response:
        if drawn < 1 / 3:
            self.pass_by(TIMEOUT_SECONDS)
            raise requests.exceptions.ReadTimeout("no answer")
        self.pass_by(self._random.uniform(*LATENCY_SECONDS))
        if drawn < 2 / 3:
            raise requests.exceptions.ConnectionError("reset")
        return _response(request, HTTPStatus.SERVICE_UNAVAILABLE, b"{}", {})

    def _answer(self, request: requests.PreparedRequest, now: float) -> requests.Response:
        url = urlsplit(str(request.url))
        if url.path.endswith("access_token"):
            return _response(request, HTTPStatus.OK, TOKEN, {})
        if not self._quota.take(now):
            return _response(request, HTTPStatus.TOO_MANY_REQUESTS, b"", {})
        parameters = dict(parse_qsl(url.query)) | _form(request.body)
        if self._random.random() < self.weather.empty_share:
            return _response(request, HTTPStatus.OK, EMPTY, self._quota.headers(now))
        told = self._tell(url.path.strip("/").split("/"), parameters, now)
        if told is None:
            return _response(request, HTTPStatus.NOT_FOUND, b"{}", {})
        return _response(request, HTTPStatus.OK, told[0], self._quota.headers(now))

    def _tell(self, path: list[str], parameters: dict[str, str], now: float) -> Any:  # noqa: ANN401
        match path:
            case ["r", _, "comments"]:
                return self._endpoints.comments(parameters, now)
            case ["r", _, "new"]:
                return self._endpoints.new(parameters, now)
            case ["api", "info"]:
                return self._endpoints.info(parameters, now)
            case ["api", "morechildren"]:
                return self._endpoints.more(parameters, now)
            case ["comments", post, *_] | ["r", _, "comments", post, *_]:
                return self._endpoints.thread(parameters | {"post": post}, now)
        raise ValueError(f"nobody answers /{'/'.join(path)}")


def _form(body: object) -> dict[str, str]:
    text = body.decode() if isinstance(body, bytes) else body
    return dict(parse_qsl(text)) if isinstance(text, str) else {}


def _response(
    request: requests.PreparedRequest, status: HTTPStatus, body: bytes, headers: Mapping[str, str]
) -> requests.Response:
    raw = urllib3.HTTPResponse(io.BytesIO(body), headers, status, preload_content=False)
    return HTTPAdapter().build_response(request, raw)
