"""Intake: records and dead letters on their way into an outbox."""

from collections.abc import Iterable, Sequence

from producer.delivery.dead_letter import DeadLetter, Reported, oversized
from producer.delivery.entry import RECORD_BYTES, Entry, entry_of
from producer.events import DeadLetterMade
from producer.looks.observation import Record
from producer.totals import Totals
from telemetry import Log


class Intake:
    """Encodes; makes dead letters of what is too large; lets one pass for each id."""

    def __init__(self, reported: Reported, totals: Totals, log: Log) -> None:
        self._reported = reported
        self._totals = totals
        self._log = log

    def entries(self, records: Sequence[Record]) -> tuple[list[Entry], list[str]]:
        """Return what to keep of these records, and the ids that are reported with it."""
        entries: list[Entry] = []
        ids: list[str] = []
        for record in records:
            entry = entry_of(record)
            if entry.size <= RECORD_BYTES:
                entries.append(entry)
                continue
            self._totals.records_oversized += 1
            letters, reported = self.letters([oversized(record, entry.size)])
            entries += letters
            ids += reported
        return entries, ids

    def letters(self, letters: Iterable[DeadLetter]) -> tuple[list[Entry], list[str]]:
        """Return the entries of those whose id has had no dead letter, and these ids."""
        new: list[DeadLetter] = []
        for letter in letters:
            if not self._reported.knows(letter.id):
                self._reported.add(letter.id)
                self._log.emit(DeadLetterMade(id=letter.id, reason=letter.reason))
                new.append(letter)
        self._totals.dead_letters += len(new)
        return [letter.entry for letter in new], [letter.id for letter in new]

    def is_reported(self, fullname: str) -> bool:
        """Tell whether this id has had a dead letter."""
        return self._reported.knows(fullname)

    def reported(self, letter: DeadLetter) -> None:
        """Note a dead letter that went another way."""
        self._reported.add(letter.id)
        self._totals.dead_letters += 1
        self._log.emit(DeadLetterMade(id=letter.id, reason=letter.reason))
