"""Which patches the sandbox applies, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.aws.firehose.calls import FirehoseDelivery
from sandbox.aws.flink.calls import Analytics
from sandbox.aws.functions.calls import FunctionInvocations
from sandbox.aws.functions.kept_settings import keep_forgotten_settings
from sandbox.aws.instances.calls import InstanceEnds
from sandbox.aws.instances.launch_template import (
    keep_own_tags_out_of_the_data,
    read_user_data_of_every_version,
)
from sandbox.aws.kinesis.calls import KinesisDataPlane
from sandbox.aws.kinesis.kept_tags import keep_tags_of_new_streams
from sandbox.aws.moto_fixes.athena import delete_named_queries
from sandbox.aws.moto_fixes.budgets import complete_budgets
from sandbox.aws.moto_fixes.cloudwatch import add_composite_alarms
from sandbox.aws.moto_fixes.dynamodb import write_one_after_another
from sandbox.aws.moto_fixes.glue import compare_and_swap_tables
from sandbox.aws.moto_fixes.kms import keep_rotation_period
from sandbox.aws.moto_fixes.policies import leave_out_conditional_denials
from sandbox.aws.moto_fixes.s3 import S3Clock, answer_eventbridge
from sandbox.aws.moto_fixes.transactions import copy_tables_once
from sandbox.aws.moto_fixes.unimplemented import refuse_at_once
from sandbox.aws.schedules.calls import refuse_what_cannot_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.aws.patching import Patching
    from sandbox.aws.server import SandboxServer


def patches(server: SandboxServer) -> list[Callable[[Patching], None]]:
    """Return the patches, those with state bound to the server's services."""
    return [
        KinesisDataPlane(server.clock, server.faults).patch,
        FirehoseDelivery(server.firehose).patch,
        Analytics(server.flink).patch,
        FunctionInvocations(server.functions).patch,
        InstanceEnds(server.fleet).patch,
        S3Clock(server.clock).patch,
        answer_eventbridge,
        leave_out_conditional_denials,
        keep_tags_of_new_streams,
        keep_rotation_period,
        keep_forgotten_settings,
        keep_own_tags_out_of_the_data,
        read_user_data_of_every_version,
        compare_and_swap_tables,
        copy_tables_once,
        write_one_after_another,
        delete_named_queries,
        complete_budgets,
        add_composite_alarms,
        refuse_what_cannot_run,
        refuse_at_once,
    ]
