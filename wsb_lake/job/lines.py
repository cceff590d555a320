"""Lines: the NDJSON lines of a landed object's bytes, compressed or not."""

import gzip
import zlib

_GZIP_MAGIC = b"\x1f\x8b"


class BrokenObjectError(ValueError):
    """The bytes begin like gzip but cannot be unpacked to their end."""


def lines_of(data: bytes) -> list[bytes]:
    """Return the lines that are not blank; raises BrokenObjectError."""
    if data.startswith(_GZIP_MAGIC):
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise BrokenObjectError(str(error)) from error
    # Not splitlines(): U+2028 and the like are ordinary characters inside a JSON string.
    return [line for line in data.split(b"\n") if line.strip()]
