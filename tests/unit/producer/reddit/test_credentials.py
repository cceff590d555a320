"""Credentials: where they are looked for, and what is said when they lack."""

import json

import pytest

from producer.errors import CredentialsMissingError
from producer.reddit.credentials import find_credentials
from producer.settings import RedditSettings
from tests.support.producer_fakes import client_error

VALUES = {"client_id": "id", "client_secret": "hush", "user_agent": "a test of wsb"}


class FakeSecrets:
    def __init__(self, text=None, code=None):
        self.text = text
        self.code = code

    def get_secret_value(self, *, SecretId):
        assert SecretId == "wsb/reddit"
        if self.code:
            raise client_error(self.code, "GetSecretValue")
        return {"SecretString": self.text}


def find(tmp_path, *, environment=None, secrets=None, ini=None, region="us-east-1"):
    environment = {"XDG_CONFIG_HOME": str(tmp_path), **(environment or {})}
    if ini is not None:
        (tmp_path / "praw.ini").write_text(ini, encoding="utf-8")
    secret = {"WSB_REDDIT_SECRET_ID": "wsb/reddit", "AWS_REGION": region} if secrets else {}
    settings = RedditSettings.from_environment(secret)
    return find_credentials(settings, environment, lambda *_: secrets)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_secret_goes_before_everything(tmp_path):
    found = find(
        tmp_path,
        secrets=FakeSecrets(json.dumps(VALUES)),
        environment={"praw_client_id": "other"},
    )
    assert found.client_id == "id"


def test_the_environment_goes_before_praw_ini(tmp_path):
    environment = {f"praw_{name}": value for name, value in VALUES.items()}
    assert find(tmp_path, environment=environment, ini="[wsb]\nclient_id=x\n").client_id == "id"


def test_praw_ini_is_read_by_section(tmp_path):
    lines = "".join(f"{name} = {value}\n" for name, value in VALUES.items())
    assert find(tmp_path, ini=f"[wsb]\n{lines}").client_secret == "hush"


def test_the_secret_is_in_no_repr(tmp_path):
    assert "hush" not in repr(find(tmp_path, secrets=FakeSecrets(json.dumps(VALUES))))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, "client_id, client_secret, user_agent to section .wsb. of praw.ini"),
        ({"ini": "[wsb]\nclient_id=x\n"}, "add client_secret, user_agent"),
        ({"ini": "no section"}, "praw.ini cannot be read"),
        ({"environment": {"praw_client_id": "x"}}, "client_secret.*environment"),
        ({"secrets": FakeSecrets("{}"), "region": ""}, "set AWS_REGION to where.*wsb/reddit"),
        ({"secrets": FakeSecrets("not json")}, "put-secret-value"),
        ({"secrets": FakeSecrets("{}")}, "client_id.*wsb/reddit"),
        ({"secrets": FakeSecrets(code="ResourceNotFoundException")}, "put-secret-value"),
        ({"secrets": FakeSecrets(code="AccessDeniedException")}, "allow it in the role"),
        ({"secrets": FakeSecrets(json.dumps({**VALUES, "user_agent": "me"}))}, "user_agent"),
    ],
)
def test_what_lacks_is_said_with_where_to_put_it(tmp_path, arguments, expected):
    with pytest.raises(CredentialsMissingError, match=expected):
        find(tmp_path, **arguments)
