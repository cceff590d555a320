"""Property groups: what the service hands over is checked before Flink starts."""

import json

import pytest

from flink_app.errors import PropertiesError
from flink_app.properties import Properties, load_properties, parse_properties

GIVEN = {
    "region": "eu-central-1",
    "stream_name": "wsb-dev-observations",
    "observations_delivery_stream": "wsb-dev-observations",
    "dead_letters_delivery_stream": "wsb-dev-dead-letters",
}


def written(folder, content):
    path = folder / "properties.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return {"WSB_FLINK_PROPERTIES": str(path)}


def test_what_is_not_said_has_the_design_s_default():
    """Threshold 10, sticky, and the whole stream from its beginning."""
    expected = Properties(
        **GIVEN, initial_position="TRIM_HORIZON", min_score=10, filter_mode="sticky"
    )
    assert parse_properties(GIVEN) == expected


def test_the_group_is_found_among_others(tmp_path):
    """The file holds the service's own groups too."""
    groups = [
        {"PropertyGroupId": "kinesis.analytics.flink.run.options", "PropertyMap": {}},
        {"PropertyGroupId": "wsb", "PropertyMap": {**GIVEN, "min_score": "-3"}},
    ]
    assert load_properties(written(tmp_path, groups)).min_score == -3


def test_all_mistakes_are_told_at_once():
    given = {"region": "x'; DROP", "min_score": "ten", "filter_mode": "soft", "min_scores": "1"}
    with pytest.raises(PropertiesError) as caught:
        parse_properties(given)
    assert str(caught.value) == (
        "property group `wsb`: stream_name is missing; observations_delivery_stream is missing;"
        " dead_letters_delivery_stream is missing; min_scores is not known;"
        ' region must be a region like us-east-1, not "x\'; DROP";'
        " min_score must be a whole number, not 'ten';"
        " filter_mode must be sticky or strict, not 'soft'"
    )


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PropertiesError, match=r"no properties at .*nowhere: set WSB_FLINK_PROP"):
        load_properties({"WSB_FLINK_PROPERTIES": str(tmp_path / "nowhere")})


@pytest.mark.parametrize("content", [b"{", b"[1, 2", b"\xff"])
def test_a_file_that_is_not_json_is_named(tmp_path, content):
    """Text that nobody can read is one sentence, not a traceback."""
    with pytest.raises(PropertiesError, match=r"properties\.json cannot be read"):
        load_properties(written(tmp_path, content))


@pytest.mark.parametrize("groups", [[], {}, 3, [1], [{"PropertyGroupId": "wsb"}]])
def test_a_missing_group_is_named(tmp_path, groups):
    """Whatever the shape of the file, the sentence says which group to add."""
    with pytest.raises(PropertiesError, match="have no property group `wsb`: add it"):
        load_properties(written(tmp_path, groups))
