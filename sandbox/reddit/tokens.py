"""Tokens: who may ask, by OAuth's client credentials grant."""

import base64
import binascii
import secrets
from typing import Any

CLIENT_ID = CLIENT_SECRET = "sandbox"  # noqa: S105 - of a server on loopback
LIFETIME_SECONDS = 86400


class Tokens:
    """Grants tokens and knows until when, on the clock, each is good."""

    def __init__(self) -> None:
        self._expires_at: dict[str, float] = {}

    def grant(self, now: float) -> dict[str, Any]:
        """Return what Reddit answers a client it knows."""
        token = secrets.token_urlsafe(32)
        self._expires_at[token] = now + LIFETIME_SECONDS
        return {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": LIFETIME_SECONDS,
            "scope": "*",
        }

    def is_good(self, authorization: str, now: float) -> bool:
        """Tell whether an Authorization header carries a token that is still good."""
        scheme, _, token = authorization.partition(" ")
        return scheme.lower() == "bearer" and now < self._expires_at.get(token, now)

    def expire_all(self) -> None:
        """Forget every token: the next request with one is refused."""
        self._expires_at.clear()


def knows_client(authorization: str) -> bool:
    """Tell whether a Basic Authorization header names the one client there is."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        pair = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return scheme.lower() == "basic" and pair == f"{CLIENT_ID}:{CLIENT_SECRET}"
