"""What the log says never holds a body, an author or a credential, whatever goes wrong."""

import io

import pytest

from producer.errors import GarbledError, RateLimitedError, RedditUnavailableError
from producer.events import DeadLetterMade, GapFound, RedditRateLimited, RedditUnavailable
from telemetry import Log
from tests.support.producer_fakes import START, comment
from tests.support.producer_world import HOUR, ProducerWorld

SECRETS = {
    "body": "thesecretbody",
    "selftext": "thesecretbody",
    "author": "thesecretauthor",
    "author_fullname": "t2_thesecretauthor",
    "author_flair_text": "thesecretflair",
    "title": "thesecrettitle",
    "permalink": "/r/x/comments/thesecrettitle/",
    "url": "https://example.com/thesecreturl",
}
BROKEN = ({"link_id": None}, {"link_id": ["thesecretbody"]}, {"parent_id": 7})


def told(log):
    """Return the log as it is written."""
    stream = io.StringIO()
    for event in log.events:
        Log(stream).emit(event)
    return stream.getvalue()


@pytest.fixture
def world():
    """Malformed items, a gap, and every answer of Reddit that is none."""
    things = [comment(number, START + number, **SECRETS) for number in range(300)]
    things += [
        comment(1000 + number, START + number, **{**SECRETS, **broken})
        for number, broken in enumerate(BROKEN)
    ]
    world = ProducerWorld(things)
    world.deliver(400)
    world.clock.time += HOUR
    late = {f"t1_l{number}": number for number in range(1100)}
    world.reddit.things |= {
        name: comment(0, world.clock.time - 1000 + number * 0.9, **{**SECRETS, "name": name})
        for name, number in late.items()
    }
    faults = [RedditUnavailableError("503"), GarbledError("html"), RateLimitedError(10.0)]

    def fail_now_and_then(_request):
        if faults:
            raise faults.pop()

    world.reddit.before_answer = fail_now_and_then
    world.deliver(600)
    return world


def test_logs_never_carry_a_body_or_an_author(world):
    kinds = (DeadLetterMade, GapFound, RedditUnavailable, RedditRateLimited)
    assert [kind.name() for kind in kinds if not world.log.of(kind)] == []
    text = told(world.log)
    assert "thesecret" not in text
    assert world.records()  # and what is sent does
    assert any("thesecretbody" in (record.get("body") or "") for record in world.records())
