"""Fixtures that every suite shares."""

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent


def need(condition, message):
    """Skip on a laptop, fail in CI: a missing tool must not hide a test there."""
    if not condition:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)


@pytest.fixture(scope="session")
def real_data():
    """Return the folder of real Reddit data, which is not part of the project."""
    folder = Path(os.environ.get("WSB_REAL_DATA", PROJECT.parent / "shared" / "data"))
    need(folder.is_dir(), f"no real data at {folder}: set WSB_REAL_DATA to its folder")
    return folder
