"""Each rule fails on moto as it comes, and holds with its patch."""

import json
import sys
import threading

import pytest
from _pytest.outcomes import Failed
from botocore.exceptions import ClientError
from moto import mock_aws

from sandbox.aws.functions import event_settings
from sandbox.aws.instances import launch_template
from sandbox.aws.kinesis import kept_tags
from sandbox.aws.moto_fixes import (
    athena,
    budgets,
    dynamodb,
    glue,
    policies,
    unimplemented,
)
from sandbox.aws.patching import patched
from sandbox.aws.schedules import calls as schedules

ACCOUNT = "123456789012"
BROKEN = (AssertionError, KeyError, ClientError, NotImplementedError, Failed)
RULES = []


def rule(patch):
    """Register a check that needs this patch."""

    def register(check):
        RULES.append(pytest.param(patch, check, id=check.__name__))
        return check

    return register


@pytest.mark.parametrize(("patch", "check"), RULES)
@pytest.mark.filterwarnings("ignore")
def test_moto_needs_the_patch(patch, check, client):
    """Without the patch the rule is broken: when moto is right one day, this says so."""
    with mock_aws(), pytest.raises(BROKEN):
        check(client)
    with mock_aws(), patched(patch):
        check(client)


def test_patches_leave_no_trace(client):
    """Once reverted, moto is as it came."""
    with patched(kept_tags.keep_tags_of_new_streams):
        pass
    with mock_aws(), pytest.raises(AssertionError):
        tags_of_a_new_stream_are_kept(client)


@rule(kept_tags.keep_tags_of_new_streams)
def tags_of_a_new_stream_are_kept(client):
    kinesis = client("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1, Tags={"a": "b"})
    assert kinesis.list_tags_for_stream(StreamName="s")["Tags"] == [{"Key": "a", "Value": "b"}]


def a_function(client, **settings):
    role = client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    client("lambda").create_function(
        FunctionName="f",
        Runtime="python3.11",
        Role=role,
        Handler="a.b",
        Code={"ZipFile": b"PK\x05\x06" + bytes(18)},
        **settings,
    )
    return client("lambda")


@rule(event_settings.replace_event_settings)
def new_settings_of_asynchronous_invocations_replace_the_old(client):
    functions = a_function(client)
    for age in (60, 120):
        functions.put_function_event_invoke_config(
            FunctionName="f", MaximumRetryAttempts=0, MaximumEventAgeInSeconds=age
        )
    found = functions.get_function_event_invoke_config(FunctionName="f")
    assert found["MaximumEventAgeInSeconds"] == 120


@rule(launch_template.keep_own_tags_out_of_the_data)
def tags_of_a_launch_template_are_not_in_its_data(client):
    tags = [{"Key": "a", "Value": "b"}]
    ec2 = client("ec2")
    ec2.create_launch_template(
        LaunchTemplateName="template",
        LaunchTemplateData={
            "ImageId": "ami-1",
            "TagSpecifications": [{"ResourceType": "instance", "Tags": tags}],
        },
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": tags}],
    )
    (version,) = ec2.describe_launch_template_versions(LaunchTemplateName="template")[
        "LaunchTemplateVersions"
    ]
    kinds = [t["ResourceType"] for t in version["LaunchTemplateData"]["TagSpecifications"]]
    assert kinds == ["instance"]


@rule(launch_template.read_user_data_of_every_version)
def instances_start_from_a_later_version_of_a_template(client):
    ec2 = client("ec2")
    image = ec2.describe_images()["Images"][0]["ImageId"]
    data = {"ImageId": image, "InstanceType": "t3.micro", "UserData": "YQ=="}
    ec2.create_launch_template(LaunchTemplateName="template", LaunchTemplateData=data)
    ec2.create_launch_template_version(
        LaunchTemplateName="template", LaunchTemplateData={**data, "UserData": "Yg=="}
    )
    client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="g",
        MinSize=1,
        MaxSize=1,
        AvailabilityZones=["us-east-1a"],
        LaunchTemplate={"LaunchTemplateName": "template", "Version": "2"},
    )


