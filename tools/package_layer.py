"""Package the layer: lake_layer.zip, the libraries of the lake's Lambda, below Lambda's limit.

boto3 is in it although Lambda has its own: that one changes without notice, ours is the pinned
one that the tests ran with, and the sandbox runs the layer with nothing else beside it.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from tools.archive import write_zip  # noqa: E402 - as a script, the checkout is not on the path yet
from tools.errors import ToolError  # noqa: E402
from tools.fingerprint import fingerprint, is_current, mark  # noqa: E402
from tools.project import BUILD, REQUIREMENTS  # noqa: E402
from tools.uv import run_uv  # noqa: E402

LAYER_ZIP = BUILD / "packages" / "lake_layer.zip"
WORK = BUILD / "lake_layer"
# Lambda's python3.11 is Amazon Linux 2, glibc 2.26: manylinux_2_28 wheels do not load there.
PLATFORM = ("--python-platform", "x86_64-manylinux2014", "--python-version", "3.11")
UNZIPPED_BYTES_MAX = 250 * 1024 * 1024  # Lambda's limit for function and layers together
CODE_BYTES = 5 * 1024 * 1024  # left to the function itself
# What the job calls; credentials are the function's own, found without any service.
AWS_SERVICES = frozenset({"dynamodb", "glue", "s3", "sts"})
PRUNED = (
    "bin",
    "**/__pycache__",
    "**/*.pyi",
    "**/*.pxd",
    "**/*.pyx",
    "pyarrow/include",
    "pyarrow/includes",
    "pyarrow/src",
    "pyarrow/tests",
    "pyarrow/*flight*",
    "pyarrow/*gandiva*",
)


def package_layer(
    target: Path = LAYER_ZIP, requirements: Path = REQUIREMENTS / "lake.txt", work: Path = WORK
) -> Path:
    """Write the zip, unless it was made from the same pins by the same rules."""
    wanted = fingerprint(requirements, Path(__file__))
    if target.is_file() and is_current(work, wanted):
        return target
    shutil.rmtree(work, ignore_errors=True)
    python = work / "python"
    install(python, requirements)
    prune(python)
    check_size(python)
    files = [path for path in python.rglob("*") if path.is_file()]
    write_zip(target, {path.relative_to(work).as_posix(): path for path in files})
    shutil.rmtree(python)
    mark(work, wanted)
    return target


def install(folder: Path, requirements: Path) -> None:
    """Install the pinned wheels for Lambda's machine, whatever this one is."""
    run_uv(
        "pip",
        "install",
        "--target",
        folder,
        *PLATFORM,
        "--only-binary",
        ":all:",
        "--require-hashes",
        "-r",
        requirements,
        purpose="the lake job's libraries",
    )


def prune(folder: Path) -> None:
    """Delete what the job never loads."""
    services = folder / "botocore" / "data"
    unused = [p for p in services.iterdir() if p.is_dir() and p.name not in AWS_SERVICES]
    for path in [*(path for glob in PRUNED for path in folder.glob(glob)), *unused]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def check_size(folder: Path) -> None:
    """Raise ToolError where Lambda would refuse the layer."""
    size_bytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    if size_bytes > UNZIPPED_BYTES_MAX - CODE_BYTES:
        raise ToolError(
            f"the layer is {size_bytes / 1024**2:.0f} MB unzipped, Lambda takes 250 MB with the "
            "code: add what the job does not load to PRUNED in tools/package_layer.py"
        )
    print(f"lake layer: {size_bytes / 1024**2:.0f} MB unzipped")


if __name__ == "__main__":
    try:
        print(package_layer().relative_to(PROJECT))
    except ToolError as error:
        sys.exit(f"package_layer: {error}")
