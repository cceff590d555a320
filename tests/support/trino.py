"""A real Trino on loopback that reads the tables of a sandbox's Glue and S3."""

import os
import socket
import time
from contextlib import contextmanager

import requests

from sandbox.aws.environment import REGION
from sandbox.process import ChildProcess

READY_SECONDS = 240.0
SERVER = """
coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port={port}
discovery.uri=http://127.0.0.1:{port}
catalog.management=static
query.max-memory=512MB
query.max-memory-per-node=512MB
memory.heap-headroom-per-node=256MB
"""
NODE = """
node.environment=test
node.id=one
node.data-dir={data}
node.bind-ip=127.0.0.1
node.internal-address=127.0.0.1
"""
CATALOG = """
connector.name=iceberg
iceberg.catalog.type=glue
hive.metastore.glue.region={region}
hive.metastore.glue.endpoint-url={url}
hive.metastore.glue.aws-access-key=test
hive.metastore.glue.aws-secret-key=test
fs.native-s3.enabled=true
s3.endpoint={url}
s3.region={region}
s3.path-style-access=true
s3.aws-access-key=test
s3.aws-secret-key=test
"""
JVM = """
-server
-Xmx1536M
-XX:+UseSerialGC
-Djdk.attach.allowAttachSelf=true
"""


class Trino:
    """Asks one server; `catalog` is the sandbox's."""

    def __init__(self, port, database):
        self._url = f"http://127.0.0.1:{port}"
        self._headers = {
            "X-Trino-User": "test",
            "X-Trino-Catalog": "lake",
            "X-Trino-Schema": database,
            "X-Trino-Time-Zone": "UTC",
            "X-Trino-Client-Capabilities": "PARAMETRIC_DATETIME",  # else it cuts microseconds
        }

    def ready(self):
        """Return whether it takes queries."""
        try:
            return self._ask("/v1/info")["starting"] is False
        except requests.RequestException:
            return False

    def rows(self, sql):
        """Return the rows as JSON gives them, by the columns' names."""
        answer, rows, names = self._ask("/v1/statement", sql.encode()), [], []
        while True:
            if "error" in answer:
                raise RuntimeError(answer["error"]["message"])
            names = [column["name"] for column in answer.get("columns", ())] or names
            rows += answer.get("data", ())
            if "nextUri" not in answer:
                return [dict(zip(names, row, strict=True)) for row in rows]
            answer = self._ask(answer["nextUri"].removeprefix(self._url))

    def _ask(self, path, body=None):
        answer = requests.request(
            "GET" if body is None else "POST",
            self._url + path,
            data=body,
            headers=self._headers,
            timeout=60,
        )
        answer.raise_for_status()
        return answer.json()


@contextmanager
def running_trino(server, java, folder, aws_url, database):
    """Start the server of that folder with this JAVA_HOME; yields a Trino once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    etc = folder / "etc"
    (etc / "catalog").mkdir(parents=True)
    (etc / "config.properties").write_text(SERVER.format(port=port))
    (etc / "node.properties").write_text(NODE.format(data=folder / "data"))
    (etc / "jvm.config").write_text(JVM)
    (etc / "catalog" / "lake.properties").write_text(CATALOG.format(url=aws_url, region=REGION))
    path = f"{java}/bin:{os.environ['PATH']}"
    process = ChildProcess(
        [server / "bin" / "launcher", "run", "--etc-dir", etc, "--data-dir", folder / "data"],
        log=folder / "trino.log",
        environment={"PATH": path, "JAVA_HOME": str(java), "HOME": str(folder)},
    )
    try:
        trino, deadline = Trino(port, database), time.monotonic() + READY_SECONDS
        while not trino.ready():
            assert process.running, process.last_line()
            assert time.monotonic() < deadline, process.last_line()
            time.sleep(0.5)
        yield trino
    finally:
        process.stop(30)
