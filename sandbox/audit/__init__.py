"""The audit: what was served, read, acknowledged and kept, reckoned without the pipeline."""

from sandbox.audit.deaths import Death
from sandbox.audit.freshness import Freshness
from sandbox.audit.lake_ledger import read_lake
from sandbox.audit.ledgers import LakeLedger, RedditLedger, StreamLedger
from sandbox.audit.reddit_ledger import read_reddit
from sandbox.audit.stream_ledger import read_stream
from sandbox.audit.verdict import Audit, Finding, audit

__all__ = [
    "Audit",
    "Death",
    "Finding",
    "Freshness",
    "LakeLedger",
    "RedditLedger",
    "StreamLedger",
    "audit",
    "read_lake",
    "read_reddit",
    "read_stream",
]
