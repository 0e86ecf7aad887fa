"""What the program says of itself, and says at once: nothing is loaded for it."""

from __future__ import annotations

from collections.abc import Sequence

from tagledger import __version__

COMMANDS = {
    "backup": "Write all that the ledger holds into a new file, while it is in use.",
    "check": "Check every byte and row of the ledger; 1 where anything is wrong.",
    "diff": "Show what changed from one image to another.",
    "export": "Write the ledger's pages as a tree of files that can be committed.",
    "find": "Find where a digest was, or images by their steps and settings.",
    "history": "Tell what a tag was and when, and what changed each time.",
    "import": "Take pages, their git history or an OCI layout into the ledger.",
    "pull": "Copy an image into an OCI layout, every digest checked.",
    "raw": "Print the exact bytes of an index, a manifest or a config.",
    "record": "Observe images and write down what they are now.",
    "report": "Write the page of an image: Markdown, or JSON.",
    "restore": "Fill a new or empty ledger with what a backup holds.",
    "serve": "Serve the ledger: pages, an API, feeds, and a registry of the past.",
    "show": "Show an image in the terminal.",
    "sizes": "Show how a tag's images grew, or those of all tags of a repository.",
    "stats": "Show the figures of the ledger: what it holds, who told it, and when.",
    "tags": "List the tags of a repository, newest version first.",
    "verify": "Prove pages, and re-hash everything in images.",
}
"""Every command with its first line of help. Each lives in `cli/commands/` under its
own name, with an underscore behind a word of Python's; a test holds the lines to the
commands' own."""

VERSION_LINE = f"tagledger {__version__}"

_LISTED = "\n".join(f"  {name:<7}  {line}" for name, line in COMMANDS.items())

HELP = f"""\
Usage: tagledger [OPTIONS] COMMAND [ARGS]...

  State exactly what a container image was.

  Reads a container image from wherever it is and states what was published:
  every platform, layer, byte count and build step.

Options:
  --ledger PATH  The ledger: a file, or postgresql://… for one that is shared.
                 [default: TAGLEDGER_LEDGER, else the user's own]
  --version      Show the version and exit.
  -h, --help     Show this message and exit.

Commands:
{_LISTED}

Addresses:
  python:3.8, ghcr.io/a/b@sha256:…     a registry (also docker://…)
  oci:DIR[:tag]                        an OCI layout
  oci-archive:FILE[:tag]               an OCI layout in a tar
  docker-archive:FILE[:ref]            what `docker save` wrote
  docker-daemon:NAME                   a Docker-compatible daemon
  report:FILE.md[:tag][@sha256:…]      a published page (report:- for stdin)
  ledger:REF                           what the ledger has of it (--at TIME: had)

Exit codes: 0 done, 1 differs or contradicted, 2 usage, 3 not found, 4 refused,
5 unreachable, 6 invalid content, 130 interrupted."""
"""The whole of `--help`, 80 columns wide."""

_SAID = {"--help": HELP, "-h": HELP, "--version": VERSION_LINE}


def said_at_once(arguments: Sequence[str]) -> str | None:
    """The answer to a question about the program itself; None for everything else."""
    return _SAID.get(arguments[0]) if len(arguments) == 1 else None
