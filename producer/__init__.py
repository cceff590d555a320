"""The producer: reads a subreddit by Reddit's API and writes observations to Kinesis."""
