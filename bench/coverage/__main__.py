"""`make bench-coverage`: PRAW's stream, a `before` cursor and ours through the same replay."""

import argparse
import logging

from bench.coverage.measure import DESIGNS, measure
from bench.coverage.scenario import SCENARIOS, course_of, make_world
from bench.table import Table

COLUMNS = (
    "design",
    "rate",
    "scenario",
    "items",
    "missed",
    "missed_unflagged",
    "duplicates",
    "requests_per_minute",
)
RATES = (0.5, 1.0, 5.0, 20.0, 39.0)
SECONDS = 900.0
SECONDS_WITH_OUTAGE = 1800.0  # ten minutes of them, and time to repair what it hid


def main() -> None:
    """Print the table and write build/bench/coverage.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", type=float, nargs="+", default=RATES, help="comments a second")
    parser.add_argument("--scenarios", nargs="+", choices=SCENARIOS, default=SCENARIOS)
    parser.add_argument("--designs", nargs="+", choices=DESIGNS, default=DESIGNS)
    options = parser.parse_args()
    logging.getLogger("prawcore").setLevel(logging.ERROR)  # it says each time that it tries again
    table = Table("coverage", COLUMNS)
    for rate in options.rates:
        for scenario in options.scenarios:
            seconds = SECONDS_WITH_OUTAGE if scenario == "outage" else SECONDS
            world, course = make_world(rate, seconds), course_of(scenario, seconds)
            for design in options.designs:
                measured = measure(design, world, course)
                table.add(
                    {
                        "design": design,
                        "rate": rate,
                        "scenario": scenario,
                        "items": measured.items,
                        "missed": len(measured.missed),
                        "missed_unflagged": len(measured.unflagged),
                        "duplicates": measured.duplicates,
                        "requests_per_minute": round(measured.requests_per_minute, 1),
                    }
                )
                if design == "wsb_stream" and measured.missed:
                    how = "were all repaired" if measured.repaired else "are open or partial"
                    print(
                        f"  its gaps {how}; {len(measured.findable):,} of what it missed "
                        "could still be read through threads, beyond 300 requests a gap"
                    )
    table.write()


if __name__ == "__main__":
    main()
