"""Settings of a function's asynchronous invocations.

moto 5.2.5 answers the first ones for ever: every plan of Terraform would set new ones again.
"""

from typing import Any

from moto.awslambda.models import LambdaBackend

from sandbox.aws.patching import Patching


def replace_event_settings(patching: Patching) -> None:
    """Forget the old settings when new ones are put."""
    patching.wrap(LambdaBackend, "put_function_event_invoke_config", _put)


def _put(original: Any, backend: LambdaBackend, function_name: str, config: dict[str, Any]) -> Any:
    backend.get_function(function_name).event_invoke_config.clear()
    return original(backend, function_name, config)
