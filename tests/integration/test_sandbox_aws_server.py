"""The sandbox's AWS as a process, over sockets, as boto3 and Terraform see it."""

import base64
import gzip
import json
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from sandbox.process import ChildFailed, ChildProcess
from tests.conftest import PROJECT
from tests.support.aws_emulator import make_table
from tests.support.packages import zip_of
from tests.support.sandbox_aws import WALL_SECONDS, SandboxAws

pytestmark = pytest.mark.integration
ROLE = "arn:aws:iam::123456789012:role/r"
FLINK_MAIN = """
import json, os, signal, sys, threading
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
groups = json.load(open(os.environ["WSB_FLINK_PROPERTIES"]))
wsb = next(g["PropertyMap"] for g in groups if g["PropertyGroupId"] == "wsb")
if wsb["mode"] == "fail":
    sys.exit("the stream does not exist: create it first")
assert os.environ["WSB_FLINK_LOCAL"] == "1" and json.loads(os.environ["WSB_FLINK_CONFIG"])
print(json.dumps({"event": "running", "job_id": "j"}), flush=True)
stop.wait()
"""
PRODUCER = """
import json, os, signal, sys, threading
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
names = ("WSB_STREAM_NAME", "WSB_REDDIT_URL", "AWS_ENDPOINT_URL", "PRAW_ALLOW_ENDPOINT_OVERRIDE")
print(json.dumps({"event": "started", "argv": sys.argv[1:], **{n: os.environ[n] for n in names}}),
      flush=True)
stop.wait()
"""
HANDLER = """
import os, sys, time
import in_the_layer
def handler(event, context):
    print("a line of the handler's")
    if event.get("raise"):
        raise ValueError(event["raise"])
    if event.get("die"):
        os._exit(3)
    time.sleep(event.get("sleep", 0))
    eaten = bytearray(event.get("eat", 0))
    try:
        import moto
        isolated = False
    except ModuleNotFoundError:
        isolated = True
    return {"event": event, "variable": os.environ["COLOUR"], "layer": in_the_layer.VALUE,
            "isolated": isolated, "name": context.function_name, "pid": os.getpid(),
            "time_left": context.get_remaining_time_in_millis() > 0}
"""


