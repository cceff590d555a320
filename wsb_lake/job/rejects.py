"""Rejects: what landed but is no observation, set aside with its reason before it is deleted.

One object per piece of a landed object, under a key derived from its own: a repeated run writes
the same ones again. Lines have the shape of a dead letter, plus where they came from.
"""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from clock import Clock
from contract import format_instant
from wsb_lake.aws import Client
from wsb_lake.job.landing import LandedObject, Landing
from wsb_lake.job.parsing import Reject
from wsb_lake.settings import REJECTS_PREFIX


class Rejects:
    """The place for rejected lines, in the landing's own bucket."""

    def __init__(self, s3: Client, landing: Landing, clock: Clock) -> None:
        self._s3 = s3
        self._landing = landing
        self._clock = clock

    def put_lines(self, landed: LandedObject, rejects: Sequence[Reject], place: int = 1) -> None:
        """Set some lines of a landed object's place-th piece aside; without any, does nothing."""
        if rejects:
            letters = (self._of_line(landed, reject) for reject in rejects)
            self._put_letters(landed, letters, "" if place == 1 else f".{place}")

    def put_object(self, landed: LandedObject, reason: str, number: int) -> Reject:
        """Set a whole object aside as it is, because it cannot be unpacked to its end.

        Returns what takes the place of its missing lines, of which the first had this number.
        """
        key = self._key(landed, ".object")
        source = {"Bucket": self._landing.bucket, "Key": landed.key}
        self._s3.copy_object(Bucket=self._landing.bucket, Key=key, CopySource=source)
        letter = self._letter(landed, reason, key, "key")
        self._put_letters(landed, [letter | {"line": number}], ".end")
        return Reject(number, key.encode(), reason)

    def _of_line(self, landed: LandedObject, reject: Reject) -> dict[str, Any]:
        try:
            original, encoding = reject.line.decode(), "utf-8"
        except UnicodeDecodeError:
            original, encoding = base64.b64encode(reject.line).decode(), "base64"
        letter = self._letter(landed, reject.reason, original, encoding)
        return letter | {"line": reject.number}

    def _letter(
        self, landed: LandedObject, reason: str, original: str, encoding: str
    ) -> dict[str, Any]:
        return {
            "reason": reason,
            "failed_at": format_instant(self._clock.now()),
            "original": original,
            "encoding": encoding,
            "object": landed.key,
        }

    def _put_letters(
        self, landed: LandedObject, letters: Iterable[Mapping[str, Any]], part: str
    ) -> None:
        lines = (json.dumps(letter, ensure_ascii=False).encode() + b"\n" for letter in letters)
        key = self._key(landed, f"{part}.ndjson")
        self._s3.put_object(Bucket=self._landing.bucket, Key=key, Body=b"".join(lines))

    def _key(self, landed: LandedObject, suffix: str) -> str:
        return f"{REJECTS_PREFIX}{landed.key.removeprefix(self._landing.prefix)}{suffix}"
