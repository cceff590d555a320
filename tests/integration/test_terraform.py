"""The composition: clean, right when planned, and applied, planned again and destroyed for real."""

import base64
import json
import os
import re
import shutil
import sys
import zipfile

import boto3
import pytest
from python_terraform import IsNotFlagged, Terraform

from clock import FileClock
from contract import SCHEMA
from sandbox.demo.stack import PROJECT, REGION, SANDBOX_CREDENTIALS, Stack
from sandbox.process import ChildProcess
from tools import deploy
from tools.terraform import find_terraform, terraform_environment

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

USER_DATA_BYTES_MAX = 16_384  # EC2's limit
# These speak of a bucket or a key as a whole; everything else names single actions and resources.
WHOLE = {"DenyWithoutTls", "AccountAdministersTheKey"}
OUTPUTS = {
    "region",
    "stream_name",
    "state_table_name",
    "lake_state_table_name",
    "lake_bucket_name",
    "artifacts_bucket_name",
    "lake_database_name",
    "observations_delivery_stream_name",
    "dead_letters_delivery_stream_name",
    "flink_application_name",
    "lake_function_name",
    "reddit_secret_id",
    "producer_autoscaling_group_name",
    "lake_environment",
    "dashboard_url",
    "athena_url",
    "logs_command",
}


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """Return a folder of three small zips: what is in them does not matter to Terraform."""
    folder = tmp_path_factory.mktemp("packages")
    for name in ("flink_app", "wsb_stream", "lake_layer"):
        with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
            archive.writestr("main.py", "")
    return folder


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    """Return the URL of a sandbox of its own."""
    work = tmp_path_factory.mktemp("sandbox")
    FileClock.create(work / "clock", now=1_611_840_000.0)
    command = [sys.executable, "-m", "sandbox.aws", "--work-dir", work / "aws"]
    command += ["--clock-file", work / "clock", "--port", "0"]
    server = ChildProcess(command, log=work / "aws.log", environment=os.environ, directory=PROJECT)
    try:
        yield server.wait_for("ready", 60)["url"]
    finally:
        server.stop(30)


@pytest.fixture
def deployment(sandbox, tmp_path):
    """Return a copy of the composition that speaks to the sandbox."""
    return Stack.prepare(find_terraform(), tmp_path / "copy", sandbox, terraform_environment())


def client(deployment, service):
    return boto3.client(
        service,
        endpoint_url=deployment.environment["AWS_ENDPOINT_URL"],
        region_name=REGION,
        aws_access_key_id=SANDBOX_CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=SANDBOX_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )


def user_data(deployment):
    ec2 = client(deployment, "ec2")
    template = ec2.describe_launch_templates()["LaunchTemplates"][0]["LaunchTemplateName"]
    versions = ec2.describe_launch_template_versions(LaunchTemplateName=template)
    data = versions["LaunchTemplateVersions"][0]["LaunchTemplateData"]["UserData"]
    return base64.b64decode(data)


def dead_letter_columns(deployment, database):
    table = client(deployment, "glue").get_table(DatabaseName=database, Name="dead_letters")
    columns = table["Table"]["StorageDescriptor"]["Columns"]
    return [(column["Name"], column["Type"]) for column in columns]


def statements(deployment):
    """Return every policy statement of the applied state, ARNs filled in."""
    state = json.loads(deployment.run("show", "-json"))
    documents = [
        json.loads(resource["values"]["json"])["Statement"]
        for resource in state["values"]["root_module"]["resources"]
        if resource["type"] == "aws_iam_policy_document"
    ]
    return [one for many in documents for one in ([many] if isinstance(many, dict) else many)]


def listed(value):
    return [value] if isinstance(value, str) else value


def too_wide(statement):
    """Return the actions and resources of a statement that a least privilege would not have."""
    actions = [one for one in listed(statement["Action"]) if one == "*" or one.endswith(":*")]
    # A key's own policy cannot name the key; only there is a principal beside such a resource.
    open_ended = () if "Principal" in statement else listed(statement.get("Resource", []))
    return actions + [one for one in open_ended if one == "*"]


def actions_for_new_flink_code(deployment, packages):
    """Return what Terraform would do to the Flink application once its code has changed."""
    code = packages / "flink_app.zip"
    old = code.read_bytes()
    code.write_bytes(old + b"new")
    name, plan = "aws_kinesisanalyticsv2_application.qualifier", deployment.work / "new_code"
    options = ["-refresh=false", "-input=false", f"-target={name}", f"-out={plan}"]
    values = {"packages_dir": packages, "start_flink": "false", "destroy_lake_data": "true"}
    deployment.run("plan", *options, *(f"-var={key}={value}" for key, value in values.items()))
    code.write_bytes(old)
    changes = json.loads(deployment.run("show", "-json", str(plan)))["resource_changes"]
    (change,) = [one["change"] for one in changes if one["address"] == name]
    return change["actions"]


