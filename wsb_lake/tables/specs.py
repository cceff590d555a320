"""Table specs: the lake's tables as values, derived from the contract.

An observation's table has the contract's fields of its kind plus `landed_at`. A row is written
once and never changed, so (id, observed_at) identifies it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC, PartitionField, PartitionSpec
from pyiceberg.schema import Schema as IcebergSchema
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER, SortField, SortOrder
from pyiceberg.transforms import DayTransform, IdentityTransform
from pyiceberg.types import (
    BooleanType,
    DoubleType,
    IcebergType,
    IntegerType,
    NestedField,
    StringType,
    TimestamptzType,
)

from contract import SCHEMA, Field, Schema

IDENTITY = ("id", "observed_at")
# What no future contract can add to an existing table, and every row must have.
ALWAYS_REQUIRED = frozenset({*IDENTITY, "created_at", "landed_at"})
OBSERVATION_TABLES = {"comment": "comments", "post": "posts", "gap": "gaps"}
TOMBSTONES_TABLE = "tombstones"

_TYPES: Mapping[str, IcebergType] = {
    "int": IntegerType(),
    "double": DoubleType(),
    "string": StringType(),
    "boolean": BooleanType(),
    "timestamptz": TimestamptzType(),
}
_FIRST_PARTITION_FIELD_ID = 1000  # Iceberg's convention

_COMMON_PROPERTIES = {
    "format-version": "2",
    "write.parquet.compression-codec": "zstd",
    # Readers resolve the newest metadata file for each query; a slow one keeps 20 commits' time.
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "20",
    # A commit every 15 minutes: merge small manifests early, planning reads each of them.
    "commit.manifest-merge.enabled": "true",
    "commit.manifest.min-count-to-merge": "8",
}


def _own_field(name: str, kind: str, meaning: str) -> Field:
    return Field(name, kind, required=True, nullable=True, since=1, personal=False, meaning=meaning)


# The ledger (`forgetting.ledger`). Nothing personal, so it stays for good.
TOMBSTONES_FIELDS = (
    _own_field("id_sha256", "string", "SHA-256 of the thing's fullname, hexadecimal"),
    _own_field("kind", "string", "comment or post"),
    _own_field("state", "string", "deleted, removed or absent"),
    _own_field("created_at", "timestamp", "when Reddit published the thing"),
    _own_field("observed_at", "timestamp", "when it was seen gone; no earlier look enters again"),
    _own_field("landed_at", "timestamp", "taken just before the commit of this row"),
    _own_field(
        "purged_at",
        "timestamp",
        "when every file that held an earlier look was gone; null until then",
    ),
)


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table as the contract wants it; `properties` includes the statistics policy."""

    name: str
    schema: IcebergSchema
    partition_spec: PartitionSpec
    sort_order: SortOrder
    properties: Mapping[str, str]


def table_specs(schema: Schema = SCHEMA) -> dict[str, TableSpec]:
    """Return the specs of all tables, in the order in which a run commits them."""
    specs = [
        _observations_spec(name, (*schema.of_kind(kind), *schema.lake), schema)
        for kind, name in OBSERVATION_TABLES.items()
    ]
    tombstones = iceberg_schema(TOMBSTONES_FIELDS, schema, ())
    specs.append(_spec(TOMBSTONES_TABLE, tombstones, _by_day(tombstones, "observed_at")))
    return {spec.name: spec for spec in specs}


def iceberg_schema(
    fields: Sequence[Field], schema: Schema, identity: tuple[str, ...] = IDENTITY
) -> IcebergSchema:
    """Return the fields as an Iceberg schema, ids in the order given."""
    nested = [
        NestedField(
            field_id=number,
            name=field.name,
            field_type=_TYPES[schema.type_in(field, "iceberg")],
            required=field.name in ALWAYS_REQUIRED,
            doc=field.meaning,
        )
        for number, field in enumerate(fields, start=1)
    ]
    ids = [item.field_id for item in nested if item.name in identity]
    return IcebergSchema(*nested, identifier_field_ids=ids)


def _observations_spec(name: str, fields: Sequence[Field], schema: Schema) -> TableSpec:
    iceberg = iceberg_schema(fields, schema)
    order = SortOrder(
        *(SortField(iceberg.find_field(key).field_id, IdentityTransform()) for key in IDENTITY)
    )
    # Column bounds hold the first characters of a value: none for personal columns.
    metrics = {
        f"write.metadata.metrics.column.{field.name}": "none" for field in fields if field.personal
    }
    # Gaps are few: a file per created day would only be more files.
    spec = UNPARTITIONED_PARTITION_SPEC if name == "gaps" else _by_day(iceberg, "created_at")
    return _spec(name, iceberg, spec, order, metrics)


def _by_day(schema: IcebergSchema, column: str) -> PartitionSpec:
    """Return partitions by day of `created_at`, say, called `created_day`."""
    field = PartitionField(
        source_id=schema.find_field(column).field_id,
        field_id=_FIRST_PARTITION_FIELD_ID,
        transform=DayTransform(),
        name=column.removesuffix("_at") + "_day",
    )
    return PartitionSpec(field)


def _spec(
    name: str,
    schema: IcebergSchema,
    partition_spec: PartitionSpec = UNPARTITIONED_PARTITION_SPEC,
    sort_order: SortOrder = UNSORTED_SORT_ORDER,
    metrics: Mapping[str, str] | None = None,
) -> TableSpec:
    properties = {**_COMMON_PROPERTIES, **(metrics or {})}
    return TableSpec(name, schema, partition_spec, sort_order, properties)
