"""The stream's ledger is read shard by shard and knows the filter's rule in plain words."""

import json
from datetime import UTC, datetime, timedelta

from sandbox.audit.stream_ledger import read_stream, rows_of

T = "2021-01-28T14:30:00.000Z"

BEGIN = datetime(2021, 1, 1, tzinfo=UTC)


def observation(id_, kind="comment", state="live", peak=None):
    return json.dumps(
        {"id": id_, "kind": kind, "state": state, "peak_score": peak, "observed_at": T}
    ).encode()


class TwoShards:
    """The three calls of a Kinesis client, over records held in lists; pages of two."""

    def __init__(self, *shards):
        self.shards = shards

    def list_shards(self, StreamName):
        return {"Shards": [{"ShardId": str(i)} for i, _ in enumerate(self.shards)]}

    def get_shard_iterator(self, StreamName, ShardId, ShardIteratorType):
        return {"ShardIterator": f"{ShardId}:0"}

    def get_records(self, ShardIterator, Limit):
        shard, at = (int(part) for part in ShardIterator.split(":"))
        records = self.shards[shard]
        page = records[at : at + 2]
        return {
            "Records": [
                {"Data": data, "ApproximateArrivalTimestamp": BEGIN + timedelta(seconds=at + n)}
                for n, data in enumerate(page)
            ],
            "NextShardIterator": f"{shard}:{at + len(page)}",
            "MillisBehindLatest": 0 if at + len(page) >= len(records) else 1,
        }


def test_every_record_of_every_shard_is_counted():
    """Pages and shards are read to their ends; what is no JSON object counts as a record only."""
    shards = (
        [observation("t1_a", peak=10), observation("t1_b", peak=9), observation("t1_a", peak=12)],
        [observation("t3_p", kind="post"), b"\xff", b"[1]", b"{}", observation("t1_c")],
    )
    ledger = read_stream(TwoShards(*shards), "s", min_score=10)
    arrived = {name.id: at - BEGIN.timestamp() for name, at in ledger.arrived_at.items()}
    # t1_a's two records are one observation, first acknowledged as the first of its shard
    assert arrived == {"t1_a": 0, "t1_b": 1, "t3_p": 0, "t1_c": 4}
    assert ledger.lines == (*shards[0], *shards[1])
    assert [row["id"] for row in rows_of(ledger.lines)] == ["t1_a", "t1_b", "t1_a", "t3_p", "t1_c"]
    assert ledger.ids == {"t1_a", "t1_b", "t1_c", "t3_p"}
    assert (ledger.passing_records, ledger.gaps) == (3, 0)


def test_a_dead_letter_of_the_producer_acknowledges_nothing_and_does_not_pass():
    """The filter refuses it: the lake will never hear of what was read."""
    letter = json.dumps({"id": "t1_a", "malformed": {"field": "link_id"}}).encode()
    ledger = read_stream(TwoShards([letter, observation("t1_b", peak=10)]), "s", min_score=10)
    assert (ledger.ids, ledger.passing_records) == ({"t1_b"}, 1)


def test_tombstones_and_gaps_pass_whatever_the_score_is():
    """A gap is no thing that was read."""
    gap = json.dumps({"id": "gap_1", "kind": "gap", "observed_at": T}).encode()
    shard = [observation("t1_a", state="deleted"), gap, observation("t1_b", peak=9)]
    ledger = read_stream(TwoShards(shard), "s", min_score=10)
    assert ledger.ids == {"t1_a", "t1_b"}
    assert (ledger.passing_records, ledger.gaps) == (2, 1)
