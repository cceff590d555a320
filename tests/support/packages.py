"""Zip files such as a user uploads."""

import io
import zipfile


def zip_of(files):
    """Return a zip file of these texts by path."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return buffer.getvalue()
