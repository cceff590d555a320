"""Fields: what the API says of a post or comment beyond the data file, at the value it mostly has.

Keys and types are those of answers recorded in 2023 (comments) and 2026 (posts).
"""

from typing import Any

_NULL = (
    "approved_at_utc", "approved_by", "author_flair_background_color", "author_flair_css_class",
    "author_flair_template_id", "author_flair_text", "author_flair_text_color", "banned_at_utc",
    "banned_by", "distinguished", "likes", "mod_note", "mod_reason_by", "mod_reason_title",
    "num_reports", "removal_reason", "report_reasons", "top_awarded_type",
)  # fmt: skip
_FALSE = (
    "archived", "author_is_blocked", "author_patreon_flair", "author_premium", "can_gild",
    "can_mod_post", "locked", "no_follow", "saved", "stickied",
)  # fmt: skip
_EMPTY = (
    "all_awardings", "author_flair_richtext", "awarders", "mod_reports", "treatment_tags",
    "user_reports",
)  # fmt: skip
_BOTH: dict[str, Any] = (
    dict.fromkeys(_NULL)
    | dict.fromkeys(_FALSE, False)
    | {name: [] for name in _EMPTY}
    | {"author_flair_type": "text", "gilded": 0, "gildings": {}, "send_replies": True}
    | {"subreddit_type": "public", "total_awards_received": 0}
)

_COMMENT_NULL = (
    "associated_award", "collapsed_because_crowd_control", "collapsed_reason",
    "collapsed_reason_code", "comment_type", "unrepliable_reason",
)  # fmt: skip
COMMENT_FIELDS: dict[str, Any] = (
    _BOTH
    | dict.fromkeys(_COMMENT_NULL)
    | {"collapsed": False, "controversiality": 0, "is_submitter": False}
)

_POST_NULL = (
    "category", "content_categories", "discussion_type", "link_flair_css_class", "link_flair_text",
    "media", "removed_by", "secure_media", "suggested_sort", "thumbnail_height", "thumbnail_width",
    "view_count",
)  # fmt: skip
_POST_FALSE = (
    "allow_live_comments", "clicked", "contest_mode", "hidden", "hide_score",
    "is_created_from_ads_ui", "is_meta", "is_original_content", "is_reddit_media_domain",
    "is_video", "media_only", "over_18", "pinned", "quarantine", "spoiler", "visited",
)  # fmt: skip
POST_FIELDS: dict[str, Any] = (
    _BOTH
    | dict.fromkeys(_POST_NULL)
    | dict.fromkeys(_POST_FALSE, False)
    | dict.fromkeys(("is_crosspostable", "is_robot_indexable", "is_self"), True)
    | {"link_flair_background_color": "", "link_flair_richtext": []}
    | {"link_flair_text_color": "dark", "link_flair_type": "text", "media_embed": {}}
    | {"num_crossposts": 0, "pwls": 6, "secure_media_embed": {}, "subreddit_subscribers": 0}
    | {"thumbnail": "default", "wls": 6}
)

# what the API withholds of a thing that has lost its author
AUTHOR_FIELDS = ("author_fullname", "author_premium", "author_patreon_flair", "author_is_blocked")
# what moves, or is said by the version
MOVING_FIELDS = ("score", "ups", "score_hidden", "num_comments", "upvote_ratio", "depth")
