"""The producer: reads a subreddit by Reddit's API and writes observations to Kinesis."""

from typing import Any


def lambda_handler(event: object, context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's
    """Produce until 5 s before the time-out; the handler of a function invoked every minute.

    Returns `{"produced": bool}`: False while there are no credentials, or another producer works.
    """
    # the package is imported for far smaller things than this
    from producer.aws_lambda import handle  # noqa: PLC0415

    return handle(event, context)
