"""Reproducible zips: the same files make the same bytes."""

import os
import zipfile

from tools.archive import tree, write_zip


def test_the_same_files_make_the_same_bytes(tmp_path):
    """Neither time nor order nor place is in the zip, and nothing is left beside it."""
    one, two = tmp_path / "a.py", tmp_path / "run"
    one.write_text("a")
    two.write_text("#!/bin/sh\n")
    two.chmod(0o755)
    write_zip(tmp_path / "zips" / "1.zip", {"run": two, "a.py": one})
    os.utime(one, (1, 1))
    write_zip(tmp_path / "zips" / "2.zip", {"a.py": one, "run": two})
    first, second = sorted((tmp_path / "zips").iterdir())
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:  # the executable bit is kept
        modes = {each.filename: each.external_attr >> 16 for each in archive.infolist()}
    assert modes == {"a.py": 0o100644, "run": 0o100755}


def test_a_tree_has_its_package_at_the_root(tmp_path):
    """What Python wrote beside the sources stays behind."""
    package = tmp_path / "p"
    (package / "__pycache__").mkdir(parents=True)
    (package / "__pycache__" / "m.pyc").touch()
    (package / "m.py").touch()
    assert tree(package) == {"p/m.py": package / "m.py"}
