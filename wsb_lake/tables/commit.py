"""Commit: a transaction that is tried once, so that whoever commits looks again before the next."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from pyiceberg.exceptions import CommitFailedException

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pyiceberg.manifest import DataFile
    from pyiceberg.table import Table, Transaction

ATTEMPTS = 10  # each failed one means that another commit went through
_NO_BLIND_RETRY = {"commit.retry.num-retries": "0"}
Done = TypeVar("Done")


def committed(attempt: Callable[[], Done]) -> Done:
    """Return what `attempt` returns; it is called again while other commits come first.

    Raises CommitFailedException when that was so ATTEMPTS times; nothing is changed then.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return attempt()
        except CommitFailedException:
            continue
    return attempt()


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


def replace_files(
    table: Table,
    old: Iterable[DataFile],
    new: Iterable[DataFile],
    renew: Callable[[], None],
    summary: Mapping[str, str] | None = None,
) -> None:
    """Put new files in the place of old ones, in one commit, whatever was appended meanwhile.

    `summary` is what the snapshot says of itself. Raises ValidationException, with nothing changed,
    if another writer has removed or rewritten an old one.
    """

    def attempt() -> None:
        table.refresh()
        renew()
        with (
            one_attempt(table) as transaction,
            transaction.update_snapshot(dict(summary or {})).overwrite() as update,
        ):
            for file in new:
                update.append_data_file(file)
            for file in old:
                update.delete_data_file(file)

    committed(attempt)
