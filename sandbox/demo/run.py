"""Run: the whole demo, from an empty folder to the audit."""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

from rich.console import Console

from sandbox.audit import audit, read_lake, read_reddit
from sandbox.demo.folder import hold, write_summary
from sandbox.demo.replay import Replay
from sandbox.demo.running import SANDBOX_REDDIT, start_demo
from sandbox.demo.screen import Screen
from sandbox.demo.showcase import show_lake
from sandbox.demo.stack import REGION, SANDBOX_CREDENTIALS
from sandbox.demo.summary import audit_table, summarise

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.audit import Audit, StreamLedger
    from sandbox.demo.options import Options
    from sandbox.demo.running import RunningDemo


def run_demo(
    options: Options, console: Console | None = None, credentials: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Play one run and return its summary, which is also in `summary.json`.

    Everything it starts has ended when it returns or raises. Raises DemoError.
    """
    console = console or Console()
    started = time.monotonic()
    with ExitStack() as exits:
        exits.enter_context(hold(options.build))
        console.print("Setting up: two servers, then `terraform apply` (about a minute) …")
        demo = start_demo(options, credentials or SANDBOX_REDDIT, exits)
        first_request = time.monotonic()
        end_at = demo.start_at + options.window_seconds
        with Screen(demo.start_at, end_at, options.requests_per_minute, console) as screen:
            replay = Replay(demo, screen)
            replay.play()
            played = time.monotonic()
            stream = replay.drain()
        audited = audit_demo(demo, stream)
        pace = {
            "speed_mean": (replay.end_at - demo.start_at) / (played - first_request),
            "wall_seconds": time.monotonic() - first_request,
            "setup_seconds": first_request - started,
        }
        summary = summarise(options, audited, stream, demo.snapshot(), pace, stalled=replay.stalled)
        write_summary(options.build, summary)
        try:
            show_lake(demo, console)
        finally:
            _report(options, summary, console)
        if options.keep:
            _keep(demo, console)
    return summary


def audit_demo(demo: RunningDemo, stream: StreamLedger) -> Audit:
    """Hold what was sent against the lake, and against what the replay server answered."""
    min_score = demo.options.min_score
    until = demo.start_at + demo.options.window_seconds
    reddit = read_reddit(demo.reddit.url, min_score, until) if demo.reddit else None
    lake = read_lake(demo.outputs["lake_database_name"], demo.aws.url, REGION)
    return audit(reddit, stream, lake, min_score)


def _report(options: Options, summary: Mapping[str, Any], console: Console) -> None:
    console.print(audit_table(summary))
    if summary["problems"]:
        console.print("[bold red]Not in order:[/] " + "; ".join(summary["problems"]))
    elif options.live:
        console.print(
            "[bold green]What was acknowledged and had to be kept is in the lake, once.[/]"
        )
    else:
        console.print("[bold green]Nothing missing, nothing duplicated, nothing wrongly kept.[/]")


def _keep(demo: RunningDemo, console: Console) -> None:
    console.print("The sandbox stays up until Ctrl-C. In another terminal, ask the lake:")
    console.print(f"  {_query_command(demo)}", highlight=False, soft_wrap=True)
    with suppress(KeyboardInterrupt):  # the one way to end it, and no failure
        while not demo.clock.wait(1.0):
            demo.snapshot()


def _query_command(demo: RunningDemo) -> str:
    words = (
        f"AWS_ENDPOINT_URL={demo.aws.url}",
        f"AWS_ACCESS_KEY_ID={SANDBOX_CREDENTIALS['AWS_ACCESS_KEY_ID']}",
        f"AWS_SECRET_ACCESS_KEY={SANDBOX_CREDENTIALS['AWS_SECRET_ACCESS_KEY']}",
        f".venv/bin/wsb lake query --region {REGION}",
        f"--database {demo.outputs['lake_database_name']}",
        f"--bucket {demo.outputs['lake_bucket_name']}",
        '"select count(*) from comments_latest"',
    )
    return " ".join(words)
