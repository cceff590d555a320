"""The environment is read once, and all its mistakes are told at once."""

import re
from pathlib import Path

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
    assert (settings.lake_retention_days, settings.outbox_folder) == (365, None)
    assert settings.outbox_bytes_max == 2_000_000_000
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
        "WSB_LAKE_RETENTION_DAYS": "0",
        "WSB_OUTBOX_FOLDER": "outbox",
        "WSB_OUTBOX_MEGABYTES": "1.5",
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
        ("lake_retention_days", (1, 3650)),
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


def test_what_is_set_is_what_is_used():
    """Each variable reaches its own setting."""
    settings = ProducerSettings.from_environment(
        {
            "WSB_STREAM_NAME": "stream",
            "WSB_STATE_TABLE": "table",
            "AWS_REGION": "eu-west-1",
            "WSB_SUBREDDIT": "stocks, Options",
            "WSB_MIN_SCORE": "25",
            "WSB_REDDIT_SECRET_ID": "secret",
            "WSB_PRAW_SITE": "site",
            "WSB_REQUESTS_PER_MINUTE": "60",
            "WSB_POLL_MIN_SECONDS": "2",
            "WSB_POLL_MAX_SECONDS": "20",
            "WSB_LOOK_AGES_MINUTES": "5,10",
            "WSB_LAKE_RETENTION_DAYS": "90",
            "WSB_OUTBOX_FOLDER": "/var/lib/wsb",
            "WSB_OUTBOX_MEGABYTES": "3",
            "WSB_REDDIT_URL": "http://127.0.0.1:1/",
        }
    )
    assert settings == ProducerSettings(
        reddit=RedditSettings(
            subreddits=("stocks", "Options"),
            secret_id="secret",
            region="eu-west-1",
            praw_site="site",
            url="http://127.0.0.1:1",
            requests_per_minute=60,
        ),
        stream_name="stream",
        state_table="table",
        region="eu-west-1",
        min_score=25,
        poll_min_seconds=2.0,
        poll_max_seconds=20.0,
        look_ages_seconds=(300.0, 600.0),
        lake_retention_days=90,
        outbox_folder=Path("/var/lib/wsb"),
        outbox_bytes_max=3_000_000,
    )
    assert settings.reddit.subreddit == "stocks"


def test_the_shortest_poll_is_not_above_the_longest():
    equal = {**NEEDED, "WSB_POLL_MIN_SECONDS": "30", "WSB_POLL_MAX_SECONDS": "30"}
    assert ProducerSettings.from_environment(equal).poll_min_seconds == 30
    with pytest.raises(SettingsError, match="WSB_POLL_MIN_SECONDS must not exceed"):
        ProducerSettings.from_environment({**equal, "WSB_POLL_MIN_SECONDS": "30.1"})


def test_the_region_is_aws_own_first_choice():
    """AWS_DEFAULT_REGION counts where AWS_REGION is not set."""
    both = {**NEEDED, "AWS_REGION": "us-west-2", "AWS_DEFAULT_REGION": "eu-west-1"}
    settings = ProducerSettings.from_environment(both)
    assert (settings.region, settings.reddit.region) == ("us-west-2", "us-west-2")
    settings = ProducerSettings.from_environment({**both, "AWS_REGION": ""})
    assert (settings.region, settings.reddit.region) == ("eu-west-1", "eu-west-1")


@pytest.mark.parametrize("several", ["stocks,STOCKS", "stocks,", "stocks options", "a,r/b"])
def test_several_subreddits_are_names_that_differ(several):
    """Reddit does not tell capitals from small letters."""
    with pytest.raises(SettingsError, match="WSB_SUBREDDIT must be"):
        ProducerSettings.from_environment({**NEEDED, "WSB_SUBREDDIT": several})


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
