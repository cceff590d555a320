"""Data file: things of a subreddit as newline-delimited JSON, plain or gzip, read and written."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from math import inf
from pathlib import Path
from typing import Any, BinaryIO, cast

import orjson

from sandbox.reddit.errors import DataFileError
from sandbox.reddit.record import mistake_in
from sandbox.reddit.thing import RecordedThing

SECONDS_PER_HOUR = 3600
_LOOKS_LIKE_A_DUMP = (
    "this looks like an Arctic Shift or Pushshift dump, which holds one score per comment; "
    "the demo needs trajectories: see docs/data.md."
)


def read_things(path: Path, hours: float | None = None) -> list[RecordedThing]:
    """Return the things of a file, oldest first, of the first `hours` after the first of them.

    Raises DataFileError, naming file and line, for whatever cannot be played.
    """
    things = sorted(_all_things(path), key=lambda thing: thing.created)
    if not things:
        raise DataFileError(f"{path} holds no thing: give a file with posts and comments in it.")
    end = things[0].created + (inf if hours is None else hours * SECONDS_PER_HOUR)
    return [thing for thing in things if thing.created < end]


def write_records(path: Path, records: Iterable[dict[str, Any]]) -> int:
    """Write records, gzipped if the name says so; returns how many."""
    count = 0
    with _open(path, "wb") as file:
        for record in records:
            file.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    return count


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a file; raises DataFileError for whatever cannot be played."""
    return (record for _, record in _records(path))


def _all_things(path: Path) -> Iterator[RecordedThing]:
    seen: set[str] = set()
    for number, record in _records(path):
        thing = RecordedThing(record)
        if thing.fullname in seen:
            raise _broken(path, number, f"{thing.fullname} is there for the second time")
        seen.add(thing.fullname)
        yield thing


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    is_first = True
    for number, line in enumerate(_lines(path), 1):
        if line.strip():
            yield number, _record(path, number, line, is_first=is_first)
            is_first = False


def _lines(path: Path) -> Iterator[bytes]:
    if not path.is_file():
        raise DataFileError(f"There is no file {path}: give the path of a .ndjson or .ndjson.gz.")
    try:
        with _open(path, "rb") as file:
            yield from file
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataFileError(
            f"{path} is not a whole gzip file ({error}): fetch or write it again."
        ) from error
    except OSError as error:
        raise DataFileError(f"{path} cannot be read: {error.strerror}.") from error


def _open(path: Path, mode: str) -> BinaryIO:
    if path.suffix == ".gz":
        return cast("BinaryIO", gzip.open(path, mode))
    return cast("BinaryIO", path.open(mode))


def _record(path: Path, number: int, line: bytes, *, is_first: bool) -> dict[str, Any]:
    try:
        record: dict[str, Any] = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise _broken(path, number, f"it is not JSON ({error})") from error
    if is_first and isinstance(record, dict) and "kind" not in record:
        raise DataFileError(f"{path}, line {number}: {_LOOKS_LIKE_A_DUMP}")
    mistake = mistake_in(record)
    if mistake is not None:
        raise _broken(path, number, mistake)
    return record


def _broken(path: Path, number: int, why: str) -> DataFileError:
    return DataFileError(
        f"{path}, line {number}: {why}; correct or delete that line (docs/data.md has the format)."
    )
