"""Run lines of a file through the application's SQL on a mini cluster; in the Flink environment.

`judge_lines.py FOLDER`: FOLDER/lines.json holds one {"line": base64} a line; the results come to
FOLDER/<mode>/observations and FOLDER/<mode>/dead_letters. One mini cluster for both modes.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))
os.environ.setdefault("FLINK_ENV_JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")

from flink_app.application import table_environment
from flink_app.local import MINI_CLUSTER
from flink_app.pipeline import statements
from flink_app.qualification import FILTER_MODES

ARRIVED_AT_MS = 1611844200123  # 2021-01-28T14:30:00.123Z
TABLES = {
    "records": f"line BYTES, arrived_at AS TO_TIMESTAMP_LTZ({ARRIVED_AT_MS}, 3)",
    "observations": "line BYTES",
    "dead_letters": "letter STRING",
}


def judge(folder, filter_mode):
    environment = table_environment(MINI_CLUSTER)
    for name, columns in TABLES.items():
        path = folder / "lines.json" if name == "records" else folder / filter_mode / name
        options = f"'connector'='filesystem', 'path'='file://{path}', 'format'='json'"
        environment.execute_sql(f"CREATE TEMPORARY TABLE {name} ({columns}) WITH ({options})")
    statements(environment, min_score=10, filter_mode=filter_mode).execute().wait()


if __name__ == "__main__":
    for mode in FILTER_MODES:
        judge(Path(sys.argv[1]).resolve(), mode)
