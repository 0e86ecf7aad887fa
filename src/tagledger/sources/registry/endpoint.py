"""Where a registry's API is asked: its name, its port, or the mirror in its stead."""

from __future__ import annotations

import re

import msgspec
from yarl import URL

from tagledger.errors import UnknownAddress, redacted
from tagledger.model.reference import DOCKER_HUB
from tagledger.sources.registry.addresses import (
    AddressKind,
    KindOfAddress,
    kind_of_address,
    kind_of_host,
)
from tagledger.sources.registry.options import RegistryOptions

DOCKER_HUB_API = "registry-1.docker.io"
"""Where Docker Hub's images are; ``docker.io`` itself serves pages for people."""

_PREFIX = re.compile(r"(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*", re.ASCII)


class Endpoint(msgspec.Struct, frozen=True):
    """The place that is asked for a registry's content.

    `host` is ``host[:port]``; `schemes` those to try, in order; `api_path` leads to
    the API (``/v2/``), and `prefix` stands before each repository's name (a mirror
    that keeps several registries). `credentials_key` is the name under which
    credentials for it are kept, `creds` are those given for it, user and password.
    """

    host: str
    schemes: tuple[str, ...]
    api_path: str = "/v2/"
    prefix: str = ""
    credentials_key: str = ""
    creds: tuple[str, str] | None = None

    def __repr__(self) -> str:
        return f"Endpoint({self.host})"


def endpoint_of(
    domain: str,
    options: RegistryOptions,
    kind_of: KindOfAddress = kind_of_address,
) -> Endpoint:
    """Where to ask for images of this registry.

    Raises UnknownAddress for a mirror whose URL cannot be used.
    """
    mirrors = dict(options.mirrors)
    if domain in mirrors:
        return _mirror(mirrors[domain], options, kind_of)
    host = DOCKER_HUB_API if domain == DOCKER_HUB else domain
    schemes = _schemes(host, options, kind_of)
    return Endpoint(host, schemes, credentials_key=domain, creds=options.creds)


def _schemes(
    host: str, options: RegistryOptions, kind_of: KindOfAddress
) -> tuple[str, ...]:
    """Plain HTTP is for loopback and for who asked for it; both may have TLS as well.

    A CA or client certificate given for a loopback registry says that it has TLS.
    """
    url = URL(f"https://{host}")
    is_loopback = kind_of_host(url.raw_host or "", kind_of) is AddressKind.LOOPBACK
    has_tls = (options.ca_cert or options.client_cert) and not options.insecure
    if url.port == 443 and url.explicit_port == 443:
        return ("https",)
    if options.insecure or (is_loopback and not has_tls):
        return ("http", "https")
    return ("https",)


def _mirror(text: str, options: RegistryOptions, kind_of: KindOfAddress) -> Endpoint:
    try:
        url = URL(text)
        host = url.raw_host or ""
    except (ValueError, IndexError) as exc:  # as in `parse_named_url`
        raise UnknownAddress(redacted(text), "not the URL of a mirror") from exc
    shown = redacted(text)
    if url.scheme not in ("http", "https") or not host:
        raise UnknownAddress(shown, "a mirror is an http or https URL")
    if url.query_string or url.fragment:
        raise UnknownAddress(shown, "a mirror's URL has no query")
    path = url.raw_path.rstrip("/")
    if not _PREFIX.fullmatch(path):
        raise UnknownAddress(shown, "the path is no prefix of a repository's name")
    is_loopback = kind_of_host(host, kind_of) is AddressKind.LOOPBACK
    if url.scheme == "http" and not is_loopback and not options.insecure:
        raise UnknownAddress(shown, "plain HTTP needs --insecure")
    before, marker, after = f"{path}/".partition("/v2/")
    if not marker:
        before, after = "", f"{path}/"
    # Those of the registry itself are not the mirror's: neither --creds nor a login.
    place = url.host_port_subcomponent or host
    creds = (url.user, url.password or "") if url.user else None
    if options.creds is not None and creds is None:
        options.on_notice(f"the credentials given are not sent to the mirror {place}")
    return Endpoint(
        host=place,
        schemes=(url.scheme,),
        api_path=f"{before}/v2/",
        prefix=after.lstrip("/"),
        credentials_key=place,
        creds=creds,
    )
