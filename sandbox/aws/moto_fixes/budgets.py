"""Budgets as the AWS provider reads them: with subscribers and tags.

moto 5.2.5 has neither DescribeSubscribersForNotification nor ListTagsForResource.
"""

import json
from typing import Any

from moto.budgets.models import Budget
from moto.budgets.responses import BudgetsResponse

from sandbox.aws.patching import Patching


def complete_budgets(patching: Patching) -> None:
    """Add the missing calls; keep the tags given at creation."""
    patching.wrap(BudgetsResponse, "create_budget", _create)
    patching.put(BudgetsResponse, "describe_subscribers_for_notification", _subscribers)
    patching.put(BudgetsResponse, "list_tags_for_resource", _list_tags)


def _request(response: BudgetsResponse) -> dict[str, Any]:
    request: dict[str, Any] = json.loads(response.body)
    return request


def _budget(response: BudgetsResponse, account: str, name: str) -> Budget:
    return response.backend.budgets[account][name]


def _create(original: Any, response: BudgetsResponse) -> Any:
    request = _request(response)
    answer = original(response)
    budget = _budget(response, request["AccountId"], request["Budget"]["BudgetName"])
    budget.__dict__["tags"] = request.get("ResourceTags") or []
    return answer


def _subscribers(response: BudgetsResponse) -> str:
    request = _request(response)
    budget = _budget(response, request["AccountId"], request["BudgetName"])
    matching = [n for n in budget.notifications if n.details == request["Notification"]]
    return json.dumps({"Subscribers": matching[0].subscribers if matching else []})


def _list_tags(response: BudgetsResponse) -> str:
    _, _, _, _, account, path = _request(response)["ResourceARN"].split(":", 5)
    budget = _budget(response, account, path.removeprefix("budget/"))
    return json.dumps({"ResourceTags": budget.__dict__["tags"]})
