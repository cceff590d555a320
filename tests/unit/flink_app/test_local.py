"""Local runs: what this machine lacks is told in one sentence; a job is watched to its end."""

import json
import logging
import os
import signal

import pytest

from flink_app.errors import JobFailedError, LocalRunError
from flink_app.local import JAR, JAVA_VARIABLE, JVM_VARIABLE, flink_options, prepare_process, watch


class Answer:
    def __init__(self, value):
        self.value = value

    def result(self):
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


class FakeJob:
    """A job that takes these statuses, one a question; the last one stays."""

    def __init__(self, *statuses, failure=None, on_running=None):
        self.statuses = list(statuses)
        self.failure = failure
        self.on_running = on_running
        self.cancelled = False

    def get_job_id(self):
        return "5"

    def get_job_status(self):
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if status == "JobStatus.RUNNING" and self.on_running:
            self.on_running()
        return Answer(status)

    def get_job_execution_result(self):
        return Answer(self.failure)

    def cancel(self):
        self.cancelled = True
        return Answer(None)


@pytest.fixture
def home(tmp_path):
    (tmp_path / JAR).parent.mkdir()
    (tmp_path / JAR).touch()
    return tmp_path


@pytest.fixture(autouse=True)
def handlers():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_flink_listens_on_this_machine_only(home):
    """Flink's own default is every interface."""
    environment = {"PATH": os.environ["PATH"], "WSB_FLINK_CONFIG": '{"parallelism.default": 2}'}
    options = flink_options(environment, home)
    assert options["rest.bind-address"] == options["taskmanager.bind-host"] == "127.0.0.1"
    assert options["parallelism.default"] == "2"
    assert options["pipeline.jars"] == (home / JAR).as_uri()


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PATH": ""}, "Flink needs Java"),
        ({"JAVA_HOME": "/nowhere"}, "/nowhere/bin/java is not there: set JAVA_HOME"),
        ({"WSB_FLINK_CONFIG": "{"}, "WSB_FLINK_CONFIG is not JSON"),
        ({"WSB_FLINK_CONFIG": "[]"}, "WSB_FLINK_CONFIG must be a JSON object"),
    ],
)
def test_what_is_missing_is_one_sentence(home, environment, sentence):
    with pytest.raises(LocalRunError, match=sentence):
        flink_options({"PATH": os.environ["PATH"], **environment}, home)


def test_without_the_jar_the_sentence_says_what_to_run(tmp_path):
    """The source folder has none; the zip has."""
    with pytest.raises(LocalRunError, match="run the application from its unpacked zip"):
        flink_options({"PATH": os.environ["PATH"]}, tmp_path)


def test_a_signal_cancels_the_job(capsys):
    """SIGTERM ends the watch without an error, once the job is announced."""
    job = FakeJob(
        "JobStatus.CREATED", "JobStatus.RUNNING",
        on_running=lambda: signal.raise_signal(signal.SIGTERM),
    )  # fmt: skip
    watch(job)
    assert json.loads(capsys.readouterr().out) == {"event": "running", "job_id": "5"}
    assert job.cancelled


def test_a_failed_job_tells_its_root_cause():
    trace = "o1.get\nCaused by: a.B: outer\n\tat c\nCaused by: d.E: no such stream\n"
    said = r"^the job has ended \(FAILED\): d\.E: no such stream$"
    with pytest.raises(JobFailedError, match=said):
        watch(FakeJob("JobStatus.FAILED", failure=RuntimeError(trace)))


@pytest.mark.parametrize("name", ["app", "my app, ü"])
def test_the_jvm_unpacks_under_the_home(tmp_path, monkeypatch, name):
    """Quoted, for the JVM itself: PyFlink would split the path at its spaces."""
    monkeypatch.setattr(os, "environ", {JVM_VARIABLE: "-Xmx1g", JAVA_VARIABLE: "-Da=b"})
    monkeypatch.setattr(logging, "disable", lambda _: None)
    home = tmp_path / name
    home.mkdir()
    prepare_process(home)
    assert os.environ[JAVA_VARIABLE] == f'-Da=b -Djava.io.tmpdir="{home / "tmp"}"'
    assert (home / "tmp").is_dir()
    options = os.environ[JVM_VARIABLE].split()
    assert options[0] == "-Xmx1g"
    assert all(option.startswith(("-X", "--add-opens=")) for option in options)
