"""The ends of instances: by termination, and by an instance refresh.

moto 5.2.5 runs nothing that could end, and has no StartInstanceRefresh, with which Terraform
replaces the producer when its launch template changes.
"""

import logging
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.ec2.models.instances import Instance

from sandbox.aws.instances.fleet import BootError, Fleet
from sandbox.aws.patching import Patching

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class InstanceEnds:
    """Ends the processes that stand for instances."""

    fleet: Fleet

    def patch(self, patching: Patching) -> None:
        """Listen to moto, and add the refresh."""
        patching.wrap(Instance, "terminate", self._terminate)
        patching.put(AutoScalingResponse, "start_instance_refresh", self._refresh)
        patching.put(AutoScalingResponse, "describe_instance_refreshes", _describe)

    def _terminate(self, original: Any, instance: Instance, *args: Any, **kwargs: Any) -> Any:
        self.fleet.terminate(instance.id)
        return original(instance, *args, **kwargs)

    def _refresh(self, response: AutoScalingResponse) -> ActionResult:
        group = _group(response)
        ids = [state.instance.id for state in group.active_instances()]
        were_running = any(self.fleet.runs(instance_id) for instance_id in ids)
        if ids:
            backend = response.autoscaling_backend
            backend.ec2_backend.terminate_instances(ids)
            backend.notify_terminate_instances(ids)
        if were_running:
            self._boot()
        refresh = {
            "InstanceRefreshId": str(uuid.uuid4()),
            "AutoScalingGroupName": group.name,
            "Status": "Successful",
            "StartTime": datetime.now(UTC),
            "EndTime": datetime.now(UTC),
            "PercentageComplete": 100,
            "InstancesToUpdate": 0,
        }
        group.__dict__.setdefault("refreshes", []).insert(0, refresh)
        return ActionResult({"InstanceRefreshId": refresh["InstanceRefreshId"]})

    def _boot(self) -> None:
        try:
            self.fleet.boot()
        except BootError as error:  # the refresh itself is done, as in AWS
            _LOG.warning("instance refresh: %s", error)


def _group(response: AutoScalingResponse) -> FakeAutoScalingGroup:
    name = response._get_param("AutoScalingGroupName")
    groups: list[FakeAutoScalingGroup] = response.autoscaling_backend.describe_auto_scaling_groups(
        [name]
    )
    if not groups:
        raise ServiceException("ValidationError", f"AutoScalingGroup name not found - {name}")
    return groups[0]


def _describe(response: AutoScalingResponse) -> ActionResult:
    return ActionResult({"InstanceRefreshes": _group(response).__dict__.get("refreshes", [])})
