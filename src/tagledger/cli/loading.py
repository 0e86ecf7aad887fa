"""Loading what a command needs, without work that nobody needs."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Where OpenSSL looks for the system's certificates, each time that it is asked to."""


@contextmanager
def without_certificates() -> Iterator[None]:
    """Let nothing that is imported inside read the system's certificates.

    aiohttp does that as it is imported, a fifth of all that `report` loads, for
    connections that state no TLS settings. Ours state their own, and read the
    certificates when TLS is spoken. Only for a process that is ours alone: whoever
    else used aiohttp in it would trust nobody.
    """
    before = {name: os.environ.get(name) for name in _VARIABLES}
    os.environ.update(dict.fromkeys(_VARIABLES, os.devnull))
    try:
        yield
    finally:
        for name, text in before.items():
            if text is None:
                del os.environ[name]
            else:
                os.environ[name] = text


def loaded() -> None:
    """Note that all is loaded: from now on garbage is looked for, but not in that."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
