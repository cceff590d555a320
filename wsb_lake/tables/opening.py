"""Tables: creates and widens the lake's Iceberg tables, and hands them out.

Once per process: a warm Lambda keeps the handles and only asks Glue for their newest version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyiceberg.exceptions import (
    NoSuchNamespaceError,
    NoSuchTableError,
    TableAlreadyExistsError,
)

from wsb_lake.errors import LakeMissingError, SchemaChangedError
from wsb_lake.tables.specs import table_specs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyiceberg.catalog import Catalog
    from pyiceberg.table import Table

    from wsb_lake.settings import LakeSettings
    from wsb_lake.tables.specs import TableSpec


def open_tables(
    catalog: Catalog, settings: LakeSettings, specs: Mapping[str, TableSpec] | None = None
) -> dict[str, Table]:
    """Return every table by name, created or widened to its spec where that is needed."""
    wanted = table_specs() if specs is None else specs
    return {name: _open_table(catalog, settings, spec) for name, spec in wanted.items()}


def load_tables(catalog: Catalog, settings: LakeSettings) -> dict[str, Table]:
    """Return every table by name, as it is; raises LakeMissingError when one is not there."""
    tables = {}
    for name in table_specs():
        try:
            tables[name] = catalog.load_table((settings.database, name))
        except NoSuchTableError as error:
            raise LakeMissingError(
                f"table {name!r} does not exist in Glue database {settings.database!r} yet: the "
                "lake job makes it in its first run (`wsb lake settle`)"
            ) from error
    return tables


def _open_table(catalog: Catalog, settings: LakeSettings, spec: TableSpec) -> Table:
    identifier = (settings.database, spec.name)
    try:
        table = catalog.load_table(identifier)
    except NoSuchTableError:
        table = _create_table(catalog, settings, spec)
    widen(table, spec)
    return table


def _create_table(catalog: Catalog, settings: LakeSettings, spec: TableSpec) -> Table:
    identifier = (settings.database, spec.name)
    try:
        return catalog.create_table(
            identifier,
            spec.schema,
            location=settings.table_location(spec.name),
            partition_spec=spec.partition_spec,
            sort_order=spec.sort_order,
            properties=dict(spec.properties),
        )
    except TableAlreadyExistsError:  # another first run was quicker
        return catalog.load_table(identifier)
    except NoSuchNamespaceError as error:
        raise LakeMissingError(
            f"Glue database {settings.database!r} does not exist: deploy the lake first "
            "(`make deploy`), or set WSB_LAKE_DATABASE to its name"
        ) from error


def widen(table: Table, spec: TableSpec) -> None:
    """Append the fields, and set the properties, that the table lacks; never takes any away.

    New columns get new ids, after all others. A table that is newer than this code keeps the
    columns this code does not know: they are null in its rows.
    """
    present = {field.name: field for field in table.schema().fields}
    for field in spec.schema.fields:
        if field.name in present and present[field.name].field_type != field.field_type:
            raise SchemaChangedError(
                f"table {spec.name}: column {field.name} is {present[field.name].field_type}, the "
                f"contract says {field.field_type}: fields may only be added, never changed"
            )
    missing = [field for field in spec.schema.fields if field.name not in present]
    stale = {
        key: value
        for key, value in spec.properties.items()
        if key != "format-version" and table.properties.get(key) != value
    }
    if not missing and not stale:
        return
    with table.transaction() as transaction:
        if missing:
            with transaction.update_schema() as update:
                for field in missing:
                    update.add_column(field.name, field.field_type, field.doc)
        if stale:
            transaction.set_properties(stale)
