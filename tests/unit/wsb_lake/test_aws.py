import pytest

from wsb_lake.aws import delete_objects
from wsb_lake.errors import AccessError


class Store:
    """Deletes what it is told to, but for one object that it does not give away."""

    def __init__(self, kept=None):
        self.kept = kept
        self.calls = []

    def delete_objects(self, Bucket, Delete):
        keys = [each["Key"] for each in Delete["Objects"]]
        self.calls.append((Bucket, keys, Delete["Quiet"]))
        return {"Errors": [{"Key": self.kept, "Message": "no"}]} if self.kept in keys else {}


def test_objects_are_deleted_a_thousand_at_a_time():
    keys = [f"{number}" for number in range(2001)]
    store = Store()
    delete_objects(store, "lake", keys)
    delete_objects(store, "lake", [])
    parts = [keys[:1000], keys[1000:2000], keys[2000:]]
    assert store.calls == [("lake", part, True) for part in parts]


def test_one_that_stays_is_an_error():
    with pytest.raises(AccessError, match="s3://lake/1500: no; the next run tries again"):
        delete_objects(Store("1500"), "lake", [f"{number}" for number in range(2001)])
