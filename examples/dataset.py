"""A data set that looks into no future: what was known of each comment at each hour, and what came.

    . build/demo/env        # or build/lake.env, on AWS
    .venv/bin/python examples/dataset.py dataset.parquet --horizon-hours 1

One row is one comment at one full hour. `known_…` columns use only rows that had landed by then;
`later_…` columns are the label, of what was observed up to `horizon` hours after. Hours whose label
is not whole yet are left out, and so are comments of hours that were not read completely.
"""

import argparse
from datetime import timedelta

import wsb_lake

YOUNG_HOURS = 24  # older comments hardly move
POPULATION = """\
Population: comments that reached the minimum score (10). Whether a comment reaches it cannot be
learned from this lake, because the others are not in it. What Reddit deleted has left the lake,
with its past: what remains is what survived.
Completeness: only comments created in hours that were read without a hole, or whose hole was read
up (`lake.coverage()`). A score is Reddit's, which blurs it a little.
Permission: training a model on Reddit's content needs Reddit's permission. Delete a copy like this
one, and build it again, so that what is deleted on Reddit is gone here within 48 hours.
"""
SQL = """
WITH looks AS (
  SELECT id, created_at, observed_at, landed_at, state, score, length(body) AS body_characters
  FROM comments
), hours AS (
  SELECT unnest(generate_series(
    date_trunc('hour', min(landed_at)) + INTERVAL 1 HOUR,
    max(landed_at) - $horizon,
    INTERVAL 1 HOUR)) AS moment
  FROM looks
), known AS (
  SELECT
    moment,
    id,
    any_value(created_at) AS created_at,
    arg_max(state, observed_at) AS state,
    arg_max(score, observed_at) AS score,
    min(score) AS first_score,
    arg_max(body_characters, observed_at) AS body_characters,
    count(*) AS looks,
    max(landed_at) AS landed_at
  FROM hours JOIN looks ON landed_at <= moment AND created_at > moment - $young
  GROUP BY moment, id
), later AS (
  SELECT
    known.moment,
    known.id,
    arg_max(looks.score, looks.observed_at) AS score,
    arg_max(looks.state, looks.observed_at) AS state
  FROM known JOIN looks ON looks.id = known.id AND looks.observed_at <= known.moment + $horizon
  GROUP BY known.moment, known.id
)
SELECT
  known.moment,
  known.id,
  date_trunc('hour', known.created_at) AS created_hour,
  date_diff('minute', known.created_at, known.moment) AS known_age_minutes,
  known.score AS known_score,
  known.score - known.first_score AS known_rise,
  known.looks AS known_looks,
  known.body_characters AS known_body_characters,
  known.landed_at AS known_landed_at,
  later.score AS later_score,
  later.state <> 'live' AS later_gone
FROM known JOIN later USING (moment, id)
WHERE known.state = 'live' AND known.score IS NOT NULL
ORDER BY moment, id
"""


def build(lake, horizon_hours=1.0):
    """Return the data set as a pandas frame, with the lake's `coverage()` applied."""
    horizon, young = timedelta(hours=horizon_hours), timedelta(hours=YOUNG_HOURS)
    rows = lake.sql(SQL, {"horizon": horizon, "young": young})
    hours = lake.coverage()
    whole = hours[hours["state"].isin(["complete", "repaired"])]["hour"]
    rows = rows[rows["created_hour"].isin(whole)].reset_index(drop=True)
    if rows.empty:
        raise SystemExit(
            "the lake has no hour that was read whole and lies so far back that the label is known "
            "too: wait, or replay more (`make demo HOURS=6`)"
        )
    return rows


def main():
    """Write the data set as Parquet, and say what it is not."""
    parser = argparse.ArgumentParser(description="Build a point-in-time data set from the lake.")
    parser.add_argument("out", help="the Parquet file to write")
    parser.add_argument("--horizon-hours", type=float, default=1.0, help="how far the label looks")
    given = parser.parse_args()
    rows = build(wsb_lake.open(), given.horizon_hours)
    rows.to_parquet(given.out)
    print(f"{len(rows):,} rows of {rows['id'].nunique():,} comments in {given.out}\n\n{POPULATION}")


if __name__ == "__main__":
    main()
