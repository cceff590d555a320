"""Firehose's delivery: what is put is buffered, and written to S3 as the stream's settings say."""
