"""The `wsb sandbox` commands: the whole system on one machine."""

from __future__ import annotations

from pathlib import Path

import click

from sandbox.demo.errors import DemoError
from sandbox.demo.options import HOURS_MOST, Options
from sandbox.reddit.generate import generate

LIVE_HOURS = 0.1
REPLAY_HOURS = 6.0
REPLAY_SPEED = 120.0


@click.group()
def sandbox() -> None:
    """Run the whole system on this machine, without any account."""


@sandbox.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Trajectories, .ndjson or .ndjson.gz; else a generated day.",
)
@click.option(
    "--speed",
    type=click.FloatRange(1, 10_000),
    help=f"Clock seconds per second, at most [{REPLAY_SPEED:.0f}; live 1].",
)
@click.option(
    "--hours",
    type=click.FloatRange(0.01, HOURS_MOST),
    help=f"Clock hours to play [{REPLAY_HOURS:.0f}; live {LIVE_HOURS}].",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of the generated day.")
@click.option(
    "--comments-per-minute",
    type=click.FloatRange(0.1, 5000),
    help="Of the generated day, on average.",
)
@click.option(
    "--requests-per-minute",
    type=click.IntRange(10, 100),
    default=30,
    show_default=True,
    help="What the producer may ask for.",
)
@click.option(
    "--min-score",
    type=click.IntRange(1, 100_000),
    default=10,
    show_default=True,
    help="Comments are kept once they were seen with this score.",
)
@click.option("--live", is_flag=True, help="Read live Reddit with your credentials.")
@click.option("--keep", is_flag=True, help="Leave everything up at the end, until Ctrl-C.")
@click.option(
    "--build",
    type=click.Path(path_type=Path),
    default=Path("build/demo"),
    show_default=True,
    help="Where logs and summary.json go.",
)
def demo(  # noqa: PLR0913 - one parameter for each option
    *,
    data: Path | None,
    speed: float | None,
    hours: float | None,
    seed: int,
    comments_per_minute: float | None,
    requests_per_minute: int,
    min_score: int,
    live: bool,
    keep: bool,
    build: Path,
) -> None:
    """Replay hours of r/wallstreetbets through the whole system and account for every comment."""
    options = Options(
        build=build.resolve(),
        hours=hours or (LIVE_HOURS if live else REPLAY_HOURS),
        speed=1.0 if live else (speed or REPLAY_SPEED),
        data=data.resolve() if data else None,
        seed=seed,
        comments_per_minute=comments_per_minute,
        requests_per_minute=requests_per_minute,
        min_score=min_score,
        live=live,
        keep=keep,
    )
    raise SystemExit(_run(options))


sandbox.add_command(generate)


def _run(options: Options) -> int:
    from sandbox.demo.live import live_credentials  # noqa: PLC0415 - --help needs none of it
    from sandbox.demo.run import run_demo  # noqa: PLC0415

    try:
        credentials = live_credentials() if options.live else None
        summary = run_demo(options, credentials=credentials)
    except DemoError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        click.echo("Stopped; nothing is left running.", err=True)
        return 130
    return 1 if summary["problems"] else 0
