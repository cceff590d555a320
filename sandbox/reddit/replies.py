"""Replies: the forms that Reddit's answers have, right ones and refusals."""

from http import HTTPStatus

import orjson
from starlette.background import BackgroundTask
from starlette.responses import Response

JSON = "application/json; charset=UTF-8"
HTML = "text/html; charset=UTF-8"

TOO_MANY_PAGE = "<!doctype html><html><body><h1>whoa there, pardner!</h1></body></html>"
_NO_STORE = {"cache-control": "private, s-maxage=0, max-age=0, must-revalidate, no-store"}


def answer(
    body: bytes, headers: dict[str, str], when_sent: BackgroundTask | None = None
) -> Response:
    """Return what was asked for."""
    return Response(body, headers=_NO_STORE | headers, media_type=JSON, background=when_sent)


def failed(status: HTTPStatus, headers: dict[str, str] | None = None) -> Response:
    """Return Reddit's JSON for an error."""
    body = orjson.dumps({"message": status.phrase, "error": status.value})
    return Response(body, status, headers, JSON)


def too_many(
    retry_after_seconds: int | None = None, headers: dict[str, str] | None = None
) -> Response:
    """Return the HTML page that meets a client out of quota, mostly without the quota's headers."""
    retry = {} if retry_after_seconds is None else {"retry-after": str(retry_after_seconds)}
    return Response(TOO_MANY_PAGE, HTTPStatus.TOO_MANY_REQUESTS, retry | (headers or {}), HTML)


def bad_token() -> Response:
    """Return the refusal of a token that is unknown or too old."""
    challenge = {"www-authenticate": 'Bearer realm="reddit", error="invalid_token"'}
    return failed(HTTPStatus.UNAUTHORIZED, challenge)


def page_instead_of_json() -> Response:
    """Return what a cache in trouble sends: HTML with a 200."""
    return Response("<!doctype html><html><title>reddit</title></html>", media_type=HTML)
