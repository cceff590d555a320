"""S3, Glue and DynamoDB on this machine, in a process of their own that counts requests."""

from __future__ import annotations

import multiprocessing
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from moto.server import ThreadedMotoServer
from werkzeug.serving import WSGIRequestHandler

from sandbox.aws.environment import REGION, client_of
from sandbox.aws.moto_fixes.glue import compare_and_swap_tables
from sandbox.aws.patching import patched
from wsb_lake.settings import JobSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTEXT = multiprocessing.get_context("spawn")


class Server:
    """The server's address, and how many requests it has answered."""

    def __init__(self, url: str, counted: Any) -> None:  # noqa: ANN401 - multiprocessing's Value
        self.url = url
        self._counted = counted

    @property
    def requests(self) -> int:
        """Return how many requests were answered so far."""
        return int(self._counted.value)

    def new_lake(self, name: str) -> JobSettings:
        """Make what Terraform makes of an empty lake."""
        settings = JobSettings(
            bucket=name, database=name, state_table=name, region=REGION, endpoint_url=self.url
        )
        client_of(self.url, "s3").create_bucket(Bucket=name)
        client_of(self.url, "glue").create_database(DatabaseInput={"Name": name})
        keys = {"pk": "HASH", "sk": "RANGE"}
        client_of(self.url, "dynamodb").create_table(
            TableName=name,
            KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys.items()],
            AttributeDefinitions=[{"AttributeName": k, "AttributeType": "S"} for k in keys],
            BillingMode="PAY_PER_REQUEST",
        )
        return settings


@contextmanager
def serving() -> Iterator[Server]:
    """Serve for the length of a `with` block."""
    os.environ.update(AWS_ACCESS_KEY_ID="bench", AWS_SECRET_ACCESS_KEY="bench")  # noqa: S106 - moto takes any
    counted = CONTEXT.Value("l", 0)
    mine, its = CONTEXT.Pipe()
    process = CONTEXT.Process(target=_serve, args=(its, counted), daemon=True)
    process.start()
    try:
        yield Server(mine.recv(), counted)
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Any, counted: Any) -> None:  # noqa: ANN401 - multiprocessing's
    def count(*_: object, **__: object) -> None:
        with counted.get_lock():
            counted.value += 1

    WSGIRequestHandler.log_request = count  # type: ignore[method-assign]
    with patched(compare_and_swap_tables):
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        pipe.send(f"http://{host}:{port}")
        pipe.poll(None)
