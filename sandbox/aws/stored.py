"""Stored: what is in moto's S3, read inside this process."""

from moto.s3.exceptions import MissingBucket, MissingKey
from moto.s3.models import s3_backends

_PARTITION = "aws"


def stored_object(account: str, bucket: str, key: str, version: str | None = None) -> bytes | None:
    """Return an object's bytes; None when there is no such object."""
    try:
        found = s3_backends[account][_PARTITION].get_object(bucket, key, version)
    except (MissingBucket, MissingKey):
        return None
    if found is None:
        return None
    body: bytes = found.value
    return body
