"""The `wsb` command: one name for what each package offers."""

from __future__ import annotations

import importlib

import click

# Where each command lives and its help line. Only the chosen one is imported: a producer's
# instance has no lake libraries, a reader has no sandbox.
COMMANDS = {
    "check": ("producer.cli:check", "Say what is missing or wrong before `wsb produce` starts."),
    "lake": ("wsb_lake.cli:lake", "Read the lake, and look after it."),
    "produce": ("producer.cli:produce", "Read the subreddit and write observations to Kinesis."),
    "sandbox": ("sandbox.cli:sandbox", "Run the whole system on this machine, without an account."),
    "simulate": ("sandbox.simulate.cli:simulate", "Say what is found and missed at which quota."),
}
INSTALL = {
    "lake": "run `pip install '.[reader]'` there ('.[lake]' for `wsb lake settle` and the like)",
    "sandbox": "run `make setup` there, then `.venv/bin/wsb sandbox`",
    "simulate": "run `make setup` there, then `.venv/bin/wsb simulate`",
}


class LazyCommands(click.Group):
    """A group whose commands live in packages that need not all be installed.

    Where a library is missing, on import or in the command, one sentence says what installs it.
    """

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names."""
        return list(COMMANDS)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help lines, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name][0].split(":")
        try:
            command: click.Command = getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as error:
            raise _missing(cmd_name, error) from error
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            raise _missing(str(ctx.invoked_subcommand), error) from error


def _missing(command: str, error: ModuleNotFoundError) -> click.ClickException:
    install = INSTALL.get(command, "run `pip install .` there")
    return click.ClickException(
        f"`wsb {command}` needs {error.name}, which is not installed here; "
        f"get a checkout of WSB Stream and {install}"
    )


@click.command(cls=LazyCommands)
@click.version_option(package_name="wsb-stream")
def main() -> None:
    """r/wallstreetbets into a data lake, with the scores its comments really end up with."""


if __name__ == "__main__":
    main(prog_name="wsb")
