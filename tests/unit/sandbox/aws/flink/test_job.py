import pytest

from sandbox.aws.flink.job import FlinkJob, flink_configuration


def job(*, restore):
    return FlinkJob("a", "us-east-1", b"", (), parallelism=2, restore=restore)


@pytest.fixture(params=["plain", "ä b%20c"])
def checkpoints(request, tmp_path):
    """Return a folder for checkpoints; Flink would take an encoded one for another."""
    folder = tmp_path / request.param
    folder.mkdir()
    return folder


def test_checkpoints_are_kept_in_the_very_folder(checkpoints):
    """A plain path behind file://, with its spaces and umlauts as they are."""
    options = flink_configuration(job(restore=True), checkpoints)
    assert options["execution.checkpointing.dir"] == f"file://{checkpoints}"
    assert options["parallelism.default"] == "2"
    assert "execution.state-recovery.path" not in options


def test_a_job_goes_on_from_its_newest_complete_checkpoint(checkpoints):
    """One without metadata is not complete; one may ask for none."""
    for number, complete in ((1, True), (2, True), (3, False)):
        folder = checkpoints / "job" / f"chk-{number}"
        folder.mkdir(parents=True)
        if complete:
            (folder / "_metadata").touch()
    options = flink_configuration(job(restore=True), checkpoints)
    assert options["execution.state-recovery.path"] == f"file://{checkpoints}/job/chk-2"
    fresh = flink_configuration(job(restore=False), checkpoints)
    assert "execution.state-recovery.path" not in fresh
