"""Spoilt: answers that break on the way, and right answers that do not say what they should."""

import asyncio
import socket
from collections.abc import Iterable

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from sandbox.reddit.record import POST
from sandbox.reddit.render import listing
from sandbox.reddit.thing import RecordedThing

TRANSPORT = "sandbox.transport"  # the scope's key for the connection of a request
DRIP_SECONDS = 0.2  # wall; a byte
_EMPTY_LISTING = listing([], 0)
_EMPTY = {
    "thread": b"[%b,%b]" % (_EMPTY_LISTING, _EMPTY_LISTING),
    "more": b'{"json":{"errors":[],"data":{"things":[]}}}',
}
_OF_COMMENTS = ("link_id", "parent_id", "body", "score_hidden", "is_submitter")


def empty_body(endpoint: str) -> bytes:
    """Return an answer in its right form, with nothing in it."""
    return _EMPTY.get(endpoint, _EMPTY_LISTING)


def renamed(body: bytes, field: str) -> bytes:
    """Return a body in which a field of all things has another name."""
    return body.replace(b'"%b":' % field.encode(), b'"%b_v2":' % field.encode())


def readable(things: Iterable[RecordedThing], field: str) -> list[RecordedThing]:
    """Return the things that do not have such a field, so that its new name spoils none of them."""
    return [thing for thing in things if thing.kind == POST and field in _OF_COMMENTS]


class Dripping(Response):
    """Arrives byte by byte, for hours: whoever waits for its end must give up."""

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the client has gone."""
        await send(_start(self))
        gone = asyncio.ensure_future(_until_gone(receive))
        for place in range(len(self.body)):
            await send(_part(bytes(self.body[place : place + 1]), more=True))
            await asyncio.wait([gone], timeout=DRIP_SECONDS)
            if gone.done():
                return
        await send(_part(b"", more=False))


class Reset(Response):
    """Breaks the connection: before its first byte, or in the middle of its body."""

    def __init__(self, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        super().__init__(body, headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send half of it, and a TCP reset instead of the rest."""
        if self.body:
            await send(_start(self))
            await send(_part(bytes(self.body[: len(self.body) // 2]), more=True))
            await asyncio.sleep(0.01)  # what was written leaves before the reset discards it
        transport: asyncio.Transport = scope[TRANSPORT]
        _reset_on_close(transport.get_extra_info("socket").fileno())
        transport.abort()
        await _until_gone(receive)


def _reset_on_close(descriptor: int) -> None:
    with socket.fromfd(descriptor, socket.AF_INET, socket.SOCK_STREAM) as same:
        same.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _start(response: Response) -> Message:
    start = {"status": response.status_code, "headers": response.raw_headers}
    return {"type": "http.response.start"} | start


def _part(body: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}
