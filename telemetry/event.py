"""Event: the name and the fields of one kind of log line, declared as a class."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal

_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Event:
    """Subclass it in a package's `events.py`, as a frozen dataclass: its fields are the line's.

    No field ever holds a body, an author or a credential.
    """

    level: ClassVar[Literal["info", "warning", "error"]] = "info"

    @classmethod
    def name(cls) -> str:
        """Return the class name in snake case: `GapFound` is logged as `gap_found`."""
        return _WORD_START.sub("_", cls.__name__).lower()

    def values(self) -> dict[str, Any]:
        """Return the line's fields by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
