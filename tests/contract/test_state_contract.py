"""The state in memory and in the emulator's DynamoDB behave alike."""

import re
from random import Random

import pytest

from producer.aws import make_client
from producer.errors import AwsError, AwsUnavailableError, LeaseLostError, StateTooNewError
from producer.state.checkpoint import Checkpoint
from producer.state.item import Item, item_of, value_of
from producer.state.lease import Lease, LeasePlace
from producer.state.table import DynamoState
from sandbox.aws.environment import REGION, client_of
from tests.support.aws_emulator import TABLE, make_table
from tests.support.memory_state import MemoryState, key
from tests.support.producer_fakes import START, SUBREDDIT, MemoryLog, VirtualClock, client_error

PAGE_BYTES = 1_000_000  # DynamoDB's: of a query's page
FORTNIGHT_SECONDS = 14 * 86_400
CURSOR = item_of(key("cursor#comments"), {"recent": ["t1_b", "t1_a"], "newest_at": START}, START)


class Writers:
    """One table and the producers that write to it, each with a fencing number."""

    def __init__(self, client=None):
        self.client = client
        self.rows = {}

    def state(self, fence=1):
        if self.client is None:
            state = MemoryState(lambda _subreddit: fence)
            state.rows = self.rows
            return state
        return DynamoState(self.client, TABLE, lambda _subreddit: fence)


@pytest.fixture(params=["memory", "moto"])
def writers(request):
    if request.param == "memory":
        yield Writers()
        return
    client = make_table(request.getfixturevalue("aws_url"))
    yield Writers(client)
    client.delete_table(TableName=TABLE)


@pytest.fixture
def state(writers):
    return writers.state()


def cohort(number, rows=1, *, subreddit=SUBREDDIT, used_at=START):
    value = {"rows": [[f"t1_{number}_{row}", row, None, 1.5] for row in range(rows)]}
    return item_of(key(f"cohort#{number}", subreddit), value, used_at)


def sorted_items(items):
    return sorted(items, key=lambda item: item.key)


def test_nothing_saved_loads_as_nothing(state):
    assert state.load(SUBREDDIT) == []


def test_what_was_saved_is_loaded_byte_for_byte(state):
    first = cohort(1, 100)
    state.write(Checkpoint(0, (first, cohort(2)), (), (CURSOR,)))
    assert sorted_items(state.load(SUBREDDIT)) == [first, cohort(2), CURSOR]
    (loaded,) = [item for item in state.load(SUBREDDIT) if item.key == first.key]
    assert value_of(loaded)["rows"][99] == ["t1_1_99", 99, None, 1.5]


def test_saving_again_overwrites_and_deleted_items_are_gone(state):
    state.write(Checkpoint(0, (cohort(1), cohort(2)), (), (CURSOR,)))
    later = item_of(CURSOR.key, {"recent": ["t1_z"]}, START + 60)
    state.write(Checkpoint(0, (cohort(1, 3),), (cohort(2).key, key("cohort#never")), (later,)))
    assert sorted_items(state.load(SUBREDDIT)) == [cohort(1, 3), later]


def test_each_subreddit_has_its_own(state):
    """Several share a table; names are Reddit's, which knows no upper case."""
    mine, theirs = cohort(1), cohort(1, 2, subreddit="Stocks")
    state.put([mine, theirs])
    assert state.load("stocks") == [theirs._replace(key=key("cohort#1", "stocks"))]
    assert state.load(SUBREDDIT) == [mine]


def test_a_state_of_more_than_one_page_is_loaded_whole(state):
    """DynamoDB answers a megabyte a page."""
    random = Random(1)  # noqa: S311 - the same every time
    items = [Item(key(f"cohort#{n:03}"), random.randbytes(9_000), START) for n in range(250)]
    assert sum(len(item.data) for item in items) > 2 * PAGE_BYTES
    state.write(Checkpoint(0, tuple(items), (), (CURSOR,)))
    assert sorted_items(state.load(SUBREDDIT)) == [*items, CURSOR]


def test_a_producer_that_was_overtaken_overwrites_and_deletes_nothing(writers):
    old, new = writers.state(fence=3), writers.state(fence=4)
    old.write(Checkpoint(0, (cohort(1), cohort(2)), (), (CURSOR,)))
    later = item_of(CURSOR.key, {"recent": []}, START + 60)
    new.write(Checkpoint(0, (cohort(1, 2),), (), (later,)))
    for stale in (
        Checkpoint(puts=(cohort(1, 9),)),
        Checkpoint(deleted=(cohort(1).key,)),
        Checkpoint(cursors=(CURSOR,)),
    ):
        with pytest.raises(LeaseLostError):
            old.write(stale)
    assert sorted_items(new.load(SUBREDDIT)) == [cohort(1, 2), cohort(2), later]


def test_nothing_follows_what_was_refused(writers):
    """Puts, deletions, cursors: a crash between leaves things to be looked at twice, not lost."""
    old, new = writers.state(fence=3), writers.state(fence=4)
    old.write(Checkpoint(0, (cohort(1), cohort(2)), (), (CURSOR,)))
    new.put([cohort(1)])
    stale_cursor = item_of(CURSOR.key, {"recent": ["stale"]}, START)
    with pytest.raises(LeaseLostError):
        old.write(Checkpoint(0, (cohort(1, 9),), (cohort(2).key,), (stale_cursor,)))
    assert sorted_items(new.load(SUBREDDIT)) == [cohort(1), cohort(2), CURSOR]


