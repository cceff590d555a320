"""The lease on the emulator's DynamoDB: one holder, whatever happens to it."""

import json
import threading
from itertools import pairwise

import pytest

from producer.errors import AwsError, AwsUnavailableError, LeaseLostError
from producer.events import LeaseAwaited, LeaseTaken, LeaseUnrenewed
from producer.state.lease import Lease, LeasePlace, LeaseTimes
from producer.state.leases import Leases
from tests.support.aws_emulator import TABLE, make_table
from tests.support.emf import problems
from tests.support.producer_fakes import MemoryLog, VirtualClock, client_error

HOLD_SECONDS = 15.0
TAKEN_OVER_SECONDS = 30.0  # after a death, at most


class CutClient:
    """A client that is cut off while `cut` names what each call meets."""

    def __init__(self, client):
        self.client = client
        self.cut = None
        self.before_update = lambda: None

    def get_item(self, **call):
        return self._call(self.client.get_item, call)

    def update_item(self, **call):
        self.before_update()
        return self._call(self.client.update_item, call)

    def _call(self, method, call):
        if self.cut:
            raise client_error(self.cut, "call")
        return method(**call)


class Producers:
    """Producers of one table, on one clock."""

    def __init__(self, client):
        self.client = client
        self.clock = VirtualClock()
        self.log = MemoryLog()

    def lease(self, subreddit="wallstreetbets", **times):
        place = LeasePlace(CutClient(self.client), TABLE, subreddit)
        return Lease(place, clock=self.clock, log=self.log, times=LeaseTimes(**times))

    def leases(self, *subreddits):
        return Leases([self.lease(each) for each in subreddits], self.clock, self.log)

    def pass_seconds(self, seconds):
        self.clock.time += seconds


@pytest.fixture
def producers(aws_url):
    client = make_table(aws_url)
    yield Producers(client)
    client.delete_table(TableName=TABLE)


def take(lease):
    return lease.look() and lease.grab()


def test_the_first_takes_it_and_the_second_waits(producers):
    first, second = producers.lease(), producers.lease()
    assert take(first)
    assert not take(second)
    assert first.fence_for_write() == 1
    with pytest.raises(LeaseLostError):
        second.fence_for_write()
    assert second.held_by() == first.owner


def test_released_it_is_taken_at_once_with_the_next_number(producers):
    first, second = producers.lease(), producers.lease()
    take(first)
    first.release()
    assert take(second)
    assert second.fence_for_write() == 2
    assert producers.log.events == [
        LeaseTaken("wallstreetbets", 1),
        LeaseTaken("wallstreetbets", 2),
    ]


def test_renewed_it_is_kept_for_ever(producers):
    first, second = producers.lease(), producers.lease()
    take(first)
    for _ in range(40):
        producers.pass_seconds(5)
        first.renew()
        assert not take(second)
    assert first.fence_for_write() == 1


def test_a_dead_one_s_is_taken_within_half_a_minute_and_no_sooner_than_it_ends(producers):
    """The waiter's own clock decides: it has to see nothing happen for the whole time."""
    first, second = producers.lease(), producers.leases("wallstreetbets")
    take(first)
    died_at = producers.clock.monotonic()
    assert second.take(threading.Event(), lambda: None)
    second.release()
    assert HOLD_SECONDS <= producers.clock.monotonic() - died_at <= TAKEN_OVER_SECONDS


def test_a_waiter_s_first_look_starts_its_count(producers):
    """However long ago the holder took it: a waiter that has just come knows nothing of that."""
    first, second = producers.lease(), producers.lease()
    take(first)
    producers.pass_seconds(1000)
    assert not take(second)
    producers.pass_seconds(HOLD_SECONDS - 1)
    assert not take(second)
    producers.pass_seconds(1)
    assert take(second)


def test_overtaken_it_neither_renews_nor_writes_nor_asks(producers):
    first, second = producers.lease(), producers.lease()
    take(first)
    take(second)
    producers.pass_seconds(HOLD_SECONDS)
    assert take(second)
    with pytest.raises(LeaseLostError):
        first.renew()
    for refuses in (first.fence_for_write, first.may_ask, first.renew):
        with pytest.raises(LeaseLostError):
            refuses()
    first.release()
    assert not take(first)
    assert second.fence_for_write() == 2


