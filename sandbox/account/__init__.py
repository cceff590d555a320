"""The account: what was served, read, acknowledged and kept, reckoned without the pipeline."""

from sandbox.account.books import Account, LakeBook, RedditBook, StreamBook, balance
from sandbox.account.lake_book import read_lake
from sandbox.account.stream_book import read_stream

__all__ = [
    "Account",
    "LakeBook",
    "RedditBook",
    "StreamBook",
    "balance",
    "read_lake",
    "read_stream",
]
