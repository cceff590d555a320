"""A Java that Flink supports is used where there is one; else it is installed once."""

import shutil
import subprocess

import pytest

from tests.conftest import need
from tools import java
from tools.java import find_java, supported_home
from tools.trust import certificates, find_bundle, key_store


def fake_java(home, version):
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(
        f"#!/bin/sh\necho '    java.home = {home}' >&2\n"
        f"echo '    java.specification.version = {version}' >&2\n"
    )
    program.chmod(0o755)
    return program


@pytest.fixture(autouse=True)
def no_java(monkeypatch, tmp_path):
    """A machine without Java, and a sign where one would be installed."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(java, "installed_java", lambda: "installed")


@pytest.mark.parametrize("named", ["JAVA_HOME", "PATH"])
@pytest.mark.parametrize("version", ["11", "17"])
def test_a_java_that_flink_supports_is_used_by_its_real_home(monkeypatch, tmp_path, named, version):
    """JAVA_HOME's, or the PATH's by what it says of itself, not by where its link lies."""
    program = fake_java(tmp_path / "jdk", version)
    monkeypatch.setenv(named, str(program.parent if named == "PATH" else tmp_path / "jdk"))
    assert find_java() == tmp_path / "jdk"


@pytest.mark.parametrize("version", [None, "1.8", "21", "25", "unknown"])
def test_else_one_is_installed(monkeypatch, tmp_path, version):
    """Without any, or beside one that is too old, too new, or silent."""
    if version:
        fake_java(tmp_path / "jdk", version)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk"))
    assert find_java() == "installed"


def test_a_stub_that_is_no_java_is_not_used(tmp_path):
    """On macOS there is one that only says where to download Java."""
    stub = fake_java(tmp_path, "17")
    assert supported_home(stub) == tmp_path
    stub.write_text(stub.read_text() + "exit 1\n")
    assert supported_home(stub) is None


def test_java_reads_the_key_store_that_we_write(monkeypatch, tmp_path):
    """Every certificate of the machine is an entry of it."""
    monkeypatch.undo()
    keytool = shutil.which("keytool")
    need(keytool, "no keytool: install a JDK")
    bundle = find_bundle()
    need(bundle, "this machine has no bundle of certificates")
    authorities = certificates(bundle.read_text(encoding="utf-8"))
    store = tmp_path / "cacerts"
    store.write_bytes(key_store(authorities))
    listed = subprocess.run(
        [keytool, "-list", "-keystore", store, "-storepass", "changeit"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert listed.stdout.count("trustedCertEntry") == len(authorities) > 0
