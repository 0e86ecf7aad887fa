"""The program: its commands by name, loaded when they are called."""

from __future__ import annotations

from importlib import import_module
from keyword import iskeyword

import click

from tagledger import __version__
from tagledger.cli.ledger_options import ledger_option
from tagledger.cli.output import ReaderGone

COMMANDS = {
    "check": "Check every byte and row of the ledger; 1 where anything is wrong.",
    "diff": "Show what changed from one image to another.",
    "find": "Find where a digest was, or images by their steps and settings.",
    "history": "Tell what a tag was and when, and what changed each time.",
    "import": "Take pages, their git history or an OCI layout into the ledger.",
    "pull": "Copy an image into an OCI layout, every digest checked.",
    "raw": "Print the exact bytes of an index, a manifest or a config.",
    "record": "Observe images and write down what they are now.",
    "report": "Write the page of an image: Markdown, or JSON.",
    "show": "Show an image in the terminal.",
    "tags": "List the tags of a repository, newest version first.",
    "verify": "Prove pages, and re-hash everything in images.",
}
"""Every command with its first line of help: `--help` loads none of them. Each lives
in `cli/commands/` under its own name, with an underscore behind a word of Python's;
a test holds the lines to the commands' own."""

ADDRESSES = """\b
Addresses:
  python:3.8, ghcr.io/a/b@sha256:…     a registry (also docker://…)
  oci:DIR[:tag]                        an OCI layout
  oci-archive:FILE[:tag]               an OCI layout in a tar
  docker-archive:FILE[:ref]            what `docker save` wrote
  docker-daemon:NAME                   a Docker-compatible daemon
  report:FILE.md[:tag][@sha256:…]      a published page (report:- for stdin)
  ledger:REF                           what the ledger has of it (--at TIME: had)

\b
Exit codes: 0 done, 1 differs or contradicted, 2 usage, 3 not found, 4 refused,
5 unreachable, 6 invalid content, 130 interrupted."""


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

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's
        formatter: click.HelpFormatter,
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_Program,
    epilog=ADDRESSES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 90},
)
@click.version_option(
    __version__, prog_name="tagledger", message="%(prog)s %(version)s"
)
@ledger_option
def program(ledger: str | None) -> None:
    """State exactly what a container image was.

    Reads a container image from wherever it is and states what was published: every
    platform, layer, byte count and build step.
    """


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
