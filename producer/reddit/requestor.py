"""Requestor: PRAW's HTTP, with pacing, metering and errors that are ours.

prawcore sleeps on the wall clock: its limiter as the x-ratelimit headers say, its retries after
a 5xx or a 401. Here every answer but a good one is raised at once, which leaves it nothing to
retry, and the headers are read and taken off, which leaves its limiter nothing to wait for.
"""

from collections.abc import Mapping
from typing import Any

import prawcore
import requests
from prawcore.const import ACCESS_TOKEN_PATH

from clock import Clock
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

TIMEOUT_SECONDS = 16.0
REASONS: Mapping[type[Exception], str] = {  # the first that fits
    requests.exceptions.SSLError: "its certificate is not accepted",
    requests.exceptions.Timeout: f"no answer within {TIMEOUT_SECONDS:.0f} s",
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

    Takes what PRAW gives to its requestor besides.
    """

    def __init__(self, *, budget: Budget, clock: Clock, **settings: Any) -> None:  # noqa: ANN401 - PRAW's
        super().__init__(timeout=TIMEOUT_SECONDS, **settings)
        self._budget = budget
        self._clock = clock

    def request(
        self,
        *target: Any,  # noqa: ANN401 - prawcore's
        timeout: float | None = None,
        **options: Any,  # noqa: ANN401 - prawcore's
    ) -> requests.Response:
        """Return a good answer; raises RedditError for any other."""
        _method, url = target
        self._budget.sent(self._clock.now())
        try:
            response = super().request(*target, timeout=timeout, **options)
        except prawcore.RequestException as error:
            self._budget.answered(self._clock.now(), {})
            cause = error.original_exception
            reasons = (text for kind, text in REASONS.items() if isinstance(cause, kind))
            raise UnreachableError(
                f"{self.oauth_url} cannot be reached: {next(reasons, cause)}"
            ) from cause
        if url.endswith(ACCESS_TOKEN_PATH):
            self._budget.answered(self._clock.now(), {})  # its headers are of another quota
            _check_token(response)
        else:
            self._budget.answered(self._clock.now(), response.headers)
            _check(response)
        for name in QUOTA_HEADERS:
            response.headers.pop(name, None)
        return response


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
