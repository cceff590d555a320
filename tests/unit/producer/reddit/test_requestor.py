"""Every answer but a good one is raised at once, as the error that says what to do."""

import io

import pytest
import requests
import urllib3

from producer.errors import (
    CredentialsWrongError,
    ForbiddenError,
    GarbledError,
    RateLimitedError,
    RedditUnavailableError,
    SubredditMissingError,
    TokenExpiredError,
    UnreachableError,
)
from producer.reddit.requestor import MeteredRequestor
from tests.support.producer_fakes import VirtualClock

API = "https://oauth.reddit.com/r/wallstreetbets/new"
TOKEN = "https://www.reddit.com/api/v1/access_token"
TOKEN_BODY = '{"access_token": "a", "expires_in": 3600, "scope": "*"}'


class FakeBudget:
    def __init__(self):
        self.headers = []

    def answered(self, now, headers):
        self.headers.append(dict(headers))


class OneAnswer:
    """A requests session that knows one answer."""

    def __init__(self, answer):
        self.answer = answer
        self.headers = {}

    def request(self, _method, _url, **options):
        self.timeouts = options["timeout"]
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def answer(status=200, body="{}", **headers):
    response = requests.Response()
    response.status_code = status
    response.raw = urllib3.HTTPResponse(io.BytesIO(body.encode()), preload_content=False)
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return response


def ask(given, url=API):
    budget = FakeBudget()
    settings = {"user_agent": "a test of wsb", "session": OneAnswer(given)}
    requestor = MeteredRequestor(budget=budget, now=VirtualClock().now, **settings)
    return budget, lambda: requestor.request("GET", url, data={})


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (answer(401), TokenExpiredError),
        (answer(403), ForbiddenError),
        (answer(404), SubredditMissingError),
        (answer(302, location="/subreddits/search"), SubredditMissingError),
        (answer(429), RateLimitedError),
        (answer(500), RedditUnavailableError),
        (answer(503), RedditUnavailableError),
        (answer(520), RedditUnavailableError),
        (answer(418), RedditUnavailableError),
        (requests.ConnectionError("refused"), UnreachableError),
    ],
)
def test_each_failure_is_the_error_that_says_what_to_do(given, error):
    budget, request = ask(given)
    with pytest.raises(error):
        request()
    assert len(budget.headers) == 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (requests.ConnectionError("refused"), "no connection; is the address right"),
        (requests.ConnectTimeout("slow"), "no connection within 4 s"),
        (requests.ReadTimeout("slow"), "no answer within 16 s"),
        (requests.exceptions.SSLError("self-signed"), "its certificate is not accepted"),
        (requests.exceptions.ChunkedEncodingError("cut"), "the answer broke off"),
        (requests.TooManyRedirects("Exceeded 30 redirects."), "Exceeded 30 redirects."),
    ],
)
def test_what_cannot_be_reached_is_said_in_words(given, expected):
    _, request = ask(given)
    with pytest.raises(UnreachableError, match=f"https://oauth.reddit.com cannot.*: {expected}"):
        request()


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (answer(401), CredentialsWrongError),
        (answer(403), CredentialsWrongError),
        (answer(200, '{"error": "invalid_grant"}'), CredentialsWrongError),
        (answer(429), RateLimitedError),
        (answer(502), RedditUnavailableError),
        (answer(200, "<html>"), GarbledError),
        (answer(200, "[]"), GarbledError),
        (answer(200, '{"access_token": "a"}'), GarbledError),
        (answer(200, TOKEN_BODY.replace("3600", "null")), GarbledError),
    ],
)
def test_a_token_has_errors_of_its_own(given, error):
    _, request = ask(given, TOKEN)
    with pytest.raises(error):
        request()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x_ratelimit_reset": "120", "retry_after": "4"}, 120.0),
        ({"retry_after": "4"}, 4.0),
        ({"retry_after": "soon"}, None),
        ({}, None),
    ],
)
def test_a_429_says_how_long_to_wait(headers, expected):
    _, request = ask(answer(429, "<html>whoa there", **headers))
    with pytest.raises(RateLimitedError) as raised:
        request()
    assert raised.value.wait_seconds == expected


def test_a_connection_has_four_seconds_of_the_sixteen():
    """Reddit's name stands for several addresses: one that swallows everything costs little."""
    session = OneAnswer(answer())
    settings = {"user_agent": "a test of wsb", "session": session}
    requestor = MeteredRequestor(budget=FakeBudget(), now=VirtualClock().now, **settings)
    requestor.request("GET", API, data={}, timeout=60)
    assert session.timeouts == (4.0, 16.0)


def test_the_quota_is_read_and_taken_from_prawcore_that_would_sleep_by_it():
    quota = {"x_ratelimit_remaining": "9", "x_ratelimit_used": "1", "x_ratelimit_reset": "60"}
    budget, request = ask(answer(**quota))
    response = request()
    assert budget.headers[0]["x-ratelimit-remaining"] == "9"
    assert not [name for name in response.headers if name.startswith("x-ratelimit")]


def test_the_token_server_s_quota_is_another_one():
    budget, request = ask(answer(200, TOKEN_BODY, x_ratelimit_remaining="9"), TOKEN)
    request()
    assert budget.headers == [{}]
