"""Showcase: a question to the lake, the way a reader would ask it."""

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

import wsb_lake

BORDER_WIDTH = 3  # of a column: a line and a space on each side
QUERY = """\
select l.id,
       strftime(l.created_at, '%H:%M') as created,
       min(c.score) as lowest,
       max(c.peak_score) as peak,
       count(*) as looks,
       left(regexp_replace(any_value(l.body), '\\s+', ' ', 'g'), 60) as body
from comments_latest l join comments c using (id)
group by l.id, l.created_at
order by peak desc, l.id
limit 10"""


def show_lake(folder: Path, console: Console) -> str | None:
    """Print the query and the comments that really scored the minimum or more; raises LakeError.

    Bodies are anybody's text: as Text they are shown, never read as markup. Returns the first id.
    """
    console.print(f'\n[bold]wsb lake query[/] [dim]"{QUERY}"[/]', highlight=False)
    frame = wsb_lake.open(folder=folder).sql(QUERY)
    table = Table()
    shown = frame.astype(str)
    widths = {name: max([len(name), *values.str.len()]) for name, values in shown.items()}
    room = console.width - sum(widths.values()) + widths["body"] - BORDER_WIDTH * len(widths) - 1
    shown["body"] = shown["body"].str.slice(stop=max(room, 0))
    for name in shown:
        left = name in {"id", "body"}
        table.add_column(name, justify="left" if left else "right", no_wrap=True)
    for row in shown.itertuples(index=False):
        table.add_row(*map(Text, row))
    console.print(table)
    return None if frame.empty else str(frame["id"][0])
