"""Fixtures of who asks the sandbox's Reddit; a module asks for them by `pytest_plugins`."""

import pytest

from sandbox.reddit.generator.day import Plan, generate_day
from tests.support.reddit_server import NOW, staged


@pytest.fixture(scope="module")
def day():
    return list(generate_day(Plan(seed=5, hours=2, comments_per_minute=30)))


@pytest.fixture
def _praw_may_ask_elsewhere(monkeypatch):
    monkeypatch.setenv("PRAW_ALLOW_ENDPOINT_OVERRIDE", "1")
    monkeypatch.setenv("praw_check_for_updates", "False")


@pytest.fixture
def stage(tmp_path, day, _praw_may_ask_elsewhere):
    with staged(tmp_path, day) as stage:
        stage.at(NOW)
        yield stage


@pytest.fixture
def reddit(stage):
    return stage.praw()


@pytest.fixture
def subreddit(reddit):
    return reddit.subreddit("wallstreetbets")
