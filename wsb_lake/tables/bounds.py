"""Bounds: keeps a personal column's least and greatest value out of what pyiceberg writes.

Those of manifests it leaves out by itself, for a column whose metrics mode is `none` (`specs`);
those in a Parquet file's footer it always writes. Written for pyiceberg 0.12.0, whose registry of
formats can be added to, but not replaced in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyiceberg.io.fileformat import FileFormatFactory
from pyiceberg.io.pyarrow import ParquetFormatModel, ParquetFormatWriter
from pyiceberg.manifest import FileFormat

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyiceberg.io import OutputFile
    from pyiceberg.schema import Schema

_NO_BOUNDS = "none"
_METRICS = "write.metadata.metrics.column."


def bounded_columns(names: Iterable[str], properties: Mapping[str, str]) -> list[str]:
    """Return the columns whose values may stand in statistics, by a table's properties."""
    return [name for name in names if properties.get(f"{_METRICS}{name}") != _NO_BOUNDS]


def keep_bounds_out() -> None:
    """Make pyiceberg write no footer with bounds of other columns, in this process."""
    FileFormatFactory._registry[FileFormat.PARQUET] = _Parquet()  # noqa: SLF001 - there is no other way


class _Parquet(ParquetFormatModel):
    def create_writer(
        self, output_file: OutputFile, file_schema: Schema, properties: dict[str, str]
    ) -> ParquetFormatWriter:
        writer = ParquetFormatWriter(output_file, file_schema, properties)
        names = bounded_columns(file_schema.column_names, properties)
        writer._parquet_writer_kwargs["write_statistics"] = names  # noqa: SLF001 - there is no other way
        return writer
