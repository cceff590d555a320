"""Client: asks Reddit through PRAW, and returns plain items.

PRAW authorizes, renews tokens and speaks HTTP. Its model objects are left out: building a
hundred of them costs more than all the rest of an answer, and every field is in the item.
"""

from collections.abc import Callable, Iterator
from typing import Any

import praw
import prawcore
from requests.adapters import BaseAdapter

from producer.errors import (
    CredentialsWrongError,
    ForbiddenError,
    GarbledError,
    TokenExpiredError,
)
from producer.reddit.budget import Budget
from producer.reddit.credentials import Credentials
from producer.reddit.limits import PAGE_SIZE, THREAD_ITEMS
from producer.reddit.question import Answer, Info, ListingPage, More, Question, Thread
from producer.reddit.requestor import MeteredRequestor
from producer.settings import RedditSettings


class PrawReddit:
    """Reddit, connected lazily; `now` gives the budget's time. Not thread-safe."""

    def __init__(
        self,
        settings: RedditSettings,
        credentials: Credentials,
        budget: Budget,
        now: Callable[[], float],
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
            requestor_kwargs={"budget": budget, "now": now},
            **servers,
        )

    def ask(self, question: Question) -> Answer:
        """Make one request, or more while tokens expire; raises RedditError."""
        match question:
            case ListingPage(subreddit, listing, after):
                params: dict[str, str | int] = {"limit": PAGE_SIZE}
                if after is not None:
                    params["after"] = after
                return listing_in(self._get(f"r/{subreddit}/{listing}", params))
            case Info(ids):
                return listing_in(self._get("api/info/", {"id": ",".join(ids)}))
            case Thread(subreddit, post_id, comment_id):
                path = f"r/{subreddit}/comments/{post_id.removeprefix('t3_')}"
                if comment_id is not None:
                    path += f"/_/{comment_id.removeprefix('t1_')}"
                return thread_in(self._get(path, {"sort": "new", "limit": THREAD_ITEMS}))
            case More(post_id, children):
                names = ",".join(each.removeprefix("t1_") for each in children)
                data = {"link_id": post_id, "children": names, "sort": "new"}
                return more_in(self._authorized("POST", "api/morechildren", data=data))

    def mount(self, transport: BaseAdapter) -> None:
        """Let a transport of `requests` carry what is asked: a replay without sockets."""
        self._reddit.mount(transport)

    def close(self) -> None:
        """Close the connections."""
        self._reddit.close()

    def _get(self, path: str, params: dict[str, str | int]) -> object:
        return self._authorized("GET", path, params=params)

    def _authorized(self, method: str, path: str, **content: dict[str, Any]) -> object:
        try:
            return self._once(method, path, **content)
        except TokenExpiredError:
            self._reddit.forget_token()
        try:
            return self._once(method, path, **content)
        except TokenExpiredError:
            raise ForbiddenError("Reddit refuses a token that it has just given") from None

    def _once(self, method: str, path: str, **content: dict[str, Any]) -> object:
        try:
            return self._reddit.request(method=method, path=path, **content)
        except prawcore.OAuthException as error:
            raise CredentialsWrongError(f"Reddit gives no token: {error.error}") from None
        except prawcore.ResponseException:
            raise GarbledError("Reddit's answer is not the JSON it should be") from None


class _Praw(praw.Reddit):
    """PRAW, and the two things it does not offer."""

    def forget_token(self) -> None:
        """Make the next request ask for a new token."""
        self._session.authorizer.access_token = None

    def mount(self, transport: BaseAdapter) -> None:
        """Let a transport of `requests` carry what is asked."""
        self._session.requestor._http.mount("https://", transport)  # noqa: SLF001 - prawcore hides it

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    @property
    def _session(self) -> prawcore.Session:
        if self._core is None:
            raise RuntimeError("PRAW made no session")
        return self._core


def listing_in(answer: object) -> Answer:
    """Read a listing; raises GarbledError."""
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict):
        raise GarbledError("Reddit's answer is not a listing")
    after = data.get("after")
    items = [_data(child) for child in _children(data)]
    return Answer(items, after if isinstance(after, str) and after else None)


def thread_in(answer: object) -> Answer:
    """Read a comment page: its post, then its comments from the top down; raises GarbledError."""
    if not isinstance(answer, list) or len(answer) != len(("post", "comments")):
        raise GarbledError("Reddit's answer is not a comment page")
    return _flat(child for listing in answer for child in _children_of(listing))


def more_in(answer: object) -> Answer:
    """Read what stood behind a `more`; raises GarbledError."""
    inner = answer.get("json") if isinstance(answer, dict) else None
    data = inner.get("data") if isinstance(inner, dict) else None
    things = data.get("things") if isinstance(data, dict) else None
    if not isinstance(things, list):
        raise GarbledError("Reddit's answer is not what stands behind a `more`")
    return _flat(iter(things))


def _flat(children: Iterator[object]) -> Answer:
    """Take apart a tree of any depth: replies follow their comment."""
    items: list[object] = []
    more: list[str] = []
    deeper: list[str] = []
    levels = [children]
    while levels:
        child = next(levels[-1], None)
        if child is None:
            levels.pop()
            continue
        data = _data(child)
        if isinstance(child, dict) and child.get("kind") == "more":
            more += _names_behind(data)
            deeper += _continued(data)
            continue
        items.append(data)
        replies = data.pop("replies", None) if isinstance(data, dict) else None
        if replies:  # "" without any
            levels.append(iter(_children_of(replies)))
    return Answer(items, None, tuple(dict.fromkeys(more)), tuple(dict.fromkeys(deeper)))


def _names_behind(more: object) -> list[str]:
    """Return the fullnames that a `more` stands for."""
    children = more.get("children") if isinstance(more, dict) else None
    if not isinstance(children, list):
        return []
    return [f"t1_{each}" for each in children if isinstance(each, str) and each]


def _continued(more: object) -> list[str]:
    """Return the comment below which a thread goes on deeper than Reddit shows at once, if any."""
    if not isinstance(more, dict) or more.get("id") != "_":
        return []
    parent = more.get("parent_id")
    return [parent] if isinstance(parent, str) and parent.startswith("t1_") else []


def _children_of(listing: object) -> list[Any]:
    data = listing.get("data") if isinstance(listing, dict) else None
    if not isinstance(data, dict):
        raise GarbledError("Reddit's answer is not a listing")
    return _children(data)


def _children(data: dict[str, Any]) -> list[Any]:
    children = data.get("children")
    if not isinstance(children, list):
        raise GarbledError("Reddit's answer is not a listing")
    return children


def _data(child: object) -> Any:  # noqa: ANN401 - whatever Reddit sent
    return child.get("data") if isinstance(child, dict) else child
