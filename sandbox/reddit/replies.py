"""Replies: the forms that Reddit's answers have, right ones and refusals."""

from http import HTTPStatus

import orjson
from starlette.background import BackgroundTask
from starlette.responses import Response

JSON = "application/json; charset=UTF-8"
HTML = "text/html; charset=UTF-8"

# as recorded on 2021-05-24
TOO_MANY_PAGE = """
<!doctype html>
<html>
  <head>
    <title>Too Many Requests</title>
  </head>
  <body>
    <h1>whoa there, pardner!</h1>
    <p>we're sorry, but you appear to be a bot and we've seen too many requests
from you lately. we enforce a hard speed limit on requests that appear to come
from bots to prevent abuse.</p>
<p>please wait {seconds} second(s) and try again.</p>
  </body>
</html>
"""
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


def too_many(retry_after_seconds: int) -> Response:
    """Return the HTML page that meets a client out of quota, without any rate-limit header."""
    page = TOO_MANY_PAGE.format(seconds=retry_after_seconds)
    headers = {"retry-after": str(retry_after_seconds)}
    return Response(page, HTTPStatus.TOO_MANY_REQUESTS, headers, HTML)


def bad_token() -> Response:
    """Return the refusal of a token that is unknown or too old."""
    challenge = {"www-authenticate": 'Bearer realm="reddit", error="invalid_token"'}
    return failed(HTTPStatus.UNAUTHORIZED, challenge)


def page_instead_of_json() -> Response:
    """Return what a cache in trouble sends: HTML with a 200."""
    return Response("<!doctype html><html><title>reddit</title></html>", media_type=HTML)
