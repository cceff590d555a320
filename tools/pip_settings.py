"""Pip settings: what a person told pip about indexes and certificates, told to uv as well.

uv reads none of pip's files and variables; behind a company's mirror or proxy it would fail
where pip works.
"""

from __future__ import annotations

import ast
import ssl
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# later ones override earlier ones, as in pip
SECTIONS = ("global", "install", ":env:")


def read_pip_settings(python: Path) -> dict[str, str]:
    """Return pip's settings by name, as that interpreter's pip merges its files and variables."""
    done = subprocess.run(
        [python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    return parse_pip_settings(done.stdout)


def parse_pip_settings(listing: str) -> dict[str, str]:
    """Return the settings that `pip config list` printed, by name without the section."""
    sections: dict[str, dict[str, str]] = {}
    for line in listing.splitlines():
        key, equals, value = line.partition("=")
        section, dot, name = key.rpartition(".")
        if equals and dot:
            sections.setdefault(section, {})[name] = str(ast.literal_eval(value))
    merged: dict[str, str] = {}
    for section in SECTIONS:
        merged.update(sections.get(section, {}))
    return merged


def uv_environment(pip: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for uv: the given one, completed; what is already set stays."""
    wanted: dict[str, str] = {}
    if "index-url" in pip:
        wanted["UV_DEFAULT_INDEX"] = pip["index-url"]
    if "extra-index-url" in pip:
        wanted["UV_INDEX"] = " ".join(pip["extra-index-url"].split())
        wanted["UV_INDEX_STRATEGY"] = "unsafe-best-match"  # pip's; hashes make it safe
    if pip.get("no-index", "").lower() in {"1", "true", "yes", "on"}:
        wanted["UV_NO_INDEX"] = "1"
    if "find-links" in pip:
        wanted["UV_FIND_LINKS"] = ",".join(pip["find-links"].split())
    if "trusted-host" in pip:
        wanted["UV_INSECURE_HOST"] = " ".join(pip["trusted-host"].split())
    if "proxy" in pip:
        wanted["HTTPS_PROXY"] = pip["proxy"]
    if Path(pip.get("cert", "")).is_file():
        wanted["SSL_CERT_FILE"] = pip["cert"]
    elif has_system_certificates():
        wanted["UV_SYSTEM_CERTS"] = "1"
    return {**wanted, **environment}


def has_system_certificates() -> bool:
    """Return whether the machine has certificates of its own for uv to trust."""
    return sys.platform == "darwin" or ssl.get_default_verify_paths().cafile is not None
