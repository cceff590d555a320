import pytest

from sandbox.aws.firehose.destination import NotHonoured, destination_of

PLAIN = {"BucketARN": "arn:aws:s3:::lake"}


def processing(kind, **parameters):
    given = [{"ParameterName": k, "ParameterValue": v} for k, v in parameters.items()]
    return {
        "ProcessingConfiguration": {
            "Enabled": True,
            "Processors": [{"Type": kind, "Parameters": given}],
        }
    }


def test_defaults_are_firehoses():
    """5 MB, 300 s, neither compression nor delimiter."""
    destination = destination_of(PLAIN)
    assert destination.bucket == "lake"
    assert destination.limit_bytes == 5 * 1024 * 1024
    assert destination.interval_seconds == 300
    assert not destination.compressed
    assert (destination.delimiter, destination.extension) == (b"", "")


@pytest.mark.parametrize("literal", ["\\n", "\n"])
def test_the_delimiter_of_the_documentation_is_a_newline(literal):
    """Firehose wants the two characters backslash and n."""
    settings = processing("AppendDelimiterToRecord", Delimiter=literal)
    assert destination_of({**PLAIN, **settings}).delimiter == b"\n"


def test_a_processor_that_is_off_does_nothing():
    """Enabled says so."""
    settings = processing("Lambda", LambdaArn="arn:aws:lambda:::function:f")
    settings["ProcessingConfiguration"]["Enabled"] = False
    assert destination_of({**PLAIN, **settings}).delimiter == b""


@pytest.mark.parametrize(
    "settings",
    [
        processing("Lambda", LambdaArn="arn:aws:lambda:::function:f"),
        processing("MetadataExtraction"),
        {"CompressionFormat": "Snappy"},
        {"DataFormatConversionConfiguration": {"Enabled": True}},
        {"DynamicPartitioningConfiguration": {"Enabled": True}},
        {"S3BackupMode": "Enabled"},
        {"CustomTimeZone": "America/New_York"},
    ],
)
def test_what_would_silently_not_happen_is_refused(settings):
    """A setting that is not honoured is an error when the stream is made."""
    with pytest.raises(NotHonoured, match="sandbox's Firehose"):
        destination_of({**PLAIN, **settings})
