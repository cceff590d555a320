"""`python -m sandbox.aws`: AWS on this machine, until SIGTERM or Ctrl-C."""

import json
import logging
import os
import signal
import sys
import threading
from pathlib import Path

import click

from sandbox.aws.settings import AwsSandboxSettings

_EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--clock-file", type=_EXISTING_FILE, help="The shared clock; else the wall clock.")
@click.option("--work-dir", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0: any free one.")
@click.option("--flink-python", type=_EXISTING_FILE, help="A Python that has apache-flink.")
@click.option("--reddit-url", help="What instances read instead of reddit.com.")
def main(
    clock_file: Path | None,
    work_dir: Path,
    port: int,
    flink_python: Path | None,
    reddit_url: str | None,
) -> None:
    """Serve AWS on 127.0.0.1; the first line on stdout is {"event": "ready", "url": …}."""
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s", stream=sys.stderr)
    work_dir.mkdir(parents=True, exist_ok=True)
    settings = AwsSandboxSettings(
        work_dir=work_dir.resolve(),
        clock_file=clock_file.resolve() if clock_file else None,
        port=port,
        # Not resolved: a virtual environment's Python is a link, and its place says which.
        flink_python=flink_python.absolute() if flink_python else None,
        reddit_url=reddit_url,
    )
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    _serve(settings, stop)


def _serve(settings: AwsSandboxSettings, stop: threading.Event) -> None:
    # The AWS provider attaches AWS' own policies; moto reads this when it first needs IAM.
    os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    from sandbox.aws.server import SandboxServer, run_until  # noqa: PLC0415 - after the variable

    try:
        server = SandboxServer(settings)
    except OSError as error:
        message = (
            f"port {settings.port} of 127.0.0.1 cannot be used ({error.strerror}): take --port 0"
        )
        raise click.ClickException(message) from error
    print(json.dumps({"event": "ready", "url": server.url}), flush=True)
    run_until(server, stop)


if __name__ == "__main__":
    main(prog_name="python -m sandbox.aws")
