"""Budgets as the AWS provider reads them: subscribers, tags, updates.

moto 5.2.5 has none of DescribeSubscribersForNotification, ListTagsForResource, TagResource,
UntagResource and UpdateBudget.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.budgets.responses import BudgetsResponse

if TYPE_CHECKING:
    from moto.budgets.models import Budget

    from sandbox.aws.patching import Patching

Tags = dict[str, str]


def complete_budgets(patching: Patching) -> None:
    """Add the missing calls; keep the tags given at creation."""
    patching.wrap(BudgetsResponse, "create_budget", _create)
    for name, call in {
        "describe_subscribers_for_notification": _subscribers,
        "list_tags_for_resource": _list_tags,
        "tag_resource": _tag,
        "untag_resource": _untag,
        "update_budget": _update,
    }.items():
        patching.put(BudgetsResponse, name, call)


def _request(response: BudgetsResponse) -> dict[str, Any]:
    request: dict[str, Any] = json.loads(response.body)
    return request


def _budget(response: BudgetsResponse, account: str, name: str) -> Budget:
    return response.backend.budgets[account][name]


def _tags(response: BudgetsResponse, arn: str) -> Tags:
    _, _, _, _, account, path = arn.split(":", 5)
    budget = _budget(response, account, path.removeprefix("budget/"))
    tags: Tags = budget.__dict__.setdefault("tags", {})
    return tags


def _create(original: Any, response: BudgetsResponse) -> Any:  # noqa: ANN401
    request = _request(response)
    answer = original(response)
    budget = _budget(response, request["AccountId"], request["Budget"]["BudgetName"])
    given = request.get("ResourceTags") or []
    budget.__dict__["tags"] = {tag["Key"]: tag["Value"] for tag in given}
    return answer


def _subscribers(response: BudgetsResponse) -> str:
    request = _request(response)
    budget = _budget(response, request["AccountId"], request["BudgetName"])
    matching = [n for n in budget.notifications if n.details == request["Notification"]]
    return json.dumps({"Subscribers": matching[0].subscribers if matching else []})


def _list_tags(response: BudgetsResponse) -> str:
    tags = _tags(response, _request(response)["ResourceARN"])
    return json.dumps({"ResourceTags": [{"Key": k, "Value": v} for k, v in tags.items()]})


def _tag(response: BudgetsResponse) -> str:
    request = _request(response)
    tags = _tags(response, request["ResourceARN"])
    tags.update({tag["Key"]: tag["Value"] for tag in request["ResourceTags"]})
    return "{}"


def _untag(response: BudgetsResponse) -> str:
    request = _request(response)
    tags = _tags(response, request["ResourceARN"])
    for key in request["ResourceTagKeys"]:
        tags.pop(key, None)
    return "{}"


def _update(response: BudgetsResponse) -> str:
    request = _request(response)
    new = request["NewBudget"]
    _budget(response, request["AccountId"], new["BudgetName"]).budget.update(new)
    return "{}"
