"""Failures of the HTTP library, put into our words.

The library's own texts hold whole URLs, signatures and tokens included: neither they
nor the exceptions that carry them go on.
"""

from __future__ import annotations

import os
import ssl

import aiohttp
from yarl import URL

from tagledger.errors import (
    CertificateNotTrusted,
    ConnectionFailed,
    HostNotFound,
    InvalidAnswer,
    TagledgerError,
    TimedOut,
    UnsafeAddress,
)

FAILURES = (aiohttp.ClientError, OSError, TimeoutError, ValueError)
"""What the library raises of its own accord."""


class ForbiddenAddress(OSError):
    """Raised where a socket would be made; the text is one, however many addresses.

    aiohappyeyeballs keeps the class of several failures only if they read alike.
    """

    def __init__(self, problem: str) -> None:
        super().__init__("this address must not be asked")
        self.problem = problem


def failure_of(url: URL, exc: Exception, timeout_seconds: float) -> TagledgerError:
    """What went wrong when `url` was asked."""
    host = url.raw_authority
    system = cause_of(exc)
    if isinstance(exc, TimeoutError):
        return TimedOut(host, timeout_seconds)
    if isinstance(exc, aiohttp.ClientConnectorDNSError):
        return HostNotFound(host)
    if isinstance(system, ForbiddenAddress):
        return UnsafeAddress(str(url), system.problem)
    if isinstance(system, ssl.SSLCertVerificationError | ssl.CertificateError):
        return CertificateNotTrusted(host, system.verify_message)
    if problem := _breach(exc):
        return InvalidAnswer(str(url), problem)
    return ConnectionFailed(host, _words(exc, system))


def cause_of(exc: Exception) -> OSError | None:
    """The system's own error inside, fit to be chained."""
    for candidate in (
        getattr(exc, "certificate_error", None),
        getattr(exc, "os_error", None),
        exc,
    ):
        is_library = isinstance(candidate, aiohttp.ClientError)
        if isinstance(candidate, OSError) and not is_library:
            return candidate
    return None


def _breach(exc: Exception) -> str | None:
    """How the protocol was broken, if it was."""
    if isinstance(exc, aiohttp.ClientHttpProxyError):
        return None
    if isinstance(exc, aiohttp.ClientResponseError):
        return "the answer is not proper HTTP"
    return "not an address that can be asked" if isinstance(exc, ValueError) else None


def _words(exc: Exception, system: OSError | None) -> str:
    if isinstance(system, ssl.SSLError):
        return f"TLS failed: {(system.reason or 'no agreement').replace('_', ' ')}"
    if isinstance(exc, aiohttp.ServerDisconnectedError):
        return "the server hung up without an answer"
    if isinstance(exc, aiohttp.ClientPayloadError):
        return "the answer was cut short"
    if isinstance(exc, aiohttp.ClientHttpProxyError):
        return f"the proxy answered {exc.status}"
    number = getattr(system or exc, "errno", None)
    return os.strerror(number) if isinstance(number, int) else "the connection broke"
