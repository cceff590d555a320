"""The rotation period of a key.

moto 5.2.5 forgets it, so every plan of Terraform would set it again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.kms.responses import KmsResponse

if TYPE_CHECKING:
    from moto.kms.models import Key

    from sandbox.aws.patching import Patching

_DEFAULT_DAYS = 365


def keep_rotation_period(patching: Patching) -> None:
    """Remember the period and answer it."""
    patching.wrap(KmsResponse, "enable_key_rotation", _enable)
    patching.put(KmsResponse, "get_key_rotation_status", _status)


def _key(response: KmsResponse) -> Key:
    backend = response.kms_backend
    key_id = response._get_param("KeyId")
    return backend.keys[backend.get_key_id(key_id)]


def _enable(original: Any, response: KmsResponse) -> Any:
    answer = original(response)
    days = response._get_param("RotationPeriodInDays")
    _key(response).__dict__["rotation_days"] = days or _DEFAULT_DAYS
    return answer


def _status(response: KmsResponse) -> str:
    key = _key(response)
    status: dict[str, Any] = {"KeyRotationEnabled": key.key_rotation_status}
    if key.key_rotation_status:
        status["RotationPeriodInDays"] = key.__dict__.get("rotation_days", _DEFAULT_DAYS)
    return json.dumps(status)
