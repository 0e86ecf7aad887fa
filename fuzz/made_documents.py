"""Published things with documents changed anywhere, and every digest right again.

A changed config alone would only meet the check of its digest; what is behind that
check is reached when whoever changed it has published the change properly.
"""

# ruff: noqa: S311 - chance that can be repeated from the input is what is wanted

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from choices import Choices
from mutation import mutated
from seeds import kinds

from tagledger.errors import TagledgerError
from tagledger.model.manifest import signed_payload

if TYPE_CHECKING:
    from support.blobs import Blob, Published


def changed_publication(draw: Choices) -> Published:
    """One of the kinds, some of its documents mutated, everything above re-hashed."""
    from support.blobs import Blob, Published

    names = sorted(kinds())
    made = kinds()[draw.pick(names)]
    chance = random.Random(draw.take(8))
    lenders = [blob.content for blob in (*made.manifests, *_configs(made))]
    renamed: dict[str, Blob] = {}

    def publish(blob: Blob) -> Blob:
        content = _with_new_names(blob.content, renamed)
        if draw.below(3) == 0:
            content = mutated(chance, content, lenders)
        if content == blob.content:
            return blob
        changed = Blob(blob.media_type, content, _name(content, blob))
        renamed[blob.digest] = changed
        return changed

    # From the leaves up: what names a changed document is changed by that.
    configs = tuple(map(publish, _configs(made)))
    manifests = tuple(publish(blob) for blob in reversed(made.manifests))[::-1]
    return Published(manifests[0], manifests, configs)


def _configs(made: Published) -> Sequence[Blob]:
    return [blob for blob in made.blobs if blob.content.startswith(b"{")]


def _name(content: bytes, blob: Blob) -> str:
    from support.blobs import digest_of

    try:
        payload = signed_payload(content, blob.media_type, "it")
    except TagledgerError:
        payload = content
    return digest_of(payload, blob.digest.partition(":")[0])


def _with_new_names(content: bytes, renamed: dict[str, Blob]) -> bytes:
    if not any(digest.encode() in content for digest in renamed):
        return content
    return json.dumps(_renamed(json.loads(content), renamed)).encode()


def _renamed(value: Any, renamed: dict[str, Blob]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, list):
        return [_renamed(item, renamed) for item in value]
    if not isinstance(value, dict):
        return value
    fields = {key: _renamed(item, renamed) for key, item in value.items()}
    digest = fields.get("digest")
    if isinstance(digest, str) and digest in renamed:
        fields |= {"digest": renamed[digest].digest, "size": renamed[digest].size_bytes}
    return fields
