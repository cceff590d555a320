"""Destination: the settings of a delivery stream that this emulator honours."""

from dataclasses import dataclass
from typing import Any

from sandbox.aws.firehose import prefix as prefixes

MEGABYTE = 1024 * 1024
_EXTENSIONS = {"UNCOMPRESSED": "", "GZIP": ".gz"}
_DELIMITERS = {"\\n": b"\n", "\n": b"\n"}
_DEFAULT_SIZE_MB = 5
_DEFAULT_INTERVAL_SECONDS = 300


class NotHonoured(ValueError):  # noqa: N818 - a refusal, not a mistake in our code
    """The stream asks for something that the sandbox would silently not do."""


@dataclass(frozen=True)
class Destination:
    """Where a stream's objects go, and in what form."""

    bucket: str
    prefix: str
    limit_bytes: int
    interval_seconds: float
    compressed: bool
    delimiter: bytes
    extension: str
    kms_key: str | None


def destination_of(configuration: dict[str, Any]) -> Destination:
    """Read an ExtendedS3 configuration; raises NotHonoured or PrefixError with one sentence."""
    hints = configuration.get("BufferingHints") or {}
    compression = configuration.get("CompressionFormat") or "UNCOMPRESSED"
    _refuse_what_is_not_honoured(configuration, compression)
    prefix = configuration.get("Prefix") or ""
    prefixes.check(prefix, configuration.get("ErrorOutputPrefix") or "")
    kms = (configuration.get("EncryptionConfiguration") or {}).get("KMSEncryptionConfig") or {}
    return Destination(
        bucket=configuration["BucketARN"].rsplit(":", 1)[-1],
        prefix=prefix,
        limit_bytes=int(hints.get("SizeInMBs") or _DEFAULT_SIZE_MB) * MEGABYTE,
        interval_seconds=float(hints.get("IntervalInSeconds", _DEFAULT_INTERVAL_SECONDS)),
        compressed=compression == "GZIP",
        delimiter=_delimiter(configuration.get("ProcessingConfiguration") or {}),
        extension=configuration.get("FileExtension") or _EXTENSIONS[compression],
        kms_key=kms.get("AWSKMSKeyARN"),
    )


def _refuse_what_is_not_honoured(configuration: dict[str, Any], compression: str) -> None:
    def enabled(section: str) -> bool:
        return bool((configuration.get(section) or {}).get("Enabled"))

    backup = configuration.get("S3BackupMode") or "Disabled"
    zone = configuration.get("CustomTimeZone") or "UTC"
    refusals = {
        f"compression {compression}": compression not in _EXTENSIONS,
        "format conversion": enabled("DataFormatConversionConfiguration"),
        "dynamic partitioning": enabled("DynamicPartitioningConfiguration"),
        "S3 backup": backup != "Disabled",
        f"the time zone {zone}": zone != "UTC",
    }
    for what, wanted in refusals.items():
        if wanted:
            raise NotHonoured(f"The sandbox's Firehose does not do {what}: configure it without.")


def _delimiter(processing: dict[str, Any]) -> bytes:
    if not processing.get("Enabled"):
        return b""
    delimiter = b""
    for processor in processing.get("Processors") or []:
        kind = processor["Type"]
        if kind != "AppendDelimiterToRecord":
            raise NotHonoured(
                f"The sandbox's Firehose has no {kind} processor: it only appends delimiters."
            )
        values = {
            p["ParameterName"]: p["ParameterValue"] for p in processor.get("Parameters") or []
        }
        literal = values.get("Delimiter", "\\n")
        delimiter = _DELIMITERS.get(literal, literal.encode())
    return delimiter
