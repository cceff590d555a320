"""Small parts: user data, packages, Flink's options, updates, switches, the control interface."""

import base64
import gzip
import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from sandbox.aws.control import Control, add_faults
from sandbox.aws.environment import ChildEnvironment
from sandbox.aws.faults import Faults
from sandbox.aws.flink.job import Job, flink_configuration
from sandbox.aws.flink.update import updated
from sandbox.aws.instances.user_data import exports_of
from sandbox.aws.packages import BadPackage, unpack

HEAD = "#!/usr/bin/env bash\n# why\nexport A=1\nexport B='two words'\n\nset -e\nexport C=3\n"


def zip_of(**files):
    """Return a zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_only_the_head_of_user_data_is_read(pack):
    """Exports before the first other line; what the script itself exports is its own."""
    user_data = base64.b64encode(pack(HEAD.encode())).decode()
    assert exports_of(user_data) == {"A": "1", "B": "two words"}


def test_a_package_is_unpacked_once(tmp_path):
    """The same bytes give the same folder."""
    package = zip_of(a="1")
    folder = unpack(package, tmp_path)
    assert (folder / "a").read_text() == "1"
    assert unpack(package, tmp_path) == folder
    assert unpack(zip_of(a="2"), tmp_path) != folder


def test_what_is_no_zip_is_refused(tmp_path):
    """And leaves nothing that a second try would take for the package."""
    for _ in range(2):
        with pytest.raises(BadPackage, match="no zip file"):
            unpack(b"text", tmp_path)


def job(*, restore):
    """Return a job."""
    return Job("a", "us-east-1", b"", (), parallelism=2, restore=restore)


def test_flink_listens_on_loopback_only(tmp_path):
    """Every address it can be told, and its job's parallelism."""
    options = flink_configuration(job(restore=True), tmp_path)
    addresses = {k: v for k, v in options.items() if k.endswith(("host", "address"))}
    assert set(addresses.values()) == {"127.0.0.1"}
    assert len(addresses) == 6
    assert options["parallelism.default"] == "2"
    assert "execution.state-recovery.path" not in options


def test_a_job_goes_on_from_its_newest_complete_checkpoint(tmp_path):
    """One without metadata is not complete; one may ask for none."""
    for number, complete in ((1, True), (2, True), (3, False)):
        folder = tmp_path / "job" / f"chk-{number}"
        folder.mkdir(parents=True)
        if complete:
            (folder / "_metadata").touch()
    options = flink_configuration(job(restore=True), tmp_path)
    assert options["execution.state-recovery.path"].endswith("/job/chk-2")
    fresh = flink_configuration(job(restore=False), tmp_path)
    assert "execution.state-recovery.path" not in fresh


def test_an_update_changes_what_it_names_and_nothing_else():
    """Checkpoints, parallelism, properties and code; the old description stays as it was."""
    location = {"BucketARN": "arn:aws:s3:::b", "FileKey": "old.zip"}
    before = {
        "ApplicationCodeConfigurationDescription": {
            "CodeContentDescription": {"S3ApplicationCodeLocationDescription": location}
        },
        "FlinkApplicationConfigurationDescription": {
            "ParallelismConfigurationDescription": {"Parallelism": 1, "ParallelismPerKPU": 1}
        },
    }
    text = json.dumps(before)
    after = updated(
        before,
        {
            "ApplicationCodeConfigurationUpdate": {
                "CodeContentUpdate": {"S3ContentLocationUpdate": {"FileKeyUpdate": "new.zip"}}
            },
            "FlinkApplicationConfigurationUpdate": {
                "ParallelismConfigurationUpdate": {"ParallelismUpdate": 4}
            },
        },
    )
    code = after["ApplicationCodeConfigurationDescription"]["CodeContentDescription"]
    assert code["S3ApplicationCodeLocationDescription"] == {**location, "FileKey": "new.zip"}
    flink = after["FlinkApplicationConfigurationDescription"]
    assert flink["ParallelismConfigurationDescription"] == {
        "Parallelism": 4,
        "ParallelismPerKPU": 1,
        "CurrentParallelism": 4,
    }
    assert json.dumps(before) == text


def test_children_do_not_see_the_account_at_the_keyboard(monkeypatch, tmp_path):
    """Credentials, settings and Python paths are withheld; ours are given."""
    monkeypatch.setenv("AWS_PROFILE", "real")
    monkeypatch.setenv("WSB_SUBREDDIT", "other")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    found = ChildEnvironment("http://127.0.0.1:1", tmp_path / "clock").of(WSB_X="y")
    assert not {"AWS_PROFILE", "WSB_SUBREDDIT", "PYTHONPATH"} & found.keys()
    assert found["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert found["WSB_CLOCK_FILE"] == str(tmp_path / "clock")
    assert found["WSB_X"] == "y"


@given(st.integers(0, 10))
def test_so_many_records_are_unprocessable_and_no_more(count):
    """The switch counts down to nothing."""
    faults = Faults()
    faults.set(firehose_unprocessable_records=count)
    assert sum(faults.take_unprocessable() for _ in range(20)) == count


@pytest.fixture
def control():
    """Return a client of a control interface with switches, before an application."""

    def moto(_environ, start_response):
        start_response("200 OK", [])
        return [b"moto"]

    control = Control(moto)
    add_faults(control, Faults())
    return Client(control)


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
        b'{"firehose_unprocessable_records": -1}',
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
