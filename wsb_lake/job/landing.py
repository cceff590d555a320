"""Landing: the objects that Firehose has put down and the job has not yet taken in."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from wsb_lake.aws import READ_THREADS, Client
from wsb_lake.errors import AccessError

DELETE_LIMIT = 1000  # S3's limit of keys per DeleteObjects


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

    def oldest(self, limit_bytes: int) -> tuple[list[LandedObject], bool]:
        """Return the oldest objects up to that many bytes (at least one), and whether that is all.

        What lands while a run is at work is left to the next.
        """
        chosen: list[LandedObject] = []
        total_bytes = 0
        for landed in self._listed():
            total_bytes += landed.size_bytes
            if chosen and (total_bytes > limit_bytes or len(chosen) == DELETE_LIMIT):
                return chosen, False
            chosen.append(landed)
        return chosen, True

    def read(self, objects: Sequence[LandedObject]) -> Iterator[tuple[LandedObject, bytes]]:
        """Yield each object with its bytes, read in parallel.

        An object that is gone was committed and deleted by another run: it is left out.
        """
        with ThreadPoolExecutor(max(1, min(READ_THREADS, len(objects)))) as pool:
            for landed, data in zip(objects, pool.map(self._get, objects), strict=True):
                if data is not None:
                    yield landed, data

    def delete(self, objects: Sequence[LandedObject]) -> None:
        """Delete up to DELETE_LIMIT objects whose rows are committed; raises AccessError."""
        keys = [{"Key": landed.key} for landed in objects]
        answer = self._s3.delete_objects(
            Bucket=self.bucket, Delete={"Objects": keys, "Quiet": True}
        )
        for error in answer.get("Errors", ()):
            raise AccessError(
                f"S3 did not delete s3://{self.bucket}/{error['Key']}: {error['Message']}; its "
                "rows are in the lake, the next run tries again"
            )

    def _listed(self) -> Iterator[LandedObject]:
        pages = self._s3.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket, Prefix=self.prefix):
            for item in page.get("Contents", ()):
                if not item["Key"].endswith("/"):  # a folder that a console made
                    yield LandedObject(item["Key"], item["Size"])

    def _get(self, landed: LandedObject) -> bytes | None:
        try:
            answer = self._s3.get_object(Bucket=self.bucket, Key=landed.key)
        except self._s3.exceptions.NoSuchKey:
            return None
        data: bytes = answer["Body"].read()
        return data
