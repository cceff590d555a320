"""Deploy: `make deploy` and `make destroy`, which say what they will do before they do it.

`python -m tools.deploy apply` and `… destroy`; `--yes` goes on without the question. To destroy,
nothing but Terraform is needed.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from typing import Any

from tools.cost import monthly_costs, monthly_dollars
from tools.errors import ToolError, told
from tools.package import PACKAGES, package
from tools.project import BUILD, PROJECT
from tools.steps import step
from tools.terraform import find_terraform, terraform_environment

TERRAFORM = PROJECT / "terraform"
PLAN = BUILD / "deploy.plan"
LAKE_ENV = BUILD / "lake.env"
NO_CREDENTIALS = "no AWS credentials: log in (`aws sso login`) or set AWS_PROFILE"
NOTHING = (
    "Nothing was deployed from this folder: destroy where `make deploy` ran, "
    "which is where terraform/terraform.tfstate lies."
)
LAKE_TOO = (
    "To delete it too, with all its data: "
    "`TF_VAR_destroy_lake_data=true make deploy`, then `make destroy`."
)
NEXT = """\

Next:
1. Put Reddit's credentials where the producer looks for them every ten seconds:
     aws secretsmanager put-secret-value --region {region} --secret-id {reddit_secret_id} \\
       --secret-string '{{"client_id":"…","client_secret":"…","user_agent":"linux:wsb-stream:1 (by u/you)"}}'
2. Watch it:
     {dashboard_url}
     {logs_command}
3. Read the lake, after about half an hour:
     . build/lake.env && .venv/bin/wsb lake query 'select count(*) from comments'
     {athena_url}
