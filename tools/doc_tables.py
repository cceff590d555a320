"""Tables of the documents: written from what they describe, between `<!-- table: NAME -->` marks.

`python -m tools.doc_tables` writes them again; a test fails when one is stale.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import hcl2

import flink_app.metrics
import producer.events
import wsb_lake.events
from contract import SCHEMA, Field
from contract.validation import REASONS
from producer.settings import VARIABLES as PRODUCER_VARIABLES
from producer.totals import Asked, Gauges, Totals
from telemetry import Event
from telemetry.metrics import declared
from tools.cost import monthly_costs, monthly_dollars
from tools.project import PROJECT
from wsb_lake.cli import lake
from wsb_lake.tables.specs import TOMBSTONES_FIELDS

TERRAFORM_VARIABLES = PROJECT / "terraform" / "variables.tf"
LAKE_OPTION = re.compile(r"(.*) \[env: (\w+)\]")
MARKED = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def documents() -> list[Path]:
    """Return the pages a stranger reads, README first."""
    return [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted(PROJECT.glob("docs/*.md"))]


def rendered(text: str) -> str:
    """Return a page's text with every marked table written again."""
    return MARKED.sub(lambda found: found[1] + TABLES[found[2]]() + found[3], text)


def _record() -> str:
    rows = [(field, ", ".join(field.kinds)) for field in SCHEMA.fields]
    rows += [(field, "lake") for field in SCHEMA.lake]
    lines = ((f"`{field.name}`", _type(field), of, field.meaning) for field, of in rows)
    return _table(("field", "type", "of", "meaning"), lines)


def _described(fields: Iterable[Field]) -> str:
    rows = ((f"`{field.name}`", _type(field), field.meaning) for field in fields)
    return _table(("field", "type", "meaning"), rows)


def _rules() -> str:
    rows = (
        (", ".join(f"`{name}`" for name in each["fields"]), ", ".join(each["kinds"]), text)
        for each in SCHEMA.rules
        for text in [f"{_demand(each)}: {each['meaning']}"]
    )
    return _table(("field", "of", "rule"), rows)


def _demand(rule: Mapping[str, Any]) -> str:
    match rule["rule"]:
        case "null_when":
            values = ", ".join(f"`{json.dumps(value).strip(chr(34))}`" for value in rule["is"])
            return f"null when `{rule['when']}` is {values}"
        case "at_least":
            return f"at least `{rule['of']}`"
        case "not_before":
            return f"not before {rule['at']}"
        case "not_after":
            return f"at most {rule['seconds']} s after `{rule['of']}`"
        case _:
            return f"at most {rule['seconds']} s after the arrival in the stream"


def _reasons() -> str:
    return _table(("reason", "meaning"), ((f"`{name}`", text) for name, text in REASONS.items()))


def _terraform() -> str:
    with TERRAFORM_VARIABLES.open(encoding="utf-8") as file:
        blocks = hcl2.load(file)["variable"]
    variables = {_plain(name): body for block in blocks for name, body in block.items()}
    rows = (
        (f"`{name}`", _default(body), _plain(body["description"]))
        for name, body in sorted(variables.items())
    )
    return _table(("variable", "default", "meaning"), rows)


def _cost() -> str:
    costs = monthly_costs()
    rows = [(cost.what, f"${cost.dollars:.0f}", cost.assumption) for cost in costs]
    total = ("together", f"about ${monthly_dollars(costs)}", "")
    return _table(("what", "a month", "how it comes about"), [*rows, total])


def _producer() -> str:
    rows = (
        (f"`{name}`", f"`{one.default}`" if one.default else "", one.meaning)
        for name, one in PRODUCER_VARIABLES.items()
    )
    return _table(("variable", "default", "meaning"), rows)


def _lake() -> str:
    """Return the lake's environment variables, from the help of the options that go before them."""
    texts = (getattr(one, "help", None) for each in lake.commands.values() for one in each.params)
    found = (LAKE_OPTION.fullmatch(text or "") for text in texts)
    rows = {each[2]: each[1] for each in found if each}
    return _table(("variable", "meaning"), ((f"`{name}`", text) for name, text in rows.items()))


def _events() -> str:
    """Return what the logs of the producer and of the lake job can say."""
    rows = (
        (
            f"`{each.name()}`",
            each.level,
            ", ".join(f"`{field.name}`" for field in fields(each)),
            " ".join((each.__doc__ or "").split()),
        )
        for package in (producer.events, wsb_lake.events)
        for each in vars(package).values()
        if isinstance(each, type) and issubclass(each, Event) and each is not Event
    )
    return _table(("event", "level", "fields", "meaning"), rows)


def _metrics() -> str:
    """Return what CloudWatch gets of the producer."""
    rows = (
        (f"`{each.name}`", each.unit, kind, each.meaning)
        for group, kind in ((Asked, "count"), (Totals, "count"), (Gauges, "gauge"))
        for each in declared(group)
    )
    return _table(("metric", "unit", "kind", "meaning"), rows)


def _flink_metrics() -> str:
    rows = ((f"`{name}`", text) for name, text in flink_app.metrics.METRICS.items())
    return _table(("metric", "meaning"), rows)


TABLES: dict[str, Callable[[], str]] = {
    "record": _record,
    "dead_letter": lambda: _described(SCHEMA.dead_letter),
    "tombstones": lambda: _described(TOMBSTONES_FIELDS),
    "terraform": _terraform,
    "cost": _cost,
    "producer": _producer,
    "lake": _lake,
    "events": _events,
    "metrics": _metrics,
    "flink_metrics": _flink_metrics,
    "reasons": _reasons,
    "rules": _rules,
}


def _type(field: Field) -> str:
    return " \\| ".join(f"`{value}`" for value in field.enum) if field.enum else field.type


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _default(body: dict[str, Any]) -> str:
    return f"`{_plain(json.dumps(body['default']))}`" if "default" in body else "required"


def _plain(value: str) -> str:
    """Return a value without the quotes that hcl2 leaves around strings."""
    return value.replace('\\"', '"').strip('"').replace("|", "\\|")


if __name__ == "__main__":
    for each_page in documents():
        each_page.write_text(rendered(each_page.read_text(encoding="utf-8")), encoding="utf-8")
