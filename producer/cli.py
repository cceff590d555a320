"""Command line: `wsb produce` and `wsb check`."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import click

from clock import clock_from_environment
from producer import daemon
from producer.app import make_producer
from producer.check import findings
from producer.errors import ProducerError, SettingsError
from producer.log import make_log
from producer.settings import VARIABLES, Settings

if TYPE_CHECKING:
    from clock import Clock


class VariablesHelp(click.Command):
    """A command that is told everything by the environment, and whose help lists it."""

    def format_epilog(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what can be set."""
        with formatter.section("Environment"):
            formatter.write_dl(
                [
                    (name, f"{one.meaning} [{one.default}]" if one.default else one.meaning)
                    for name, one in VARIABLES.items()
                ]
            )


@click.command(cls=VariablesHelp)
def produce() -> None:
    """Read the subreddit and write observations to Kinesis until told to stop."""
    stop = threading.Event()
    daemon.stop_on_signals(stop)
    log = make_log()
    try:
        clock = _clock()
        settings = Settings.from_environment(os.environ)
        producer, reporter = make_producer(settings, clock, log)
        daemon.run(producer, reporter, stop, clock=clock, log=log)
    except ProducerError as error:
        raise click.ClickException(str(error)) from error


@click.command(cls=VariablesHelp)
def check() -> None:
    """Say what is missing or wrong before `wsb produce` is started."""
    try:
        clock = _clock()
        settings = Settings.from_environment(os.environ)
    except ProducerError as error:
        raise click.ClickException(str(error)) from error
    wrong = 0
    for name, problem in findings(settings, clock):
        click.echo(f"{'ok   ' if problem is None else 'WRONG'} {name}")
        if problem is not None:
            wrong += 1
            click.echo(f"      {problem}")
    if wrong:
        raise click.ClickException(f"{wrong} of these must be mended first")


def _clock() -> Clock:
    try:
        return clock_from_environment()
    except (OSError, ValueError) as error:
        raise SettingsError(f"WSB_CLOCK_FILE is no clock file: {error}") from None
