"""The composition: clean, right when planned, and applied, planned again and destroyed for real."""

import base64
import os
import sys
import zipfile

import boto3
import pytest
from python_terraform import IsNotFlagged, Terraform

from contract import FileClock
from sandbox.demo.deployment import PROJECT, REGION, SANDBOX_CREDENTIALS, Deployment
from sandbox.process import ChildProcess
from tools.toolchain import find_terraform, terraform_environment

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

USER_DATA_BYTES_MAX = 16_384  # EC2's limit
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
def deployment(tmp_path_factory):
    """Return a copy of the composition beside a sandbox of its own."""
    work = tmp_path_factory.mktemp("terraform")
    FileClock.create(work / "clock", now=1_611_840_000.0)
    command = [sys.executable, "-m", "sandbox.aws", "--work-dir", work / "aws"]
    command += ["--clock-file", work / "clock", "--port", "0"]
    server = ChildProcess(command, log=work / "aws.log", environment=os.environ, directory=PROJECT)
    try:
        url = server.wait_for("ready", 60)["url"]
        yield Deployment.prepare(find_terraform(), work / "copy", url, terraform_environment())
    finally:
        server.stop(30)


def user_data(deployment):
    ec2 = boto3.client(
        "ec2",
        endpoint_url=deployment.environment["AWS_ENDPOINT_URL"],
        region_name=REGION,
        aws_access_key_id=SANDBOX_CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=SANDBOX_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )
    template = ec2.describe_launch_templates()["LaunchTemplates"][0]["LaunchTemplateName"]
    versions = ec2.describe_launch_template_versions(LaunchTemplateName=template)
    data = versions["LaunchTemplateVersions"][0]["LaunchTemplateData"]["UserData"]
    return base64.b64decode(data)


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
    status, _, err = terraform.destroy(force=None, auto_approve=True)
    assert status == 0, err
    status, out, err = terraform.cmd("state", "list")
    assert (status, out.strip()) == (0, "")


def test_the_composition_is_formatted_valid_and_plans_as_promised(tmp_path):
    """fmt, validate and Terraform's own tests with a mock provider."""
    deployment = Deployment.prepare(
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


def test_no_statement_allows_everything():
    """No policy of ours has `*` as an action; only the key's own policy may name every resource."""
    for path in sorted((PROJECT / "terraform").glob("*.tf")):
        text = path.read_text()
        for line in text.splitlines():
            words = line.split()
            if words[:1] == ["actions"]:
                assert '"*"' not in line, (path.name, line)
                assert path.name in {"kms.tf", "artifacts.tf"} or ":*" not in line, (path, line)
