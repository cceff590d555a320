"""Settings of Lambda functions.

moto 5.2.5 forgets dead-letter and logging settings, and answers the first settings of asynchronous
invocations for ever: every plan of Terraform would set them again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.awslambda.models import LambdaBackend, LambdaFunction

if TYPE_CHECKING:
    from sandbox.aws.patching import Patching

_FORGOTTEN = ("DeadLetterConfig", "LoggingConfig")


def keep_forgotten_settings(patching: Patching) -> None:
    """Remember them at creation and update, and answer them."""
    patching.wrap(LambdaFunction, "__init__", _init)
    patching.wrap(LambdaFunction, "get_configuration", _get_configuration)
    patching.wrap(LambdaFunction, "update_configuration", _update_configuration)
    patching.wrap(LambdaBackend, "put_function_event_invoke_config", _put_event_config)
    patching.wrap(LambdaBackend, "update_function_event_invoke_config", _update_event_config)


def _settings(function: LambdaFunction) -> dict[str, Any]:
    settings: dict[str, Any] = function.__dict__.setdefault("forgotten_settings", {})
    return settings


def _keep(function: LambdaFunction, spec: dict[str, Any]) -> None:
    _settings(function).update({name: spec[name] for name in _FORGOTTEN if spec.get(name)})


def _init(
    original: Any,  # noqa: ANN401
    function: LambdaFunction,
    account_id: str,
    spec: dict[str, Any],
    *args: Any,  # noqa: ANN401
    **kwargs: Any,  # noqa: ANN401
) -> None:
    original(function, account_id, spec, *args, **kwargs)
    _keep(function, spec)


def _get_configuration(
    original: Any,  # noqa: ANN401
    function: LambdaFunction,
    on_create: bool = False,  # noqa: FBT001, FBT002 - moto's signature
) -> dict[str, Any]:
    return {**original(function, on_create), **_settings(function)}


def _update_configuration(
    original: Any,  # noqa: ANN401
    function: LambdaFunction,
    config_updates: dict[str, Any],
) -> Any:  # noqa: ANN401
    _keep(function, config_updates)
    return original(function, config_updates)


def _put_event_config(
    original: Any,  # noqa: ANN401
    backend: LambdaBackend,
    function_name: str,
    config: dict[str, Any],
) -> Any:  # noqa: ANN401
    backend.get_function(function_name).event_invoke_config.clear()
    return original(backend, function_name, config)


def _update_event_config(
    _original: Any,  # noqa: ANN401
    backend: LambdaBackend,
    function_name: str,
    config: dict[str, Any],
) -> Any:  # noqa: ANN401
    present = backend.get_function(function_name).event_invoke_config
    merged = {**(present[0].config if present else {}), **config}
    return backend.put_function_event_invoke_config(function_name, merged)
