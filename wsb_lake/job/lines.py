"""Lines: the NDJSON lines of a landed object, compressed or not, a piece at a time.

However much a few bytes unpack to, only one piece of it is in memory. An object that cannot be
unpacked to its end gives the lines before that.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from contract.validation import LINE_BYTES_MAX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# As Python objects and Arrow columns some ten times that, and a rejected line's letter has 200
# bytes and more, however short the line.
PIECE_BYTES = 4 * 1024 * 1024
PIECE_LINES = 50_000
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP = 31  # zlib's number for gzip with a window of 32 kB
_UNPACKED_BYTES = 256 * 1024


class BrokenObjectError(ValueError):
    """The bytes begin like gzip but cannot be unpacked to their end."""


@dataclass(slots=True)
class Piece:
    """Some lines that are not blank. `broken`: the object's end is missing or no gzip.

    A line that is too long for an observation is cut to one byte more than that.
    """

    lines: list[bytes] = field(default_factory=list)
    broken: bool = False


def pieces(parts: Iterable[bytes]) -> Iterator[Piece]:
    """Yield the lines of an object that comes in parts; what follows the last whole line is one.

    Of a broken object that remainder is left out, unless it could be a whole record.
    """
    piece, size, rest, skipping = Piece(), 0, b"", False
    try:
        for data in _unpacked(parts):
            # Not splitlines(): U+2028 and the like are ordinary characters inside a JSON string.
            first, *others = data.split(b"\n")
            lines = [b"" if skipping else rest + first, *others]
            skipping = skipping and not others
            rest = lines.pop()
            if len(rest) > LINE_BYTES_MAX:
                lines.append(rest)
                rest, skipping = b"", True
            piece.lines += [line[: LINE_BYTES_MAX + 1] for line in lines if line.strip()]
            while len(piece.lines) > PIECE_LINES:
                yield Piece(piece.lines[:PIECE_LINES])
                piece.lines, size = piece.lines[PIECE_LINES:], 0
            size += len(data)
            if size >= PIECE_BYTES:
                yield piece
                piece, size = Piece(), 0
    except BrokenObjectError:
        piece.broken = True
        rest = rest if rest.rstrip().endswith(b"}") else b""
    if rest.strip():
        piece.lines.append(rest)
    yield piece


def _unpacked(parts: Iterable[bytes]) -> Iterator[bytes]:
    waiting = iter(parts)
    first = b""
    while len(first) < len(_GZIP_MAGIC) and (more := next(waiting, b"")):
        first += more
    whole = chain((first,), waiting)
    return _unzipped(whole) if first.startswith(_GZIP_MAGIC) else whole


def _unzipped(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what one or more gzip members hold; zeros may pad them. Raises BrokenObjectError."""
    member = zlib.decompressobj(_GZIP)
    for part in parts:
        data = part
        while data:
            if member.eof:
                data = data.lstrip(b"\0")
                member = zlib.decompressobj(_GZIP) if data else member
                continue
            yield from _inflated(member, data)
            data = member.unused_data if member.eof else b""
    if not member.eof:
        raise BrokenObjectError("it ends before its end")


def _inflated(member: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    while True:
        try:
            unpacked = member.decompress(data, _UNPACKED_BYTES)
        except zlib.error as error:
            raise BrokenObjectError(str(error)) from error
        if unpacked:
            yield unpacked
        data = member.unconsumed_tail
        if member.eof or (not data and len(unpacked) < _UNPACKED_BYTES):
            return
