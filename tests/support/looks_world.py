"""A Reddit of numbers for the looks: things with a score by age, asked on a virtual clock."""

from collections import defaultdict

from producer.looks.looks import Looks
from producer.reddit.batch import batch_of
from producer.reddit.thing import thing_of
from tests.support.producer_fakes import START, comment

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
AGES = tuple(MINUTE * minutes for minutes in (15, 45, 90, 180, 360, 720, 1440, 2160))
MIN_SCORE = 10
SECONDS_PER_ANSWER = 0.2


def page(*raws):
    """Return what an answer with these items shows."""
    return batch_of([thing_of(raw) for raw in raws])


def looks_of(*, ages=AGES, min_score=MIN_SCORE, retention_days=365):
    return Looks(ages, min_score=min_score, retention_days=retention_days)


def known_after(thing, *, at=START):
    """Return what is known of a thing that was seen for the first time."""
    looks = looks_of()
    looks.see(batch_of([thing]), at)
    return looks.table.get(thing.id)


class World:
    """Things by id; whoever is due is asked, at most `per_minute` requests a minute.

    `asked` holds (purpose, time, ids) of every request; `emitted` what each look emitted.
    """

    def __init__(self, looks, *, per_minute=60.0, now=START):
        self.looks = looks
        self.now = now
        self.per_minute = per_minute
        self.things = {}
        self.asked = []
        self.emitted = []
        self.away = False
        self._times = defaultdict(list)
        self._read = {}
        self.tidy_at = now

    def born(self, *raws, seen=True):
        for raw in raws:
            self.things[raw["name"]] = raw
        if seen:
            for first in range(0, len(raws), 100):
                self.see(raws[first : first + 100])

    def comments(self, count, *, first=0, created_at=None, **fields):
        at = self.now if created_at is None else created_at
        self.born(*(comment(first + number, at, **fields) for number in range(count)))

    def see(self, raws):
        shown = batch_of([self._shown(raw) for raw in raws])
        seen = self.looks.see(shown, self.now)
        self.emitted += [
            (self.now, name) for name, emit in zip(shown.ids, seen.emit, strict=True) if emit
        ]
        return seen

    def ask_one(self):
        """Make the request that is due, the most important first; False without one."""
        looks, now = self.looks, self.now
        for purpose, due_at, ask in (
            ("settle", looks.requests.settle_due_at, looks.requests.ask_settle),
            ("sweep", lambda _now: looks.sweep.due_at(), looks.requests.ask_sweep),
            ("look", looks.requests.due_at, looks.requests.ask),
        ):
            if due_at(now) <= now:
                asked = ask(now)
                if not asked.ids:
                    continue
                self.asked.append((purpose, now, asked.ids))
                for name in asked.ids:
                    self._times[name].append(now)
                self.now += SECONDS_PER_ANSWER
                self.answer(asked)
                return True
        return False

    def answer(self, asked):
        if self.away:
            self.looks.requests.failed(asked, self.now)
            return
        self.see([self.things[name] for name in asked.ids if not self._gone(name)])
        missed = self.looks.requests.answered(asked, (), self.now)
        seen = self.looks.miss(missed, self.now)
        self.emitted += [
            (self.now, name) for name, emit in zip(missed, seen.emit, strict=True) if emit
        ]

    def run(self, seconds, *, every=lambda _world: None):
        """Let time pass; `every` minute something may happen."""
        end = self.now + seconds
        pause = 60.0 / self.per_minute
        while self.now < end:
            if self.now >= self.tidy_at:
                self.tidy_at = self.now + MINUTE
                self.looks.tidy(self.now)
                every(self)
            self.ask_one()
            self.now += pause

    def forget_asked(self):
        self.asked.clear()
        self._times.clear()

    def times(self, name):
        return self._times[name]

    def _gone(self, name):
        raw = self.things.get(name)
        return raw is None or raw.get("_absent", lambda _now: False)(self.now)

    def _shown(self, raw):
        """Read an item once for each time that a test changes it."""
        read, thing = self._read.get(raw["name"], (None, None))
        if read != raw:
            thing = thing_of({key: value for key, value in raw.items() if not key.startswith("_")})
            self._read[raw["name"]] = (dict(raw), thing)
        if "_score" not in raw:
            return thing
        return thing._replace(score=raw["_score"](self.now - raw["created_utc"]))
