"""Whether the service can answer: for what starts, stops and watches it."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

import msgspec

from tagledger.endpoint.asgi import Send, answer
from tagledger.errors import TagledgerError
from tagledger.flows.readers import Readers
from tagledger.ledger.protocol import Ledger

HEALTH_SECONDS = 2.0
"""How long the ledger may take: the question itself takes a tenth of a millisecond."""

NO_NOTE = "health"


class Health(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is said: `reason` is a code of docs/errors.md, or ``busy``."""

    status: str
    reason: str = ""


async def health(readers: Readers) -> Health:
    """Ask the ledger something small, as a visitor's question is asked."""
    try:
        async with asyncio.timeout(HEALTH_SECONDS):
            await readers.ask(_small_question)
    except TagledgerError as exc:
        # Its text says where the ledger is, which is nobody's business.
        return Health("failing", exc.code)
    except TimeoutError:
        return Health("failing", "busy")
    return Health("ok")


async def answer_health(readers: Readers, send: Send) -> None:
    """200 where the ledger answers, else 503 and why."""
    found = await health(readers)
    body = msgspec.json.encode(found)
    is_well = found.status == "ok"
    headers = (
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    )
    status = HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE
    await answer(send, status, headers, body)


def _small_question(ledger: Ledger) -> None:
    ledger.note(NO_NOTE)
