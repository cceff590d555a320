"""Job commands: those of `wsb lake` that change the lake, or say how it is."""

from __future__ import annotations

import dataclasses
import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from contract import parse_instant
from wsb_lake import settings
from wsb_lake.errors import LakeSettingsError
from wsb_lake.options import options_but, with_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from wsb_lake.job.lake_job import LakeJob
    from wsb_lake.settings import JobSettings
    from wsb_lake.stats import Stats


def keeping_options(command: Any) -> Any:  # noqa: ANN401 - click's decorators
    """Give a command the options of the job, and --json."""
    as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    return options_but(settings.FOLDER)(as_json(command))


@click.command()
@keeping_options
def settle(*, as_json: bool, **given: str | None) -> None:
    """Run the lake job once.

    It takes in what has landed, then does the chores that are due.
    """
    from wsb_lake.job.settle import sentence_of, settle_once  # noqa: PLC0415 - a reader has no pyiceberg

    done = settle_once(_settings(given))
    _say(done.values(), sentence_of(done), as_json=as_json)


@click.command()
@keeping_options
def purge(*, as_json: bool, **given: str | None) -> None:
    """Remove now what was deleted on Reddit.

    The lake job does it every six hours.
    """
    from wsb_lake.forgetting.purge import purge as run  # noqa: PLC0415 - a reader has no pyiceberg

    job = _job(_settings(given))
    with _plain_words(job.settings), job.held() as work, _progress("tombstones") as progress:
        counts, _complete = run(work, progress)
    text = (
        f"{counts['tombstones']:,} tombstones purged: {counts['rows']:,} rows and "
        f"{counts['files']:,} files are gone"
    )
    if counts["waiting"]:
        text += (
            f"; {counts['waiting']:,} wait: a run that was killed has left files that may hold "
            "such rows, and they go when they are two hours old: purge again then"
        )
    _say(counts, text, as_json=as_json)


@click.command()
@click.option(
    "--since", help="Only what was refused at or after this time, such as 2021-01-28T00:00:00.000Z."
)
@click.option(
    "--stream", settings.STREAM, help=f"Kinesis stream for dead letters. [env: {settings.STREAM}]"
)
@keeping_options
def redrive(*, since: str | None, as_json: bool, **given: str | None) -> None:
    """Send refused records again that are valid now.

    These are dead letters and rejects. Their rows are in the lake after the next run of the lake
    job. What is still refused stays.
    """
    try:
        after = parse_instant(since) if since else 0.0
    except ValueError:
        raise LakeSettingsError(
            f"--since must be a time such as 2021-01-28T00:00:00.000Z, it is {since!r}"
        ) from None
    stream = with_environment(given).get(settings.STREAM, "")
    from wsb_lake.forgetting.redrive import Redrive  # noqa: PLC0415 - a reader has no pyiceberg

    job = _job(_settings(given))
    with _plain_words(job.settings), _progress("objects") as progress:
        redrive_of = Redrive(job.settings, job.catalog.files, job.aws.kinesis, job.clock, stream)
        done = redrive_of.run(after, progress)
    refused = ", ".join(f"{count:,} {reason}" for reason, count in done.refused.most_common())
    text = (
        f"{done.sent:,} dead letters sent to the stream again, {done.landed:,} rejects landed "
        f"again; still refused: {refused or 'none'}"
    )
    _say(vars(done), text, as_json=as_json)


@click.command()
@keeping_options
def stats(*, as_json: bool, **given: str | None) -> None:
    """Say how large the lake is, and what waits.

    What waits: tombstones to be purged, landed files, dead letters and the like, with their ages.
    """
    from wsb_lake.stats import stats_of  # noqa: PLC0415 - a reader has no pyiceberg
    from wsb_lake.tables.opening import load_tables  # noqa: PLC0415

    job = _job(_settings(given))
    with _plain_words(job.settings):
        found = stats_of(job.settings, load_tables(job.catalog, job.settings), job.clock)
    if as_json:
        _say(dataclasses.asdict(found), "", as_json=True)
    else:
        _print_stats(found)


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@keeping_options
def drop(*, yes: bool, as_json: bool, **given: str | None) -> None:
    """Delete the whole lake.

    All its tables go, and every object in its bucket. It says how much that is, and asks first.
    """
    from wsb_lake.forgetting.drop import Drop  # noqa: PLC0415 - a reader has no pyiceberg

    job = _job(_settings(given))
    with _plain_words(job.settings):
        going = Drop(job.settings, job.catalog, job.catalog.files).going()
    objects = sum(going.objects.values())
    what = (
        f"{len(going.tables)} tables ({', '.join(going.tables) or 'none'}) and {objects:,} objects "
        f"({_megabytes(going.size_bytes)}) of s3://{job.settings.bucket}"
    )
    if not yes:
        click.confirm(f"This deletes {what}, for good. Go on?", abort=True, err=True)
    with (
        _plain_words(job.settings),
        job.locked() as (lock, _s3_now),
        _progress("objects") as progress,
    ):
        gone = Drop(job.settings, job.catalog, job.catalog.files).run(lock.renew, progress)
    _say(dataclasses.asdict(gone), f"gone: {what}", as_json=as_json)


COMMANDS = (settle, purge, redrive, stats, drop)


def _settings(given: Mapping[str, str | None]) -> JobSettings:
    return settings.job_settings(with_environment(given))


def _job(of: JobSettings) -> LakeJob:
    from wsb_lake.job.settle import job_of  # noqa: PLC0415 - a reader has no pyiceberg

    return job_of(of)


@contextmanager
def _plain_words(of: JobSettings) -> Iterator[None]:
    from wsb_lake.aws import plain_words  # noqa: PLC0415 - boto3 takes a second

    with plain_words(of):
        yield


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show on a terminal how far it is; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    from rich.console import Console  # noqa: PLC0415 - only where somebody looks
    from rich.progress import Progress as Bar  # noqa: PLC0415

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _say(values: Mapping[str, Any], text: str, *, as_json: bool) -> None:
    click.echo(json.dumps(values) if as_json else text)


def _print_stats(found: Stats) -> None:
    click.echo(
        f"{'table':<12}{'rows':>14}{'files':>9}{'small':>9}{'size':>12}{'unsettled':>11}{'snapshots':>11}"
    )
    for name, row in found.tables.items():
        click.echo(
            f"{name:<12}{row['rows']:>14,}{row['files']:>9,}{row['small_files']:>9,}"
            f"{_megabytes(row['bytes']):>12}{row['unsettled_days']:>11,}{row['snapshots']:>11,}"
        )
    click.echo(
        f"\ntombstones: {found.tombstones:,}, of which {found.tombstones_pending:,} are to be "
        f"purged{_since(found.oldest_pending_hours)}"
    )
    click.echo(
        f"landed and not committed: {found.landing_objects:,} objects, "
        f"{_megabytes(found.landing_bytes)}{_since(found.oldest_landing_hours)}"
    )
    for kind, ages in found.residues.items():
        click.echo(
            f"{kind.replace('_', ' ')}: {ages['objects']:,} objects"
            f"{_since(ages['oldest_hours'])}; kept for {ages['kept_hours']} h"
        )


def _since(hours: float | None) -> str:
    return "" if hours is None else f", the oldest {hours:.1f} h old"


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.1f} MB"
