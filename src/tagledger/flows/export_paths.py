"""Where the record's tree has the pages of a name.

::

    repos/python/remote/3.8.md          docker.io/library/python:3.8
    repos/python/tag-details.md         all tags of it
    repos/grafana/grafana/remote/…      docker.io/grafana/grafana
    repos/ghcr.io/a/b/remote/…          ghcr.io/a/b
    repos/localhost%3A5000/x/remote/…   localhost:5000/x

A repository's folder is its name as people write it, so that an official image stands
where the record has it and no two names share a file.
"""

from __future__ import annotations

import re

from tagledger.errors import MalformedReference, NotSupported
from tagledger.flows.record_paths import LOCAL, REMOTE, TAG_DETAILS
from tagledger.model.reference import Reference, parse_reference

ROOT = "repos"
SUFFIX = ".md"

MAX_PART_BYTES = 255
"""Longest name of a file on the systems that we know."""

_ESCAPED = re.compile(r"[^A-Za-z0-9._-]")

TreePath = tuple[str, ...]


def check_place(reference: Reference) -> None:
    """Refuse a name that has no place in the tree: NotSupported says why.

    What it accepts has a path that stays below the folder, for it has passed the
    grammar of references: no part is empty, begins with a dot or holds a slash.
    """
    if not reference.domain:
        raise NotSupported("a name of no registry: its page would tell of Docker Hub's")
    if reference.tag is None:
        raise NotSupported("a digest without a tag: the record is of tags")
    try:
        is_name = parse_reference(str(reference)) == reference
    except MalformedReference:
        is_name = False
    if not is_name:
        raise NotSupported("no registry can have such a name")
    if max(map(len, page_path(reference))) > MAX_PART_BYTES:
        raise NotSupported(f"a part of its path has more than {MAX_PART_BYTES} bytes")


def page_path(reference: Reference) -> TreePath:
    """Where the page of a tag is, which `check_place` has accepted."""
    return (*folder_of(reference), REMOTE, f"{reference.tag}{SUFFIX}")


def tag_details_path(repository: Reference) -> TreePath:
    """Where the page of all tags is."""
    return (*folder_of(repository), TAG_DETAILS)


def folder_of(repository: Reference) -> TreePath:
    """The folder of a repository; its parts are the parts of its familiar name."""
    return (ROOT, *map(_part, repository.familiar_name.split("/")))


def _part(text: str) -> str:
    """One part, never to be taken for what stands in a repository's folder.

    ``%`` is in no name, so that no other part is written alike.
    """
    if text in (REMOTE, LOCAL) or text.endswith(SUFFIX):
        return f"%{ord(text[0]):02X}{text[1:]}"
    return _ESCAPED.sub(lambda match: f"%{ord(match[0]):02X}", text)
