"""Requestor: PRAW's HTTP, with pacing, metering and errors that are ours.

prawcore sleeps on the wall clock: its limiter as the x-ratelimit headers say, its retries after
a 5xx or a 401. Here every answer but a good one is raised at once, which leaves it nothing to
retry, and the headers are read and taken off, which leaves its limiter nothing to wait for.
"""

from collections.abc import Callable, Mapping
from typing import Any

import prawcore
import requests
from prawcore.const import ACCESS_TOKEN_PATH

from producer.errors import (
    CredentialsWrongError,
    ForbiddenError,
    GarbledError,
    RateLimitedError,
    RedditUnavailableError,
    SubredditMissingError,
    TokenExpiredError,
    UnreachableError,
)
from producer.reddit.budget import Budget
from producer.reddit.deadline import Deadline, deadline, watched_session

DEADLINE_SECONDS = 16.0  # of the wall, for all of an exchange
CONNECT_SECONDS = 4.0  # of it: another address may answer, or the next try
MOST_BYTES = 64 * 1024 * 1024  # 500 comments of the greatest length, many times over
CHUNK_BYTES = 64 * 1024
REASONS: Mapping[type[Exception], str] = {  # the first that fits
    requests.exceptions.SSLError: "its certificate is not accepted",
    requests.exceptions.ConnectTimeout: f"no connection within {CONNECT_SECONDS:.0f} s",
    requests.exceptions.Timeout: f"no answer within {DEADLINE_SECONDS:.0f} s",
    requests.exceptions.ChunkedEncodingError: "the answer broke off",
    requests.exceptions.ConnectionError: "no connection; is the address right, is there a network?",
}
QUOTA_HEADERS = ("x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-used")
OK = 200
UNAUTHORIZED = 401
FORBIDDEN = 403
TOO_MANY_REQUESTS = 429
TOKEN_FIELDS = {"access_token": str, "expires_in": int | float, "scope": str}
MISSING = (301, 302, 404)  # Reddit sends an unknown subreddit's reader to its search page


class MeteredRequestor(prawcore.Requestor):
    """Raises the producer's errors, and tells the budget of every exchange, tokens too.

    An exchange has a deadline, dripping answers included, and a most of bytes. `now` gives the
    budget's time. Takes what PRAW gives to its requestor besides.
    """

    def __init__(self, *, budget: Budget, now: Callable[[], float], **settings: Any) -> None:  # noqa: ANN401 - PRAW's
        session = settings.pop("session", None) or watched_session()
        super().__init__(timeout=DEADLINE_SECONDS, session=session, **settings)
        self._budget = budget
        self._now = now

    def request(
        self,
        *target: Any,  # noqa: ANN401 - prawcore's
        timeout: float | None = None,  # noqa: ARG002 - prawcore's
        **options: Any,  # noqa: ANN401 - prawcore's
    ) -> requests.Response:
        """Return a good answer; raises RedditError for any other."""
        _method, url = target
        with deadline(DEADLINE_SECONDS) as watched:
            response = self._exchange(target, options, watched)
        if url.endswith(ACCESS_TOKEN_PATH):
            self._budget.answered(self._now(), {})  # its headers are of another quota
            _check_token(response)
        else:
            self._budget.answered(self._now(), response.headers)
            _check(response)
        for name in QUOTA_HEADERS:
            response.headers.pop(name, None)
        return response

    def _exchange(
        self,
        target: tuple[Any, ...],
        options: Mapping[str, Any],
        watched: Deadline,
    ) -> requests.Response:
        try:
            timeouts: Any = (CONNECT_SECONDS, DEADLINE_SECONDS)
            response = super().request(*target, timeout=timeouts, stream=True, **options)
            _read_body(response)
            if watched.over:  # a cut connection may look like the end of an answer
                raise requests.exceptions.Timeout
        except (prawcore.RequestException, requests.RequestException, GarbledError) as error:
            self._budget.answered(self._now(), {})
            if isinstance(error, GarbledError):
                raise
            cause = getattr(error, "original_exception", error)
            if watched.over:
                cause = requests.exceptions.Timeout()
            reasons = (text for kind, text in REASONS.items() if isinstance(cause, kind))
            raise UnreachableError(
                f"{self.oauth_url} cannot be reached: {next(reasons, cause)}"
            ) from cause
        return response


def _read_body(response: requests.Response) -> None:
    """Read all of an answer into it; raises GarbledError when it has no end."""
    body = bytearray()
    with response:
        for chunk in response.iter_content(CHUNK_BYTES):
            body += chunk
            if len(body) > MOST_BYTES:
                raise GarbledError(f"Reddit's answer is longer than {MOST_BYTES} bytes")
    response._content = bytes(body)  # noqa: SLF001 - requests sets it in no other way


def _check(response: requests.Response) -> None:
    status = response.status_code
    if status == OK:
        return
    if status == UNAUTHORIZED:
        raise TokenExpiredError("the access token is no longer accepted")
    if status == FORBIDDEN:
        raise ForbiddenError(
            "Reddit forbids it (403): is the subreddit private, the client approved?"
        )
    if status in MISSING:
        raise SubredditMissingError(f"Reddit has no such subreddit (status {status})")
    _check_any(response)


def _check_token(response: requests.Response) -> None:
    if response.status_code in (UNAUTHORIZED, FORBIDDEN):
        raise CredentialsWrongError("Reddit does not accept the client id and secret")
    if response.status_code != OK:
        _check_any(response)
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise GarbledError("Reddit answered for a token with something that is not JSON")
    if "error" in answer:
        raise CredentialsWrongError(f"Reddit gives no token: {answer['error']}")
    if not all(isinstance(answer.get(name), kind) for name, kind in TOKEN_FIELDS.items()):
        raise GarbledError("Reddit's token answer lacks fields")


def _check_any(response: requests.Response) -> None:
    status = response.status_code
    if status == TOO_MANY_REQUESTS:
        raise RateLimitedError(_wait_seconds(response.headers))
    raise RedditUnavailableError(f"Reddit answers with status {status}")


def _wait_seconds(headers: Mapping[str, str]) -> float | None:
    for name in ("x-ratelimit-reset", "retry-after"):
        try:
            return max(0.0, float(headers[name]))
        except (KeyError, ValueError):
            continue
    return None
