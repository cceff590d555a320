"""Records are valid whatever Reddit answers, and a tombstone holds nothing personal."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract import SCHEMA, problem_of, problem_of_line
from producer.delivery.entry import encode
from producer.gap import Gap, GapStatus
from producer.looks.observation import gap_observation, observation_of
from producer.reddit.thing import MalformedThingError, thing_of
from tests.support.looks_world import known_after, looks_of, page
from tests.support.producer_fakes import START, SUBREDDIT, comment, post

ANYTHING = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(st.characters()),  # lone surrogates too: Reddit's JSON may escape them
        st.sampled_from(["[deleted]", "[removed]", "", "t1_x", "t3_x", 10**400]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(), inner)),
    max_leaves=4,
)
# the first draw of any text loads Unicode's tables, slow on a loaded machine
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
FIELDS = sorted({*comment(1), *post(1), "hide_score"})


def record_of(raw, *, at=START + 60):
    thing = thing_of(raw)
    known = known_after(thing, at=at)
    return observation_of(known, thing, observed_at=at, cause="new", subreddit=SUBREDDIT)


@pytest.mark.parametrize("raw", [comment(1), post(1)])
def test_a_live_thing_makes_a_whole_record(raw):
    record = record_of(raw)
    assert problem_of(record) is None
    expected = {field.name for field in SCHEMA.of_kind(record["kind"])}
    assert expected == set(record)
    assert record["author"] == "somebody"


def test_texts_and_instants_are_taken_as_they_are():
    record = record_of(comment(1, body="🚀 \u202e" + "x" * 40_000, edited=START + 5))
    assert record["body"].startswith("🚀")
    assert record["edited_at"] == "2020-12-08T00:00:05.000Z"
    assert record["created_at"] == "2020-12-08T00:00:00.000Z"
    assert record["observed_at"] == "2020-12-08T00:01:00.000Z"


def test_a_hidden_score_is_unknown():
    record = record_of(comment(1, score=1, score_hidden=True))
    assert (record["score"], record["score_hidden"], record["peak_score"]) == (None, True, None)


@pytest.mark.parametrize(
    "raw",
    [
        comment(1, author="[deleted]", body="[deleted]", score=12),
        comment(1, author="[deleted]", body="[removed]", score=12),
        post(1, removed_by_category="moderator", score=12),
        post(1, removed_by_category="deleted", score=12),
        post(1, author="[deleted]", selftext="[deleted]", score=12),
    ],
)
def test_a_tombstone_carries_no_personal_field_but_keeps_the_score(raw):
    record = record_of(raw)
    personal = {name for name in SCHEMA.personal_names() if record.get(name) is not None}
    assert set() == personal
    assert record["state"] in {"deleted", "removed"}
    assert (record["score"], record["peak_score"]) == (12, 12)
    assert problem_of(record) is None


def test_an_absent_comment_keeps_its_thread_and_score():
    looks = looks_of()
    looks.see(page(comment(1, score=4)), START)
    for at in (START, START + 3600):
        looks.miss(["t1_c1"], at)
    absent = looks.table.get("t1_c1")
    record = observation_of(
        absent, None, observed_at=START + 3600, cause="reread", subreddit=SUBREDDIT
    )
    assert problem_of(record) is None
    assert (record["state"], record["post_id"]) == ("absent", "t3_p1")
    assert (record["score"], record["peak_score"]) == (4, 4)


@pytest.mark.parametrize(
    "fields",
    [
        {"author": "somebody", "body": "[deleted]"},  # typed by its author
        {"author": "[deleted]", "body": "still here"},  # its author left Reddit
    ],
)
def test_only_both_marks_together_are_a_deletion(fields):
    record = record_of(comment(1, **fields))
    assert record["state"] == "live"
    assert record["author"] in {"somebody", None}


@pytest.mark.parametrize("status", ["open", "repaired", "partial"])
def test_the_record_of_a_gap_says_what_has_become_of_it(status):
    """It keeps its id and when it was found; observed_at is the time of this record."""
    gap = Gap("gap_new_1_2", "new", START, START - 100, START - 50, GapStatus(status), 7)
    record = gap_observation(gap, observed_at=START + 60, subreddit=SUBREDDIT)
    assert record == {
        "schema_version": 1,
        "kind": "gap",
        "id": "gap_new_1_2",
        "subreddit": SUBREDDIT,
        "created_at": "2020-12-08T00:00:00.000Z",
        "observed_at": "2020-12-08T00:01:00.000Z",
        "listing": "new",
        "from_at": "2020-12-07T23:58:20.000Z",
        "to_at": "2020-12-07T23:59:10.000Z",
        "status": status,
        "recovered": 7,
    }
    assert problem_of(record) is None


@PATIENT
@given(st.sampled_from([comment, post]), st.dictionaries(st.sampled_from(FIELDS), ANYTHING))
def test_hostile_items_make_valid_records_or_say_which_field_is_malformed(kind, fields):
    raw = {**kind(1), **fields}
    try:
        record = record_of(raw)
    except MalformedThingError as error:
        outcome = str(error)
    else:
        outcome = problem_of_line(encode(record))
    assert outcome in {None, "name", "created_utc", "link_id", "parent_id"}


@PATIENT
@given(st.one_of(ANYTHING, st.dictionaries(st.text(), ANYTHING)))
def test_nonsense_in_place_of_an_item_is_malformed(raw):
    with pytest.raises(MalformedThingError):
        thing_of(raw)


def test_half_a_surrogate_pair_becomes_the_replacement_character():
    """Python reads it from an escape in JSON, but UTF-8 has no such character."""
    item = json.loads('"\\ud83d and \\ud83d\\ude80"')
    line = encode(record_of(comment(1, body=item)))
    assert json.loads(line)["body"] == "\ufffd and 🚀"


@pytest.mark.parametrize(
    ("ratio", "said"),
    [
        (0, 0),
        (0.0, 0.0),
        (0.5, 0.5),
        (1, 1),
        (1.01, None),
        (-0.01, None),
        (True, None),
        ("1", None),
    ],
)
def test_a_share_of_votes_is_from_none_to_all_of_them(ratio, said):
    told = record_of(post(1, upvote_ratio=ratio))["upvote_ratio"]
    assert (told, type(told)) == (said, type(said))


def test_the_tombstone_of_a_post_says_who_removed_it_and_keeps_its_counts():
    raw = post(1, removed_by_category="moderator", num_comments=7, upvote_ratio=0.25)
    record = record_of(raw)
    told = ("state", "removed_by", "num_comments", "upvote_ratio")
    assert [record[name] for name in told] == ["removed", "moderator", 7, 0.25]


def test_nobody_hid_the_score_of_what_is_absent():
    known = known_after(thing_of(comment(1, score=4)), at=START)
    record = observation_of(known, None, observed_at=START, cause="sweep", subreddit=SUBREDDIT)
    assert (record["score_hidden"], record["cause"]) == (False, "sweep")
