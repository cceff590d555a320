"""Crossing fit: counts from trajectories how likely a comment is to have crossed the threshold.

`python -m tools.crossing_fit --data FILE… [--generate HOURS] [--write]` prints what the table
predicts for comments that it was not counted from, beside what they did, and with `--write` counts
all of them into producer/looks/crossing_model.json.

A file of recorded trajectories may be a sample of top comments. What ends below the threshold is
therefore weighted until the comments end as all comments of the subreddit do: 5.8 % at 10 or above.
Between two looks a score moves in a straight line; where a trajectory ends, nothing is concluded.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import click
import numpy as np
from numpy.typing import NDArray

from producer.looks.crossing import MODEL_FILE, CrossingModel
from sandbox.reddit.datafile import read_records
from sandbox.reddit.generator.day import Plan, generate_records
from sandbox.reddit.record import COMMENT

MIN_SCORE = 10
SCORE_SHARES = (0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85)
AGE_MINUTES = (8, 20, 40, 75, 120, 180, 270, 400, 600, 900, 1200, 1440)
ELAPSED_MINUTES = (
    1,
    2,
    5,
    10,
    15,
    20,
    30,
    45,
    60,
    90,
    120,
    180,
    240,
    360,
    480,
    720,
    1080,
    1440,
    2160,
)
OLDEST_MINUTES = 2160
AGES_PER_BAND = 3
# of all comments, the share that ends at most at each score; the rest reaches the threshold
ENDS_BELOW = {
    0: 0.076,
    1: 0.440,
    2: 0.180,
    3: 0.092,
    4: 0.052,
    5: 0.036,
    6: 0.025,
    7: 0.018,
    8: 0.013,
    9: 0.010,
}
PRIOR_COMMENTS = 10.0  # as much as so many comments do the neighbouring ages say
LEAST_HAZARD = 1e-6
MOST_HAZARD = 0.999
MOST_WRONG = 3.0  # times: what was counted against what was predicted
LEAST_EVENTS = 30  # fewer say nothing

Floats = NDArray[np.float64]


class Comment(NamedTuple):
    """A trajectory from its birth on: minutes of age, and the score then.

    `crossed_at` is when it first showed the threshold (inf: never), `shown_from` when its score is
    no longer hidden.
    """

    minutes: Floats
    scores: Floats
    crossed_at: float
    shown_from: float
    weight: float


class Sample(NamedTuple):
    """Looks at comments that had not crossed: bands, minutes until the crossing and the end."""

    score: NDArray[np.intp]
    age: NDArray[np.intp]
    crossing: Floats
    end: Floats
    weight: Floats


@click.command(help=__doc__)
@click.option("--data", "files", multiple=True, type=click.Path(path_type=Path, exists=True))
@click.option("--generate", "hours", default=24.0, help="Hours of a generated day; 0: none.")
@click.option("--write", is_flag=True, help="Write the table into the project.")
def main(files: tuple[Path, ...], hours: float, *, write: bool) -> None:
    """Fit, print the fit, and write the table."""
    sources = [list(read_records(path)) for path in files]
    if hours:
        sources.append(list(generate_records(Plan(seed=11, hours=hours))))
    halves: tuple[list[Comment], list[Comment]] = ([], [])
    for source in sources:
        for record, comment in comments_of(source):
            halves[crc32(record["data"]["name"].encode()) % 2].append(comment)
    if not all(halves):
        raise click.ClickException("give --data or --generate: there is nothing to count")
    for fitted, tested in (halves, halves[::-1]):
        _print_fit(fit(fitted), tested)
    model = fit([*halves[0], *halves[1]])
    if write:
        MODEL_FILE.write_text(text_of(model), encoding="utf-8")
        click.echo(f"wrote {MODEL_FILE}")


def fit(comments: Sequence[Comment]) -> CrossingModel:
    """Return the table counted from comments; raises ValueError when it makes no sense."""
    sample = _sample(comments)
    events, at_risk = _counts(sample)
    chances = np.empty_like(events)
    for score in range(events.shape[0]):
        for age in range(events.shape[1]):
            near = slice(max(0, age - 1), age + 2)
            prior = events[score, near].sum(0) / np.maximum(at_risk[score, near].sum(0), 1.0)
            hazard = (events[score, age] + PRIOR_COMMENTS * prior) / (
                at_risk[score, age] + PRIOR_COMMENTS
            )
            chances[score, age] = 1 - np.cumprod(1 - hazard.clip(LEAST_HAZARD, MOST_HAZARD))
    model = CrossingModel(
        np.array(SCORE_SHARES),
        np.array(AGE_MINUTES, float),
        np.array(ELAPSED_MINUTES, float),
        chances,
    )
    model.check()
    return model


def text_of(model: CrossingModel) -> str:
    """Return the table as the project keeps it."""
    values: dict[str, Any] = {"about": "python -m tools.crossing_fit writes this"}
    values |= {name: getattr(model, name).tolist() for name in CrossingModel._fields[:-1]}
    values["chances"] = [
        [[float(f"{chance:.3g}") for chance in row] for row in band]
        for band in model.chances.tolist()
    ]
    text = json.dumps(values).replace("[[", "[\n[").replace("], [", "],\n[")
    return text.replace(', "', ',\n"') + "\n"


def comments_of(records: Iterable[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], Comment]]:
    """Yield the comments of one source, weighted so that they end as all comments do."""
    pairs = [(each, _comment(each)) for each in records if each["kind"] == COMMENT]
    strata = [_stratum(comment) for _, comment in pairs]
    counts = {stratum: strata.count(stratum) for stratum in set(strata)}
    high = 1 - sum(ENDS_BELOW.values())
    whole = counts.get(MIN_SCORE, 0) / high
    for (record, comment), stratum in zip(pairs, strata, strict=True):
        share = ENDS_BELOW.get(stratum, high)
        yield record, comment._replace(weight=whole * share / counts[stratum])


def _comment(record: dict[str, Any]) -> Comment:
    created_at = record["data"]["created_utc"]
    looks = record["observations"]
    shown = [
        ((max(at, created_at + 1) - created_at) / 60, score)
        for at, score, hidden in looks
        if not hidden
    ]
    minutes = np.array([0.0, *(at for at, _ in shown)])
    scores = np.array([1.0, *(score for _, score in shown)])
    starts_hidden = bool(looks) and bool(looks[0][2])
    shown_from = (shown[0][0] if shown else np.inf) if starts_hidden else 0.0
    return Comment(minutes, scores, max(_crossing(minutes, scores), shown_from), shown_from, 1.0)


def _crossing(minutes: Floats, scores: Floats) -> float:
    high = np.flatnonzero(scores >= MIN_SCORE)
    if not len(high):
        return np.inf
    at = int(high[0])
    if at == 0:
        return float(minutes[0])
    part = (MIN_SCORE - scores[at - 1]) / (scores[at] - scores[at - 1])
    return float(minutes[at - 1] + part * (minutes[at] - minutes[at - 1]))


def _stratum(comment: Comment) -> int:
    end = MIN_SCORE if comment.crossed_at < np.inf else comment.scores[-1]
    return int(np.clip(end, 0, MIN_SCORE))


def _sample(comments: Sequence[Comment]) -> Sample:
    """Look at each comment a few times in each band of age, until it crosses or ends."""
    edges = np.array([1, *AGE_MINUTES, OLDEST_MINUTES], float)
    parts = (np.arange(AGES_PER_BAND) + 0.5) / AGES_PER_BAND
    ages = np.concatenate([low * (high / low) ** parts for low, high in pairwise(edges)])
    age_bands = np.searchsorted(AGE_MINUTES, ages, "right")
    rows = []
    for comment in comments:
        end = comment.minutes[-1]
        here = (ages < end) & (ages < comment.crossed_at)
        score = np.floor(np.interp(ages[here], comment.minutes, comment.scores))
        band = np.searchsorted(np.array(SCORE_SHARES) * MIN_SCORE, score, "right")
        band[ages[here] < comment.shown_from] = len(SCORE_SHARES) + 1
        rows.append(
            (
                band,
                age_bands[here],
                comment.crossed_at - ages[here],
                end - ages[here],
                np.full(len(band), comment.weight),
            )
        )
    return Sample(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def _counts(sample: Sample) -> tuple[Floats, Floats]:
    """Return crossings, and comments that might cross, in each step of the time since a look."""
    shape = (len(SCORE_SHARES) + 2, len(AGE_MINUTES) + 1, len(ELAPSED_MINUTES))
    events, at_risk = np.zeros(shape), np.zeros(shape)
    since = 0.0
    for step, until in enumerate(ELAPSED_MINUTES):
        crossed = (sample.crossing > since) & (sample.crossing <= until)
        risk = (sample.crossing > since) & (crossed | (sample.end >= until))
        for counts, mask in ((events, crossed), (at_risk, risk)):
            weights = sample.weight[mask] / AGES_PER_BAND
            np.add.at(counts[:, :, step], (sample.score[mask], sample.age[mask]), weights)
        since = until
    return events, at_risk


def _print_fit(model: CrossingModel, comments: Sequence[Comment]) -> None:
    sample = _sample(comments)
    click.echo("\nscore at the look    minutes since   comments   predicted   counted")
    wrong = []
    names = [f"below {share * MIN_SCORE + 0.5:.0f}" for share in SCORE_SHARES] + [
        "up to 9",
        "hidden",
    ]
    for score, name in enumerate(names):
        for minutes in (15, 60, 240, 1080):
            whole = (sample.score == score) & (
                (sample.end >= minutes) | (sample.crossing <= minutes)
            )
            weight = sample.weight[whole] / AGES_PER_BAND
            if not weight.sum():
                continue
            predicted = sum(
                model.chance(score, age, np.array([minutes]))[0]
                * weight[sample.age[whole] == age].sum()
                for age in range(model.ages)
            )
            counted = weight[sample.crossing[whole] <= minutes].sum()
            shares = f"{predicted / weight.sum():>11.3%} {counted / weight.sum():>9.3%}"
            click.echo(f"{name:<20} {minutes:>12} {weight.sum():>11,.0f} {shares}")
            if max(counted, predicted) > LEAST_EVENTS:
                wrong.append(max(counted / predicted, predicted / max(counted, 1e-9)))
    if not wrong or max(wrong) > MOST_WRONG:
        raise click.ClickException(
            "the fit does not hold for what it was not counted from: nothing is written"
        )


if __name__ == "__main__":
    main()
