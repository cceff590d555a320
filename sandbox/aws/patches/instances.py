"""Instances that are terminated end the process that stands for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.ec2.models.instances import Instance

if TYPE_CHECKING:
    from sandbox.aws.instances.fleet import Fleet
    from sandbox.aws.patches.patching import Patching


@dataclass(frozen=True)
class InstanceEnds:
    """Tells the fleet; moto 5.2.5 itself runs nothing that could end."""

    fleet: Fleet

    def patch(self, patching: Patching) -> None:
        """Listen to moto."""
        patching.wrap(Instance, "terminate", self._terminate)

    def _terminate(self, original: Any, instance: Instance, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        self.fleet.terminate(instance.id)
        return original(instance, *args, **kwargs)
