"""A dead letter is refused by the judge with the reason it was made for, whatever Reddit sent."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract import SCHEMA, format_instant, problem_of_line
from contract.validation import LINE_BYTES_MAX
from producer.delivery.dead_letter import Reported, malformed, oversized, refused
from producer.delivery.entry import Entry
from producer.reddit.batch import read
from producer.reddit.question import Answer
from tests.support.producer_fakes import START, SUBREDDIT, comment, post

WORDS = ("diamond hands", "I like the stock", "somebody", "YOLO")


def letter_of(raw):
    (item,) = read(Answer([raw]))[1]
    return malformed(item.raw, item.field, subreddit=SUBREDDIT, observed_at=START)


@pytest.mark.parametrize(
    ("raw", "id_", "field", "problem"),
    [
        (comment(1, link_id=None), "t1_c1", "link_id", "missing:post_id"),
        (comment(1, link_id=["t3_p1"]), "t1_c1", "link_id", "missing:post_id"),
        (comment(1, parent_id=""), "t1_c1", "parent_id", "missing:parent_id"),
        (
            comment(1, created_utc="2021-01-28T14:30:00.000Z"),
            "t1_c1",
            "created_utc",
            "missing:created_at",
        ),
        (post(1, created_utc=-1), "t3_p1", "created_utc", "missing:created_at"),
        (comment(1, name="t5_c1"), "t5_c1", "name", "missing:kind"),
        (comment(1, name=7), "an item without name", "name", "missing:kind"),
        ({}, "an item without name", "name", "missing:kind"),
        (None, "an item without item", "item", "missing:kind"),
        ("diamond hands", "an item without item", "item", "missing:kind"),
    ],
)
def test_it_says_what_could_not_be_read(raw, id_, field, problem):
    letter = letter_of(raw)
    assert (letter.id, letter.reason) == (id_, f"malformed:{field}")
    assert problem_of_line(letter.entry.data) == problem
    told = json.loads(letter.entry.data)
    assert told["malformed"]["field"] == field
    assert (told["subreddit"], told["observed_at"]) == (SUBREDDIT, format_instant(START))
    assert not any(word.encode() in letter.entry.data for word in WORDS)


def test_it_holds_what_could_be_read_and_names_the_fields_there_were():
    """A field that Reddit renamed is seen at a glance."""
    raw = comment(1, START - 5, parent_id="t1_x", linkId="t3_p1")
    del raw["link_id"]
    told = json.loads(letter_of(raw).entry.data)
    assert (told["id"], told["kind"], told["parent_id"]) == ("t1_c1", "comment", "t1_x")
    assert told["created_at"] == format_instant(START - 5)
    assert told["malformed"]["fields"] == sorted(raw)
    assert not SCHEMA.personal_names() & set(told)


ODD = st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.lists(st.text(), max_size=2))
FIELDS = ("name", "created_utc", "link_id", "parent_id")


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), ODD), st.sampled_from(FIELDS))
def test_no_dead_letter_passes_for_an_observation(changes, field):
    letter = malformed(comment(1) | changes, field, subreddit=SUBREDDIT, observed_at=START)
    assert problem_of_line(letter.entry.data) is not None
    assert letter.entry.size < 100_000


def test_a_field_that_nobody_reads_today_is_refused_too():
    """The record would be a whole observation otherwise."""
    letter = malformed(comment(1), "something", subreddit=SUBREDDIT, observed_at=START)
    assert problem_of_line(letter.entry.data) == "missing:kind"


def test_half_a_surrogate_pair_in_a_name_becomes_a_character_that_can_be_written():
    raw = {"name": "t1_\ud83d", "created_utc": START}
    letters = [
        malformed(raw, "link_id", subreddit="wsb", observed_at=START),
        oversized({"id": "t1_\ud83d", "kind": "comment"}, 2_000_000),
        refused(Entry("t1_?", b'{"id": "t1_\\ud83d"}'), "why"),
    ]
    assert [each.id for each in letters] == ["t1_\ufffd"] * 3
    assert json.loads(letters[0].entry.data)["id"] == "t1_\ufffd"


def test_the_ids_remembered_are_the_last_that_came_up():
    reported = Reported(["a", "b", "c"], most=3)
    assert reported.knows("a")
    reported.add("d")
    assert [reported.knows(each) for each in "abcd"] == [True, False, True, True]


def test_an_oversized_one_is_as_long_as_the_judge_needs_and_tells_its_lengths():
    record = {"id": "t1_c1", "kind": "comment", "body": "x" * 300, "author": "", "score": 3}
    letter = oversized(record, 2_000_000)
    assert len(letter.entry.data) == LINE_BYTES_MAX + 1
    told = json.loads(letter.entry.data)
    assert told["oversize"] == {"bytes": 2_000_000, "characters": {"body": 300}}
    assert (told["id"], told["score"], letter.id) == ("t1_c1", 3, "t1_c1")


def test_a_refused_one_tells_its_size_with_its_key_and_why():
    entry = Entry("t1_c1", b'{"id":"t1_c1","kind":"comment"}')
    told = json.loads(refused(entry, "y" * 300).entry.data)
    size = len(entry.data) + len(entry.key)
    assert told["refused"] == {"kind": "comment", "bytes": size, "why": "y" * 200}


def test_a_birth_in_whole_seconds_is_told():
    raw = comment(1, int(START) - 5, link_id=None)
    assert json.loads(letter_of(raw).entry.data)["created_at"] == format_instant(START - 5)


def test_of_the_ids_that_had_one_those_stay_that_came_up_last():
    reported = Reported(["t1_a", "t1_b"], most=2)
    assert reported.knows("t1_a")
    reported.add("t1_c")
    assert [reported.knows(name) for name in ("t1_a", "t1_b", "t1_c")] == [True, False, True]
