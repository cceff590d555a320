"""Children that add to an outbox and acknowledge until they are killed, each at its moment.

`python -m tests.support.outbox_process FOLDER KILLS` forks them one after the other, in folders
0, 1, 2 …, each with what the child said before and after each step in its file `said`.
"""

import os
import signal
import sys
import time
from pathlib import Path
from random import Random

from producer.delivery.disk_outbox import DiskOutbox
from producer.totals import Totals
from tests.support.delivery import record
from tests.support.producer_fakes import MemoryLog

LEAST_STEPS, MOST_STEPS = 3, 60


def main(folder, kills):
    for seed in range(kills):
        place = folder / str(seed)
        place.mkdir()
        child = os.fork()
        if child == 0:
            work(place, Random(seed))  # noqa: S311 - the same steps every time
        random = Random(seed)  # noqa: S311 - the same moments every time, but for the last one
        steps = random.randint(LEAST_STEPS, MOST_STEPS)
        while not (place / "said").exists() or said_in(place) < steps:
            time.sleep(0.001)
        time.sleep(random.uniform(0.0, 0.005))  # into the next step
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def said_in(place):
    return (place / "said").read_bytes().count(b"\n")


def work(place, random):
    outbox = DiskOutbox(place, 10**9, totals=Totals(), log=MemoryLog())
    said = os.open(place / "said", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    number = 0
    while True:
        if random.random() < 0.6:
            count = random.randint(1, 30)
            text = "x" * random.choice([10, 300, 20_000])
            names = range(number, number + count)
            number += count
            outbox.add([record(f"t1_{each}", each, text=text) for each in names], 0.0)
            os.write(said, f"added {number}\n".encode())
        elif waiting := outbox.waiting(0, random.randint(1, 60), 10**9):
            random.shuffle(waiting)
            some = waiting[: random.randint(1, len(waiting))]
            names = " ".join(each.entry.key[3:] for each in some)
            os.write(said, f"acknowledging {names}\n".encode())
            outbox.acknowledge(some)
            os.write(said, f"acknowledged {names}\n".encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