def until(condition, seconds=WALL_SECONDS):
    """Wait until the condition returns something true, and return that."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    pytest.fail("it did not happen")


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    """Return a sandbox in a folder with an awkward name; it must end with status 0."""
    aws = start(tmp_path_factory.mktemp("aws") / "ä b%20c")
    yield aws
    assert aws.close() == 0


def start(folder):
    """Start a sandbox with a bucket for packages and one for the lake."""
    aws = SandboxAws(folder, "--flink-python", sys.executable, "--reddit-url", "http://127.0.0.1:9")
    for bucket in ("artifacts", "lake"):
        aws.client("s3").create_bucket(Bucket=bucket)
    return aws


def test_concurrent_producers_lose_nothing(aws):
    """Four producers, 8,000 records: each is read once, and the ledger agrees."""
    aws.client("kinesis").create_stream(StreamName="many", ShardCount=2)

    def produce(name):
        kinesis = aws.client("kinesis")
        for batch in range(8):
            data = [f"{name}-{batch}-{n}" for n in range(250)]
            records = [{"PartitionKey": d, "Data": d.encode()} for d in data]
            assert kinesis.put_records(StreamName="many", Records=records)["FailedRecordCount"] == 0

    with ThreadPoolExecutor() as pool:
        list(pool.map(produce, range(4)))
    assert aws.status()["streams"]["many"] == {
        "records_put": 8000,
        "records_read": 0,
        "oldest_unread_at": aws.clock.now(),
    }
    found = list(read_all(aws.client("kinesis"), "many"))
    assert len(found) == len(set(found)) == 8000
    status = aws.status()["streams"]["many"]
    assert (status["records_read"], status["oldest_unread_at"]) == (8000, None)


def read_all(kinesis, stream):
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while answer := kinesis.get_records(ShardIterator=iterator):
            if not answer["Records"]:
                break
            yield from (record["Data"] for record in answer["Records"])
            iterator = answer["NextShardIterator"]


def test_a_frozen_kinesis_answers_when_it_thaws(aws):
    """Calls hang, none is lost."""
    kinesis = aws.client("kinesis")
    kinesis.create_stream(StreamName="cold", ShardCount=1)
    aws.control("POST", "faults", {"kinesis_frozen": True})
    put = threading.Thread(
        target=lambda: kinesis.put_record(StreamName="cold", PartitionKey="k", Data=b"x")
    )
    put.start()
    put.join(0.3)
    assert put.is_alive()
    assert aws.status()["streams"]["cold"]["records_put"] == 0
    aws.control("POST", "faults", {"kinesis_frozen": False})
    put.join(WALL_SECONDS)
    assert aws.status()["streams"]["cold"]["records_put"] == 1


@pytest.fixture(scope="module")
def refusing(aws):
    """Return a stream, a table, and a call of each kind on them."""
    kinesis, dynamodb = aws.client("kinesis"), aws.client("dynamodb")
    kinesis.create_stream(StreamName="refusing", ShardCount=1)
    make_table(aws.url, "refusing")
    key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    record = {"PartitionKey": "k", "Data": b"x"}
    return {
        "put": lambda: kinesis.put_records(StreamName="refusing", Records=[record]),
        "write": lambda: dynamodb.put_item(TableName="refusing", Item=key),
        "update": lambda: dynamodb.update_item(
            TableName="refusing",
            Key=key,
            UpdateExpression="SET n = :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        ),
        "delete": lambda: dynamodb.delete_item(TableName="refusing", Key=key),
        "read": lambda: dynamodb.get_item(TableName="refusing", Key=key),
        "query": lambda: dynamodb.query(
            TableName="refusing",
            KeyConditionExpression="pk = :a",
            ExpressionAttributeValues={":a": {"S": "a"}},
        ),
    }


WRITES, READS = {"write", "update", "delete"}, {"read", "query"}


@pytest.mark.parametrize(
    ("switch", "code", "calls"),
    [
        ("kinesis_unavailable_ratio", "InternalFailure", {"put"}),
        ("kinesis_throttled_ratio", "ProvisionedThroughputExceededException", {"put"}),
        ("dynamodb_throttled_ratio", "ProvisionedThroughputExceededException", WRITES | READS),
        ("dynamodb_unavailable_ratio", "InternalServerError", WRITES | READS),
        ("dynamodb_conflict_ratio", "TransactionConflictException", WRITES),
    ],
)
def test_a_switch_refuses_its_calls_and_no_others(aws, refusing, switch, code, calls):
    """Until it is off; a 500 is one that no client takes for its own mistake."""
    aws.control("POST", "faults", {switch: 1.0})
    refused = {}
    for name, call in refusing.items():
        try:
            call()
        except ClientError as error:
            refused[name] = error.response
    aws.control("DELETE", "faults")
    assert {name: one["Error"]["Code"] for name, one in refused.items()} == dict.fromkeys(
        calls, code
    )
    statuses = {one["ResponseMetadata"]["HTTPStatusCode"] for one in refused.values()}
    assert statuses == {500 if code.startswith("Internal") else 400}
    for call in refusing.values():
        call()


def test_a_connection_may_break_when_the_work_is_done(aws, refusing):
    """Whoever sends it again sends it twice."""
    before = aws.status()["streams"]["refusing"]["records_put"]
    aws.control("POST", "faults", {"aws_cut_ratio": 1.0})
    for name in ("put", "write"):
        with pytest.raises((ConnectionClosedError, ReadTimeoutError)):
            refusing[name]()
    refusing["read"]()
    aws.control("DELETE", "faults")
    refusing["put"]()
    assert aws.status()["streams"]["refusing"]["records_put"] == before + 2


def test_firehose_delivers_on_the_sandboxes_clock(aws):
    """Lines, compressed, under the hour they came in, when the interval has passed on the clock."""
    processor = {
        "Type": "AppendDelimiterToRecord",
        "Parameters": [{"ParameterName": "Delimiter", "ParameterValue": "\\n"}],
    }
    aws.client("firehose").create_delivery_stream(
        DeliveryStreamName="landing",
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE,
            "BucketARN": "arn:aws:s3:::lake",
            "Prefix": "landing/dt=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/",
            "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
            "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 300},
            "CompressionFormat": "GZIP",
            "ProcessingConfiguration": {"Enabled": True, "Processors": [processor]},
        },
    )
    entries = [{"Data": f"{n}".encode()} for n in range(100)]
    aws.client("firehose").put_record_batch(DeliveryStreamName="landing", Records=entries)
    put_at = aws.clock.now()
    assert aws.status()["delivery"]["landing"]["buffered_records"] == 100
    aws.clock.set(put_at + 301, 0)
    until(lambda: aws.status()["delivery"]["landing"]["records_delivered"] == 100)
    (found,) = aws.client("s3").list_objects_v2(Bucket="lake")["Contents"]
    assert found["Key"].startswith("landing/dt=2021-01-28/hour=13/landing-1-2021-01-28-13-")
    body = aws.client("s3").get_object(Bucket="lake", Key=found["Key"])["Body"].read()
    assert gzip.decompress(body) == b"".join(b"%d\n" % n for n in range(100))


def test_racing_glue_commits_lose_nothing(aws):
    """Four writers read, add one and swap; who lost tries again; all sixty are there."""
    tables = aws.client("glue")
    tables.create_database(DatabaseInput={"Name": "d"})
    tables.create_table(DatabaseName="d", TableInput={"Name": "t", "Parameters": {"n": "0"}})

    def commit_often():
        tables = aws.client("glue")
        done = 0
        while done < 15:
            table = tables.get_table(DatabaseName="d", Name="t")["Table"]
            count = str(int(table["Parameters"]["n"]) + 1)
            try:
                tables.update_table(
                    DatabaseName="d",
                    TableInput={"Name": "t", "Parameters": {"n": count}},
                    VersionId=table["VersionId"],
                )
            except tables.exceptions.ConcurrentModificationException:
                continue
            done += 1

    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(commit_often) for _ in range(4)]:
            done.result()
    assert tables.get_table(DatabaseName="d", Name="t")["Table"]["Parameters"]["n"] == "60"


def create_application(aws, name, mode):
    aws.put_code("flink.zip", zip_of({"main.py": FLINK_MAIN}))
    location = {"BucketARN": "arn:aws:s3:::artifacts", "FileKey": "flink.zip"}
    groups = [{"PropertyGroupId": "wsb", "PropertyMap": {"mode": mode}}]
    aws.client("kinesisanalyticsv2").create_application(
        ApplicationName=name,
        RuntimeEnvironment="FLINK-1_20",
        ServiceExecutionRole=ROLE,
        ApplicationConfiguration={
            "ApplicationCodeConfiguration": {
                "CodeContentType": "ZIPFILE",
                "CodeContent": {"S3ContentLocation": location},
            },
            "EnvironmentProperties": {"PropertyGroups": groups},
        },
    )


def flink(aws, name):
    return aws.status()["flink"][name]


def test_a_flink_application_runs_restarts_and_stops(aws):
    """STARTING until its main says running; a dead one comes back; stopped it is READY."""
    create_application(aws, "app", "run")
    analytics = aws.client("kinesisanalyticsv2")
    analytics.start_application(ApplicationName="app")
    until(lambda: flink(aws, "app")["status"] == "RUNNING")
    first = flink(aws, "app")["pid"]
    os.kill(first, signal.SIGKILL)
    second = until(lambda: (pid := flink(aws, "app")["pid"]) != first and pid)
    assert flink(aws, "app")["restarts"] == 1
    assert flink(aws, "app")["status"] == "RUNNING"
    analytics.stop_application(ApplicationName="app")
    until(lambda: flink(aws, "app")["status"] == "READY")
    assert flink(aws, "app")["pid"] is None
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)
    analytics.start_application(ApplicationName="app")
    until(lambda: flink(aws, "app")["status"] == "RUNNING")


def test_a_flink_application_that_fails_says_its_last_line(aws):
    """As the operation's error, and READY again."""
    create_application(aws, "broken", "fail")
    analytics = aws.client("kinesisanalyticsv2")
    analytics.start_application(ApplicationName="broken")
    until(lambda: flink(aws, "broken")["status"] == "READY")
    (operation,) = analytics.list_application_operations(ApplicationName="broken")[
        "ApplicationOperationInfoList"
    ]
    details = analytics.describe_application_operation(
        ApplicationName="broken", OperationId=operation["OperationId"]
    )["ApplicationOperationInfoDetails"]
    error = details["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]
    log = aws.status()["flink"]["broken"]["log"]
    assert error == (
        f"it ended with status 1: the stream does not exist: create it first (all of it: {log})"
    )


@pytest.fixture(scope="module")
def function(aws):
    role = aws.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    aws.put_code("code.zip", zip_of({"job/main.py": HANDLER, "job/__init__.py": ""}))
    aws.put_code("layer.zip", zip_of({"python/in_the_layer.py": "VALUE = 42"}))
    functions = aws.client("lambda")
    layer = functions.publish_layer_version(
        LayerName="l", Content={"S3Bucket": "artifacts", "S3Key": "layer.zip"}
    )
    made = functions.create_function(
        FunctionName="job",
        Runtime="python3.11",
        Role=role["Role"]["Arn"],
        Handler="job.main.handler",
        Code={"S3Bucket": "artifacts", "S3Key": "code.zip"},
        Layers=[layer["LayerVersionArn"]],
        Environment={"Variables": {"COLOUR": "green"}},
    )
    functions.put_function_event_invoke_config(FunctionName="job", MaximumRetryAttempts=0)
    return made["FunctionArn"]


def invoke(aws, **event):
    answer = aws.client("lambda").invoke(FunctionName="job", Payload=json.dumps(event).encode())
    return json.load(answer["Payload"]), answer.get("FunctionError")


@pytest.mark.usefixtures("function")
def test_a_function_sees_its_code_its_layers_and_nothing_else(aws):
    """Its variables and context are there; this project's libraries are not; it stays warm."""
    first, error = invoke(aws, a=1)
    second, _ = invoke(aws)
    assert error is None
    pid = first.pop("pid")
    assert first == {
        "event": {"a": 1},
        "variable": "green",
        "layer": 42,
        "isolated": True,
        "name": "job",
        "time_left": True,
    }
    assert second["pid"] == pid
    log = Path(aws.status()["functions"]["job"]["log"]).read_text()
    assert "a line of the handler's" in log


@pytest.mark.usefixtures("function")
def test_a_function_that_raises_is_reported_as_lambda_does(aws):
    """FunctionError, type and message; the next event finds it well."""
    failure, error = invoke(aws, **{"raise": "bad event"})
    assert error == "Unhandled"
    assert (failure["errorType"], failure["errorMessage"]) == ("ValueError", "bad event")
    assert invoke(aws)[1] is None


@pytest.mark.usefixtures("function")
def test_a_function_that_dies_is_started_again(aws):
    """The event that killed it fails."""
    failure, error = invoke(aws, die=True)
    assert error == "Unhandled"
    assert failure["errorType"] == "Runtime.ExitError"
    assert invoke(aws)[1] is None


@pytest.mark.usefixtures("function")
@pytest.mark.parametrize(
    ("event", "kind", "message"),
    [
        ({"sleep": 600}, "Sandbox.Timedout", "Task timed out after 1.00 seconds"),
        ({"eat": 200_000_000}, "Runtime.ExitError", "Runtime exited with error: signal: killed"),
    ],
)
def test_a_function_that_takes_too_much_is_killed_as_lambda_does(aws, event, kind, message):
    """More time, or more memory, than it was given; the next event finds a new process."""
    aws.client("lambda").update_function_configuration(
        FunctionName="job", Timeout=1, MemorySize=128
    )
    before, _ = invoke(aws, eat=20_000_000)
    failure, error = invoke(aws, **event)
    assert error == "Unhandled"
    assert failure["errorType"] == kind
    assert failure["errorMessage"].startswith(message)
    aws.client("lambda").update_function_configuration(FunctionName="job", Timeout=30)
    after, error = invoke(aws)
    assert error is None
    assert after["pid"] != before["pid"]
    with pytest.raises(ProcessLookupError):
        os.kill(before["pid"], 0)


@pytest.mark.usefixtures("function")
def test_new_settings_of_a_function_take_effect(aws):
    """A warm process with the old ones is not used any more."""
    functions = aws.client("lambda")
    for colour in ("red", "green"):
        functions.update_function_configuration(
            FunctionName="job", Environment={"Variables": {"COLOUR": colour}}
        )
        assert invoke(aws)[0]["variable"] == colour


@pytest.mark.usefixtures("function")
def test_an_asynchronous_invocation_returns_at_once(aws):
    """202, and the result is in the status later."""
    before = aws.status()["functions"]["job"]["invocations"]
    answer = aws.client("lambda").invoke(
        FunctionName="job", InvocationType="Event", Payload=b'{"later": true}'
    )
    assert answer["StatusCode"] == 202
    until(lambda: aws.status()["functions"]["job"]["invocations"] == before + 1)
    assert aws.status()["functions"]["job"]["last_result"]["event"] == {"later": True}


def test_a_schedule_invokes_its_function_on_the_clock(aws, function):
    """Each period once, with its input; disabled it rests."""
    schedules = aws.client("scheduler")
    schedule = {
        "Name": "every-quarter",
        "ScheduleExpression": "rate(15 minutes)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {
            "Arn": function,
            "RoleArn": ROLE,
            "Input": '{"action": "settle"}',
        },
    }
    schedules.create_schedule(**schedule)

    def job():
        return aws.status()["functions"]["job"]

    before = job()["invocations"]
    aws.clock.set(aws.clock.now() + 5, 0)  # the service looks at its schedules as time passes
    due_at = until(lambda: job()["next_due_at"])
    aws.clock.set(due_at - 30, 0)
    assert job()["invocations"] == before
    for number in (1, 2):
        aws.clock.set(due_at + (number - 1) * 900 + 3, 0)
        until(lambda n=number: job()["invocations"] == before + n)
        assert job()["last_result"]["event"] == {"action": "settle"}
    schedules.update_schedule(**schedule, State="DISABLED")
    aws.clock.set(aws.clock.now() + 5, 0)
    until(lambda: job()["next_due_at"] is None)


