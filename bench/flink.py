"""How many observations a second the Flink application takes on one core: `make bench-flink`.

Generated observations from a file into nothing, parallelism 1, on this machine's mini cluster
with a checkpoint every ten seconds. `plain_filter` lets Flink's own JSON format read two fields
and keeps what reached the score: fast, but it loses what it cannot read. `full` is the
application: the contract's verdict, the qualification, a dead letter for each record that is
refused, here every hundredth. Neither keeps state, so there is no state backend to compare. It
runs in `.venv-flink`.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from bench.table import Table
from contract import SCHEMA, format_instant
from flink_app.application import table_environment
from flink_app.local import MINI_CLUSTER
from flink_app.pipeline import statements

if TYPE_CHECKING:
    from pyflink.table import StatementSet

    from bench.table import Row

ROWS = 2_000_000
REFUSED_EVERY = 100
START = 1_611_844_200
ARRIVED_AT_MS = 1_700_000_000_000
WORDS = ("stonks", "to the moon 🚀", 'diamond "hands"', "puts on tesla\n", "apes together strong")
LENGTHS = (1, 2, 2, 4, 8, 40)
SCORES = (1, 1, 1, 1, 2, 3, 5, 9, None, 12)
JOBS = ("plain_filter", "full")
COLUMNS = ("job", "backend", "rows", "rows_per_second", "checkpoint_mb")
PLAIN_FIELDS = "kind STRING, `state` STRING, peak_score INT, id STRING, observed_at STRING"


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


def write_lines(path: Path, rows: int) -> None:
    """Write the rows; every so many-th has its score as a text."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            record = comment(number)
            if number % REFUSED_EVERY == 0:
                record["score"] = "15"
            file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")


def prepared(name: str, path: Path, checkpoints: Path) -> StatementSet:
    """Return the job's statements, on a mini cluster of their own."""
    environment = table_environment(
        {
            **MINI_CLUSTER,
            "execution.checkpointing.interval": "10 s",
            "execution.checkpointing.dir": f"file://{checkpoints}",
            "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
        }
    )
    file = f"'connector'='filesystem', 'path'='file://{path}'"
    nowhere = "'connector'='blackhole'"
    if name == "plain_filter":
        environment.execute_sql(
            f"CREATE TEMPORARY TABLE records ({PLAIN_FIELDS}) WITH ({file}, 'format'='json',"
            " 'json.ignore-parse-errors'='true')"
        )
        environment.execute_sql(
            f"CREATE TEMPORARY TABLE observations (id STRING, observed_at STRING) WITH ({nowhere})"
        )
        plain = environment.create_statement_set()
        plain.add_insert_sql(
            "INSERT INTO observations SELECT id, observed_at FROM records"
            " WHERE kind <> 'comment' OR `state` <> 'live' OR peak_score >= 10"
        )
        return plain
    arrived_at = f"arrived_at AS TO_TIMESTAMP_LTZ({ARRIVED_AT_MS}, 3)"
    environment.execute_sql(
        f"CREATE TEMPORARY TABLE records (line BYTES, {arrived_at}) WITH ({file}, 'format'='raw')"
    )
    for table, column in (("observations", "line BYTES"), ("dead_letters", "letter STRING")):
        environment.execute_sql(f"CREATE TEMPORARY TABLE {table} ({column}) WITH ({nowhere})")
    return statements(environment, min_score=10, filter_mode="sticky")


def measure(name: str, path: Path, rows: int) -> Row:
    """Plan and run a job, in a JVM of its own; a checkpoint's size is that of the newest."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        job = prepared(name, path, Path(folder)).execute()
        planned = time.monotonic()
        largest = 0
        client = job.get_job_client()
        result = client.get_job_execution_result()
        while not result.done():
            time.sleep(0.5)  # looks at what the job writes while it runs
            largest = max(largest, checkpoint_bytes(Path(folder)))
        result.result()
        seconds = time.monotonic() - planned
    print(f"{name}: planned in {planned - started:.1f} s", file=sys.stderr)
    return {
        "job": name,
        "backend": "none",
        "rows": rows,
        "rows_per_second": round(rows / seconds),
        "checkpoint_mb": round(largest / 1e6, 3) if largest else None,
    }


def checkpoint_bytes(folder: Path) -> int:
    """Return the size of the largest complete checkpoint that lies there."""
    complete = [metadata.parent for metadata in folder.glob("*/chk-*/_metadata")]
    return max((_bytes_in(checkpoint) for checkpoint in complete), default=0)


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:  # a newer checkpoint has replaced it
            continue
    return total


def main() -> None:
    """Print the table and write build/bench/flink.json; the only argument is the rows."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    os.environ["PYTHONPATH"] = str(Path(__file__).resolve().parents[1])  # of those who judge
    print(f"Flink application, {rows:,} observations, parallelism 1\n")
    table = Table("flink", COLUMNS)
    fresh = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines.ndjson"
        write_lines(path, rows)
        with ProcessPoolExecutor(1, mp_context=fresh, max_tasks_per_child=1) as processes:
            for name in JOBS:
                table.add(processes.submit(measure, name, path, rows).result())
    table.write()


if __name__ == "__main__":
    main()
