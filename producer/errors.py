"""Errors: what can go wrong at the producer's edges, and what to do about each.

ProducerError                    says in one sentence what is wrong and what to fix
├── SettingsError                stop: fix the environment
├── CredentialsMissingError      stop: put the credentials where the message says
├── OutboxError                  stop: let the outbox's folder be written; a restart goes on
├── RedditError
│   ├── RedditUnavailableError   ask again with back-off: 5xx, time-out, broken connection
│   │   ├── UnreachableError     the same, without any answer
│   │   └── GarbledError         the same, with an answer that is not the JSON it should be
│   ├── RateLimitedError         ask again when Reddit's wait is over
│   ├── TokenExpiredError        ask again with a new token
│   ├── ForbiddenError           ask again with back-off if it had worked before, else stop
│   ├── SubredditMissingError    the same: fix WSB_SUBREDDIT
│   └── CredentialsWrongError    the same, at most a few times, then stop: fix them
├── LeaseLostError               stop asking and writing: another producer has taken over; wait
└── AwsError                     stop: fix the name, the permission or the region
    ├── AwsUnavailableError      try again with back-off: throttling, 5xx, broken connection
    ├── RecordRefusedError       send without it: a dead letter takes its place
    ├── NotSavedError            stop was asked for while the state was not saved
    └── StateTooNewError         stop: run the release that wrote the state
"""


class ProducerError(Exception):
    """Anything the producer reports in plain words."""


class SettingsError(ProducerError):
    """The environment holds mistakes; the message names all of them."""


class CredentialsMissingError(ProducerError):
    """No complete credentials in any of the places looked at."""


class OutboxError(ProducerError):
    """The outbox cannot be opened, or is damaged; the message says what to fix."""


class RedditError(ProducerError):
    """Reddit did not give what was asked for."""


class RedditUnavailableError(RedditError):
    """Reddit cannot answer now; the same request may succeed later."""


class UnreachableError(RedditUnavailableError):
    """No answer at all: refused, unknown host, time-out, or cut in the middle."""


class GarbledError(RedditUnavailableError):
    """An answer that is not the JSON that was asked for."""


class RateLimitedError(RedditError):
    """Too many requests; `wait_seconds` from the answer on, None when Reddit does not say."""

    def __init__(self, wait_seconds: float | None) -> None:
        super().__init__("Reddit says that the request quota is used up")
        self.wait_seconds = wait_seconds


class TokenExpiredError(RedditError):
    """The access token is no longer accepted."""


class ForbiddenError(RedditError):
    """The client may not read this."""


class SubredditMissingError(RedditError):
    """There is no such subreddit."""


class CredentialsWrongError(RedditError):
    """Reddit does not accept the client id and secret."""


class LeaseLostError(ProducerError):
    """Another producer writes now; this one may wait for its own turn again."""


class AwsError(ProducerError):
    """AWS refuses, and asking again would not help."""


class AwsUnavailableError(AwsError):
    """AWS cannot take it now; the same call may succeed later."""


class NotSavedError(AwsError):
    """The producer was asked to stop while DynamoDB took no checkpoint."""


class StateTooNewError(AwsError):
    """The state was written by a later release, in a form that this one does not know."""


class RecordRefusedError(AwsError):
    """Kinesis will never take what a call holds, however often it is sent."""
