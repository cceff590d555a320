"""The packaged application on the real connectors: the sandbox's Kinesis in, its Firehose out."""

import gzip
import json
import os
import signal
import socket
import time
import zipfile
from collections import Counter

import pytest
import requests

from contract import format_instant, problem_of_line
from contract.validation import LINE_BYTES_MAX
from flink_app.metrics import DIMENSION, METRICS, SERVICE_GROUP
from sandbox.process import ChildProcess
from tests.conftest import need
from tests.integration.flink.test_flink_judgement import FLINK_PYTHON
from tests.support.hostile_lines import UNTERMINATED, encode, tombstone, valid_record
from tests.support.sandbox_aws import START, SandboxAws
from tools.package import package_flink

pytestmark = pytest.mark.integration

NOW = format_instant(START)  # the stream's clock has just begun
SOON = {"observed_at": format_instant(START + 3600)}
REGION = "us-east-1"
JAR = "lib/pyflink-dependencies.jar"
RUN_OPTIONS = "kinesis.analytics.flink.run.options"
PLACE = (SERVICE_GROUP, *DIMENSION)
START_SECONDS = 240
ARRIVE_SECONDS = 120


def until(condition, seconds, message):
    """Wait on the condition; it is asked for, not assumed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.2)
    return pytest.fail(f"not within {seconds} s: {message}")


def free_port():
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Stage:
    """The sandbox's AWS with a stream, two deliveries and a bucket."""

    def __init__(self, folder):
        self.aws = SandboxAws(folder)
        self.aws.clock.set_speed(1)
        self.kinesis, self.s3 = self.aws.client("kinesis"), self.aws.client("s3")
        self.s3.create_bucket(Bucket="lake")
        self.kinesis.create_stream(StreamName="observations", ShardCount=2)
        delimiter = {"ParameterName": "Delimiter", "ParameterValue": "\\n"}
        newlines = {"Type": "AppendDelimiterToRecord", "Parameters": [delimiter]}
        for name in ("kept", "dead"):
            self.aws.client("firehose").create_delivery_stream(
                DeliveryStreamName=name,
                ExtendedS3DestinationConfiguration={
                    "RoleARN": "arn:aws:iam::123456789012:role/delivery",
                    "BucketARN": "arn:aws:s3:::lake",
                    "Prefix": f"{name}/",
                    "BufferingHints": {"IntervalInSeconds": 0, "SizeInMBs": 1},
                    "CompressionFormat": "GZIP",
                    "ProcessingConfiguration": {"Enabled": True, "Processors": [newlines]},
                },
            )

    def put(self, lines):
        for number, line in enumerate(lines):
            self.kinesis.put_record(StreamName="observations", Data=line, PartitionKey=str(number))

    def delivered(self, name):
        """Return the lines that lie in the bucket, in no order."""
        listed = self.s3.list_objects_v2(Bucket="lake", Prefix=f"{name}/").get("Contents", ())
        bodies = (self.s3.get_object(Bucket="lake", Key=item["Key"])["Body"] for item in listed)
        return [line for body in bodies for line in gzip.decompress(body.read()).split(b"\n")[:-1]]


class Application:
    """The unpacked zip, run as the sandbox's Managed Flink runs it."""

    def __init__(self, folder, url, options=None, **changes):
        self.folder = folder
        self.options = options or {}
        with zipfile.ZipFile(package_flink()) as archive:
            archive.extractall(folder / "code")
        self.process = ChildProcess(
            [FLINK_PYTHON, "main.py"],
            log=folder / "flink.log",
            environment=self._environment(url, changes),
            directory=folder / "code",
        )

    def _environment(self, url, changes):
        values = {
            "region": REGION,
            "stream_name": "observations",
            "observations_delivery_stream": "kept",
            "dead_letters_delivery_stream": "dead",
            "min_score": "10",
            **changes,
        }
        groups = [
            {"PropertyGroupId": RUN_OPTIONS, "PropertyMap": {"python": "main.py"}},
            {"PropertyGroupId": "wsb", "PropertyMap": values},
        ]
        properties = self.folder / "application_properties.json"
        properties.write_text(json.dumps(groups))
        options = {
            "execution.checkpointing.interval": "2 s",
            "execution.checkpointing.dir": f"file://{self.folder / 'checkpoints'}",
            "restart-strategy.type": "none",  # what fails is to be seen
            **self.options,
        }
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "AWS_ENDPOINT_URL": url,
            "WSB_FLINK_LOCAL": "1",
            "WSB_FLINK_CONFIG": json.dumps(options),
            "WSB_FLINK_PROPERTIES": str(properties),
        }

    def checkpoints(self):
        """Return the complete checkpoints that lie where they were asked for."""
        return list((self.folder / "checkpoints").glob("*/chk-*/_metadata"))

    def counted(self):
        """Return the application's own counters, of all parallel judges together."""
        port, job = self.options["rest.bind-port"], self.process.wait_for("running", 1)["job_id"]
        url = f"http://127.0.0.1:{port}/jobs/{job}"
        found = Counter()
        for vertex in requests.get(url, timeout=30).json()["vertices"]:
            metrics = f"{url}/vertices/{vertex['id']}/metrics"
            names = [each["id"] for each in requests.get(metrics, timeout=30).json()]
            for name in (name for name in names if f".{'.'.join(PLACE)}." in name):
                answer = requests.get(metrics, {"get": name}, timeout=30).json()
                found[name.rpartition(".")[2]] += sum(int(each["value"]) for each in answer)
        return found


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    need(FLINK_PYTHON.exists(), f"no Flink at {FLINK_PYTHON}: set WSB_FLINK_PYTHON")
    package_flink()
    stage = Stage(tmp_path_factory.mktemp("stage"))
    yield stage
    stage.aws.close()


