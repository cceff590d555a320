"""README tables: generated from what they describe, between `<!-- table: NAME -->` marks.

`python tools/readme_tables.py` rewrites README.md; `--check` only says whether it is stale.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hcl2

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

from contract import SCHEMA  # noqa: E402 - the checkout's own contract, not an installed one

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

README = PROJECT / "README.md"
VARIABLES = PROJECT / "terraform" / "variables.tf"
TABLE = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def fields_table() -> str:
    """Return the record's fields, from the contract."""
    rows = (
        (f"`{field.name}`", field.type, " ".join(field.kinds), field.meaning)
        for field in SCHEMA.fields
    )
    return _table(("field", "type", "of", "meaning"), rows)


def terraform_table() -> str:
    """Return the composition's inputs, from its variables."""
    with VARIABLES.open(encoding="utf-8") as file:
        blocks = hcl2.load(file)["variable"]
    variables = {_plain(name): body for block in blocks for name, body in block.items()}
    rows = (
        (f"`{name}`", _default(body), _plain(body["description"]))
        for name, body in sorted(variables.items())
    )
    return _table(("variable", "default", "meaning"), rows)


TABLES: dict[str, Callable[[], str]] = {"fields": fields_table, "terraform": terraform_table}


def rendered(text: str) -> str:
    """Return the README's text with every marked table made anew."""
    return TABLE.sub(lambda found: found[1] + TABLES[found[2]]() + found[3], text)


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


def main() -> int:
    """Rewrite or check the README; returns the exit status."""
    before = README.read_text(encoding="utf-8")
    after = rendered(before)
    if "--check" in sys.argv[1:]:
        if after != before:
            print("README.md is stale: run `make readme`", file=sys.stderr)
        return int(after != before)
    README.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
