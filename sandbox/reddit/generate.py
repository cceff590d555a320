"""`python -m sandbox.reddit.generate`: write a generated day to a file."""

from __future__ import annotations

from pathlib import Path

import click

from sandbox.reddit.datafile import write_records
from sandbox.reddit.errors import RedditSandboxError
from sandbox.reddit.generator.day import Plan, generate_records


@click.command()
@click.option("--seed", default=0, help="The same seed makes the same day.")
@click.option("--hours", default=24.0, help="How long it lasts.")
@click.option("--comments-per-minute", default=41.0, help="Mean rate of the generated hours.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help=".ndjson or .ndjson.gz")
def generate(seed: int, hours: float, comments_per_minute: float, out: Path) -> None:
    """Generate a day of an invented subreddit with the real one's statistics."""
    try:
        plan = Plan(seed, hours, comments_per_minute)
        count = write_records(out, generate_records(plan))
    except RedditSandboxError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}.") from error
    click.echo(f"{count:,} things in {out}")


if __name__ == "__main__":
    generate()
