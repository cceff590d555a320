"""Gate: who is let in, what the quota and the switched-on faults make of a request."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from sandbox.reddit import replies
from sandbox.reddit.faults import FaultKind, RedditFaults
from sandbox.reddit.ledger import Ledger
from sandbox.reddit.quota import ClientQuota
from sandbox.reddit.tokens import Tokens

_RETRY_AFTER_SECONDS = 4


def is_newest(request: Request) -> bool:
    """Tell a listing's newest page from a later one."""
    return "after" not in request.query_params


class Gate:
    """Holds what belongs to the client rather than to the subreddit."""

    def __init__(self, quota: ClientQuota, ledger: Ledger) -> None:
        self.tokens = Tokens()
        self.faults = RedditFaults()
        self._quota = quota
        self._ledger = ledger

    def refusal(self, request: Request, endpoint: str, now: float) -> Response | None:
        """Return why a request is not answered, or None; it counts if its token is good."""
        if not request.headers.get("user-agent"):
            return replies.too_many(_RETRY_AFTER_SECONDS)
        if not self.tokens.is_good(request.headers.get("authorization", ""), now):
            return replies.bad_token()
        self._ledger.asked(endpoint, now, newest=is_newest(request), client=request.client)
        if not self._quota.take(now):
            self._ledger.refused += 1
            return replies.too_many(self._quota.reset_seconds(now))
        return None

    def headers(self, now: float) -> dict[str, str]:
        """Return the quota's headers."""
        return self._quota.headers(now)

    def failure(self, kind: FaultKind, now: float) -> Response | None:
        """Return the answer that a fault gives in place of the right one, if it gives one."""
        if kind is FaultKind.EXPIRED_TOKEN:
            self.tokens.expire_all()
        match kind:
            case FaultKind.EXPIRED_TOKEN | FaultKind.UNAUTHORIZED:
                answer = replies.bad_token()
            case FaultKind.TOO_MANY:
                answer = replies.too_many(_RETRY_AFTER_SECONDS)
            case FaultKind.TOO_MANY_BARE:
                answer = replies.too_many()
            case FaultKind.TOO_MANY_AT_THE_EDGE:
                used_up = {"x-ratelimit-remaining": "0.0"}
                answer = replies.too_many(headers=self.headers(now) | used_up)
            case FaultKind.HTML:
                answer = replies.page_instead_of_json()
            case _:
                is_status = kind.isdecimal()
                return (
                    replies.failed(HTTPStatus(int(kind)), self.headers(now)) if is_status else None
                )
        return answer
