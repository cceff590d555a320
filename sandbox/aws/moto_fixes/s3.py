"""S3's objects are stamped by the sandbox's clock, by which the lake job tells their age.

moto 5.2.5 takes the machine's time, which on a replayed day is years later.
"""

import datetime as dt
from collections.abc import Callable

import moto.s3.models

from clock import Clock
from sandbox.aws.patching import Patching


def stamped_by(clock: Clock) -> Callable[[Patching], None]:
    """Return the patch that makes an object's LastModified this clock's time."""

    def utcnow() -> dt.datetime:
        return dt.datetime.fromtimestamp(clock.now(), dt.UTC).replace(tzinfo=None)

    return lambda patching: patching.put(moto.s3.models, "utcnow", utcnow)
