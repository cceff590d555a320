"""Bounds: of which columns a file's statistics may hold the least and greatest value."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NO_BOUNDS = "none"
_METRICS = "write.metadata.metrics.column."


def bounded_columns(names: Iterable[str], properties: Mapping[str, str]) -> list[str]:
    """Return all but those whose metrics mode is `none`, which personal columns have (`specs`)."""
    return [name for name in names if properties.get(f"{_METRICS}{name}") != _NO_BOUNDS]
