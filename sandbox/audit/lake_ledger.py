"""Lake book: what the Iceberg tables hold, scanned with pyiceberg and nothing of `wsb_lake`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import NoSuchTableError

from contract import format_instant
from sandbox.audit.ledgers import Content, Identity, LakeBook

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog

IDENTITY = ("id", "observed_at")
SEEN = (*IDENTITY, "state", "score", "score_hidden", "peak_score", "body")
KINDS = {"comments": "comment", "posts": "post", "gaps": "gap"}


def read_lake(database: str, endpoint_url: str, region: str, min_score: int) -> LakeBook:
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
    rows = {
        kind: _rows(catalog, f"{database}.{table}", IDENTITY if kind == "gap" else SEEN)
        for table, kind in KINDS.items()
    }
    comments = rows["comment"]
    return LakeBook(
        contents={
            Identity(row["id"], _instant(row)): _content(kind, row)
            for kind, found in rows.items()
            for row in found
        },
        rows=sum(len(found) for found in rows.values()),
        kept=frozenset(row["id"] for row in comments if _reached(row["peak_score"], min_score)),
        live=frozenset(row["id"] for row in comments if row["state"] == "live"),
        gone=frozenset(row["id"] for row in comments + rows["post"] if row["state"] != "live"),
    )


def _rows(catalog: Catalog, name: str, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    try:
        table = catalog.load_table(name)
    except NoSuchTableError:
        return []
    rows: list[dict[str, Any]] = table.scan(selected_fields=columns).to_arrow().to_pylist()
    return rows


def _content(kind: str, row: dict[str, Any]) -> Content:
    return Content._make((kind, *(row.get(name) for name in Content._fields[1:])))


def _instant(row: dict[str, Any]) -> str:
    return format_instant(row["observed_at"].timestamp())


def _reached(peak_score: int | None, min_score: int) -> bool:
    return peak_score is not None and peak_score >= min_score
