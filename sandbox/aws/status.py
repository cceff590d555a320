"""Status: what streams, applications and functions are doing, for the control interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.awslambda.models import lambda_backends
from moto.kinesis.models import Stream, kinesis_backends
from moto.kinesisanalyticsv2.models import kinesisanalyticsv2_backends

from sandbox.aws.kinesis.calls import log_of

if TYPE_CHECKING:
    from sandbox.aws.flink.service import FlinkService
    from sandbox.aws.functions.service import FunctionService
    from sandbox.aws.schedules.service import ScheduleService


def stream_status() -> dict[str, dict[str, Any]]:
    """Return records put and read, and since when the oldest is unread, by stream name."""
    return {
        stream.stream_name: _stream(stream)
        for regions in list(kinesis_backends.values())
        for backend in list(regions.values())
        for stream in list(backend.streams.values())
    }


def flink_status(flink: FlinkService) -> dict[str, dict[str, Any]]:
    """Return each application's status and process, by name."""
    return {
        name: {"status": application.application_status, **flink.process(name)}
        for regions in list(kinesisanalyticsv2_backends.values())
        for backend in list(regions.values())
        for name, application in list(backend.applications.items())
    }


def function_status(
    functions: FunctionService, schedules: ScheduleService
) -> dict[str, dict[str, Any]]:
    """Return what each function has done, and when it is next due, by name."""
    done = functions.status()
    return {
        function.function_name: {
            **done.get(function.function_name, _NEVER_INVOKED),
            "next_due_at": schedules.next_due_at(function.function_arn),
        }
        for regions in list(lambda_backends.values())
        for backend in list(regions.values())
        for function in backend.list_functions()
    }


_NEVER_INVOKED = {
    "invocations": 0,
    "failures": 0,
    "running_since": None,
    "last_result": None,
    "log": None,
}


def _stream(stream: Stream) -> dict[str, Any]:
    logs = [log_of(shard) for shard in list(stream.shards.values())]
    unread = [at for log in logs if (at := log.oldest_unread_at) is not None]
    return {
        "records_put": sum(log.put for log in logs),
        "records_read": sum(log.read for log in logs),
        "oldest_unread_at": min(unread, default=None),
    }
