"""Coverage: how complete each hour of what was published is in the lake, as one SQL statement.

An hour is one of `created_at`. Its `state` is the first of these that holds:

- `open`: part of it lies in a hole whose repair has not ended
- `partial`: part of it lies in a hole that could not be read up whole
- `unknown`: it begins before anything was read, or there is no look for so long around it that
  even what was read would have been looked at again; nobody knows what was missed
- `unfinished`: what was read does not reach to its end yet
- `repaired`: it had a hole, and the hole was read up
- `complete`: it was read without any hole

`settled` says that its things have been looked at for the last time that is certain, so that a
comment of that hour which is not there yet will hardly come.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from wsb_lake.reader.bounds import Bounds
from wsb_lake.reader.query import latest_sql

LISTING_OF = {"comments": "comments", "posts": "new"}  # whose holes are the table's
SETTLED_HOURS = 36  # the age of the last look that every comment gets
_HOUR = timedelta(hours=1)
_SQL = """
WITH seen AS (
  SELECT id, state, observed_at, landed_at, date_trunc('hour', created_at) AS hour
  FROM {table} WHERE {condition}
), holes AS (
  {holes}
), looks AS (
  SELECT min(observed_at) AS first_at, max(observed_at) AS last_at FROM {table} WHERE {known}
), stretches AS (
  SELECT look_hour, lead(look_hour) OVER (ORDER BY look_hour) AS next_hour FROM (
    SELECT DISTINCT date_trunc('hour', observed_at) AS look_hour FROM {table} WHERE {known})
), hours AS (
  SELECT hour FROM seen
  UNION SELECT unnest(generate_series(
    date_trunc('hour', first_at), date_trunc('hour', last_at), {hour})) FROM looks
  UNION SELECT unnest(generate_series(
    date_trunc('hour', from_at), date_trunc('hour', to_at), {hour})) FROM holes
), counted AS (
  SELECT
    hour,
    count(DISTINCT id) AS ids,
    count(DISTINCT id) FILTER (state <> 'live') AS tombstoned,
    count(*) AS observations,
    max(observed_at) AS newest_observed_at,
    max(landed_at) AS newest_landed_at
  FROM seen GROUP BY hour
), holed AS (
  SELECT
    hour,
    count(DISTINCT id) FILTER (status = 'open') AS gaps_open,
    count(DISTINCT id) FILTER (status = 'partial') AS gaps_partial,
    count(DISTINCT id) FILTER (status = 'repaired') AS gaps_repaired
  FROM hours JOIN holes ON from_at < hour + {hour} AND to_at >= hour GROUP BY hour
), minutes AS (
  SELECT date_trunc('minute', from_at) AS first_minute, date_trunc('minute', to_at) AS last_minute
  FROM holes WHERE status <> 'repaired'
), missing AS (  -- no minute in two of them
  SELECT min(first_minute) AS first_minute, max(last_minute) AS last_minute FROM (
    SELECT *, count(*) FILTER (begins) OVER (
      ORDER BY first_minute, last_minute ROWS UNBOUNDED PRECEDING) AS number
    FROM (
      SELECT *, first_minute > max(last_minute) OVER (
        ORDER BY first_minute, last_minute ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      ) AS begins
      FROM minutes)
  ) GROUP BY number
), lacking AS (
  SELECT hour, sum(1 + date_diff(
    'minute', greatest(first_minute, hour), least(last_minute, hour + {hour} - INTERVAL 1 MINUTE)
  ))::BIGINT AS minutes_missing
  FROM hours JOIN missing ON first_minute < hour + {hour} AND last_minute >= hour GROUP BY hour
)
SELECT
  hour,
  CASE
    WHEN gaps_open > 0 THEN 'open'
    WHEN gaps_partial > 0 THEN 'partial'
    WHEN first_at IS NULL OR hour < first_at THEN 'unknown'
    WHEN hour + {hour} > last_at THEN 'unfinished'
    WHEN next_hour > look_hour + INTERVAL {settled} HOUR THEN 'unknown'
    WHEN gaps_repaired > 0 THEN 'repaired'
    ELSE 'complete'
  END AS state,
  coalesce(hour + INTERVAL {settled} HOUR <= last_at, false) AS settled,
  coalesce(gaps_open, 0) AS gaps_open,
  coalesce(gaps_partial, 0) AS gaps_partial,
  coalesce(gaps_repaired, 0) AS gaps_repaired,
  coalesce(minutes_missing, 0) AS minutes_missing,
  coalesce(ids, 0) AS ids,
  coalesce(tombstoned, 0) AS tombstoned,
  coalesce(observations, 0) AS observations,
  newest_observed_at,
  newest_landed_at
FROM hours CROSS JOIN looks
ASOF LEFT JOIN stretches ON hour > look_hour
LEFT JOIN counted USING (hour) LEFT JOIN holed USING (hour) LEFT JOIN lacking USING (hour)
WHERE {chosen}
ORDER BY hour
"""


def coverage_question(table: str, bounds: Bounds) -> tuple[str, dict[str, datetime]]:
    """Return SQL with one row an hour of this table, and its parameters.

    `since` and `until` choose whole hours: all that they touch.
    """
    since = bounds.since and _hour(bounds.since)
    until = bounds.until and _hour(bounds.until + _HOUR - timedelta(microseconds=1))
    bounds = replace(bounds, since=since, until=until)
    chosen = [
        *(["hour >= $since"] if since else []),
        *(["hour < $until"] if until else []),
    ]
    known = bounds.known.condition
    sql = _SQL.format(
        table=table,
        condition=bounds.condition,
        known=known,
        chosen=" AND ".join(chosen) or "true",
        holes=latest_sql("gaps", f"{known} AND listing = '{LISTING_OF[table]}'", deleted=True),
        hour="INTERVAL 1 HOUR",
        settled=SETTLED_HOURS + 1,
    )
    return sql, dict(bounds.parameters)


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