def test_instances_run_what_their_launch_template_says(aws):
    """Booted by hand; killed they stay down until the next boot; terminated they are gone."""
    aws.put_code("producer.zip", zip_of({"wsb.py": PRODUCER}))
    head = (
        "#!/usr/bin/env bash\nexport WSB_ARTIFACTS_BUCKET=artifacts\n"
        "export WSB_CODE_KEY=producer.zip\nexport WSB_STREAM_NAME=many\nset -e\n"
    )
    ec2, groups = aws.client("ec2"), aws.client("autoscaling")
    image = ec2.describe_images()["Images"][0]["ImageId"]
    user_data = base64.b64encode(head.encode()).decode()
    ec2.create_launch_template(
        LaunchTemplateName="producer",
        LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro", "UserData": user_data},
    )
    groups.create_auto_scaling_group(
        AutoScalingGroupName="producers",
        MinSize=1,
        MaxSize=1,
        AvailabilityZones=["us-east-1a"],
        LaunchTemplate={"LaunchTemplateName": "producer", "Version": "$Latest"},
    )
    assert not aws.status()["instances"]
    (booted,) = aws.control("POST", "instances/boot")["booted"]
    log = Path(aws.status()["instances"][booted]["log"])
    started = json.loads(until(log.read_text))
    assert started == {
        "event": "started",
        "argv": ["produce"],
        "WSB_STREAM_NAME": "many",
        "WSB_REDDIT_URL": "http://127.0.0.1:9",
        "AWS_ENDPOINT_URL": aws.url,
        "PRAW_ALLOW_ENDPOINT_OVERRIDE": "1",
    }
    assert aws.control("POST", "instances/boot")["booted"] == []
    assert aws.control("POST", "instances/kill", {"signal": 9})["killed"] == [booted]
    assert aws.status()["instances"][booted]["exit_code"] == -9
    assert aws.control("POST", "instances/boot")["booted"] == [booted]
    groups.start_instance_refresh(AutoScalingGroupName="producers")
    status = aws.status()["instances"]
    assert status.pop(booted)["status"] == "stopped"
    assert [instance["status"] for instance in status.values()] == ["running"]
    groups.delete_auto_scaling_group(AutoScalingGroupName="producers", ForceDelete=True)
    assert {i["status"] for i in aws.status()["instances"].values()} == {"stopped"}


