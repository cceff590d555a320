"""`python -m sandbox.reddit`: serve a file of real things or a generated day."""

from pathlib import Path

import click

from clock import FileClock
from sandbox.reddit.datafile import read_things
from sandbox.reddit.errors import RedditSandboxError
from sandbox.reddit.generator.day import Plan, generate_day
from sandbox.reddit.realism import Realism
from sandbox.reddit.server import serve
from sandbox.reddit.world import World


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="File of things to play.")
@click.option("--generate", is_flag=True, help="Play a generated day instead.")
@click.option("--comments-per-minute", default=41.0, help="Mean rate of a generated day.")
@click.option("--hours", type=float, help="Play only the first.")
@click.option("--clock-file", type=click.Path(path_type=Path), required=True, help="Shared clock.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free one.")
@click.option("--min-score", default=10, help="Score from which an answer is worth keeping.")
@click.option(
    "--requests-per-window",
    type=click.IntRange(1),
    default=1000,
    help="Quota per 600 s of the clock.",
)
@click.option(
    "--latency-seconds",
    type=click.FloatRange(0, 60),
    default=Realism.latency_seconds,
    show_default=True,
    help="Mean time to an answer, on the clock.",
)
@click.option("--seed", default=0, help="Decides what is late or out of order, or the whole day.")
def main(  # noqa: PLR0913 - one parameter an option
    *,
    data: Path | None,
    generate: bool,
    comments_per_minute: float,
    hours: float | None,
    clock_file: Path,
    port: int,
    min_score: int,
    requests_per_window: int,
    latency_seconds: float,
    seed: int,
) -> None:
    """Serve Reddit's API on loopback, at the time of a shared clock."""
    if generate == (data is not None):
        raise click.UsageError("Say what to play: --data FILE or --generate, one of them.")
    try:
        plan = Plan(seed, 24.0 if hours is None else hours, comments_per_minute)
        clock = _clock(clock_file)
        things = list(generate_day(plan)) if data is None else read_things(data, hours)
        realism = Realism(seed, latency_seconds=latency_seconds)
        serve(World(things, realism), clock, port, min_score, requests_per_window)
    except RedditSandboxError as error:
        raise click.ClickException(str(error)) from error


def _clock(path: Path) -> FileClock:
    try:
        return FileClock(path)
    except (OSError, ValueError) as error:
        raise RedditSandboxError(
            f"{path} is no clock file: make it first, with clock.FileClock.create."
        ) from error


if __name__ == "__main__":
    main()
