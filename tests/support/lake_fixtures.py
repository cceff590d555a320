"""Fixtures of the lake's tests; a module asks for them by `pytest_plugins`."""

import pytest

from clock import SystemClock
from sandbox.aws.environment import REGION
from sandbox.aws.moto_fixes.glue import compare_and_swap_tables
from sandbox.aws.moto_fixes.s3 import stamped_by
from sandbox.aws.patching import patched
from tests.support.aws_emulator import moto_server
from tests.support.lake_world import NUMBERS, LakeWorld
from wsb_lake.settings import JobSettings


class Stamps:
    """The clock that stamps S3's objects: the machine's, or that of the lake at hand."""

    clock = SystemClock()

    def now(self):
        return self.clock.now()


STAMPS = Stamps()


@pytest.fixture(scope="module")
def moto_url():
    """Serve AWS on this machine, with Glue's compare-and-swap, while a module's tests run."""
    with (
        pytest.MonkeyPatch.context() as patch,
        patched(compare_and_swap_tables, stamped_by(STAMPS)),
    ):
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        with moto_server() as url:
            yield url


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


@pytest.fixture(scope="module")
def stamps():
    return STAMPS


@pytest.fixture
def stamped(monkeypatch):
    """Return what makes a lake's clock stamp S3's objects too, for one test."""
    return lambda lake: monkeypatch.setattr(STAMPS, "clock", lake.clock)


@pytest.fixture
def lake(new_lake):
    return new_lake()
