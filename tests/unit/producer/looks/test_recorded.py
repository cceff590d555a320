"""What Reddit really answered, from praw-dev's recordings, makes valid records."""

import json

from contract import problem_of_line
from producer.delivery.entry import encode
from producer.looks.observation import observation_of
from producer.reddit.client import listing_in
from producer.reddit.thing import thing_of
from producer.reddit.tombstones import DELETED
from tests.support.looks_world import known_after
from tests.support.producer_fakes import START, SUBREDDIT


def things_in(folder, pattern):
    for path in sorted(folder.glob(pattern)):
        for item in listing_in(json.loads(path.read_text(encoding="utf-8"))).items:
            if str(item.get("name", "")).startswith(("t1_", "t3_")):
                yield thing_of(item)


def test_recorded_listings_and_infos_make_valid_records(real_data):
    recorded = real_data / "reddit_api"
    patterns = ("*/*_listing_200.body.json", "*/*_api_info_200.body.json")
    things = [thing for pattern in patterns for thing in things_in(recorded, pattern)]
    assert len(things) > 500
    for thing in things:
        known = known_after(thing)
        at = max(START, thing.created_at)  # nothing is seen before it is made
        record = observation_of(known, thing, observed_at=at, cause="new", subreddit=SUBREDDIT)
        assert problem_of_line(encode(record)) is None


def test_a_recorded_deletion_is_told(real_data):
    folder = real_data / "reddit_api" / "TestComment.test_refresh__deleted_comment"
    (thing,) = things_in(folder, "*_api_info_200.body.json")
    assert thing.state == DELETED
