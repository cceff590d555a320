import pytest

from wsb_lake.errors import SettingsError
from wsb_lake.settings import settings_from

GOOD = {
    "WSB_LAKE_BUCKET": "a-bucket",
    "WSB_LAKE_DATABASE": "a_lake",
    "WSB_LAKE_STATE_TABLE": "state",
}


def test_all_mistakes_come_in_one_message():
    """Nobody mends one to be told of the next."""
    with pytest.raises(SettingsError) as caught:
        settings_from({"WSB_LANDING_PREFIX": "tables/x/"}, for_job=True)
    for name in (*GOOD, "WSB_LANDING_PREFIX"):
        assert name in str(caught.value)


def test_reading_needs_only_the_database():
    """Glue knows where the files are."""
    settings = settings_from({"WSB_LAKE_DATABASE": "a_lake"}, for_job=False)
    assert settings.database == "a_lake"


@pytest.mark.parametrize("prefix", ["landing", "/landing/", "tables/", "landing_rejects/x/"])
def test_a_landing_prefix_that_would_eat_the_lake_is_refused(prefix):
    """The job deletes what it has read: never its own tables."""
    with pytest.raises(SettingsError, match="WSB_LANDING_PREFIX"):
        settings_from({**GOOD, "WSB_LANDING_PREFIX": prefix}, for_job=True)


def test_an_empty_prefix_is_the_default():
    """An exported but empty variable is as good as none."""
    settings = settings_from({**GOOD, "WSB_LANDING_PREFIX": ""}, for_job=True)
    assert settings.landing_prefix == "landing/observations/"
