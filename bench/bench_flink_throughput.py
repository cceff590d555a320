"""How many records a second one core of the Flink application judges.

The application's own SQL, from a file into nothing, parallelism 1, on this machine's mini
cluster. The speed is that of the second run in a warm JVM, without the time to plan the job.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT)]

from contract import SCHEMA, format_instant  # noqa: E402 - as a script, the checkout is not on the path yet

ROWS = 100_000
FLINK_PYTHON = Path(os.environ.get("WSB_FLINK_PYTHON", PROJECT / ".venv-flink" / "bin" / "python"))
START = 1_611_844_200
WORDS = ("stonks", "to the moon 🚀", 'diamond "hands"', "puts on tesla\n", "apes together strong")
LENGTHS = (1, 2, 2, 4, 8, 40)
SCORES = (1, 1, 1, 1, 2, 3, 5, 9, None, 12)
CASES = {
    "bytes in, bytes out": 0,
    "judged, 1 % refused": 100,
    "judged, all refused": 1,
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


def main() -> int:
    """Print the table."""
    if not FLINK_PYTHON.exists():
        print(f"no Flink at {FLINK_PYTHON}: run `make setup`", file=sys.stderr)
        return 1
    print(f"Flink application, {ROWS:,} records, one core\n")
    print(f"{'':<24}{'records/s':>12}{'to plan':>10}")
    with tempfile.TemporaryDirectory() as folder:
        for name, refused_every in CASES.items():
            path = Path(folder) / "lines.ndjson"
            write_lines(path, refused_every)
            form = "judge" if name.startswith("judged") else "copy"
            measured = measure(path, form)
            speed = ROWS / measured["run_seconds"]
            print(f"{name:<24}{speed:>12,.0f}{measured['plan_seconds']:>8.1f} s", flush=True)
    return 0


def measure(path: Path, form: str) -> dict[str, float]:
    """Run the job in the Flink environment; returns its figures."""
    script = Path(__file__).with_name("flink_job.py")
    done = subprocess.run(
        [FLINK_PYTHON, script, path, form], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"the Flink job failed: {done.stderr.strip().splitlines()[-1]}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


if __name__ == "__main__":
    sys.exit(main())
