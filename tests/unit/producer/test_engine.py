"""The engine: several requests in flight on one budget; one answer never ends it."""

import itertools
import threading
from collections import Counter

import pytest

from clock import Steady
from contract import format_instant, parse_instant, problem_of
from producer.delivery.memory_outbox import MemoryOutbox
from producer.errors import ForbiddenError, RateLimitedError, RedditUnavailableError
from producer.events import (
    AnswerFailed,
    PageEmpty,
    Progress,
    RecordFailed,
    RedditRateLimited,
    RedditUnavailable,
)
from producer.job import Purpose, Request
from producer.looks import answer_reader
from producer.producer import MOST_DEFECTS, Edges, Producer
from producer.reddit.budget import SHARES, Budget
from producer.reddit.question import Answer, Info, ListingPage
from producer.state.checkpoint import Checkpoint
from producer.state.saver import Gate, Saver
from producer.totals import Totals
from tests.support.producer_fakes import (
    START,
    MemoryLog,
    VirtualAsker,
    VirtualClock,
    comment,
    post,
)
from tests.support.producer_world import HOUR, ProducerWorld, raiser, steady

MINUTE = 60.0
PER_MINUTE = 95  # of 100, with the reserve


def known(count=900):
    """Return what a producer has plenty to look at again of."""
    return [*steady(count, 1.0, begin=START - count), post(1, START - 50)]


def busiest(moments):
    return max(sum(first <= each < first + MINUTE - 1e-6 for each in moments) for first in moments)


class Endless:
    """A job that has something to ask `every` so many seconds, on any number of threads."""

    def __init__(self, purpose, every=0.0):
        self.purpose = Purpose(purpose)
        self.every = every
        self.next_at = START
        self.taken = []
        self.failed = []

    def due_at(self, _now):
        return self.next_at

    def ask(self, now):
        self.next_at = now + self.every if self.every else START
        return Request(Info((f"t1_{self.purpose}",)), self.purpose, self)

    def take(self, request, batch, answer, now):
        self.taken.append(now)
        return ()

    def fail(self, request, now):
        self.failed.append(now)


class Bare:
    """A follower of nothing but its jobs."""

    def __init__(self, *jobs):
        self.jobs = jobs
        self.moments = []

    def see(self, request, answer, batch, moment):
        self.moments.append(moment)

    def take(self, request, answer, batch, moment):
        request.job.take(request, batch, answer, moment.now)

    def refuse(self, malformed, moment):
        assert not malformed

    def changes(self, now):
        return Checkpoint()

    def late_since(self):
        return START

    def gaps_open(self):
        return 0


class Engine:
    """A producer of bare jobs on a virtual clock."""

    def __init__(self, *jobs, latency=0.2, per_minute=100):
        self.clock, self.log = VirtualClock(), MemoryLog()
        self.budget = Budget(per_minute, START)
        self.before_answer = lambda _question: None
        self.asker = VirtualAsker(self, self.clock, self.budget, latency=latency)
        self.follower = Bare(*jobs)
        self.stop = threading.Event()
        keeper = Saver(None, Gate(lambda: None, lambda: 0), totals=Totals(), log=self.log)
        steady = Steady(self.clock)
        buffer = MemoryOutbox(totals=Totals(), log=MemoryLog())
        edges = Edges(self.asker, buffer, keeper, self.clock, steady, self.log)
        self.producer = Producer([self.follower], edges, self.budget, Totals())

    def ask(self, question):
        self.before_answer(question)
        return Answer([])

    def run(self, seconds):
        until = self.clock.time + seconds
        while self.clock.time < until:
            self.producer.run_once(self.stop)

    def sent(self, purpose=None, since=START):
        wanted = set(Purpose) if purpose is None else {purpose}
        return [at for at, one in self.asker.sent if one.purpose in wanted and at >= since]


