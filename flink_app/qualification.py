"""Qualification: SQL that says whether a valid observation goes on to the lake.

A comment does once its score is known to have reached the threshold; posts, gaps and
tombstones always do. No state: the producer says the peak in each observation, so the answer
depends neither on order nor on what this job has seen, and the stream can be replayed.
"""

from collections.abc import Mapping
from typing import Literal, get_args

FilterMode = Literal["sticky", "strict"]
FILTER_MODES: tuple[FilterMode, ...] = get_args(FilterMode)

_SCORE: Mapping[FilterMode, str] = {"sticky": "peak_score", "strict": "score"}


def qualifies(min_score: int, filter_mode: FilterMode) -> str:
    """Write the test on a valid observation (kind, state, score, peak_score); it is never NULL.

    `sticky`: the peak has reached the threshold. `strict`: the score of this very look has. A
    score that is not known has not.
    """
    reached = f"COALESCE({_SCORE[filter_mode]} >= {min_score}, FALSE)"
    return f"(kind <> 'comment' OR state <> 'live' OR {reached})"
