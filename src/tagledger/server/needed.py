"""What serving needs beyond what is installed with the program."""

from __future__ import annotations

from tagledger.errors import NotSupported

REMEDY = "pip install 'tagledger[server]'"


def not_installed(problem: ImportError) -> NotSupported:
    """The error for a module that is not there."""
    said = f"to serve, {problem.name} is needed, which is not installed here"
    return NotSupported(said, hint=REMEDY)
