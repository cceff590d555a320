"""Asker: several requests in flight at a time; what comes back waits for the core."""

import queue
import threading
from collections.abc import Callable
from typing import NamedTuple, Protocol

from clock import Clock
from producer.errors import GarbledError, RedditError
from producer.job import Request
from producer.reddit.question import Answer, Reddit

THREADS = 4  # at 1 s latency 1.6 are in flight on average, at 2.5 s four
STOP_CHECK_SECONDS = 0.05
LAST_ANSWERS_SECONDS = 5.0  # of the wall


class Reply(NamedTuple):
    """How a request ended: with an answer or an error, never both."""

    request: Request
    answer: Answer | None
    error: RedditError | None


class Asker(Protocol):
    """Takes requests and returns each exactly once as a reply, in the order of their arrival."""

    def free(self) -> int:
        """Return how many more requests it takes now."""

    def send(self, request: Request) -> None:
        """Take a request, only while something is free; never blocks."""

    def replies(self, seconds: float, stop: threading.Event) -> list[Reply]:
        """Block until there is a reply, the clock's seconds are over, or `stop` is set."""

    def close(self) -> list[Reply]:
        """Take no more; return what was in flight and is answered within a few wall seconds."""

    def abandon(self) -> None:
        """Take no more; what is in flight comes to nobody."""


class ThreadAsker:
    """A few threads, each with a Reddit of its own that `connect` makes when first needed."""

    def __init__(self, connect: Callable[[], Reddit], clock: Clock, threads: int = THREADS) -> None:
        self._clock = clock
        self._requests: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._replies: queue.SimpleQueue[Reply] = queue.SimpleQueue()
        self._arrived = threading.Event()
        self._in_flight = 0
        self._threads = [
            # a request that hangs at the end must not hold the process
            threading.Thread(target=self._work, args=(connect,), name=f"asker-{n}", daemon=True)
            for n in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def free(self) -> int:
        """Return how many threads have nothing to do."""
        return len(self._threads) - self._in_flight

    def send(self, request: Request) -> None:
        """Take a request."""
        self._in_flight += 1
        self._requests.put(request)

    def replies(self, seconds: float, stop: threading.Event) -> list[Reply]:
        """Block until there is a reply, the clock's seconds are over, or `stop` is set."""
        self._clock.wait(seconds, _Either(self._arrived, stop))
        self._arrived.clear()  # before the queue is read: what comes later sets it again
        return self._taken()

    def close(self) -> list[Reply]:
        """Return what was in flight and is answered within a few wall seconds."""
        self.abandon()
        give_up = threading.Event()
        timer = threading.Timer(LAST_ANSWERS_SECONDS, give_up.set)
        timer.start()
        replies = self._taken()
        while self._in_flight and not give_up.is_set():
            _Either(self._arrived, give_up).wait()
            self._arrived.clear()
            replies += self._taken()
        timer.cancel()
        return replies

    def abandon(self) -> None:
        """End each thread once its request is answered, or given up."""
        for _ in self._threads:
            self._requests.put(None)

    def _taken(self) -> list[Reply]:
        replies: list[Reply] = []
        while not self._replies.empty():
            replies.append(self._replies.get_nowait())
        self._in_flight -= len(replies)
        return replies

    def _work(self, connect: Callable[[], Reddit]) -> None:
        reddit: Reddit | None = None
        while (request := self._requests.get()) is not None:
            try:
                reddit = reddit or connect()
                reply = Reply(request, reddit.ask(request.question), None)
            except RedditError as error:
                reply = Reply(request, None, error)
            except Exception as error:  # noqa: BLE001 - a form of answer that nobody thought of
                what = type(error).__name__
                reply = Reply(
                    request, None, GarbledError(f"Reddit's answer cannot be read: {what}")
                )
            self._replies.put(reply)
            self._arrived.set()


class _Either(threading.Event):
    """Set while one of two events is."""

    def __init__(self, one: threading.Event, other: threading.Event) -> None:
        super().__init__()
        self._one = one
        self._other = other

    def is_set(self) -> bool:
        return self._one.is_set() or self._other.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Return at once when `one` is set, a moment later for the other."""
        left = float("inf") if timeout is None else timeout
        while left > 0 and not self.is_set():
            self._one.wait(min(STOP_CHECK_SECONDS, left))
            left -= STOP_CHECK_SECONDS
        return self.is_set()
