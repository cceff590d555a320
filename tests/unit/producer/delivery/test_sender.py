"""A 200 from PutRecords is not success, and nothing is lost whatever Kinesis does."""

import json
import shutil
import tempfile
import threading
from pathlib import Path

import pytest
from botocore.exceptions import CredentialRetrievalError, EndpointConnectionError, ReadTimeoutError
from botocore.parsers import ResponseParserError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clock import SystemClock
from contract import problem_of_line
from producer.delivery.sender import Pace, Sender
from producer.delivery.stream import KinesisStream
from producer.errors import AwsError, AwsUnavailableError, RecordRefusedError
from producer.events import DeadLetterMade, RecordRefused, RecordsPartlyFailed, StreamUnavailable
from producer.totals import Totals
from tests.support.delivery import Delivery, record
from tests.support.kinesis import FAILED, KEY_CHARACTERS, THROTTLED, FakeKinesis
from tests.support.producer_fakes import client_error

FIVE = [record(f"t1_{number}", number) for number in range(5)]
KEYS = [each["id"] for each in FIVE]
HOUR = 3600.0


@pytest.fixture
def delivery():
    return Delivery()


def drained(delivery):
    delivery.run(100)
    assert delivery.outbox.count() == 0
    return delivery.arrived()


def test_a_partial_failure_sends_only_the_failed_entries_again(delivery):
    """The recurring bug of this field: the answer is 200, and some entries failed."""
    delivery.kinesis.plan = [{1, 2}, {0}]
    delivery.add(*FIVE)
    assert sorted(drained(delivery)) == [(each["id"], each["number"]) for each in FIVE]
    assert delivery.kinesis.calls[0] == KEYS
    again = [key for call in delivery.kinesis.calls[1:] for key in call]
    assert sorted(again) in (["t1_1", "t1_1", "t1_2"], ["t1_1", "t1_2", "t1_2"])
    expected = Totals(records_sent=5, records_retried=3, partial_failures=2)
    assert delivery.totals == expected
    assert delivery.log.events[0] == RecordsPartlyFailed(failed=2, codes=[FAILED, THROTTLED])


@pytest.mark.parametrize("code", [THROTTLED, FAILED, "KMSThrottlingException", "SomethingNew"])
def test_any_error_code_of_an_entry_is_a_failure(delivery, code):
    """InternalFailure in a 200 is no acknowledgement either."""
    delivery.kinesis.plan = [{0: code}]
    last = delivery.add(record("t1_a", 1))
    delivery.run(5.01)
    assert (delivery.outbox.acknowledged(), delivery.arrived()) == (0, [])
    assert drained(delivery) == [("t1_a", 1)]
    assert delivery.outbox.acknowledged() == last


@pytest.mark.parametrize(
    "failure",
    [
        THROTTLED,
        FAILED,
        "ThrottlingException",
        "LimitExceededException",
        "KMSThrottlingException",
        "ExpiredTokenException",
        client_error("ServiceUnavailable", "PutRecords", 503),
        client_error("NoNameForIt", "PutRecords", 500),
        EndpointConnectionError(endpoint_url="http://x"),
        ReadTimeoutError(endpoint_url="http://x"),
        CredentialRetrievalError(provider="iam-role", error_msg="metadata"),
        ResponseParserError("<html>"),
    ],
)
def test_a_call_that_fails_is_made_again_after_a_growing_wait(delivery, failure):
    delivery.kinesis.plan = [failure] * 4
    delivery.add(*FIVE)
    assert drained(delivery) == [(each["id"], each["number"]) for each in FIVE]
    events = delivery.log.of(StreamUnavailable)
    assert [event.failures for event in events] == [1, 2, 3, 4]
    gathering, *waits = [wait for wait in delivery.clock.waits if wait > 0.01][:5]
    assert gathering == pytest.approx(5)
    assert all(0.05 * 2**n <= wait <= 0.1 * 2**n for n, wait in enumerate(waits))
    assert delivery.totals.records_retried == 20


def test_an_answer_for_other_than_what_was_sent_is_no_acknowledgement():
    class Short(FakeKinesis):
        def put_records(self, **call):
            answer = super().put_records(**call)
            return answer | {"Records": answer["Records"][1:]}

    with pytest.raises(AwsUnavailableError, match="an answer for 1 of 2"):
        KinesisStream(Short(), "observations").put([(e := _entry("t1_a")), e])


def test_an_entry_without_a_sequence_number_is_not_acknowledged():
    class Mute(FakeKinesis):
        def put_records(self, **call):
            return {"FailedRecordCount": 0, "Records": [{}]}

    codes = KinesisStream(Mute(), "observations").put([_entry("t1_a")])
    assert codes == ["NoSequenceNumber"]


