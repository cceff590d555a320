"""UserData: the variables that a launch template exports before its bootstrap script."""

import base64
import gzip
import shlex

_GZIP = b"\x1f\x8b"


def exports_of(user_data: str) -> dict[str, str]:
    """Return the `export NAME=value` lines at the head of base64 user data.

    The head ends with the first line that is neither one, nor a comment, nor empty.
    """
    raw = base64.b64decode(user_data)
    text = (gzip.decompress(raw) if raw.startswith(_GZIP) else raw).decode()
    exports: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        words = shlex.split(line, comments=True)
        if words[:1] != ["export"]:
            break
        for word in words[1:]:
            name, _, value = word.partition("=")
            exports[name] = value
    return exports
