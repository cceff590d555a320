"""Showcase: a question to the lake, the way a reader would ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

import wsb_lake
from sandbox.demo.stack import REGION

if TYPE_CHECKING:
    from rich.console import Console

    from sandbox.demo.running import RunningDemo

QUERY = """\
select l.id,
       strftime(l.created_at, '%H:%M') as created,
       min(c.score) as lowest,
       max(c.peak_score) as peak,
       count(*) as looks,
       left(regexp_replace(any_value(l.body), '\\s+', ' ', 'g'), 28) as body
from comments_latest l join comments c using (id)
where l.state = 'live'
group by l.id, l.created_at
order by peak desc, l.id
limit 10"""


def show_lake(demo: RunningDemo, console: Console) -> None:
    """Print the query and the comments that really scored the minimum or more.

    Bodies are anybody's text: as Text they are shown, never read as markup.
    """
    lake = wsb_lake.open(
        database=demo.outputs["lake_database_name"],
        bucket=demo.outputs["lake_bucket_name"],
        region=REGION,
        endpoint_url=demo.aws.url,
    )
    console.print(f"\n[bold]wsb lake query[/] [dim]{QUERY}[/]", highlight=False)
    frame = lake.sql(QUERY)
    table = Table()
    for name in frame.columns:
        table.add_column(name, justify="left" if name in {"id", "body"} else "right", no_wrap=True)
    for row in frame.itertuples(index=False):
        table.add_row(*(Text(str(value)) for value in row))
    console.print(table)
