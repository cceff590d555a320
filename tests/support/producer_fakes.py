"""Real small fakes of the producer's edges; tests/contract holds them against the emulator."""

import heapq
import itertools
import threading
from bisect import insort

from botocore.exceptions import ClientError

from producer.asker import THREADS, Reply
from producer.errors import AwsUnavailableError, RedditError
from producer.reddit.question import Answer, Info, ListingPage, More, Thread

SUBREDDIT = "wallstreetbets"
START = 1_607_385_600.0
PAGE_ITEMS = 100  # Reddit's
THREAD_ITEMS = 500


class VirtualClock:
    """Waiting is what makes the time pass; `stepped` is how far somebody set the wall's off."""

    def __init__(self, now=START):
        self.time = now
        self.stepped = 0.0
        self.waits = []

    def now(self):
        return self.time + self.stepped

    def monotonic(self):
        return self.time - START

    def wait(self, seconds, stop=None):
        if stop is not None and stop.is_set():
            return True
        self.waits.append(seconds)
        self.time += max(0.0, seconds)
        return False


class MemoryLog:
    """Keeps the events."""

    def __init__(self):
        self.events = []

    def emit(self, event):
        self.events.append(event)

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


class MemoryStream:
    """A stream that takes everything, or nothing while `down`."""

    def __init__(self):
        self.entries = []
        self.down = False
        self.after_put = lambda _entries: None

    def put(self, entries):
        if self.down:
            raise AwsUnavailableError("down")
        self.entries.extend(entries)
        self.after_put(entries)
        return [None] * len(entries)


class FakeReddit:
    """Things with a birth, a delay until they appear, and a score by age.

    What names no `subreddit` is in all of them. `before_answer(request)` may raise an error or
    change the world.
    """

    def __init__(self, clock, things=(), *, depth=1000):
        self.clock = clock
        self.depth = depth
        self.requests = []
        self.answered = set()
        self.shown = {}
        self.things = {thing["name"]: thing for thing in things}
        self.before_answer = lambda _request: None

    def ask(self, question):
        match question:
            case ListingPage(subreddit, listing, after):
                self._meet(("listing", listing, after))
                return self._listing(subreddit, listing, after)
            case Info(ids):
                assert 1 <= len(ids) <= PAGE_ITEMS
                self._meet(("info", ids, None))
                return Answer(self._show(self._found(ids)))
            case Thread(subreddit, post_id):
                self._meet(("thread", post_id, None))
                newest = self._newest(subreddit, "t1_")
                comments = [each for each in newest if each["link_id"] == post_id]
                shown = self._found([post_id]) + comments[:THREAD_ITEMS]
                rest = tuple(each["name"] for each in comments[THREAD_ITEMS:])
                return Answer(self._show(shown), None, rest)
            case More(post_id, children):
                assert 1 <= len(children) <= PAGE_ITEMS
                self._meet(("more", children, post_id))
                return Answer(self._show(self._found(children)))

    def _listing(self, subreddit, name, after):
        prefix = "t1_" if name == "comments" else "t3_"
        listed = self._newest(subreddit, prefix)[: self.depth]
        start = 0
        if after is not None:
            names = [thing["name"] for thing in listed]
            if after not in names:
                return Answer([])
            start = names.index(after) + 1
        page = listed[start : start + PAGE_ITEMS]
        more = start + PAGE_ITEMS < len(listed)
        return Answer(self._show(page), page[-1]["name"] if more else None)

    def _found(self, ids):
        found = [self.things[name] for name in ids if name in self.things]
        return [thing for thing in found if not thing.get("_absent")]

    def _newest(self, subreddit, prefix):
        now = self.clock.time
        found = []
        for thing in self.things.values():
            appeared = thing["created_utc"] + thing.get("_late", 0.0) <= now
            if thing.get("subreddit", subreddit) != subreddit:
                continue
            if thing["name"].startswith(prefix) and appeared and not thing.get("_hidden"):
                insort(found, thing, key=lambda each: -each["created_utc"])
        return found

    def _meet(self, request):
        self.requests.append((self.clock.time, request))
        self.before_answer(request)

    def _show(self, things):
        self.answered.update(thing["name"] for thing in things)
        now = self.clock.time
        shown = []
        for thing in things:
            score = thing.get("_score", lambda _age: 1)(now - thing["created_utc"])
            self.shown[thing["name"]] = max(score, self.shown.get(thing["name"], score))
            item = {key: value for key, value in thing.items() if not key.startswith("_")}
            shown.append({**item, "score": score})
        return shown


class VirtualAsker:
    """Answers `latency` seconds after the sending, when the virtual clock gets there.

    `latency` may be a function of the request. It does what the requestor does for the budget.
    """

    def __init__(self, reddit, clock, budget, *, latency=0.2, threads=THREADS):
        self.reddit, self.clock, self.budget = reddit, clock, budget
        self.latency = latency if callable(latency) else lambda _request: latency
        self.threads = threads
        self.in_flight = []
        self.sent = []
        self._numbers = itertools.count()

    def free(self):
        return self.threads - len(self.in_flight)

    def send(self, request):
        assert self.free() > 0
        self.sent.append((self.clock.time, request))
        at = self.clock.time + self.latency(request)
        heapq.heappush(self.in_flight, (at, next(self._numbers), request))

    def replies(self, seconds, stop):
        if stop.is_set():
            return self._arrived()
        until = self.clock.time + seconds
        if self.in_flight and self.in_flight[0][0] <= until:
            until = max(self.clock.time, self.in_flight[0][0])
        self.clock.wait(until - self.clock.time, stop)
        return self._arrived()

    def close(self):
        self.threads = 0
        replies = []
        while self.in_flight:
            self.clock.time = max(self.clock.time, self.in_flight[0][0])
            replies += self._arrived()
        return replies

    def abandon(self):
        self.threads = 0
        self.in_flight.clear()

    def _arrived(self):
        replies = []
        while self.in_flight and self.in_flight[0][0] <= self.clock.time:
            _, _, request = heapq.heappop(self.in_flight)
            replies.append(self._reply(request))
        return replies

    def _reply(self, request):
        try:
            return Reply(request, self.reddit.ask(request.question), None)
        except RedditError as error:
            return Reply(request, None, error)
        finally:
            self.budget.answered(self.clock.time, {})


BOTH = {"score": 1, "author": "somebody", "author_fullname": "t2_1", "edited": False}


def comment(number, created_at=START, **fields):
    return BOTH | {
        "name": f"t1_c{number}",
        "created_utc": created_at,
        "score_hidden": False,
        "body": "diamond hands",
        "link_id": "t3_p1",
        "parent_id": "t3_p1",
        "permalink": "/r/wallstreetbets/comments/p1/x/c1/",
        "distinguished": None,
        "stickied": False,
        "is_submitter": False,
        "author_flair_text": None,
        **fields,
    }


def post(number, created_at=START, **fields):
    return BOTH | {
        "name": f"t3_p{number}",
        "created_utc": created_at,
        "selftext": "I like the stock",
        "title": "YOLO",
        "url": "https://example.com/",
        "domain": "self.wallstreetbets",
        "permalink": "/r/wallstreetbets/comments/p1/x/",
        "num_comments": 3,
        "upvote_ratio": 0.9,
        "over_18": False,
        "is_self": True,
        "link_flair_text": "DD",
        "removed_by_category": None,
        **fields,
    }


def client_error(code, operation, status=400, message=""):
    answer = {"Error": {"Code": code, "Message": message or code}}
    answer["ResponseMetadata"] = {"HTTPStatusCode": status}
    return ClientError(answer, operation)


def never():
    return threading.Event()
