"""One clock file shows many processes the same time."""

import subprocess
import sys
import threading
import time

import pytest

from clock import CLOCK_FILE_VARIABLE, FileClock, Steady, SystemClock, clock_from_environment

START = 1_611_844_200.0
READ = """
import sys
from clock import clock_from_environment
clock = clock_from_environment()
for _ in sys.stdin:
    print(clock.now(), clock.speed(), flush=True)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "clock"


@pytest.fixture
def other_process(path, monkeypatch):
    """Return a function that asks another process what the clock shows."""
    monkeypatch.setenv(CLOCK_FILE_VARIABLE, str(path))
    FileClock.create(path, START)
    reader = subprocess.Popen(
        [sys.executable, "-c", READ], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def ask():
        reader.stdin.write("\n")
        reader.stdin.flush()
        return tuple(map(float, reader.stdout.readline().split()))

    with reader:
        yield ask


def test_another_process_sees_every_change_at_once(path, other_process):
    """Time and speed, without opening the file again."""
    clock = FileClock(path)
    assert other_process() == (START, 0.0)
    clock.set(START + 3600, speed=0.0)
    assert other_process() == (START + 3600, 0.0)
    clock.set_speed(1000.0)
    before = clock.now()
    now, speed = other_process()
    assert speed == 1000.0
    assert before <= now <= clock.now()


def test_a_change_of_speed_does_not_move_the_time(path):
    """The clock goes on from what it showed, and stands still at speed 0."""
    clock = FileClock.create(path, START, speed=10_000.0)
    before = clock.now()
    clock.set_speed(0.0)
    held = clock.now()
    assert before <= held
    assert clock.now() == held


def test_a_clock_that_nobody_sets_again_stands_after_its_time(path):
    """A machine that stalls for seconds must not find hours gone; the next setting goes on."""
    clock = FileClock.create(path, START)
    clock.set_speed(1000.0, most_wall_seconds=0.01)
    while clock.now() < START + 10:
        time.sleep(0.001)
    assert clock.now() == START + 10
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    assert clock.wait(1.0, stop) is True
    clock.set_speed(1000.0)
    assert clock.wait(5.0) is False
    assert clock.now() >= START + 15


def test_waiting_ends_when_the_clock_is_set_ahead(path):
    """A waiter on a clock that stands still wakes when its time is shown."""
    clock = FileClock.create(path, START)
    began, done = threading.Event(), []

    def wait():
        began.set()
        done.append(FileClock(path).wait(3600))

    waiter = threading.Thread(target=wait)
    waiter.start()
    began.wait()
    while waiter.is_alive():  # again and again: it may look for the first time after a change
        clock.set(clock.now() + 7200, speed=0.0)
        waiter.join(timeout=0.1)
    assert done == [False]


@pytest.mark.parametrize(
    "make", [lambda path: FileClock.create(path, START), lambda _: SystemClock()]
)
def test_a_stop_ends_any_wait(path, make):
    """Whoever waits is told that it was stopped, however long was left."""
    stop = threading.Event()
    stop.set()
    assert make(path).wait(3600, stop) is True


def test_a_step_changes_the_wall_and_not_the_steady_time(path):
    """Set back ten minutes and forth an hour: who schedules by it notices nothing."""
    clock = FileClock.create(path, START)
    steady = Steady(clock)
    assert (clock.monotonic(), steady.now()) == (0.0, START)
    clock.step(-600)
    assert (clock.now(), clock.monotonic(), steady.now()) == (START - 600, 0.0, START)
    clock.step(3600)
    assert (clock.now(), clock.monotonic(), steady.now()) == (START + 3000, 0.0, START)
    clock.set(START - 100, 0.0)
    assert (clock.now(), clock.monotonic()) == (START - 100, 0.0)


def test_steady_time_passes_as_the_clock_does(path):
    """What the sandbox leaps over has passed; other speeds lose nothing of it."""
    clock = FileClock.create(path, START)
    clock.set(START + 3600, 0.0)
    assert FileClock(path).monotonic() == 3600.0
    clock.set_speed(1000.0)
    until = time.monotonic() + 0.05
    while time.monotonic() < until:
        pass
    clock.set_speed(0.0)
    assert clock.monotonic() > 3650.0
    assert clock.now() - START == pytest.approx(clock.monotonic(), abs=1e-4)


def test_a_wait_is_as_long_whatever_the_wall_says(path):
    clock = FileClock.create(path, START, speed=100.0)
    clock.step(-600)
    began_at = time.monotonic()
    assert clock.wait(10) is False
    assert 0.09 < time.monotonic() - began_at < 2.0
    machine = SystemClock()
    assert abs(machine.monotonic() - time.monotonic()) < 1.0


def test_readers_never_see_half_a_change(path):
    """While one writes all the time, each reading is one that was written."""
    clock = FileClock.create(path, START)
    finished, seen = threading.Event(), set()

    def read():
        reader = FileClock(path)
        while not finished.is_set():
            seen.add(reader.now())

    thread = threading.Thread(target=read)
    thread.start()
    written = [START + step * 1e6 for step in range(5000)]
    for moment in written:
        clock.set(moment, speed=0.0)
    finished.set()
    thread.join()
    assert seen <= {START, *written}


def test_the_environment_names_the_clock(path, monkeypatch):
    """A clock file when there is a variable, else the wall clock."""
    FileClock.create(path, START)
    monkeypatch.setenv(CLOCK_FILE_VARIABLE, str(path))
    assert clock_from_environment().now() == START
    monkeypatch.delenv(CLOCK_FILE_VARIABLE)
    assert isinstance(clock_from_environment(), SystemClock)


def test_a_clock_file_that_is_not_there_is_an_error(path):
    """Nobody runs on the wrong time unnoticed."""
    with pytest.raises(FileNotFoundError):
        FileClock(path)
