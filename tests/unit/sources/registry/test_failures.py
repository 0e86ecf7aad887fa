import socket
import ssl

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey
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
from tagledger.sources.registry.failures import (
    ForbiddenAddress,
    cause_of,
    failure_of,
)

ADDRESS = URL("https://user:p4ss@registry.example:8443/v2/a?token=s3cret")
KEY = ConnectionKey(
    host="registry.example",
    port=8443,
    is_ssl=True,
    ssl=True,
    proxy=None,
    proxy_auth=None,
    proxy_headers_hash=None,
)


def connector_error(
    kind: type[aiohttp.ClientConnectorError], cause: OSError
) -> aiohttp.ClientConnectorError:
    """A failure to connect, for this reason."""
    return kind(KEY, cause)


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (TimeoutError(), TimedOut),
        (aiohttp.SocketTimeoutError("s3cret"), TimedOut),
        (aiohttp.ServerDisconnectedError("s3cret"), ConnectionFailed),
        (aiohttp.ClientPayloadError("s3cret"), ConnectionFailed),
        (aiohttp.ClientOSError(104, "s3cret"), ConnectionFailed),
        (ConnectionResetError(104, "s3cret"), ConnectionFailed),
        (aiohttp.InvalidURL("https://x?s3cret"), InvalidAnswer),
        (ValueError("s3cret"), InvalidAnswer),
        (aiohttp.ClientError("s3cret"), ConnectionFailed),
        (
            connector_error(
                aiohttp.ClientConnectorDNSError,
                socket.gaierror(socket.EAI_NONAME, "s3cret"),
            ),
            HostNotFound,
        ),
        (
            connector_error(
                aiohttp.ClientConnectorDNSError,
                socket.gaierror(socket.EAI_AGAIN, "s3cret"),
            ),
            ConnectionFailed,
        ),
        (
            connector_error(
                aiohttp.ClientConnectorError, ConnectionRefusedError(111, "s3cret")
            ),
            ConnectionFailed,
        ),
        (
            connector_error(aiohttp.ClientConnectorError, ForbiddenAddress("no")),
            UnsafeAddress,
        ),
        (
            connector_error(aiohttp.ClientConnectorSSLError, ssl.SSLError(1, "s3cret")),
            ConnectionFailed,
        ),
    ],
    ids=repr,
)
def test_every_failure_is_put_into_our_words(
    failure: Exception, error: type[TagledgerError]
) -> None:
    """Nothing of the library's text, the query, the user or the password goes on."""
    found = failure_of(ADDRESS, failure, 30)

    assert error is type(found)
    assert "registry.example:8443" in str(found)
    for secret in ("s3cret", "user", "p4ss"):
        assert secret not in str(found)


def test_the_library_s_own_error_is_not_chained() -> None:
    """Its text holds the whole URL: a trace must not show it."""
    assert cause_of(aiohttp.ClientOSError(104, str(ADDRESS))) is None
    assert cause_of(aiohttp.InvalidURL(ADDRESS)) is None


def test_the_systems_error_is_chained() -> None:
    """The reason below is what one looks for in a trace."""
    refused = ConnectionRefusedError(111, "Connection refused")

    assert refused is cause_of(connector_error(aiohttp.ClientConnectorError, refused))


def test_a_certificate_error_says_why() -> None:
    """The reason that the TLS library gives is told."""
    refused = ssl.SSLCertVerificationError(1, "certificate verify failed")
    refused.verify_message = "self-signed certificate"
    found = failure_of(
        ADDRESS, aiohttp.ClientConnectorCertificateError(KEY, refused), 30
    )

    assert isinstance(found, CertificateNotTrusted)
    assert "self-signed certificate" in str(found)
