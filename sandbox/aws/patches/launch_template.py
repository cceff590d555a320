"""Tags of a launch template itself.

moto 5.2.5 copies them into the template's data, where the AWS provider finds a change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.ec2.models.launch_templates import LaunchTemplate

if TYPE_CHECKING:
    from sandbox.aws.patches.patching import Patching

_ITSELF = "launch-template"


def keep_own_tags_out_of_the_data(patching: Patching) -> None:
    """Leave in the data only the tags of what is launched from it."""
    patching.wrap(LaunchTemplate, "__init__", _init)


def _init(
    original: Any,  # noqa: ANN401
    template: LaunchTemplate,
    backend: Any,  # noqa: ANN401
    name: str,
    template_data: dict[str, Any],
    *args: Any,  # noqa: ANN401
    **kwargs: Any,  # noqa: ANN401
) -> None:
    tags = template_data.get("TagSpecifications")
    if tags:
        launched = [tag for tag in tags if tag.get("ResourceType") != _ITSELF]
        template_data = {**template_data, "TagSpecifications": launched}
    original(template, backend, name, template_data, *args, **kwargs)
