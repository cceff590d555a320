"""What the objects of a bucket hold, with everything unpacked: to prove that nothing is left."""

import gzip
import io
import json
import zlib

import pyarrow.parquet as pq

_AVRO_MAGIC = b"Obj\x01"
_GZIP_MAGIC = b"\x1f\x8b"
_SYNC_BYTES = 16


def holders(lake, *texts):
    """Return, by text, the keys of the objects in the lake's bucket that hold it in any way.

    As bytes, unpacked from gzip or Avro, in Parquet's decoded columns, or in its footer.
    """
    found = {text: set() for text in texts}
    pages = lake.aws.s3.get_paginator("list_objects_v2").paginate(Bucket=lake.settings.bucket)
    for page in pages:
        for item in page.get("Contents", ()):
            body = lake.aws.s3.get_object(Bucket=lake.settings.bucket, Key=item["Key"])["Body"]
            content = b"\n".join(unpacked(body.read()))
            for text in texts:
                # as JSON spells it, too
                if text.encode() in content or json.dumps(text)[1:-1].encode() in content:
                    found[text].add(item["Key"])
    return found


def unpacked(data):
    """Yield the bytes, and what is packed in them."""
    yield data
    if data.startswith(_GZIP_MAGIC):
        yield gzip.decompress(data)
    elif data.startswith(_AVRO_MAGIC):
        yield from _avro_blocks(data)
    elif data.endswith(b"PAR1"):
        with pq.ParquetFile(io.BytesIO(data)) as file:
            yield repr(file.read().to_pylist()).encode()
            yield repr([_bounds(file.metadata, name) for name in file.schema.names]).encode()


def footer_bounds(data):
    """Return the columns of which a Parquet file's footer holds least and greatest values."""
    with pq.ParquetFile(io.BytesIO(data)) as file:
        return {name for name in file.schema.names if any(_bounds(file.metadata, name))}


def _bounds(metadata, name):
    chunks = [
        metadata.row_group(group).column(column)
        for group in range(metadata.num_row_groups)
        for column in range(metadata.num_columns)
        if metadata.row_group(group).column(column).path_in_schema == name
    ]
    return [
        (chunk.statistics.min, chunk.statistics.max)
        for chunk in chunks
        if chunk.is_stats_set and chunk.statistics.has_min_max
    ]


def _avro_blocks(data):
    """Yield the records of an Avro file, a block at a time, unpacked."""
    stream = io.BytesIO(data[len(_AVRO_MAGIC) :])
    codec = _avro_codec(stream)
    stream.read(_SYNC_BYTES)
    while stream.tell() < len(data) - len(_AVRO_MAGIC):
        _long(stream)
        block = stream.read(_long(stream))
        yield zlib.decompress(block, -15) if codec == b"deflate" else block
        stream.read(_SYNC_BYTES)


def _avro_codec(stream):
    codec = b"null"
    while count := _long(stream):
        if count < 0:
            _long(stream)
        for _ in range(abs(count)):
            key, value = stream.read(_long(stream)), stream.read(_long(stream))
            if key == b"avro.codec":
                codec = value
    assert codec in {b"null", b"deflate"}, codec
    return codec


def _long(stream):
    """Return Avro's variable-length zig-zag number."""
    value = shift = 0
    while True:
        (byte,) = stream.read(1)
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (value >> 1) ^ -(value & 1)
        shift += 7
