"""The account: what was served, read, acknowledged and kept, reckoned without the pipeline."""

from sandbox.audit.lake_ledger import read_lake
from sandbox.audit.ledgers import Account, LakeBook, RedditBook, StreamBook, balance
from sandbox.audit.stream_ledger import read_stream

__all__ = [
    "Account",
    "LakeBook",
    "RedditBook",
    "StreamBook",
    "balance",
    "read_lake",
    "read_stream",
]
