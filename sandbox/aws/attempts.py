"""Attempts: an SDK's second attempt gets the answer that its first one was given and never saw.

On a busy machine a connection may break after the work was done. AWS hides most of that; moto
would answer the retry of a CreateApplication with "already exists", of a DeleteTable with "not
found". SDKs name each call in `amz-sdk-invocation-id` and count in `amz-sdk-request`.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Response

_CALLS_KEPT = 2_000
_BODY_BYTES_MAX = 65_536
# Many, large, and safe to do twice: every sender of records expects duplicates.
_DATA_ACTIONS = ("GetRecords", "GetShardIterator", "PutRecord", "PutRecords", "PutRecordBatch")
_OK = range(200, 300)


class _Answer(NamedTuple):
    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Attempts:
    """A WSGI application in front of another; remembers the last successful POST answers."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._answers: OrderedDict[str, _Answer] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one attempt."""
        call = _call_of(environ)
        if call is None:
            return self._application(environ, start_response)
        with self._lock:
            known = self._answers.get(call)
        if known is None or environ.get("HTTP_AMZ_SDK_REQUEST", "").startswith("attempt=1"):
            known = self._first(call, environ)
        return Response(known.body, known.status, known.headers)(environ, start_response)

    def _first(self, call: str, environ: WSGIEnvironment) -> _Answer:
        response = Response.from_app(self._application, environ, buffered=True)
        answer = _Answer(response.status_code, list(response.headers), response.get_data())
        if answer.status in _OK and len(answer.body) <= _BODY_BYTES_MAX:
            with self._lock:
                self._answers[call] = answer
                while len(self._answers) > _CALLS_KEPT:
                    self._answers.popitem(last=False)
        return answer


def _call_of(environ: WSGIEnvironment) -> str | None:
    """Return the call's id where a second attempt must not do the work again."""
    if environ.get("REQUEST_METHOD") != "POST":
        return None
    if environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2] in _DATA_ACTIONS:
        return None
    call: str | None = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
    return call
