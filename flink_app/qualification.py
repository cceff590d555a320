"""Qualification: SQL that says whether a valid observation goes on to the lake.

A comment does once its score is known to have reached the threshold; posts, gaps and
tombstones always do. No state: the producer says the peak in each observation, so the answer
depends neither on order nor on what this job has seen, and the stream can be replayed.
"""

from typing import Literal, get_args

from flink_app.sql_text import literal, matches

FilterMode = Literal["sticky", "strict"]
FILTER_MODES: tuple[FilterMode, ...] = get_args(FilterMode)

_LIVE_COMMENT = r'^\[\{"kind":"comment","state":"live",'
_KNOWN_SCORE = {
    "sticky": r'"score_hidden":(?:true|false),"score":[^,]*+,"peak_score":(-?[0-9]+)',
    "strict": r'"score_hidden":false,"score":(-?[0-9]+)',
}


def qualifies(min_score: int, filter_mode: FilterMode, digest: str = "digest") -> str:
    """Write the test on the digest of a valid observation; it is never NULL.

    `sticky`: the peak has reached the threshold. `strict`: the score of this very look has.
    """
    pattern = literal(_LIVE_COMMENT + _KNOWN_SCORE[filter_mode])
    score = f"TRY_CAST(REGEXP_EXTRACT({digest}, {pattern}, 1) AS INT)"
    return f"(NOT {matches(digest, _LIVE_COMMENT)} OR COALESCE({score} >= {min_score}, FALSE))"
