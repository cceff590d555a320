"""Options: where the lake is, as every command of `wsb lake` takes it."""

import os
from collections.abc import Callable, Mapping
from typing import Any

import click

from wsb_lake import settings

OPTIONS = {
    settings.FOLDER: ("--local", "Folder that a lake was saved or exported to; needs no AWS."),
    settings.DATABASE: ("--database", "The lake's Glue database."),
    settings.BUCKET: ("--bucket", "The lake's bucket."),
    settings.STATE_TABLE: ("--state-table", "DynamoDB table of the lake job's lock."),
    settings.REGION: ("--region", "AWS region."),
    settings.ENDPOINT: ("--endpoint-url", "Another server than AWS, such as the sandbox."),
}


def options_but(excluded: str) -> Callable[[Any], Any]:
    """Return a decorator that gives a command all options but one, named by their variables."""

    def decorate(command: Any) -> Any:  # noqa: ANN401 - click's decorators
        for variable, (flag, text) in reversed(OPTIONS.items()):
            if variable != excluded:
                command = click.option(flag, variable, help=f"{text} [env: {variable}]")(command)
        return command

    return decorate


def with_environment(given: Mapping[str, str | None]) -> dict[str, str]:
    """Return the environment with what was given on the command line in its place."""
    return {**os.environ, **{name: value for name, value in given.items() if value is not None}}
