"""Points in time: what a reader saw while a lake was written, held against `as_of` later."""

TABLES = ("comments", "posts")


class PointsInTime:
    """Takes down what a reader sees; `open_reader` makes a reader that knows nothing yet."""

    def __init__(self, open_reader):
        self._open_reader = open_reader
        self._seen = []

    def take(self):
        """Remember every row that is there now, and when the newest of them landed."""
        reader = self._open_reader().arrow
        for table in TABLES:
            rows = reader.observations(table).to_pylist()
            if rows:
                self._seen.append((table, max(row["landed_at"] for row in rows), rows))

    def compared(self):
        """Return how many rows were seen then and are told by `as_of` now; asserts that all are.

        Not those of what was forgotten since: of what has a tombstone now.
        """
        reader, rows_compared = self._open_reader().arrow, 0
        for table, landed_at, rows in self._seen:
            every = reader.observations(table).to_pylist()
            forgotten = {row["id"] for row in every if row["state"] != "live"}
            then = _without(rows, forgotten)
            assert (
                _without(reader.observations(table, as_of=landed_at).to_pylist(), forgotten) == then
            )
            rows_compared += len(then)
        return rows_compared


def _without(rows, ids):
    kept = (row for row in rows if row["id"] not in ids)
    return sorted(kept, key=lambda row: (row["id"], row["observed_at"]))
