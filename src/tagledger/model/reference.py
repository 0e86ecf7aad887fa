"""References as Docker reads them: ``python``, ``ghcr.io/a/b:1``, ``x@sha256:…``.

Grammar: distribution/reference. Familiar names: a first component without ``.`` or
``:`` that is not ``localhost`` belongs to Docker Hub, and a single component there to
``library/``.
"""

from __future__ import annotations

import re
from typing import Self

import msgspec

from tagledger.errors import MalformedDigest, MalformedReference
from tagledger.model.digest import Digest

DOCKER_HUB = "docker.io"
MAX_NAME_LENGTH = 255
"""Longest name that a registry takes (distribution/reference, NameTotalLengthMax)."""

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_DOMAIN = re.compile(
    rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]{{1,5}})?", re.ASCII
)
_COMPONENT = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*", re.ASCII)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", re.ASCII)
_BARE_HASH = re.compile(r"[a-f0-9]{64}", re.ASCII)


class Reference(msgspec.Struct, frozen=True):
    """What an image is called.

    `domain` is the registry (``docker.io``, ``localhost:5000``) or empty where the
    place is not a registry; `path` the repository in it; `tag` and `digest` may both
    be there, one of them, or neither. In a layout or an archive the tag is the free
    text of its ``org.opencontainers.image.ref.name``.
    """

    domain: str
    path: str
    tag: str | None = None
    digest: Digest | None = None

    @property
    def name(self) -> str:
        """Registry and repository: ``docker.io/library/python``."""
        return f"{self.domain}/{self.path}" if self.domain else self.path

    @property
    def familiar_name(self) -> str:
        """The name as people write it: ``python``."""
        if self.domain != DOCKER_HUB:
            return self.name
        short = self.path.removeprefix("library/")
        if "/" in short:
            # library/a/b is not a/b; and a.b/c alone would be on the registry a.b.
            first = self.path.partition("/")[0]
            return self.name if _is_registry(first) else self.path
        return self.path if _BARE_HASH.fullmatch(short) else short

    @property
    def familiar(self) -> str:
        """The whole reference as people write it: ``python:3.8@sha256:…``."""
        return self._joined(self.familiar_name)

    @property
    def title(self) -> str:
        """``name:tag``, or ``name@digest`` where there is no tag: a page's heading."""
        if self.tag is not None:
            return f"{self.familiar_name}:{self.tag}"
        return self.familiar

    def with_digest(self, digest: Digest | None) -> Self:
        """The same name, pinned to that digest."""
        return msgspec.structs.replace(self, digest=digest)

    def __str__(self) -> str:
        """The full form: ``docker.io/library/python:3.8``."""
        return self._joined(self.name)

    def _joined(self, name: str) -> str:
        tag = f":{self.tag}" if self.tag is not None else ""
        digest = f"@{self.digest}" if self.digest is not None else ""
        return f"{name}{tag}{digest}"


def parse_reference(text: str) -> Reference:
    """Read a reference; a missing tag and digest become the tag ``latest``.

    Raises `MalformedReference` naming the part that is wrong.
    """
    repository, tag, digest = _split(text)
    domain, path = _parse_name(text, repository)
    if tag is None and digest is None:
        tag = "latest"
    return Reference(domain, path, tag, digest)


def parse_repository(text: str) -> Reference:
    """Read the name of a repository, without tag or digest."""
    repository, tag, digest = _split(text)
    if tag is not None or digest is not None:
        raise MalformedReference(text, "a repository has no tag and no digest here")
    return Reference(*_parse_name(text, repository))


def parse_tag(text: str) -> str:
    """Check the grammar of a tag."""
    if not _TAG.fullmatch(text):
        raise MalformedReference(
            text[:200],
            "a tag is up to 128 letters, digits, '_', '.' and '-', "
            "not beginning with '.' or '-'",
        )
    return text


def is_registry_name(text: str) -> bool:
    """Whether this could be the registry in a reference: a host, perhaps a port."""
    return _DOMAIN.fullmatch(text) is not None


def _split(text: str) -> tuple[str, str | None, Digest | None]:
    if not text:
        raise MalformedReference(text, "it is empty")
    if text != text.strip():
        raise MalformedReference(text[:300], "it has white space around it")
    rest, at, digest_text = text.partition("@")
    digest = None
    if at:
        try:
            digest = Digest(digest_text)
        except MalformedDigest as exc:
            raise MalformedReference(text[:300], str(exc)) from exc
    repository, colon, tag_text = rest.rpartition(":")
    if not colon or "/" in tag_text or rest.endswith("]"):
        return rest, None, digest
    if not _TAG.fullmatch(tag_text):
        raise MalformedReference(text[:300], f"{tag_text[:140]!r} is not a tag")
    return repository, tag_text, digest


def _parse_name(text: str, repository: str) -> tuple[str, str]:
    first, slash, rest = repository.partition("/")
    if slash and _is_registry(first):
        domain, path = first, rest
    else:
        domain, path = DOCKER_HUB, repository
    if domain == "index.docker.io":
        domain = DOCKER_HUB
    shown = text[:300]
    if not _DOMAIN.fullmatch(domain):
        raise MalformedReference(shown, f"{domain[:100]!r} is not a registry")
    port = domain.rpartition("]")[2].partition(":")[2]
    if port and not 0 < int(port) < 65536:
        raise MalformedReference(shown, f"there is no port {port}")
    if domain == DOCKER_HUB and path and "/" not in path:
        if _BARE_HASH.fullmatch(path):
            raise MalformedReference(shown, "64 hex digits are an image ID, not a name")
        path = f"library/{path}"
    _check_path(shown, path)
    return domain, path


def _is_registry(first: str) -> bool:
    """Whether the first of several components is a registry, not part of a path."""
    return (
        "." in first or ":" in first or first == "localhost" or first.lower() != first
    )


def _check_path(text: str, path: str) -> None:
    if not path:
        raise MalformedReference(text, "the repository is missing")
    for component in path.split("/"):
        _check_component(text, component)
    if len(path) > MAX_NAME_LENGTH:
        raise MalformedReference(
            text, f"the name is longer than {MAX_NAME_LENGTH} characters"
        )


def _check_component(text: str, component: str) -> None:
    if _COMPONENT.fullmatch(component):
        return
    if component.lower() != component and _COMPONENT.fullmatch(component.lower()):
        raise MalformedReference(text, f"{component!r} must be lower case")
    raise MalformedReference(
        text,
        f"{component[:100]!r} is not a path component (lower-case letters and digits, "
        "with single '.', '_', '__' or dashes between them)",
    )
