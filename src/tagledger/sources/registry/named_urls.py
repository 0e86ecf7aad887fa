"""URLs that somebody else named: read strictly, and asked only where that is safe."""

from __future__ import annotations

import re

from yarl import URL

from tagledger.errors import InvalidAnswer, UnsafeAddress
from tagledger.sources.registry.addresses import (
    AddressKind,
    Purpose,
    Standing,
    kind_of_host,
)

MAX_URL_LENGTH = 8_000

_VISIBLE = re.compile(r"[!-~]+", re.ASCII)


def parse_named_url(text: str, base: URL) -> URL:
    """The URL that `text` names, seen from `base`; signed queries stay as they are.

    Raises InvalidAnswer, which names `base`.
    """
    problem = "it names something that is no http or https URL"
    if len(text) > MAX_URL_LENGTH or not _VISIBLE.fullmatch(text):
        raise InvalidAnswer(str(base), problem)
    try:
        url = base.join(URL(text, encoded=True)).with_fragment(None)
        is_usable = url.scheme in ("http", "https") and bool(url.raw_host)
        # Reading a port out of range raises.
        is_usable = is_usable and url.port is not None
    except (ValueError, IndexError) as exc:  # yarl looks for brackets past the end
        raise InvalidAnswer(str(base), problem) from exc
    if not is_usable:
        raise InvalidAnswer(str(base), problem)
    return url


def check_named_url(url: URL, purpose: Purpose, standing: Standing) -> None:
    """Raise UnsafeAddress unless this may be asked on a stranger's word.

    The address behind the name is checked later, when it is known.
    """
    if url.raw_user is not None or url.raw_password is not None:
        raise UnsafeAddress(str(url), "it has a user or a password in it")
    if url.scheme == "https":
        return
    if purpose is Purpose.TOKEN:
        if not standing.is_plain_http:
            raise UnsafeAddress(str(url), "a token comes over https only")
        return
    host = kind_of_host(url.raw_host or "", standing.kind_of)
    if not (standing.is_loopback and host is AddressKind.LOOPBACK):
        raise UnsafeAddress(str(url), "it is not https")
