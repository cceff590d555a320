"""File I/O: how pyiceberg reads and writes the lake's files, with as few requests as possible.

Arrow's S3 streams need three requests to write a file and two to read one. Here a file is one
PutObject, sent when it is complete (never half a file after an error), and table metadata and
manifests, which never change under their unique names, are read at most once per process.
"""

import io
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlparse

from botocore.exceptions import ClientError
from cachetools import LRUCache
from pyiceberg.io import InputFile, OutputFile
from pyiceberg.io.pyarrow import PyArrowFileIO

from wsb_lake.aws import Aws, delete_objects

DOWNLOAD_BYTES = 1024 * 1024
CACHE_BYTES = 32 * 1024 * 1024
_METADATA_ENDINGS = (".avro", ".metadata.json")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file as S3 lists it; `modified_at` in seconds since 1970, `size_bytes` as stored."""

    location: str
    modified_at: float
    size_bytes: int


class LakeFileIO(PyArrowFileIO):
    """Arrow's file I/O for data files; metadata and manifests through a small cache."""

    def __init__(self, aws: Aws) -> None:
        super().__init__(aws.file_properties())
        self._s3 = aws.s3
        self._cache: LRUCache[str, bytes] = LRUCache(CACHE_BYTES, getsizeof=len)
        self._lock = threading.Lock()  # pyiceberg reads manifests in threads

    def new_input(self, location: str) -> InputFile:  # type: ignore[override]
        """Return the file to read from."""
        if location.endswith(_METADATA_ENDINGS):
            return MetadataFile(self, location)
        return super().new_input(location)

    def new_output(self, location: str) -> OutputFile:  # type: ignore[override]
        """Return the file to write to."""
        return WholeFile(self, location)

    def delete(self, location: str | InputFile | OutputFile) -> None:
        """Delete a file; S3 does not tell whether it was there."""
        name = location if isinstance(location, str) else location.location
        with self._lock:
            self._cache.pop(name, None)
        self._s3.delete_object(**_address(name))

    def listed(self, folder: str) -> Iterator[StoredFile]:
        """Yield every file in a folder (`s3://bucket/folder`) and below."""
        address = _address(folder.rstrip("/") + "/")
        bucket, prefix = address["Bucket"], address["Key"]
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        for page in pages:
            for item in page.get("Contents", ()):
                at = item["LastModified"].timestamp()
                yield StoredFile(f"s3://{bucket}/{item['Key']}", at, item["Size"])

    def delete_all(self, locations: Sequence[str]) -> None:
        """Delete files, many at a time; raises AccessError if any one stays."""
        with self._lock:
            for name in locations:
                self._cache.pop(name, None)
        addresses = [_address(name) for name in locations]
        for bucket in {address["Bucket"] for address in addresses}:
            keys = [address["Key"] for address in addresses if address["Bucket"] == bucket]
            delete_objects(self._s3, bucket, keys)

    def read(self, location: str) -> bytes:
        """Return the bytes of an object that may change; raises FileNotFoundError."""
        try:
            data: bytes = self._s3.get_object(**_address(location))["Body"].read()
        except self._s3.exceptions.NoSuchKey as error:
            raise FileNotFoundError(location) from error
        return data

    def download(self, location: str, path: Path) -> None:
        """Write a file's bytes to the disk, with one request and little memory."""
        body = self._s3.get_object(**_address(location))["Body"]
        with path.open("wb") as file:
            for part in body.iter_chunks(DOWNLOAD_BYTES):
                file.write(part)

    def get(self, location: str) -> bytes:
        """Return the bytes of an immutable file; raises FileNotFoundError."""
        with self._lock:
            known = self._cache.get(location)
        if known is not None:
            return known
        data = self.read(location)
        self._remember(location, data)
        return data

    def put(self, location: str, data: bytes, *, overwrite: bool) -> None:
        """Write a whole file; raises FileExistsError where it must not exist and does."""
        condition = {} if overwrite else {"IfNoneMatch": "*"}
        try:
            self._s3.put_object(**_address(location), Body=data, **condition)
        except ClientError as error:
            if error.response["Error"]["Code"] == "PreconditionFailed":
                raise FileExistsError(location) from error
            raise
        if location.endswith(_METADATA_ENDINGS):
            self._remember(location, data)

    def _remember(self, location: str, data: bytes) -> None:
        if len(data) <= CACHE_BYTES:
            with self._lock:
                self._cache[location] = data


class MetadataFile(InputFile):
    """A metadata file or manifest, read as a whole."""

    def __init__(self, file_io: LakeFileIO, location: str) -> None:
        super().__init__(location)
        self._file_io = file_io

    def __len__(self) -> int:
        return len(self._file_io.get(self.location))

    def exists(self) -> bool:
        """Return whether the file is there."""
        try:
            self._file_io.get(self.location)
        except FileNotFoundError:
            return False
        return True

    def open(self, seekable: bool = True) -> io.BytesIO:  # noqa: ARG002, FBT001, FBT002 - pyiceberg's
        """Return its bytes as a stream."""
        return io.BytesIO(self._file_io.get(self.location))


class WholeFile(OutputFile):
    """A file that appears in S3 when its stream is closed, complete or not at all."""

    def __init__(self, file_io: LakeFileIO, location: str) -> None:
        super().__init__(location)
        self._file_io = file_io
        self._size_bytes = 0

    def __len__(self) -> int:
        return self._size_bytes

    def exists(self) -> bool:
        """Return False: the write itself refuses to replace a file."""
        return False

    def to_input_file(self) -> InputFile:
        """Return the same file, to read."""
        return self._file_io.new_input(self.location)

    def create(self, overwrite: bool = False) -> "WholeStream":  # noqa: FBT001, FBT002 - pyiceberg's
        """Return the stream to write to."""
        return WholeStream(self, overwrite=overwrite)

    def put(self, data: bytes, *, overwrite: bool) -> None:
        """Write the whole file."""
        self._file_io.put(self.location, data, overwrite=overwrite)
        self._size_bytes = len(data)


class WholeStream:
    """Bytes gathered in memory; a stream that is dropped, or left by an error, writes nothing."""

    def __init__(self, file: WholeFile, *, overwrite: bool) -> None:
        self._file = file
        self._overwrite = overwrite
        self._buffer = io.BytesIO()
        self.closed = False

    def writable(self) -> bool:
        """Return True: Arrow asks."""
        return True

    def write(self, data: bytes) -> int:
        """Gather some bytes."""
        return self._buffer.write(data)

    def tell(self) -> int:
        """Return how many bytes were gathered."""
        return self._buffer.tell()

    def flush(self) -> None:
        """Do nothing: the file is written when it is complete."""

    def close(self) -> None:
        """Write the file."""
        if not self.closed:
            self.closed = True
            self._file.put(self._buffer.getvalue(), overwrite=self._overwrite)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        self.closed = True


def _address(location: str) -> dict[str, str]:
    url = urlparse(location)
    return {"Bucket": url.netloc, "Key": url.path.lstrip("/")}
