"""Question: what can be asked of Reddit, one request each, and what comes back."""

from typing import Any, NamedTuple, Protocol


class ListingPage(NamedTuple):
    """A page of ≤ 100 things of a listing (`comments` or `new`), newest first.

    `after` is the fullname above it; None asks for the newest.
    """

    subreddit: str
    listing: str
    after: str | None


class Info(NamedTuple):
    """What /api/info shows of ≤ 100 fullnames; those that Reddit does not know are left out."""

    ids: tuple[str, ...]


class Thread(NamedTuple):
    """The newest ≤ 500 comments of a post, and the post itself; ids are fullnames.

    With a `comment_id`: only that comment and what is below it.
    """

    subreddit: str
    post_id: str
    comment_id: str | None = None


class More(NamedTuple):
    """≤ 100 comments that a thread's page named without showing them; all are fullnames."""

    post_id: str
    children: tuple[str, ...]


Question = ListingPage | Info | Thread | More


class Answer(NamedTuple):
    """What Reddit answered.

    `items` is the sequence of its `data` objects as they came, in its order (in a simulation, their
    `Batch`). `after` is the anchor of the listing's next page, None at its end. `more` are the
    fullnames of comments that exist and were not shown. `deeper` are comments with others below
    them that only a page of their own shows: Reddit's "continue this thread".
    """

    items: Any
    after: str | None = None
    more: tuple[str, ...] = ()
    deeper: tuple[str, ...] = ()


class Reddit(Protocol):
    """Whoever answers. Not thread-safe."""

    def ask(self, question: Question) -> Answer:
        """Make one request; raises RedditError."""
