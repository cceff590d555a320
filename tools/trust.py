"""Trust: the machine's certificates as a Java key store.

A Java from PyPI brings its own list of authorities; behind a company's proxy it would refuse
what every other program of the machine trusts.
"""

import hashlib
import os
import ssl
import struct
from collections.abc import Mapping
from pathlib import Path

# Sun's JKS format, version 2, which every Java reads; the password only seals the file.
_HEAD = struct.Struct(">III")
_MAGIC = 0xFEEDFEED
_VERSION = 2
_TRUSTED_CERTIFICATE = 2
_PASSWORD = "changeit"  # noqa: S105 - every Java's default for its list of authorities
_WHITENER = b"Mighty Aphrodite"
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


def find_bundle(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the machine's bundle of authorities: SSL_CERT_FILE's, pip's, else OpenSSL's own."""
    named = (environment.get("SSL_CERT_FILE"), environment.get("PIP_CERT"))
    candidates = [*named, ssl.get_default_verify_paths().cafile]
    return next((Path(name) for name in candidates if name and Path(name).is_file()), None)


def certificates(bundle: str) -> list[bytes]:
    """Return the certificates of a PEM bundle, each once, as DER."""
    blocks = [block.partition(_END)[0] for block in bundle.split(_BEGIN)[1:]]
    return list(dict.fromkeys(ssl.PEM_cert_to_DER_cert(_BEGIN + b + _END) for b in blocks))


def key_store(authorities: list[bytes]) -> bytes:
    """Return a key store that trusts exactly these."""
    entries = (_entry(f"authority-{n}", der) for n, der in enumerate(authorities))
    body = _HEAD.pack(_MAGIC, _VERSION, len(authorities)) + b"".join(entries)
    sealed = _PASSWORD.encode("utf-16-be") + _WHITENER + body
    return body + hashlib.sha1(sealed, usedforsecurity=False).digest()


def _entry(alias: str, certificate: bytes) -> bytes:
    head = struct.pack(">I", _TRUSTED_CERTIFICATE) + _text(alias) + struct.pack(">Q", 0)
    return head + _text("X.509") + struct.pack(">I", len(certificate)) + certificate


def _text(value: str) -> bytes:
    return struct.pack(">H", len(value)) + value.encode("ascii")