def per_minute(moments, begin, minutes):
    counts = Counter(int((at - begin) // MINUTE) for at in moments)
    return [counts[minute] for minute in range(minutes)]


def apart(moments):
    return [later - sooner for sooner, later in itertools.pairwise(moments)]


class Empty(Endless):
    """A job that is due, but finds nothing to ask."""

    def ask(self, now):
        self.taken.append(now)


def test_a_job_that_is_due_and_finds_nothing_to_ask_waits_while_others_go_on():
    empty, other = Empty("sweep"), Endless("look", every=10.0)
    engine = Engine(empty, other)
    engine.run(MINUTE)
    assert 3 <= len(empty.taken) <= 10
    assert len(other.taken) == 6


@pytest.mark.parametrize("latency", [0.1, 0.6, 1.0])
def test_the_quota_is_used_whatever_the_latency(latency):
    engine = Engine(Endless("look"), Endless("poll", 5.0), latency=latency)
    engine.run(8 * MINUTE)
    assert min(per_minute(engine.sent(), START + 2 * MINUTE, 6)) >= 92
    assert busiest(engine.sent()) <= PER_MINUTE


def test_value_looks_are_spread_evenly_over_what_is_left():
    """Whatever bursts of polls come between."""
    engine = Engine(Endless("look"), Endless("poll", 10.0), Endless("settle", 7.0))
    engine.run(8 * MINUTE)
    looks = engine.sent("look", since=START + 2 * MINUTE)
    assert min(apart(looks)) >= MINUTE / PER_MINUTE - 1e-6
    assert max(apart(looks)) < 3.0
    assert per_minute(engine.sent("poll"), START, 8) == [6] * 8
    assert min(per_minute(engine.sent(), START + 2 * MINUTE, 6)) >= 93


def test_what_is_new_goes_first_when_all_want_more_than_there_is():
    """Polls take what they want, repairs and deep polls their share, value looks the rest."""
    jobs = [Endless(purpose) for purpose in ("look", "deep", "repair")]
    engine = Engine(*jobs, Endless("poll", 3.0))
    engine.run(10 * MINUTE)
    minutes = {
        purpose: set(per_minute(engine.sent(purpose), START + 3 * MINUTE, 6))
        for purpose in ("poll", "repair", "deep")
    }
    repairs = int(SHARES[Purpose.REPAIR] * PER_MINUTE)
    deep = min(int(SHARES[Purpose.DEEP] * PER_MINUTE), PER_MINUTE - 20 - repairs)
    assert minutes["poll"] == {19}
    assert minutes["repair"] == {repairs}
    assert minutes["deep"] <= {deep, deep + 1}
    assert busiest(engine.sent()) <= PER_MINUTE


def test_a_request_that_takes_its_time_holds_no_other():
    """One answer drips until its deadline, again and again; the others come as ever."""
    engine = Engine(Endless("sweep", 20.0), Endless("poll", 2.0))
    engine.asker.latency = lambda request: 16.0 if request.purpose == "sweep" else 0.2
    engine.run(5 * MINUTE)
    assert len(engine.sent("sweep")) == 15
    assert max(apart(engine.sent("poll"))) == pytest.approx(2.0)


def test_the_last_free_thread_is_kept_from_value_looks():
    """They may all take long: a poll still finds a thread at once."""
    engine = Engine(Endless("look"), Endless("poll", 5.0))
    engine.asker.latency = lambda request: 16.0 if request.purpose == "look" else 0.2
    engine.run(5 * MINUTE)
    assert max(apart(engine.sent("poll"))) == pytest.approx(5.0)
    assert len(engine.sent("look")) >= 3 * 5 * MINUTE / 16 - 3


def test_with_one_thread_value_looks_have_their_turn():
    engine = Engine(Endless("look"), Endless("poll", 5.0))
    engine.asker.threads = 1
    engine.run(3 * MINUTE)
    assert len(engine.sent("look")) > 100


@pytest.mark.parametrize("step", [-600.0, 3600.0])
def test_a_step_of_the_wall_neither_silences_nor_hurries(step):
    engine = Engine(Endless("look"), Endless("poll", 5.0))
    engine.run(5 * MINUTE)
    stepped_at = engine.clock.time
    engine.clock.stepped = step
    engine.run(5 * MINUTE)
    assert min(per_minute(engine.sent(), stepped_at, 5)) >= 92
    assert busiest(engine.sent()) <= PER_MINUTE
    assert max(apart(engine.sent("poll"))) < 6  # a full minute lets one go each 0.6 s
    last = engine.follower.moments[-1]
    assert last.now == pytest.approx(engine.clock.time, abs=3)
    assert last.observed_at - step == pytest.approx(last.now, abs=0.01)
    stamps = [moment.observed_at for moment in engine.follower.moments]
    assert len(set(stamps)) == len(stamps)


def test_records_tell_the_walls_time_and_progress_goes_on():
    """Set back by ten minutes; the next comment is read within the poll's interval all the same."""
    world = ProducerWorld(known(100))
    reporter = world.reporter()
    world.run(5 * MINUTE)
    stepped_at = world.clock.time
    world.clock.stepped = -600.0
    world.reddit.things["t1_c5000"] = comment(5000, stepped_at + 60)
    for _ in range(5):
        world.run(MINUTE)
        reporter.report_if_due()
    world.deliver()
    told = world.log.of(Progress)
    assert len(told) == 5
    assert told[-1].at == format_instant(world.clock.time - 600)
    (record,) = world.of("t1_c5000")[:1]
    assert stepped_at + 60 <= parse_instant(record["observed_at"]) + 600 <= stepped_at + 95


def test_no_listing_has_two_pages_of_one_job_in_flight():
    world = ProducerWorld(known(), latency=2.0)
    world.run(3 * MINUTE)
    pages = [(at, one.job) for at, one in world.asker.sent if isinstance(one.question, ListingPage)]
    for job in {job for _, job in pages}:
        asked = [at for at, each in pages if each is job]
        assert all(gap >= 2 for gap in apart(asked))


def test_two_answers_of_one_moment_have_stamps_of_their_own():
    world = ProducerWorld([comment(1, START - 9), post(1, START - 9)])
    world.asker.latency = lambda request: 1.0 if request.question[1] == "comments" else 0.0
    world.budget._answers.clear()  # both polls go at once
    world.asker.latency = lambda _request: 1.0
    world.deliver(5)
    stamps = [world.of(name)[0]["observed_at"] for name in ("t1_c1", "t3_p1")]
    assert [parse_instant(each) - START for each in stamps] == pytest.approx([1.0, 1.001])


def test_a_defect_costs_one_answer():
    """It is logged by its type, whoever asked asks again, and nothing is lost."""
    world = ProducerWorld(known(150))
    world.run(5)
    world.reddit.things["t1_c9000"] = comment(9000, world.clock.time + 1)
    take, planted = world.follower.take, [ZeroDivisionError("a defect"), KeyError("another")]

    def fail(request, *rest):
        if planted and request.purpose == "poll":
            raise planted.pop()
        take(request, *rest)

    world.follower.take = fail
    world.deliver(2 * MINUTE)
    assert not planted
    assert world.log.of(AnswerFailed) == [
        AnswerFailed("KeyError", "poll"),
        AnswerFailed("ZeroDivisionError", "poll"),
    ]
    assert set(world.reddit.things) == world.delivered()


def test_a_defect_of_every_answer_ends_it():
    """Not at once, and not never: a restart may be what it needs."""
    world = ProducerWorld(known(150))
    world.run(MINUTE)

    def fail(*_):
        raise ZeroDivisionError

    world.follower.take = fail
    with pytest.raises(ZeroDivisionError):
        world.run(3 * HOUR)
    assert len(world.log.of(AnswerFailed)) == MOST_DEFECTS


def test_one_thing_of_which_no_record_can_be_made_costs_no_other(monkeypatch):
    """It has a dead letter, once; the others of its answer are told of."""
    made = answer_reader.observation_of

    def fail(known, *rest, **named):
        if known.id == "t1_c7":
            raise ZeroDivisionError
        return made(known, *rest, **named)

    monkeypatch.setattr(answer_reader, "observation_of", fail)
    world = ProducerWorld(known(20))
    world.deliver(HOUR)
    assert set(world.reddit.things) == world.delivered()
    assert all(problem_of(record) is None for record in world.records() if record["id"] != "t1_c7")
    (letter,) = world.of("t1_c7")
    assert letter["malformed"]["field"] == "item"
    assert problem_of(letter) is not None
    assert RecordFailed("t1_c7", "ZeroDivisionError") in world.log.of(RecordFailed)
    assert world.log.of(AnswerFailed) == []


LOST = ("new", "hidden", "edited", "deleted", "removed", "absent")


def test_what_a_defect_kept_from_being_sent_is_sent_after_the_next_look():
    """Between what was found and the outbox; whatever it was that had been found."""
    things = {name: comment(number, START - number) for number, name in enumerate(LOST)}
    things["hidden"]["score_hidden"] = True
    world = ProducerWorld(
        [things[name] for name in LOST[2:]], environment={"WSB_LOOK_AGES_MINUTES": "600,1440"}
    )
    world.deliver(MINUTE)
    add, planted = world.outbox.add, {}

    def fail(records, now):
        found = {record["id"]: record["state"] for record in records}
        if found.items() - planted.items():
            planted.update(found)
            raise ZeroDivisionError
        return add(records, now)

    world.outbox.add = fail
    world.reddit.things |= {things[name]["name"]: things[name] for name in LOST[:2]}
    things["edited"]["body"] = "edited"
    things["deleted"] |= {"author": "[deleted]", "body": "[deleted]"}
    things["removed"] |= {"author": "[deleted]", "body": "[removed]"}
    things["absent"]["_absent"] = things["absent"]["_hidden"] = True
    world.deliver(3 * HOUR)
    states = ["live", "live", "live", "deleted", "removed", "absent"]
    assert planted == {
        thing["name"]: state for thing, state in zip(things.values(), states, strict=True)
    }
    told = [world.of(thing["name"]) for thing in things.values()]
    assert [len(records) for records in told] == [1, 1, 2, 2, 2, 2]
    assert [records[-1]["state"] for records in told] == states
    assert told[2][-1]["body"] == "edited"


def test_a_defect_of_the_missing_keeps_nothing_that_was_shown():
    world = ProducerWorld(known(150))
    world.deliver(MINUTE)
    world.reddit.things["t1_c7"] |= {"_absent": True, "_hidden": True}
    miss, planted = world.follower.looks.miss, [ZeroDivisionError("a defect")]

    def fail(missed, at):
        if len(missed) and planted:
            raise planted.pop()
        return miss(missed, at)

    world.follower.looks.miss = fail
    for thing in world.reddit.things.values():
        thing["_score"] = lambda _age: 50
    world.deliver(3 * HOUR)
    assert not planted
    scores = {name: world.of(name)[-1]["score"] for name in world.reddit.things}
    assert scores == {**dict.fromkeys(world.reddit.things, 50), "t1_c7": 1}
    assert world.of("t1_c7")[-1]["state"] == "absent"


def test_a_request_comes_back_to_its_job_once():
    """Whatever happens while the job takes its answer in, it does not fail as well."""
    job = Endless("poll", 1.0)
    engine = Engine(job)
    taken = []

    def take(*_):
        taken.append(engine.clock.time)
        raise ZeroDivisionError

    job.take = take
    engine.run(MINUTE)
    assert len(taken) >= 3
    assert job.failed == []
    engine.follower.see = take
    count = len(taken)
    engine.run(MINUTE)
    assert len(job.failed) == len(taken) - count > 0


def failing(engine, plan):
    """Let the follower fail for each True of the plan; the job, left halfway, fails as well."""
    planned = iter(plan)

    def take(request, _answer, _batch, moment):
        if next(planned, False):
            raise ZeroDivisionError
        request.job.taken.append(moment.now)

    def fail(*_):
        raise RuntimeError

    engine.follower.take = take
    for job in engine.follower.jobs:
        job.fail = fail


def test_a_defect_that_leaves_its_job_halfway_ends_nothing():
    """Whoever failed waits longer each time; the others do not."""
    failed, other = Endless("sweep", 0.1), Endless("poll", 1.0)
    engine = Engine(failed, other)
    engine.run(MINUTE)  # the careful one
    failing(engine, [])
    take = engine.follower.take
    engine.follower.take = lambda request, *rest: (
        take(request, *rest) if request.job is other else 1 / 0
    )
    began_at = engine.clock.time
    engine.run(3 * MINUTE)
    sent = engine.sent("sweep", since=began_at)
    assert 5 <= len(sent) <= 20
    assert max(apart(sent)) > 10
    assert len(engine.sent("poll", since=began_at)) >= 175


def test_defects_with_answers_between_them_end_nothing():
    engine = Engine(Endless("poll", 1.0))
    failing(engine, [*[True] * (MOST_DEFECTS - 1), False, *[True] * (MOST_DEFECTS - 1)])
    engine.run(3 * HOUR)
    assert len(engine.log.of(AnswerFailed)) == 2 * (MOST_DEFECTS - 1)


def test_an_empty_first_page_is_a_failed_page():
    """It is asked for again, longer and longer, and hides nothing from the next one."""
    world = ProducerWorld(steady(400, 1.0, begin=START - 300))
    world.reddit.things["t3_p1"] = post(1)
    world.run(30)
    hidden = world.reddit.things
    world.reddit.things = {}
    world.run(5 * MINUTE)
    pages = [each for each in world.log.of(PageEmpty) if each.listing == "comments"]
    assert 5 <= len(pages) <= 40
    world.reddit.things = hidden
    world.deliver(2 * MINUTE)
    assert set(hidden) == world.delivered()
    assert world.producer.gaps_open() == 0
    assert not world.log.of(AnswerFailed)


def test_one_failure_says_little_about_others():
    """A page answered 503 is asked for again after a second or so; looks go on meanwhile."""
    world = ProducerWorld(known(600))
    world.run(5 * MINUTE)
    planted = [RedditUnavailableError("503")]

    def fail(request):
        if planted and request[0] == "listing":
            raise planted.pop()

    world.reddit.before_answer = fail
    while planted:
        world.producer.run_once(world.stop)
    failed_at = world.clock.time
    (told,) = world.log.of(RedditUnavailable)
    assert (told.reason, 0.5 <= told.retry_seconds <= 1.0) == ("503", True)
    world.run(10)
    after = [(at - failed_at, one) for at, one in world.asker.sent if at >= failed_at]
    assert min(at for at, _ in after) < 0.7
    assert any(told.retry_seconds - 0.1 <= at < 4 for at, one in after if one.purpose == "poll")


@pytest.mark.parametrize("error", [RedditUnavailableError("503"), ForbiddenError("403")])
def test_an_hour_without_reddit_is_waited_out_politely(error):
    """One request at a time, up to a minute apart; a minute after its end all is as before."""
    world = ProducerWorld(known(600))
    world.run(5 * MINUTE)
    world.reddit.before_answer = raiser(error)
    began_at = world.clock.time
    world.run(HOUR)
    asked = [at for at, _ in world.reddit.requests if at > began_at + 5]
    assert 60 <= len(asked) <= 130
    assert 30 <= max(each.retry_seconds for each in world.log.of(RedditUnavailable)) <= 60
    assert max(apart(asked)) <= 61
    world.reddit.before_answer = lambda _request: None
    world.reddit.things["t1_c9000"] = comment(9000, world.clock.time)
    world.deliver(2 * MINUTE)
    assert world.of("t1_c9000")
    assert world.missing() == set()


def test_a_429_of_one_request_stops_all_for_as_long_as_it_says():
    world = ProducerWorld(known(600), latency=1.0)
    world.run(2 * MINUTE)
    planted = [RateLimitedError(90.0)]

    def refuse(_request):
        if planted:
            raise planted.pop()

    world.reddit.before_answer = refuse
    while planted:
        world.producer.run_once(world.stop)
    refused_at = world.clock.time
    world.run(3 * MINUTE)
    later = [at for at, _ in world.asker.sent if at > refused_at]
    assert min(later) == pytest.approx(refused_at + 91, abs=0.01)
    assert world.log.of(RedditRateLimited) == [RedditRateLimited(90.0)]


def test_two_subreddits_share_one_budget_and_nothing_else():
    """Each has its records, its state and its back-off."""
    things = [
        *(comment(n, START - n, subreddit="stocks") for n in range(120)),
        *(comment(1000 + n, START - n, subreddit="bonds") for n in range(80)),
        post(1, START, subreddit="stocks"),
        post(2, START, subreddit="bonds"),
    ]
    world = ProducerWorld(things, environment={"WSB_SUBREDDIT": "stocks,bonds"})
    world.deliver(5 * MINUTE)
    of_stocks = {record["id"] for record in world.records() if record["subreddit"] == "stocks"}
    assert of_stocks == {"t3_p1", *(f"t1_c{n}" for n in range(120))}
    assert world.delivered() - of_stocks == {"t3_p2", *(f"t1_c{n}" for n in range(1000, 1080))}
    assert [len(each.looks) for each in world.followers] == [121, 81]
    assert world.producer.tracked() == 202
    assert busiest([at for at, _ in world.asker.sent]) <= PER_MINUTE
    assert {key.subreddit for key in world.state.rows} == {"stocks", "bonds"}
    world.start()
    assert [len(each.looks) for each in world.followers] == [121, 81]


def test_a_subreddit_that_is_closed_holds_no_other():
    things = [comment(1, subreddit="stocks"), post(1, subreddit="stocks")]
    world = ProducerWorld(things, environment={"WSB_SUBREDDIT": "stocks,bonds"})
    world.run(MINUTE)
    ask = world.reddit.ask

    def closed(question):
        if isinstance(question, ListingPage) and question.subreddit == "bonds":
            raise ForbiddenError("private")
        return ask(question)

    world.reddit.ask = closed
    began_at = world.clock.time
    world.reddit.things["t1_c2"] = comment(2, began_at + 600, subreddit="stocks")
    world.deliver(15 * MINUTE)
    (record,) = world.of("t1_c2")[:1]
    assert parse_instant(record["observed_at"]) < began_at + 600 + 40


def test_the_end_takes_what_is_in_flight():
    world = ProducerWorld(known(90), latency=3.0)
    while not world.asker.in_flight:
        world.producer.run_once(world.stop)
    world.stop.set()
    world.producer.run_once(world.stop)
    assert world.delivered() == set()
    world.producer.finish()
    world.sender.drain(MINUTE)
    assert len(world.delivered()) == 91


def test_requests_are_counted_by_purpose():
    world = ProducerWorld(known(150))
    world.run(20 * MINUTE)
    counted = world.budget.by_purpose
    sent = [request.purpose for _, request in world.asker.sent]
    assert counted == {purpose: sent.count(purpose) for purpose in set(sent)}
    assert {"poll", "deep", "look"} == set(counted)