def test_a_later_release_s_state_is_a_clear_error(aws_url):
    client = make_table(aws_url)
    state = DynamoState(client, TABLE, lambda _subreddit: 1)
    state.put([cohort(1)._replace(version=3)])
    with pytest.raises(StateTooNewError, match="holds state of version 3, this producer knows 2"):
        state.load(SUBREDDIT)
    client.delete_table(TableName=TABLE)


def test_rows_expire_a_fortnight_after_their_use_and_have_the_agreed_keys(aws_url):
    client = make_table(aws_url)
    state = DynamoState(client, TABLE, lambda _subreddit: 7)
    state.write(Checkpoint(0, (cohort(1, used_at=START + 5),), (), (CURSOR,)))
    rows = client.scan(TableName=TABLE)["Items"]
    client.delete_table(TableName=TABLE)
    assert {row["pk"]["S"] for row in rows} == {"producer#wallstreetbets"}
    assert {row["fence"]["N"] for row in rows} == {"7"}
    expires_at = {row["sk"]["S"]: int(row["expires_at"]["N"]) for row in rows}
    assert expires_at == {
        "cursor#comments": START + FORTNIGHT_SECONDS,
        "cohort#1": START + 5 + FORTNIGHT_SECONDS,
    }


def test_rows_of_the_first_release_are_loaded_as_such(aws_url):
    """They carry no version and no fence; whoever reads them knows what they hold."""
    client = make_table(aws_url)
    row = {"pk": {"S": "producer#wallstreetbets"}, "sk": {"S": "cohort#t1_a"}}
    kept = {"data": {"B": CURSOR.data}, "expires_at": {"N": str(int(START) + FORTNIGHT_SECONDS)}}
    client.put_item(TableName=TABLE, Item=row | kept)
    state = DynamoState(client, TABLE, lambda _subreddit: 1)
    (item,) = state.load(SUBREDDIT)
    state.put([item._replace(version=2)])
    (overwritten,) = state.load(SUBREDDIT)
    client.delete_table(TableName=TABLE)
    assert item == Item(key("cohort#t1_a"), CURSOR.data, START, version=1)
    assert overwritten.version == 2


def test_the_lease_beside_the_items_is_none_of_them(aws_url):
    client = make_table(aws_url)
    place = LeasePlace(client, TABLE, SUBREDDIT)
    lease = Lease(place, clock=VirtualClock(), log=MemoryLog())
    assert lease.look()
    assert lease.grab()
    state = DynamoState(client, TABLE, lambda _subreddit: lease.fence_for_write())
    state.put([cohort(1)])
    loaded = state.load(SUBREDDIT)
    client.delete_table(TableName=TABLE)
    assert loaded == [cohort(1)]


def test_a_missing_table_is_an_error_with_advice(aws_url):
    state = DynamoState(client_of(aws_url, "dynamodb"), "elsewhere", lambda _subreddit: 1)
    with pytest.raises(AwsError, match=r"elsewhere.*fix its name"):
        state.load(SUBREDDIT)


def test_an_unreachable_aws_is_said_in_one_sentence(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with pytest.raises(AwsUnavailableError, match="cannot be reached"):
        DynamoState(make_client("dynamodb", REGION), TABLE, lambda _: 1).load(SUBREDDIT)


class RecordingClient:
    """Keeps the calls in order; fails where `failing(number of the call)` names a code."""

    def __init__(self, failing=lambda _number: None):
        self.calls = []
        self.failing = failing

    def put_item(self, *, Item, **_condition):
        self._call("put", Item["sk"]["S"])

    def delete_item(self, *, Key, **_condition):
        self._call("delete", Key["sk"]["S"])

    def query(self, **question):
        self.calls.append(("query", question["ConsistentRead"]))
        return {"Items": []}

    def _call(self, operation, name):
        self.calls.append((operation, name))
        code = self.failing(len(self.calls))
        if code:
            raise client_error(code, operation)


def test_cohorts_come_before_deletions_and_cursors_come_last():
    client = RecordingClient()
    puts = tuple(cohort(n) for n in range(20))
    checkpoint = Checkpoint(0, puts, (key("cohort#old"),), (CURSOR,))
    DynamoState(client, TABLE, lambda _subreddit: 1).write(checkpoint)
    assert {operation for operation, _ in client.calls[:20]} == {"put"}
    assert client.calls[20:] == [("delete", "cohort#old"), ("put", "cursor#comments")]


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalServerError"])
def test_what_fails_ends_the_checkpoint_without_a_cursor(code):
    """Nor are hundreds of items tried one by one while DynamoDB is away."""
    client = RecordingClient(failing=lambda _number: code)
    puts = tuple(cohort(n) for n in range(200))
    state = DynamoState(client, TABLE, lambda _subreddit: 1)
    with pytest.raises(AwsUnavailableError, match=re.escape(f"DynamoDB table {TABLE}: {code}")):
        state.write(Checkpoint(0, puts, (key("cohort#old"),), (CURSOR,)))
    assert {operation for operation, _ in client.calls} == {"put"}
    assert ("put", "cursor#comments") not in client.calls
    assert len(client.calls) < 20


def test_loading_asks_for_what_was_written_last():
    client = RecordingClient()
    DynamoState(client, TABLE, lambda _subreddit: 1).load(SUBREDDIT)
    assert client.calls == [("query", True)]