@rule(glue.compare_and_swap_tables)
def of_two_glue_writers_that_read_the_same_version_one_wins(client):
    tables = client("glue")
    tables.create_database(DatabaseInput={"Name": "d"})
    tables.create_table(DatabaseName="d", TableInput={"Name": "t"})
    version = tables.get_table(DatabaseName="d", Name="t")["Table"]["VersionId"]
    update = {"DatabaseName": "d", "TableInput": {"Name": "t"}, "VersionId": version}
    tables.update_table(**update)
    with pytest.raises(ClientError, match="ConcurrentModificationException"):
        tables.update_table(**update)


@rule(dynamodb.write_one_after_another)
def of_racing_conditional_writes_one_wins(client):
    tables = client("dynamodb")
    tables.create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for attempt in range(20):
        assert racers_that_take(client("dynamodb"), f"lock-{attempt}") == 1


def racers_that_take(tables, key):
    """Let six threads take a lock at once, switching as often as Python can."""
    winners, together = [], threading.Barrier(6)

    def take(name):
        together.wait()
        try:
            tables.put_item(
                TableName="t",
                Item={"pk": {"S": key}, "owner": {"N": str(name)}},
                ConditionExpression="attribute_not_exists(pk)",
            )
        except ClientError:
            return
        winners.append(name)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=take, args=(name,)) for name in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    return len(winners)


@rule(athena.delete_named_queries)
def a_named_query_can_be_deleted(client):
    queries = client("athena")
    made = queries.create_named_query(Name="q", Database="d", QueryString="select 1")
    queries.delete_named_query(NamedQueryId=made["NamedQueryId"])
    assert not queries.list_named_queries()["NamedQueryIds"]


@rule(budgets.complete_budgets)
def a_budget_tells_subscribers_and_tags(client):
    service = client("budgets")
    limit = {"Amount": "5", "Unit": "USD"}
    budget = {"BudgetName": "b", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit}
    notification = {
        "NotificationType": "ACTUAL",
        "ComparisonOperator": "GREATER_THAN",
        "Threshold": 80.0,
    }
    subscribers = [{"SubscriptionType": "EMAIL", "Address": "a@example.com"}]
    service.create_budget(
        AccountId=ACCOUNT,
        Budget=budget,
        NotificationsWithSubscribers=[{"Notification": notification, "Subscribers": subscribers}],
        ResourceTags=[{"Key": "a", "Value": "b"}],
    )
    found = service.describe_subscribers_for_notification(
        AccountId=ACCOUNT, BudgetName="b", Notification=notification
    )
    assert found["Subscribers"] == subscribers
    arn = f"arn:aws:budgets::{ACCOUNT}:budget/b"
    tags = service.list_tags_for_resource(ResourceARN=arn)["ResourceTags"]
    assert tags == [{"Key": "a", "Value": "b"}]


@rule(policies.leave_out_conditional_denials)
def a_bucket_that_denies_transport_without_tls_can_be_used(client):
    buckets = client("s3")
    buckets.create_bucket(Bucket="lake")
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::lake", "arn:aws:s3:::lake/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    buckets.put_bucket_policy(Bucket="lake", Policy=json.dumps(policy))
    buckets.put_object(Bucket="lake", Key="k", Body=b"x")


@rule(unimplemented.refuse_at_once)
def an_action_that_moto_lacks_is_a_bad_request(client):
    for service, call, arguments in (
        ("kinesis", "describe_account_settings", {}),
        ("autoscaling", "describe_account_limits", {}),
    ):
        with pytest.raises(ClientError) as refusal:
            getattr(client(service), call)(**arguments)
        assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert refusal.value.response["Error"]["Code"] == "UnsupportedOperationException"


@rule(schedules.refuse_what_cannot_run)
def a_schedule_that_could_not_run_is_refused(client):
    target = {
        "Arn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f",
        "RoleArn": "arn:aws:iam::1:r",
    }
    window = {"Mode": "OFF"}
    for expression, arn in (
        ("cron(0 0 * * ? *)", target["Arn"]),
        ("rate(15 fortnights)", target["Arn"]),
        ("rate(1 minute)", f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"),
    ):
        with pytest.raises(ClientError, match="ValidationException"):
            client("scheduler").create_schedule(
                Name="s",
                ScheduleExpression=expression,
                FlexibleTimeWindow=window,
                Target={**target, "Arn": arn},
            )
