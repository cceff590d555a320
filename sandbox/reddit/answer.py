"""Answer: a response that is noted in the ledger once it was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from sandbox.reddit.replies import JSON

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import Receive, Scope, Send

    from sandbox.reddit.ledger import Ledger
    from sandbox.reddit.thing import RecordedThing

_HEADERS = {"cache-control": "private, s-maxage=0, max-age=0, must-revalidate, no-store"}


class SentAnswer(Response):
    """Things as they were at one moment; an answer that is not sent tells nobody anything."""

    def __init__(
        self,
        body: bytes,
        headers: dict[str, str],
        told: Sequence[RecordedThing] = (),
        now: float = 0.0,
        ledger: Ledger | None = None,
    ) -> None:
        super().__init__(body, headers=_HEADERS | headers, media_type=JSON)
        self._told = told
        self._now = now
        self._ledger = ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send, then note it."""
        await super().__call__(scope, receive, send)
        if self._ledger is not None:
            self._ledger.answered(self._told, self._now)
