"""Newer: which landed objects wait for a newer lake job, because of a later contract's records.

An item each in the state table, so that no run reads again what it would leave as it is.
"""

from collections.abc import Iterable

from wsb_lake.aws import Client

_PK = "newer"


class Newer:
    """The waiting objects' keys, and the `schema_version` that each waits for."""

    def __init__(self, dynamodb: Client, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def versions(self) -> dict[str, int]:
        """Return the version by object key."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": _PK}},
            ConsistentRead=True,
        )
        items = (item for page in pages for item in page["Items"])
        return {item["sk"]["S"]: int(item["schema_version"]["N"]) for item in items}

    def put(self, key: str, version: int) -> None:
        """Remember that this object waits."""
        item = {**_key(key), "schema_version": {"N": str(version)}}
        self._dynamodb.put_item(TableName=self._table, Item=item)

    def remove(self, keys: Iterable[str]) -> None:
        """Forget objects that are taken in, or gone."""
        for key in keys:
            self._dynamodb.delete_item(TableName=self._table, Key=_key(key))


def _key(key: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": _PK}, "sk": {"S": key}}
