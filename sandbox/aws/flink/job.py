"""Job: what StartApplication was asked to run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

RUN_OPTIONS = "kinesis.analytics.flink.run.options"
_LOOPBACK = "127.0.0.1"
_CHECKPOINT_INTERVAL = "2 s"


@dataclass(frozen=True)
class Job:
    """An application's code and settings at the moment it is started."""

    application: str
    region: str
    code: bytes
    property_groups: tuple[dict[str, Any], ...]
    parallelism: int
    restore: bool
    """Go on from the newest checkpoint of an earlier run, when there is one."""

    @property
    def main(self) -> str:
        """Return the Python file that the property groups name."""
        for group in self.property_groups:
            if group["PropertyGroupId"] == RUN_OPTIONS:
                return str(group["PropertyMap"].get("python", "main.py"))
        return "main.py"


def newest_checkpoint(checkpoints: Path) -> Path | None:
    """Return the newest complete checkpoint under `<dir>/<job id>/chk-N`."""
    complete = [metadata.parent for metadata in checkpoints.glob("*/chk-*/_metadata")]
    return max(complete, key=lambda folder: folder.stat().st_mtime, default=None)


def flink_configuration(job: Job, checkpoints: Path) -> dict[str, str]:
    """Return Flink's options: what the service sets in AWS, and loopback addresses only."""
    addresses = (
        "rest.bind-address",
        "rest.address",
        "jobmanager.bind-host",
        "jobmanager.rpc.address",
        "taskmanager.bind-host",
        "taskmanager.host",
    )
    options = {
        **dict.fromkeys(addresses, _LOOPBACK),
        "rest.bind-port": "0",
        "parallelism.default": str(job.parallelism),
        "execution.checkpointing.dir": checkpoints.as_uri(),
        "execution.checkpointing.interval": _CHECKPOINT_INTERVAL,
        "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
        "restart-strategy.type": "fixed-delay",
        "restart-strategy.fixed-delay.attempts": "1000000",
        "restart-strategy.fixed-delay.delay": "1 s",
    }
    checkpoint = newest_checkpoint(checkpoints) if job.restore else None
    if checkpoint is not None:
        options["execution.state-recovery.path"] = checkpoint.as_uri()
    return options
