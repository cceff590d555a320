"""Archive: zips that are the same bytes whenever and wherever they are made from the same files."""

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say
_FILE_MODE = 0o100644
_EXECUTABLE_MODE = 0o100755
_UNIX = 3


def write_zip(path: Path, members: Mapping[str, Path]) -> None:
    """Write the members, by their name in the zip.

    The file appears at once, whole: nobody reads half of it. A file's executable bit is kept,
    its times and owner are not. Jars and zips are stored as they are, the rest is deflated.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(draft, "w") as archive:
            for name, source in sorted(members.items()):
                info = zipfile.ZipInfo(name, _EPOCH)
                info.create_system = _UNIX
                mode = _EXECUTABLE_MODE if os.access(source, os.X_OK) else _FILE_MODE
                info.external_attr = mode << 16
                packed = name.endswith((".jar", ".zip"))
                info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
                archive.writestr(info, source.read_bytes())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def tree(folder: Path, pattern: str = "**/*") -> dict[str, Path]:
    """Return a package's files by their name in a zip that has the package at its root."""
    return {
        file.relative_to(folder.parent).as_posix(): file
        for file in folder.glob(pattern)
        if file.is_file() and "__pycache__" not in file.parts
    }
