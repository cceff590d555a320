"""A generated day: what an invented subreddit would have said, with measured statistics."""
