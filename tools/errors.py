"""Errors: what goes wrong while the project's tools are found, installed or run, in a sentence."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class ToolError(Exception):
    """Something is missing or refused; the text is one sentence that says what to do."""


@contextmanager
def told(program: str) -> Iterator[None]:
    """End the process with the sentence, not with a traceback."""
    try:
        yield
    except ToolError as error:
        sys.exit(f"{program}: {error}")
    except OSError as error:
        sys.exit(f"{program}: {error}: is the project's folder your own, and writable?")
    except KeyboardInterrupt:
        sys.exit(f"\n{program}: stopped")
