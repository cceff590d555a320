"""Chance: a number that only the seed and a name decide, the same in every run and process."""

from hashlib import blake2b

_RANGE = 2**64


def chance(seed: int, purpose: str, name: str) -> float:
    """Return a number in [0, 1)."""
    digest = blake2b(f"{seed}/{purpose}/{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / _RANGE
