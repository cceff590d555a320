from types import SimpleNamespace

import pytest
from werkzeug.test import Client

from sandbox.aws.control import AwsControl
from sandbox.aws.faults import Faults


@pytest.fixture
def control():
    """Return a client of a control interface with switches, before an application."""

    def moto(_environ, start_response):
        start_response("200 OK", [])
        return [b"moto"]

    return Client(AwsControl(moto, SimpleNamespace(faults=Faults(), fleet=None)))


def test_everything_else_goes_to_moto(control):
    """The sandbox takes nothing but its own path."""
    assert control.get("/bucket/_sandbox/faults").data == b"moto"


def test_switches_are_set_and_read(control):
    """What was not named stays."""
    assert (
        control.post("/_sandbox/faults", json={"kinesis_throttled_ratio": 0.5}).status_code == 200
    )
    assert control.post("/_sandbox/faults", json={"delivery_refused": True}).status_code == 200
    found = control.get("/_sandbox/faults").json
    assert (found["kinesis_throttled_ratio"], found["delivery_refused"]) == (0.5, True)
    assert not any(control.delete("/_sandbox/faults").json.values())


@pytest.mark.parametrize(
    "body",
    [
        b'{"nothing": 1}',
        b'{"kinesis_throttled_ratio": 2}',
        b'{"kinesis_frozen": "yes"}',
        b'{"kinesis_throttled_ratio": true}',
        b"[]",
        b"{",
    ],
)
def test_a_wrong_switch_is_a_sentence(control, body):
    """Status 400, and nothing changes."""
    before = control.get("/_sandbox/faults").json
    answer = control.post("/_sandbox/faults", data=body)
    assert answer.status_code == 400
    assert answer.json["error"]
    assert control.get("/_sandbox/faults").json == before


def test_an_unknown_call_names_the_known_ones(control):
    """404 for the path, 405 for the method."""
    answer = control.get("/_sandbox/nothing")
    assert answer.status_code == 404
    assert "GET /_sandbox/faults" in answer.json["error"]
    assert control.put("/_sandbox/faults").status_code == 405
