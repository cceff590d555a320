"""Live: the same run on the real Reddit, of which only what was sent on can be accounted for."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING

from clock import SystemClock
from producer.check import check_reddit
from producer.errors import ProducerError
from producer.reddit.credentials import find_credentials
from producer.settings import RedditSettings
from sandbox.audit import RedditBook
from sandbox.demo.errors import DemoError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.audit import StreamBook


def live_credentials() -> Mapping[str, str]:
    """Return the person's own, once Reddit has taken them; raises DemoError."""
    try:
        settings = RedditSettings.from_environment(os.environ)
        check_reddit(settings, SystemClock())
        return asdict(find_credentials(settings, os.environ))
    except ProducerError as error:
        raise DemoError(str(error)) from error


def live_book(stream: StreamBook) -> RedditBook:
    """Return what can be known of live Reddit: only what the producer sent."""
    return RedditBook(
        served=stream.ids,
        unasked=frozenset(),
        read=stream.ids,
        kept_expected=stream.kept_comments,
        gone=frozenset(),
        reached=stream.kept_comments,
    )
