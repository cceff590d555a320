"""AwsSandboxSettings: what the sandbox's AWS is started with."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class AwsSandboxSettings:
    """Where it works, on which clock, and what it starts children with."""

    work_dir: Path
    clock_file: Path | None = None
    """None: the wall clock."""
    port: int = 0
    """0: any free one."""
    flink_python: Path | None = None
    """A Python with apache-flink; without one, no Flink application can be started."""
    reddit_url: str | None = None
    """What instances are told to read instead of reddit.com."""
