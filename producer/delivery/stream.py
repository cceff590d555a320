"""Stream: one PutRecords call, and what became of each entry.

A 200 from PutRecords is not success: it may have failed for some entries, and any error code
counts as a failure.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from botocore.exceptions import ClientError

from producer.aws import translated
from producer.delivery.entry import Entry
from producer.errors import AwsUnavailableError, RecordRefusedError

# for an entry, or for a call because of one of its entries: it will never be taken
REFUSING_CODES = frozenset(
    {"InvalidArgumentException", "SerializationException", "ValidationException"}
)


class Stream(Protocol):
    """Where records go."""

    def put(self, entries: Sequence[Entry]) -> list[str | None]:
        """Make one call; returns for each entry the code of its failure, None when acknowledged.

        Raises AwsUnavailableError when the same call may succeed later, RecordRefusedError when
        Kinesis will never take it as it is, AwsError when only a person can fix it.
        """


class KinesisStream:
    """The stream, behind one call, on a boto3 client that does not retry by itself."""

    def __init__(self, client: Any, name: str) -> None:  # noqa: ANN401 - boto3 has no types
        self._client = client
        self._name = name

    def put(self, entries: Sequence[Entry]) -> list[str | None]:
        """Make one call; returns for each entry the code of its failure, None when acknowledged."""
        what = f"Kinesis stream {self._name}"
        records = [{"PartitionKey": entry.key, "Data": entry.data} for entry in entries]
        try:
            with translated(what, passing=REFUSING_CODES):
                answer = self._client.put_records(StreamName=self._name, Records=records)
        except ClientError as error:
            raise RecordRefusedError(f"{what}: {error}") from error
        results = answer.get("Records", ())
        if len(results) != len(entries):
            raise AwsUnavailableError(
                f"{what}: an answer for {len(results)} of {len(entries)} records"
            )
        return [_code_of(result) for result in results]


def _code_of(result: dict[str, str]) -> str | None:
    if result.get("ErrorCode"):
        return result["ErrorCode"]
    return None if result.get("SequenceNumber") else "NoSequenceNumber"
