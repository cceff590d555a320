"""What pip was told about indexes and certificates, uv is told too."""

import ssl
from types import SimpleNamespace

import pytest

from tools.uv import uv_environment

LISTING = """\
:env:.find-links='/wheels /more'
:env:.index-url='https://environment.example/simple'
global.cert='/etc/none.pem'
global.index-url='https://global.example/simple'
global.timeout='60'
install.extra-index-url="https://a\\nhttps://b"
install.index-url="https://install.example/simple"
"""


@pytest.fixture(autouse=True)
def no_certificates(monkeypatch):
    """A machine whose certificates uv does not know."""
    none = SimpleNamespace(cafile=None)
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: none)
    monkeypatch.setattr("sys.platform", "linux")


def test_each_setting_has_its_variable():
    """In uv's spelling; pip's variables override its files, and a bundle that has gone is none."""
    assert uv_environment(LISTING, {}) == {
        "UV_DEFAULT_INDEX": "https://environment.example/simple",
        "UV_FIND_LINKS": "/wheels,/more",
        "UV_INDEX": "https://a https://b",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


def test_what_a_person_told_uv_stays():
    """A variable of uv's own is stronger than pip's setting."""
    own = {"UV_DEFAULT_INDEX": "https://own", "UV_INDEX_STRATEGY": "first-index"}
    assert uv_environment("global.index-url='https://pip'\n", own) == own


def test_the_machines_certificates_are_trusted(monkeypatch, tmp_path):
    """Those that pip was told, and the system's."""
    bundle = tmp_path / "ca.pem"
    bundle.touch()
    there = SimpleNamespace(cafile=str(bundle))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: there)
    told = uv_environment(f"global.cert='{bundle}'\n", {})
    assert (told["SSL_CERT_FILE"], told["UV_SYSTEM_CERTS"]) == (str(bundle), "1")