def test_a_boot_that_cannot_be_is_a_sentence(aws):
    """No code in S3: 400, and what to do."""
    head = "export WSB_ARTIFACTS_BUCKET=artifacts\nexport WSB_CODE_KEY=nothing.zip\n"
    groups = aws.client("autoscaling")
    groups.create_launch_configuration(
        LaunchConfigurationName="c",
        ImageId=aws.client("ec2").describe_images()["Images"][0]["ImageId"],
        InstanceType="t3.micro",
        UserData=head,  # for this call, boto3 encodes it
    )
    groups.create_auto_scaling_group(
        AutoScalingGroupName="bare",
        MinSize=1,
        MaxSize=1,
        AvailabilityZones=["us-east-1a"],
        LaunchConfigurationName="c",
    )
    with pytest.raises(requests.HTTPError) as refusal:
        aws.control("POST", "instances/boot")
    assert refusal.value.response.status_code == 400
    assert "upload the code first" in refusal.value.response.json()["error"]
    groups.delete_auto_scaling_group(AutoScalingGroupName="bare", ForceDelete=True)


def test_a_port_in_use_is_a_sentence(aws, tmp_path):
    """And a status that is not zero."""
    port = aws.url.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "sandbox.aws", "--work-dir", tmp_path, "--port", port]
    second = ChildProcess(command, log=tmp_path / "log", directory=PROJECT)
    with pytest.raises(ChildFailed, match=f"status 1: Error: port {port} .*take --port 0"):
        second.wait_for("ready", WALL_SECONDS)
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_the_end_takes_children_along_and_empties_buffers(tmp_path):
    """SIGTERM: no child is left, nothing is reported undelivered, status 0."""
    aws = start(tmp_path)
    create_application(aws, "app", "run")
    aws.client("kinesisanalyticsv2").start_application(ApplicationName="app")
    until(lambda: flink(aws, "app")["status"] == "RUNNING")
    child = flink(aws, "app")["pid"]
    aws.client("firehose").create_delivery_stream(
        DeliveryStreamName="landing",
        ExtendedS3DestinationConfiguration={"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake"},
    )
    aws.client("firehose").put_record(DeliveryStreamName="landing", Record={"Data": b"x"})
    assert aws.close() == 0
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    assert "undelivered" not in aws.process.log.read_text()
