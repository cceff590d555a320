"""Repair: what the listings of comments lost, read through the pages of the threads.

A thread's page shows its newest 500 comments, however old; the others stand behind `more`, newest
first, and come by a hundred. The threads in which most is missing go first: Reddit tells how many
comments a post has, and what is known of them is counted. Where a thread goes on deeper than a page
shows, the rest is a page of its own; those come after all threads.

Posts have no other listing. Of those in a gap the ones come back that somebody has commented on.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple, Protocol

from producer.gap import Gap, GapStatus
from producer.job import Purpose, Request
from producer.listings.listing import Listing
from producer.listings.poll import DISORDER_SECONDS
from producer.reddit.batch import Batch
from producer.reddit.limits import INFO_IDS
from producer.reddit.question import Answer, Info, ListingPage, More, Question, Thread
from producer.reddit.thing import bounded

REQUESTS_MOST = 300  # for one gap
REQUESTS_MOST_LATE = 40  # where all was read and 1 % of it may be missing
IN_FLIGHT_MOST = 2
TRIES = 3
DRY_ANSWERS = 3  # in a row with nothing as new as the gap: what follows is older still
ACTIVE_SECONDS = 3600.0  # a thread with a comment so near to the gap is one of those to read
POSTS_SECONDS = 86_400.0  # how much older than the gap posts are looked for in `new`
PAGES_OF_POSTS = 10
INFO_REQUESTS_MOST = 10


class Activity(NamedTuple):
    """What is known of a post's comments: how many, and when the newest was created."""

    comments: int
    last_at: float


class Known(Protocol):
    """What the producer has read so far."""

    def activity(self, since: float) -> Mapping[str, Activity]:
        """Return, by post, what is known of the comments that were created since then."""

    def unknown_posts(self, since: float) -> Sequence[str]:
        """Return the posts never read that comments created since then belong to."""


class Task(NamedTuple):
    """A question of a repair, and of which thread it is part.

    `last`: nothing else is left to ask, but a gap is only closed by an answer.
    """

    question: Question
    thread: "Reading | None" = None
    tries: int = 0
    last: bool = False


@dataclass(slots=True)
class Reading:
    """One thread on the way down: the ids that are still behind `more`, in Reddit's order."""

    post_id: str
    more: deque[str] = field(default_factory=deque)
    dry: int = 0


class Turn:
    """Whose turn it is to ask what stands behind `more`: Reddit takes one such request at a time.

    All repairs of a process share one.
    """

    def __init__(self) -> None:
        self.taken = False

    def allows(self, task: Task) -> bool:
        """Tell whether a task may be asked now."""
        return not (self.taken and isinstance(task.question, More))


class Repair:
    """A job: repairs the gaps of some listings, the oldest first, one after another.

    A gap takes `REQUESTS_MOST` requests at most (`REQUESTS_MOST_LATE` if only late things are
    missing, and then the pages of threads alone). It is `repaired` if every thread was read down
    past the gap's beginning, and as deep as it goes, in which comments are missing by Reddit's
    count, or somebody commented within an hour of the gap, or whose post is of the gap's time. A
    gap in `new` ends `partial`: a post without a known comment cannot be found. A restart begins a
    repair again. All repairs on one Reddit client share a `turn`.

    Whoever takes its answers in tells `found` how many things that the gap `hid` were not known.
    """

    purpose = Purpose.REPAIR

    def __init__(self, listings: Sequence[Listing], known: Known, turn: Turn) -> None:
        self._listings = {listing.name: listing for listing in listings}
        self._known = known
        self._turn = turn
        self._work: _Work | None = None

    def due_at(self, now: float) -> float:
        """Return when to ask next: at once during a repair, else when a gap has stopped growing."""
        if self._work is None:
            return min(listing.ripe_at() for listing in self._listings.values())
        return now if self._work.can_ask() else inf

    def ask(self, now: float) -> Request:
        """Ask the next question of the repair; begins one when none is going on."""
        if self._work is None:
            self._work = self._begun(now)
        task = self._work.next_task()
        return Request(task.question, self.purpose, self, task)

    def hid(self, created_at: float) -> bool:
        """Tell whether what was created then is what the repair going on looks for."""
        return self._work is not None and self._work.gap.covers(created_at)

    def found(self, count: int) -> None:
        """Count things of the gap that nobody knew."""
        if self._work is not None:
            work = self._work
            work.gap = self._listings[work.gap.listing].found(work.gap, count)

    def take(self, request: Request, batch: Batch, answer: Answer, now: float) -> Sequence[Gap]:  # noqa: ARG002
        """Take in an answer; returns the gap once it is closed."""
        work, task = self._task_of(request)
        work.take(task, batch, answer)
        return self._closed(work)

    def fail(self, request: Request, now: float) -> None:  # noqa: ARG002 - the protocol's
        """Ask again later, a few times; then the gap stays partial."""
        work, task = self._task_of(request)
        work.fail(task)

    def _task_of(self, request: Request) -> "tuple[_Work, Task]":
        if self._work is None or not isinstance(request.ticket, Task):
            raise RuntimeError("an answer came without a repair")
        return self._work, request.ticket

    def _begun(self, now: float) -> "_Work":
        for listing in self._listings.values():
            gap = listing.ripe_gap(now)
            if gap is not None:
                kind = _Posts if gap.listing == "new" else _Comments
                return kind(listing.subreddit, gap, self._known, self._turn)
        raise RuntimeError("a repair was asked for without a gap")

    def _closed(self, work: "_Work") -> Sequence[Gap]:
        if not work.is_over():
            return ()
        self._work = None
        return (self._listings[work.gap.listing].close(work.gap, work.status()),)


