"""Purpose: what a request is for."""

from enum import StrEnum


class Purpose(StrEnum):
    """In order of priority: who goes first when several want the next request.

    `POLL` reads what is new, `REPAIR` what a gap hid; `SETTLE` are the looks that are guaranteed
    (the last fixed ages, absences to confirm); `SWEEP` looks for deletions of what is kept; `DEEP`
    reads a listing below its newest page again; `LOOK` spends what is left on likely crossings.
    """

    POLL = "poll"
    REPAIR = "repair"
    SETTLE = "settle"
    SWEEP = "sweep"
    DEEP = "deep"
    LOOK = "look"


PRIORITY = {purpose: place for place, purpose in enumerate(Purpose)}
