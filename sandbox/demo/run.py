"""Run: the whole demo, from an empty folder to the account."""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

from rich.console import Console

from sandbox.audit import RedditBook, balance, read_lake
from sandbox.demo.folder import hold, write_summary
from sandbox.demo.live import live_book
from sandbox.demo.replay import Replay
from sandbox.demo.running import SANDBOX_REDDIT, start_demo
from sandbox.demo.screen import Screen
from sandbox.demo.showcase import show_lake
from sandbox.demo.stack import REGION, SANDBOX_CREDENTIALS
from sandbox.demo.summary import account_table, summarise

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.audit import Account, StreamBook
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
        account = _account(demo, stream)
        pace = {
            "speed_mean": (replay.end_at - demo.start_at) / (played - first_request),
            "wall_seconds": time.monotonic() - first_request,
            "setup_seconds": first_request - started,
        }
        summary = summarise(options, account, stream, demo.snapshot(), pace)
        write_summary(options.build, summary)
        try:
            show_lake(demo, console)
        finally:
            _report(options, summary, console)
        if options.keep:
            _keep(demo, console)
    return summary


def _account(demo: RunningDemo, stream: StreamBook) -> Account:
    lake = read_lake(
        demo.outputs["lake_database_name"], demo.aws.url, REGION, demo.options.min_score
    )
    return balance(reddit_book(demo, stream), stream, lake)


def reddit_book(demo: RunningDemo, stream: StreamBook) -> RedditBook:
    """Return what the replay server answered in the window, or what can be known of live Reddit."""
    if demo.reddit is None:
        return live_book(stream)
    until = demo.start_at + demo.options.window_seconds
    page = demo.reddit.get("account", until=until)
    names = ("served", "unasked", "read", "kept_expected", "gone", "reached")
    return RedditBook(**{name: frozenset(page[name]) for name in names})


def _report(options: Options, summary: Mapping[str, Any], console: Console) -> None:
    console.print(account_table(summary))
    if summary["problems"]:
        console.print("[bold red]Not in order:[/] " + "; ".join(summary["problems"]))
    elif options.live:
        console.print(
            "[bold green]What was acknowledged and had to be kept is in the lake, once.[/]"
        )
    else:
        console.print("[bold green]Nothing missing, nothing doubled, nothing wrongly kept.[/]")


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
