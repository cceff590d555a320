"""Fixtures of the lake's tests; a module asks for them by `pytest_plugins`."""

import os

import pytest
from moto.server import ThreadedMotoServer

from sandbox.aws.moto_fixes.glue import compare_and_swap_tables
from sandbox.aws.patching import patched
from tests.support.lake_world import NUMBERS, LakeWorld
from wsb_lake.settings import JobSettings

REGION = "us-east-1"


@pytest.fixture(scope="module")
def moto_url():
    """Serve AWS on this machine, with Glue's compare-and-swap, while a module's tests run."""
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "test"))
    with patched(compare_and_swap_tables):
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
        server.stop()
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


@pytest.fixture(scope="module")
def new_lake(moto_url):
    """Return a maker of empty lakes."""

    def make():
        name = f"lake_{next(NUMBERS)}"
        settings = JobSettings(
            bucket=name.replace("_", "-"),
            database=name,
            state_table=name,
            region=REGION,
            endpoint_url=moto_url,
        )
        return LakeWorld(settings)

    return make


@pytest.fixture
def lake(new_lake):
    """Return an empty lake."""
    return new_lake()
