"""The Lambda's packages: complete, small enough, and loadable where Lambda runs them."""

import json
import re
import subprocess
import sys
import zipfile

import pytest

from tests.conftest import need
from tests.support.lake_world import observation
from tools.package import package_code, package_layer
from wsb_lake.settings import LANDING_PREFIX

pytest_plugins = ["tests.support.lake_fixtures"]
pytestmark = [pytest.mark.integration, pytest.mark.slow]

# Lambda's python3.11 is Amazon Linux 2
LAMBDA_GLIBC = (2, 26)
UNZIPPED_MEGABYTES_MAX = 245
RUN = """
import json, sys
sys.path[:] = [p for p in sys.path if "site-packages" not in p] + sys.argv[1:]
from wsb_lake.aws_lambda import handler
print(json.dumps(handler({}), default=str))
unpacked = sys.argv[1]
outside = {
    name: module.__file__
    for name, module in sys.modules.items()
    if (getattr(module, "__file__", None) or unpacked).partition("/site-packages/")[1]
}
assert not outside, outside
"""


@pytest.fixture(scope="module")
def layer():
    return package_layer()


def test_the_same_code_is_the_same_bytes(tmp_path):
    """Terraform redeploys only what changed."""
    first, second = package_code(tmp_path / "a.zip"), package_code(tmp_path / "b.zip")
    assert first.read_bytes() == second.read_bytes()


def test_layer_and_code_fit_together(layer, tmp_path):
    """Lambda's limit of 250 MB is of function and layers together, unzipped; some room is left."""
    size_bytes = 0
    for path in (layer, package_code(tmp_path / "code.zip")):
        with zipfile.ZipFile(path) as archive:
            size_bytes += sum(item.file_size for item in archive.infolist())
    assert size_bytes < UNZIPPED_MEGABYTES_MAX * 1_000_000


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


def test_the_handler_runs_from_layer_and_code_alone(lake, layer, tmp_path):
    """With the standard library and nothing else of this machine, as in Lambda: a whole run."""
    need(
        sys.platform == "linux" and sys.version_info[:2] == (3, 11),
        "the layer holds libraries for Linux and Python 3.11",
    )
    unpacked = tmp_path / "unpacked"
    for archive in (layer, package_code(tmp_path / "code.zip")):
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(unpacked)
    lake.land(observation("comment", "t1_a", score=41), observation("post", "t3_p"), b"broken")
    settings = lake.settings
    environment = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": settings.region,
        "AWS_ENDPOINT_URL": settings.endpoint_url,
        "WSB_LAKE_BUCKET": settings.bucket,
        "WSB_LAKE_DATABASE": settings.database,
        "WSB_LAKE_STATE_TABLE": settings.state_table,
    }
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", RUN, str(unpacked), str(unpacked / "python")],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environment,
    )
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["appended"] == {"comments": 1, "posts": 1, "gaps": 0}
    assert result["rejected"] == 1
    assert [(row["id"], row["score"]) for row in lake.rows("comments")] == [("t1_a", 41)]
    assert lake.keys(LANDING_PREFIX) == []
