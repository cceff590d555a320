"""Kinesis Analytics v2 (Managed Flink): the life of an application.

moto 5.2.5 gives timestamps as text (the AWS provider fails on them), forgets the parallelism,
and has no Start, Stop, Update, Delete or operations.
"""

import json
import threading
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kinesisanalyticsv2.models import Application, kinesisanalyticsv2_backends
from moto.kinesisanalyticsv2.responses import KinesisAnalyticsV2Response

from sandbox.aws.flink.job import DEFAULT_RESTORE, NoCode, job_of
from sandbox.aws.flink.life import Body, end, life_of
from sandbox.aws.flink.service import FlinkService
from sandbox.aws.flink.update import updated
from sandbox.aws.patching import Patching

_BAD_CONFIGURATION = "InvalidApplicationConfigurationException"
_MAINTENANCE = {
    "ApplicationMaintenanceWindowStartTime": "06:00",
    "ApplicationMaintenanceWindowEndTime": "14:00",
}


class AnalyticsError(JsonRESTError):
    """A call that Kinesis Analytics would refuse."""


@dataclass(frozen=True)
class Analytics:
    """The calls on applications, with their processes in `service`."""

    service: FlinkService

    def patch(self, patching: Patching) -> None:
        """Put this in moto's place."""
        patching.wrap(Application, "__init__", _ready)
        calls = {
            "create_application": self._create,
            "describe_application": self._describe,
            "delete_application": self._delete,
            "start_application": self._start,
            "stop_application": self._stop,
            "update_application": self._update,
            "describe_application_operation": _describe_operation,
            "list_application_operations": _list_operations,
        }
        for name, call in calls.items():
            patching.put(KinesisAnalyticsV2Response, name, _as_method(call))

    def status(self) -> dict[str, dict[str, Any]]:
        """Return each application's status and process, by name."""
        return {
            name: {"status": application.application_status, **self.service.process(name)}
            for regions in list(kinesisanalyticsv2_backends.values())
            for backend in list(regions.values())
            for name, application in list(backend.applications.items())
        }

    def _create(self, response: KinesisAnalyticsV2Response, request: Body) -> Body:
        backend = response.kinesisanalyticsv2_backend
        name = request["ApplicationName"]
        if name in backend.applications:
            raise AnalyticsError("ResourceInUseException", f"Application {name} already exists")
        backend.create_application(
            application_name=name,
            application_description=request.get("ApplicationDescription"),
            runtime_environment=request["RuntimeEnvironment"],
            service_execution_role=request["ServiceExecutionRole"],
            application_configuration=request.get("ApplicationConfiguration"),
            cloud_watch_logging_options=request.get("CloudWatchLoggingOptions"),
            tags=request.get("Tags"),
            application_mode=request.get("ApplicationMode"),
        )
        return {"ApplicationDetail": _detail(backend.applications[name])}

    def _describe(self, response: KinesisAnalyticsV2Response, request: Body) -> Body:
        return {"ApplicationDetail": _detail(_application(response, request))}

    def _delete(self, response: KinesisAnalyticsV2Response, request: Body) -> Body:
        application = _application(response, request)
        application.application_status = "DELETING"
        self.service.stop(application.application_name)
        response.kinesisanalyticsv2_backend.applications.pop(application.application_name)
        return {}

    def _start(self, response: KinesisAnalyticsV2Response, request: Body) -> Body:
        application = _application(response, request)
        _move(application, from_="READY", to="STARTING")
        wanted = request.get("RunConfiguration") or {}
        life = life_of(application)
        life.run_configuration = {
            "ApplicationRestoreConfigurationDescription": wanted.get(
                "ApplicationRestoreConfiguration", DEFAULT_RESTORE
            ),
            "FlinkRunConfigurationDescription": wanted.get(
                "FlinkRunConfiguration", {"AllowNonRestoredState": False}
            ),
        }
        operation = life.begin("StartApplication")
        self._run(application, operation)
        return {"OperationId": operation["OperationId"]}

    def _stop(self, response: KinesisAnalyticsV2Response, request: Body) -> Body:
        application = _application(response, request)
        if application.application_status != "STARTING":
            _move(application, from_="RUNNING", to="STOPPING")
        operation = life_of(application).begin("StopApplication")

        def stop() -> None:
            self.service.stop(application.application_name)
            application.application_status = "READY"
            end(operation)

        threading.Thread(target=stop, name="stop flink", daemon=True).start()
        return {"OperationId": operation["OperationId"]}

    def _update(self, response: KinesisAnalyticsV2Response, request: Body) -> Body:
        application = _application(response, request)
        life = life_of(application)
        update = request.get("ApplicationConfigurationUpdate") or {}
        application.app_config_description = updated(
            application.app_config_description or {}, update
        )
        application.application_version_id += 1
        life.touch()
        if life.run_configuration is not None:
            changed = {
                "FlinkRunConfiguration": {"AllowNonRestoredState": False},  # AWS forgets it
                **(request.get("RunConfigurationUpdate") or {}),
            }
            for name, value in changed.items():
                life.run_configuration[f"{name}Description"] = value
        if request.get("ServiceExecutionRoleUpdate"):
            application.service_execution_role = request["ServiceExecutionRoleUpdate"]
        operation = life.begin("UpdateApplication")
        if application.application_status == "RUNNING" and update:
            _move(application, from_="RUNNING", to="UPDATING")
            self._restart(application, operation)
        else:
            end(operation)
        return {
            "ApplicationDetail": _detail(application),
            "OperationId": operation["OperationId"],
        }

    def _restart(self, application: Application, operation: Body) -> None:
        def restart() -> None:
            self.service.stop(application.application_name)
            self._run(application, operation)

        threading.Thread(target=restart, name="restart flink", daemon=True).start()

    def _run(self, application: Application, operation: Body) -> None:
        def running() -> None:
            application.application_status = "RUNNING"
            end(operation)

        def failed(error: str) -> None:
            if application.application_status in {"STARTING", "UPDATING", "RUNNING"}:
                application.application_status = "READY"
            end(operation, error)

        try:
            job = job_of(application)
        except NoCode as error:
            failed(str(error))
            raise AnalyticsError(_BAD_CONFIGURATION, str(error)) from error
        self.service.start(job, running, failed)


