import pytest

from sandbox.simulate.profile import PROFILES, Profile


@pytest.mark.parametrize(
    ("name", "a_day", "busiest"),
    [("quiet", 17_280, 21.6), ("weekday", 56_160, 80), ("peak", 1_160_000, 2358)],
)
def test_a_day_has_its_comments_and_its_busiest_hour(name, a_day, busiest):
    """The rates are those that were measured: the whole day's, and the busiest hour's a minute."""
    profile = PROFILES[name]
    minutes = profile.of_minutes(0, 24 * 60)
    assert minutes.sum() == pytest.approx(a_day, rel=0.001)
    assert minutes.max() == pytest.approx(busiest, rel=0.001)


def test_a_day_begins_at_its_minute():
    """Hour 14 is the busiest, whatever minute one begins at, and the next day is like it."""
    minutes = Profile(10.0, 1.8).of_minutes(23 * 60, 48 * 60)
    assert minutes.argmax() // 60 in {15, 16}
    assert minutes[: 24 * 60].tolist() == minutes[24 * 60 :].tolist()
