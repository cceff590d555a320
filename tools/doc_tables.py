"""Tables of the documents: written from what they describe, between `<!-- table: NAME -->` marks.

`python -m tools.doc_tables` writes them again; a test fails when one is stale.
"""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hcl2

import producer.events
import wsb_lake.events
from contract import SCHEMA
from producer.settings import VARIABLES as PRODUCER_VARIABLES
from telemetry import Event
from tools.cost import monthly_costs, monthly_dollars
from wsb_lake.cli import lake
from wsb_lake.table_specs import COMMITS_FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from contract import Field

PROJECT = Path(__file__).parents[1]
TERRAFORM_VARIABLES = PROJECT / "terraform" / "variables.tf"
LAKE_OPTION = re.compile(r"(.*) \[env: (\w+)\]")
MARKED = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def documents() -> list[Path]:
    """Return the pages a stranger reads, README first."""
    return [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted(PROJECT.glob("docs/*.md"))]


def record_table() -> str:
    """Return the fields of an observation, from the contract; the lake's own last."""
    rows = [
        (f"`{field.name}`", _type(field), ", ".join(field.kinds), field.meaning)
        for field in SCHEMA.fields
    ]
    rows += [(f"`{field.name}`", _type(field), "lake", field.meaning) for field in SCHEMA.lake]
    return _table(("field", "type", "of", "meaning"), rows)


def dead_letter_table() -> str:
    """Return the fields of a dead letter, from the contract."""
    return _fields_table(SCHEMA.dead_letter)


def commits_table() -> str:
    """Return the columns of the table `commits`."""
    return _fields_table(COMMITS_FIELDS)


def terraform_table() -> str:
    """Return the composition's inputs, from its variables."""
    with TERRAFORM_VARIABLES.open(encoding="utf-8") as file:
        blocks = hcl2.load(file)["variable"]
    variables = {_plain(name): body for block in blocks for name, body in block.items()}
    rows = (
        (f"`{name}`", _default(body), _plain(body["description"]))
        for name, body in sorted(variables.items())
    )
    return _table(("variable", "default", "meaning"), rows)


def producer_table() -> str:
    """Return the producer's environment variables, as `wsb check --help` lists them."""
    rows = (
        (f"`{name}`", f"`{one.default}`" if one.default else "", one.meaning)
        for name, one in PRODUCER_VARIABLES.items()
    )
    return _table(("variable", "default", "meaning"), rows)


def lake_table() -> str:
    """Return the lake's environment variables, from the help of the options that go before them."""
    texts = (getattr(one, "help", None) for each in lake.commands.values() for one in each.params)
    found = (LAKE_OPTION.fullmatch(text or "") for text in texts)
    rows = {each[2]: each[1] for each in found if each}
    return _table(("variable", "meaning"), ((f"`{name}`", text) for name, text in rows.items()))


def events_table() -> str:
    """Return what the logs of the producer and of the lake job can say."""
    found = [
        each
        for package in (producer.events, wsb_lake.events)
        for each in vars(package).values()
        if isinstance(each, type) and issubclass(each, Event) and each is not Event
    ]
    rows = (
        (
            f"`{each.name()}`",
            each.level,
            ", ".join(f"`{field.name}`" for field in fields(each)),
            " ".join((each.__doc__ or "").split()),
        )
        for each in found
    )
    return _table(("event", "level", "fields", "meaning"), rows)


def cost_table() -> str:
    """Return what a month costs at the defaults, item by item, and their sum."""
    costs = monthly_costs()
    rows = [(cost.what, f"${cost.dollars:.0f}", cost.assumption) for cost in costs]
    total = ("together", f"about ${monthly_dollars(costs)}", "")
    return _table(("what", "a month", "how it comes about"), [*rows, total])


TABLES: dict[str, Callable[[], str]] = {
    "record": record_table,
    "dead_letter": dead_letter_table,
    "commits": commits_table,
    "terraform": terraform_table,
    "cost": cost_table,
    "producer": producer_table,
    "lake": lake_table,
    "events": events_table,
}


def rendered(text: str) -> str:
    """Return a page's text with every marked table written again."""
    return MARKED.sub(lambda found: found[1] + TABLES[found[2]]() + found[3], text)


def _fields_table(described: Iterable[Field]) -> str:
    rows = ((f"`{field.name}`", _type(field), field.meaning) for field in described)
    return _table(("field", "type", "meaning"), rows)


def _type(field: Field) -> str:
    return " \\| ".join(f"`{value}`" for value in field.enum) if field.enum else field.type


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _default(body: dict[str, Any]) -> str:
    if "default" not in body:
        return "required"
    return f"`{_plain(json.dumps(body['default']))}`"


def _plain(value: str) -> str:
    """Return a value without the quotes that hcl2 leaves around strings."""
    return value.replace('\\"', '"').strip('"').replace("|", "\\|")


def main() -> None:
    """Write the tables of all pages again."""
    for page in documents():
        page.write_text(rendered(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
