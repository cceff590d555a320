"""Lambda's Invoke in place of moto's.

moto 5.2.5 needs Docker for it; without, an invocation "succeeds" with an error as its payload.
"""

import json
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from moto.awslambda.models import LambdaBackend
from moto.awslambda.responses import LambdaResponse
from moto.core.exceptions import JsonRESTError

from sandbox.aws.functions.deployment import deployment_of
from sandbox.aws.functions.service import FunctionService
from sandbox.aws.patching import Patching

_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class FunctionInvocations:
    """Runs functions in their workers."""

    service: FunctionService

    def patch(self, patching: Patching) -> None:
        """Put this in moto's place."""
        patching.put(LambdaResponse, "invoke", self._invoke)
        patching.wrap(LambdaBackend, "delete_function", self._delete)

    def _invoke(self, response: LambdaResponse) -> tuple[int, dict[str, Any], str]:
        name = unquote(response.path.rsplit("/", 2)[-2])
        qualifier = response._get_param("qualifier")
        function = response.backend.get_function(name, qualifier)
        deployment = deployment_of(function, response.backend)
        payload = _payload(response.body)
        kind = response.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        if kind == "DryRun":
            return 204, {"status": 204}, ""
        if kind == "Event":
            threading.Thread(
                target=self.service.invoke_later, args=(deployment, payload), daemon=True
            ).start()
            return 202, {"status": 202}, ""
        outcome = self.service.invoke(deployment, payload)
        headers = {**_JSON, "x-amz-executed-version": "$LATEST"}
        if outcome.failed:
            headers["x-amz-function-error"] = "Unhandled"
        return 200, headers, outcome.payload

    def _delete(self, original: Any, backend: LambdaBackend, *args: Any, **kwargs: Any) -> Any:
        name = args[0] if args else kwargs["function_name"]
        function = backend.get_function(name, None)
        result = original(backend, *args, **kwargs)
        self.service.forget(function.function_name)
        return result


def _payload(body: str | bytes) -> Any:
    if not body:
        return {}
    try:
        return json.loads(body)
    except ValueError as error:
        raise JsonRESTError(
            "InvalidRequestContentException",
            f"Could not parse request body into json: {error}",
        ) from error
