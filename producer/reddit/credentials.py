"""Credentials of the Reddit client: from Secrets Manager, else the environment, else praw.ini."""

import configparser
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from producer.aws import make_client, translated
from producer.errors import AwsError, CredentialsMissingError
from producer.settings import RedditSettings

NAMES = ("client_id", "client_secret", "user_agent")
LEAST_USER_AGENT = 7  # characters; prawcore refuses a shorter one


@dataclass(frozen=True, slots=True)
class Credentials:
    """What PRAW needs; the secret is kept out of every repr."""

    client_id: str
    client_secret: str = field(repr=False)
    user_agent: str


def find_credentials(
    settings: RedditSettings,
    environment: Mapping[str, str],
    client_of: Callable[[str, str], Any] = make_client,
) -> Credentials:
    """Return the credentials; raises CredentialsMissingError that says where to put them."""
    secret_id = settings.secret_id
    if secret_id:
        if not settings.region:
            raise CredentialsMissingError(
                f"Reddit credentials: set AWS_REGION to where the secret {secret_id} is"
            )
        client = client_of("secretsmanager", settings.region)
        return _complete(_from_secret(secret_id, client), f"the secret {secret_id}")
    given = {name: value for name in NAMES if (value := environment.get(f"praw_{name}"))}
    place = f"section [{settings.praw_site}] of praw.ini (copy praw.ini.example)"
    if given:
        place = "the environment (praw_client_id, praw_client_secret, praw_user_agent)"
    return _complete(_from_ini(settings.praw_site, environment) | given, place)


def _complete(values: Mapping[str, Any], place: str) -> Credentials:
    missing = [name for name in NAMES if not isinstance(values.get(name), str) or not values[name]]
    if missing:
        raise CredentialsMissingError(f"Reddit credentials: add {', '.join(missing)} to {place}")
    if len(values["user_agent"]) < LEAST_USER_AGENT:
        raise CredentialsMissingError(
            f"Reddit credentials: make user_agent in {place} at least {LEAST_USER_AGENT}"
            " characters that say who you are"
        )
    return Credentials(**{name: values[name] for name in NAMES})


def _from_secret(secret_id: str, client: Any) -> Mapping[str, Any]:  # noqa: ANN401 - boto3's
    put = (
        f"aws secretsmanager put-secret-value --secret-id {secret_id} --secret-string"
        ' \'{"client_id": "…", "client_secret": "…", "user_agent": "…"}\''
    )
    try:
        with translated(f"Secrets Manager secret {secret_id}"):
            text = client.get_secret_value(SecretId=secret_id).get("SecretString", "")
    except AwsError as error:
        raise CredentialsMissingError(
            f"Reddit credentials: {error}; give it a value: {put}"
        ) from None
    try:
        values = json.loads(text)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise CredentialsMissingError(f"Reddit credentials: the secret is not a JSON object: {put}")
    return values


def _from_ini(site: str, environment: Mapping[str, str]) -> dict[str, str]:
    # the places where PRAW looks, in its order
    folder = environment.get("XDG_CONFIG_HOME") or str(
        Path(environment.get("HOME", "~"), ".config")
    )
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read([Path(folder, "praw.ini"), "praw.ini"])
    except configparser.Error as error:
        reason = str(error).splitlines()[0]
        raise CredentialsMissingError(f"praw.ini cannot be read: {reason}") from None
    return dict(parser.items(site)) if parser.has_section(site) else {}
