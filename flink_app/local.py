"""Local: the same application on this machine's mini cluster, watched until it is told to end.

Managed Flink brings a cluster, the jar and checkpoints, and lets `main` return once the job is
submitted. Here the job lives as long as this process.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from flink_app.errors import JobFailedError, LocalRunError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyflink.common import JobClient

LOCAL_VARIABLE = "WSB_FLINK_LOCAL"
CONFIG_VARIABLE = "WSB_FLINK_CONFIG"
JAR = Path("lib") / "pyflink-dependencies.jar"

_POLL_SECONDS = 0.5
_ADDRESSES = (
    "rest.bind-address",
    "rest.address",
    "jobmanager.bind-host",
    "jobmanager.rpc.address",
    "taskmanager.bind-host",
    "taskmanager.host",
)
MINI_CLUSTER = {
    **dict.fromkeys(_ADDRESSES, "127.0.0.1"),
    "rest.bind-port": "0",
    "parallelism.default": "1",
    "python.executable": sys.executable,
}
JVM_VARIABLE = "FLINK_ENV_JAVA_OPTS"
JAVA_VARIABLE = "JAVA_TOOL_OPTIONS"
# The first optimizing compiler only, and the collector without threads: a job of this size starts
# in half the time, and leaves a core to the others.
_JVM_DEFAULT = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
# The variable replaces what Flink's own configuration opens for its serializer: since Java 16
# each checkpoint of the source would fail.
_OPENED = ("java.lang", "java.net", "java.io", "java.nio", "java.text", "java.time", "java.util")
_OPENED_DEEPER = ("java.lang.reflect", "java.util.concurrent", "java.util.concurrent.atomic")
_JVM_OPENS = " ".join(
    f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in (*_OPENED, *_OPENED_DEEPER)
)
# The emulator does not speak the SDKs' binary protocols (SDK 1 and SDK 2).
_TEXT_PROTOCOL = {"AWS_CBOR_DISABLE": "true", "CBOR_ENABLED": "false"}


def is_local(environment: Mapping[str, str]) -> bool:
    """Tell whether this process is to run the job itself."""
    return environment.get(LOCAL_VARIABLE) == "1"


def flink_options(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    """Return Flink's options for this machine; LocalRunError says what is missing.

    `home` is the folder that holds `main.py`, as in the zip.
    """
    _require_java(environment)
    jar = home / JAR
    if not jar.is_file():
        raise LocalRunError(f"there is no {jar}: run the application from its unpacked zip")
    return {
        **MINI_CLUSTER,
        "pipeline.jars": jar.resolve().as_uri(),
        **_given_options(environment),
    }


def prepare_process(home: Path) -> None:
    """Set what the JVM will inherit; call it before the first use of Flink.

    Flink's own log comes to `log/` under the application's home, unless FLINK_LOG_DIR is set, and
    what it unpacks to `tmp/`: a killed job leaves 100 MB behind.
    """
    for name, value in {**_TEXT_PROTOCOL, "FLINK_LOG_DIR": str(home / "log")}.items():
        os.environ.setdefault(name, value)
    chosen = os.environ.get(JVM_VARIABLE, _JVM_DEFAULT)
    os.environ[JVM_VARIABLE] = f"{chosen} {_JVM_OPENS}"
    temporary = home.resolve() / "tmp"
    temporary.mkdir(exist_ok=True)
    # PyFlink splits its options at spaces, whatever quotes them; the JVM does not
    given = os.environ.get(JAVA_VARIABLE, "")
    os.environ[JAVA_VARIABLE] = f'{given} -Djava.io.tmpdir="{temporary}"'.lstrip()
    Path(os.environ["FLINK_LOG_DIR"]).mkdir(parents=True, exist_ok=True)
    # what py4j logs it also raises, and it logs a traceback for each try once the JVM has gone
    logging.disable(logging.ERROR)


def watch(job: JobClient) -> None:
    """Announce the running job, then wait: a signal cancels it, its failure is raised."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    announced = False
    while not stop.wait(_POLL_SECONDS):
        status = _status(job, stop)
        if status in {"FAILED", "CANCELED", "FINISHED"} and not stop.is_set():
            raise JobFailedError(f"the job has ended ({status}): {_root_cause(job)}")
        if status == "RUNNING" and not announced:
            announced = True
            _say(event="running", job_id=str(job.get_job_id()))
    _cancel(job)


def _require_java(environment: Mapping[str, str]) -> None:
    home = environment.get("JAVA_HOME")
    java = Path(home) / "bin" / "java" if home else "java"
    if not shutil.which(java, path=environment.get("PATH")):
        raise LocalRunError(f"Flink needs Java and {java} is not there: set JAVA_HOME to a JDK 11+")


def _given_options(environment: Mapping[str, str]) -> dict[str, str]:
    text = environment.get(CONFIG_VARIABLE, "{}")
    try:
        options = json.loads(text)
    except ValueError as error:
        raise LocalRunError(f"{CONFIG_VARIABLE} is not JSON: {error}") from error
    if not isinstance(options, dict):
        raise LocalRunError(f"{CONFIG_VARIABLE} must be a JSON object of Flink options")
    return {str(key): str(value) for key, value in options.items()}


def _status(job: JobClient, stop: threading.Event) -> str:
    try:
        return str(job.get_job_status().result()).rpartition(".")[2]
    except Exception:  # noqa: BLE001 - the cluster has ended: with its job, or by the same signal
        return "CANCELED" if stop.wait(_POLL_SECONDS) else "FAILED"


def _cancel(job: JobClient) -> None:
    try:
        job.cancel().result()
    except Exception as error:  # noqa: BLE001 - py4j raises whatever the socket or the JVM says
        _say(event="jvm_gone", error=type(error).__name__)


def _say(**event: str) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def _root_cause(job: JobClient) -> str:
    try:
        job.get_job_execution_result().result()
    except Exception as error:  # noqa: BLE001 - the failure arrives as a Java exception, any
        lines = str(error).splitlines()
        causes = [line for line in lines if line.startswith("Caused by: ")]
        return (causes or lines[:1] or [type(error).__name__])[-1].removeprefix("Caused by: ")
    return "no cause was given"
