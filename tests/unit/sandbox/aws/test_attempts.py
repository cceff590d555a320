"""A retry of what was already done gets the answer that got lost; everything else is done."""

from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from sandbox.aws.attempts import Attempts


class Counting:
    """Creates a thing once; refuses the second time, as moto does."""

    def __init__(self):
        self.calls = 0

    def __call__(self, environ, start_response):
        self.calls += 1
        request = Request(environ)
        body = request.get_data() or b"{}"
        status = 200 if self.calls == 1 else 400
        return Response(body, status, {"x-call": str(self.calls)})(environ, start_response)


def send(client, attempt, call="a", action="CreateApplication"):
    return client.post(
        "/",
        data=b'{"name": 1}',
        headers={
            "amz-sdk-invocation-id": call,
            "amz-sdk-request": f"attempt={attempt}; max=3",
            "x-amz-target": f"Service.{action}",
        },
    )


def test_a_second_attempt_of_a_call_that_was_done_gets_its_answer():
    """The work is done once, and the answer is the same to the byte."""
    application = Counting()
    client = Client(Attempts(application))
    first, second = send(client, 1), send(client, 2)
    assert (second.status_code, second.data) == (first.status_code, first.data) == (200, first.data)
    assert second.headers["x-call"] == "1"
    assert application.calls == 1


def test_another_call_is_another_call():
    """Only the same invocation is a retry."""
    client = Client(Attempts(Counting()))
    assert [send(client, 1, call=call).status_code for call in "ab"] == [200, 400]


def test_a_failed_call_is_tried_again():
    """A refusal is no answer to keep."""
    application = Counting()
    application.calls = 1
    client = Client(Attempts(application))
    send(client, 1)
    send(client, 2)
    assert application.calls == 3


def test_records_are_never_held_back():
    """A data plane's retry is the sender's own business."""
    application = Counting()
    client = Client(Attempts(application))
    send(client, 1, action="PutRecords")
    send(client, 2, action="PutRecords")
    assert application.calls == 2
