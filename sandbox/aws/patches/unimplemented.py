"""Actions that moto does not have are refused at once.

moto 5.2.5 answers them with status 500, which SDKs try again, the AWS provider 25 times.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.core.responses import BaseResponse

if TYPE_CHECKING:
    from sandbox.aws.patches.patching import Patching

_ERROR = "UnsupportedOperationException"


def refuse_at_once(patching: Patching) -> None:
    """Answer 400 with a sentence instead of 500."""
    patching.wrap(BaseResponse, "call_action", _call_action)


def _call_action(original: Any, response: BaseResponse) -> Any:  # noqa: ANN401
    try:
        return original(response)
    except NotImplementedError as error:
        message = f"The sandbox has no {response.service_name}: {error}"
        body = json.dumps({"__type": _ERROR, "message": message})
        return 400, {"x-amzn-errortype": _ERROR, "Content-Type": "application/json"}, body
