"""Tags given to CreateStream.

moto 5.2.5 forgets them, so every plan of Terraform would add them again.
"""

from typing import Any

from moto.kinesis.responses import KinesisResponse

from sandbox.aws.patching import Patching


def keep_tags_of_new_streams(patching: Patching) -> None:
    """Tag a stream as it is created."""
    patching.wrap(KinesisResponse, "create_stream", _create_stream)


def _create_stream(original: Any, response: KinesisResponse) -> Any:
    answer = original(response)
    tags = response._get_param("Tags")
    if tags:
        name = response._get_param("StreamName")
        response.kinesis_backend.add_tags_to_stream(None, name, dict(tags))
    return answer
