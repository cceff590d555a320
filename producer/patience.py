"""Patience: whether to wait, go on or stop when Reddit fails, as an immutable value."""

from dataclasses import dataclass, replace
from typing import Self

from producer.backoff import Backoff
from producer.errors import (
    CredentialsWrongError,
    ForbiddenError,
    RedditError,
    RedditUnavailableError,
    SubredditMissingError,
    UnreachableError,
)

FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 60.0
CREDENTIALS_TRIES = 5  # once they had worked
FIRST_TRIES = 3  # without any answer yet, something is wrong that a person must fix
WORTH_ANOTHER_TRY = (
    RedditUnavailableError,
    ForbiddenError,
    SubredditMissingError,
    CredentialsWrongError,
)
NO_FAILURE = Backoff(FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS)


@dataclass(frozen=True, slots=True)
class Patience:
    """Failures in a row, and whether Reddit ever answered: what worked before may work again."""

    backoff: Backoff = NO_FAILURE
    answered: bool = False

    def failed(self) -> Self:
        """Return the state after one more failure."""
        return replace(self, backoff=self.backoff.failed())

    def succeeded(self) -> Self:
        """Return the state after an answer."""
        if self.answered and not self.backoff.failures:
            return self  # as nearly always
        return replace(self, backoff=self.backoff.succeeded(), answered=True)

    def doubts(self) -> bool:
        """Tell whether Reddit seems to be away: one request's failure says little about others'."""
        return self.backoff.failures > 1

    def pause_seconds(self) -> float:
        """Return how long nothing is asked."""
        return self.backoff.seconds() if self.doubts() else 0.0

    def is_over(self, error: RedditError) -> bool:
        """Tell whether only a person can fix what failed just now."""
        failures = self.backoff.failures
        if isinstance(error, CredentialsWrongError):
            # a restart reads them again: they may have been changed
            return not self.answered or failures >= CREDENTIALS_TRIES
        if self.answered:
            return False
        unreachable = isinstance(error, UnreachableError) and failures >= FIRST_TRIES
        return unreachable or isinstance(error, ForbiddenError | SubredditMissingError)
