"""How fast records go to Kinesis, and whether all do: `make bench-send`.

Records of 1 KB to one local server that speaks PutRecords, in a process of its own, as is each
sender. `boto3_loop` is the loop of 500 that does not look at the answer, `boto3_loop_again` the
one that sends what failed again at once; neither survives its process. `wsb_stream` writes each
record to its outbox on the disk first. `async_kinesis` is told to know no limit a shard, as the
others know none.
"""

import asyncio
import json
import logging
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import boto3
from kinesis import Producer

from bench.put_records_server import Ledger, PutRecordsServer
from bench.table import Table
from clock import SystemClock
from producer.aws import make_client
from producer.delivery.disk_outbox import DiskOutbox
from producer.delivery.sender import Pace, Sender
from producer.delivery.stream import KinesisStream
from producer.totals import Totals
from telemetry import Log

COLUMNS = (
    "sender",
    "failing_share",
    "records_per_second",
    "cpu_seconds_per_million",
    "lost",
    "duplicated",
)
RUNS = 3  # of each; the fastest is shown, with the worst of what was lost or duplicated
RECORDS = 20_000
SHARES = (0.0, 0.2)
ANSWER_RECORDS = 100  # as Reddit answers
BATCH_RECORDS = 500
STREAM = "observations"
REGION = "us-east-1"
NO_LIMIT = 10**9
NOBODY = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nobody"}
Record = dict[str, Any]


class Spent(NamedTuple):
    """What a sender took for all records, in seconds."""

    wall: float
    cpu: float


def records() -> Iterator[Record]:
    """Yield records of 1,000 bytes as the producer encodes them."""
    for number in range(RECORDS):
        record = {"id": f"t1_{number:07d}", "kind": "comment", "body": ""}
        record["body"] = "x" * (1_000 - len(json.dumps(record, separators=(",", ":"))))
        yield record


def send_wsb_stream(url: str, made: list[Record]) -> None:
    """Take them through outbox and sender."""
    totals, log = Totals(), Log(sys.stderr, least=logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        outbox = DiskOutbox(Path(folder), NO_LIMIT, totals=totals, log=log)
        os.environ["AWS_ENDPOINT_URL"] = url
        stream = KinesisStream(make_client("kinesis", REGION, validates=False), STREAM)
        pace = Pace(SystemClock(), SystemClock())
        sender = Sender(outbox, stream, pace, totals=totals, log=log)
        sender.start()
        for answer in _parts(made, ANSWER_RECORDS):
            outbox.add(answer, time.time())
        sender.drain(3600)
        outbox.raise_problem()
        sender.close()
        outbox.close()


def send_boto3_loop(url: str, made: list[Record]) -> None:
    """Do not look at the answer."""
    client = _client(url)
    for part in _parts(made, BATCH_RECORDS):
        client.put_records(StreamName=STREAM, Records=[_entry(record) for record in part])


def send_boto3_loop_again(url: str, made: list[Record]) -> None:
    """Send what failed again, at once."""
    client = _client(url)
    for part in _parts(made, BATCH_RECORDS):
        entries = [_entry(record) for record in part]
        while entries:
            answer = client.put_records(StreamName=STREAM, Records=entries)
            results = zip(entries, answer["Records"], strict=True)
            entries = [entry for entry, result in results if "ErrorCode" in result]


def send_async_kinesis(url: str, made: list[Record]) -> None:
    """Put them one by one, as its documentation does."""
    asyncio.run(_put_all(url, made))


async def _put_all(url: str, made: list[Record]) -> None:
    async with Producer(
        STREAM,
        endpoint_url=url,
        region_name=REGION,
        skip_describe_stream=True,
        put_rate_limit_per_shard=NO_LIMIT,
        put_bandwidth_limit_per_shard=NO_LIMIT,
    ) as producer:
        for record in made:
            await producer.put(record, partition_key=record["id"])
        await producer.flush()


SENDERS: dict[str, Callable[[str, list[Record]], None]] = {
    "wsb_stream": send_wsb_stream,
    "boto3_loop": send_boto3_loop,
    "boto3_loop_again": send_boto3_loop_again,
    "async_kinesis": send_async_kinesis,
}


def _client(url: str) -> Any:  # noqa: ANN401 - boto3 has no types
    return boto3.client("kinesis", region_name=REGION, endpoint_url=url)


def _entry(record: Record) -> dict[str, Any]:
    return {"PartitionKey": record["id"], "Data": json.dumps(record).encode()}


def _parts(made: list[Record], size: int) -> Iterator[list[Record]]:
    rest = iter(made)
    while part := list(islice(rest, size)):
        yield part


def run(name: str, url: str) -> Spent:
    """Send all records; returns what it took of this process."""
    logging.disable()  # async-kinesis tells of each throttling
    os.environ.update(NOBODY)
    made = list(records())
    began, cpu = time.perf_counter(), time.process_time()
    SENDERS[name](url, made)
    return Spent(time.perf_counter() - began, time.process_time() - cpu)


def serve(failing_share: float, pipe: Any) -> None:  # noqa: ANN401 - a Connection
    """Serve PutRecords until told to say what came."""
    ledger = Ledger(failing_share=failing_share)
    with PutRecordsServer(ledger) as server:
        pipe.send(server.url)
        pipe.recv()
    ids: dict[str, int] = {}
    for data, times in ledger.taken.items():
        name = json.loads(data)["id"]
        ids[name] = ids.get(name, 0) + times
    pipe.send((RECORDS - len(ids), sum(times - 1 for times in ids.values())))


@contextmanager
def served(failing_share: float) -> Iterator[Any]:
    """Start a server's process; yields the pipe to it, whose first word is its address."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=serve, args=(failing_share, there), daemon=True)
    process.start()
    try:
        yield here
        process.join()
    finally:
        process.kill()


def measure(name: str, failing_share: float) -> dict[str, Any]:
    """Run a sender in a process of its own; returns its row."""
    fresh = multiprocessing.get_context("spawn")
    with served(failing_share) as server, ProcessPoolExecutor(1, mp_context=fresh) as processes:
        spent = processes.submit(run, name, server.recv()).result()
        server.send("enough")
        lost, duplicated = server.recv()
    return {
        "sender": name,
        "failing_share": failing_share,
        "records_per_second": round(RECORDS / spent.wall),
        "cpu_seconds_per_million": round(spent.cpu * 1e6 / RECORDS, 1),
        "lost": lost,
        "duplicated": duplicated,
    }


def best(name: str, failing_share: float) -> dict[str, Any]:
    """Measure several times: whatever else a machine does only slows a run down."""
    runs = [measure(name, failing_share) for _ in range(RUNS)]
    row = max(runs, key=lambda each: each["records_per_second"])
    worst = {what: max(each[what] for each in runs) for what in ("lost", "duplicated")}
    return row | worst


def main() -> None:
    """Print the table and write it."""
    print(f"{RECORDS:,} records of 1 KB to a local server that speaks PutRecords\n")
    table = Table("send", COLUMNS)
    for failing_share in SHARES:
        for name in SENDERS:
            table.add(best(name, failing_share))
    table.write()


if __name__ == "__main__":
    main()
