"""The composition: clean, right when planned, and applied, planned again and destroyed for real."""

import base64
import io
import json
import os
import re
import shutil
from contextlib import redirect_stdout
from dataclasses import dataclass

import pytest
from python_terraform import Terraform

from contract import SCHEMA
from sandbox.demo.stack import PROJECT, Stack
from tests.support.packages import zip_of
from tests.support.sandbox_aws import SandboxAws
from tools import deploy
from tools.terraform import find_terraform, terraform_environment

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(900),
    # python-terraform says of a failed command with a deprecated method that it has failed.
    pytest.mark.filterwarnings("ignore:The 'warn' method is deprecated:DeprecationWarning"),
]

PACKAGES = ("flink_app", "wsb_stream", "lake_layer")
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


@dataclass
class Applied:
    """A copy of the composition, applied to a sandbox of its own as `make deploy` applies it."""

    aws: SandboxAws
    stack: Stack
    terraform: Terraform
    said: str
    outputs: dict

    def do(self, command, **options):
        """Run a Terraform command that must succeed."""
        status, out, err = getattr(self.terraform, command)(**options)
        assert status == 0, f"{out}{err}"


def front_door(what):
    """Run `make deploy` or `make destroy`, having said yes beforehand."""
    deploy.main([what, "--yes"])


def copied(folder, url):
    """Return a copy of the composition that speaks to this address."""
    environment = {**os.environ, **terraform_environment()}
    return Stack.prepare(find_terraform(), folder, url, environment)


def make_packages(folder):
    """Make three small zips: what is in them does not matter to Terraform."""
    folder.mkdir()
    for name in PACKAGES:
        (folder / f"{name}.zip").write_bytes(zip_of({"main.py": ""}))
    return folder


@pytest.fixture(scope="module")
def applied(tmp_path_factory):
    """Apply everything once; the module's last slow test destroys it."""
    folder = tmp_path_factory.mktemp("terraform")
    aws = SandboxAws(folder / "sandbox")
    stack = copied(folder / "copy", aws.url)
    composition = stack.work / "terraform"
    example = PROJECT / "terraform" / "terraform.tfvars.example"
    shutil.copy(example, composition / "terraform.tfvars")  # works as it is
    packages = make_packages(folder / "packages")
    values = {
        "packages_dir": str(packages),
        "start_flink": "false",
        "aws_max_retries": "2",
        # what is there only when asked for
        "alarm_email": "you@example.com",
        "monthly_budget_dollars": "250",
        "lake_reader_principals": '["arn:aws:iam::123456789012:role/reader"]',
    }
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in stack.environment.items():
            patch.setenv(name, value)
        for name, value in values.items():
            patch.setenv(f"TF_VAR_{name}", value)
        patch.setenv("TF_CLI_ARGS_destroy", "-no-color")
        patch.setattr(deploy, "TERRAFORM", composition)
        patch.setattr(deploy, "PLAN", folder / "plan")
        patch.setattr(deploy, "LAKE_ENV", folder / "lake.env")
        patch.setattr(deploy, "package", lambda: None)
        with redirect_stdout(said):
            front_door("apply")
        terraform = Terraform(str(composition), terraform_bin_path=str(find_terraform()))
        outputs = {name: one["value"] for name, one in terraform.output().items()}
        yield Applied(aws, stack, terraform, said.getvalue(), outputs)
    assert aws.close() == 0


def dead_letter_columns(applied):
    database = applied.outputs["lake_database_name"]
    table = applied.aws.client("glue").get_table(DatabaseName=database, Name="dead_letters")
    columns = table["Table"]["StorageDescriptor"]["Columns"]
    return [(column["Name"], column["Type"]) for column in columns]


def statements(stack):
    """Return every policy statement of the applied state, ARNs filled in."""
    state = json.loads(stack.run("show", "-json"))
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


@pytest.mark.slow
def test_a_deploy_says_where_how_much_and_what_comes_next(applied):
    """The AWS account and the resources before; the secret and the lake's variables after."""
    assert "AWS account 123456789012, as arn:aws:" in applied.said
    counts = r"region us-east-1; resources: \d\d to create, 0 to update, 0 to"
    assert re.search(counts, applied.said)
    assert "--secret-id wsb-dev/reddit" in applied.said
    lines = deploy.LAKE_ENV.read_text().splitlines()
    settings = dict(line.removeprefix("export ").split("=") for line in lines)
    assert settings["WSB_LAKE_BUCKET"] == applied.outputs["lake_bucket_name"]
    assert settings["WSB_LAKE_DATABASE"] == applied.outputs["lake_database_name"]


