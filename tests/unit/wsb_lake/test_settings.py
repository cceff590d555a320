import pytest

from wsb_lake.errors import LakeSettingsError
from wsb_lake.settings import JobSettings, job_settings, reader_settings

GOOD = {
    "WSB_LAKE_BUCKET": "a-bucket",
    "WSB_LAKE_DATABASE": "a_lake",
    "WSB_LAKE_STATE_TABLE": "state",
}


def test_all_mistakes_come_in_one_message():
    """Nobody fixes one to be told of the next."""
    with pytest.raises(LakeSettingsError) as caught:
        job_settings({"AWS_ENDPOINT_URL": "localhost:1"})
    for name in (*GOOD, "AWS_ENDPOINT_URL"):
        assert name in str(caught.value)


def test_an_empty_variable_is_as_good_as_none():
    """A shell exports it so."""
    expected = JobSettings(database="a_lake", bucket="a-bucket", state_table="state")
    assert expected == job_settings({**GOOD, "AWS_REGION": "", "AWS_ENDPOINT_URL": ""})


def test_reading_needs_only_the_database():
    """Glue knows where the files are."""
    assert reader_settings({"WSB_LAKE_DATABASE": "a_lake"}).database == "a_lake"