To undo it: make destroy"""  # noqa: E501 - commands to copy


def apply(*, agreed: bool) -> None:
    """Say which account, how many resources and what a month costs; ask; apply that very plan."""
    who = identity()
    package()
    _init()
    with step("planning"):
        _said("plan", "-input=false", "-no-color", f"-out={PLAN}")
    plan = json.loads(_said("show", "-json", str(PLAN)))
    print(f"\n{who}\n{summary(plan)}\n")
    if not agreed:
        _ask("Apply this?")
    _shown("apply", "-input=false", str(PLAN))
    outputs = {name: one["value"] for name, one in json.loads(_said("output", "-json")).items()}
    LAKE_ENV.write_text(outputs["lake_environment"], encoding="utf-8")
    print(NEXT.format(**outputs))


def destroy(*, agreed: bool) -> None:
    """Say what stays and what it needs to go too; Terraform shows what goes, and asks."""
    resources = _deployed()
    if not resources:
        print(NOTHING)
        return
    for one in resources:
        guard = one["values"]["input"] if one["address"] == "terraform_data.lake_guard" else None
        if guard and not guard["destroy"]:
            print(f"The lake {guard['bucket']} will stay, and this ends with an error. {LAKE_TOO}")
    _shown("destroy", *(["-auto-approve"] if agreed else []), *_stand_in_packages())


def identity() -> str:
    """Return whose account this is; raises ToolError where there are no (valid) credentials."""
    import boto3  # noqa: PLC0415 - to destroy, no package is needed
    from botocore import exceptions  # noqa: PLC0415 - the same

    try:
        sts = boto3.Session().client("sts", region_name=os.environ.get("AWS_REGION", "us-east-1"))
        caller = sts.get_caller_identity()
    except exceptions.ClientError as error:
        code = error.response["Error"]["Code"]
        raise ToolError(
            f"AWS refuses the credentials ({code}): log in again (`aws sso login`)"
        ) from error
    except (exceptions.ConnectionError, exceptions.HTTPClientError) as error:
        raise ToolError(f"AWS cannot be reached: {error}") from error
    except exceptions.BotoCoreError as error:
        reason = "" if "credentials" in str(error) else f" ({error})"
        raise ToolError(NO_CREDENTIALS + reason) from error
    return f"AWS account {caller['Account']}, as {caller['Arn']}"


def summary(plan: dict[str, Any]) -> str:
    """Return what a plan changes and what a month of it costs, in words."""
    done: dict[str, list[str]] = {"create": [], "update": [], "replace": [], "delete": []}
    for one in plan.get("resource_changes", ()):
        actions = one["change"]["actions"]
        kind = "replace" if len(actions) > 1 else actions[0]  # or "no-op", or "read"
        done.get(kind, []).append(one["address"])
    given = {name: one.get("value") for name, one in plan["variables"].items()}
    parallelism, shards = given["flink_parallelism"], given["stream_shards"]  # TF_VAR_*: as text
    costs = monthly_costs(int(parallelism), None if shards is None else int(shards))
    items = ", ".join(f"{cost.what} ${cost.dollars:.0f}" for cost in costs)
    counts = ", ".join(f"{len(names)} to {kind}" for kind, names in done.items())
    lines = [
        f"region {given['region']}; resources: {counts}",
        *(f"  {kind}: {', '.join(done[kind])}" for kind in ("replace", "delete") if done[kind]),
        f"about ${monthly_dollars(costs)} a month at us-east-1's list prices: {items}",
        f"all of it: {_program()} -chdir=terraform show ../build/{PLAN.name}",
    ]
    return "\n".join(lines)


def _ask(question: str) -> None:
    try:
        answer = input(f"{question} Only `yes` goes on: ")
    except EOFError:
        answer = ""
    if answer.strip() != "yes":
        raise ToolError("nothing was changed (AUTO_APPROVE=1 goes on without the question)")


def _deployed() -> list[dict[str, Any]]:
    """Return the resources of the state; without one, nothing is downloaded to find out."""
    sources = "".join(path.read_text(encoding="utf-8") for path in TERRAFORM.glob("*.tf"))
    local = not re.search(r"^\s*(backend|cloud)\b", sources, re.MULTILINE)
    if local and not any(TERRAFORM.glob("terraform.tfstate*")):
        return []
    _init()
    values = json.loads(_said("show", "-json")).get("values", {"root_module": {}})
    return list(values["root_module"].get("resources", ()))


def _init() -> None:
    with step("getting Terraform's AWS provider"):
        _said("init", "-input=false", "-no-color")


def _stand_in_packages() -> list[str]:
    """Return the variable that Terraform checks even when it destroys, where packages are gone."""
    names = ("flink_app.zip", "wsb_stream.zip", "lake_layer.zip")
    if all((PACKAGES / name).is_file() for name in names):
        return []
    folder = BUILD / "stand_in_packages"
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).touch()
    return [f"-var=packages_dir={folder}"]


def _program() -> str:
    found = str(find_terraform())
    return "terraform" if shutil.which("terraform") == found else found


def _said(*arguments: str) -> str:
    done = _terraform(*arguments, stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode:
        raise ToolError(f"terraform {arguments[0]} failed:\n{done.stderr.strip()}")
    return done.stdout


def _shown(*arguments: str) -> None:
    """Run Terraform on the terminal; Ctrl-C is Terraform's, which then ends in good order."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        done = _terraform(*arguments)
    finally:
        signal.signal(signal.SIGINT, before)
    if done.returncode:
        raise ToolError(f"terraform {arguments[0]} ended with an error: it is above")


def _terraform(*arguments: str, **how: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401 - what run takes
    command = [str(find_terraform()), f"-chdir={TERRAFORM}", *arguments]
    environment = {**os.environ, **terraform_environment()}
    return subprocess.run(command, env=environment, text=True, check=False, **how)


def main(arguments: list[str]) -> None:
    """Do what the command line asks, or say why not."""
    parser = argparse.ArgumentParser(prog="python -m tools.deploy")
    parser.add_argument("what", choices=("apply", "destroy"))
    parser.add_argument("--yes", action="store_true", help="go on without the question")
    asked = parser.parse_args(arguments)
    with told(f"make {'deploy' if asked.what == 'apply' else 'destroy'}"):
        (apply if asked.what == "apply" else destroy)(agreed=asked.yes)


if __name__ == "__main__":
    main(sys.argv[1:])
