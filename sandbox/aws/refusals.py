"""Refusals: data calls that AWS' front refuses, or answers too late to be heard.

What needs a look into the call (a partial failure of PutRecords) is the service's own.
"""

import json
import socket
from collections.abc import Iterable
from typing import NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Response

from sandbox.aws.faults import Faults, Switches

_KINESIS = ("PutRecord", "PutRecords", "GetRecords")
_WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")
_READS = ("GetItem", "BatchGetItem", "Query", "Scan")
_JSON = "application/x-amz-json-1.1"


class _Refusal(NamedTuple):
    """What a switch answers to calls of a service."""

    switch: str
    service: str
    actions: tuple[str, ...]
    status: int
    code: str


_REFUSALS = (
    _Refusal("kinesis_unavailable_ratio", "Kinesis", _KINESIS, 500, "InternalFailure"),
    _Refusal(
        "dynamodb_throttled_ratio",
        "DynamoDB",
        _READS + _WRITES,
        400,
        "ProvisionedThroughputExceededException",
    ),
    _Refusal(
        "dynamodb_unavailable_ratio", "DynamoDB", _READS + _WRITES, 500, "InternalServerError"
    ),
    _Refusal("dynamodb_conflict_ratio", "DynamoDB", _WRITES, 400, "TransactionConflictException"),
)


class Refusals:
    """A WSGI application in front of another; the switches decide."""

    def __init__(self, application: WSGIApplication, faults: Faults) -> None:
        self._application = application
        self._faults = faults

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one call."""
        target, _, action = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")
        switches = self._faults.switches
        for one in _REFUSALS:
            is_meant = target.startswith(one.service) and action in one.actions
            if is_meant and self._faults.strikes(getattr(switches, one.switch)):
                return _refused(one)(environ, start_response)
        if _is_cut(target, action, switches) and self._faults.strikes(switches.aws_cut_ratio):
            return self._cut(environ)
        return self._application(environ, start_response)

    def _cut(self, environ: WSGIEnvironment) -> Iterable[bytes]:
        """Do the work, and break the connection before anybody hears of it."""
        Response.from_app(self._application, environ, buffered=True)
        connection: socket.socket = environ["werkzeug.socket"]
        connection.shutdown(socket.SHUT_RDWR)
        raise ConnectionAbortedError("a fault that was switched on")  # no answer is written


def _is_cut(target: str, action: str, switches: Switches) -> bool:
    is_data = action in _KINESIS if target.startswith("Kinesis") else action in _WRITES
    return switches.aws_cut_ratio > 0 and is_data


def _refused(refusal: _Refusal) -> Response:
    body = json.dumps({"__type": refusal.code, "message": "a fault that was switched on"})
    return Response(body, refusal.status, content_type=_JSON)
