"""DynamoDB's writes, one after another.

moto 5.2.5 checks a condition and writes without a lock: of two threads that race for the same
lock item or lease, both can win.
"""

import threading
from typing import Any

from moto.dynamodb.models import DynamoDBBackend

from sandbox.aws.patching import Patching

_WRITES = ("put_item", "update_item", "delete_item", "transact_write_items")


def write_one_after_another(patching: Patching) -> None:
    """Hold a lock from the check of a condition to the write."""
    lock = threading.RLock()  # a transaction calls the others

    def locked(original: Any, *args: Any, **kwargs: Any) -> Any:
        with lock:
            return original(*args, **kwargs)

    for name in _WRITES:
        patching.wrap(DynamoDBBackend, name, locked)
