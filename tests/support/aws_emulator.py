"""moto's server on a free port of loopback, with the producer's stream and table in it."""

from contextlib import contextmanager

from moto.moto_api._internal.models import moto_api_backend
from moto.server import ThreadedMotoServer

from sandbox.aws.environment import REGION, client_of

STREAM = "observations"
TABLE = "state"


@contextmanager
def moto_server():
    """Serve an empty AWS; yields its address.

    What it holds is the process': modules may run in any order, each begins with nothing.
    """
    moto_api_backend.reset()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def producer_environment(aws_url, reddit_url):
    """Return what a producer is told of this AWS and of the sandbox's Reddit."""
    return {
        "AWS_ENDPOINT_URL": aws_url,
        "AWS_REGION": REGION,
        "WSB_STREAM_NAME": STREAM,
        "WSB_STATE_TABLE": TABLE,
        "WSB_REDDIT_URL": reddit_url,
        "PRAW_ALLOW_ENDPOINT_OVERRIDE": "1",
        "praw_client_id": "sandbox",
        "praw_client_secret": "sandbox",
        "praw_user_agent": "wsb-stream test",
    }


def make_stream(url):
    client = client_of(url, "kinesis")
    client.create_stream(StreamName=STREAM, ShardCount=1)
    client.get_waiter("stream_exists").wait(StreamName=STREAM)
    return client


def make_table(url, name=TABLE):
    client = client_of(url, "dynamodb")
    client.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return client


def read_stream(client):
    (shard,) = client.list_shards(StreamName=STREAM)["Shards"]
    iterator = client.get_shard_iterator(
        StreamName=STREAM, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    found = []
    while True:
        answer = client.get_records(ShardIterator=iterator, Limit=10_000)
        if not answer["Records"]:
            return found
        found += [(record["PartitionKey"], record["Data"]) for record in answer["Records"]]
        iterator = answer["NextShardIterator"]
