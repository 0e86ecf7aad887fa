"""The site with as much time as it takes, in the test's own process: what is answered counts, and not when."""

from __future__ import annotations

import asyncio
import warnings
from pathlib import Path
from typing import cast

from litestar.exceptions import LitestarDeprecationWarning

from support.asgi import Answered, answer_to, request_scope
from tagledger.endpoint.asgi import Application
from tagledger.flows.readers import Readers
from tagledger.site.app import make_site

SECONDS = 120.0
"""What a question may take here."""


class UnhurriedSite:
    """Answers as the service does, but for its limit of time."""

    def __init__(self, ledger: Path) -> None:
        self._readers = Readers(str(ledger), seconds=SECONDS)
        with warnings.catch_warnings():
            # Of Litestar 3, which will want dependencies marked; the lock has 2.
            warnings.simplefilter("ignore", LitestarDeprecationWarning)
            self._site = cast("Application", make_site(self._readers))
        self._runner = asyncio.Runner()

    def get(self, path: str) -> Answered:
        """Ask once."""
        return self._runner.run(answer_to(self._site, request_scope(path)))

    def close(self) -> None:
        """Let go of the ledger."""
        self._runner.close()
        self._readers.close()
