"""`python -m sandbox.reddit`: serve a file of real things or a generated day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from clock import FileClock
from sandbox.reddit.datafile import read_things
from sandbox.reddit.errors import RedditSandboxError
from sandbox.reddit.generator.day import Plan, generate_day
from sandbox.reddit.realism import Realism
from sandbox.reddit.server import serve
from sandbox.reddit.world import World

HOURS_PER_DAY = 24


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="File of things to play.")
@click.option("--generate", is_flag=True, help="Play a generated day instead.")
@click.option("--comments-per-minute", default=41.0, help="Mean rate of a generated day.")
@click.option("--hours", type=click.FloatRange(min=0, min_open=True), help="Play only the first.")
@click.option("--clock-file", type=click.Path(path_type=Path), required=True, help="Shared clock.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free one.")
@click.option("--min-score", default=10, help="Score from which an answer is worth keeping.")
@click.option("--requests-per-window", default=1000, help="ClientQuota per 600 s of the clock.")
@click.option("--seed", default=0, help="Decides what is late or out of order, or the whole day.")
def main(**options: Any) -> None:  # noqa: ANN401 - click has checked them
    """Serve Reddit's API on loopback, at the time of a shared clock."""
    try:
        _serve(**options)
    except RedditSandboxError as error:
        raise click.ClickException(str(error)) from error


def _serve(  # noqa: PLR0913 - one parameter an option
    *,
    data: Path | None,
    generate: bool,
    comments_per_minute: float,
    hours: float | None,
    clock_file: Path,
    port: int,
    min_score: int,
    requests_per_window: int,
    seed: int,
) -> None:
    if generate == (data is not None):
        raise RedditSandboxError("Say what to play: --data FILE or --generate, one of them.")
    clock = _clock(clock_file)
    if data is None:
        things = list(generate_day(Plan(seed, hours or HOURS_PER_DAY, comments_per_minute)))
    else:
        things = read_things(data, hours)
    world = World(things, Realism(seed))
    serve(world, clock, port, min_score, requests_per_window)


def _clock(path: Path) -> FileClock:
    try:
        return FileClock(path)
    except (FileNotFoundError, ValueError) as error:
        raise RedditSandboxError(
            f"{path} is no clock file: make it first, with clock.FileClock.create."
        ) from error


if __name__ == "__main__":
    main()
