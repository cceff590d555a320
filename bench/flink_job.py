"""One job of `bench_flink_throughput.py`, run in the Flink environment: `flink_job.py FILE FORM`.

Prints its figures as one JSON line.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from flink_app.application import table_environment  # noqa: E402 - as a script, see above
from flink_app.local import MINI_CLUSTER  # noqa: E402 - as a script, see above
from flink_app.pipeline import statements  # noqa: E402 - as a script, see above

if TYPE_CHECKING:
    from pyflink.table import StatementSet

TABLES = {
    "records": "line BYTES, arrived_at AS TO_TIMESTAMP_LTZ(0, 3)",
    "observations": "line BYTES",
    "dead_letters": "letter STRING",
}


def prepared(path: Path, form: str) -> StatementSet:
    """Return the statements, on a mini cluster of their own."""
    environment = table_environment(MINI_CLUSTER)
    file = f"'connector'='filesystem', 'path'='file://{path}', 'format'='raw'"
    for name, columns in TABLES.items():
        connector = file if name == "records" else "'connector'='blackhole'"
        environment.execute_sql(f"CREATE TEMPORARY TABLE {name} ({columns}) WITH ({connector})")
    if form == "judge":
        return statements(environment, min_score=10, filter_mode="sticky")
    copy = environment.create_statement_set()
    copy.add_insert_sql("INSERT INTO observations SELECT line FROM records")
    return copy


def run(path: Path, form: str) -> dict[str, float]:
    """Plan and run once."""
    started = time.monotonic()
    job = prepared(path, form).execute()
    planned = time.monotonic()
    job.wait()
    return {"plan_seconds": planned - started, "run_seconds": time.monotonic() - planned}


if __name__ == "__main__":
    file_path, job_form = Path(sys.argv[1]).resolve(), sys.argv[2]
    cold = run(file_path, job_form)
    warm = run(file_path, job_form)
    print(json.dumps({**warm, "plan_seconds": cold["plan_seconds"]}))
