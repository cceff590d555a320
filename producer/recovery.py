"""Recovery: who waits how long after what failed. All times are steady seconds."""

from collections.abc import Hashable, Mapping

from producer.backoff import Backoff
from producer.errors import ForbiddenError, RedditError, SubredditMissingError
from producer.job import Job
from producer.patience import Patience

FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 60.0
BEHIND_SECONDS = 5.0  # the others of a closed subreddit wait for the answer of whoever asks first
NO_FAILURE = Backoff(FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS)
OF_A_SUBREDDIT = (ForbiddenError, SubredditMissingError)


class Recovery:
    """A job that fails waits, longer each time in a row; so does a subreddit that is closed.

    When Reddit itself fails more than once in a row, all wait until `retry_at`, and then one
    request at a time asks whether it is back. `held` tells until when each job waits. `homes`
    says of which subreddit each job is.
    """

    def __init__(self, homes: Mapping[Job, Hashable]) -> None:
        self.held: dict[Job, float] = {}
        self.retry_at = float("-inf")
        self._homes = homes
        self._backoffs: dict[Job, Backoff] = {}
        self._everywhere = Patience()
        self._at_home = {home: Patience() for home in homes.values()}
        self._failed_at: dict[Hashable, float] = {}

    @property
    def doubts(self) -> bool:
        """Tell whether Reddit seems to be away."""
        return self._everywhere.doubts()

    def answered(self, job: Job) -> None:
        """Note that Reddit answered."""
        self._everywhere = self._everywhere.succeeded()
        home = self._homes[job]
        closed = self._at_home[home].backoff.failures > 0
        self._at_home[home] = self._at_home[home].succeeded()
        if closed:
            self._hold_all(home, float("-inf"))

    def succeeded(self, job: Job) -> None:
        """Note that a job's answer was taken in."""
        self._backoffs.pop(job, None)
        self.held.pop(job, None)

    def put_off(self, job: Job, now: float) -> float:
        """Let one job wait; returns how many seconds."""
        backoff = self._backoffs.get(job, NO_FAILURE).failed()
        self._backoffs[job] = backoff
        seconds = backoff.seconds()
        self.held[job] = now + seconds
        return seconds

    def failed(self, job: Job, error: RedditError, sent_at: float, now: float) -> float:
        """Note that Reddit did not answer; returns how many seconds the job waits.

        Raises the error when only a person can fix it.
        """
        home = self._homes[job] if isinstance(error, OF_A_SUBREDDIT) else None
        seconds = self.put_off(job, now)
        if sent_at >= self._failed_at.get(home, float("-inf")):
            # what was in flight together fails together, and counts once
            self._failed_at[home] = now
            seconds = max(seconds, self._count(home, error, now))
        self.held[job] = now + seconds
        return max(seconds, self.retry_at - now)

    def _count(self, home: Hashable | None, error: RedditError, now: float) -> float:
        patience = (self._everywhere if home is None else self._at_home[home]).failed()
        if patience.is_over(error):
            raise error
        if home is None:
            self._everywhere = patience
            self.retry_at = max(self.retry_at, now + patience.pause_seconds())
            return 0.0
        self._at_home[home] = patience
        seconds = patience.backoff.seconds()
        self._hold_all(home, now + seconds)
        return seconds

    def _hold_all(self, home: Hashable, until: float) -> None:
        """Let the jobs of a subreddit go one after another, from `until` on."""
        jobs = [job for job, its_home in self._homes.items() if its_home == home]
        for place, job in enumerate(jobs):
            self.held[job] = until + place * BEHIND_SECONDS
