"""Lake ledger: what the Iceberg tables hold, scanned with pyiceberg and nothing of `wsb_lake`."""

from collections.abc import Iterable
from datetime import datetime

from pyiceberg.catalog import Catalog, load_catalog
from pyiceberg.exceptions import NoSuchTableError

from contract import format_instant
from sandbox.audit.ledgers import LakeLedger
from sandbox.audit.rows import Identity, Row, identity_of, without_nulls

TABLES = ("comments", "posts", "gaps")


def read_lake(database: str, endpoint_url: str, region: str) -> LakeLedger:
    """Scan the comments, posts and gaps of a lake in a sandbox."""
    catalog = load_catalog(
        "glue",
        **{
            "type": "glue",
            "glue.endpoint": endpoint_url,
            "glue.region": region,
            "s3.endpoint": endpoint_url,
            "s3.region": region,
            "s3.force-virtual-addressing": "false",
            "py-io-impl": "pyiceberg.io.pyarrow.PyArrowFileIO",
        },
    )
    return lake_ledger(row for table in TABLES for row in _rows(catalog, f"{database}.{table}"))


def lake_ledger(rows: Iterable[Row]) -> LakeLedger:
    """Take rows as Arrow gives them."""
    found, early = [], []
    landed: dict[Identity, float] = {}
    for row in rows:
        landed_at = row.pop("landed_at", None)
        if landed_at is None or landed_at < row["observed_at"]:
            early.append(identity_of(_record(row)))
        found.append(_record(row))
        if landed_at is not None:
            identity, at = identity_of(found[-1]), landed_at.timestamp()
            landed[identity] = min(at, landed.get(identity, at))
    return LakeLedger(tuple(found), tuple(early), landed)


def _record(row: Row) -> Row:
    """Return a row as its record was sent."""
    return without_nulls(
        {
            name: format_instant(value.timestamp()) if isinstance(value, datetime) else value
            for name, value in row.items()
        }
    )


def _rows(catalog: Catalog, name: str) -> list[Row]:
    try:
        table = catalog.load_table(name)
    except NoSuchTableError:
        return []
    rows: list[Row] = table.scan().to_arrow().to_pylist()
    return rows
