"""The EC2 bootstrap, with stand-ins for dnf, systemd and AWS, in an empty root."""

import hashlib
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]
STUBS = {
    "rpm": "exit 1",
    "dnf": 'echo "dnf $*" >> "$CALLS"; (($(grep -c dnf "$CALLS") > ${FAILING:-0}))',
    "shutdown": 'echo "shutdown $*" >> "$CALLS"',
    "id": "exit 0",
    "logger": "exit 0",
    "chown": "exit 0",
    "aws": 'cp "$CODE" "${@: -1}"',
    "systemctl": 'echo "systemctl $*" >> "$CALLS"',
    # the libraries' own installation is pip's business: a venv that says what it was asked
    "python3.11": """
if [[ "$1 $2" == "-m venv" ]]; then
  mkdir -p "$3/bin"; printf '#!/bin/bash\\necho "pip $*" >> "$CALLS"\\n' > "$3/bin/python"
  chmod +x "$3/bin/python"
else
  exec "$REAL_PYTHON" "$@"
fi""",
}


@pytest.fixture
def machine(tmp_path):
    """Return a function that runs bootstrap.sh; `.root` and `.calls` show what it did."""
    stubs = tmp_path / "bin"
    stubs.mkdir()
    for name, body in STUBS.items():
        (stubs / name).write_text(f"#!/bin/bash\n{body}\n")
        (stubs / name).chmod(0o755)
    code = tmp_path / "code.zip"
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("wsb.py", "")
        archive.writestr("requirements/producer.txt", "")
    calls = tmp_path / "calls"
    calls.touch()

    def run(**changes):
        environment = {
            "PATH": f"{stubs}:{os.environ['PATH']}",
            "REAL_PYTHON": str(PROJECT / ".venv" / "bin" / "python"),
            "CODE": str(code),
            "CALLS": str(calls),
            "WSB_ROOT": str(tmp_path / "root"),
            "WSB_RETRY_SECONDS": "0",
            "WSB_WHEN_FAILED": "shutdown",
            "AWS_REGION": "us-east-1",
            "WSB_ARTIFACTS_BUCKET": "artifacts",
            "WSB_CODE_KEY": "code.zip",
            "WSB_CODE_SHA256": hashlib.sha256(code.read_bytes()).hexdigest(),
            "WSB_REDDIT_SECRET_ID": "wsb-dev/reddit",
            "WSB_STATE_TABLE": "state",
            "WSB_STREAM_NAME": "observations",
            **changes,
        }
        return subprocess.run(
            ["/bin/bash", PROJECT / "bootstrap.sh"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    run.root = tmp_path / "root"
    run.calls = calls
    return run


def test_it_installs_the_release_and_starts_the_service(machine):
    """Code by its hash, libraries by theirs, settings as an environment file, a service started."""
    done = machine()
    assert done.returncode == 0, done.stderr
    assert (machine.root / "opt/wsb-stream/current/wsb.py").is_file()
    settings = (machine.root / "etc/wsb-stream/producer.env").read_text().splitlines()
    assert "WSB_STREAM_NAME=observations" in settings
    assert "WSB_OUTBOX_FOLDER=/var/lib/wsb-stream/outbox" in settings
    own = ("WSB_ROOT", "WSB_RETRY_SECONDS", "WSB_WHEN_FAILED")
    assert not any(line.startswith(own) for line in settings)
    calls = machine.calls.read_text()
    assert "shutdown" not in calls
    assert "--require-hashes" in calls
    assert "systemctl restart wsb-producer.service" in calls


def test_systemd_restarts_a_producer_that_dies_or_stands_still(machine):
    """It says itself that it runs and lives; the pause leaves its lease's successor its 30 s."""
    assert machine().returncode == 0
    unit = (machine.root / "etc/systemd/system/wsb-producer.service").read_text()
    (service,) = [part for part in unit.split("[") if part.startswith("Service]")]
    settings = dict(line.split("=", 1) for line in service.splitlines() if "=" in line)
    wanted = {
        "Type": "notify",
        "NotifyAccess": "main",
        "WatchdogSec": "180",
        "Restart": "always",
        "RestartSec": "5",
        "TimeoutStopSec": "90",
        "User": "wsb",
        "ExecStart": "/opt/wsb-stream/current/venv/bin/python -m wsb produce",
    }
    assert {name: settings.get(name) for name in wanted} == wanted


def test_a_second_run_changes_nothing(machine):
    """Run twice, it neither installs libraries again nor restarts the producer."""
    assert machine().returncode == 0
    machine.calls.write_text("")
    done = machine()
    assert done.returncode == 0, done.stderr
    assert "nothing has changed" in done.stdout
    assert "--require-hashes" not in machine.calls.read_text()
    assert "restart" not in machine.calls.read_text()


def test_code_with_another_hash_is_refused(machine):
    """What is not what Terraform uploaded never runs."""
    done = machine(WSB_CODE_SHA256="0" * 64)
    assert done.returncode == 1
    assert "does not have the sha256" in done.stderr
    assert not (machine.root / "opt/wsb-stream/current").exists()


def test_a_network_that_comes_late_is_waited_for(machine):
    """User data runs once in a machine's life: one refused download must not be the end."""
    done = machine(FAILING="3")
    assert done.returncode == 0, done.stderr
    assert machine.calls.read_text().count("dnf") == 4
    assert "systemctl restart wsb-producer.service" in machine.calls.read_text()


def test_a_machine_that_cannot_be_set_up_makes_room_for_another(machine):
    """It says why, and shuts down once that has been read; by hand it only stops."""
    done = machine(FAILING="1000")
    assert done.returncode == 1
    assert "dnf could not install" in done.stderr
    assert "shutdown -h +5" in machine.calls.read_text()
    machine.calls.write_text("")
    assert machine(FAILING="1000", WSB_WHEN_FAILED="").returncode == 1
    assert "shutdown" not in machine.calls.read_text()


def test_a_missing_setting_is_named(machine):
    """One sentence says which and where it comes from."""
    done = machine(WSB_STREAM_NAME="")
    assert done.returncode == 1
    assert "WSB_STREAM_NAME is not set" in done.stderr
