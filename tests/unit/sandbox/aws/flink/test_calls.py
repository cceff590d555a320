"""The life of a Flink application through boto3, on moto in this process."""

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.flink.calls import Analytics
from sandbox.aws.patching import patched

ROLE = "arn:aws:iam::123456789012:role/r"


class Service:
    """Keeps what it is told to run; the test says how that ends."""

    def __init__(self):
        self.jobs = []
        self.stopped = []

    def start(self, job, on_running, on_failed):
        self.jobs.append(job)
        self.running, self.failed = on_running, on_failed

    def stop(self, application):
        self.stopped.append(application)


@pytest.fixture
def service():
    return Service()


@pytest.fixture
def analytics(moto, service, client):
    """Return a client that knows one application, its code in S3."""
    client("s3").create_bucket(Bucket="artifacts")
    client("s3").put_object(Bucket="artifacts", Key="flink.zip", Body=b"the code")
    with patched(Analytics(service).patch):
        analytics = client("kinesisanalyticsv2")
        create(analytics, "a", "flink.zip")
        yield analytics


def create(analytics, name, key):
    location = {"BucketARN": "arn:aws:s3:::artifacts", "FileKey": key}
    return analytics.create_application(
        ApplicationName=name,
        RuntimeEnvironment="FLINK-1_20",
        ServiceExecutionRole=ROLE,
        ApplicationConfiguration={
            "ApplicationCodeConfiguration": {
                "CodeContentType": "ZIPFILE",
                "CodeContent": {"S3ContentLocation": location},
            },
            "FlinkApplicationConfiguration": {
                "ParallelismConfiguration": {"ConfigurationType": "CUSTOM", "Parallelism": 3}
            },
            "EnvironmentProperties": {
                "PropertyGroups": [{"PropertyGroupId": "wsb", "PropertyMap": {"a": "b"}}]
            },
        },
        Tags=[{"Key": "t", "Value": "1"}],
    )


def detail(analytics):
    return analytics.describe_application(ApplicationName="a")["ApplicationDetail"]


def test_an_application_starts_with_what_it_was_given(analytics, service):
    """Code from S3, property groups and parallelism; RUNNING only when its main says so."""
    assert detail(analytics)["ApplicationStatus"] == "READY"
    analytics.start_application(ApplicationName="a")
    assert detail(analytics)["ApplicationStatus"] == "STARTING"
    (job,) = service.jobs
    assert (job.code, job.parallelism, job.region) == (b"the code", 3, "us-east-1")
    assert job.property_groups == ({"PropertyGroupId": "wsb", "PropertyMap": {"a": "b"}},)
    service.running()
    assert detail(analytics)["ApplicationStatus"] == "RUNNING"
    operations = analytics.list_application_operations(ApplicationName="a")
    (started,) = operations["ApplicationOperationInfoList"]
    assert started["OperationStatus"] == "SUCCESSFUL"


def test_without_its_code_an_application_does_not_start(analytics, service):
    """It is READY, and the error names the object."""
    create(analytics, "b", "missing.zip")
    with pytest.raises(ClientError, match=r"s3://artifacts/missing\.zip"):
        analytics.start_application(ApplicationName="b")
    application = analytics.describe_application(ApplicationName="b")["ApplicationDetail"]
    assert application["ApplicationStatus"] == "READY"
    assert not service.jobs


def test_starting_twice_is_refused(analytics, service):
    """Only a READY application starts."""
    analytics.start_application(ApplicationName="a")
    with pytest.raises(ClientError, match="ResourceInUseException"):
        analytics.start_application(ApplicationName="a")
    assert len(service.jobs) == 1


def test_an_update_of_a_running_application_runs_the_new_one(analytics, service):
    """With a new version, through UPDATING."""
    analytics.start_application(ApplicationName="a")
    service.running()
    groups = [{"PropertyGroupId": "wsb", "PropertyMap": {"a": "c"}}]
    analytics.update_application(
        ApplicationName="a",
        CurrentApplicationVersionId=1,
        ApplicationConfigurationUpdate={"EnvironmentPropertyUpdates": {"PropertyGroups": groups}},
    )
    assert detail(analytics)["ApplicationStatus"] == "UPDATING"
    while len(service.jobs) < 2:
        pass
    service.running()
    assert service.jobs[1].property_groups[0]["PropertyMap"] == {"a": "c"}
    assert detail(analytics)["ApplicationVersionId"] == 2
    assert detail(analytics)["ApplicationStatus"] == "RUNNING"


def test_deleting_an_application_stops_it(analytics, service):
    """Then it is not found."""
    created_at = detail(analytics)["CreateTimestamp"]
    analytics.delete_application(ApplicationName="a", CreateTimestamp=created_at)
    assert service.stopped == ["a"]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        detail(analytics)
