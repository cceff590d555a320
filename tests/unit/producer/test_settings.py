"""The environment is read once, and all its mistakes are told at once."""

import re

import pytest
from click.testing import CliRunner

from producer.cli import produce
from producer.errors import SettingsError
from producer.settings import VARIABLES, ProducerSettings, RedditSettings
from tests.conftest import PROJECT

NEEDED = {"WSB_STREAM_NAME": "s", "WSB_STATE_TABLE": "t", "AWS_REGION": "us-east-1"}


def test_defaults_are_the_documented_ones():
    settings = ProducerSettings.from_environment(NEEDED)
    assert (settings.reddit.subreddit, settings.min_score) == ("wallstreetbets", 10)
    assert settings.reddit.requests_per_minute == 100
    assert (settings.poll_min_seconds, settings.poll_max_seconds) == (1.0, 30.0)
    ages = settings.look_ages_seconds
    assert (ages[0], ages[-1]) == (900.0, 36 * 3600.0)


def test_every_mistake_is_named_in_one_message():
    environment = {
        "WSB_MIN_SCORE": "ten",
        "WSB_SUBREDDIT": "r/wallstreetbets",
        "WSB_REDDIT_URL": "localhost:8080",
        "WSB_REQUESTS_PER_MINUTE": "0",
        "WSB_POLL_MIN_SECONDS": "-1",
        "WSB_LOOK_AGES_MINUTES": "45,15",
    }
    with pytest.raises(SettingsError) as raised:
        ProducerSettings.from_environment(environment)
    for name in (*environment, "WSB_STREAM_NAME", "WSB_STATE_TABLE", "AWS_REGION"):
        assert name in str(raised.value)


def test_reddit_alone_needs_nothing_else():
    """Who only asks Reddit need not name a stream; a bad value is told all the same."""
    assert RedditSettings.from_environment({}).subreddit == "wallstreetbets"
    with pytest.raises(SettingsError, match="WSB_SUBREDDIT must be a name without r/"):
        RedditSettings.from_environment({"WSB_SUBREDDIT": "r/wallstreetbets"})


def test_what_is_not_set_is_named():
    """`wsb check` looks at the rest."""
    settings, unset = ProducerSettings.as_far_as_set(
        {"WSB_STREAM_NAME": "s", "WSB_MIN_SCORE": "25"}
    )
    assert (settings.stream_name, settings.state_table, settings.min_score) == ("s", "", 25)
    assert unset == ["WSB_STATE_TABLE", "AWS_REGION"]


@pytest.mark.parametrize(
    ("name", "bounds"),
    [
        ("min_score", (1, None)),
        ("requests_per_minute", (5, 100)),
        ("poll_max_seconds", (None, 300)),
    ],
)
def test_bounds_are_terraforms(name, bounds):
    """What Terraform takes, the producer takes, and nothing else."""
    terraform = (PROJECT / "terraform" / "variables.tf").read_text()
    found = [re.search(rf"var\.{name} {sign} (\d+)", terraform) for sign in (">=", "<=")]
    assert bounds == tuple(match and int(match[1]) for match in found)
    variable = f"WSB_{name.upper()}"
    for bound, outside in zip(bounds, (-1, 1), strict=True):
        if bound is not None:
            assert ProducerSettings.from_environment({**NEEDED, variable: str(bound)})
            with pytest.raises(SettingsError, match=f"{variable} must be"):
                ProducerSettings.from_environment({**NEEDED, variable: str(bound + outside)})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("WSB_POLL_MAX_SECONDS", value) for value in ("nan", "inf", "0", "x")),
        *(("WSB_LOOK_AGES_MINUTES", value) for value in ("nan", "15,15", "0", "15;45", "inf")),
    ],
)
def test_seconds_must_be_positive_and_look_ages_rise(name, value):
    with pytest.raises(SettingsError, match=name):
        ProducerSettings.from_environment({**NEEDED, name: value})


def test_an_empty_variable_is_as_good_as_none():
    expected = ProducerSettings.from_environment(NEEDED)
    assert ProducerSettings.from_environment({**NEEDED, "WSB_LOOK_AGES_MINUTES": ""}) == expected


def test_the_help_lists_every_variable_with_its_default():
    shown = CliRunner().invoke(produce, ["--help"], terminal_width=200).output
    for name, variable in VARIABLES.items():
        assert f"{name} " in shown
        assert variable.default in shown


def test_every_variable_that_the_producer_reads_is_documented():
    folders = (PROJECT / "producer", PROJECT / "clock")
    source = "".join(path.read_text() for folder in folders for path in folder.rglob("*.py"))
    read = set(re.findall(r"WSB_[A-Z]+(?:_[A-Z]+)*", source))
    assert read <= set(VARIABLES)
