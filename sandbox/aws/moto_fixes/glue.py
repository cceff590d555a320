"""Glue's UpdateTable as a compare-and-swap, on which Iceberg's commits stand.

moto 5.2.5 ignores VersionId: of two writers that read the same version,
the second silently undoes the first.
"""

import threading
from typing import Any

from moto.glue.exceptions import GlueClientError
from moto.glue.responses import GlueResponse

from sandbox.aws.patching import Patching

_LOCK = threading.Lock()


class ConcurrentModificationException(GlueClientError):  # noqa: N818 - AWS' own name
    """Somebody updated the table since the caller read it."""

    def __init__(self) -> None:
        super().__init__(
            "ConcurrentModificationException",
            "Update table failed due to concurrent modifications.",
        )


def compare_and_swap_tables(patching: Patching) -> None:
    """Refuse an update of another version than the current one."""
    patching.wrap(GlueResponse, "update_table", _update_table)


def _update_table(original: Any, response: GlueResponse) -> Any:
    expected = response.parameters.get("VersionId")
    database, name = response.parameters["DatabaseName"], response.parameters["TableInput"]["Name"]
    with _LOCK:
        if expected is not None:
            table = response.glue_backend.get_table(database, name)
            if str(table._current_version) != str(expected):
                raise ConcurrentModificationException
        return original(response)
