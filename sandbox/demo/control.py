"""ControlClient: the demo's own view of the two servers, through their `/_sandbox/` pages."""

from dataclasses import dataclass, field
from typing import Any

import requests

TIMEOUT_SECONDS = 60


@dataclass(slots=True)
class ControlClient:
    """The control API of one server; blocks for at most a minute a call."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, page: str) -> dict[str, Any]:
        """Return a page as JSON; raises requests.RequestException."""
        return self._ask("GET", page, None)

    def post(self, page: str, **values: str | float) -> dict[str, Any]:
        """Send JSON to a page and return its answer; raises requests.RequestException."""
        return self._ask("POST", page, values)

    def _ask(self, method: str, page: str, body: dict[str, Any] | None) -> dict[str, Any]:
        answer = self.session.request(
            method, f"{self.url}/_sandbox/{page}", json=body, timeout=TIMEOUT_SECONDS
        )
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found
