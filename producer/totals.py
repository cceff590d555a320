"""Totals and gauges: the producer's metrics, each declared once, with its unit and its meaning."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from contract import SCHEMA
from telemetry import Metric, Unit
from telemetry.metrics import Embedded, declared

NAMESPACE = "WSBStream/Producer"
# as `producer.reddit.purpose` names them; what is logged there stands on this module
PURPOSES = ("poll", "repair", "settle", "sweep", "deep", "look")
CAUSES = next((*field.enum, "gap") for field in SCHEMA.fields if field.name == "cause")


@dataclass(slots=True)
class Totals:
    """Counts since the start; `progress` gives those of its minute."""

    observations: Annotated[
        Counter[str], Metric("observations by cause; a gap counts as `gap`", keys=CAUSES)
    ] = field(default_factory=Counter)
    records_sent: Annotated[int, Metric("records that Kinesis acknowledged")] = 0
    records_retried: Annotated[int, Metric("records sent again after a refusal")] = 0
    records_failed: Annotated[int, Metric("records given up at a stop; read again after it")] = 0
    partial_failures: Annotated[
        int, Metric("answers of Kinesis that took some records and refused others")
    ] = 0
    records_oversized: Annotated[int, Metric("records too large for Kinesis")] = 0
    records_refused: Annotated[int, Metric("records that Kinesis would never take")] = 0
    dead_letters: Annotated[
        int, Metric("ids of which something could not become an observation")
    ] = 0
    looks: Annotated[int, Metric("requests that looked again at what is known")] = 0
    looks_extra: Annotated[int, Metric("those of them between the fixed ages")] = 0
    looks_skipped: Annotated[int, Metric("fixed ages that a later look covered")] = 0
    items_malformed: Annotated[int, Metric("items of Reddit that cannot become observations")] = 0
    checkpoints: Annotated[int, Metric("checkpoints saved")] = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of Reddit, since the start."""

    requests: Annotated[Counter[str], Metric("requests made of Reddit, by purpose", keys=PURPOSES)]
    exchanges: Annotated[int, Metric("HTTP exchanges with Reddit, those for tokens too")]


@dataclass(frozen=True, slots=True)
class Gauges:
    """Where the producer stands at a moment."""

    lease_held: Annotated[
        int, Metric("1 from the producer at work, 0 from one that waits for its turn")
    ]
    requests_left: Annotated[int, Metric("requests that may still go in this minute")]
    in_flight: Annotated[int, Metric("requests that are not answered yet")]
    lag_seconds: Annotated[
        float, Metric("how late the most overdue poll or guaranteed look is", Unit.SECONDS)
    ]
    answered_seconds: Annotated[float, Metric("time since Reddit's last answer", Unit.SECONDS)]
    checkpoint_age_seconds: Annotated[
        float, Metric("time since the last checkpoint was saved", Unit.SECONDS)
    ]
    tracked: Annotated[int, Metric("posts and comments that are looked at again")]
    settle_due: Annotated[int, Metric("guaranteed looks whose time has come")]
    swept: Annotated[int, Metric("posts and comments that are looked at once a day for deletions")]
    sweep_oldest_seconds: Annotated[
        float | None, Metric("time since the one of them that waits longest was seen", Unit.SECONDS)
    ]
    gaps_open: Annotated[int, Metric("holes in what was read that are not closed")]
    recall_percent: Annotated[
        float | None,
        Metric(
            "of the comments seen at the minimum score by 36 h of age, the share seen there by"
            " 24 h; over a day's comments, and only from 36 h after the start on",
            Unit.PERCENT,
        ),
    ]
    outbox_records: Annotated[int, Metric("records that wait for Kinesis")]
    outbox_bytes: Annotated[int, Metric("what these count for Kinesis", Unit.BYTES)]
    outbox_age_seconds: Annotated[
        float, Metric("how long the oldest of them has waited", Unit.SECONDS)
    ]


UNITS = {each.name: each.unit for group in (Totals, Asked, Gauges) for each in declared(group)}


def embedded(subreddits: str, at: float, figures: Mapping[str, float]) -> Embedded:
    """Return figures for CloudWatch; raises KeyError later for one that is not declared here."""
    return Embedded(NAMESPACE, {"subreddit": subreddits}, at, figures, UNITS)
