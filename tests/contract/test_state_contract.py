"""The state in memory and in the emulator's DynamoDB behave alike."""

import threading
from random import Random

import pytest

from producer.aws import make_client
from producer.errors import AwsError, AwsUnavailableError, NotSavedError
from producer.listings.poll import Cursor
from producer.looks.sighting import see
from producer.reddit.thing import thing_of
from producer.state.checkpoint import Checkpoint, DynamoState, transactions
from producer.state.items import item_of_cohort
from sandbox.aws.environment import REGION, client_of
from tests.support.aws_emulator import TABLE, make_table
from tests.support.producer_fakes import (
    START,
    SUBREDDIT,
    MemoryLog,
    MemoryState,
    VirtualClock,
    client_error,
    cohort_of,
    comment,
    never,
)

TRANSACTION_ITEMS = 100  # DynamoDB's: items and bytes of a transaction, bytes of a query's page
TRANSACTION_BYTES = 4_000_000
PAGE_BYTES = 1_000_000
FORTNIGHT_SECONDS = 14 * 86_400
CURSOR = Cursor("comments", ("t1_b", "t1_a"), START, START - 5, gaps_open=1)


@pytest.fixture(params=["memory", "moto"])
def state(request):
    if request.param == "memory":
        yield MemoryState()
        return
    client = make_table(request.getfixturevalue("aws_url"))
    yield state_on(client)
    client.delete_table(TableName=TABLE)


def state_on(client, table=TABLE, clock=None):
    return DynamoState(client, table, SUBREDDIT, clock=clock or VirtualClock(), log=MemoryLog())


def cohort(number, rows=1):
    known = [
        see(
            None, thing_of(comment(f"{number}_{row}")), at=START, scheduled=False, min_score=10
        ).known
        for row in range(rows)
    ]
    return cohort_of(known)


def plain(checkpoint):
    return (
        set(checkpoint.cursors),
        sorted((each.to_dict() for each in checkpoint.cohorts), key=lambda each: each["name"]),
    )


def test_nothing_saved_loads_as_nothing(state):
    assert state.load() == Checkpoint()


def test_what_was_saved_is_loaded(state):
    saved = Checkpoint((CURSOR,), (cohort(1, 100), cohort(2)))
    state.save(saved, never())
    assert plain(state.load()) == plain(saved)


def test_saving_again_overwrites_and_retired_cohorts_are_gone(state):
    first = cohort(1)
    state.save(Checkpoint((CURSOR,), (first, cohort(2))), never())
    first.looks_done = 3
    later = Cursor("comments", ("t1_z",), START + 60, START + 60)
    state.save(Checkpoint((later,), (first,), ("t1_c2_0",)), never())
    assert plain(state.load()) == plain(Checkpoint((later,), (first,)))


def test_more_than_one_transaction_and_more_than_one_page(state):
    """DynamoDB takes 100 items a transaction and answers a megabyte a page."""
    random = Random(1)  # noqa: S311 - the same every time; real ids and texts do not compress
    (known,) = cohort(0).rows()
    rows = [
        known._replace(
            id=f"t1_{random.getrandbits(62):x}",
            post_id=f"t3_{random.getrandbits(62):x}",
            parent_id=f"t1_{random.getrandbits(62):x}",
            looked_at=random.random(),
            text_crc=random.getrandbits(32),
        )
        for _ in range(25_000)
    ]
    cohorts = tuple(cohort_of(rows[start : start + 100]) for start in range(0, len(rows), 100))
    items = [item_of_cohort("p", each) for each in cohorts]
    assert sum(len(item["data"]["B"]) for item in items) > PAGE_BYTES
    saved = Checkpoint((CURSOR,), cohorts)
    state.save(saved, never())
    assert plain(state.load()) == plain(saved)


def test_items_expire_a_fortnight_after_their_use_and_have_the_agreed_keys(aws_url):
    client = make_table(aws_url)
    seen = cohort(1)
    seen.seen_at = START
    state_on(client).save(Checkpoint((CURSOR,), (seen,)), never())
    items = client.scan(TableName=TABLE)["Items"]
    client.delete_table(TableName=TABLE)
    assert {item["sk"]["S"] for item in items} == {"cursor#comments", "cohort#t1_c1_0"}
    assert {item["pk"]["S"] for item in items} == {"producer#wallstreetbets"}
    seen_at = {"cursor#comments": CURSOR.deep_at, "cohort#t1_c1_0": START}
    expires_at = {item["sk"]["S"]: int(item["expires_at"]["N"]) for item in items}
    assert expires_at == {key: at + FORTNIGHT_SECONDS for key, at in seen_at.items()}


def test_a_missing_table_is_an_error_with_advice(aws_url):
    with pytest.raises(AwsError, match=r"elsewhere.*fix its name"):
        state_on(client_of(aws_url, "dynamodb"), "elsewhere").load()


def test_an_unreachable_aws_is_said_in_one_sentence(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with pytest.raises(AwsUnavailableError, match="cannot be reached"):
        state_on(make_client("dynamodb", REGION)).load()


class FailingClient:
    """Fails as planned, then takes everything."""

    def __init__(self, *codes, reasons=()):
        self.codes = list(codes)
        self.reasons = [{"Code": code} for code in reasons]
        self.calls = 0

    def transact_write_items(self, *, TransactItems):
        assert TransactItems
        self.calls += 1
        if self.codes:
            error = client_error(self.codes.pop(0), "TransactWriteItems")
            error.response["CancellationReasons"] = self.reasons
            raise error


def test_a_throttled_transaction_is_tried_again():
    client, clock = FailingClient("ThrottlingException", "InternalServerError"), VirtualClock()
    state_on(client, clock=clock).save(Checkpoint((CURSOR,)), never())
    assert (client.calls, len(clock.waits)) == (3, 2)


def test_a_cancelled_transaction_is_tried_again_only_when_that_helps():
    code = "TransactionCanceledException"
    client = FailingClient(code, reasons=["None", "TransactionConflict"])
    state_on(client).save(Checkpoint((CURSOR,)), never())
    assert client.calls == 2
    client = FailingClient(code, reasons=["None", "ValidationError"])
    with pytest.raises(AwsError, match=code):
        state_on(client).save(Checkpoint((CURSOR,)), never())


def test_a_stop_while_dynamodb_takes_nothing_gives_up():
    stop = threading.Event()
    stop.set()
    with pytest.raises(NotSavedError):
        state_on(FailingClient(*["ThrottlingException"] * 50)).save(Checkpoint((CURSOR,)), stop)


def test_transactions_keep_the_order_and_both_limits():
    """Cursors come last: a crash between two transactions must not leave them ahead."""
    operations = [({"number": number}, TRANSACTION_BYTES // 4) for number in range(7)]
    operations += [({"number": number}, 0) for number in range(7, 250)]
    groups = list(transactions(iter(operations)))
    assert [each["number"] for group in groups for each in group] == list(range(250))
    assert [len(group) for group in groups] == [3, 3, 100, 100, 44]
