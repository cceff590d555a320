"""`wsb simulate`: which quota does a subreddit need?"""

import json
import re
import sys
import time
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

import click
from rich.console import Console

from sandbox.reddit.errors import RedditSandboxError
from sandbox.simulate.errors import SimulationError
from sandbox.simulate.outages import Outage, outage_in
from sandbox.simulate.profile import PROFILES, Profile

QUOTAS = (100, 60, 30)
_RATE = re.compile(r"(?P<count>\d+(?:\.\d+)?)(?:/(?P<per>min|day))?")
_MINUTES = {"min": 1, "day": 24 * 60, None: 1}
_RATE_MOST = 10_000  # a minute: four times the peak of 2021
_PICTURES = (".png", ".svg", ".pdf")
_MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024
_DAYS = {"quiet": "a quiet day", "weekday": "a weekday", "peak": "the peak day"}
_BUSIEST = PROFILES["weekday"].busiest


class _Rate(click.ParamType[float]):
    """Comments a minute or a day."""

    name = "rate"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Return it in comments a minute."""
        if isinstance(value, float):
            return value
        match = _RATE.fullmatch(value)
        if match is None:
            self.fail(f"{value!r} is no rate: give 40, 40/min or 60000/day.", param, ctx)
        rate = float(match["count"]) / _MINUTES[match["per"]]
        if not 0 < rate <= _RATE_MOST:
            self.fail(f"give more than 0 and at most {_RATE_MOST:,} a minute.", param, ctx)
        return rate


class _OutageType(click.ParamType[Outage]):
    name = "outage"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Outage:
        """Read it."""
        if isinstance(value, Outage):
            return value
        try:
            return outage_in(value)
        except SimulationError as error:
            self.fail(str(error), param, ctx)


def _title(data: Path | None, rate: float | None, profile: str | None) -> str:
    """Say which day it is: like `the peak day, generated`."""
    day = f"a day of {rate:,.4g} comments a minute" if rate else _DAYS[profile or "weekday"]
    return f"{day}, with the comments of {data.name}" if data else f"{day}, generated"


@click.command()
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Real or generated trajectories (docs/data.md); invented comments that never reach the "
    "score are added, up to the rate.",
)
@click.option(
    "--generate",
    "rate",
    type=_Rate(),
    metavar="RATE[/min|/day]",
    help="Comments of a day like a weekday: 40, 40/min or 60000/day.",
)
@click.option(
    "--profile",
    type=click.Choice(list(PROFILES)),
    help="A measured day instead: quiet 12/min, weekday 39/min, peak 1.16 million a day.  "
    "[weekday]",
)
@click.option(
    "--quota",
    "quotas",
    type=click.IntRange(1, 10_000),
    multiple=True,
    help="Requests a minute that Reddit allows; can be given more than once.  [100, 60, 30]",
)
@click.option(
    "--latency",
    type=click.FloatRange(0.01, 15),
    default=0.3,
    show_default=True,
    help="Seconds an answer takes on average.",
)
@click.option(
    "--outage",
    "outages",
    type=_OutageType(),
    multiple=True,
    metavar="LONG@HH:MM",
    help="Reddit answers nothing, like 10m@18:00 (UTC); can be given more than once.",
)
@click.option(
    "--hours",
    type=click.FloatRange(0.25, 72),
    default=24.0,
    show_default=True,
    help="How much is measured, from 00:00 UTC on; 24 hours are read before it, 36 after.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Another number makes another day.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option(
    "--plot",
    "picture",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write a picture too: .png, .svg or .pdf.",
)
def simulate(rate: float | None, profile: str | None, **given: Any) -> None:  # noqa: ANN401
    """Say how much is found and missed on a day of a subreddit, at each quota.

    The same producer that `wsb produce` runs reads the day on a virtual clock, without account or
    network. That takes half a minute to some minutes for each quota. The last line says which
    quota is enough for what is promised; docs/simulate.md explains each line.
    """
    if rate is not None and profile is not None:
        raise click.UsageError("--generate and --profile both say the rate: give one of them.")
    picture: Path | None = given["picture"]
    if picture is not None and picture.suffix not in _PICTURES:
        raise click.UsageError(f"--plot {picture}: end the name in one of {', '.join(_PICTURES)}.")
    if picture is not None and not picture.parent.is_dir():
        raise click.UsageError(f"--plot {picture}: there is no folder {picture.parent}; make it.")
    day = Profile(rate, _BUSIEST) if rate is not None else PROFILES[profile or "weekday"]
    data: Path | None = given["data"]
    from sandbox.simulate import run  # noqa: PLC0415 - --help needs none of it

    options = run.Options(
        plan=run.Plan(day, hours=given["hours"], seed=given["seed"], data=data),
        quotas=tuple(dict.fromkeys(given["quotas"])) or QUOTAS,
        latency_seconds=given["latency"],
        outages=given["outages"],
        picture=picture,
        title=_title(data, rate, profile),
    )
    began = time.monotonic()
    try:
        with Console(stderr=True).status("") as status:
            report = run.simulated(options, status.update)
    except (RedditSandboxError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(report.as_dict(), indent=1) if given["as_json"] else report.table())
    gigabytes = getrusage(RUSAGE_SELF).ru_maxrss * _MAXRSS_BYTES / 1e9
    took = f"took {time.monotonic() - began:.0f} s and {gigabytes:.1f} GB of memory"
    click.echo(took, err=True)
