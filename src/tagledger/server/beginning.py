"""What must be right before a worker starts, each with its own error."""

from __future__ import annotations

import errno
import re
import socket
import ssl
from pathlib import Path

import msgspec

from tagledger.errors import CannotServe, UsageError
from tagledger.server.access_log import AccessLog
from tagledger.server.access_rules import read_rules
from tagledger.server.options import ServiceOptions
from tagledger.server.origins import ANY_HOST

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, not listened on
"""Addresses that stand for all of this machine's."""

_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)*", re.ASCII)


def checked(options: ServiceOptions) -> ServiceOptions:
    """The options, if all can be done that they say; port 0 becomes a free one.

    Raises UsageError, MalformedAccessFile or CannotServe.
    """
    if not _PREFIX.fullmatch(options.prefix.rstrip("/")):
        raise UsageError(f"{options.prefix!r} is no path below which a site could be")
    if (options.certificate is None) != (options.key is None):
        raise UsageError("--certificate and --key belong together")
    if options.host in EVERYWHERE and not options.trusted_hosts:
        raise UsageError(
            f"under which name is {options.host} known? Say --trusted-host NAME, "
            f"or --trusted-host '{ANY_HOST}' for any"
        )
    if options.access is not None:
        read_rules(options.access)
    if options.access_log is not None:
        AccessLog(options.access_log).close()
    if options.certificate is not None and options.key is not None:
        _check_certificate(options.certificate, options.key)
    port = _free_port(options.host, options.port)
    prefix = options.prefix.rstrip("/")
    return msgspec.structs.replace(options, port=port, prefix=prefix)


def _check_certificate(certificate: Path, key: Path) -> None:
    for path in (certificate, key):
        try:
            path.read_bytes()
        except OSError as exc:
            problem = f"{path}: {exc.strerror}"
            raise CannotServe(
                problem, hint="check the path and who may read it"
            ) from exc
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # An empty password: one that is needed would be asked for on the terminal.
        context.load_cert_chain(certificate, key, password="")
    except (ssl.SSLError, ValueError) as exc:
        said = getattr(exc, "reason", None) or "not PEM, or the key is encrypted"
        problem = f"{certificate} and {key} are no certificate and its key: {said}"
        hint = "both are PEM; the key has no password, and is that of the certificate"
        raise CannotServe(problem, hint=hint) from exc


def _free_port(host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
            return int(trial.getsockname()[1])
    except OverflowError:
        raise UsageError(f"{port} is no port") from None
    except socket.gaierror as exc:
        problem = f"{host}: no address of this machine"
        raise CannotServe(problem, hint="give an address, such as 127.0.0.1") from exc
    except OSError as exc:
        hint = {
            errno.EADDRINUSE: "another program listens there; --port chooses another",
            errno.EACCES: "ports below 1024 are for root; --port chooses another",
            errno.EADDRNOTAVAIL: "give an address of this machine, such as 127.0.0.1",
        }
        problem = f"{host}, port {port}: {exc.strerror or exc}"
        raise CannotServe(problem, hint=hint.get(exc.errno or 0, "")) from exc
