"""Outages: stretches of the measured day in which Reddit answers nothing."""

import re
from typing import NamedTuple

from sandbox.simulate.errors import OutageFormatError

_FORMAT = re.compile(r"(?P<long>\d+(?:\.\d+)?)(?P<unit>[smh])@(?P<hour>\d{1,2}):(?P<minute>\d\d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_HOURS, _MINUTES = 24, 60
_SECONDS_PER_HOUR = 3600


class Outage(NamedTuple):
    """It begins `after` seconds after the measured day and lasts `seconds`."""

    after: float
    seconds: float

    def span(self, day_at: float) -> tuple[float, float]:
        """Return from when to when, in seconds since 1970."""
        return day_at + self.after, day_at + self.after + self.seconds


def outage_in(text: str) -> Outage:
    """Read `10m@18:00`: ten minutes from 18:00 UTC on; raises OutageFormatError."""
    match = _FORMAT.fullmatch(text)
    if match is None:
        raise OutageFormatError(
            f"{text!r} is no outage: give how long and when, UTC, like 90s@06:30 or 10m@18:00."
        )
    hour, minute = int(match["hour"]), int(match["minute"])
    seconds = float(match["long"]) * _SECONDS[match["unit"]]
    if hour >= _HOURS or minute >= _MINUTES:
        raise OutageFormatError(f"{text!r} names no time of day: give 00:00 to 23:59.")
    if seconds <= 0:
        raise OutageFormatError(f"{text!r} lasts no time: give more than 0.")
    return Outage(hour * _SECONDS_PER_HOUR + minute * 60.0, seconds)
