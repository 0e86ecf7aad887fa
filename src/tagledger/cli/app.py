"""The program: its commands by name, loaded when they are called."""

from __future__ import annotations

from importlib import import_module
from keyword import iskeyword

import click

from tagledger.cli.help_text import COMMANDS, HELP, VERSION_LINE
from tagledger.cli.ledger_options import ledger_option
from tagledger.cli.output import ReaderGone


class _Program(click.Group):
    """A group whose commands are imported only when they run."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        file = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        module = import_module(f"tagledger.cli.commands.{file}")
        command: click.Command = module.command
        return command

    def get_help(self, ctx: click.Context) -> str:  # noqa: ARG002 - click's
        return HELP


@click.group(
    cls=_Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 90},
)
@click.version_option(message=VERSION_LINE)
@ledger_option
def program(ledger: str | None) -> None:
    """State exactly what a container image was."""


def run(arguments: list[str] | None = None) -> int:
    """Run the program; the exit code. Errors become words on stderr."""
    try:
        code = program.main(arguments, prog_name="tagledger", standalone_mode=False)
    except click.ClickException as exc:
        exc.show()
        return exc.exit_code
    except (click.Abort, KeyboardInterrupt):
        from tagledger.cli.exit_codes import INTERRUPTED

        click.echo("tagledger: interrupted", err=True)
        return INTERRUPTED
    except ReaderGone:
        return 0
    except Exception as exc:
        from tagledger.cli.failures import tell

        code = tell(exc)
        if code is None:
            raise
    return code if isinstance(code, int) else 0
