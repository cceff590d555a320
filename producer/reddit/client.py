"""Reddit: listings and /api/info through PRAW, as plain items.

PRAW authorizes, renews tokens and speaks HTTP. Its model objects are left out: building a
hundred of them costs more than all the rest of an answer, and every field is in the item.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import praw
import prawcore

from clock import Clock
from producer.errors import (
    CredentialsWrongError,
    ForbiddenError,
    GarbledError,
    TokenExpiredError,
)
from producer.reddit.budget import Budget
from producer.reddit.credentials import Credentials
from producer.reddit.limits import PAGE_SIZE
from producer.reddit.requestor import MeteredRequestor
from producer.settings import RedditSettings


class Page(NamedTuple):
    """The items of one answer, and the anchor of the next page."""

    items: list[Any]
    after: str | None


class Reddit(Protocol):
    """What the producer asks of Reddit; every call is one request and raises RedditError."""

    def listing(self, name: str, after: str | None) -> Page:
        """Return a page of `comments` or `new`, newest first."""

    def info(self, ids: Sequence[str]) -> list[Any]:
        """Return what Reddit answers for up to 100 fullnames."""


class PrawReddit:
    """One subreddit on Reddit, connected lazily. Not thread-safe."""

    def __init__(
        self, settings: RedditSettings, credentials: Credentials, budget: Budget, clock: Clock
    ) -> None:
        url = settings.url
        servers = {"oauth_url": url, "reddit_url": url} if url else {}
        self._reddit = _Praw(
            client_id=credentials.client_id,
            client_secret=credentials.client_secret,
            user_agent=credentials.user_agent,
            check_for_updates=False,
            check_for_async=False,
            requestor_class=MeteredRequestor,
            requestor_kwargs={"budget": budget, "clock": clock},
            **servers,
        )
        self._subreddit = settings.subreddit

    def listing(self, name: str, after: str | None) -> Page:
        """Return a page of `comments` or `new`, newest first."""
        params: dict[str, str | int] = {"limit": PAGE_SIZE}
        if after is not None:
            params["after"] = after
        return _page(self._get(f"r/{self._subreddit}/{name}", params))

    def info(self, ids: Sequence[str]) -> list[Any]:
        """Return what Reddit answers for up to 100 fullnames."""
        return _page(self._get("api/info/", {"id": ",".join(ids)})).items

    def close(self) -> None:
        """Close the connections."""
        self._reddit.close()

    def _get(self, path: str, params: dict[str, str | int]) -> object:
        try:
            return self._get_once(path, params)
        except TokenExpiredError:
            self._reddit.forget_token()
        try:
            return self._get_once(path, params)
        except TokenExpiredError:
            raise ForbiddenError("Reddit refuses a token that it has just given") from None

    def _get_once(self, path: str, params: dict[str, str | int]) -> object:
        try:
            return self._reddit.request(method="GET", path=path, params=params)
        except prawcore.OAuthException as error:
            raise CredentialsWrongError(f"Reddit gives no token: {error.error}") from None
        except prawcore.ResponseException:
            raise GarbledError("Reddit's answer is not the JSON it should be") from None


class _Praw(praw.Reddit):
    """PRAW, and the two things it does not offer."""

    def forget_token(self) -> None:
        """Make the next request ask for a new token."""
        self._session.authorizer.access_token = None

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    @property
    def _session(self) -> prawcore.Session:
        if self._core is None:
            raise RuntimeError("PRAW made no session")
        return self._core


def _page(answer: object) -> Page:
    data = answer.get("data") if isinstance(answer, dict) else None
    children = data.get("children") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(children, list):
        raise GarbledError("Reddit's answer is not a listing")
    after = data.get("after")
    items = [child.get("data") if isinstance(child, dict) else child for child in children]
    return Page(items, after if isinstance(after, str) and after else None)
