"""AWS: clients whose retries are ours, and their failures as the error tree."""

from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
from botocore import exceptions
from botocore.config import Config
from botocore.parsers import ResponseParserError

from producer.errors import AwsError, AwsUnavailableError

CONNECT_TIMEOUT_SECONDS = 5
READ_TIMEOUT_SECONDS = 15
SERVER_ERROR = 500
RETRYABLE_CODES = frozenset(
    {
        "ExpiredToken",  # the SDK fetches the next credentials of the role by itself
        "ExpiredTokenException",
        "InternalFailure",
        "InternalServerError",
        "KMSThrottlingException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestExpired",  # its signature, and so that below: a clock is being set right
        "RequestLimitExceeded",
        "RequestTimeTooSkewed",
        "RequestTimeout",
        "ServiceUnavailable",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TransactionConflictException",
    }
)
SKEWED = ("Signature expired", "not yet current")  # in an InvalidSignatureException's message
ADVICE = {
    "AccessDeniedException": "allow it in the role's policy",
    "ResourceNotFoundException": "it does not exist: apply Terraform, or fix its name or region",
    "UnrecognizedClientException": "AWS does not know these credentials",
}


def make_client(
    service: str,
    region: str,
    *,
    connect_seconds: float = CONNECT_TIMEOUT_SECONDS,
    read_seconds: float = READ_TIMEOUT_SECONDS,
    validates: bool = True,
) -> Any:  # noqa: ANN401 - boto3 has no types
    """Return a boto3 client that never retries by itself.

    `validates`: it looks at every parameter before a call, a third of the work of a large one.
    """
    config = Config(
        connect_timeout=connect_seconds,
        read_timeout=read_seconds,
        parameter_validation=validates,
        retries={"total_max_attempts": 1, "mode": "standard"},
    )
    return boto3.client(service, region_name=region, config=config)


@contextmanager
def translated(what: str, *, passing: Container[str] = ()) -> Iterator[None]:
    """Raise AwsUnavailableError or AwsError, naming `what`, for whatever boto3 raises.

    Errors with a code in `passing` are left as they are.
    """
    try:
        yield
    except exceptions.ClientError as error:
        code = error.response["Error"]["Code"]
        if code in passing:
            raise
        if is_retryable(error.response):
            raise AwsUnavailableError(f"{what}: {code}") from error
        advice = ADVICE.get(code, error.response["Error"].get("Message", ""))
        raise AwsError(f"{what}: {code}: {advice}") from error
    except exceptions.NoCredentialsError as error:
        raise AwsError(f"{what}: no AWS credentials: set them or use a role") from error
    except (exceptions.CredentialRetrievalError, ResponseParserError) as error:
        # the machine's metadata service, or something between us and AWS, has a bad moment
        raise AwsUnavailableError(f"{what}: {type(error).__name__}") from error
    except exceptions.NoRegionError as error:
        raise AwsError(f"{what}: set AWS_REGION") from error
    except (exceptions.ConnectionError, exceptions.HTTPClientError) as error:
        raise AwsUnavailableError(f"{what}: AWS cannot be reached: {error}") from error
    except exceptions.BotoCoreError as error:
        raise AwsError(f"{what}: {error}") from error


def is_retryable(response: Mapping[str, Any]) -> bool:
    """Tell whether the same call may succeed later."""
    code = response["Error"]["Code"]
    if code == "InvalidSignatureException":
        return any(each in response["Error"].get("Message", "") for each in SKEWED)
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return code in RETRYABLE_CODES or status >= SERVER_ERROR
