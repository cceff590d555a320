"""Fixtures: a clock that moves when told to, and moto inside this process."""

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from clock import FileClock
from sandbox.aws.faults import Faults

START = 1_611_840_000.0  # 2021-01-28 13:20 UTC


@pytest.fixture
def clock(tmp_path):
    return FileClock.create(tmp_path / "clock", START)


@pytest.fixture
def faults():
    """Return switches that are all off, with known dice."""
    return Faults(seed=7)


@pytest.fixture
def client(monkeypatch):
    """Return a maker of clients that neither retry nor know this machine's account."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "sandbox")
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    config = Config(retries={"max_attempts": 0})
    return lambda service: boto3.client(service, region_name="us-east-1", config=config)


@pytest.fixture
def moto():
    """Hold moto in place of AWS, empty."""
    with mock_aws():
        yield
