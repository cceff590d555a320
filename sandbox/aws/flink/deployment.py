"""Deployment: the job that an application's configuration describes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.aws.flink.job import Job
from sandbox.aws.flink.life import life_of
from sandbox.aws.stored import stored_object

if TYPE_CHECKING:
    from moto.kinesisanalyticsv2.models import Application

DEFAULT_RESTORE = {"ApplicationRestoreType": "RESTORE_FROM_LATEST_SNAPSHOT"}
_NO_RESTORE = "SKIP_RESTORE_FROM_SNAPSHOT"


class NoCode(ValueError):  # noqa: N818 - the application's fault, not our code's
    """The application's code is not where its configuration says."""


def job_of(application: Application) -> Job:
    """Read a moto application, and its code from S3; raises NoCode with one sentence."""
    configuration = application.app_config_description or {}
    flink = configuration.get("FlinkApplicationConfigurationDescription") or {}
    parallelism = flink.get("ParallelismConfigurationDescription") or {}
    environment = configuration.get("EnvironmentPropertyDescriptions") or {}
    run = life_of(application).run_configuration or {}
    restore = run.get("ApplicationRestoreConfigurationDescription") or DEFAULT_RESTORE
    return Job(
        application=application.application_name,
        region=application.region_name,
        code=_code(application.account_id, configuration),
        property_groups=tuple(environment.get("PropertyGroupDescriptions") or ()),
        parallelism=int(parallelism.get("Parallelism") or 1),
        restore=restore["ApplicationRestoreType"] != _NO_RESTORE,
    )


def _code(account: str, configuration: dict[str, Any]) -> bytes:
    code = configuration.get("ApplicationCodeConfigurationDescription") or {}
    content = code.get("CodeContentDescription") or {}
    location = content.get("S3ApplicationCodeLocationDescription")
    if location is None:
        raise NoCode("The application's code is not in S3.")
    bucket, key = location["BucketARN"].rsplit(":", 1)[-1], location["FileKey"]
    found = stored_object(account, bucket, key, location.get("ObjectVersion"))
    if found is None:
        raise NoCode(f"There is no s3://{bucket}/{key}: upload the application's zip first.")
    return found
