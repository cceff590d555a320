"""How many records a second one core of the Flink application judges: `make bench-filter`.

The application's own SQL, from a file into nothing, parallelism 1, on this machine's mini
cluster. The speed is that of the second run in a warm JVM, without the time to plan the job, which
is that of the first. It runs in `.venv-flink`.
"""

from __future__ import annotations

import json
import multiprocessing
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from contract import SCHEMA, format_instant
from flink_app.application import table_environment
from flink_app.local import MINI_CLUSTER
from flink_app.pipeline import statements

if TYPE_CHECKING:
    from pyflink.table import StatementSet

ROWS = 100_000
START = 1_611_844_200
WORDS = ("stonks", "to the moon 🚀", 'diamond "hands"', "puts on tesla\n", "apes together strong")
LENGTHS = (1, 2, 2, 4, 8, 40)
SCORES = (1, 1, 1, 1, 2, 3, 5, 9, None, 12)
# Whether records are judged, and every so many-th is refused: its score is a string.
CASES = {
    "bytes in, bytes out": (False, 0),
    "judged, 1 % refused": (True, 100),
    "judged, all refused": (True, 1),
}
TABLES = {
    "records": "line BYTES, arrived_at AS TO_TIMESTAMP_LTZ(0, 3)",
    "observations": "line BYTES",
    "dead_letters": "letter STRING",
}


def comment(number: int) -> dict[str, object]:
    """Return an observation as the producer writes it, some 600 bytes."""
    score = SCORES[number % len(SCORES)]
    words = LENGTHS[number % len(LENGTHS)]
    return {
        "schema_version": SCHEMA.version,
        "kind": "comment",
        "id": f"t1_{number:07d}",
        "subreddit": "wallstreetbets",
        "created_at": format_instant(START),
        "observed_at": format_instant(START + number / 100),
        "cause": "reread",
        "state": "live",
        "score": score,
        "score_hidden": score is None,
        "peak_score": score,
        "author": f"user{number}",
        "author_id": f"t2_{number}",
        "body": " ".join(WORDS[(number + place) % len(WORDS)] for place in range(words)),
        "edited_at": None,
        "permalink": f"/r/wallstreetbets/comments/abc/def/{number}/",
        "distinguished": None,
        "stickied": False,
        "author_flair": None,
        "post_id": "t3_abc",
        "parent_id": "t1_abc",
        "is_submitter": False,
    }


def write_lines(path: Path, refused_every: int) -> None:
    """Write the rows; every so many-th has its score as a string."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(ROWS):
            record = comment(number)
            if refused_every and number % refused_every == 0:
                record["score"] = "15"
            file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")


def prepared(path: Path, *, judged: bool) -> StatementSet:
    """Return the statements, on a mini cluster of their own."""
    environment = table_environment(MINI_CLUSTER)
    file = f"'connector'='filesystem', 'path'='file://{path}', 'format'='raw'"
    for name, columns in TABLES.items():
        connector = file if name == "records" else "'connector'='blackhole'"
        environment.execute_sql(f"CREATE TEMPORARY TABLE {name} ({columns}) WITH ({connector})")
    if judged:
        return statements(environment, min_score=10, filter_mode="sticky")
    copy = environment.create_statement_set()
    copy.add_insert_sql("INSERT INTO observations SELECT line FROM records")
    return copy


def measure(name: str) -> str:
    """Plan and run a case twice; returns its line of the table."""
    judged, refused_every = CASES[name]
    planned, ran = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines.ndjson"
        write_lines(path, refused_every)
        for _ in ("cold", "warm"):
            started = time.monotonic()
            job = prepared(path, judged=judged).execute()
            planned.append(time.monotonic() - started)
            job.wait()
            ran.append(time.monotonic() - started - planned[-1])
    return f"{name:<24}{ROWS / ran[1]:>12,.0f}{planned[0]:>8.1f} s"


def main() -> None:
    """Print the table; each case has a JVM of its own."""
    print(f"Flink application, {ROWS:,} records, one core\n")
    print(f"{'':<24}{'records/s':>12}{'to plan':>10}", flush=True)
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh, max_tasks_per_child=1) as processes:
        for line in processes.map(measure, CASES):
            print(line, flush=True)


if __name__ == "__main__":
    main()
