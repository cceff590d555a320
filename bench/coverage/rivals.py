"""Rivals: how people read a subreddit's comments: PRAW's stream, and a poller with `before`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import praw
import praw.models.util
import prawcore
import prawcore.auth
import prawcore.rate_limit
import prawcore.sessions

from bench.coverage.replay import Replay
from bench.coverage.virtual_time import time_of
from sandbox.simulate.clock import VirtualClock

Deliver = Callable[[str], None]
POLL_SECONDS = 5.0
RETRY_SECONDS = 10.0
PAGE = 100


@contextmanager
def praw_on(replay: Replay, clock: VirtualClock) -> Iterator[praw.Reddit]:
    """Give PRAW that asks the replay, and sleeps on its clock."""
    reddit = praw.Reddit(
        client_id="bench",
        client_secret="bench",  # noqa: S106 - nobody checks it
        user_agent="python:wsb-stream-bench:v1",
        check_for_updates=False,
        check_for_async=False,
    )
    core: Any = reddit._core  # noqa: SLF001 - where PRAW keeps the session of requests
    core.requestor._http.mount("https://", replay)  # noqa: SLF001 - the same
    with (
        time_of(clock, praw.models.util, prawcore.auth, prawcore.rate_limit, prawcore.sessions),
        reddit,
    ):
        yield reddit


class PrawStream:
    """`stream.comments()`, kept alive by an exception handler, begun again after a restart."""

    def run(self, reddit: praw.Reddit, deliver: Deliver) -> None:
        """Read until Stopped."""
        stream = reddit.subreddit("wallstreetbets").stream
        for comment in stream.comments(exception_handler=lambda _error: None):
            deliver(comment.fullname)


class BeforeCursor:
    """Asks for what is newer than the newest it has; keeps that id over a restart."""

    def __init__(self) -> None:
        self._newest: str | None = None

    def run(self, reddit: praw.Reddit, deliver: Deliver) -> None:
        """Read until Stopped."""
        subreddit = reddit.subreddit("wallstreetbets")
        sleep = vars(praw.models.util)["time"].sleep
        while True:
            try:
                comments = list(subreddit.comments(limit=PAGE, params={"before": self._newest}))
            except prawcore.PrawcoreException:
                sleep(RETRY_SECONDS)
                continue
            for comment in reversed(comments):
                deliver(comment.fullname)
            if comments:
                self._newest = comments[0].fullname
            if len(comments) < PAGE:
                sleep(POLL_SECONDS)
