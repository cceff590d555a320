"""What pip was told about indexes and certificates, uv is told too."""

import pytest

from tools import pip_settings
from tools.pip_settings import parse_pip_settings, uv_environment

LISTING = """\
:env:.find-links='/wheels /more'
global.cert='/etc/ca.pem'
global.index-url='https://global.example/simple'
install.index-url="https://install.example/simple"
"""


def test_the_environment_beats_install_beats_global():
    """As in pip itself."""
    assert parse_pip_settings(LISTING) == {
        "cert": "/etc/ca.pem",
        "index-url": "https://install.example/simple",
        "find-links": "/wheels /more",
    }


def test_no_settings_are_no_settings():
    """A machine without any configuration."""
    assert parse_pip_settings("") == {}


@pytest.mark.parametrize(
    ("pip", "expected"),
    [
        ({"index-url": "https://a"}, {"UV_DEFAULT_INDEX": "https://a"}),
        ({"find-links": "/a /b"}, {"UV_FIND_LINKS": "/a,/b"}),
        ({"no-index": "true"}, {"UV_NO_INDEX": "1"}),
        ({"no-index": "false"}, {}),
        ({"trusted-host": "a\nb"}, {"UV_INSECURE_HOST": "a b"}),
        ({"proxy": "http://p"}, {"HTTPS_PROXY": "http://p"}),
        (
            {"extra-index-url": "https://a\nhttps://b"},
            {"UV_INDEX": "https://a https://b", "UV_INDEX_STRATEGY": "unsafe-best-match"},
        ),
    ],
)
def test_each_setting_has_its_variable(monkeypatch, pip, expected):
    """In uv's spelling."""
    monkeypatch.setattr(pip_settings, "has_system_certificates", lambda: False)
    assert uv_environment(pip, {}) == expected


def test_what_a_person_told_uv_stays(monkeypatch):
    """A variable of uv's own is stronger than pip's setting."""
    monkeypatch.setattr(pip_settings, "has_system_certificates", lambda: True)
    own = {"UV_DEFAULT_INDEX": "https://own", "UV_SYSTEM_CERTS": "0"}
    assert uv_environment({"index-url": "https://pip"}, own) == own


def test_pips_certificates_are_used_only_if_they_are_there(monkeypatch, tmp_path):
    """A named file that has gone gives way to the machine's own certificates."""
    monkeypatch.setattr(pip_settings, "has_system_certificates", lambda: True)
    bundle = tmp_path / "ca.pem"
    assert uv_environment({"cert": str(bundle)}, {}) == {"UV_SYSTEM_CERTS": "1"}
    bundle.touch()
    assert uv_environment({"cert": str(bundle)}, {}) == {"SSL_CERT_FILE": str(bundle)}
