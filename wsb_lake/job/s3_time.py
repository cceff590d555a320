"""S3's time: the clock that stamps the lake's files, and with it every run that may delete some."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsb_lake.errors import ClockAheadError
from wsb_lake.settings import TABLES_PREFIX

if TYPE_CHECKING:
    from clock import Clock
    from wsb_lake.aws import Client

AHEAD_SECONDS = 60  # more would take a lock that is still held for one that has expired
_MARK = f"{TABLES_PREFIX}.time"  # beside the tables' folders, in none of them


def s3_time(s3: Client, bucket: str, clock: Clock) -> float:
    """Return S3's time, at most a second and this call ago (seconds since 1970).

    Raises ClockAheadError if the clock is further ahead than AHEAD_SECONDS: what it says was
    read before S3 stamps the mark, so that a sandbox's fast clock looks no further ahead.
    """
    before = clock.now()
    s3.put_object(Bucket=bucket, Key=_MARK, Body=b"")
    stamped: float = s3.head_object(Bucket=bucket, Key=_MARK)["LastModified"].timestamp()
    if before - stamped > AHEAD_SECONDS:
        raise ClockAheadError(
            f"this machine's clock is {before - stamped:,.0f} s ahead of S3's, and files that "
            "another run is writing would look old: set the clock right (in the demo: "
            "`. build/demo/env`), then run it again"
        )
    return stamped
