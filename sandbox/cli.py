"""The `wsb sandbox` commands: the whole system on one machine."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import Any

import click

from sandbox.demo.errors import DemoError
from sandbox.demo.options import HOURS_MOST, REPLAY_HOURS, REPLAY_SPEED, Options
from sandbox.reddit.datafile import read_things
from sandbox.reddit.errors import RedditSandboxError
from sandbox.reddit.generate import generate

LIVE_HOURS = 0.1


class Number(click.FloatRange):
    """A number in a range, which "nan" is not."""

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Return it as a number."""
        number = float(super().convert(value, param, ctx))
        if not isfinite(number):
            self.fail(f"{value} is not a number.", param, ctx)
        return number


@click.group()
def sandbox() -> None:
    """Run the whole system on this machine, without any account."""


@sandbox.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, resolve_path=True),
    help="Trajectories, .ndjson or .ndjson.gz; else a generated day.",
)
@click.option(
    "--speed",
    type=Number(1, 10_000),
    help=f"Clock seconds per second, at most [{REPLAY_SPEED:.0f}; live 1].",
)
@click.option(
    "--hours",
    type=Number(0.01, HOURS_MOST),
    help=f"Clock hours to play [{REPLAY_HOURS:.0f}; live {LIVE_HOURS}].",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of the generated day.")
@click.option(
    "--comments-per-minute",
    type=Number(0.1, 5000),
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
    type=click.Path(path_type=Path, resolve_path=True),
    default=Path("build/demo"),
    show_default=True,
    help="Where logs and results go.",
)
@click.option("--check-only", is_flag=True, help="Check what was given, then end.")
def demo(
    *,
    data: Path | None,
    speed: float | None,
    hours: float | None,
    live: bool,
    check_only: bool,
    **others: Any,  # noqa: ANN401 - click has checked them; Options names their types
) -> None:
    """Replay hours of r/wallstreetbets through the whole system and audit every comment."""
    if live and (data or speed):
        raise click.UsageError("--live plays Reddit itself, in real time: no --data, no --speed")
    options = Options(
        data=data,
        hours=hours or (LIVE_HOURS if live else REPLAY_HOURS),
        speed=1.0 if live else (speed or REPLAY_SPEED),
        live=live,
        **others,
    )
    with _plain_words():
        credentials = _checked(options)
        if not check_only:
            raise SystemExit(_run(options, credentials))


sandbox.add_command(generate)


@contextmanager
def _plain_words() -> Iterator[None]:
    try:
        yield
    except (DemoError, RedditSandboxError) as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        click.echo("Stopped; nothing is left running.", err=True)
        raise SystemExit(128 + signal.SIGINT) from None


def _checked(options: Options) -> Mapping[str, str] | None:
    """Check what can be checked before anything starts; returns a live run's credentials."""
    from sandbox.demo.folder import hold  # noqa: PLC0415 - --help needs none of it
    from sandbox.demo.live import live_credentials  # noqa: PLC0415 - the same

    if options.data is not None:
        read_things(options.data)
    credentials = live_credentials() if options.live else None
    with hold(options.build):
        return credentials


def _run(options: Options, credentials: Mapping[str, str] | None) -> int:
    from sandbox.demo.run import run_demo  # noqa: PLC0415 - --help needs none of it

    for ending in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(ending) is signal.SIG_DFL:  # nohup ignores the second
            signal.signal(ending, signal.default_int_handler)  # as Ctrl-C does
    summary = run_demo(options, credentials=credentials)
    return 1 if summary["problems"] else 0