def test_a_waiting_one_says_each_minute_that_it_waits_as_a_metric(producers):
    first, second = producers.lease(), producers.leases("wallstreetbets")
    take(first)
    stop = threading.Event()
    began_at = producers.clock.monotonic()

    def pulse():
        first.renew()
        if producers.clock.monotonic() - began_at >= 179:
            stop.set()

    assert not second.take(stop, pulse)
    lines = [event.values() for event in producers.log.of(LeaseAwaited)]
    assert {line["lease_held"] for line in lines} == {0}
    assert {line["subreddit"] for line in lines} == {"wallstreetbets"}
    assert [problem for line in lines for problem in problems(json.dumps(line))] == []
    stamps = [line["_aws"]["Timestamp"] / 1000 for line in lines]
    assert all(60 <= later - sooner < 64 for sooner, later in pairwise(stamps))
    assert len(stamps) in {3, 4}


def test_whatever_a_renewal_meets_the_next_one_is_made(producers):
    """Nobody else renews: a thread that ended would be found out by nobody."""
    lease = producers.lease()
    take(lease)
    met = [ZeroDivisionError("a defect"), OSError("no sockets left"), KeyError("Item")]
    renewed = threading.Event()

    def meet():
        if met:
            raise met.pop()
        renewed.set()

    lease._client.before_update = meet
    lease.start()
    assert renewed.wait(10)
    lease._client.before_update = lambda: None
    lease.release()
    assert [event.reason for event in producers.log.of(LeaseUnrenewed)] == ["'Item'"]


def test_after_a_pause_it_asks_and_writes_only_once_it_is_renewed(producers):
    lease = producers.lease()
    take(lease)
    producers.pass_seconds(HOLD_SECONDS - 0.1)
    assert (lease.may_ask(), lease.fence_for_write()) == (True, 1)
    producers.pass_seconds(0.1)
    assert not lease.may_ask()
    with pytest.raises(AwsUnavailableError, match="has to be renewed first"):
        lease.fence_for_write()
    lease.renew()
    assert (lease.may_ask(), lease.fence_for_write()) == (True, 1)


def test_the_time_a_renewal_takes_counts_against_it(producers):
    """A waiter may have seen its write at once: the answer's own way home is no time held."""
    lease = producers.lease()
    take(lease)
    lease._client.before_update = lambda: producers.pass_seconds(HOLD_SECONDS)
    lease.renew()
    assert not lease.may_ask()


def test_while_dynamodb_is_away_its_holder_reads_on_and_writes_nothing(producers):
    """Nobody else can take it then either."""
    lease = producers.lease()
    take(lease)
    lease._client.cut = "ThrottlingException"
    for _ in range(120):
        producers.pass_seconds(5)
        with pytest.raises(AwsUnavailableError):
            lease.renew()
        assert lease.may_ask()
    with pytest.raises(AwsUnavailableError):
        lease.fence_for_write()
    lease._client.cut = None
    lease.renew()
    assert lease.fence_for_write() == 1


def test_of_two_that_find_it_dead_one_takes_it(producers):
    dead, *waiting = [producers.lease() for _ in range(4)]
    take(dead)
    for each in waiting:
        each.look()
    producers.pass_seconds(HOLD_SECONDS)
    assert [each.look() for each in waiting] == [True, True, True]
    assert [each.grab() for each in waiting] == [True, False, False]
    assert waiting[0].fence_for_write() == 2


def test_a_renewal_between_look_and_grab_is_respected(producers):
    first, second = producers.lease(), producers.lease()
    take(first)
    second.look()
    producers.pass_seconds(HOLD_SECONDS)
    assert second.look()
    first.renew()
    assert not second.grab()
    assert first.fence_for_write() == 1


def test_whoever_takes_it_after_itself_knows_that_nobody_came_between(producers):
    """A warm Lambda keeps its memory then, and loads nothing."""
    mine, other = producers.lease(), producers.lease()
    take(mine)
    assert not mine.unbroken
    mine.release()
    take(mine)
    assert (mine.fence, mine.unbroken) == (2, True)
    mine.release()
    take(other)
    other.release()
    take(mine)
    assert (mine.fence, mine.unbroken) == (4, False)


