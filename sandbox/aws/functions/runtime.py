"""Runs one function's handler for one event after another; the inside of a Lambda worker.

Executed by path, isolated (`python -I -S`): on sys.path are the standard library, the function's
code and its layers. Events come as JSON lines on stdin, results go as JSON lines to what was
stdout; whatever the handler prints goes to the log.
"""

import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any, TextIO

_STDIN, _STDOUT, _STDERR = 0, 1, 2


class Context:
    """What AWS hands a handler beside the event; the worker's owner sends the fields."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.function_name: str = fields["function_name"]
        self.function_version: str = fields["function_version"]
        self.invoked_function_arn: str = fields["invoked_function_arn"]
        self.memory_limit_in_mb: str = fields["memory_limit_in_mb"]
        self.aws_request_id: str = fields["aws_request_id"]
        self._ends_at = time.monotonic() + fields["timeout_seconds"]

    def get_remaining_time_in_millis(self) -> int:
        """Return the wall time left of the function's timeout."""
        return max(0, int((self._ends_at - time.monotonic()) * 1000))


def load(handler: str) -> Callable[[Any, Context], Any]:
    """Return the function that a handler string like `package.module.function` names."""
    module, _, name = handler.rpartition(".")
    function: Callable[[Any, Context], Any] = getattr(
        importlib.import_module(module.replace("/", ".")), name
    )
    return function


def error_of(error: BaseException, request_id: str) -> dict[str, Any]:
    """Return an exception as Lambda reports it."""
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_tb(error.__traceback__),
    }


def answer(function: Callable[[Any, Context], Any], request: dict[str, Any]) -> dict[str, Any]:
    """Run the handler once; whatever it raises becomes the answer."""
    context = Context(request["context"])
    try:
        payload = json.dumps(function(request["payload"], context))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a handler may raise anything
        traceback.print_exc()
        failure = error_of(error, context.aws_request_id)
        return {"event": "result", "failed": True, "payload": json.dumps(failure)}
    return {"event": "result", "failed": False, "payload": payload}


def main(handler: str, folders: list[str]) -> None:
    """Answer events until stdin ends."""
    events = os.fdopen(os.dup(_STDIN), encoding="utf-8")
    results = os.fdopen(os.dup(_STDOUT), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDONLY), _STDIN)
    os.dup2(_STDERR, _STDOUT)
    sys.path[:0] = folders
    try:
        function = load(handler)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a module may raise anything
        traceback.print_exc()
        _send(results, {"event": "unloadable", "payload": json.dumps(error_of(error, ""))})
        return
    _send(results, {"event": "loaded"})
    for line in events:
        _send(results, answer(function, json.loads(line)))


def _send(results: TextIO, message: dict[str, Any]) -> None:
    results.write(json.dumps(message) + "\n")
    results.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
