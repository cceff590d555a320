"""Event: the name and the fields of one kind of log line, declared as a class."""

import re
from dataclasses import Field, dataclass, fields, is_dataclass
from typing import Any, ClassVar, Literal, dataclass_transform

from telemetry.metrics import Embedded

_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass_transform(frozen_default=True)
class Event:
    """Subclass it in a package's `events.py`: each subclass is a frozen dataclass.

    Its fields are the line's; one that is itself a dataclass, as a package's totals, gives the
    line its own fields, and embedded metrics give theirs. No field ever holds a body, an author or
    a credential.
    """

    level: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def __init_subclass__(cls, *, level: Literal["info", "warning", "error"] = "info") -> None:
        cls.level = level
        dataclass(frozen=True)(cls)

    @classmethod
    def name(cls) -> str:
        """Return the class name in snake case: `GapFound` is logged as `gap_found`."""
        return _WORD_START.sub("_", cls.__name__).lower()

    def values(self) -> dict[str, Any]:
        """Return the line's fields by name."""
        line: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Embedded):
                line |= value.members()
            elif is_dataclass(value):
                line |= {each.name: getattr(value, each.name) for each in fields(value)}
            else:
                line[field.name] = value
        return line
