"""Table: prints a benchmark's rows, and writes them to build/bench/NAME.json."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

RESULTS = Path(__file__).resolve().parents[1] / "build" / "bench"

Cell = str | int | float | None
Row = Mapping[str, Cell]


class Table:
    """The rows of one benchmark, all with the keys `columns`; None is a figure there is none of.

    `add` prints a row at once, so that a long run shows where it is; `save` and `write` make the
    file whole or not at all. `saved` are the rows of an earlier run, to go on from.
    """

    def __init__(self, name: str, columns: Sequence[str], *, folder: Path = RESULTS) -> None:
        self.name = name
        self.rows: list[Row] = []
        self._columns = tuple(columns)
        self._path = folder / f"{name}.json"

    def add(self, row: Row) -> None:
        """Print a row, the first below the columns' names; raises ValueError for other keys."""
        if set(row) != set(self._columns):
            raise ValueError(f"{sorted(row)} are not the columns {sorted(self._columns)}")
        if not self.rows:
            print(self._line(self._columns), flush=True)
        ordered = {name: row[name] for name in self._columns}
        self.rows.append(ordered)
        print(self._line([_shown(cell) for cell in ordered.values()]), flush=True)

    def saved(self) -> list[Row]:
        """Return the rows of the file; none if there is no file."""
        if not self._path.exists():
            return []
        rows: list[Row] = json.loads(self._path.read_text(encoding="utf-8"))
        return rows

    def write(self) -> Path:
        """Write the rows as a list of objects, and say where."""
        self.save()
        print(f"{len(self.rows)} rows in {self._path}", flush=True)
        return self._path

    def save(self) -> None:
        """Write the rows as a list of objects."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".partial")
        partial.write_text(json.dumps(self.rows, indent=1) + "\n", encoding="utf-8")
        partial.replace(self._path)

    def _line(self, cells: Sequence[str]) -> str:
        """Return cells below their columns' names: the first on the left, the rest on the right."""
        widths = [max(len(name), 14) for name in self._columns]
        first, *rest = zip(cells, widths, strict=True)
        return "  ".join([f"{first[0]:<{first[1]}}", *(f"{cell:>{width}}" for cell, width in rest)])


def _shown(cell: Cell) -> str:
    match cell:
        case None:
            return "-"
        case float():
            return f"{cell:,.4g}" if abs(cell) < 1 else f"{cell:,.1f}"
        case int():
            return f"{cell:,}"
        case str():
            return cell
