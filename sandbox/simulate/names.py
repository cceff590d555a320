"""Names: Reddit's fullnames of things that a simulation only knows by their index.

An id is eight hexadecimal digits that give the index back by arithmetic, a hundred at a time.
They are opaque and in no order, as Reddit's are.
"""

import binascii
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# odd, so that multiplying by it modulo 2**32 can be undone
_STRIDE = 0x9E3779B1
_BACK = pow(_STRIDE, -1, 2**32)
_DIGITS = 8
_LENGTH = 3 + _DIGITS
_WEIGHTS = 16 ** np.arange(_DIGITS - 1, -1, -1, dtype=np.int64)
_VALUES = np.zeros(256, np.int64)
_VALUES[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16)


def fullnames(prefix: str, first: int, count: int) -> list[str]:
    """Return the fullnames of `count` things from index `first` on; `prefix` is "t1_" or "t3_"."""
    indexes = np.arange(first, first + count, dtype=np.uint64)
    mixed = (indexes * _STRIDE % 2**32).astype(">u4")
    digits = binascii.hexlify(mixed.tobytes()).decode("ascii")
    return [prefix + digits[at : at + _DIGITS] for at in range(0, len(digits), _DIGITS)]


def indexes_of(names: Sequence[str]) -> NDArray[np.int64]:
    """Return the indexes of fullnames that `fullnames` made."""
    raw = np.frombuffer("".join(names).encode("ascii"), np.uint8).reshape(-1, _LENGTH)
    mixed = _VALUES[raw[:, 3:]] @ _WEIGHTS
    return (mixed * _BACK) & 0xFFFFFFFF
