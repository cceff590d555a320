"""AwsControl: the sandbox's own interface, under /_sandbox/, in front of moto's application."""

import json
import signal
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.exceptions import BadRequest, HTTPException, MethodNotAllowed, NotFound
from werkzeug.wrappers import Request, Response

from sandbox.aws.services import Services

ROOT = "/_sandbox/"
_SIGNALS = (int(signal.SIGKILL), int(signal.SIGTERM))


class AwsControl:
    """A WSGI application: our calls here, everything else to moto."""

    def __init__(self, moto: WSGIApplication, services: Services) -> None:
        self._moto = moto
        faults, fleet = services.faults, services.fleet
        self._calls: dict[tuple[str, str], Callable[[dict[str, Any]], Any]] = {
            ("GET", "status"): lambda _: services.status(),
            ("GET", "faults"): lambda _: asdict(faults.switches),
            ("DELETE", "faults"): lambda _: asdict(faults.clear()),
            ("POST", "faults"): lambda body: asdict(faults.set(**body)),
            ("POST", "instances/boot"): lambda _: {"booted": fleet.boot()},
            ("POST", "instances/kill"): lambda body: {"killed": fleet.kill(_signal(body))},
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if not environ.get("PATH_INFO", "").startswith(ROOT):
            return self._moto(environ, start_response)
        try:
            response = _answer(self._dispatch(Request(environ)))
        except HTTPException as error:
            response = _answer({"error": error.description}, error.code or 500)
        return response(environ, start_response)

    def _dispatch(self, request: Request) -> Any:
        path = request.path.removeprefix(ROOT).strip("/")
        call = self._calls.get((request.method, path))
        if call is None:
            if any(path == known for _, known in self._calls):
                raise MethodNotAllowed
            known = ", ".join(f"{method} {ROOT}{name}" for method, name in self._calls)
            raise NotFound(f"There is no {request.method} {request.path}; there are {known}.")
        try:
            body = json.loads(request.get_data() or b"{}")
        except ValueError as error:
            raise BadRequest(f"The body is not JSON: {error}") from error
        if not isinstance(body, dict):
            raise BadRequest("The body must be a JSON object.")
        try:
            return call(body)
        except ValueError as error:
            raise BadRequest(str(error)) from error


def _signal(body: dict[str, Any]) -> int:
    number = body.get("signal", signal.SIGKILL)
    if number not in _SIGNALS:
        raise ValueError(f"signal must be {' or '.join(map(str, _SIGNALS))}, not {number!r}")
    return int(number)


def _answer(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body, default=str), status, content_type="application/json")