@pytest.mark.slow
def test_a_second_plan_is_empty(applied):
    """Nothing that was applied is read back otherwise; with a change the status would be 2."""
    applied.do("plan")


@pytest.mark.slow
def test_every_output_has_a_value(applied):
    """They are what the demo, the runbook and a user's scripts go by."""
    assert applied.outputs.keys() >= OUTPUTS
    assert all(applied.outputs[name] for name in OUTPUTS)


@pytest.mark.slow
def test_user_data_is_small_and_holds_no_secret(applied):
    """EC2 takes 16 KB, and anybody on the instance can read it."""
    ec2 = applied.aws.client("ec2")
    template = ec2.describe_launch_templates()["LaunchTemplates"][0]["LaunchTemplateName"]
    versions = ec2.describe_launch_template_versions(LaunchTemplateName=template)
    data = versions["LaunchTemplateVersions"][0]["LaunchTemplateData"]["UserData"]
    text = base64.b64decode(data)
    assert 0 < len(text) < USER_DATA_BYTES_MAX
    assert b"client_secret" not in text


@pytest.mark.slow
def test_the_table_of_dead_letters_has_the_contracts_columns(applied):
    """In the contract's order, in Glue's types."""
    assert dead_letter_columns(applied) == [
        (field.name, SCHEMA.type_in(field, "glue")) for field in SCHEMA.dead_letter
    ]


@pytest.mark.slow
def test_every_statement_has_a_purpose_and_names_what_it_allows(applied):
    """A sid each; only two speak of all actions."""
    policies = statements(applied.stack)
    assert all(statement["Sid"] for statement in policies)
    assert {one["Sid"] for one in policies if too_wide(one)} == WHOLE


@pytest.mark.slow
def test_new_flink_code_makes_a_new_application(applied):
    """Its operators would find no place in the old one's snapshot."""
    packages = make_packages(applied.stack.work / "new_packages")
    (packages / "flink_app.zip").write_bytes(zip_of({"main.py": "pass"}))
    name, plan = "aws_kinesisanalyticsv2_application.qualifier", applied.stack.work / "new_code"
    options = {"refresh": "false", "target": name, "out": str(plan)}
    applied.do("plan", detailed_exitcode=None, var={"packages_dir": str(packages)}, **options)
    changes = json.loads(applied.stack.run("show", "-json", str(plan)))["resource_changes"]
    (change,) = [one["change"] for one in changes if one["address"] == name]
    assert change["actions"] == ["delete", "create"]


@pytest.mark.slow
def test_a_lake_is_not_destroyed_by_accident(applied, monkeypatch, capfd):
    """Destroy stops with one sentence and keeps data, key and catalog; once allowed, all goes."""
    bucket = applied.outputs["lake_bucket_name"]
    s3, kms = applied.aws.client("s3"), applied.aws.client("kms")
    s3.put_object(Bucket=bucket, Key="tables/comments/one", Body=b"data")
    with pytest.raises(SystemExit, match="terraform destroy ended with an error"):
        front_door("destroy")
    said, refused = (" ".join(text.split()) for text in capfd.readouterr())
    assert f"The lake {bucket} will stay" in said
    assert f"The lake {bucket} stays, with its key and its tables." in refused
    assert s3.get_object(Bucket=bucket, Key="tables/comments/one")["Body"].read() == b"data"
    assert s3.get_public_access_block(Bucket=bucket)
    assert dead_letter_columns(applied)
    aliases = {alias["AliasName"] for alias in kms.list_aliases()["Aliases"]}
    assert "alias/wsb-dev" in aliases
    assert kms.describe_key(KeyId="alias/wsb-dev")["KeyMetadata"]["Enabled"]
    monkeypatch.setenv("TF_VAR_destroy_lake_data", "true")
    applied.do("apply", skip_plan=True)
    front_door("destroy")
    assert "will stay" not in capfd.readouterr().out
    assert applied.stack.run("state", "list") == ""
    front_door("destroy")
    assert capfd.readouterr().out.startswith("Nothing was deployed from this folder")


def test_the_composition_is_formatted_valid_and_plans_as_promised(tmp_path):
    """fmt, validate and Terraform's own tests with a mock provider."""
    stack = copied(tmp_path / "copy", "http://127.0.0.1:9")
    make_packages(stack.work / "terraform" / "tests" / "packages")
    stack.run("fmt", "-check", "-recursive")
    stack.run("init", "-input=false", "-no-color", "-backend=false")
    stack.run("validate", "-no-color")
    out = stack.run("test", "-no-color")
    assert "0 failed" in out
