"""Outbox file: opens the database of an outbox, and puts a damaged one aside."""

import os
import sqlite3
import tempfile
import time
from pathlib import Path

from contract import format_instant
from producer.errors import OutboxError
from producer.events import OutboxDamaged, OutboxUnwritable
from telemetry import Log

NAME = "outbox.db"
COMPANIONS = ("", "-wal", "-shm", "-journal")  # SQLite's files beside it
PAGE_BYTES = 16_384  # 15 records of 1 KB
WAL_BYTES = 4 * 1024 * 1024
ASIDE_HOURS = 48  # what was deleted on Reddit must leave here too
VERSION = 1
SCHEMA = """
CREATE TABLE records (
  sequence INTEGER PRIMARY KEY, added_at REAL NOT NULL, key TEXT NOT NULL, data BLOB NOT NULL
);
CREATE TABLE reported (id TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
"""


def open_file(folder: Path, log: Log) -> sqlite3.Connection:
    """Open the outbox of a folder, or make it; raises OutboxError with what to fix.

    A file that SQLite finds damaged is put aside under a name that says when, and removed after
    two days: nobody can say what it held, and whatever it held no checkpoint covers.
    """
    _check_folder(folder)
    remove_old(folder, log)
    path = folder / NAME
    try:
        try:
            return _open(path)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            aside = _put_aside(path)
            log.emit(OutboxDamaged(reason=str(error), kept_as=str(aside)))
            return _open(path)
    except sqlite3.Error as error:
        raise OutboxError(f"the outbox {path}: {advice(error)}") from error


def remove_old(folder: Path, log: Log) -> None:
    """Remove what was put aside two days ago."""
    oldest = time.time() - ASIDE_HOURS * 3600
    for part in folder.glob("damaged-*"):
        try:
            if part.stat().st_mtime < oldest:
                part.unlink()
        except OSError as error:
            log.emit(OutboxUnwritable(reason=f"{part} cannot be removed: {error}"))


def advice(error: sqlite3.Error) -> str:
    """Say what is wrong and what to do."""
    match primary_code(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "another producer uses it: give each a WSB_OUTBOX_FOLDER of its own"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN:
            return f"{error}: let the producer's user write there"
        case sqlite3.SQLITE_FULL:
            return "the disk is full: make room"
        case _:
            return str(error)


def primary_code(error: sqlite3.Error) -> int:
    """Return SQLite's result code without its details; 0 for an error of Python's own."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def is_damage(error: sqlite3.Error) -> bool:
    """Tell whether the file itself is bad."""
    return primary_code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class _DamagedError(sqlite3.DatabaseError):
    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


def _open(path: Path) -> sqlite3.Connection:
    # one connection for both threads, which take turns; transactions are ours
    database = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        _prepare(database)
    except BaseException:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA locking_mode = EXCLUSIVE")
    database.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    database.execute("PRAGMA auto_vacuum = INCREMENTAL")
    database.execute("PRAGMA journal_mode = WAL").fetchone()
    # Killed, nothing is lost. A power cut may take the last moments: no checkpoint covers them,
    # since nothing is covered before Kinesis has acknowledged it.
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute("PRAGMA secure_delete = ON")  # what Kinesis has is nowhere left on the disk
    database.execute(f"PRAGMA wal_autocheckpoint = {WAL_BYTES // PAGE_BYTES}")
    database.execute(f"PRAGMA journal_size_limit = {WAL_BYTES}")
    database.execute("BEGIN IMMEDIATE")  # takes the lock; with it, the file cannot change
    database.execute("COMMIT")
    found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise _DamagedError(found)
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        database.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
    elif version != VERSION:
        raise OutboxError(
            f"the outbox is of version {version}, not {VERSION}: run the release that made it until"
            " it is empty, or move it away"
        )


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise OutboxError(
            f"WSB_OUTBOX_FOLDER: there is no folder {folder}: make it, and let the producer's"
            " user write there"
        )
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise OutboxError(f"WSB_OUTBOX_FOLDER: cannot write in {folder}: {why}") from error


def _put_aside(path: Path) -> Path:
    stamp = format_instant(time.time()).replace(":", "")
    aside = path.with_name(f"damaged-{stamp}-{path.name}")
    for companion in COMPANIONS:
        part = path.with_name(path.name + companion)
        if part.exists():
            part.rename(aside.with_name(aside.name + companion))
    return aside
