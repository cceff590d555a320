"""Redrive: sends what was refused through again, when it is valid by now.

A dead letter goes back into the stream, because only Flink knows what qualifies; a reject has
qualified already and goes back to the landing. An object is deleted when all it held is on its way,
acknowledged; of one that is mixed, what is still refused stays, as old as it was. Killed in between
and run again, some lines go twice, and the lake keeps each observation once; what the ledger
forgets, the lake job refuses as ever.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import zlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from contract import decode_line, parse_instant
from wsb_lake.errors import RedriveError
from wsb_lake.forgetting.residues import folder, rest_name
from wsb_lake.settings import DEAD_LETTERS_PREFIX, LANDING_PREFIX, REJECTS_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from clock import Clock
    from wsb_lake.aws import Client
    from wsb_lake.settings import LakeSettings
    from wsb_lake.tables.file_io import LakeFileIO, StoredFile

ATTEMPTS = 8
PAUSE_SECONDS = 0.5  # before the second attempt; doubles
# PutRecords takes 500 records and 5 MiB, their keys included
RECORDS_MOST = 500
BYTES_MOST = 4 * 1024 * 1024
REDRIVEN = f"{LANDING_PREFIX}redriven/"
UNREADABLE = "unreadable_dead_letter"
OLDER = "older_than_since"


@dataclass
class Redriven:
    """What a redrive did, in lines; `refused` by today's reason, those before `since` too."""

    objects: int = 0
    sent: int = 0
    landed: int = 0
    refused: Counter[str] = field(default_factory=Counter)


class Letter(NamedTuple):
    """One line of an object: what it is, and today's verdict (None: valid)."""

    line: bytes
    original: bytes
    thing: str
    reason: str | None


@dataclass(frozen=True)
class Redrive:
    """Where things are; `stream` may be empty where there are no dead letters to send."""

    settings: LakeSettings
    files: LakeFileIO
    kinesis: Client
    clock: Clock
    stream: str

    def run(
        self, since: float = 0.0, progress: Callable[[int, int], None] = lambda _done, _of: None
    ) -> Redriven:
        """Send everything set aside at or after `since`; raises RedriveError, nothing lost."""
        done = Redriven()
        letters = self._listed(DEAD_LETTERS_PREFIX)
        rejects = [f for f in self._listed(REJECTS_PREFIX) if not f.location.endswith(".object")]
        if letters and not self.stream:
            raise RedriveError(
                "dead letters go back into the stream: set WSB_STREAM_NAME (--stream) to its name"
            )
        total = len(letters) + len(rejects)
        for number, file in enumerate((*letters, *rejects)):
            progress(number, total)
            try:
                read = list(self._read(file, since))
            except FileNotFoundError:  # its hours were over meanwhile
                continue
            except (EOFError, gzip.BadGzipFile, zlib.error):  # no whole gzip: it stays as it is
                done.refused[UNREADABLE] += 1
                continue
            valid = [letter for letter in read if letter.reason is None]
            refused = [letter for letter in read if letter.reason is not None]
            done.refused.update(letter.reason for letter in refused if letter.reason)
            if not valid:
                continue
            if number < len(letters):
                self._send(valid)
                done.sent += len(valid)
            else:
                self._land(file, valid)
                done.landed += len(valid)
            self._keep(file, refused)
            done.objects += 1
        progress(total, total)
        return done

    def _listed(self, prefix: str) -> list[StoredFile]:
        return list(self.files.listed(folder(self.settings, prefix)))

    def _read(self, file: StoredFile, since: float) -> Iterator[Letter]:
        data = self.files.read(file.location)
        if data.startswith(b"\x1f\x8b"):
            data = gzip.decompress(data)
        now = self.clock.now()  # when it would arrive
        return (_letter(line, since, now) for line in data.split(b"\n") if line.strip())

    def _send(self, letters: Sequence[Letter]) -> None:
        for batch in _batches(letters):
            left = [{"Data": letter.original, "PartitionKey": letter.thing} for letter in batch]
            for attempt in range(ATTEMPTS):
                if attempt:
                    self.clock.wait(PAUSE_SECONDS * 2 ** (attempt - 1))
                answer = self.kinesis.put_records(StreamName=self.stream, Records=left)
                results = zip(left, answer["Records"], strict=True)
                left = [record for record, result in results if "ErrorCode" in result]
                if not left:
                    break
            else:
                raise RedriveError(
                    f"Kinesis refused {len(left)} records {ATTEMPTS} times; their dead letters "
                    "are all still there: run it again later"
                )

    def _land(self, file: StoredFile, letters: Sequence[Letter]) -> None:
        """Put the lines where Firehose puts them, under a name that a repeat would use again."""
        data = gzip.compress(b"".join(letter.original + b"\n" for letter in letters), mtime=0)
        name = file.location.removeprefix(folder(self.settings, REJECTS_PREFIX))
        self.files.put(folder(self.settings, f"{REDRIVEN}{name}.gz"), data, overwrite=True)

    def _keep(self, file: StoredFile, refused: Sequence[Letter]) -> None:
        if refused:
            data = gzip.compress(b"".join(letter.line + b"\n" for letter in refused), mtime=0)
            self.files.put(rest_name(file), data, overwrite=True)
        if not refused or rest_name(file) != file.location:
            self.files.delete(file.location)


def _letter(line: bytes, since: float, now: float) -> Letter:
    try:
        letter = json.loads(line)
        original = _original(letter)
        failed_at = parse_instant(letter["failed_at"])
    except (ValueError, KeyError, TypeError, binascii.Error):
        return Letter(line, b"", "", UNREADABLE)
    if letter["encoding"] == "key":  # an object that could not be unpacked
        return Letter(line, original, "", str(letter["reason"]))
    if failed_at < since:
        return Letter(line, original, "", OLDER)
    record, reason = decode_line(original, arrived_at=now)
    return Letter(line, original, str(record.get("id", "")) if reason is None else "", reason)


def _original(letter: dict[str, Any]) -> bytes:
    if letter["encoding"] == "base64":
        return base64.b64decode(letter["original"], validate=True)
    return str(letter["original"]).encode()


def _batches(letters: Sequence[Letter]) -> Iterator[Sequence[Letter]]:
    batch: list[Letter] = []
    size = 0
    for letter in letters:
        size_of_one = len(letter.original) + len(letter.thing)
        if batch and (len(batch) == RECORDS_MOST or size + size_of_one > BYTES_MOST):
            yield batch
            batch, size = [], 0
        batch.append(letter)
        size += size_of_one
    if batch:
        yield batch
