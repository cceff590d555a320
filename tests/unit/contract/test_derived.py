"""What is derived from the contract has its fields, in its order, in types the system knows."""

import pyarrow as pa
from pyiceberg.types import IcebergType

from contract import SCHEMA
from wsb_lake.parsing import arrow_schema
from wsb_lake.table_specs import table_specs

TABLES = {"comments": "comment", "posts": "post", "gaps": "gap"}


def test_arrow_has_a_column_for_every_field():
    """Each type is one that Arrow has."""
    schema = arrow_schema(SCHEMA.fields)
    assert schema.names == [field.name for field in SCHEMA.fields]
    assert all(isinstance(column.type, pa.DataType) for column in schema)


def test_every_table_of_the_lake_has_its_kinds_fields():
    """And what the lake adds, nothing else."""
    specs = table_specs()
    for table, kind in TABLES.items():
        columns = specs[table].schema.fields
        expected = [field.name for field in (*SCHEMA.of_kind(kind), *SCHEMA.lake)]
        assert [column.name for column in columns] == expected
        assert all(isinstance(column.field_type, IcebergType) for column in columns)
