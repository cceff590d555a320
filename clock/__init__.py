"""The clock: where every component takes the time from and waits on it."""

from clock.shared import CLOCK_FILE_VARIABLE, FileClock, clock_from_environment
from clock.steady import Steady
from clock.system import Clock, SystemClock

__all__ = [
    "CLOCK_FILE_VARIABLE",
    "Clock",
    "FileClock",
    "Steady",
    "SystemClock",
    "clock_from_environment",
]
