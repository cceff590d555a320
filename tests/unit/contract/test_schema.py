"""The schema file says everything once, and a wrong one is refused with what to fix."""

import json

import pytest

from contract import SCHEMA, load_schema
from contract.schema import SCHEMA_PATH, SchemaError

SYSTEMS = {"flink", "glue", "iceberg", "arrow"}


@pytest.fixture
def raw():
    return json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))


@pytest.fixture
def refusal(tmp_path, raw):
    """Return why a changed schema file is refused."""

    def load():
        path = tmp_path / "observation.json"
        path.write_text(json.dumps(raw), encoding="utf-8")
        with pytest.raises(SchemaError) as refused:
            load_schema(path)
        return str(refused.value)

    return load


def test_a_field_without_a_key_names_the_field_and_the_key(raw, refusal):
    del raw["fields"][3]["meaning"]
    assert refusal() == f"field {raw['fields'][3]['name']}: add meaning"


def test_a_part_that_is_absent_is_named(raw, refusal):
    """All that has to be added is said at once."""
    del raw["lake"], raw["kinds"]
    assert refusal().endswith("observation.json: add kinds, lake")


def test_a_file_that_is_no_json_is_refused(tmp_path):
    path = tmp_path / "observation.json"
    path.write_text('{"kinds": [', encoding="utf-8")
    with pytest.raises(SchemaError, match=r"observation.json is not JSON: .* line 1"):
        load_schema(path)


def test_a_field_of_an_unknown_type_is_refused(raw, refusal):
    """A type that no system can spell is named, with those that exist."""
    raw["fields"][0]["type"] = "decimal"
    assert refusal().startswith("field schema_version: type decimal is not one of integer, number")


def test_a_field_of_an_unknown_kind_is_refused(raw, refusal):
    raw["fields"][2]["kinds"] = ["comment", "message"]
    assert refusal() == "field id: unknown kinds message"


def test_a_name_is_used_once_in_all_parts(raw, refusal):
    """A field that Flink or the lake adds must not hide one of the record's."""
    raw["lake"].append({**raw["lake"][0], "name": "score"})
    assert refusal() == "field names are used twice: score"


def test_every_type_is_spelled_for_every_system():
    """No derived table meets a type it cannot name."""
    assert all(set(spelling) == SYSTEMS for spelling in SCHEMA.types.values())


def test_every_kind_carries_the_identity_of_an_observation():
    """Id and time of observation are in every record, and never null."""
    for kind in SCHEMA.kinds:
        fields = {field.name: field for field in SCHEMA.of_kind(kind)}
        for name in ("schema_version", "kind", "id", "observed_at"):
            assert fields[name].required
            assert not fields[name].nullable


def test_what_is_personal_can_be_left_out():
    """A tombstone is valid without any personal field."""
    fields = {field.name: field for field in SCHEMA.fields}
    assert SCHEMA.personal_names()
    for name in SCHEMA.personal_names():
        assert fields[name].nullable
        assert not fields[name].required


def test_versions_only_grow():
    fields = (*SCHEMA.fields, *SCHEMA.dead_letter, *SCHEMA.lake)
    assert all(1 <= field.since <= SCHEMA.version for field in fields)


def test_the_kinds_of_the_schema_are_those_a_record_may_name():
    kind = next(field for field in SCHEMA.fields if field.name == "kind")
    assert kind.enum == SCHEMA.kinds
