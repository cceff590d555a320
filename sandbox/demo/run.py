"""Run: the whole demo, from an empty folder to the account."""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

from rich.console import Console

from sandbox.audit import RedditBook, balance, read_lake
from sandbox.demo.course import Course
from sandbox.demo.deployment import REGION, SANDBOX_CREDENTIALS
from sandbox.demo.folder import hold, write_summary
from sandbox.demo.live import live_book
from sandbox.demo.screen import Screen
from sandbox.demo.showcase import show_lake
from sandbox.demo.summary import account_table, summarise
from sandbox.demo.world import SANDBOX_REDDIT, build_world

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.audit import Account, StreamBook
    from sandbox.demo.options import Options
    from sandbox.demo.world import World


def run_demo(
    options: Options, console: Console | None = None, credentials: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Play one run and return its summary, which is also in `summary.json`.

    Everything it starts has ended when it returns or raises. Raises DemoError.
    """
    console = console or Console()
    started = time.monotonic()
    with ExitStack() as stack:
        stack.enter_context(hold(options.build))
        console.print("Setting up: two servers, then `terraform apply` (about a minute) …")
        world = build_world(options, credentials or SANDBOX_REDDIT, stack)
        first_request = time.monotonic()
        end_at = world.start_at + options.window_seconds
        with Screen(world.start_at, end_at, options.requests_per_minute, console) as screen:
            course = Course(world, screen)
            course.play()
            played = time.monotonic()
            stream = course.drain()
        account = _account(world, stream)
        pace = {
            "speed_mean": (course.end_at - world.start_at) / (played - first_request),
            "wall_seconds": time.monotonic() - first_request,
            "setup_seconds": first_request - started,
        }
        summary = summarise(options, account, stream, world.snapshot(), pace)
        write_summary(options.build, summary)
        try:
            show_lake(world, console)
        finally:
            _report(options, summary, console)
        if options.keep:
            _keep(world, console)
    return summary


def _account(world: World, stream: StreamBook) -> Account:
    lake = read_lake(
        world.outputs["lake_database_name"], world.aws.url, REGION, world.options.min_score
    )
    return balance(reddit_book(world, stream), stream, lake)


def reddit_book(world: World, stream: StreamBook) -> RedditBook:
    """Return what the replay server answered in the window, or what can be known of live Reddit."""
    if world.reddit is None:
        return live_book(stream)
    until = world.start_at + world.options.window_seconds
    page = world.reddit.get("account", until=until)
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


def _keep(world: World, console: Console) -> None:
    console.print("The sandbox stays up until Ctrl-C. In another terminal, ask the lake:")
    console.print(f"  {_query_command(world)}", highlight=False, soft_wrap=True)
    with suppress(KeyboardInterrupt):  # the one way to end it, and no failure
        while not world.clock.wait(1.0):
            world.snapshot()


def _query_command(world: World) -> str:
    words = (
        f"AWS_ENDPOINT_URL={world.aws.url}",
        f"AWS_ACCESS_KEY_ID={SANDBOX_CREDENTIALS['AWS_ACCESS_KEY_ID']}",
        f"AWS_SECRET_ACCESS_KEY={SANDBOX_CREDENTIALS['AWS_SECRET_ACCESS_KEY']}",
        f".venv/bin/wsb lake query --region {REGION}",
        f"--database {world.outputs['lake_database_name']}",
        f"--bucket {world.outputs['lake_bucket_name']}",
        '"select count(*) from comments_latest"',
    )
    return " ".join(words)
