import pytest

from sandbox.aws.packages import BadPackage, unpack
from tests.support.packages import zip_of


def test_a_package_is_unpacked_once(tmp_path):
    """The same bytes give the same folder."""
    package = zip_of({"a": "1"})
    folder = unpack(package, tmp_path)
    assert (folder / "a").read_text() == "1"
    assert unpack(package, tmp_path) == folder
    assert unpack(zip_of({"a": "2"}), tmp_path) != folder


def test_what_is_no_zip_is_refused(tmp_path):
    """And leaves nothing that a second try would take for the package."""
    for _ in range(2):
        with pytest.raises(BadPackage, match="not a zip file"):
            unpack(b"text", tmp_path)