class _Work:
    """One repair in progress: tasks in order of their worth, then what follows from them."""

    def __init__(self, subreddit: str, gap: Gap, known: Known, turn: Turn) -> None:
        self.gap = gap
        self._turn = turn
        self._subreddit = subreddit
        self._known = known
        self._tasks: deque[Task] = deque()
        self._in_flight = 0
        self._left = REQUESTS_MOST_LATE if gap.late_only else REQUESTS_MOST
        self._whole = True
        self._begin()

    def can_ask(self) -> bool:
        free = self._in_flight < IN_FLIGHT_MOST and self._left > 0
        return free and any(map(self._turn.allows, self._tasks))

    def next_task(self) -> Task:
        self._in_flight += 1
        self._left -= 1
        task = next(filter(self._turn.allows, self._tasks))
        self._tasks.remove(task)
        if isinstance(task.question, More):
            self._turn.taken = True
        return task

    def take(self, task: Task, batch: Batch, answer: Answer) -> None:
        self._came_back(task)
        if task.last:
            return
        if batch.ids or isinstance(task.question, Info | More):
            self._took(task, batch, answer)
        else:
            self._again(task)  # a listing's newest page and a thread's always show something
        self._settle()

    def fail(self, task: Task) -> None:
        self._came_back(task)
        self._again(task)
        self._settle()
        if self.is_over():
            self._left += 1
            self._whole = False
            self._tasks.appendleft(self._newest_posts()._replace(last=True))

    def is_over(self) -> bool:
        return self._in_flight == 0 and not (self._tasks and self._left > 0)

    def status(self) -> GapStatus:
        return GapStatus.REPAIRED if self._whole and not self._tasks else GapStatus.PARTIAL

    def _came_back(self, task: Task) -> None:
        self._in_flight -= 1
        if isinstance(task.question, More):
            self._turn.taken = False

    def _newest_posts(self) -> Task:
        return Task(ListingPage(self._subreddit, "new", None))

    def _begin(self) -> None:
        """Make the first tasks: at least one."""
        raise NotImplementedError

    def _took(self, task: Task, batch: Batch, answer: Answer) -> None:
        raise NotImplementedError

    def _next(self) -> None:
        """Make the tasks that follow when all are done; none: the repair is over."""

    def _settle(self) -> None:
        if self._in_flight == 0 and not self._tasks:
            self._next()

    def _again(self, task: Task) -> None:
        if task.tries + 1 < TRIES:
            self._tasks.append(task._replace(tries=task.tries + 1))
        else:
            self._whole = False


