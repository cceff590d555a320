"""Application: puts properties, tables and pipeline together and submits the job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flink_app import local
from flink_app.pipeline import statements
from flink_app.properties import load_properties
from flink_app.tables import tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyflink.table import TableEnvironment


PACKAGES = "python"  # the folder beside `main.py` that holds the packages


def run(environment: Mapping[str, str], home: Path) -> None:
    """Submit the job; on Managed Flink return then, on this machine stay until it is stopped.

    `home` is the folder of `main.py`. Raises ApplicationError.
    """
    properties = load_properties(environment)
    options: Mapping[str, str] = {}
    if local.is_local(environment):
        options = local.flink_options(environment, home)
        local.prepare_process(home)
    flink = table_environment(options)
    _add_packages(flink, home)
    for statement in tables(properties, environment):
        flink.execute_sql(statement)
    submitted = statements(flink, properties.min_score, properties.filter_mode)
    job = submitted.execute().get_job_client()
    if local.is_local(environment):
        local.watch(job)


def _add_packages(flink: TableEnvironment, home: Path) -> None:
    """Give the processes that judge the zip's packages, unless whoever started this has."""
    if not flink.get_config().get("python.files", ""):
        flink.add_python_file(str(home / PACKAGES))


def table_environment(options: Mapping[str, str]) -> TableEnvironment:
    """Return Flink's streaming table environment with these options."""
    # not above: a mistake in the properties is told without waiting for Flink
    from pyflink.common import Configuration  # noqa: PLC0415 - see above
    from pyflink.table import EnvironmentSettings, TableEnvironment  # noqa: PLC0415 - see above

    configuration = Configuration()
    for key, value in options.items():
        configuration.set_string(key, value)
    settings = EnvironmentSettings.new_instance().in_streaming_mode()
    return TableEnvironment.create(settings.with_configuration(configuration).build())
