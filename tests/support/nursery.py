"""Nursery: a process that has imported the producer, and forks one whenever it is told to.

A fork begins within milliseconds what a new Python takes seconds for, so a test can afford many
deaths. What runs is `wsb produce`, in a process of its own with an environment of its own. Orders
come as JSON lines: {"log": file, "environment": {...}, "deadline_seconds": a request's}. Each
birth is told by {"event": "born", "pid": …}.
"""

import json
import os
import sys
from pathlib import Path

import praw
import prawcore

import wsb
from producer import cli
from producer.reddit import requestor
from sandbox.aws.environment import client_of

LOADED = (praw, prawcore, cli)


def main():
    """Fork until stdin ends; what was born is killed with this process' group."""
    for service in ("kinesis", "dynamodb"):  # botocore reads megabytes of JSON once
        client_of("http://127.0.0.1:9", service)
    _tell(event="open")
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _produce(order)
        _tell(event="born", pid=pid)
        _bury()


def _tell(**message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _produce(order):
    out = os.open(Path(order["log"]), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for descriptor in (1, 2):
        os.dup2(out, descriptor)
    os.environ.clear()
    os.environ.update(order["environment"])
    requestor.DEADLINE_SECONDS = order["deadline_seconds"]
    try:
        wsb.main(["produce"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(getattr(sys.exception(), "code", 1) or 0)


def _bury():
    """Let the dead go, so that a test sees that they are."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return
        except ChildProcessError:
            return


if __name__ == "__main__":
    main()
