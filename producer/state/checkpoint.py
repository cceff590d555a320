"""Checkpoint: what a restart goes on from, as the core hands it over, encoded.

The order of its parts is the order of writing, and all that a crash in the middle needs: what
follows is covered by what went before.

1. `puts`: items that are new, have more rows, or later rows. An item never loses a row by a put:
   what is left of a cohort that was cut gets a name of its own, and names are not used again.
2. `deleted`: items whose rows are all in others by now, or forgotten. A crash before it leaves an
   id in two items; the later look is the one to believe, with the higher peak of both.
3. `cursors`: a listing counts as read only when what was read of it is remembered. A crash before
   it reads a stretch again.
"""

from typing import NamedTuple, Self

from producer.state.item import Item, Key


class Checkpoint(NamedTuple):
    """May be written once the outbox has acknowledged everything up to `sequence`."""

    sequence: int = 0
    puts: tuple[Item, ...] = ()
    deleted: tuple[Key, ...] = ()
    cursors: tuple[Item, ...] = ()

    def followed_by(self, later: Self) -> Self:
        """Return both as one: of an item that is in both, the later one."""
        puts = {item.key: item for item in (*self.puts, *later.puts)}
        for key in later.deleted:
            puts.pop(key, None)
        deleted = [key for key in (*self.deleted, *later.deleted) if key not in puts]
        cursors = {item.key: item for item in (*self.cursors, *later.cursors)}
        return self._replace(
            sequence=max(self.sequence, later.sequence),
            puts=tuple(puts.values()),
            deleted=tuple(dict.fromkeys(deleted)),
            cursors=tuple(cursors.values()),
        )
