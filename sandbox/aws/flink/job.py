"""FlinkJob: what StartApplication was asked to run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moto.kinesisanalyticsv2.models import Application

from sandbox.aws.flink.life import life_of
from sandbox.aws.stored import stored_object

DEFAULT_RESTORE = {"ApplicationRestoreType": "RESTORE_FROM_LATEST_SNAPSHOT"}
_NO_RESTORE = "SKIP_RESTORE_FROM_SNAPSHOT"
RUN_OPTIONS = "kinesis.analytics.flink.run.options"
_CHECKPOINT_INTERVAL = "2 s"


class NoCode(ValueError):  # noqa: N818 - the application's fault, not our code's
    """The application's code is not where its configuration says."""


@dataclass(frozen=True)
class FlinkJob:
    """An application's code and settings at the moment it is started."""

    application: str
    region: str
    code: bytes
    property_groups: tuple[dict[str, Any], ...]
    parallelism: int
    restore: bool
    """Go on from the newest checkpoint of an earlier run, when there is one."""

    @property
    def main(self) -> str:
        """Return the Python file that the property groups name."""
        for group in self.property_groups:
            if group["PropertyGroupId"] == RUN_OPTIONS:
                return str(group["PropertyMap"].get("python", "main.py"))
        return "main.py"


def job_of(application: Application) -> FlinkJob:
    """Read a moto application, and its code from S3; raises NoCode with one sentence."""
    configuration = application.app_config_description or {}
    flink = configuration.get("FlinkApplicationConfigurationDescription") or {}
    parallelism = flink.get("ParallelismConfigurationDescription") or {}
    environment = configuration.get("EnvironmentPropertyDescriptions") or {}
    run = life_of(application).run_configuration or {}
    restore = run.get("ApplicationRestoreConfigurationDescription") or DEFAULT_RESTORE
    return FlinkJob(
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


def newest_checkpoint(checkpoints: Path) -> Path | None:
    """Return the newest complete checkpoint under `<dir>/<job id>/chk-N`."""
    complete = [metadata.parent for metadata in checkpoints.glob("*/chk-*/_metadata")]
    return max(complete, key=lambda folder: folder.stat().st_mtime, default=None)


def flink_configuration(job: FlinkJob, checkpoints: Path) -> dict[str, str]:
    """Return those of Flink's options that the service sets in AWS."""
    options = {
        "parallelism.default": str(job.parallelism),
        "execution.checkpointing.dir": _file_path(checkpoints),
        "execution.checkpointing.interval": _CHECKPOINT_INTERVAL,
        "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
        "restart-strategy.type": "fixed-delay",
        "restart-strategy.fixed-delay.attempts": "1000000",
        "restart-strategy.fixed-delay.delay": "1 s",
    }
    checkpoint = newest_checkpoint(checkpoints) if job.restore else None
    if checkpoint is not None:
        options["execution.state-recovery.path"] = _file_path(checkpoint)
    return options


def _file_path(path: Path) -> str:
    # Not as_uri(): Flink does not decode, and would make a folder named `a%20b`.
    return f"file://{path}"
