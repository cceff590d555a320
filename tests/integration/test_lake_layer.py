"""The Lambda's packages: complete, small enough, and loadable where Lambda runs them."""

import re
import subprocess
import sys
import zipfile

import pytest

from tests.conftest import need
from tools.package import UNZIPPED_BYTES_MAX, package_code, package_layer

pytestmark = [pytest.mark.integration, pytest.mark.slow]

# Lambda's python3.11 is Amazon Linux 2
LAMBDA_GLIBC = (2, 26)
IMPORTS = """
import sys
sys.path[:] = [p for p in sys.path if "site-packages" not in p] + sys.argv[1:]
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.io.pyarrow import PyArrowFileIO
from wsb_lake import aws_lambda
from wsb_lake.job import lake_job
import boto3
for service in ("s3", "glue", "dynamodb"):
    boto3.client(service, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
assert callable(aws_lambda.handler)
"""


@pytest.fixture(scope="module")
def layer():
    return package_layer()


def test_the_same_code_is_the_same_bytes(tmp_path):
    """Terraform redeploys only what changed."""
    first, second = package_code(tmp_path / "a.zip"), package_code(tmp_path / "b.zip")
    assert first.read_bytes() == second.read_bytes()


def test_the_layer_fits(layer):
    """Lambda's limit is of function and layers together, unzipped."""
    with zipfile.ZipFile(layer) as archive:
        assert sum(item.file_size for item in archive.infolist()) < UNZIPPED_BYTES_MAX


def test_every_wheel_loads_on_lambdas_glibc(layer):
    """A wheel for a newer glibc imports here and fails there."""
    with zipfile.ZipFile(layer) as archive:
        wheels = [name for name in archive.namelist() if name.endswith(".dist-info/WHEEL")]
        tags = {name: archive.read(name).decode() for name in wheels}
    assert any("manylinux" in text for text in tags.values())
    for name, text in tags.items():
        floors = [(int(a), int(b)) for a, b in re.findall(r"manylinux_(\d+)_(\d+)_x86_64", text)]
        old = "manylinux2014_x86_64" in text or not floors
        assert old or min(floors) <= LAMBDA_GLIBC, name


def test_the_handler_loads_from_layer_and_code_alone(layer, tmp_path):
    """With the standard library and nothing else of this machine, as in Lambda."""
    need(
        sys.platform == "linux" and sys.version_info[:2] == (3, 11),
        "the layer holds libraries for Linux and Python 3.11",
    )
    for archive in (layer, package_code(tmp_path / "code.zip")):
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(tmp_path)
    paths = [str(tmp_path), str(tmp_path / "python")]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", IMPORTS, *paths],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
