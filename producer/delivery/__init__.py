"""Delivery: observations to Kinesis until every one is acknowledged."""
