"""Run lines of a file through the application's SQL on a mini cluster; in the Flink environment.

`judge_lines.py FOLDER RUN…`: FOLDER/lines.json holds one {"line": base64, "arrived_at_ms": …} a
line. A RUN is `mode,min_score`; its results come to FOLDER/RUN/observations and
FOLDER/RUN/dead_letters, its plan to FOLDER/RUN/plan and how long it ran to FOLDER/RUN/seconds.
One mini cluster for all.
"""

import os
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).parents[3]
sys.path.insert(0, str(PROJECT))
os.environ.setdefault("FLINK_ENV_JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
os.environ["PYTHONPATH"] = str(PROJECT)  # of the processes that judge

from flink_app.application import table_environment  # noqa: E402 - the path is above
from flink_app.local import MINI_CLUSTER  # noqa: E402 - the path is above
from flink_app.pipeline import statements  # noqa: E402 - the path is above

TABLES = {
    "records": "line BYTES, arrived_at_ms BIGINT, arrived_at AS TO_TIMESTAMP_LTZ(arrived_at_ms, 3)",
    "observations": "line BYTES",
    "dead_letters": "letter STRING",
}


def judge(folder, run):
    filter_mode, min_score = run.split(",")
    environment = table_environment(MINI_CLUSTER)
    for name, columns in TABLES.items():
        path = folder / "lines.json" if name == "records" else folder / run / name
        options = f"'connector'='filesystem', 'path'='file://{path}', 'format'='json'"
        environment.execute_sql(f"CREATE TEMPORARY TABLE {name} ({columns}) WITH ({options})")
    prepared = statements(environment, min_score=int(min_score), filter_mode=filter_mode)
    (folder / run).mkdir()
    (folder / run / "plan").write_text(prepared.explain())
    job = prepared.execute()  # planned before the time is taken
    started = time.monotonic()
    job.wait()
    (folder / run / "seconds").write_text(str(time.monotonic() - started))


if __name__ == "__main__":
    for run in sys.argv[2:]:
        judge(Path(sys.argv[1]).resolve(), run)
