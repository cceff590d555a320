"""Command line: `wsb lake settle` runs the job once, `wsb lake query` reads the lake."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from clock import clock_from_environment
from wsb_lake.aws import Aws, plain_words
from wsb_lake.errors import LakeError
from wsb_lake.logs import log_warnings_only
from wsb_lake.settings import settings_from

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsb_lake.settings import Settings

_OPTIONS = {
    "bucket": ("WSB_LAKE_BUCKET", "The lake's bucket."),
    "database": ("WSB_LAKE_DATABASE", "The lake's Glue database."),
    "region": ("AWS_REGION", "AWS region."),
    "endpoint_url": ("AWS_ENDPOINT_URL", "Another server than AWS, such as the sandbox."),
}
_JOB_OPTIONS = {
    "state_table": ("WSB_LAKE_STATE_TABLE", "DynamoDB table of the job's lock."),
    "landing_prefix": ("WSB_LANDING_PREFIX", "Where Firehose lands observations."),
}


def _with_options(options: dict[str, tuple[str, str]]) -> Callable[[Any], Any]:
    def decorate(command: Any) -> Any:  # noqa: ANN401 - click's decorators
        for name, (variable, text) in reversed(options.items()):
            flag = "--" + name.replace("_", "-")
            command = click.option(flag, name, help=f"{text} [env: {variable}]")(command)
        return command

    return decorate


@click.group()
def lake() -> None:
    """Keep the lake, and read it."""


@lake.command()
@_with_options(_OPTIONS | _JOB_OPTIONS)
def settle(**given: str | None) -> None:
    """Take in what has landed, now, as the scheduled job does."""
    log_warnings_only()
    try:
        settings = _settings(given, for_job=True)
        with plain_words(settings):
            from wsb_lake.job import Job  # noqa: PLC0415 - pyiceberg loads slowly

            result = Job(Aws(settings), clock_from_environment()).run()
    except LakeError as error:
        raise click.ClickException(str(error)) from error
    if "skipped" in result:
        raise click.ClickException(f"{result['skipped']}: try again when it is done")
    click.echo(_sentence(result))


@lake.command()
@click.argument("sql")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table")
@_with_options(_OPTIONS)
def query(sql: str, form: str, **given: str | None) -> None:
    """Run DuckDB SQL over comments, posts, gaps, commits, comments_latest and posts_latest."""
    try:
        settings = _settings(given, for_job=False)
        with plain_words(settings):
            from wsb_lake.printing import print_result  # noqa: PLC0415 - only this needs rich
            from wsb_lake.query import LakeQuery  # noqa: PLC0415 - and DuckDB

            print_result(*LakeQuery(Aws(settings)).stream(sql), form)
    except LakeError as error:
        raise click.ClickException(str(error)) from error


def _settings(given: dict[str, str | None], *, for_job: bool) -> Settings:
    variables = {name: variable for name, (variable, _) in (_OPTIONS | _JOB_OPTIONS).items()}
    chosen = {variables[name]: value for name, value in given.items() if value is not None}
    return settings_from({**os.environ, **chosen}, for_job=for_job)


def _sentence(result: dict[str, Any]) -> str:
    appended = ", ".join(f"{count:,} {table}" for table, count in result["appended"].items())
    return (
        f"{result['objects']:,} landed objects with {result['read']:,} lines taken in: appended "
        f"{appended}; {result['doubles_dropped']:,} doubles dropped, {result['rejected']:,} lines "
        f"rejected; {result['seconds']:.1f} s"
    )
