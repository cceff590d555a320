"""Fixtures that every suite shares."""

import os
import signal
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
# A shell that runs the suite in its background has Ctrl-C ignored, in all that it starts too.
signal.signal(signal.SIGINT, signal.default_int_handler)


def need(condition, message, *, in_ci="CI"):
    """Skip, or fail where that variable is set: in CI, a missing tool must not hide a test."""
    if not condition:
        (pytest.fail if os.environ.get(in_ci) else pytest.skip)(message)


@pytest.fixture(scope="session")
def real_data():
    """Return the folder of real Reddit data, which is not part of the project."""
    folder = Path(os.environ.get("WSB_REAL_DATA", PROJECT.parent / "shared" / "data"))
    message = f"no real data at {folder}: set WSB_REAL_DATA to its folder"
    need(folder.is_dir(), message, in_ci="WSB_REQUIRE_REAL_DATA")
    return folder


@pytest.fixture(scope="module")
def aws_url():
    """Serve AWS on this machine while a module's tests run."""
    from tests.support.aws_emulator import moto_server  # noqa: PLC0415 - most tests need no moto

    with moto_server() as url:
        yield url
