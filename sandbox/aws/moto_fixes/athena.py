"""Deleting a saved query.

moto 5.2.5 cannot, so Terraform could not destroy what it made.
"""

from moto.athena.responses import AthenaResponse
from moto.core.exceptions import JsonRESTError

from sandbox.aws.patching import Patching


def delete_named_queries(patching: Patching) -> None:
    """Add DeleteNamedQuery."""
    patching.put(AthenaResponse, "delete_named_query", _delete)


def _delete(response: AthenaResponse) -> str:
    query_id = response._get_param("NamedQueryId")
    if response.athena_backend.named_queries.pop(query_id, None) is None:
        raise JsonRESTError("InvalidRequestException", f"There is no named query {query_id}.")
    return "{}"
