"""Commit: a transaction that is tried once, so that whoever commits looks again before the next."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyiceberg.table import Table, Transaction

_NO_BLIND_RETRY = {"commit.retry.num-retries": "0"}


@contextmanager
def one_attempt(table: Table) -> Iterator[Transaction]:
    """Commit what the block does onto the snapshot that this handle shows, at its end.

    Raises CommitFailedException, with nothing changed, if another commit came first.
    """
    metadata = table.metadata
    properties = {**metadata.properties, **_NO_BLIND_RETRY}  # in this handle only
    table.metadata = metadata.model_copy(update={"properties": properties})
    with table.transaction() as transaction:
        yield transaction
