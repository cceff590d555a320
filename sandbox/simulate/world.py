"""World: a simulated Reddit, which answers questions with arrays instead of JSON."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import compress
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from producer.reddit.batch import STATE_NAMES, Batch
from producer.reddit.question import Answer, Info, ListingPage, More, Question, Thread
from producer.reddit.thing import Thing
from sandbox.reddit.realism import Realism
from sandbox.simulate.listings import Listing
from sandbox.simulate.names import indexes_of
from sandbox.simulate.story import Story
from sandbox.simulate.threads import Threads
from sandbox.simulate.trajectories import Ints

_CRC_OF_THING = np.uint32(2_654_435_761)
_CRC_OF_EDIT = np.uint32(40_503)
_NEVER = 2**62
POSTS, COMMENTS = "new", "comments"


class World:
    """Answers at one moment after another, which must not go back. Never fails."""

    def __init__(self, story: Story, realism: Realism, seed: int) -> None:
        timeline = story.timeline
        self._story = story
        self._film = story.film()
        self._realism = realism
        self._random = np.random.default_rng((seed, 1))
        posts = len(timeline) - timeline.comments
        self._listings = {
            COMMENTS: Listing(story, self._film, realism, 0, timeline.comments),
            POSTS: Listing(story, self._film, realism, timeline.comments, posts),
        }
        self._threads = Threads(story, self._film)
        self._until_omitted = self._next_omission()

    def ask(self, question: Question, now: float, *, counts: bool = False) -> tuple[Ints, Answer]:
        """Return the things answered, by index, and the answer, whose items are a Batch.

        With `counts`, posts tell how many comments they have: only a repair reads it.
        """
        self._film.play(now - self._story.start_at)
        match question:
            case ListingPage(_, listing, after):
                things, follows = self._listings[listing].page(after, now, self._stale_seconds())
                last = str(self._story.names[things[-1]]) if follows else None
                batch = self._shown(things)
                if counts and listing == POSTS:
                    batch = self._with_counts(batch, things, now)
                return things, Answer(batch, after=last)
            case Info(ids):
                asked = indexes_of(ids)
                rows = self._film.rows.take(asked)
                answered = rows["appears_at"] <= now
                self._omit(answered)
                if not answered.all():
                    asked, rows = asked[answered], rows[answered]
                    ids = tuple(compress(ids, answered.tolist()))
                batch = self._batch(asked, rows, list(ids))
                if counts and len(asked) and asked.min() >= self._story.timeline.comments:
                    batch = self._with_counts(batch, asked, now)
                return asked, Answer(batch)
            case Thread(_, post_id):
                post = int(indexes_of((post_id,))[0])
                things, left = self._threads.page(post, now)
                things = np.append(post, things)
            case More(_, children):
                things, left = self._threads.more(indexes_of(children), now)
        more = tuple(self._story.names[left].tolist())
        return things, Answer(self._shown(things), more=more)

    def _omit(self, answered: NDArray[np.bool_]) -> None:
        """Leave out a thing now and then."""
        self._until_omitted -= len(answered)
        while self._until_omitted < 0:
            answered[self._until_omitted] = False
            self._until_omitted += self._next_omission()

    def _next_omission(self) -> int:
        share = self._realism.omitted_share
        return int(self._random.geometric(share)) if share else _NEVER

    def _stale_seconds(self) -> float:
        drawn = self._random.random()
        share = self._realism.stale_share
        return self._realism.stale_max_seconds * drawn / share if drawn < share else 0.0

    def _shown(self, things: Ints) -> Batch:
        """Return a batch of things that may be new, which are asked for what they belong to."""
        names, timeline = self._story.names, self._story.timeline
        batch = self._batch(things, self._film.rows.take(things), names[things].tolist())
        return replace(
            batch,
            post_ids=names[timeline.post[things]].tolist(),
            parent_ids=names[timeline.parent[things]].tolist(),
        )

    def _with_counts(self, batch: Batch, posts: Ints, now: float) -> Batch:
        """Return a batch of posts with the one thing that is read of an item itself."""
        counts = self._threads.counts(posts, now).tolist()
        things = [_post(batch, place, count) for place, count in enumerate(counts)]
        return replace(batch, things=things)

    def _batch(self, things: Ints, rows: NDArray[np.void], names: list[str]) -> Batch:
        """Return what the things look like now."""
        timeline = self._story.timeline
        created, edited = rows["created"], rows["edited"]
        crcs = things.astype(np.uint32) * _CRC_OF_THING
        crcs += (edited + 1).astype(np.uint32) * _CRC_OF_EDIT
        return Batch(
            ids=names,
            created_at=created,
            scores=rows["score"],
            states=rows["state"].astype(np.uint8),
            text_crcs=crcs,
            edited_at=np.where(edited >= 0, created + edited, 0.0),
            post_ids=_Names(self._story.names, timeline.post, things),
            parent_ids=_Names(self._story.names, timeline.parent, things),
        )


def _post(batch: Batch, place: int, comments: int) -> Thing:
    return Thing(
        id=batch.ids[place],
        kind="post",
        created_at=float(batch.created_at[place]),
        score=int(batch.scores[place]),
        score_hidden=False,
        state=STATE_NAMES[batch.states[place]],
        text_crc=int(batch.text_crcs[place]),
        edited_at=None,
        post_id=None,
        parent_id=None,
        raw={"num_comments": comments},
    )


class _Names(Sequence[str | None]):
    """Names of what things belong to, looked up when asked for: mostly nobody does."""

    __slots__ = ("_names", "_of", "_things")

    def __init__(self, names: NDArray[np.object_], of: Ints, things: Ints) -> None:
        self._names = names
        self._of = of
        self._things = things

    def __len__(self) -> int:
        return len(self._things)

    @overload
    def __getitem__(self, place: int) -> str | None: ...
    @overload
    def __getitem__(self, place: slice) -> list[str | None]: ...
    def __getitem__(self, place: int | slice) -> str | list[str | None] | None:
        found: Any = self._names[self._of[self._things[place]]]
        names: str | list[str | None] | None = found.tolist() if isinstance(place, slice) else found
        return names
