"""`make deploy` and `make destroy` say what they will do, and do that; Terraform is a stand-in."""

import io
import json
import sys

import pytest
from moto import mock_aws

from tools import deploy
from tools.cost import monthly_costs, monthly_dollars
from tools.errors import ToolError
from tools.project import PROJECT

OUTPUTS = {
    "region": "eu-west-1",
    "reddit_secret_id": "wsb-dev/reddit",
    "dashboard_url": "https://dashboard.example",
    "logs_command": "aws logs tail /wsb-dev/producer",
    "athena_url": "https://athena.example",
    "lake_environment": "export WSB_LAKE_BUCKET=b\n",
}
ACTIONS = {
    "aws_s3_bucket.lake": ["create"],
    "aws_kms_key.data": ["create"],
    "aws_kinesis_stream.observations": ["no-op"],
    "aws_kinesisanalyticsv2_application.qualifier": ["delete", "create"],
    "aws_sns_topic.old": ["delete"],
    "data.aws_partition.current": ["read"],
}
PLAN = {
    "variables": {
        "region": {"value": "eu-west-1"},
        "flink_parallelism": {"value": "2"},  # as given by TF_VAR_flink_parallelism
        "stream_shards": {},
    },
    "resource_changes": [
        {"address": address, "change": {"actions": actions}} for address, actions in ACTIONS.items()
    ],
}
GUARD = {"address": "terraform_data.lake_guard"}
FAKE = """\
#!{python}
import json, pathlib, sys
here = pathlib.Path(__file__).parent
words = [word for word in sys.argv[1:] if not word.startswith("-chdir=")]
if words[0] == "version":
    print('{{"terraform_version": "1.11.4"}}')
    sys.exit()
with (here / "calls").open("a") as calls:
    print(*words, file=calls)
if words[0] == (here / "fails").read_text():
    sys.exit("it went wrong")
name = "plan" if words[0] == "show" and len(words) > 2 else words[0]
answer = here / (name + ".json")
print(answer.read_text() if answer.exists() else "")
"""


@pytest.fixture
def terraform(tmp_path, monkeypatch):
    """Put a Terraform in place that notes its calls; returns its folder."""
    program = tmp_path / "terraform"
    program.write_text(FAKE.format(python=sys.executable))
    program.chmod(0o755)
    (tmp_path / "fails").write_text("")
    (tmp_path / "plan.json").write_text(json.dumps(PLAN))
    (tmp_path / "output.json").write_text(json.dumps({k: {"value": v} for k, v in OUTPUTS.items()}))
    monkeypatch.setenv("WSB_TERRAFORM", str(program))
    monkeypatch.setattr(deploy, "TERRAFORM", tmp_path / "composition")
    for name, file in (("BUILD", ""), ("PACKAGES", "packages"), ("PLAN", "p"), ("LAKE_ENV", "env")):
        monkeypatch.setattr(deploy, name, tmp_path / file)
    monkeypatch.setattr(deploy, "identity", lambda: "AWS account 1, as me")
    monkeypatch.setattr(deploy, "package", lambda: None)
    (tmp_path / "composition").mkdir()
    return tmp_path


def calls(terraform):
    return [line.split()[0] for line in (terraform / "calls").read_text().splitlines()]


def state(terraform, *resources):
    (terraform / "composition" / "terraform.tfstate").touch()
    values = {"values": {"root_module": {"resources": resources}}} if resources else {}
    (terraform / "show.json").write_text(json.dumps(values))


