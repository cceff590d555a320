"""Patching: replaces parts of moto, and puts them back."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_MISSING = object()


class Patching:
    """Remembers what it replaced, so that a process can have moto again as it came."""

    def __init__(self) -> None:
        self._replaced: list[tuple[object, str, object]] = []

    def put(self, owner: object, name: str, value: object) -> None:
        """Make `owner.name` be `value`; a method of ours becomes one of `owner`."""
        self._replaced.append((owner, name, vars(owner).get(name, _MISSING)))
        setattr(owner, name, _as_function(value) if inspect.ismethod(value) else value)

    def wrap(self, owner: object, name: str, around: Callable[..., Any]) -> None:
        """Call `around(original, *args, **kwargs)` wherever `owner.name` was called."""
        original = getattr(owner, name)

        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return around(original, *args, **kwargs)

        self.put(owner, name, wrapper)

    def revert(self) -> None:
        """Put everything back, last first."""
        while self._replaced:
            owner, name, value = self._replaced.pop()
            if value is _MISSING:
                delattr(owner, name)
            else:
                setattr(owner, name, value)


def _as_function(method: Callable[..., Any]) -> Callable[..., Any]:
    # A bound method would not be bound again, and moto looks for plain functions only.
    def function(*args: Any, **kwargs: Any) -> Any:
        return method(*args, **kwargs)

    return function


@contextmanager
def patched(*patches: Callable[[Patching], None]) -> Iterator[None]:
    """Have moto patched for the length of a `with` block."""
    patching = Patching()
    try:
        for patch in patches:
            patch(patching)
        yield
    finally:
        patching.revert()
