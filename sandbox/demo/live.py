"""Live: the same run on the real Reddit, of which only what was sent on can be audited."""

import os
from collections.abc import Mapping
from dataclasses import asdict

from clock import SystemClock
from producer.check import check_reddit
from producer.errors import ProducerError
from producer.reddit.credentials import find_credentials
from producer.settings import RedditSettings
from sandbox.demo.errors import DemoError


def live_credentials() -> Mapping[str, str]:
    """Return the person's own, once Reddit has taken them; raises DemoError."""
    try:
        settings = RedditSettings.from_environment(os.environ)
        check_reddit(settings, settings.subreddit, SystemClock(), [])
        return asdict(find_credentials(settings, os.environ))
    except ProducerError as error:
        raise DemoError(str(error)) from error
