import pytest

from sandbox.simulate.errors import OutageFormatError
from sandbox.simulate.outages import outage_in


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("10m@18:00", (64_800, 65_400)),
        ("90s@6:30", (23_400, 23_490)),
        ("1.5h@00:00", (0, 5400)),
    ],
)
def test_an_outage_says_how_long_and_when(text, span):
    """The time of day is that of the measured day, UTC."""
    day = 1_600_000_000
    assert outage_in(text).span(day) == (day + span[0], day + span[1])


@pytest.mark.parametrize("text", ["", "10m", "10m@25:00", "10m@18:60", "0m@18:00", "ten@18:00"])
def test_what_nobody_can_read_is_refused(text):
    """The message repeats what was given and shows how it is written."""
    with pytest.raises(OutageFormatError, match=repr(text)):
        outage_in(text)
