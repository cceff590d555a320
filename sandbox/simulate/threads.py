"""Threads: the comment page of a post, and what `more` leads to."""

import numpy as np

from sandbox.reddit.thread import COMMENTS_MAX, MORE_MAX
from sandbox.simulate.fates import LIVE
from sandbox.simulate.film import Film
from sandbox.simulate.story import Story
from sandbox.simulate.trajectories import Flags, Ints

_ROOTS_TOGETHER = COMMENTS_MAX


class Threads:
    """Shows threads newest first: whole trees, in the order of the comment they hang from.

    What is deleted or removed is not shown, what hangs from it is. Of a tree that does not fit as
    a whole, the oldest comments are shown, since replies are newer than what they answer.
    """

    def __init__(self, story: Story, film: Film) -> None:
        timeline = story.timeline
        comments = np.arange(timeline.comments)
        self._story = story
        self._film = film
        self._root = timeline.root
        # a number for each comment that puts them in order of their post, then of their birth
        self._of_post: Ints = np.sort(timeline.post[comments] * timeline.comments + comments)
        roots = comments[timeline.root[: timeline.comments] == comments]
        order = np.argsort(timeline.post[roots], kind="stable")
        self._roots: Ints = roots[order]
        self._posts: Ints = timeline.post[self._roots]
        self._members: Ints = np.argsort(timeline.root[: timeline.comments], kind="stable")
        self._member_roots: Ints = timeline.root[self._members]

    def page(self, post: int, now: float) -> tuple[Ints, Ints]:
        """Return comments of a post's page, and those behind `more`."""
        first, last = np.searchsorted(self._posts, (post, post + 1))
        roots = self._roots[first:last]
        roots = roots[: np.searchsorted(self._story.timeline.created[roots], now, side="right")]
        roots = roots[::-1]
        shown: list[Ints] = []
        left = COMMENTS_MAX
        for at in range(0, len(roots), _ROOTS_TOGETHER):
            trees = roots[at : at + _ROOTS_TOGETHER]
            taken, cut, turned = self._trees(trees, now, left)
            shown.append(taken)
            left -= len(taken)
            if left <= 0 or len(cut):
                more = np.concatenate((cut, self._visible(trees[turned:], now)))
                rest = self._visible(roots[at + _ROOTS_TOGETHER :], now)
                return np.concatenate(shown), np.concatenate((more, rest))
        return np.concatenate(shown) if shown else np.empty(0, np.int64), np.empty(0, np.int64)

    def counts(self, posts: Ints, now: float) -> Ints:
        """Return how many comments each post has by now, the deleted ones among them."""
        timeline = self._story.timeline
        born = timeline.created[: timeline.comments].searchsorted(now, side="right")
        first, last = (
            self._of_post.searchsorted(posts * timeline.comments + until) for until in (0, born)
        )
        counts: Ints = last - first
        return counts

    def more(self, children: Ints, now: float) -> tuple[Ints, Ints]:
        """Return these comments with what hangs from them, and those behind `more` again."""
        below = self._below(children, now)
        return below[:MORE_MAX], below[MORE_MAX:]

    def _trees(self, roots: Ints, now: float, most: int) -> tuple[Ints, Ints, int]:
        """Return comments shown of whole trees, what is cut off, and how many trees these are."""
        comments, tree = self._members_of(roots)
        there = self._shown(comments, now)
        comments, tree = comments[there], tree[there]
        if len(comments) <= most:
            return comments, comments[:0], len(roots)
        last = int(tree[most - 1])
        whole = tree <= last
        return comments[:most], comments[whole][most:], last + 1

    def _below(self, children: Ints, now: float) -> Ints:
        """Return comments and all that hangs from them, be it from one that is gone."""
        parent = self._story.timeline.parent
        comments, _ = self._members_of(np.unique(self._root[children]))
        chosen = np.isin(comments, children)
        while True:
            wanted = chosen | np.isin(parent[comments], comments[chosen])
            if np.array_equal(chosen, wanted):
                break
            chosen = wanted
        below = np.sort(comments[chosen])
        return below[self._shown(below, now)]

    def _members_of(self, roots: Ints) -> tuple[Ints, Ints]:
        """Return all comments of trees, and the place in `roots` of the tree of each."""
        starts = self._member_roots.searchsorted(roots)
        lengths = self._member_roots.searchsorted(roots, side="right") - starts
        tree = np.repeat(np.arange(len(roots)), lengths)
        place = np.arange(len(tree)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return self._members[starts[tree] + place], tree

    def _visible(self, comments: Ints, now: float) -> Ints:
        """Return the ids that `more` names."""
        return comments[self._story.appears_at[comments] <= now]

    def _shown(self, comments: Ints, now: float) -> Flags:
        appeared = self._story.appears_at[comments] <= now
        shown: Flags = appeared & (self._film.states[comments] == LIVE)
        return shown
