"""Reproducible zips: the same files make the same bytes."""

import os
import zipfile

from tools.archive import tree, write_zip


def test_the_same_files_make_the_same_bytes(tmp_path):
    """Neither time nor order nor place is in the zip."""
    source = tmp_path / "a.py"
    source.write_text("a")
    write_zip(tmp_path / "1.zip", {"b": b"2", "a.py": source})
    os.utime(source, (1, 1))
    write_zip(tmp_path / "2.zip", {"a.py": source, "b": b"2"})
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()


def test_an_unchanged_zip_is_left_alone(tmp_path):
    """Its time tells others whether to act; only a change replaces it."""
    path = tmp_path / "deep" / "z.zip"
    assert write_zip(path, {"a": b"1"})
    os.utime(path, (1, 1))
    assert not write_zip(path, {"a": b"1"})
    assert path.stat().st_mtime == 1
    assert write_zip(path, {"a": b"2"})
    assert [entry.name for entry in path.parent.iterdir()] == ["z.zip"]


def test_a_program_stays_one(tmp_path):
    """The executable bit is kept."""
    program = tmp_path / "run"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    write_zip(tmp_path / "z.zip", {"run": program})
    with zipfile.ZipFile(tmp_path / "z.zip") as archive:
        assert archive.getinfo("run").external_attr >> 16 == 0o100755


def test_a_tree_has_its_package_at_the_root(tmp_path):
    """What Python wrote beside the sources stays behind."""
    package = tmp_path / "p"
    (package / "__pycache__").mkdir(parents=True)
    (package / "__pycache__" / "m.pyc").touch()
    (package / "m.py").touch()
    assert tree(package) == {"p/m.py": package / "m.py"}
