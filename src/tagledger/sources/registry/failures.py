"""Failures of the HTTP library, put into our words.

The library's own texts hold whole URLs, signatures and tokens included: neither they
nor the exceptions that carry them go on.
"""

from __future__ import annotations

import os
import socket
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
    host = host_of(url)
    if isinstance(exc, aiohttp.ClientConnectorError) and exc.host != url.raw_host:
        host = f"the proxy {exc.host}:{exc.port}"
    system = cause_of(exc)
    if isinstance(exc, TimeoutError):
        return TimedOut(host, timeout_seconds)
    if isinstance(exc, aiohttp.ClientConnectorDNSError) and not _may_pass(system):
        return HostNotFound(host)
    if isinstance(system, ForbiddenAddress):
        return UnsafeAddress(str(url), system.problem)
    if isinstance(system, ssl.SSLCertVerificationError):
        return CertificateNotTrusted(host, system.verify_message)
    if problem := _breach(exc):
        return InvalidAnswer(str(url), problem)
    return ConnectionFailed(host, _words(exc, system))


def host_of(url: URL) -> str:
    """Host and port, for messages: never with a user in front."""
    return url.host_port_subcomponent or ""


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


def _may_pass(system: OSError | None) -> bool:
    """Whether the name was not looked up at all, rather than not found."""
    return system is not None and system.errno == socket.EAI_AGAIN


def _words(exc: Exception, system: OSError | None) -> str:
    if isinstance(system, ssl.SSLError):
        reason = getattr(system, "reason", None) or "no agreement"
        return f"TLS failed: {reason.replace('_', ' ').lower()}"
    if isinstance(exc, aiohttp.ClientConnectorDNSError):
        return "the name could not be looked up just now"
    if isinstance(exc, aiohttp.ServerDisconnectedError):
        return "the server hung up without an answer"
    if isinstance(exc, aiohttp.ClientPayloadError):
        return "the answer was cut short"
    if isinstance(exc, aiohttp.ClientHttpProxyError):
        return f"the proxy answered {exc.status}"
    number = getattr(system or exc, "errno", None)
    return os.strerror(number) if isinstance(number, int) else "the connection broke"
