"""Progress: a bar on the terminal while days are written; nothing where there is no terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def shown_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Yield a function that is told the table, the days done and all its days."""
    from rich.console import Console  # noqa: PLC0415 - most commands come without its import
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn  # noqa: PLC0415 - the same
    from rich.progress import Progress as Bars  # noqa: PLC0415 - Progress is an event's name

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Bars(
        *columns,
        TextColumn("days"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bars:
        tasks = {}

        def show(table: str, done: int, days: int) -> None:
            if table not in tasks:
                tasks[table] = bars.add_task(table, total=days)
            bars.update(tasks[table], completed=done)

        yield show