class _Comments(_Work):
    """Posts first, as Reddit counts their comments; then their threads."""

    def _begin(self) -> None:
        self._activity = self._known.activity(self.gap.from_at - POSTS_SECONDS)
        self._posts: dict[str, Post] = {}
        self._pages = 0
        self._deeper: set[str] = set()
        self._stages: deque[Callable[[], None]] = deque([self._ask_active, self._read_threads])
        self._tasks.append(self._newest_posts())

    def _next(self) -> None:
        while self._stages and not self._tasks:
            self._stages.popleft()()

    def _took(self, task: Task, batch: Batch, answer: Answer) -> None:
        match task.question:
            case ListingPage():
                self._posts |= _posts_in(batch)
                self._pages += 1
                old = batch.created_at[-1] < self.gap.from_at - POSTS_SECONDS
                if answer.after is not None and not old and self._pages < PAGES_OF_POSTS:
                    page = ListingPage(self._subreddit, "new", answer.after)
                    self._tasks.append(Task(page))
            case Info():
                self._posts |= _posts_in(batch)
            case Thread() | More():
                self._read_on(task, batch, answer)

    def _ask_active(self) -> None:
        """Ask for the counts of posts that `new` did not show, the most talked about first."""
        active = self._activity
        unlisted = [post for post in active if post not in self._posts]
        unlisted.sort(key=lambda post: -active[post].comments)
        for first in range(0, min(len(unlisted), INFO_REQUESTS_MOST * INFO_IDS), INFO_IDS):
            self._tasks.append(Task(Info(tuple(unlisted[first : first + INFO_IDS]))))

    def _read_threads(self) -> None:
        for post_id in threads_to_read(self.gap, self._posts, self._activity):
            self._tasks.append(Task(Thread(self._subreddit, post_id), Reading(post_id)))

    def _read_on(self, task: Task, batch: Batch, answer: Answer) -> None:
        reading = task.thread
        if reading is None:
            raise RuntimeError("a thread's answer came without its thread")
        for comment_id in answer.deeper:
            if comment_id not in self._deeper:
                self._deeper.add(comment_id)
                page = Thread(self._subreddit, reading.post_id, comment_id)
                self._tasks.append(Task(page, Reading(reading.post_id)))
        reading.more.extendleft(reversed(answer.more))  # what is left of these comes first
        comments = [
            created_at
            for created_at, post_id in zip(batch.created_at, batch.post_ids, strict=True)
            if post_id is not None
        ]
        dry = max(comments, default=-inf) < self.gap.from_at - DISORDER_SECONDS
        reading.dry = reading.dry + 1 if dry else 0
        if not reading.more or reading.dry >= DRY_ANSWERS:
            return
        if self.gap.late_only:  # the page alone: it is whole if it reaches down to the gap's begin
            self._whole &= min(comments, default=inf) < self.gap.from_at
            return
        children = tuple(reading.more.popleft() for _ in range(min(INFO_IDS, len(reading.more))))
        self._tasks.appendleft(Task(More(reading.post_id, children), reading))


class _Posts(_Work):
    """The posts that known comments belong to."""

    def _begin(self) -> None:
        self._whole = False
        unknown = self._known.unknown_posts(self.gap.from_at)
        # one request at least: it is what brings the gap to its end
        for first in range(0, max(1, len(unknown)), INFO_IDS):
            ids = tuple(unknown[first : first + INFO_IDS])
            self._tasks.append(Task(Info(ids)) if ids else self._newest_posts())

    def _took(self, task: Task, batch: Batch, answer: Answer) -> None:
        """Its things have been looked at already."""


class Post(NamedTuple):
    """When a post was created and how many comments Reddit counts below it."""

    created_at: float
    comments: int


def threads_to_read(
    gap: Gap, posts: Mapping[str, Post], activity: Mapping[str, Activity]
) -> list[str]:
    """Return the threads that may hold what a gap lacks, those first that lack most."""
    none = Activity(0, -inf)
    worth: list[tuple[int, float, str]] = []
    for post_id in posts.keys() | activity.keys():
        known = activity.get(post_id, none)
        post = posts.get(post_id, Post(-inf, known.comments))
        missing = max(0, post.comments - known.comments)
        near = known.last_at >= gap.from_at - ACTIVE_SECONDS or post.created_at >= gap.from_at
        if post.created_at <= gap.to_at and (missing > 0 or near):
            worth.append((missing, max(known.last_at, post.created_at), post_id))
    return [post_id for _, _, post_id in sorted(worth, reverse=True)]


def _posts_in(batch: Batch) -> dict[str, Post]:
    """Read what the posts of an answer say of themselves."""
    posts: dict[str, Post] = {}
    for thing in batch.things:
        if thing.kind == "post":
            comments = bounded(thing.raw.get("num_comments"))
            posts[thing.id] = Post(thing.created_at, comments or 0)
    return posts
