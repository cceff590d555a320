"""Which of AWS's errors pass by themselves."""

import pytest

from producer.aws import translated
from producer.errors import AwsError, AwsUnavailableError
from tests.support.producer_fakes import client_error


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("ThrottlingException", ""),
        ("ExpiredTokenException", ""),
        ("RequestExpired", ""),
        ("RequestTimeTooSkewed", ""),
        ("InvalidSignatureException", "Signature expired: 20210128T100000Z is now earlier than"),
        ("InvalidSignatureException", "Signature not yet current: 20210128T100000Z is still later"),
    ],
)
def test_what_passes_by_itself_is_tried_again(code, message):
    """A clock that was set right a moment ago is no reason for a person to come."""
    with pytest.raises(AwsUnavailableError, match=code), translated("DynamoDB"):
        raise client_error(code, "PutItem", message=message)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("AccessDeniedException", ""),
        ("InvalidSignatureException", "The request signature we calculated does not match"),
        ("UnrecognizedClientException", ""),
    ],
)
def test_what_only_a_person_can_fix_is_said(code, message):
    with pytest.raises(AwsError) as raised, translated("DynamoDB"):
        raise client_error(code, "PutItem", message=message)
    assert type(raised.value) is AwsError
