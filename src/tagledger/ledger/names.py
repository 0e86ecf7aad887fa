"""References as rows: a repository, and a tag in it or what stands for one."""

from __future__ import annotations

from tagledger.ledger.keys import bounded, storable
from tagledger.model.digest import Digest
from tagledger.model.reference import DOCKER_HUB, Reference


def repository_name(reference: Reference) -> str:
    """Registry and path; the registry is empty for what a layout calls its images."""
    return bounded(f"{reference.domain}/{reference.path}")


def tag_name(reference: Reference) -> str:
    """What the row is called: the tag, or ``@sha256:…`` where there is none."""
    if reference.tag is not None:
        return bounded(reference.tag)
    return f"@{reference.digest}" if reference.digest is not None else ""


def reference_of(repository: str, name: str) -> Reference:
    """The reference that was written as these two."""
    domain, _, path = repository.partition("/")
    if name.startswith("@"):
        return Reference(domain, path, None, Digest(name[1:]))
    return Reference(domain, path, name or None)


def repository_patterns(pattern: str) -> tuple[str, str, str, str]:
    r"""The ways in which a row may match what a person wrote, as LIKE has it.

    ``*`` and ``?`` stand for any text and any character; ``\\`` escapes.
    """
    escaped = storable(pattern)
    for special in "\\%_":
        escaped = escaped.replace(special, f"\\{special}")
    like = escaped.replace("*", "%").replace("?", "_")
    return (
        like,
        f"/{like}",
        f"{DOCKER_HUB}/{like}",
        f"{DOCKER_HUB}/library/{like}",
    )
