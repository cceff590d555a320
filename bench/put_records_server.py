"""A small fast HTTP server that speaks PutRecords, and counts what it takes.

It keeps no stream: only how often each record was acknowledged. It can fail as Kinesis does, by
chance (`failing_share` of the entries of each call) or by a plan for the next calls.
"""

import asyncio
import base64
import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple, Self

import orjson

HEADERS_END = b"\r\n\r\n"
ENTRY_CODES = ("ProvisionedThroughputExceededException", "InternalFailure")


class Reply(NamedTuple):
    """An answer to a whole call, instead of taking its records."""

    status: int
    body: bytes
    type: str = "application/x-amz-json-1.1"


def refusal(code: str, status: int = 400) -> Reply:
    """Return an error as AWS words it."""
    return Reply(status, orjson.dumps({"__type": code, "message": code}))


class Reset:
    """The connection breaks; `taken`: after the records were."""

    def __init__(self, *, taken: bool = False) -> None:
        self.taken = taken


class Silence:
    """No answer ever comes."""


Meeting = Reply | Reset | Silence | Collection[int]
Meets = Meeting | Callable[[list[str]], Meeting]


@dataclass
class Ledger:
    """What came; `taken` counts acknowledgements by partition key and data."""

    failing_share: float = 0.0
    seed: int = 1
    plan: deque[Meets] = field(default_factory=deque)
    always: Meets = ()
    taken: Counter[bytes] = field(default_factory=Counter)
    order: list[tuple[str, bytes]] | None = None
    calls: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the dice."""
        self._random = Random(self.seed)  # noqa: S311 - dice, not a secret

    def put(self, body: bytes) -> Reply | Reset | Silence:
        """Take a call, or what of it does not fail."""
        entries = orjson.loads(body)["Records"]
        self.calls.append(len(entries))
        keys = [entry["PartitionKey"] for entry in entries]
        planned = self.plan.popleft() if self.plan else self.always
        meets = planned(keys) if callable(planned) else planned
        if isinstance(meets, Reply | Silence):
            return meets
        if isinstance(meets, Reset):
            if meets.taken:
                self._take(entries, ())
            return meets
        return Reply(200, self._take(entries, meets))

    def _take(self, entries: list[Mapping[str, str]], failing: Collection[int]) -> bytes:
        results = []
        for place, entry in enumerate(entries):
            if place in failing or self._random.random() < self.failing_share:
                results.append({"ErrorCode": ENTRY_CODES[place % 2], "ErrorMessage": "slow down"})
                continue
            data = base64.b64decode(entry["Data"])
            self.taken[data] += 1
            if self.order is not None:
                self.order.append((entry["PartitionKey"], data))
            number = str(self.taken.total() if self.order is not None else 1)
            results.append({"SequenceNumber": number, "ShardId": "shardId-000000000000"})
        failed = sum("ErrorCode" in result for result in results)
        return orjson.dumps({"FailedRecordCount": failed, "Records": results})


class _Connection(asyncio.Protocol):
    def __init__(self, ledger: Ledger, open_ones: set[asyncio.Transport | None]) -> None:
        self._ledger = ledger
        self._open = open_ones
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - TCP
        self._transport = transport
        self._open.add(transport)

    def connection_lost(self, _: Exception | None) -> None:
        self._open.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (request := self._next_request()) is not None:
            self._answer(self._ledger.put(request))

    def _next_request(self) -> bytes | None:
        """Return the body of a whole request, if one has come."""
        head, end, _ = self._buffer.partition(HEADERS_END)
        if not end:
            return None
        lines = bytes(head).lower().split(b"\r\n")
        length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
        start = len(head) + len(end)
        if len(self._buffer) < start + length:
            return None
        body = bytes(self._buffer[start : start + length])
        del self._buffer[: start + length]
        return body

    def _answer(self, reply: Reply | Reset | Silence) -> None:
        assert self._transport is not None  # noqa: S101 - it has received
        if isinstance(reply, Reset):
            self._transport.abort()
        elif isinstance(reply, Reply):
            head = (
                f"HTTP/1.1 {reply.status} -\r\ncontent-type: {reply.type}\r\n"
                f"content-length: {len(reply.body)}\r\n\r\n"
            )
            self._transport.write(head.encode() + reply.body)


class PutRecordsServer:
    """Serves on a free port of loopback, on a thread, while it is a context."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.Transport | None] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.url = ""

    def __enter__(self) -> Self:
        """Serve."""
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        make = self._loop.create_server(
            lambda: _Connection(self._ledger, self._open), "127.0.0.1", 0
        )
        server = self._loop.run_until_complete(make)
        host, port = server.sockets[0].getsockname()
        self.url = f"http://{host}:{port}"
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for transport in self._open:
            if transport is not None:
                transport.abort()
        self._loop.run_until_complete(asyncio.sleep(0))  # so that they are closed
        self._loop.run_until_complete(server.wait_closed())
