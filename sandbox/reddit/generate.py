"""`wsb sandbox generate`: write a generated day to a file."""

from pathlib import Path

import click

from sandbox.reddit.datafile import write_records
from sandbox.reddit.errors import RedditSandboxError
from sandbox.reddit.generator.day import Plan, generate_records


@click.command()
@click.option("--seed", default=0, show_default=True, help="The same seed makes the same day.")
@click.option("--hours", default=24.0, show_default=True, help="How long it lasts.")
@click.option(
    "--comments-per-minute",
    default=41.0,
    show_default=True,
    help="Mean rate of the generated hours.",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help=".ndjson or .ndjson.gz")
def generate(seed: int, hours: float, comments_per_minute: float, out: Path) -> None:
    """Generate a day of an invented subreddit with the real one's statistics.

    `make demo DATA=FILE` plays such a file, or one of your own. Each line is a comment or a post
    with all that became of it (docs/data.md says more):

    \b
    {"kind": "t1",             or "t3" for a post
     "data": {...},            what Reddit's API said of it first
     "observations": [...],    [seconds, score, 1 if hidden else 0], oldest first;
                               of a post [seconds, score, comments, upvote ratio]
     "changes": [...]}         [seconds, text, author or null, edited or false]
    """  # noqa: D301 - click reads the character that \b stands for
    try:
        plan = Plan(seed, hours, comments_per_minute)
        count = write_records(out, generate_records(plan))
    except RedditSandboxError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}.") from error
    click.echo(f"{count:,} things in {out}")
