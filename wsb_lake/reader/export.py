"""Export: the lake's observations as Parquet files by created day, complete or not there at all."""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from wsb_lake.errors import AccessError
from wsb_lake.reader.bounds import Bounds
from wsb_lake.reader.query import TABLES, LakeQuery

DESCRIPTION = "export.json"
DAY_COLUMN = "created_day"
MEMORY = "700MB"  # a day's rows are sorted; what does not fit goes to disk
Progress = Callable[[str, int, int], None]


def unseen(_table: str, _done: int, _days: int) -> None:
    """Show no progress."""


def export(
    query: LakeQuery, folder: Path, bounds: Bounds, progress: Progress = unseen
) -> dict[str, int]:
    """Write every table's rows within the bounds, all of the same moment; returns rows by table.

    `progress` gets the table, the days written and all its days. Raises a LakeError.
    """
    query.refresh()
    with _whole(folder) as partial, query.bounded(MEMORY):
        rows = {table: _export(query, table, partial / table, bounds, progress) for table in TABLES}
        told = {name: at.isoformat() for name, at in bounds.parameters.items()}
        text = json.dumps({"format": 1, **told, "rows": rows}, indent=1) + "\n"
        (partial / DESCRIPTION).write_text(text, encoding="utf-8")
    return rows


def _export(query: LakeQuery, table: str, folder: Path, bounds: Bounds, progress: Progress) -> int:
    folder.mkdir()
    chosen = f"FROM {table} WHERE {bounds.condition}"
    sql = f"SELECT DISTINCT CAST(created_at AS DATE) AS day {chosen} ORDER BY day"
    days = [day for (day,) in query.read(sql, bounds.parameters)]
    rows = 0
    for done, day in enumerate(days):
        progress(table, done, len(days))
        of_day = folder / f"{DAY_COLUMN}={day.isoformat()}"
        of_day.mkdir()
        begin = f"TIMESTAMPTZ '{day.isoformat()} 00:00:00+00'"
        within = f"created_at >= {begin} AND created_at < {begin} + INTERVAL 1 DAY"
        sql = f"SELECT * {chosen} AND {within} ORDER BY id, observed_at"
        rows += query.write(sql, of_day / "part-0.parquet", bounds.parameters)
    if not days:  # its columns are there all the same
        query.write(f"FROM {table} LIMIT 0", folder / "empty.parquet")
    progress(table, len(days), len(days))
    return rows


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """Yield a temporary folder beside this one, which takes its name at the end.

    After any error it is removed; what a killed export left, by the next one.
    """
    folder = folder.absolute()
    try:
        if folder.exists():
            raise AccessError(f"{folder} is there already: delete it, or choose another folder")
        folder.parent.mkdir(parents=True, exist_ok=True)
        beginning, end = f".{folder.name}.", ".partial"
        for left in folder.parent.glob(f"{beginning}*{end}"):
            _remove_unless_held(left)
        partial = Path(mkdtemp(prefix=beginning, suffix=end, dir=folder.parent))
    except OSError as error:
        raise AccessError(f"nothing can be written to {folder.parent}: {error.strerror}") from error
    held = os.open(partial, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield partial
        partial.chmod(0o755)
        partial.rename(folder)
    except OSError as error:
        raise AccessError(f"the export to {folder} broke off: {error.strerror}") from error
    finally:
        os.close(held)
        shutil.rmtree(partial, ignore_errors=True)


def _remove_unless_held(folder: Path) -> None:
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        pass  # another export is at work
    finally:
        os.close(held)
