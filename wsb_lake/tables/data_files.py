"""Data files: writes rows as one Parquet file of a table, a row group at a time.

As pyiceberg's own writer does it, but in pieces, so that memory does not grow with the file, and
without a column's least and greatest value in the footer where the table keeps none (`specs`).
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.io.pyarrow import (
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
    schema_to_pyarrow,
)
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.utils.properties import property_as_int

from wsb_lake.tables.bounds import bounded_columns

if TYPE_CHECKING:
    from pyiceberg.table import Table
    from pyiceberg.typedef import Record


class DataFileWriter:
    """One file of one partition; it appears in S3 when it is closed, or never."""

    def __init__(self, table: Table, partition: Record) -> None:
        self._table = table
        self._partition = partition
        self._schema = schema_to_pyarrow(table.schema())
        folder = table.spec().partition_to_path(partition, table.schema())
        name = f"{folder}/{uuid.uuid4()}.parquet".lstrip("/")
        location = table.location_provider().new_data_location(name)
        self._output = table.io.new_output(location)
        self._stream = self._output.create()
        properties = table.properties
        self._parquet = pq.ParquetWriter(
            self._stream,
            self._schema,
            compression=properties.get("write.parquet.compression-codec", "zstd"),
            write_statistics=bounded_columns(self._schema.names, properties),
            write_batch_size=property_as_int(properties, "write.parquet.page-row-limit", 20_000),
        )

    @property
    def size_bytes(self) -> int:
        """Return how large the file is so far, compressed."""
        return self._stream.tell()

    def write(self, rows: pa.Table) -> None:
        """Add rows, in their order, as one row group."""
        if len(rows):
            self._parquet.write_table(aligned(rows, self._schema), row_group_size=len(rows))

    def close(self) -> DataFile:
        """Write the file; returns what a commit says of it."""
        self._parquet.close()
        self._stream.close()
        schema = self._table.schema()
        statistics = data_file_statistics_from_parquet_metadata(
            parquet_metadata=self._parquet.writer.metadata,
            stats_columns=compute_statistics_plan(schema, self._table.properties),
            parquet_column_mapping=parquet_path_to_id_mapping(schema),
        )
        return DataFile.from_args(
            content=DataFileContent.DATA,
            file_path=self._output.location,
            file_format=FileFormat.PARQUET,
            partition=self._partition,
            file_size_in_bytes=len(self._output),
            sort_order_id=None,  # pyiceberg 0.12.0 writes none either
            spec_id=self._table.metadata.default_spec_id,
            equality_ids=None,
            key_metadata=None,
            **statistics.to_serialized_dict(),
        )


def aligned(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the rows with the schema's columns, in its order; what they lack is null."""
    columns = [
        rows[field.name].cast(field.type)
        if field.name in rows.column_names
        else pa.nulls(len(rows), field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)
