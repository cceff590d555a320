"""DynamoDB's writes one after another, and its transactions at the cost of one table copy each.

moto 5.2.5 checks a condition and writes without a lock: of two threads that race for the same
lock item or lease, both can win. To roll back with, it copies the whole table once for each item
of a TransactWriteItems: 20 items in a table of 250 take a fifth of a second.
"""

import copy
import threading
from contextvars import ContextVar
from typing import Any

from moto.dynamodb import models
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table

from sandbox.aws.patching import Patching

_WRITES = ("put_item", "update_item", "delete_item", "transact_write_items")
_copies: ContextVar[dict[int, Table] | None] = ContextVar("copies", default=None)


def write_one_after_another(patching: Patching) -> None:
    """Hold a lock from the check of a condition to the write."""
    lock = threading.RLock()  # a transaction calls the others

    def locked(original: Any, *args: Any, **kwargs: Any) -> Any:
        with lock:
            return original(*args, **kwargs)

    for name in _WRITES:
        patching.wrap(DynamoDBBackend, name, locked)


class _Copying:
    """What moto's module calls `copy`; inside a transaction each table is copied once."""

    copy = staticmethod(copy.copy)

    @staticmethod
    def deepcopy(value: Any, memo: dict[int, Any] | None = None) -> Any:
        """Return a deep copy, the same one for the same table while a transaction lasts."""
        copies = _copies.get()
        if copies is None or not isinstance(value, Table):
            return copy.deepcopy(value, memo)
        if id(value) not in copies:
            copies[id(value)] = copy.deepcopy(value)
        return copies[id(value)]


def copy_tables_once(patching: Patching) -> None:
    """Keep a transaction's rollback, without a copy for each of its items."""

    def transaction(original: Any, *args: Any, **kwargs: Any) -> Any:
        token = _copies.set({})
        try:
            return original(*args, **kwargs)
        finally:
            _copies.reset(token)

    patching.put(models, "copy", _Copying)
    patching.wrap(DynamoDBBackend, "transact_write_items", transaction)
