"""What the producer says of itself: to systemd, and into the file that --status reads."""

import json
import shutil
from collections import deque

import pytest

from producer.errors import SettingsError
from producer.events import GapFound, StatusUnwritten
from producer.presence import Presence
from producer.settings import ProducerSettings
from producer.status import read_status
from producer.systemd import Notifier
from tests.support.producer_fakes import START, MemoryLog, VirtualClock
from tests.support.producer_world import ENVIRONMENT, ProducerWorld, steady


class KeptLog(MemoryLog):
    """A log whose last warnings can be asked for."""

    warnings = (("2021-03-03T16:00:00Z", GapFound("new", "then", "later")),)


@pytest.fixture
def log():
    return KeptLog()


@pytest.fixture
def presence(tmp_path, log):
    settings = ProducerSettings.from_environment(
        {**ENVIRONMENT, "WSB_OUTBOX_FOLDER": str(tmp_path / "outbox")}
    )
    made = Presence(settings, Notifier(None), clock=VirtualClock(), log=log)
    yield made
    made.close()


@pytest.fixture
def pulsed(presence, tmp_path, monkeypatch):
    """Return what pulses and reads back what was said."""

    def pulsed():
        presence._file._next_at = 0
        presence.pulse()
        return read_status(tmp_path / "outbox")

    return pulsed


def test_it_says_what_the_producer_does(presence, pulsed):
    """Before there are any figures too."""
    presence.says("waiting for another producer to end")
    status = pulsed()
    assert status.doing == "waiting for another producer to end"
    assert (status.gauges, status.counts) == ({}, {})
    assert status.at == "2020-12-08T00:00:00.000Z"


def test_it_says_where_the_producer_stands(presence, pulsed):
    """By the names that its metrics have."""
    world = ProducerWorld(steady(50, 1.0, begin=START - 50))
    world.run(60)
    presence.work(world.reporter())
    status = pulsed()
    assert (status.gauges["tracked"], status.counts["observations_new"]) == (50, 50)
    presence.work(None)
    assert pulsed().gauges == {}


def test_it_says_the_last_warnings(presence, pulsed):
    (trouble,) = pulsed().troubles
    assert (trouble.logged_at, trouble.event) == ("2021-03-03T16:00:00Z", "gap_found")
    assert trouble.text == "listing=new from_at=then to_at=later"


def test_what_is_logged_meanwhile_disturbs_no_status(presence, pulsed, log):
    """The sender, the saver and the lease log on threads of their own."""

    class Slow(GapFound):
        def values(self):
            log.warnings.append(log.warnings[0])
            return super().values()

    log.warnings = deque([("2021-03-03T16:00:00Z", Slow("new", "then", "later"))] * 2)
    assert [each.event for each in pulsed().troubles] == ["slow", "slow"]


def test_a_status_that_cannot_be_written_is_said_once_and_stops_nobody(
    presence, pulsed, log, tmp_path
):
    """A full or broken disk is the outbox's business."""
    pulsed()
    shutil.rmtree(tmp_path / "outbox")
    pulsed()
    pulsed()
    assert len(log.of(StatusUnwritten)) == 1
    (tmp_path / "outbox").mkdir()
    pulsed()
    assert json.loads((tmp_path / "outbox" / "status.json").read_text())["doing"] == "starting"


def test_a_folder_that_cannot_be_used_is_a_wrong_setting(tmp_path, log):
    (tmp_path / "file").write_text("")
    settings = ProducerSettings.from_environment(
        {**ENVIRONMENT, "WSB_OUTBOX_FOLDER": str(tmp_path / "file")}
    )
    with pytest.raises(SettingsError, match="WSB_OUTBOX_FOLDER cannot be used"):
        Presence(settings, Notifier(None), clock=VirtualClock(), log=log)


def test_without_a_folder_there_is_no_status(log):
    """A Lambda function has no disk."""
    settings = ProducerSettings.from_environment(ENVIRONMENT)
    presence = Presence(settings, Notifier(None), clock=VirtualClock(), log=log)
    presence.pulse()
    presence.close()
    assert log.events == []
