"""Landing: the objects that Firehose has put down and the job has not yet taken in."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from wsb_lake.aws import Client, delete_objects

LISTED_MAX = 20_000  # of a run, without those that wait; the rest is for the next
READ_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class LandedObject:
    """One object as S3 lists it; `size_bytes` is compressed."""

    key: str
    size_bytes: int


class Landing:
    """The landing prefix of one bucket, whose keys sort by time, as Firehose names them.

    Objects never change once they are there.
    """

    def __init__(self, s3: Client, bucket: str, prefix: str) -> None:
        self._s3 = s3
        self.bucket = bucket
        self.prefix = prefix

    def oldest(self, without: Collection[str] = ()) -> list[LandedObject]:
        """Return what has landed but for these keys, oldest first.

        What lands from now on is left to the next run.
        """
        fresh = (landed for landed in self._listed() if landed.key not in without)
        return list(islice(fresh, LISTED_MAX))

    def has(self, key: str) -> bool:
        """Return whether an object of this key is there."""
        answer = self._s3.list_objects_v2(Bucket=self.bucket, Prefix=key, MaxKeys=1)
        return any(item["Key"] == key for item in answer.get("Contents", ()))

    def read(self, landed: LandedObject) -> Iterator[bytes]:
        """Return an object's bytes in parts; raises FileNotFoundError when it is gone.

        It was then committed and deleted by another run.
        """
        try:
            answer = self._s3.get_object(Bucket=self.bucket, Key=landed.key)
        except self._s3.exceptions.NoSuchKey as error:
            raise FileNotFoundError(landed.key) from error
        parts: Iterator[bytes] = answer["Body"].iter_chunks(READ_BYTES)
        return parts

    def delete(self, objects: Sequence[LandedObject]) -> None:
        """Delete objects whose rows are committed; raises AccessError if any one stays."""
        delete_objects(self._s3, self.bucket, [landed.key for landed in objects])

    def _listed(self) -> Iterator[LandedObject]:
        pages = self._s3.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket, Prefix=self.prefix):
            for item in page.get("Contents", ()):
                if not item["Key"].endswith("/"):  # a folder that a console made
                    yield LandedObject(item["Key"], item["Size"])