@pytest.fixture(scope="module")
def start(stage, tmp_path_factory):
    """Return a function that starts the application, each time in an awkward folder of its own."""
    started = []

    def start_application(**properties):
        folder = tmp_path_factory.mktemp("application") / "ä b%20c"
        folder.mkdir()
        started.append(Application(folder, stage.aws.url, **properties))
        return started[-1]

    yield start_application
    for application in started:
        application.process.stop()


@pytest.fixture(scope="module")
def running(start):
    """Return an application that has said that its job runs: it takes half a minute."""
    application = start(options={"rest.bind-port": str(free_port())})
    application.process.wait_for("running", START_SECONDS)
    return application


def lines_of_all_sorts():
    """Return lines to keep, to leave out, to refuse, and those that have ended such jobs."""
    comment, post = valid_record("comment", NOW), valid_record("post", NOW)
    kept = [encode(comment | {"id": f"t1_{n}", "body": "zażółć 🚀 \n " * n}) for n in range(200)]
    kept += [
        encode(post),
        encode(tombstone(comment) | {"peak_score": None, "score": None}),
    ]
    left_out = [
        encode(comment | {"score": 9, "peak_score": 9, "id": f"t1_low{n}"}) for n in range(50)
    ]
    head, tail = encode(comment)[:-1] + b',"pad":"', b'"}'
    largest = head + b"x" * (LINE_BYTES_MAX - len(head) - len(tail)) + tail
    refused = [b"garbage", b"\xff\xfe", b"[1]", encode(comment | {"score": "15"}), b"", b"\x00" * 9]
    poison = [b"\x00" * 1_000_000, b"\xff" * 1_000_000, b'{"id":' + b"1" * 900_000 + b"}"]
    poison += [b'{"id":' + b"[" * 500_000 + b"]" * 500_000 + b"}"]
    poison += [head + b"x" * (1_048_000 - len(head)) + tail]
    refused += [encode(comment | SOON), *(shape(900_000) for shape in UNTERMINATED.values())]
    return [*kept, largest], left_out, refused + poison


def test_a_failed_call_is_judged_by_the_sink_s_own_classes():
    """Kinesis' relocated copies in their place end the sink's retries: no failure, no output."""
    judges = "org/apache/flink/connector/aws/sink/throwable/"
    with (
        zipfile.ZipFile(package_flink()) as archive,
        archive.open(JAR) as jar,
        zipfile.ZipFile(jar) as classes,
    ):
        names = [name for name in classes.namelist() if name.startswith(judges)]
        held = [classes.read(name) for name in names if name.endswith(".class")]
    assert held
    assert not any(b"kinesis/shaded" in content for content in held)


def test_lines_go_where_they_belong_and_the_job_goes_on(stage, running):
    """Kept lines land as they came, refused ones as dead letters; no line ends the job."""
    kept, left_out, refused = lines_of_all_sorts()
    stage.put(refused + left_out + kept)
    until(lambda: len(stage.delivered("dead")) >= len(refused), ARRIVE_SECONDS, "dead letters")
    until(lambda: len(stage.delivered("kept")) >= len(kept), ARRIVE_SECONDS, "kept lines")
    late = encode(valid_record("gap", NOW))
    stage.put([late])
    until(lambda: late in stage.delivered("kept"), ARRIVE_SECONDS, "a line after the poison")
    assert sorted(stage.delivered("kept")) == sorted([*kept, late])
    letters = [json.loads(line) for line in stage.delivered("dead")]
    expected = sorted(problem_of_line(line, arrived_at=START) for line in refused)
    assert sorted(letter["reason"] for letter in letters) == expected
    assert running.process.running


def test_what_was_judged_is_counted(stage, running):
    """In, valid by kind, refused by reason, where the service looks for them."""
    kept, left_out, refused = lines_of_all_sorts()
    reasons = Counter(problem_of_line(line, arrived_at=START) for line in refused)
    expected = Counter({f"dead_letters_{r.partition(':')[0]}": 0 for r in reasons})
    for reason, count in reasons.items():
        expected[f"dead_letters_{reason.partition(':')[0]}"] += count
    expected |= {"records_in": len([*kept, *left_out, *refused]) + 1}
    expected |= {"observations_comment": len(kept) + len(left_out) - 1}
    expected |= {"observations_post": 1, "observations_gap": 1}
    until(lambda: +running.counted() == expected, ARRIVE_SECONDS, f"{expected}")
    assert set(expected) <= set(METRICS)


def test_a_signal_to_the_whole_group_is_a_clean_stop(running):
    """The JVM may go first: status 0 and no traceback, checkpoints and jars under its folder."""
    until(running.checkpoints, ARRIVE_SECONDS, "a checkpoint")
    assert list((running.folder / "code" / "tmp").glob("flink-table-planner*.jar"))
    running.process.signal(signal.SIGTERM)
    assert running.process.wait(60) == 0
    assert "Traceback" not in (running.folder / "flink.log").read_text()


def test_an_unknown_stream_is_one_sentence(start):
    """A job that cannot run ends with its root cause and a status other than 0."""
    application = start(stream_name="nowhere")
    assert application.process.wait(START_SECONDS) == 1
    said = application.process.last_line()
    assert said.startswith("flink_app: the job has ended (FAILED)")
    assert "nowhere" in said


def test_wrong_properties_are_one_sentence(start):
    """It comes at once, without Flink's start, and without a traceback."""
    application = start(min_score="ten", filter_mode="soft")
    assert application.process.wait(START_SECONDS) == 1
    assert (application.folder / "flink.log").read_text() == (
        "flink_app: property group `wsb`: min_score must be a whole number, not 'ten';"
        " filter_mode must be sticky or strict, not 'soft'\n"
    )
