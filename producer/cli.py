"""Command line: `wsb produce` and `wsb check`."""

import json
import os
import threading
from dataclasses import asdict

import click

from clock import Clock, clock_from_environment
from producer import daemon
from producer.check import findings
from producer.errors import ProducerError, SettingsError
from producer.service import Service
from producer.settings import VARIABLES, ProducerSettings
from producer.status import read_status
from producer.status_page import page
from producer.systemd import Notifier
from telemetry import Log


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
@click.option("--status", is_flag=True, help="Say what the running producer is doing, and end.")
@click.option("--json", "as_json", is_flag=True, help="The same for a program, with --status.")
def produce(*, status: bool, as_json: bool) -> None:
    """Read the subreddit and write observations to Kinesis until told to stop."""
    if as_json and not status:
        raise click.UsageError("--json goes with --status")
    if status:
        _tell_status(as_json=as_json)
        return
    stop = threading.Event()
    notifier = Notifier.from_environment()
    daemon.stop_on_signals(stop, notifier.stopping)
    log = Log()
    try:
        clock = _clock()
        settings = ProducerSettings.from_environment(os.environ)
        Service(settings, clock=clock, log=log, notifier=notifier).serve(stop)
    except ProducerError as error:
        raise click.ClickException(str(error)) from error


@click.command(cls=VariablesHelp)
def check() -> None:
    """Try Reddit's credentials, the stream and the state table, as far as they are set."""
    wrong = 0
    try:
        for status, text in findings(os.environ, _clock()):
            wrong += status == "WRONG"
            click.echo(f"{status:<7}  {text}")
    except ProducerError as error:
        raise click.ClickException(str(error)) from error
    if wrong:
        raise click.ClickException(f"{wrong} of these must be fixed before `wsb produce` can work")


def _tell_status(*, as_json: bool) -> None:
    """Print what the running producer says of itself; fails when none is running."""
    try:
        folder = ProducerSettings.as_far_as_set(os.environ)[0].outbox_folder
    except ProducerError as error:
        raise click.ClickException(str(error)) from error
    if folder is None:
        raise click.ClickException(
            "set WSB_OUTBOX_FOLDER: the running producer's status is beside its outbox, on its "
            "machine (docs/runbook.md has the command)"
        )
    try:
        status = read_status(folder)
    except PermissionError as error:
        raise click.ClickException(f"{error}: ask as the producer's user") from error
    if status is None:
        raise click.ClickException(f"no producer is running that uses {folder}")
    click.echo(json.dumps(asdict(status), indent=1) if as_json else page(status))


def _clock() -> Clock:
    try:
        return clock_from_environment()
    except ValueError as error:
        raise SettingsError(str(error)) from None
