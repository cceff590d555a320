"""FunctionDeployment: everything that says how a function runs."""

import hashlib
import json
from dataclasses import dataclass, field

from moto.awslambda.models import LambdaBackend, LambdaFunction

from sandbox.aws.packages import digest_of

_DEFAULT_RETRIES = 2


@dataclass(frozen=True)
class FunctionDeployment:
    """A function as it was last deployed."""

    name: str
    arn: str
    version: str
    region: str
    handler: str
    code: bytes = field(repr=False)
    layers: tuple[bytes, ...] = field(repr=False)
    variables: dict[str, str]
    memory_megabytes: int
    timeout_seconds: int
    retries: int
    """How often an asynchronous invocation that failed is tried again."""

    @property
    def fingerprint(self) -> str:
        """Return what changes whenever a warm worker must not be used any more."""
        parts = [
            self.handler,
            digest_of(self.code),
            *(digest_of(layer) for layer in self.layers),
            json.dumps(self.variables, sort_keys=True),
            f"{self.memory_megabytes} {self.timeout_seconds}",
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def deployment_of(function: LambdaFunction, backend: LambdaBackend) -> FunctionDeployment:
    """Read a moto function; its code and layers are in memory since they were deployed."""
    versions = [backend.layers_versions_by_arn(layer["Arn"]) for layer in function.layers]
    return FunctionDeployment(
        name=function.function_name,
        arn=function.function_arn,
        version=str(function.version),
        region=function.region,
        handler=function.handler or "",
        code=function.code_bytes,
        layers=tuple(version.code_bytes for version in versions if version is not None),
        variables=dict(function.environment_vars),
        memory_megabytes=int(function.memory_size),
        timeout_seconds=int(function.timeout),
        retries=_retries(function),
    )


def _retries(function: LambdaFunction) -> int:
    for settings in function.event_invoke_config:
        retries = settings.config.get("MaximumRetryAttempts")
        if retries is not None:
            return int(retries)
    return _DEFAULT_RETRIES