@pytest.mark.slow
def test_apply_then_nothing_to_change_then_destroy(deployment, packages, monkeypatch):
    """All of it applies, a second plan is empty, outputs have values, destroy leaves nothing."""
    for name, value in deployment.environment.items():
        monkeypatch.setenv(name, value)
    terraform = Terraform(
        working_dir=str(deployment.work / "terraform"),
        terraform_bin_path=str(find_terraform()),
        variables={
            "packages_dir": str(packages),
            "start_flink": "false",
            "destroy_lake_data": "true",
            "aws_max_retries": "2",
        },
    )
    status, _, err = terraform.init()
    assert status == 0, err
    status, _, err = terraform.apply(skip_plan=True)
    assert status == 0, err
    status, out, err = terraform.plan(detailed_exitcode=IsNotFlagged)
    assert status == 0, out + err
    outputs = terraform.output()
    assert outputs.keys() >= OUTPUTS
    assert all(outputs[name]["value"] for name in OUTPUTS)
    text = user_data(deployment)
    assert len(text) < USER_DATA_BYTES_MAX
    assert b"client_secret" not in text
    assert dead_letter_columns(deployment, outputs["lake_database_name"]["value"]) == [
        (field.name, SCHEMA.type_in(field, "glue")) for field in SCHEMA.dead_letter
    ]
    policies = statements(deployment)
    assert all(statement["Sid"] for statement in policies)
    assert {one["Sid"] for one in policies if too_wide(one)} == WHOLE
    assert actions_for_new_flink_code(deployment, packages) == ["delete", "create"]
    status, _, err = terraform.destroy(force=None, auto_approve=True)
    assert status == 0, err
    status, out, err = terraform.cmd("state", "list")
    assert (status, out.strip()) == (0, "")


def test_the_composition_is_formatted_valid_and_plans_as_promised(tmp_path):
    """fmt, validate and Terraform's own tests with a mock provider."""
    deployment = Stack.prepare(
        find_terraform(), tmp_path / "copy", "http://127.0.0.1:9", terraform_environment()
    )
    folder = deployment.work / "terraform"
    packages = folder / "tests" / "packages"
    packages.mkdir()
    for name in ("flink_app", "wsb_stream", "lake_layer"):
        (packages / f"{name}.zip").write_bytes(b"zip")
    deployment.run("fmt", "-check", "-recursive")
    deployment.run("init", "-input=false", "-no-color", "-backend=false")
    deployment.run("validate", "-no-color")
    out = deployment.run("test", "-no-color")
    assert "0 failed" in out


@pytest.fixture
def front_door(deployment, packages, monkeypatch, tmp_path):
    """Return `make deploy` and `make destroy` for that copy, which say yes beforehand."""
    values = {"packages_dir": packages, "start_flink": "false", "aws_max_retries": "2"}
    for name, value in (
        *deployment.environment.items(),
        *((f"TF_VAR_{name}", str(value)) for name, value in values.items()),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TF_CLI_ARGS_destroy", "-no-color")
    example = PROJECT / "terraform" / "terraform.tfvars.example"
    shutil.copy(example, deployment.work / "terraform" / "terraform.tfvars")  # works as it is
    monkeypatch.setattr(deploy, "TERRAFORM", deployment.work / "terraform")
    monkeypatch.setattr(deploy, "PLAN", tmp_path / "plan")
    monkeypatch.setattr(deploy, "LAKE_ENV", tmp_path / "lake.env")
    monkeypatch.setattr(deploy, "package", lambda: None)
    return lambda what: deploy.main([what, "--yes"])


@pytest.mark.slow
def test_a_lake_is_not_destroyed_by_accident(front_door, deployment, monkeypatch, capfd, tmp_path):
    """Destroy stops with one sentence and keeps data, key and catalog, until it was allowed."""
    front_door("apply")
    said = capfd.readouterr().out
    assert "AWS account 123456789012, as arn:aws:" in said
    assert re.search(r"region us-east-1; resources: \d\d to create, 0 to update, 0 to", said)
    assert "--secret-id wsb-dev/reddit" in said
    lines = (tmp_path / "lake.env").read_text().splitlines()
    settings = dict(line.removeprefix("export ").split("=") for line in lines)
    bucket, database = settings["WSB_LAKE_BUCKET"], settings["WSB_LAKE_DATABASE"]
    client(deployment, "s3").put_object(Bucket=bucket, Key="tables/comments/one", Body=b"data")
    with pytest.raises(SystemExit, match="terraform destroy ended with an error"):
        front_door("destroy")
    said, refused = (" ".join(text.split()) for text in capfd.readouterr())
    assert f"The lake {bucket} will stay" in said
    assert f"The lake {bucket} stays, with its key and its tables." in refused
    assert client(deployment, "s3").get_object(Bucket=bucket, Key="tables/comments/one")["Body"]
    assert client(deployment, "s3").get_public_access_block(Bucket=bucket)
    assert dead_letter_columns(deployment, database)
    (key,) = {"alias/wsb-dev"} & {
        alias["AliasName"] for alias in client(deployment, "kms").list_aliases()["Aliases"]
    }
    assert client(deployment, "kms").describe_key(KeyId=key)["KeyMetadata"]["Enabled"]
    monkeypatch.setenv("TF_VAR_destroy_lake_data", "true")
    front_door("apply")
    front_door("destroy")
    assert "will stay" not in capfd.readouterr().out
    front_door("destroy")
    assert capfd.readouterr().out.startswith("Nothing was deployed from this folder")