def _as_method(call: Any) -> Any:
    def method(response: KinesisAnalyticsV2Response) -> str:
        return json.dumps(call(response, json.loads(response.body)))

    return method


def _ready(original: Any, application: Application, *args: Any, **kwargs: Any) -> None:
    original(application, *args, **kwargs)
    application.application_status = "READY"
    life_of(application)
    wanted = (kwargs.get("application_configuration") or {}).get("FlinkApplicationConfiguration")
    parallelism = (wanted or {}).get("ParallelismConfiguration")
    if parallelism and application.app_config_description is not None:
        application.app_config_description = updated(
            application.app_config_description,
            {
                "FlinkApplicationConfigurationUpdate": {
                    "ParallelismConfigurationUpdate": {
                        f"{name}Update": value for name, value in parallelism.items()
                    }
                }
            },
        )


def _application(response: KinesisAnalyticsV2Response, request: Body) -> Application:
    name = request["ApplicationName"]
    application = response.kinesisanalyticsv2_backend.applications.get(name)
    if application is None:
        raise AnalyticsError("ResourceNotFoundException", f"Application {name} not found")
    return application


def _move(application: Application, *, from_: str, to: str) -> None:
    with life_of(application).lock:
        if application.application_status != from_:
            raise AnalyticsError(
                "ResourceInUseException",
                f"Application {application.application_name} is {application.application_status}"
                f" and must be {from_} for this",
            )
        application.application_status = to


def _detail(application: Application) -> Body:
    life = life_of(application)
    configuration = dict(application.app_config_description or {})
    if life.run_configuration is not None:
        configuration["RunConfigurationDescription"] = life.run_configuration
    detail = {
        "ApplicationARN": application.application_arn,
        "ApplicationDescription": application.application_description,
        "ApplicationName": application.application_name,
        "RuntimeEnvironment": application.runtime_environment,
        "ServiceExecutionRole": application.service_execution_role,
        "ApplicationStatus": application.application_status,
        "ApplicationVersionId": application.application_version_id,
        "CreateTimestamp": life.created_at,
        "LastUpdateTimestamp": life.updated_at,
        "ApplicationConfigurationDescription": configuration,
        "CloudWatchLoggingOptionDescriptions": application.cloud_watch_logging_description or [],
        "ApplicationMaintenanceConfigurationDescription": _MAINTENANCE,
        "ConditionalToken": application.conditional_token,
        "ApplicationMode": application.application_mode or "STREAMING",
    }
    return {name: value for name, value in detail.items() if value is not None}


def _describe_operation(response: KinesisAnalyticsV2Response, request: Body) -> Body:
    for operation in life_of(_application(response, request)).operations:
        if operation["OperationId"] == request["OperationId"]:
            return {"ApplicationOperationInfoDetails": operation}
    message = f"Operation {request['OperationId']} not found"
    raise AnalyticsError("ResourceNotFoundException", message)


def _list_operations(response: KinesisAnalyticsV2Response, request: Body) -> Body:
    operations = life_of(_application(response, request)).operations
    return {"ApplicationOperationInfoList": operations[::-1]}
