"""Command line: `wsb lake`, with the commands that read the lake; `job_commands` has the others."""

import json
import os
import shlex
import sys
from pathlib import Path
from typing import Any

import click

from wsb_lake import settings
from wsb_lake.errors import LakeError, LakeMissingError, LakeSettingsError
from wsb_lake.job_commands import COMMANDS
from wsb_lake.options import OPTIONS, options_but
from wsb_lake.reader.printing import FORMATS, print_result

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


def _place_options(command: Any) -> Any:  # noqa: ANN401 - click's decorators
    return options_but(settings.STATE_TABLE)(command)


def _reader_options(command: Any) -> Any:  # noqa: ANN401 - click's decorators
    form = click.option(
        "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True
    )
    as_json = click.option("--json", "form", flag_value="json", help="The same as --format json.")
    return form(as_json(_place_options(command)))


def _bound_options(command: Any) -> Any:  # noqa: ANN401 - click's decorators
    for flag, text in (
        ("--until", "Only what Reddit published before this time."),
        ("--since", "Only what Reddit published at this time or later (created_at)."),
        ("--as-of", "Only what was in the lake by this time: landed_at <= TIME."),
    ):
        command = click.option(flag, metavar="TIME", help=text)(command)
    return command


@click.group(cls=LakeGroup)
def lake() -> None:
    """Read the lake, and look after it.

    Reading needs WSB_LAKE_DATABASE, WSB_LAKE_BUCKET and AWS_REGION, or WSB_LAKE_FOLDER: `make
    deploy` writes them to build/lake.env, `make demo` to build/demo/env. The commands that change
    the lake, and stats, need WSB_LAKE_STATE_TABLE too, and a lake in AWS or a demo that is up.
    """


for _command in COMMANDS:
    lake.add_command(_command)


@lake.command()
@click.argument("sql")
@_reader_options
def query(sql: str, form: str, **given: str | None) -> None:
    """Run SQL over the lake.

    It is DuckDB's SQL, over comments, posts, gaps, commits, comments_latest and posts_latest;
    docs/read.md says what a row of each is.
    """
    from wsb_lake.reader.lake import open_lake  # noqa: PLC0415 - the job has no DuckDB

    print_result(*open_lake(given).query.rows(sql), form, sys.stdout)


@lake.command()
@click.argument("fullname")
@_reader_options
def history(fullname: str, form: str, **given: str | None) -> None:
    """Show every observation of one comment or post.

    The oldest comes first. FULLNAME begins with t1_ (a comment) or t3_ (a post).
    """
    from wsb_lake.reader.lake import history_sql, open_lake  # noqa: PLC0415 - the job has no DuckDB

    columns = _HISTORY_COLUMNS if fullname.startswith(("t1_", "t3_")) else "*"
    sql = history_sql(fullname, columns)
    names, rows = open_lake(given).query.rows(sql, {"id": fullname})
    looks = list(rows)
    if not looks:
        raise LakeMissingError(f"the lake holds no observation of {fullname}")
    print_result(names, looks, form, sys.stdout)


@lake.command()
@click.option(
    "--table", type=click.Choice(("comments", "posts")), default="comments", show_default=True
)
@_bound_options
@_reader_options
def coverage(
    table: str,
    form: str,
    as_of: str | None,
    since: str | None,
    until: str | None,
    **given: str | None,
) -> None:
    """Say how completely each hour was read.

    A row for each hour in which comments (or posts) were published; docs/read.md explains it.
    """
    from wsb_lake.reader.bounds import Bounds  # noqa: PLC0415 - the job has no DuckDB
    from wsb_lake.reader.coverage import coverage_question  # noqa: PLC0415 - the same
    from wsb_lake.reader.lake import open_lake  # noqa: PLC0415 - the same

    question = coverage_question(table, Bounds.of(as_of, since, until))
    print_result(*open_lake(given).query.rows(*question), form, sys.stdout)


@lake.command()
@click.option("--out", required=True, metavar="FOLDER", help="A folder that is not there yet.")
@click.option("--json", "as_json", is_flag=True, help="Print the numbers of rows as JSON.")
@_bound_options
@_place_options
def export(
    out: str,
    as_of: str | None,
    since: str | None,
    until: str | None,
    *,
    as_json: bool,
    **given: str | None,
) -> None:
    """Copy the observations to Parquet files.

    There is one folder for each day of created_at.

    The copy is not updated: what is deleted on Reddit later stays in it. Delete it and export
    again at least every 48 hours.
    """
    from wsb_lake.reader.lake import open_lake  # noqa: PLC0415 - the job has no DuckDB
    from wsb_lake.reader.progress import shown_progress  # noqa: PLC0415 - the same

    with shown_progress() as progress:
        rows = open_lake(given).export(
            out, as_of=as_of, since=since, until=until, progress=progress
        )
    told = ", ".join(f"{number:,} {table}" for table, number in rows.items())
    click.echo(json.dumps(rows) if as_json else f"{told} in {out}")


@lake.command()
def env() -> None:
    """Print where the lake is, for a shell.

    In a shell: eval "$(.venv/bin/wsb lake env)"
    """
    if os.environ.get(settings.FOLDER) or os.environ.get(settings.DATABASE):
        for name in OPTIONS:
            if value := os.environ.get(name):
                click.echo(f"export {name}={shlex.quote(value)}")
    elif _WRITTEN.is_file():
        click.echo(_WRITTEN.read_text(encoding="utf-8"), nl=False)
    else:
        raise LakeSettingsError(settings.NOTHING_SET)
