"""Rates: when comments arrive: the day of a forum that watches New York's market."""

from datetime import UTC, datetime
from math import exp, sqrt
from random import Random

# share of the mean rate by hour of day, UTC: quiet at 09, busiest when the market opens at 14:30
RATE_BY_HOUR = (
    0.84, 0.80, 0.78, 0.72, 0.62, 0.50, 0.40, 0.34, 0.32, 0.36, 0.50, 0.72,
    0.96, 1.25, 1.72, 1.90, 1.62, 1.40, 1.34, 1.42, 1.66, 1.48, 1.22, 1.13,
)  # fmt: skip
_SECONDS_PER_MINUTE = 60
_POISSON_BY_PRODUCT_MAX = 100  # e^-mean stays far from the smallest float


def arrivals(random: Random, start: float, hours: float, per_minute: float) -> list[float]:
    """Return whole seconds at which comments arrive, in order; `per_minute` is their mean."""
    minutes = max(1, round(hours * 60))
    shares = [_share(start + minute * _SECONDS_PER_MINUTE) for minute in range(minutes)]
    scale = per_minute * minutes / sum(shares)
    moments: list[float] = []
    for minute, share in enumerate(shares):
        first = start + minute * _SECONDS_PER_MINUTE
        count = poisson(random, share * scale)
        moments += sorted(first + random.randrange(_SECONDS_PER_MINUTE) for _ in range(count))
    return moments


def _share(moment: float) -> float:
    """Return the share of the mean rate, in a straight line from hour to hour."""
    time = datetime.fromtimestamp(moment, UTC)
    part = time.minute / 60
    following = RATE_BY_HOUR[(time.hour + 1) % len(RATE_BY_HOUR)]
    return RATE_BY_HOUR[time.hour] * (1 - part) + following * part


def poisson(random: Random, mean: float) -> int:
    """Draw a count; by the normal distribution where that is as good."""
    if mean > _POISSON_BY_PRODUCT_MAX:
        return max(0, round(random.gauss(mean, sqrt(mean))))
    limit, product, count = exp(-mean), random.random(), 0
    while product > limit:
        product *= random.random()
        count += 1
    return count
