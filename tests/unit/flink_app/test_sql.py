"""The SQL, where its shape is a promise; what it answers is tested on Flink itself."""

import pytest

from flink_app import pipeline
from flink_app.dead_letter import BASE64_CHARACTERS_MAX, TEXT_CHARACTERS_MAX
from flink_app.properties import parse_properties
from flink_app.qualification import qualifies
from flink_app.sql_text import literal
from flink_app.tables import tables
from tests.unit.flink_app.test_properties import GIVEN

FIREHOSE_BYTES_MAX = 1_024_000


def test_a_quote_ends_no_literal():
    assert literal("it's") == "'it''s'"


@pytest.mark.parametrize("min_score", [-5, 0, 3, 10, 1000])
def test_the_threshold_is_the_one_that_was_set(min_score):
    """Each mode compares its own score with it, and what is not known has not reached it."""
    sticky, strict = qualifies(min_score, "sticky"), qualifies(min_score, "strict")
    assert f"COALESCE(peak_score >= {min_score}, FALSE)" in sticky
    assert f"COALESCE(score >= {min_score}, FALSE)" in strict
    assert sticky in pipeline.inserts(min_score, "sticky")[0]
    assert strict in pipeline.inserts(min_score, "strict")[0]


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
