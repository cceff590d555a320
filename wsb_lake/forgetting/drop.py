"""Drop: takes the whole lake away, tables and objects, and leaves what Terraform made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyiceberg.exceptions import NoSuchTableError

from contract import SCHEMA
from wsb_lake.forgetting.residues import folder
from wsb_lake.tables.specs import table_specs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyiceberg.catalog import Catalog

    from wsb_lake.settings import LakeSettings
    from wsb_lake.tables.file_io import LakeFileIO

_AT_ONCE = 10_000  # names in memory


@dataclass(frozen=True)
class Going:
    """What a drop takes away: objects and bytes by prefix, and the tables there are."""

    tables: tuple[str, ...]
    objects: Mapping[str, int]
    size_bytes: int


@dataclass(frozen=True)
class Drop:
    """One lake, and what removes it."""

    settings: LakeSettings
    catalog: Catalog
    files: LakeFileIO

    def going(self) -> Going:
        """Return what is there to go; changes nothing."""
        objects, size_bytes = {}, 0
        for prefix in SCHEMA.prefixes.values():
            sizes = [file.size_bytes for file in self.files.listed(folder(self.settings, prefix))]
            objects[prefix] = len(sizes)
            size_bytes += sum(sizes)
        names = [name for name in table_specs() if self.catalog.table_exists(self._named(name))]
        return Going(tuple(names), objects, size_bytes)

    def run(
        self,
        renew: Callable[[], None],
        progress: Callable[[int, int], None] = lambda _done, _of: None,
    ) -> Going:
        """Remove the tables, then every object of the lake; returns what that was.

        Killed anywhere it is simply run again: readers have already found no table.
        """
        going = self.going()
        for name in going.tables:
            try:
                self.catalog.drop_table(self._named(name))
            except NoSuchTableError:  # somebody else did it meanwhile
                continue
        total, done = sum(going.objects.values()), 0
        for prefix in SCHEMA.prefixes.values():
            names: list[str] = []
            for file in self.files.listed(folder(self.settings, prefix)):
                names.append(file.location)
                if len(names) == _AT_ONCE:
                    done += self._delete(names, renew)
                    progress(done, total)
            done += self._delete(names, renew)
            progress(done, total)
        return going

    def _delete(self, names: list[str], renew: Callable[[], None]) -> int:
        renew()
        count = len(names)
        self.files.delete_all(names)
        names.clear()
        return count

    def _named(self, table: str) -> tuple[str, str]:
        return (self.settings.database, table)
