"""Answers of listings and threads, for the jobs that read them."""

from producer.listings.poll import Page
from producer.reddit.batch import read
from producer.reddit.question import Answer
from tests.support.producer_fakes import START, comment, post


def numbered(numbers, *, newest_at=START, apart=1.0):
    """Return comments, newest first, one every `apart` seconds."""
    return [comment(n, newest_at - place * apart) for place, n in enumerate(numbers)]


def page(numbers, *, after="last", newest_at=START, apart=1.0):
    """Return a page of them; the last of them is the anchor of the next one."""
    numbers = list(numbers)
    ids = [f"t1_c{n}" for n in numbers]
    created_at = [newest_at - place * apart for place in range(len(numbers))]
    return Page(ids, created_at, ids[-1] if after == "last" and ids else after)


def give(job, items, *, now, request=None, **answer):
    """Let a job ask, unless it has, and take an answer of these items."""
    request = job.ask(now) if request is None else request
    answer = Answer(items, **answer)
    batch, _ = read(answer)
    return list(job.take(request, batch, answer, now))


def ids(items):
    return [item["name"] for item in items]


__all__ = ["START", "comment", "give", "ids", "numbered", "page", "post"]
