"""Which patches the sandbox applies, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.aws.patches.analytics import Analytics
from sandbox.aws.patches.athena import delete_named_queries
from sandbox.aws.patches.budgets import complete_budgets
from sandbox.aws.patches.cloudwatch import add_composite_alarms
from sandbox.aws.patches.dynamodb import write_one_after_another
from sandbox.aws.patches.firehose import FirehoseDelivery
from sandbox.aws.patches.function_settings import keep_forgotten_settings
from sandbox.aws.patches.functions import FunctionInvocations
from sandbox.aws.patches.glue import compare_and_swap_tables
from sandbox.aws.patches.instances import InstanceEnds
from sandbox.aws.patches.kinesis_data import KinesisDataPlane
from sandbox.aws.patches.kinesis_tags import keep_tags_of_new_streams
from sandbox.aws.patches.kms import keep_rotation_period
from sandbox.aws.patches.launch_template import (
    keep_own_tags_out_of_the_data,
    read_user_data_of_every_version,
)
from sandbox.aws.patches.policies import leave_out_conditional_denials
from sandbox.aws.patches.s3 import S3Clock, answer_eventbridge
from sandbox.aws.patches.schedules import refuse_what_cannot_run
from sandbox.aws.patches.transactions import copy_tables_once
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