def _entry(name):
    delivery = Delivery()
    delivery.add(record(name))
    return delivery.outbox.waiting(0, 1, 1)[0].entry


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("ResourceNotFoundException", "apply Terraform, or fix its name or region"),
        ("AccessDeniedException", "allow it in the role's policy"),
        ("KMSAccessDeniedException", "KMSAccessDeniedException"),
    ],
)
def test_what_only_a_person_can_fix_ends_the_sending_with_advice(delivery, code, advice):
    delivery.kinesis.plan = [code]
    delivery.add(*FIVE)
    with pytest.raises(AwsError, match=f"observations: {code}.*{advice}"):
        delivery.run(10)
    assert delivery.outbox.count() == 5


def test_several_answers_share_a_call_for_five_seconds(delivery):
    """Each call costs; nothing waits longer than that for company."""
    delivery.run(1)
    for number in range(4):
        delivery.add(record(f"t1_{number}"))
        delivery.run(1.2)
    assert delivery.kinesis.calls == []
    delivery.run(0.21)
    assert [len(call) for call in delivery.kinesis.calls] == [4]
    delivery.add(record("t1_late"))
    delivery.run(4.9)
    assert len(delivery.kinesis.calls) == 1
    delivery.run(0.11)
    assert len(delivery.kinesis.calls) == 2


def test_a_full_batch_goes_at_once(delivery):
    delivery.add(*(record(f"t1_{number}") for number in range(499)))
    delivery.run(1)
    assert delivery.kinesis.calls == []
    delivery.add(record("t1_last"))
    delivery.run(0.01)
    assert [len(call) for call in delivery.kinesis.calls] == [500]


def test_a_throttled_shard_does_not_hold_up_the_other_ids(delivery):
    """Only what failed waits; the rest of the stream goes on being written."""
    delivery.kinesis.always = lambda keys: {n for n, key in enumerate(keys) if key == "t1_bad"}
    delivery.add(record("t1_bad", 0), *FIVE)
    for round_ in range(1, 20):
        delivery.add(record("t1_bad", round_), record("t1_0", round_))
        delivery.run(6)
    assert delivery.of("t1_0") == [0, *range(1, 20)]
    assert delivery.of("t1_bad") == []
    delivery.kinesis.always = lambda _keys: set()
    delivery.run(60)
    assert delivery.of("t1_bad") == list(range(20))


def test_a_call_that_fails_in_most_entries_slows_everything(delivery):
    delivery.kinesis.always = lambda keys: set(range(1, len(keys)))
    delivery.add(*(record(f"t1_{number}") for number in range(500)))
    delivery.run(20)
    assert len(delivery.kinesis.calls) < 12


def test_an_hour_without_kinesis_costs_few_calls_and_no_record(delivery):
    delivery.kinesis.always = lambda _keys: EndpointConnectionError(endpoint_url="http://x")
    for number in range(3600):
        delivery.add(record(f"t1_{number % 7}", number))
        delivery.run(1)
    assert len(delivery.kinesis.calls) < 400
    assert delivery.outbox.age(delivery.clock.now()) == pytest.approx(HOUR, abs=1)
    delivery.kinesis.always = lambda _keys: set()
    assert len(drained(delivery)) == 3600
    for key in range(7):
        assert delivery.of(f"t1_{key}") == list(range(key, 3600, 7))


POISON = "t1_" + "x" * KEY_CHARACTERS


def refuse_poison(keys):
    return "ValidationException" if "t1_poison" in keys else set()


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize(
    "meets",
    [
        refuse_poison,
        lambda keys: {n: "ValidationException" for n, key in enumerate(keys) if key == "t1_poison"},
        lambda keys: "SerializationException" if "t1_poison" in keys else set(),
        lambda keys: "InvalidArgumentException" if "t1_poison" in keys else set(),
    ],
)
def test_what_kinesis_never_takes_becomes_a_dead_letter_and_holds_up_nobody(delivery, meets, alone):
    """It is found by halves; the letter is refused by the judge and holds no author's words."""
    delivery.kinesis.always = meets
    poison = record("t1_poison", 7, kind="comment", body="my words", author="me")
    others = [] if alone else [record(f"t1_{number}", number) for number in range(600)]
    last = delivery.add(*others[:300], poison, *others[300:])
    delivery.run(30)
    assert (delivery.outbox.count(), delivery.outbox.acknowledged()) == (0, last)
    letters = [data for key, data in delivery.kinesis.records if key == "refused-t1_poison"]
    assert [problem_of_line(line) for line in letters] == ["missing:kind"]
    told = json.loads(letters[0])
    assert (told["id"], told["number"], told["refused"]["kind"]) == ("t1_poison", 7, "comment")
    assert not {"body", "author"} & set(told)
    assert "Exception" in told["refused"]["why"]
    sent = [row for row in delivery.arrived() if row[0] != "t1_poison"]
    assert sorted(sent) == sorted((each["id"], each["number"]) for each in others)
    assert len(delivery.log.of(RecordRefused)) == len(delivery.log.of(DeadLetterMade)) == 1
    assert (delivery.totals.records_refused, delivery.totals.dead_letters) == (1, 1)
    assert len(delivery.kinesis.calls) < 40


