"""Fields: what the API says of a post or comment beyond the data file, at the value it mostly has.

Keys and types are those of answers recorded in 2023 (comments) and 2026 (posts).
"""

from __future__ import annotations

from typing import Any

_BOTH: dict[str, Any] = {
    "all_awardings": [],
    "approved_at_utc": None,
    "approved_by": None,
    "archived": False,
    "author_flair_background_color": None,
    "author_flair_css_class": None,
    "author_flair_richtext": [],
    "author_flair_template_id": None,
    "author_flair_text": None,
    "author_flair_text_color": None,
    "author_flair_type": "text",
    "author_is_blocked": False,
    "author_patreon_flair": False,
    "author_premium": False,
    "awarders": [],
    "banned_at_utc": None,
    "banned_by": None,
    "can_gild": False,
    "can_mod_post": False,
    "distinguished": None,
    "gilded": 0,
    "gildings": {},
    "likes": None,
    "locked": False,
    "mod_note": None,
    "mod_reason_by": None,
    "mod_reason_title": None,
    "mod_reports": [],
    "no_follow": False,
    "num_reports": None,
    "removal_reason": None,
    "report_reasons": None,
    "saved": False,
    "send_replies": True,
    "stickied": False,
    "subreddit_type": "public",
    "top_awarded_type": None,
    "total_awards_received": 0,
    "treatment_tags": [],
    "user_reports": [],
}

COMMENT_FIELDS: dict[str, Any] = _BOTH | {
    "associated_award": None,
    "collapsed": False,
    "collapsed_because_crowd_control": None,
    "collapsed_reason": None,
    "collapsed_reason_code": None,
    "comment_type": None,
    "controversiality": 0,
    "is_submitter": False,
    "unrepliable_reason": None,
}

POST_FIELDS: dict[str, Any] = _BOTH | {
    "allow_live_comments": False,
    "category": None,
    "clicked": False,
    "content_categories": None,
    "contest_mode": False,
    "discussion_type": None,
    "hidden": False,
    "hide_score": False,
    "is_created_from_ads_ui": False,
    "is_crosspostable": True,
    "is_meta": False,
    "is_original_content": False,
    "is_reddit_media_domain": False,
    "is_robot_indexable": True,
    "is_self": True,
    "is_video": False,
    "link_flair_background_color": "",
    "link_flair_css_class": None,
    "link_flair_richtext": [],
    "link_flair_text": None,
    "link_flair_text_color": "dark",
    "link_flair_type": "text",
    "media": None,
    "media_embed": {},
    "media_only": False,
    "num_crossposts": 0,
    "over_18": False,
    "pinned": False,
    "pwls": 6,
    "quarantine": False,
    "removed_by": None,
    "secure_media": None,
    "secure_media_embed": {},
    "spoiler": False,
    "subreddit_subscribers": 0,
    "suggested_sort": None,
    "thumbnail": "default",
    "thumbnail_height": None,
    "thumbnail_width": None,
    "view_count": None,
    "visited": False,
    "wls": 6,
}

# what the API withholds of a thing that has lost its author
AUTHOR_FIELDS = ("author_fullname", "author_premium", "author_patreon_flair", "author_is_blocked")
# what moves, or is said by the version
MOVING_FIELDS = ("score", "ups", "score_hidden", "num_comments", "upvote_ratio", "depth")
