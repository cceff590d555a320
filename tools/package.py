"""Package: the zips that Terraform uploads; libraries again only where their pins have changed."""

import os
import shutil
import subprocess
from pathlib import Path

from tools.archive import tree, write_zip
from tools.errors import ToolError, told
from tools.fingerprint import fingerprint, is_current, mark
from tools.java import find_java
from tools.maven import find_maven
from tools.project import BUILD, PROJECT, REQUIREMENTS
from tools.steps import step
from tools.uv import run_uv

PACKAGES = BUILD / "packages"

# What the lake's Lambda and the producer's instance run.
CODE_ZIP = PACKAGES / "wsb_stream.zip"
CODE = ("clock", "contract", "telemetry", "producer", "wsb_lake")
CODE_PATTERNS = ("**/*.py", "**/*.json")

# The libraries of the lake's Lambda. boto3 is in it although Lambda has its own: that one changes
# without notice, ours is the release that the tests ran with.
LAYER_ZIP = PACKAGES / "lake_layer.zip"
LAYER = BUILD / "lake_layer"
# Lambda's python3.11 is Amazon Linux 2, glibc 2.26: manylinux_2_28 wheels do not load there.
LAMBDA = ("--python-platform", "x86_64-manylinux2014", "--python-version", "3.11")
UNZIPPED_BYTES_MAX = 250 * 1024 * 1024  # Lambda's limit for function and layers together
CODE_BYTES = 5 * 1024 * 1024  # left to the function itself
# What the job calls; credentials are the function's own, found without any service.
AWS_SERVICES = frozenset({"dynamodb", "glue", "s3", "sts"})
PRUNED = (
    *("bin", "**/__pycache__", "**/*.pyi", "**/*.pxd", "**/*.pyx"),
    *("pyarrow/include*", "pyarrow/src", "pyarrow/tests", "pyarrow/*flight*", "pyarrow/*gandiva*"),
)

# What Managed Flink runs: the application and the shaded jar of its connectors.
FLINK_ZIP = PACKAGES / "flink_app.zip"
FLINK = BUILD / "flink"
POM = PROJECT / "flink_app" / "pom.xml"
JAR = FLINK / "pyflink-dependencies.jar"
LOG_LINES = 3


def package_code(target: Path = CODE_ZIP) -> Path:
    """Write the product's packages, at the zip's root, and the producer's pins."""
    files = [PROJECT / "wsb.py", REQUIREMENTS / "producer.txt"]
    members = {path.relative_to(PROJECT).as_posix(): path for path in files}
    for name in CODE:
        for pattern in CODE_PATTERNS:
            members |= tree(PROJECT / name, pattern)
    write_zip(target, members)
    return target


def package_layer() -> Path:
    """Write the pinned wheels for Lambda's machine, whatever this one is; raises ToolError."""
    pins = REQUIREMENTS / "lake.txt"
    wanted = fingerprint(pins, Path(__file__))
    if LAYER_ZIP.is_file() and is_current(LAYER, wanted):
        return LAYER_ZIP
    shutil.rmtree(LAYER, ignore_errors=True)
    python = LAYER / "python"
    install = ("pip", "install", "--target", python, *LAMBDA, "--only-binary", ":all:")
    with step("packing the lake job's libraries"):
        run_uv(*install, "--require-hashes", "-r", pins, purpose="the lake job's libraries")
        _prune(python)
        _check_size(python)
        write_zip(LAYER_ZIP, tree(python))
    shutil.rmtree(python)
    mark(LAYER, wanted)
    return LAYER_ZIP


def _prune(folder: Path) -> None:
    """Delete what the job never loads."""
    services = folder / "botocore" / "data"
    unused = [p for p in services.iterdir() if p.is_dir() and p.name not in AWS_SERVICES]
    for path in [*(path for glob in PRUNED for path in folder.glob(glob)), *unused]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _check_size(folder: Path) -> None:
    size_bytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    if size_bytes > UNZIPPED_BYTES_MAX - CODE_BYTES:
        raise ToolError(
            f"the layer is {size_bytes / 1024**2:.0f} MB unzipped, Lambda takes 250 MB with the "
            "code: add what the job does not load to PRUNED in tools/package.py"
        )


def package_flink() -> Path:
    """Write what Managed Flink wants at the root, and the packages in `python/`; raises ToolError.

    That folder alone goes to the processes that judge.
    """
    _build_jar()
    packages = {**tree(PROJECT / "flink_app", "**/*.py"), **tree(PROJECT / "contract")}
    main = packages.pop("flink_app/main.py")
    lib = {"lib/pyflink-dependencies.jar": JAR}
    python = {f"python/{name}": path for name, path in packages.items()}
    write_zip(FLINK_ZIP, {"main.py": main, **lib, **python})
    return FLINK_ZIP


def _build_jar() -> None:
    """Build the shaded jar unless it is newer than the pom."""
    if JAR.is_file() and JAR.stat().st_mtime >= POM.stat().st_mtime:
        return
    FLINK.mkdir(parents=True, exist_ok=True)
    maven = str(find_maven())
    command = [maven, "--batch-mode", "--file", str(POM), f"-Dwsb.build={FLINK}", "package"]
    environment = {**os.environ, "JAVA_HOME": str(find_java())}
    log = FLINK / "maven.log"
    with step("building the jar of Flink's connectors"), log.open("wb") as output:
        done = subprocess.run(
            command, stdout=output, stderr=subprocess.STDOUT, env=environment, check=False
        )
        if done.returncode:
            errors = [line for line in log.read_text().splitlines() if line.startswith("[ERROR]")]
            raise ToolError(f"Maven failed, see {log}: {' '.join(errors[:LOG_LINES])}")
    os.utime(JAR)


def package() -> None:
    """Make all three, and print where they are."""
    for make in (package_code, package_layer, package_flink):
        print(make().relative_to(PROJECT))


if __name__ == "__main__":
    with told("package"):
        package()
