"""How a fact is known. The four are never mixed up on any screen or in any JSON."""

from __future__ import annotations

from enum import StrEnum


class Evidence(StrEnum):
    """How we know a fact, strongest first."""

    READ = "read"
    """The bytes were seen here and hash to the digest."""

    PROVEN = "proven"
    """The bytes were rebuilt from a report and hash to the published digest."""

    REPORTED = "reported"
    """Somebody's page said so."""

    CONTRADICTED = "contradicted"
    """Two statements, or a statement and bytes held, exclude each other."""
