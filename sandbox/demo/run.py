"""Run: the whole demo, from an empty folder to the audit and what is left to look at."""

import os
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from typing import Any

from rich.console import Console

import wsb_lake
from sandbox.audit import (
    Audit,
    Freshness,
    LakeLedger,
    StreamLedger,
    audit,
    read_lake,
    read_reddit,
)
from sandbox.aws.environment import REGION
from sandbox.demo.folder import LAKE, clear, hold, write_summary
from sandbox.demo.handout import end_environment, next_steps
from sandbox.demo.options import Options
from sandbox.demo.replay import Replay
from sandbox.demo.running import SANDBOX_REDDIT, RunningDemo, start_demo
from sandbox.demo.screen import Screen
from sandbox.demo.showcase import show_lake
from sandbox.demo.summary import audit_table, summarise
from wsb_lake.errors import LakeError


def run_demo(
    options: Options, console: Console | None = None, credentials: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Play one run and return its summary, which is also in `summary.json`.

    Everything it starts has ended when it returns or raises. Raises DemoError.
    """
    console = console or Console()
    with ExitStack() as exits:
        exits.enter_context(hold(options.build))
        clear(options.build)
        exits.callback(end_environment, options.build)
        with Screen(options, console) as screen:
            demo, summary = _run(options, credentials or SANDBOX_REDDIT, exits, screen)
        example = None
        try:
            example = show_lake(options.build / LAKE, console)
        except LakeError as error:
            summary["problems"].append(f"the lake cannot be read: {error}")
        write_summary(options.build, summary)
        _report(options, summary, console)
        _show_next(options, example, console)
        if options.keep:
            _keep(demo, console)
    return summary


def _run(
    options: Options, credentials: Mapping[str, str], exits: ExitStack, screen: Screen
) -> tuple[RunningDemo, dict[str, Any]]:
    """Set up, play, drain, audit, and save the lake."""
    started = time.monotonic()
    demo = start_demo(options, credentials, exits, screen.tell)
    first_request = time.monotonic()
    replay = Replay(demo, screen)
    replay.play()
    played = time.monotonic()
    speed = (replay.end_at - demo.start_at) / (played - first_request)
    note = replay.recent.note(speed)
    stream = replay.drain()
    screen.tell("audit", "what was served, sent and kept is compared")
    lake = lake_of(demo)
    audited = audit_demo(demo, stream, lake)
    fresh = Freshness.of(stream, lake, replay.end_at)
    screen.tell("saving the lake as files")
    with suppress(LakeError):  # whoever reads them says so
        wsb_lake.open(
            database=demo.outputs["lake_database_name"],
            bucket=demo.outputs["lake_bucket_name"],
            region=REGION,
            endpoint_url=demo.aws.url,
        ).save(options.build / LAKE)
    pace = {
        "speed_mean": speed,
        "wall_seconds": time.monotonic() - first_request,
        "setup_seconds": first_request - started,
    }
    said = {"stalled": replay.stalled, "notes": [note] if note else []}
    return demo, summarise(options, audited, stream, demo.snapshot(), pace, fresh=fresh, **said)


def lake_of(demo: RunningDemo) -> LakeLedger:
    """Read what the lake's tables hold."""
    return read_lake(demo.outputs["lake_database_name"], demo.aws.url, REGION)


def audit_demo(demo: RunningDemo, stream: StreamLedger, lake: LakeLedger | None = None) -> Audit:
    """Hold what was sent against the lake, and against what the replay server answered."""
    min_score = demo.options.min_score
    until = demo.start_at + demo.options.window_seconds
    reddit = read_reddit(demo.reddit.url, min_score, until) if demo.reddit else None
    return audit(reddit, stream, lake or lake_of(demo), min_score)


def _report(options: Options, summary: Mapping[str, Any], console: Console) -> None:
    console.print(audit_table(summary))
    for note in summary["notes"]:
        console.print(note, style="yellow", highlight=False)
    if summary["problems"]:
        console.print("[bold red]Not in order:[/] " + "; ".join(summary["problems"]))
    elif options.live:
        console.print(
            "[bold green]What was acknowledged and had to be kept is in the lake, once.[/]"
        )
    else:
        console.print("[bold green]Nothing missing, nothing duplicated, nothing wrongly kept.[/]")


def _show_next(options: Options, example: str | None, console: Console) -> None:
    folder = os.path.relpath(options.build)
    steps = next_steps(options.build, example, up=options.keep)
    text = f"\nLeft in {folder}: summary.json, lake/*.parquet, env. To look at it:\n  "
    console.print(text + "\n  ".join(steps), markup=False, highlight=False, soft_wrap=True)


def _keep(demo: RunningDemo, console: Console) -> None:
    console.print("Everything stays up until Ctrl-C, and the lines above ask it.")
    demo.clock.set_speed(1.0)  # what is tried now may wait on it
    try:
        while True:
            demo.snapshot()
            time.sleep(1.0)
    except KeyboardInterrupt:  # the one way to end it, and no failure
        console.print("\nGoodbye: the servers end; the lake stays, as files.")
