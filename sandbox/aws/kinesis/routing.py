"""Routing: which shard a partition key belongs to."""

import hashlib

HASH_KEYS = 2**128


def hash_key(partition_key: str, explicit: str | None) -> int:
    """Return the key's place in the hash range; an explicit one comes first."""
    if explicit:
        return int(explicit)
    digest = hashlib.md5(partition_key.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest, "big")
