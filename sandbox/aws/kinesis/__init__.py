"""Kinesis' data plane: shards that lose nothing, and a count of what went in and out."""
