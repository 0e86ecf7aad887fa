"""The whole registry client against a server that answers in any way."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

from choices import Choices
from hostile_server import HostileServer, drawn_mood
from loop import main
from made_documents import changed_publication
from seeds import kinds

from tagledger.errors import TagledgerError
from tagledger.model.reference import Reference
from tagledger.model.source import Wanted
from tagledger.sources.registry.addresses import AddressKind, kind_of_address
from tagledger.sources.registry.options import RegistryOptions
from tagledger.sources.registry.source import RegistrySource
from tagledger.sources.registry.surroundings import Surroundings

_USER, _PASSWORD = "user", "hunter2"
_MOMENT = datetime(2019, 11, 20, 14, 30, tzinfo=UTC)


class _Setting:
    """Two servers and the loop that they and the client run in."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.registry = HostileServer()
        self.other = HostileServer()
        self.is_open = False

    def run(self, content: bytes) -> None:
        """Ask the registry that these bytes describe."""
        self.runner.run(self._ask(content))

    async def _ask(self, content: bytes) -> None:
        if not self.is_open:
            await self.registry.open()
            await self.other.open()
            self.is_open = True
        draw = Choices(content)
        own, other = self.registry.port, self.other.port
        self.registry.moods = draw.several(lambda: drawn_mood(draw, own, other), 4)
        self.other.moods = draw.several(lambda: drawn_mood(draw, own, other), 2)
        creds = draw.perhaps(lambda: (_USER, _PASSWORD))
        attestations, wants_tags = draw.flag(), draw.flag()
        published = changed_publication(draw)
        self.registry.published = self.other.published = published
        self.registry.seen.clear()
        self.other.seen.clear()
        said: list[str] = []
        source = RegistrySource(
            RegistryOptions(
                creds=creds,
                timeout_seconds=1.0,
                on_notice=said.append,
                on_rate_limit=said.append,
            ),
            surroundings=Surroundings(
                now=lambda: _MOMENT,
                sleep=_no_sleep,
                chance=lambda: 0.5,
                kind_of_address=_nowhere_but_here,
            ),
        )
        name = Reference(f"127.0.0.1:{own}", "a/b", "1.0")
        wanted = Wanted(layer_dates=True, attestations=attestations)
        try:
            with suppress(TagledgerError):
                snapshot = await source.observe(name, wanted)
                for digest, document in snapshot.documents.items():
                    digest.verify(document.content)
            if wants_tags:
                _ = [tag async for tag in source.tags(name)]
        except TagledgerError as exc:
            said.append(f"{exc} {exc.hint} {vars(exc)}")
            raise
        finally:
            await source.aclose()
            self._check(said)

    def _check(self, said: list[str]) -> None:
        for text in said:
            assert _PASSWORD not in text, "a password in what is said"
            assert "\n" not in text
        for target, head in self.other.seen:
            if target.startswith("/elsewhere"):
                # Only a token realm may be told who asks.
                assert "authorization:" not in head.lower(), "credentials led astray"
        asked = len(self.registry.seen) + len(self.other.seen)
        assert asked < 500, f"{asked} requests for one answer"


async def _no_sleep(_seconds: float) -> None:
    await asyncio.sleep(0)


def _nowhere_but_here(address: str) -> AddressKind:
    """No address is public here: nothing that is drawn can lead out to the network."""
    kind = kind_of_address(address)
    return AddressKind.PRIVATE if kind is AddressKind.PUBLIC else kind


def _seeds() -> list[bytes]:
    honest = [bytes(5) + bytes([kind]) + b"\x01" * 40 for kind in range(len(kinds()))]
    moody = [
        bytes([3, kind, status, 2, header, 2, 0, 0]) + bytes(30)
        for kind in range(8)
        for status in (0, 3, 8, 13)
        for header in range(0, 14, 5)
    ]
    return [*honest, *moody]


_SETTING = _Setting()


def check(content: bytes) -> None:
    """A value or a clean error, no secret told, no place asked that must not be."""
    _SETTING.run(content)


if __name__ == "__main__":
    main(check, _seeds)
