"""A replay server that PRAW cannot tell from Reddit, and a generator of days to play on it."""
