"""Events: every name a log line can have. A line is an event with fields, never a sentence.

No field ever holds a body, an author or a credential.
"""

from __future__ import annotations

STARTED = "started"  # settings, tracked, restarted
STOPPED = "stopped"  # totals
PROGRESS = "progress"  # every 60 clock seconds: totals since the start
GAP_FOUND = "gap_found"  # listing, from_at, to_at
ITEM_MALFORMED = "item_malformed"  # field: an item that cannot become an observation
REDDIT_UNAVAILABLE = "reddit_unavailable"  # reason, retry_seconds
REDDIT_RATE_LIMITED = "reddit_rate_limited"  # retry_seconds
RECORDS_PARTLY_FAILED = "records_partly_failed"  # a 200 from PutRecords that was not success
STREAM_UNAVAILABLE = "stream_unavailable"  # reason, retry_seconds
STATE_UNAVAILABLE = "state_unavailable"  # reason, retry_seconds
NOT_DELIVERED = "not_delivered"  # records: given up at the stop, read again after it
