"""Cost: what a month of the deployed pipeline costs, item by item.

List prices of us-east-1 in US dollars; calculated, not measured. Data, queries and logs beyond
these are cents at this subreddit's rate.
"""

from typing import NamedTuple

HOURS = 730  # of a month, as AWS counts
# of a weekday with 39 comments a minute, the lease's renewals too: `make bench-writes`
WRITE_UNITS_PER_MINUTE = 86


class Cost(NamedTuple):
    """One item, and how its dollars a month come about."""

    what: str
    dollars: float
    assumption: str


def monthly_costs(flink_parallelism: int = 1, stream_shards: int | None = None) -> tuple[Cost, ...]:
    """Return the items for these Terraform variables; the rest of them at their defaults."""
    kpus = flink_parallelism + 1
    stream = (
        Cost("Kinesis stream", 0.04 * HOURS, "on demand, $0.04 an hour; `stream_shards = 1`: $11")
        if stream_shards is None
        else Cost("Kinesis stream", 0.015 * HOURS * stream_shards, "$0.015 a shard and hour")
    )
    return (
        Cost(
            "Managed Flink",
            0.11 * HOURS * kpus + 5 * flink_parallelism,
            f"{kpus} KPU at $0.11 an hour, one of them the service's own; 50 GB a KPU at $0.10",
        ),
        stream,
        Cost(
            "producer",
            (0.0168 + 0.005) * HOURS + 16 * 0.08,
            "t4g.small at $0.0168 an hour, its public address at $0.005, 16 GB of disk",
        ),
        Cost(
            "DynamoDB",
            0.625 * WRITE_UNITS_PER_MINUTE * 60 * HOURS / 1e6,
            f"{WRITE_UNITS_PER_MINUTE} write units a minute at $0.625 a million",
        ),
        Cost("the producer's metrics", 0.30 * 40, "some 40 custom metrics at $0.30"),
        Cost(
            "the rest",
            6,
            "Lambda $1.50, alarms $2, logs $1, key and secret $1.40",
        ),
    )


def monthly_dollars(costs: tuple[Cost, ...]) -> int:
    """Return the sum, to the next $5: no more is known."""
    return round(sum(cost.dollars for cost in costs) / 5) * 5
