"""Observation: the record of one sighting, as the contract wants it."""

from collections.abc import Mapping
from typing import Any

from contract import SCHEMA, format_instant
from producer.gap import Gap
from producer.looks.known import Known
from producer.reddit.thing import Thing, bounded, instant_in
from producer.reddit.tombstones import LIVE

Record = dict[str, Any]
COMMENT_TEXTS = (("body", "body"),)
POST_TEXTS = (
    ("selftext", "body"),
    ("title", "title"),
    ("url", "url"),
    ("domain", "domain"),
    ("link_flair_text", "flair"),
)
SHARED_TEXTS = (
    ("author_fullname", "author_id"),
    ("permalink", "permalink"),
    ("distinguished", "distinguished"),
    ("author_flair_text", "author_flair"),
)
FLAGS = {"comment": ("stickied", "is_submitter"), "post": ("stickied", "is_self", "over_18")}


def observation_of(
    known: Known, thing: Thing | None, *, observed_at: float, cause: str, subreddit: str
) -> Record:
    """Make the record of a look at a thing that was answered (None: it was not).

    A tombstone carries no personal field.
    """
    record: Record = {
        "schema_version": SCHEMA.version,
        "kind": known.kind,
        "id": known.id,
        "subreddit": subreddit,
        "created_at": format_instant(known.created_at),
        "observed_at": format_instant(observed_at),
        "cause": cause,
        "state": known.state,
        "score": known.score,
        "score_hidden": False,
        "peak_score": known.peak,
    }
    if known.kind == "comment":
        record["post_id"] = known.post_id
        record["parent_id"] = known.parent_id
    if thing is None:
        return record
    record["score"] = thing.score
    record["score_hidden"] = thing.score_hidden
    if known.state == LIVE:
        _add_texts(record, thing)
    if thing.kind == "post":
        _add_post_counts(record, thing.raw)
    return record


def gap_observation(gap: Gap, *, observed_at: float, subreddit: str) -> Record:
    """Make the record of a hole in what was read: one when it is found, more as it changes."""
    return {
        "schema_version": SCHEMA.version,
        "kind": "gap",
        "id": gap.id,
        "subreddit": subreddit,
        "created_at": format_instant(gap.found_at),
        "observed_at": format_instant(observed_at),
        "listing": gap.listing,
        "from_at": format_instant(gap.from_at),
        "to_at": format_instant(gap.to_at),
        "status": str(gap.status),
        "recovered": gap.recovered,
    }


def _add_texts(record: Record, thing: Thing) -> None:
    raw = thing.raw
    author = _text(raw.get("author"))
    record["author"] = None if author == "[deleted]" else author
    for source, name in (
        *SHARED_TEXTS,
        *(COMMENT_TEXTS if thing.kind == "comment" else POST_TEXTS),
    ):
        record[name] = _text(raw.get(source))
    edited_at = instant_in(raw.get("edited"))
    record["edited_at"] = None if edited_at is None else format_instant(edited_at)
    for name in FLAGS[thing.kind]:
        record[name] = _flag(raw.get(name))


def _add_post_counts(record: Record, raw: Mapping[str, Any]) -> None:
    record["num_comments"] = bounded(raw.get("num_comments"))
    record["upvote_ratio"] = _share(raw.get("upvote_ratio"))
    record["removed_by"] = _text(raw.get("removed_by_category"))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _share(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, float | int):
        return None
    return value if 0 <= value <= 1 else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None
