"""Errors of the simulation.

RedditSandboxError          the message is one sentence that says what to do
└── SimulationError
    ├── NothingMeasuredError    no comment falls into the measured hours
    └── OutageFormatError       an outage that is not like 10m@18:00
"""

from sandbox.reddit.errors import RedditSandboxError


class SimulationError(RedditSandboxError):
    """What was asked for cannot be simulated."""


class NothingMeasuredError(SimulationError):
    """There would be nothing to judge."""


class OutageFormatError(SimulationError):
    """An outage that nobody can read."""
