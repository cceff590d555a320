"""Choice: what to ask Reddit next. New things first, then due looks, walks, then spare quota."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from producer.looks import due as looking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from producer.listings.full_scan import Walk
    from producer.listings.head import Course
    from producer.looks.due import Look
    from producer.looks.tracker import Tracker
    from producer.reddit.budget import Budget


class Request(NamedTuple):
    """The next page of a course or a walk, or a look; `at` is when it may go.

    Without any, `at` is when there will be something to ask.
    """

    at: float
    page: Course | Walk | None = None
    look: Look | None = None


def next_request(
    courses: Sequence[Course],
    walks: Sequence[Walk],
    tracker: Tracker,
    budget: Budget,
    now: float,
) -> Request:
    """Choose among what is due; a spare request yields to what falls due before its turn."""
    ready_at = budget.ready_at(now, spare=False)
    course = min(courses, key=lambda each: each.due_at())
    if course.due_at() <= now:
        return Request(ready_at, page=course)
    look = looking.due_look(tracker, now)
    if look is not None:
        return Request(ready_at, look=look)
    walk = min(walks, key=lambda each: each.due_at())
    if walk.due_at() <= now:
        return Request(ready_at, page=walk)
    due_at = min(course.due_at(), walk.due_at(), looking.next_look_at(tracker))
    spare_at = budget.ready_at(now, spare=True)
    look = looking.extra_look(tracker, now)
    if look is None or due_at < spare_at:
        return Request(min(due_at, now + looking.EXTRA_LOOK_SECONDS))
    return Request(spare_at, look=look)
