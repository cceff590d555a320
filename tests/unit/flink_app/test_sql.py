"""The generated SQL, where its shape is a promise; what it answers is tested on Flink itself."""

import re

from contract import SCHEMA
from flink_app import pipeline
from flink_app.dead_letter import BASE64_CHARACTERS_MAX, TEXT_CHARACTERS_MAX
from flink_app.properties import parse_properties
from flink_app.sql_text import literal
from flink_app.tables import tables
from flink_app.validity import DIGEST_ORDER, LEADING, ordinary_pattern, suspect
from tests.unit.flink_app.test_properties import GIVEN

FIREHOSE_BYTES_MAX = 1_024_000
JANINO_CONSTANT_BYTES_MAX = 65_535


def test_a_quote_ends_no_literal():
    assert literal("it's") == "'it''s'"


def test_every_field_is_in_the_digest_once():
    """A field added to the contract is judged without a change here."""
    assert sorted(field.name for field in DIGEST_ORDER) == sorted(f.name for f in SCHEMA.fields)
    assert tuple(field.name for field in DIGEST_ORDER[: len(LEADING)]) == LEADING
    for field in SCHEMA.fields:
        assert f"THEN '{field.name}'" in suspect()


def test_reasons_come_in_the_order_of_the_schema_after_the_kind():
    """The contract's order, whatever the order of the digest."""
    named = re.findall(r"THEN '([a-z_0-9]+)'", suspect())
    others = [field.name for field in SCHEMA.fields if field.name != "kind"]
    assert named == ["kind", *others]


def test_the_longest_pattern_fits_a_constant_of_java():
    """A class file holds no longer text."""
    assert len(ordinary_pattern().encode()) < JANINO_CONSTANT_BYTES_MAX


def test_a_dead_letter_fits_a_firehose_record_at_its_worst():
    """Six bytes for a character, base64 as it is, and 500 bytes for all else."""
    assert 6 * TEXT_CHARACTERS_MAX + 500 < FIREHOSE_BYTES_MAX
    assert BASE64_CHARACTERS_MAX + 500 < FIREHOSE_BYTES_MAX
    assert BASE64_CHARACTERS_MAX % 4 == 0


def test_the_service_s_role_is_used_unless_there_is_another_endpoint():
    """In AWS no key is written anywhere."""
    in_aws = tables(parse_properties(GIVEN), {"AWS_ACCESS_KEY_ID": "k"})
    assert all("'aws.credentials.provider' = 'AUTO'" in table for table in in_aws)
    assert not any("'aws.endpoint'" in table or "'k'" in table for table in in_aws)
    local = tables(parse_properties(GIVEN), {"AWS_ENDPOINT_URL": "http://127.0.0.1:5"})
    assert all("'aws.endpoint' = 'http://127.0.0.1:5'" in table for table in local)


def test_a_line_is_parsed_behind_an_optimization_barrier():
    """A bare column would be computed again for each of its uses."""
    assert all(query.count("CROSS JOIN UNNEST") == 1 for query in pipeline.VIEWS.values())
    inserts = pipeline.inserts(10, "sticky")
    assert len(inserts) == 2
    assert "JSON_QUERY" not in inserts[0]