def test_an_id_that_is_never_taken_is_told_once(delivery):
    delivery.kinesis.always = refuse_poison
    for number in range(3):
        delivery.add(record("t1_poison", number))
        delivery.run(10)
    assert [key for key, _ in delivery.kinesis.records] == ["refused-t1_poison"]
    assert delivery.totals.records_refused == 3
    assert delivery.outbox.count() == 0


def test_when_even_a_dead_letter_is_refused_it_is_not_the_record(delivery):
    """Nothing is thrown away for a mistake in the stream's name."""
    delivery.kinesis.always = lambda _keys: "ValidationException"
    delivery.add(*FIVE)
    with pytest.raises(RecordRefusedError):
        delivery.run(30)
    assert delivery.outbox.count() == 5


def test_an_id_too_long_or_odd_for_a_partition_key_is_sent_all_the_same(delivery):
    delivery.add(record(POISON, 1), record("t1_\ud83d", 2))
    assert drained(delivery) == [(POISON, 1), ("t1_\ufffd", 2)]


def test_draining_gathers_nothing_and_ends_when_all_is_gone(delivery):
    """SIGTERM comes a moment after the last answer: it goes out at once."""
    delivery.run(10)
    delivery.add(*FIVE)
    before = delivery.clock.time
    assert delivery.sender.drain(60) == 0
    assert delivery.clock.time - before < 0.1
    assert len(delivery.arrived()) == 5
    delivery.add(record("t1_next"))  # and afterwards it gathers as before
    delivery.run(4.9)
    assert len(delivery.arrived()) == 5


def test_draining_gives_up_when_its_time_is_over_and_says_how_much_waits(delivery):
    delivery.kinesis.always = lambda _keys: THROTTLED
    delivery.add(*FIVE)
    before = delivery.clock.time
    assert delivery.sender.drain(60) == 5
    assert delivery.clock.time - before == pytest.approx(60, abs=1)
    assert delivery.outbox.count() == 5


def test_on_a_thread_it_sends_and_ends():
    delivery = Delivery()
    pace = Pace(SystemClock(), SystemClock())
    stream = KinesisStream(delivery.kinesis, "observations")
    sender = Sender(delivery.outbox, stream, pace, totals=Totals(), log=delivery.log)
    before = set(threading.enumerate())
    sender.start()
    delivery.add(*(record(f"t1_{number}") for number in range(700)))
    assert sender.drain(30) == 0
    delivery.outbox.raise_problem()
    sender.close()
    assert sorted(delivery.arrived()) == sorted((f"t1_{n}", 0) for n in range(700))
    assert set(threading.enumerate()) <= before


def test_what_ends_the_thread_is_raised_where_it_is_heard():
    delivery = Delivery()
    pace = Pace(SystemClock(), SystemClock())
    stream = KinesisStream(delivery.kinesis, "elsewhere")
    sender = Sender(delivery.outbox, stream, pace, totals=Totals(), log=delivery.log)
    sender.start()
    delivery.add(*FIVE)
    assert sender.drain(30) == 5
    with pytest.raises(AwsError, match=r"elsewhere.*fix its name"):
        delivery.outbox.raise_problem()


MEETS = st.one_of(
    st.just(set()),
    st.sets(st.integers(0, 20), max_size=12),
    st.sampled_from([THROTTLED, FAILED, EndpointConnectionError(endpoint_url="http://x")]),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.lists(st.sampled_from("abcdef"), min_size=1, max_size=12)),
        st.tuples(st.just("call"), MEETS),
        st.tuples(st.just("lost answer"), st.none()),
        st.tuples(st.just("kill"), st.none()),
    ),
    max_size=40,
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_nothing_is_lost_and_each_id_keeps_its_order_whatever_fails_and_whoever_is_killed(steps):
    """A call may fail, or succeed without an answer, and a kill may come between any two."""
    folder = Path(tempfile.mkdtemp())
    delivery = Delivery(folder)
    added = dict.fromkeys("abcdef", 0)
    lost_answers = 0
    for step, what in steps:
        if step == "add":
            for key in what:
                added[key] += 1
                delivery.add(record(key, added[key]))
        elif step == "kill":
            delivery.restart()
        elif step == "call":
            delivery.kinesis.plan = [what]
            delivery.run(6)
        else:
            lost_answers += 1
            delivery.kinesis.records, before = [], delivery.kinesis.records
            delivery.kinesis.plan = []
            put = delivery.kinesis.put_records
            delivery.kinesis.put_records = _answer_lost(put)
            delivery.run(5.5)
            delivery.kinesis.put_records = put
            delivery.kinesis.records = before + delivery.kinesis.records
    delivery.kinesis.plan = []
    delivery.run(300)
    assert delivery.outbox.count() == 0
    for key, count in added.items():
        numbers = delivery.of(key)
        assert sorted(set(numbers)) == list(range(1, count + 1))
        assert numbers == sorted(numbers)
        assert lost_answers or len(numbers) == count
    delivery.outbox.close()
    shutil.rmtree(folder)


def _answer_lost(put):
    def put_records(**call):
        put(**call)
        raise ReadTimeoutError(endpoint_url="http://x")

    return put_records
