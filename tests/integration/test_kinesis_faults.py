"""Every fault of Kinesis, through real sockets: all arrives, each id in its order."""

import threading

import pytest

from bench.put_records_server import (
    Ledger,
    PutRecordsServer,
    Reply,
    Reset,
    Silence,
    refusal,
)
from clock import SystemClock
from producer.aws import make_client
from producer.delivery.disk_outbox import DiskOutbox
from producer.delivery.memory_outbox import MemoryOutbox
from producer.delivery.sender import Pace, Sender
from producer.delivery.stream import KinesisStream
from producer.errors import AwsError
from producer.events import RecordRefused, RecordsPartlyFailed, StreamUnavailable
from producer.totals import Totals
from tests.support.delivery import record
from tests.support.kinesis import FAILED, THROTTLED
from tests.support.producer_fakes import START, MemoryLog

pytestmark = pytest.mark.integration

RECORDS = 1_200  # three calls
IDS = 700  # most come twice
WALL_SECONDS = 60
READ_SECONDS = 2.0  # no answer takes so long, but for silence


@pytest.fixture
def kinesis():
    ledger = Ledger()
    ledger.order = []
    with PutRecordsServer(ledger) as server:
        yield ledger, server.url


@pytest.fixture(params=["memory", "disk"])
def sending(request, kinesis, tmp_path, monkeypatch):
    """Return an outbox whose sender runs on its thread."""
    _, url = kinesis
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nobody")
    parts = {"totals": Totals(), "log": MemoryLog()}
    disk = request.param == "disk"
    outbox = DiskOutbox(tmp_path, 10**9, **parts) if disk else MemoryOutbox(**parts)
    client = make_client("kinesis", "us-east-1", read_seconds=READ_SECONDS)
    pace = Pace(SystemClock(), SystemClock())
    sender = Sender(outbox, KinesisStream(client, "observations"), pace, **parts)
    yield outbox, sender.start(), parts
    sender.close()
    outbox.close()


def sent_through(sending):
    """Add records and wait until all are sent; returns what each id was given, in order."""
    outbox, sender, _ = sending
    given = {}
    for number in range(RECORDS):
        name = f"t1_{number % IDS}"
        given.setdefault(name, []).append(number)
    for begin in range(0, RECORDS, 100):
        numbers = range(begin, begin + 100)
        last = outbox.add([record(f"t1_{each % IDS}", each) for each in numbers], START)
    assert sender.drain(WALL_SECONDS) == 0
    assert outbox.acknowledged() == last
    outbox.raise_problem()
    return given


def arrived(ledger):
    """Return what came of each id, in order, and how often something came again."""
    came, again = {}, 0
    for key, data in ledger.order:
        number = int(data.split(b'"number":')[1].rstrip(b"}"))
        numbers = came.setdefault(key, [])
        again += number in numbers
        numbers.append(number)
    return came, again


FAULTS = {
    "call throttled": refusal(THROTTLED),
    "KMS throttled": refusal("KMSThrottlingException"),
    "limit exceeded": refusal("LimitExceededException"),
    "expired token": refusal("ExpiredTokenException"),
    "500": refusal("InternalFailure", 500),
    "503": refusal("ServiceUnavailable", 503),
    "503 of a proxy": Reply(503, b"<html>busy</html>", "text/html"),
    "200 that is no JSON": Reply(200, b"<html>welcome</html>", "text/html"),
    "200 of too few": Reply(200, b'{"FailedRecordCount":0,"Records":[]}'),
    "reset": Reset(),
    "silence": Silence(),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_call_that_fails_is_made_again_and_nothing_comes_twice(kinesis, sending, fault):
    ledger, _ = kinesis
    ledger.plan.extend([fault, fault, (), fault])
    given = sent_through(sending)
    assert arrived(ledger) == (given, 0)
    _, _, parts = sending
    assert len(parts["log"].of(StreamUnavailable)) == 3
    assert parts["totals"].records_sent == RECORDS


def test_a_connection_that_breaks_after_the_work_is_done_repeats_one_call_in_order(
    kinesis, sending
):
    """Nobody can know that it was done: what it held comes twice, and no older one comes later."""
    ledger, _ = kinesis
    ledger.plan.extend([(), Reset(taken=True)])
    given = sent_through(sending)
    came, again = arrived(ledger)
    assert 0 < again <= 500
    assert {key: sorted(set(numbers)) for key, numbers in came.items()} == given
    assert all(numbers == sorted(numbers) for numbers in came.values())


def test_entries_that_fail_in_a_200_go_again(kinesis, sending):
    ledger, _ = kinesis
    ledger.failing_share = 0.3
    given = sent_through(sending)
    assert arrived(ledger) == (given, 0)
    _, _, parts = sending
    codes = {code for event in parts["log"].of(RecordsPartlyFailed) for code in event.codes}
    assert codes == {THROTTLED, FAILED}
    assert parts["totals"].records_retried > 200


def test_a_call_refused_for_one_record_is_made_without_it(kinesis, sending):
    """ValidationException names no record: it is found by halves, and told once."""
    ledger, _ = kinesis
    ledger.always = lambda keys: refusal("ValidationException") if "t1_13" in keys else ()
    given = sent_through(sending)
    letters = [each for each in ledger.order if each[0] == "refused-t1_13"]
    assert len(letters) == 1
    ledger.order.remove(letters[0])
    assert arrived(ledger) == ({key: n for key, n in given.items() if key != "t1_13"}, 0)
    _, _, parts = sending
    assert [event.id for event in parts["log"].of(RecordRefused)] == ["t1_13"]


def test_a_stream_that_is_gone_is_said_and_everything_stays(kinesis, sending):
    ledger, _ = kinesis
    outbox, sender, _ = sending
    ledger.always = refusal("ResourceNotFoundException")
    outbox.add([record("t1_a", 1)], START)
    assert sender.drain(WALL_SECONDS) == 1
    with pytest.raises(AwsError, match=r"observations: ResourceNotFoundException: .*Terraform"):
        outbox.raise_problem()
    assert outbox.count() == 1


def test_a_key_that_may_not_be_used_is_said(kinesis, sending):
    ledger, _ = kinesis
    outbox, sender, _ = sending
    ledger.always = refusal("KMSAccessDeniedException")
    outbox.add([record("t1_a", 1)], START)
    sender.drain(WALL_SECONDS)
    with pytest.raises(AwsError, match="KMSAccessDeniedException"):
        outbox.raise_problem()


def test_records_go_without_anybody_draining(kinesis, sending):
    """The thread hears of them, gathers, and sends."""
    ledger, _ = kinesis
    outbox, _, _ = sending
    done = threading.Event()
    ledger.always = lambda _keys: done.set() or ()
    outbox.add([record(f"t1_{number}", number) for number in range(500)], START)
    assert done.wait(WALL_SECONDS)
