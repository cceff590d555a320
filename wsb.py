"""The `wsb` command: one name for what each package offers."""

from __future__ import annotations

import importlib

import click

# Imported only when called: an EC2 producer has no lake libraries, a reader no sandbox.
COMMANDS = {
    "produce": "producer.cli:produce",
    "check": "producer.cli:check",
    "lake": "wsb_lake.cli:lake",
    "sandbox": "sandbox.cli:sandbox",
}


class LazyCommands(click.Group):
    """A group whose commands live in packages that need not all be installed.

    Wherever a library lacks, on import or in the command, one sentence says what installs it.
    """

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names, without importing anything."""
        return sorted(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        try:
            command = getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as error:
            raise _lacking(cmd_name, error) from error
        if not isinstance(command, click.Command):
            raise TypeError(COMMANDS[cmd_name])
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            raise _lacking(str(ctx.invoked_subcommand), error) from error


def _lacking(command: str, error: ModuleNotFoundError) -> click.ClickException:
    extra = "reader" if command == "lake" else "sandbox"
    return click.ClickException(
        f"`wsb {command}` needs {error.name}: pip install 'wsb-stream[{extra}]'"
    )


@click.command(cls=LazyCommands)
@click.version_option(package_name="wsb-stream")
def main() -> None:
    """r/wallstreetbets into a data lake, with the scores its comments really end up with."""


if __name__ == "__main__":
    main(prog_name="wsb")
