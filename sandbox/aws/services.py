"""Services: what the sandbox runs of AWS itself, behind the calls that moto answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from clock import Clock, FileClock, SystemClock
from sandbox.aws.environment import ChildEnvironment, client_of
from sandbox.aws.faults import Faults
from sandbox.aws.firehose.calls import FirehoseDelivery
from sandbox.aws.firehose.service import DeliveryService
from sandbox.aws.flink.calls import Analytics
from sandbox.aws.flink.service import FlinkService
from sandbox.aws.functions.calls import FunctionInvocations
from sandbox.aws.functions.event_settings import replace_event_settings
from sandbox.aws.functions.service import FunctionService
from sandbox.aws.instances.calls import InstanceEnds
from sandbox.aws.instances.fleet import Fleet
from sandbox.aws.instances.launch_template import (
    keep_own_tags_out_of_the_data,
    read_user_data_of_every_version,
)
from sandbox.aws.kinesis.calls import KinesisDataPlane
from sandbox.aws.kinesis.kept_tags import keep_tags_of_new_streams
from sandbox.aws.moto_fixes.athena import delete_named_queries
from sandbox.aws.moto_fixes.budgets import complete_budgets
from sandbox.aws.moto_fixes.dynamodb import copy_tables_once, write_one_after_another
from sandbox.aws.moto_fixes.glue import compare_and_swap_tables
from sandbox.aws.moto_fixes.policies import leave_out_conditional_denials
from sandbox.aws.moto_fixes.s3 import stamped_by
from sandbox.aws.moto_fixes.unimplemented import refuse_at_once
from sandbox.aws.patching import Patching
from sandbox.aws.schedules.calls import refuse_what_cannot_run
from sandbox.aws.schedules.service import ScheduleService
from sandbox.aws.settings import AwsSandboxSettings

_S3_OPTIONS = {"retries": {"max_attempts": 1}, "s3": {"addressing_style": "path"}}


@dataclass(frozen=True)
class Services:
    """Everything behind the calls; whoever patches moto or answers for the sandbox is handed it."""

    clock: Clock
    faults: Faults
    kinesis: KinesisDataPlane
    firehose: DeliveryService
    flink: FlinkService
    functions: FunctionService
    schedules: ScheduleService
    fleet: Fleet

    @classmethod
    def of(cls, settings: AwsSandboxSettings, url: str) -> Self:
        """Make the services of a sandbox that answers at `url`; nothing runs yet."""
        clock = FileClock(settings.clock_file) if settings.clock_file else SystemClock()
        environment = ChildEnvironment(url, settings.clock_file)
        faults = Faults()
        functions = FunctionService(settings.work_dir, environment, clock)
        return cls(
            clock=clock,
            faults=faults,
            kinesis=KinesisDataPlane(clock, faults),
            firehose=DeliveryService(clock, faults, lambda: client_of(url, "s3", **_S3_OPTIONS)),
            flink=FlinkService(settings.work_dir, settings.flink_python, environment),
            functions=functions,
            schedules=ScheduleService(clock, functions),
            fleet=Fleet(settings.work_dir, environment, settings.reddit_url),
        )

    def patches(self) -> list[Callable[[Patching], None]]:
        """Return what puts the services behind moto's calls, and what only fixes moto."""
        return [
            self.kinesis.patch,
            FirehoseDelivery(self.firehose).patch,
            Analytics(self.flink).patch,
            FunctionInvocations(self.functions).patch,
            InstanceEnds(self.fleet).patch,
            refuse_what_cannot_run,
            keep_tags_of_new_streams,
            replace_event_settings,
            keep_own_tags_out_of_the_data,
            read_user_data_of_every_version,
            leave_out_conditional_denials,
            compare_and_swap_tables,
            stamped_by(self.clock),
            copy_tables_once,
            write_one_after_another,
            delete_named_queries,
            complete_budgets,
            refuse_at_once,
        ]

    def status(self) -> dict[str, Any]:
        """Return what everything is doing, as the control interface shows it."""
        return {
            "now": self.clock.now(),
            "streams": self.kinesis.status(),
            "delivery": self.firehose.status(),
            "flink": Analytics(self.flink).status(),
            "functions": self.functions.status(self.schedules.next_due_at),
            "instances": self.fleet.status(),
        }

    def close(self) -> None:
        """End the children, then write what Firehose holds; moto must still answer."""
        self.faults.set(kinesis_frozen=False)
        self.schedules.close()
        self.fleet.close()
        self.flink.close()
        self.functions.close()
        self.firehose.close()
