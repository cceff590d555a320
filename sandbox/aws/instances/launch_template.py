"""A launch template's own tags, and the user data of its later versions.

moto 5.2.5 copies the tags into the template's data, where the AWS provider finds a change; and
an instance that is launched from a second version of the template fails on its user data.
"""

from typing import Any

from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateVersion
from moto.ec2.utils import parse_user_data

from sandbox.aws.patching import Patching

_ITSELF = "launch-template"


def keep_own_tags_out_of_the_data(patching: Patching) -> None:
    """Leave in the data only the tags of what is launched from it."""
    patching.wrap(LaunchTemplate, "__init__", _init)


def read_user_data_of_every_version(patching: Patching) -> None:
    """Take user data for what it is: base64."""
    patching.wrap(LaunchTemplate, "create_version", _create_version)


def _create_version(
    original: Any,
    template: LaunchTemplate,
    data: dict[str, Any],
    description: str,
) -> LaunchTemplateVersion:
    if isinstance(data.get("UserData"), str | bytes):
        data = {**data, "UserData": parse_user_data(data["UserData"])}
    version: LaunchTemplateVersion = original(template, data, description)
    return version


def _init(
    original: Any,
    template: LaunchTemplate,
    backend: Any,
    name: str,
    template_data: dict[str, Any],
    *args: Any,
    **kwargs: Any,
) -> None:
    tags = template_data.get("TagSpecifications")
    if tags:
        launched = [tag for tag in tags if tag.get("ResourceType") != _ITSELF]
        template_data = {**template_data, "TagSpecifications": launched}
    original(template, backend, name, template_data, *args, **kwargs)
