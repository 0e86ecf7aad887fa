"""The Docker Engine HTTP API, as much of it as reading images needs.

Source: Docker Engine API 1.43, "Images"; podman's compatible service answers the same
paths. Versions are left out of the paths: both then answer in their newest.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlsplit

import msgspec

from tagledger.errors import (
    AccessDenied,
    ConnectionFailed,
    NotSupported,
    PlaceNotFound,
    ServerFailed,
    TagNotFound,
    TimedOut,
    TooLarge,
)
from tagledger.model.strict_json import decode_json

if TYPE_CHECKING:
    import aiohttp

DEFAULT_SOCKET = "/var/run/docker.sock"
ANSWER_SECONDS = 300.0
"""How long an answer may take to begin or go on: a daemon packs an image before it
sends the first byte."""

_MAX_JSON_BYTES = 16 * 1024 * 1024
_CONNECT_SECONDS = 10.0
_CHUNK_BYTES = 256 * 1024
_OK = 200
_NOT_FOUND = 404
_DENIED = (401, 403)


class DaemonAddress(msgspec.Struct, frozen=True):
    """Where a daemon listens: a socket, or a host and port, with or without TLS."""

    url: str
    socket: str | None = None
    certificates: Path | None = None


def daemon_address(environment: Mapping[str, str]) -> DaemonAddress:
    """Where `DOCKER_HOST` says, else the first of the usual sockets that is there.

    A daemon gives whoever reaches it the whole machine, so one without TLS is asked
    on this machine alone. Raises NotSupported, PlaceNotFound.
    """
    host = environment.get("DOCKER_HOST", "")
    if not host:
        return DaemonAddress("http://localhost", _first_socket(environment))
    parts = urlsplit(host)
    if parts.scheme == "unix" and parts.path:
        return DaemonAddress("http://localhost", parts.path)
    if parts.scheme not in ("tcp", "http", "https") or not parts.hostname:
        raise NotSupported(
            f"DOCKER_HOST is of the kind {parts.scheme or host!r}",
            hint="unix:///path and tcp://host:port are what can be asked; "
            "for ssh: ssh -L /tmp/d.sock:/var/run/docker.sock HOST",
        )
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    has_tls = parts.scheme == "https" or bool(environment.get("DOCKER_TLS_VERIFY"))
    port = parts.port or (2376 if has_tls else 2375)
    if has_tls:
        folder = environment.get("DOCKER_CERT_PATH") or str(
            Path(environment.get("HOME", "/")) / ".docker"
        )
        return DaemonAddress(f"https://{name}:{port}", certificates=Path(folder))
    if not _is_loopback(parts.hostname):
        raise NotSupported(
            f"DOCKER_HOST names another machine without TLS: {parts.hostname}",
            hint="set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH",
        )
    return DaemonAddress(f"http://{name}:{port}")


class DockerApi:
    """A connection to a daemon."""

    def __init__(self, address: DaemonAddress) -> None:
        self._address = address
        self._session: aiohttp.ClientSession | None = None

    @property
    def place(self) -> str:
        """The daemon, for messages."""
        return self._address.socket or self._address.url

    async def inspect(self, name: str) -> dict[str, Any]:
        """What the daemon says of an image. Raises TagNotFound."""
        value = await self._json(f"/images/{quote(name, safe='/:@')}/json", name)
        return value if isinstance(value, dict) else {}

    async def images(self) -> list[dict[str, Any]]:
        """All images, as the daemon lists them."""
        value = await self._json("/images/json", self.place)
        items = value if isinstance(value, list) else []
        return [item for item in items if isinstance(item, dict)]

    @asynccontextmanager
    async def export(self, name: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """The archive of an image, as `docker save` writes it, in chunks."""
        path = f"/images/{quote(name, safe='/:@')}/get"
        async with self._get(path, name) as response:
            yield _chunks(response)

    async def aclose(self) -> None:
        """Close the connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _json(self, path: str, name: str) -> Any:  # noqa: ANN401 - decode edge
        async with self._get(path, name) as response:
            parts: list[bytes] = []
            size = 0
            async for chunk in _chunks(response):
                size += len(chunk)
                if size > _MAX_JSON_BYTES:
                    raise TooLarge(f"{self.place}{path}", _MAX_JSON_BYTES)
                parts.append(chunk)
        return decode_json(b"".join(parts), f"{self.place}{path}")

    @asynccontextmanager
    async def _get(self, path: str, name: str) -> AsyncIterator[aiohttp.ClientResponse]:
        from yarl import URL

        url = URL(f"{self._address.url}{path}", encoded=True)
        with _Translated(self.place):
            async with self._opened().get(url, allow_redirects=False) as response:
                if response.status == _NOT_FOUND:
                    raise TagNotFound(f"{self.place}: {name}")
                if response.status in _DENIED:
                    raise AccessDenied(self.place)
                if response.status != _OK:
                    raise ServerFailed(str(url), response.status)
                yield response

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            import aiohttp

            connector = (
                aiohttp.UnixConnector(self._address.socket)
                if self._address.socket is not None
                else aiohttp.TCPConnector(ssl=_tls(self._address.certificates))
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                headers={"Accept-Encoding": "identity"},
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(
                    total=None,
                    sock_connect=_CONNECT_SECONDS,
                    sock_read=ANSWER_SECONDS,
                ),
            )
        return self._session


class _Translated:
    """Turns what the HTTP library raises into errors of ours."""

    def __init__(self, place: str) -> None:
        self._place = place

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            return
        import aiohttp

        if isinstance(error, TimeoutError):
            raise TimedOut(self._place, ANSWER_SECONDS) from error
        if isinstance(error, aiohttp.ClientConnectorError):
            if isinstance(error.os_error, PermissionError):
                raise ConnectionFailed(
                    self._place,
                    "not permitted",
                    hint="the daemon's socket is for root and its own group",
                ) from error
            problem = error.os_error.strerror or "no daemon listens there"
            raise ConnectionFailed(
                self._place, problem, hint="is the daemon running?"
            ) from error
        if isinstance(error, (aiohttp.ClientError, OSError)):
            raise ConnectionFailed(
                self._place, f"the connection broke ({type(error).__name__})"
            ) from error


async def _chunks(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        yield chunk


def _first_socket(environment: Mapping[str, str]) -> str:
    runtime = environment.get("XDG_RUNTIME_DIR")
    usual = [DEFAULT_SOCKET]
    if runtime:
        usual += [f"{runtime}/docker.sock", f"{runtime}/podman/podman.sock"]
    usual.append("/run/podman/podman.sock")
    for path in usual:
        try:
            if Path(path).is_socket():
                return path
        except OSError:
            continue
    raise PlaceNotFound(
        DEFAULT_SOCKET,
        "no daemon listens here",
        hint="start Docker or `podman system service`, or set DOCKER_HOST",
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _tls(folder: Path | None) -> ssl.SSLContext | bool:
    """The context that Docker's client would use: ca.pem, cert.pem and key.pem."""
    if folder is None:
        return True
    try:
        authority = folder / "ca.pem"
        context = ssl.create_default_context(
            cafile=str(authority) if authority.exists() else None
        )
        if (folder / "cert.pem").exists():
            context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    except (OSError, ssl.SSLError) as exc:
        raise PlaceNotFound(str(folder), f"no usable certificates: {exc}") from exc
    return context
