"""Command line: `wsb lake settle` runs the job once, the other commands read the lake."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wsb_lake.errors import LakeError, LakeMissingError, SettingsError
from wsb_lake.printing import FORMATS, print_result
from wsb_lake.settings import FOLDER_VARIABLE, NOTHING_SET, job_settings

if TYPE_CHECKING:
    from collections.abc import Callable

_LAKE = {
    "WSB_LAKE_DATABASE": ("--database", "The lake's Glue database."),
    "WSB_LAKE_BUCKET": ("--bucket", "The lake's bucket."),
    "AWS_REGION": ("--region", "AWS region."),
    "AWS_ENDPOINT_URL": ("--endpoint-url", "Another server than AWS, such as the sandbox."),
}
_LOCAL = {FOLDER_VARIABLE: ("--local", "Folder that a lake was saved to; needs no AWS.")}
_LOCK = {"WSB_LAKE_STATE_TABLE": ("--state-table", "DynamoDB table of the job's lock.")}
_WRITTEN = Path("build", "lake.env")  # by `make deploy`
_HISTORY_COLUMNS = (
    "observed_at, date_diff('minute', created_at, observed_at) AS age_minutes, cause, state, "
    "score, peak_score, landed_at"
)


class LakeGroup(click.Group):
    """Tells any command's LakeError as one sentence."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except LakeError as error:
            raise click.ClickException(str(error)) from error


def _with_options(options: dict[str, tuple[str, str]]) -> Callable[[Any], Any]:
    def decorate(command: Any) -> Any:  # noqa: ANN401 - click's decorators
        for variable, (flag, text) in reversed(options.items()):
            command = click.option(flag, variable, help=f"{text} [env: {variable}]")(command)
        return command

    return decorate


@click.group(cls=LakeGroup)
def lake() -> None:
    """Keep the lake, and read it."""


@lake.command()
@_with_options(_LAKE | _LOCK)
def settle(**given: str | None) -> None:
    """Take in what has landed, now, as the scheduled job does."""
    settings = job_settings({**os.environ, **{n: v for n, v in given.items() if v is not None}})
    from wsb_lake.settle import settle_once  # noqa: PLC0415 - a reader has no pyiceberg

    click.echo(settle_once(settings))


@lake.command()
@click.argument("sql")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table")
@_with_options(_LOCAL | _LAKE)
def query(sql: str, form: str, **given: str | None) -> None:
    """Run DuckDB SQL over comments, posts, gaps, commits, comments_latest and posts_latest."""
    from wsb_lake.reader import open_lake  # noqa: PLC0415 - the job has no DuckDB

    print_result(*open_lake(given).query.rows(sql), form, sys.stdout)


@lake.command()
@click.argument("fullname")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table")
@_with_options(_LOCAL | _LAKE)
def history(fullname: str, form: str, **given: str | None) -> None:
    """Show each look at one comment (t1_…) or post (t3_…), oldest first."""
    from wsb_lake.reader import history_sql, open_lake  # noqa: PLC0415 - the job has no DuckDB

    sql = history_sql(fullname, _HISTORY_COLUMNS)
    names, rows = open_lake(given).query.rows(sql, {"id": fullname})
    looks = list(rows)
    if not looks:
        raise LakeMissingError(f"the lake holds no observation of {fullname}")
    print_result(names, looks, form, sys.stdout)


@lake.command()
def env() -> None:
    """Print the environment that says where the lake is, for a shell's eval."""
    names = [*_LOCAL, *_LAKE, *_LOCK]
    if any(os.environ.get(name) for name in (FOLDER_VARIABLE, "WSB_LAKE_DATABASE")):
        for name in names:
            if value := os.environ.get(name):
                click.echo(f"export {name}={shlex.quote(value)}")
    elif _WRITTEN.is_file():
        click.echo(_WRITTEN.read_text(encoding="utf-8"), nl=False)
    else:
        raise SettingsError(NOTHING_SET)
