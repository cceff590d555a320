"""Rejects: what landed but is no observation, set aside with its reason before it is deleted.

One object per landed object, under a key derived from its own: a repeated run writes the same
one again. Lines have the shape of a dead letter, plus where they came from.
"""

import base64
import json
from collections.abc import Mapping, Sequence
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

    def put_lines(self, landed: LandedObject, rejects: Sequence[Reject]) -> None:
        """Set these lines of one landed object aside; without any, does nothing."""
        letters = []
        for reject in rejects:
            try:
                original, encoding = reject.line.decode(), "utf-8"
            except UnicodeDecodeError:
                original, encoding = base64.b64encode(reject.line).decode(), "base64"
            letter = self._letter(landed, reject.reason, original, encoding)
            letters.append(letter | {"line": reject.number})
        if letters:
            self._put_letters(landed, letters)

    def put_object(self, landed: LandedObject, data: bytes, reason: str) -> None:
        """Set a whole object aside as it is, because it cannot be unpacked into lines."""
        key = self._key(landed, ".object")
        self._put(key, data)
        self._put_letters(landed, [self._letter(landed, reason, key, "key")])

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

    def _put_letters(self, landed: LandedObject, letters: Sequence[Mapping[str, Any]]) -> None:
        text = "".join(json.dumps(letter, ensure_ascii=False) + "\n" for letter in letters)
        self._put(self._key(landed, ".ndjson"), text.encode())

    def _key(self, landed: LandedObject, suffix: str) -> str:
        return f"{REJECTS_PREFIX}{landed.key.removeprefix(self._landing.prefix)}{suffix}"

    def _put(self, key: str, data: bytes) -> None:
        self._s3.put_object(Bucket=self._landing.bucket, Key=key, Body=data)
