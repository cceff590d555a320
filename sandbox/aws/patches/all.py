"""Which patches the sandbox applies, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.aws.patches.analytics import Analytics
from sandbox.aws.patches.firehose import FirehoseDelivery
from sandbox.aws.patches.kinesis_data import KinesisDataPlane
from sandbox.aws.patches.unimplemented import refuse_at_once

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.aws.patches.patching import Patching
    from sandbox.aws.server import SandboxServer


def patches(server: SandboxServer) -> list[Callable[[Patching], None]]:
    """Return the patches, those with state bound to the server's services."""
    return [
        KinesisDataPlane(server.clock, server.faults).patch,
        FirehoseDelivery(server.firehose).patch,
        Analytics(server.flink).patch,
        refuse_at_once,
    ]
