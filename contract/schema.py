"""Schema: `observation.json` as values; everything derived from the contract starts here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMA_PATH = Path(__file__).with_name("observation.json")
PARTS = frozenset(
    {"schema_version", "kinds", "prefixes", "types", "fields", "rules", "dead_letter", "lake"}
)
FIELD_KEYS = frozenset({"name", "type", "required", "nullable", "since", "personal", "meaning"})


class SchemaError(ValueError):
    """The schema file itself is wrong; the message names the field and what to fix."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record.

    `required`: the key is present. `nullable`: its value may be null. A field that is not
    required may be absent or null. `personal`: must leave every store with its thing.
    `kinds` is empty for fields that Flink or the lake add.
    """

    name: str
    type: str
    required: bool
    nullable: bool
    since: int
    personal: bool
    meaning: str
    kinds: tuple[str, ...] = ()
    enum: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """The whole contract; field order is the order of the derived tables.

    `rules` are about several fields, or times; `contract.rules` knows their forms. `prefixes` are
    those of the lake's bucket; Terraform and the lake job take them from here.
    """

    version: int
    kinds: tuple[str, ...]
    prefixes: Mapping[str, str]
    types: Mapping[str, Mapping[str, str]]
    fields: tuple[Field, ...]
    rules: tuple[Mapping[str, Any], ...]
    dead_letter: tuple[Field, ...]
    lake: tuple[Field, ...]

    def of_kind(self, kind: str) -> tuple[Field, ...]:
        """Return the fields a record of this kind carries."""
        return tuple(field for field in self.fields if kind in field.kinds)

    def type_in(self, field: Field, system: str) -> str:
        """Return the field's type as `flink`, `glue`, `iceberg` or `arrow` spells it."""
        return self.types[field.type][system]

    def personal_names(self) -> frozenset[str]:
        """Return the fields that a tombstone must not carry."""
        return frozenset(field.name for field in self.fields if field.personal)


def load_schema(path: Path = SCHEMA_PATH) -> Schema:
    """Read and check a schema file; raises SchemaError with what to fix."""
    raw = _read(path)
    types = raw["types"]
    kinds = tuple(raw["kinds"])
    schema = Schema(
        version=raw["schema_version"],
        kinds=kinds,
        prefixes=raw["prefixes"],
        types=types,
        fields=tuple(_field(item, types, kinds) for item in raw["fields"]),
        rules=tuple(raw["rules"]),
        dead_letter=tuple(_field(item, types, kinds) for item in raw["dead_letter"]),
        lake=tuple(_field(item, types, kinds) for item in raw["lake"]),
    )
    _check_names(schema)
    return schema


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SchemaError(f"{path} is not JSON: {error}") from error
    missing = PARTS - raw.keys() if isinstance(raw, dict) else PARTS
    if missing:
        raise SchemaError(f"{path}: add {', '.join(sorted(missing))}")
    return dict(raw)


def _field(item: Mapping[str, Any], types: Mapping[str, Any], kinds: tuple[str, ...]) -> Field:
    name = item.get("name", "?")
    missing = FIELD_KEYS - item.keys()
    if missing:
        raise SchemaError(f"field {name}: add {', '.join(sorted(missing))}")
    if item["type"] not in types:
        raise SchemaError(f"field {name}: type {item['type']} is not one of {', '.join(types)}")
    unknown = set(item.get("kinds", ())) - set(kinds)
    if unknown:
        raise SchemaError(f"field {name}: unknown kinds {', '.join(sorted(unknown))}")
    return Field(
        **{key: item[key] for key in FIELD_KEYS},
        kinds=tuple(item.get("kinds", ())),
        enum=tuple(item.get("enum", ())),
    )


def _check_names(schema: Schema) -> None:
    names = [field.name for field in (*schema.fields, *schema.dead_letter, *schema.lake)]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise SchemaError(f"field names are used twice: {', '.join(repeated)}")


SCHEMA = load_schema()