def test_all_is_said_before_the_question_and_that_very_plan_is_applied(
    terraform, monkeypatch, capsys
):
    """Account, region, what is created and what is lost, the cost; then the names to go on with."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
    deploy.main(["apply"])
    before, question, after = capsys.readouterr().out.partition("Apply this?")
    assert "AWS account 1, as me\nregion eu-west-1; resources: 2 to create, 0 to update, " in before
    assert "1 to replace, 1 to delete\n" in before
    assert "  replace: aws_kinesisanalyticsv2_application.qualifier\n" in before
    assert "  delete: aws_sns_topic.old\n" in before
    assert f"about ${monthly_dollars(monthly_costs(2))} a month" in before
    assert question
    assert all(OUTPUTS[name] in after for name in OUTPUTS if name != "lake_environment")
    assert (terraform / "env").read_text() == OUTPUTS["lake_environment"]
    assert calls(terraform) == ["init", "plan", "show", "apply", "output"]
    assert f"apply -input=false {terraform / 'p'}\n" in (terraform / "calls").read_text()


@pytest.mark.parametrize("answer", ["", "y\n", "no\n"])
def test_only_yes_goes_on(terraform, monkeypatch, answer):
    """Nothing is changed else, nor where nobody can answer; agreed beforehand, nobody is asked."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    with pytest.raises(SystemExit, match="nothing was changed"):
        deploy.main(["apply"])
    assert "apply" not in calls(terraform)
    deploy.main(["apply", "--yes"])
    assert "apply" in calls(terraform)


@pytest.mark.parametrize("what", ["init", "plan", "apply"])
def test_what_terraform_refuses_is_no_traceback(terraform, what):
    """Its own words, and nothing after it."""
    (terraform / "fails").write_text(what)
    with pytest.raises(SystemExit, match=f"^make deploy: terraform {what} "):
        deploy.main(["apply", "--yes"])
    assert calls(terraform)[-1] == what


def test_where_nothing_was_deployed_nothing_is_fetched(terraform, capsys):
    """A fresh clone: one sentence, at once; a state that lies elsewhere is asked for."""
    deploy.main(["destroy"])
    assert not (terraform / "calls").exists()
    (terraform / "composition" / "backend.tf").write_text('terraform {\n  backend "s3" {}\n}\n')
    (terraform / "show.json").write_text("{}")
    deploy.main(["destroy"])
    assert calls(terraform) == ["init", "show"]
    assert capsys.readouterr().out.count("Nothing was deployed from this folder") == 2


@pytest.mark.parametrize("allowed", [False, True])
def test_a_lake_that_will_stay_is_named_before_the_question(terraform, capsys, allowed):
    """With what deletes it too."""
    state(terraform, GUARD | {"values": {"input": {"bucket": "the-lake", "destroy": allowed}}})
    deploy.main(["destroy"])
    said = "The lake the-lake will stay" in capsys.readouterr().out
    assert said is not allowed
    assert calls(terraform) == ["init", "show", "destroy"]


def test_packages_that_are_gone_are_stood_in_for(terraform):
    """Terraform looks for them even when it destroys."""
    state(terraform, {"address": "aws_kms_key.data"})
    deploy.main(["destroy", "--yes"])
    folder = terraform / "stand_in_packages"
    last = (terraform / "calls").read_text().splitlines()[-1]
    assert last == f"destroy -auto-approve -var=packages_dir={folder}"
    assert len(list(folder.iterdir())) == 3


def test_whose_account_it_is(monkeypatch):
    """As AWS itself says it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with mock_aws():
        assert deploy.identity().startswith("AWS account 123456789012, as arn:aws:")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(ToolError, match=r"^AWS cannot be reached: "):
        deploy.identity()


def test_without_credentials_one_sentence_says_how_to_log_in(monkeypatch, tmp_path):
    """Before anything is built or downloaded."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    with pytest.raises(SystemExit, match=r"^make deploy: no AWS credentials: .*AWS_PROFILE$"):
        deploy.main(["apply"])
    monkeypatch.setenv("AWS_PROFILE", "gone")
    with pytest.raises(SystemExit, match=r"no AWS credentials: .* \(.*\(gone\) could not be found"):
        deploy.main(["apply"])


def test_the_cost_follows_what_is_asked_for():
    """A shard costs less than on demand; a second slot costs a KPU and its storage."""
    plain, one_shard, two_slots = (
        sum(cost.dollars for cost in costs)
        for costs in (monthly_costs(), monthly_costs(1, 1), monthly_costs(2))
    )
    assert one_shard == pytest.approx(plain - 18.25)
    assert two_slots == pytest.approx(plain + 0.11 * 730 + 5)


def test_the_readme_says_what_a_month_costs():
    """The same sum as before the question."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert f"about ${monthly_dollars(monthly_costs())} a month" in readme
