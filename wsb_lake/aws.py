"""AWS: the clients the lake works with, made once, and its errors in plain words."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)

from wsb_lake.errors import AccessError, LakeError, LakeMissingError
from wsb_lake.settings import LakeSettings

CONNECT_TIMEOUT_SECONDS = 5
READ_TIMEOUT_SECONDS = 60
READ_THREADS = 8
DELETE_LIMIT = 1000  # S3's limit of keys per DeleteObjects
Client = Any  # boto3's clients have no types
_MISSING_CODES = frozenset({"NoSuchBucket", "EntityNotFoundException", "ResourceNotFoundException"})


@dataclass(frozen=True)
class Aws:
    """One session's clients. Standard retries: 3 attempts with jittered back-off."""

    settings: LakeSettings

    @cached_property
    def session(self) -> Client:
        """Return the session, which finds credentials the SDK's own way."""
        return _session(self.settings.region)

    @cached_property
    def s3(self) -> Client:
        """Return the S3 client; path style where the endpoint is not AWS's own."""
        style = "path" if self.settings.endpoint_url else "auto"
        return self._client("s3", max_pool_connections=READ_THREADS, s3={"addressing_style": style})

    @cached_property
    def glue(self) -> Client:
        """Return the Glue client."""
        return self._client("glue")

    @cached_property
    def glue_once(self) -> Client:
        """Return a Glue client that never repeats a request by itself."""
        return self._client("glue", retries={"total_max_attempts": 1})

    @cached_property
    def dynamodb(self) -> Client:
        """Return the DynamoDB client."""
        return self._client("dynamodb")

    @cached_property
    def kinesis(self) -> Client:
        """Return the Kinesis client."""
        return self._client("kinesis")

    def file_properties(self) -> dict[str, str]:
        """Return what Arrow's S3 file system needs, in pyiceberg's words."""
        credentials = self.session.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        frozen = credentials.get_frozen_credentials()
        properties = {
            "s3.region": self.glue.meta.region_name,
            "s3.access-key-id": frozen.access_key,
            "s3.secret-access-key": frozen.secret_key,
            "s3.session-token": frozen.token,
            "s3.endpoint": self.settings.endpoint_url,
            "s3.force-virtual-addressing": "false" if self.settings.endpoint_url else None,
        }
        return {key: value for key, value in properties.items() if value is not None}

    def _client(self, service: str, **options: object) -> Client:
        config = Config(
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            read_timeout=READ_TIMEOUT_SECONDS,
            **{"retries": {"mode": "standard"}, **options},
        )
        return self.session.client(service, endpoint_url=self.settings.endpoint_url, config=config)


def delete_objects(s3: Client, bucket: str, keys: Sequence[str]) -> None:
    """Delete objects, many at a time; raises AccessError if any one stays."""
    for first in range(0, len(keys), DELETE_LIMIT):
        names = [{"Key": key} for key in keys[first : first + DELETE_LIMIT]]
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": names, "Quiet": True})
        for error in answer.get("Errors", ()):
            raise AccessError(
                f"S3 did not delete s3://{bucket}/{error['Key']}: {error['Message']}; the next run "
                "tries again"
            )


@lru_cache
def _session(region: str | None) -> Client:
    return boto3.Session(region_name=region)  # reading its service models takes a second


@contextmanager
def plain_words(settings: LakeSettings) -> Iterator[None]:
    """Turn the SDK's errors into sentences that say what to do."""
    try:
        yield
    except (NoCredentialsError, ProfileNotFound) as error:
        raise AccessError(
            "no AWS credentials were found: log in (`aws sso login`), or set AWS_PROFILE, or "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        ) from error
    except NoRegionError as error:
        raise AccessError("no AWS region is set: set AWS_REGION (region=, --region)") from error
    except EndpointConnectionError as error:
        where = settings.endpoint_url or "AWS"
        raise AccessError(
            f"{where} does not answer: check the network, and AWS_ENDPOINT_URL if it is set"
        ) from error
    except ClientError as error:
        raise _from_client_error(error, settings) from error
    except BotoCoreError as error:
        raise AccessError(f"AWS could not be asked: {error}") from error


def _from_client_error(error: ClientError, settings: LakeSettings) -> LakeError:
    code = error.response["Error"]["Code"]
    if code in _MISSING_CODES:
        return LakeMissingError(
            f"{error.operation_name} found nothing ({code}): is the lake deployed, and are bucket "
            f"{settings.bucket!r} and database {settings.database!r} its names?"
        )
    message = error.response["Error"].get("Message", "no reason given")
    return AccessError(f"AWS refused {error.operation_name}: {code}: {message}")