def test_a_sped_up_clock_does_not_shorten_it_on_the_wall(producers):
    """DynamoDB answers no faster in a sandbox whose clock runs two hundred times as fast."""
    wall = [0.0]
    place = LeasePlace(CutClient(producers.client), TABLE, "wallstreetbets")
    times = LeaseTimes(least_wall_share=0.1)
    first, second = (
        Lease(place, clock=producers.clock, log=producers.log, times=times, wall=lambda: wall[0])
        for _ in range(2)
    )
    take(first)
    take(second)
    producers.pass_seconds(600)
    wall[0] = 1.4
    assert not take(second)
    assert first.may_ask()
    wall[0] = 1.5
    assert take(second)


def test_its_thread_renews_it_and_says_once_a_minute_that_it_cannot(producers):
    lease = producers.lease()
    take(lease)
    arrived, go = threading.Semaphore(0), threading.Semaphore(0)

    def pause(_seconds, _stop):
        arrived.release()
        go.acquire(timeout=10)

    lease.pause = pause
    lease.start()
    for cut in (None, "ThrottlingException", "AccessDeniedException", None, "ThrottlingException"):
        assert arrived.acquire(timeout=10)
        lease._client.cut = cut
        go.release()
    assert arrived.acquire(timeout=10)
    lease._client.cut = None
    closing = threading.Thread(target=lease.release)
    closing.start()
    go.release()
    closing.join(10)
    (row,) = producers.client.scan(TableName=TABLE)["Items"]
    assert row["version"] == {"N": "3"}  # taken, and renewed twice
    said = [each.reason for each in producers.log.of(LeaseUnrenewed)]
    assert len(said) == 2
    assert all("ThrottlingException" in each for each in said)


def test_several_are_taken_together_or_not_at_all(producers):
    """Whoever cannot have all of them keeps none from others."""
    other = producers.lease("Stocks")
    take(other)
    stop = threading.Event()
    pair = producers.leases("wallstreetbets", "stocks")
    looks = []

    def pulse():
        looks.append(producers.clock.monotonic())
        if len(looks) == 3:
            assert take(producers.lease("wallstreetbets"))  # nobody holds it
            stop.set()
        other.renew()

    assert not pair.take(stop, pulse)
    (said,) = producers.log.of(LeaseAwaited)
    assert (said.lease, said.held_by) == ("stocks", other.owner)
    with pytest.raises(LeaseLostError):
        pair.fence_for_write("wallstreetbets")


def test_one_that_is_snatched_away_gives_the_others_back(producers):
    """Between the look at the second and its taking somebody else took it."""
    stop = threading.Event()
    pair = producers.leases("wallstreetbets", "stocks")
    second = pair._leases["stocks"]
    look = second.look

    def slow_look():
        free = look()
        take(producers.lease("stocks"))
        return free

    second.look = slow_look
    assert not pair.take(stop, stop.set)
    assert take(producers.lease("wallstreetbets"))


def test_each_subreddit_has_a_number_of_its_own(producers):
    earlier = producers.lease("stocks")
    take(earlier)
    earlier.release()
    pair = producers.leases("wallstreetbets", "Stocks")
    assert pair.take(threading.Event(), lambda: None)
    numbers = (pair.fence_for_write("WallStreetBets"), pair.fence_for_write("stocks"))
    assert (numbers, pair.may_ask()) == ((1, 2), True)
    pair.release()


def test_a_first_look_that_fails_is_an_error_at_once(producers):
    """Later ones are tried again: then it had worked."""
    leases = producers.leases("wallstreetbets")
    (lease,) = leases._leases.values()
    lease._table = "elsewhere"
    with pytest.raises(AwsError, match="fix its name"):
        leases.take(threading.Event(), lambda: None)


def test_a_lease_never_expires_and_shows_who_holds_it(producers):
    """Its number would start again, below that of what is stored."""
    lease = producers.lease("Stocks")
    take(lease)
    lease.renew()
    (row,) = producers.client.scan(TableName=TABLE)["Items"]
    assert row == {
        "pk": {"S": "producer#stocks"},
        "sk": {"S": "lease"},
        "owner": {"S": lease.owner},
        "fence": {"N": "1"},
        "version": {"N": "2"},
    }
