"""Deny statements with a condition, such as the usual one on transport without TLS.

moto 5.2.5 takes a condition that is not met for a denial, and knows no condition keys: a bucket
with such a policy then refuses every call. Here the statement does not apply: the sandbox's
loopback has no TLS, and what a policy denies is checked on the plan, not by the sandbox.
"""

from typing import Any

from moto.iam.access_control import IAMPolicyStatement, PermissionResult

from sandbox.aws.patching import Patching


def leave_out_conditional_denials(patching: Patching) -> None:
    """Let such statements neither permit nor deny."""
    patching.wrap(IAMPolicyStatement, "is_action_permitted", _is_action_permitted)


def _is_action_permitted(
    original: Any,
    statement: IAMPolicyStatement,
    *args: Any,
    **kwargs: Any,
) -> PermissionResult:
    content = statement._statement
    if content["Effect"] == "Deny" and "Condition" in content:
        return PermissionResult.NEUTRAL
    result: PermissionResult = original(statement, *args, **kwargs)
    return result
