"""Actions that moto does not have are refused at once.

moto 5.2.5 answers them with status 500, which SDKs try again, the AWS provider 25 times.
"""

from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse

from sandbox.aws.patching import Patching

_BAD_REQUEST = 400


class UnsupportedOperationError(ServiceException):
    """The sandbox does not have this; nothing to retry."""

    code = "UnsupportedOperationException"


def refuse_at_once(patching: Patching) -> None:
    """Answer 400 with a sentence, in the protocol of the service."""
    patching.wrap(BaseResponse, "call_action", _call_action)


def _call_action(original: Any, response: BaseResponse) -> Any:
    try:
        return original(response)
    except NotImplementedError as error:
        message = f"The sandbox has no {response.service_name}: {error}"
        refusal = ActionResult(UnsupportedOperationError(message))
        _, headers, body = response.serialized(refusal)
        return _BAD_REQUEST, {**headers, "status": str(_BAD_REQUEST)}, body
