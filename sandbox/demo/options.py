"""Options: what a person asks of a demo run."""

from dataclasses import dataclass
from pathlib import Path

SECONDS_PER_HOUR = 3600
REPLAY_HOURS = 6.0
REPLAY_SPEED = 120.0
STREAM_HOURS_LEAST = 24  # Kinesis's
STREAM_HOURS_MOST = 36  # Terraform's: deleted content must be gone within 48
SHORT_HOURS = STREAM_HOURS_LEAST - 2  # the drain takes time of the clock too
HOURS_MOST = STREAM_HOURS_MOST - 2


@dataclass(frozen=True, slots=True)
class Options:
    """One run of the demo.

    `data`: a file of real or generated trajectories; None generates a day from `seed` at about
    `comments_per_minute` (None: the measured rates by hour). `speed`: clock seconds per wall
    second, a maximum. `keep`: leave everything running at the end until Ctrl-C.
    """

    build: Path
    hours: float = REPLAY_HOURS
    speed: float = REPLAY_SPEED
    data: Path | None = None
    seed: int = 1
    comments_per_minute: float | None = None
    requests_per_minute: int = 30
    min_score: int = 10
    live: bool = False
    keep: bool = False

    @property
    def stream_retention_hours(self) -> int:
        """Return how long the stream has to keep records: the audit reads it at the end."""
        return STREAM_HOURS_LEAST if self.hours <= SHORT_HOURS else STREAM_HOURS_MOST

    @property
    def window_seconds(self) -> float:
        """Return how long things are published, in clock seconds."""
        return self.hours * SECONDS_PER_HOUR
