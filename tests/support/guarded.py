"""Registries that let in only some, each with the words that get one in."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import msgspec

from support.basic import basic_authorization
from support.blobs import Published
from support.certificates import Authority
from support.debian_registry import PASSWORD, USER, DebianRegistry, TokenAccess
from support.images import index_of, random_image
from support.publishing import Push, put_into
from support.registry import Registry
from support.signed_tokens import Signer
from support.token_server import TokenServer
from support.tokens import Grant, TokenIssuer

LOGIN = ("--creds", f"{USER}:{PASSWORD}")
REPOSITORY = "a/b"
SERVICE, ISSUER = "registry.test", "the tests"


class Guarded(msgspec.Struct, frozen=True):
    """An open registry with an image, the program's options that get in, and skopeo's."""

    address: str
    options: tuple[str, ...]
    skopeo_options: tuple[str, ...]

    @property
    def ref(self) -> str:
        """The image."""
        return f"{self.address}/{REPOSITORY}:1.0"


def guarded_image() -> Published:
    """Three platforms, two of them of one kind."""
    windows = random_image(os="windows", os_version="10.0.17763.864")
    return index_of([random_image(), random_image(arch="arm64"), windows])


def with_login(directory: Path, stack: ExitStack) -> Guarded:
    """Debian's registry with an htpasswd file."""
    registry = stack.enter_context(DebianRegistry(directory, needs_login=True))
    Push(registry.url, authorization=basic_authorization(USER, PASSWORD)).push(
        REPOSITORY, guarded_image(), "1.0"
    )
    return Guarded(registry.address, LOGIN, (*LOGIN, "--tls-verify=false"))


def with_tokens(directory: Path, stack: ExitStack) -> Guarded:
    """Debian's registry that takes signed tokens of a server on another port."""
    authority = Authority()
    root = authority.write_ca(directory)
    mint = Signer(*authority.write_certificate(directory), ISSUER)
    issuer = TokenIssuer({USER: PASSWORD}, service=SERVICE, mint=mint)
    tokens = stack.enter_context(TokenServer(issuer))
    access = TokenAccess(tokens.realm, SERVICE, ISSUER, root)
    registry = stack.enter_context(DebianRegistry(directory, tokens=access))
    Push(registry.url, authorization=_pusher(mint)).push(
        REPOSITORY, guarded_image(), "1.0"
    )
    return Guarded(registry.address, LOGIN, (*LOGIN, "--tls-verify=false"))


def with_tls(directory: Path, stack: ExitStack) -> Guarded:
    """Debian's registry under a certificate of a private authority."""
    authority = Authority()
    options = ("--ca-cert", str(authority.write_ca(directory)))
    certificate = authority.write_certificate(directory)
    registry = stack.enter_context(DebianRegistry(directory, certificate=certificate))
    Push(registry.url, tls=authority.client_context()).push(
        REPOSITORY, guarded_image(), "1.0"
    )
    return Guarded(registry.address, options, _certificates(directory))


def with_tls_and_tokens(directory: Path, stack: ExitStack) -> Guarded:
    """The same with a token server under the same authority."""
    authority = Authority()
    root = authority.write_ca(directory)
    certificate = authority.write_certificate(directory)
    mint = Signer(*certificate, ISSUER)
    issuer = TokenIssuer({USER: PASSWORD}, service=SERVICE, mint=mint)
    tokens = stack.enter_context(TokenServer(issuer, tls=authority.server_context()))
    access = TokenAccess(
        tokens.realm.replace("127.0.0.1", "localhost"), SERVICE, ISSUER, root
    )
    registry = stack.enter_context(
        DebianRegistry(directory, tokens=access, certificate=certificate)
    )
    tls = authority.client_context()
    Push(registry.url, authorization=_pusher(mint), tls=tls).push(
        REPOSITORY, guarded_image(), "1.0"
    )
    options = (*LOGIN, "--ca-cert", str(root))
    return Guarded(registry.address, options, (*LOGIN, *_certificates(directory)))


def with_client_certificate(directory: Path, stack: ExitStack) -> Guarded:
    """Our registry, which shows nothing to who has no certificate of its own."""
    authority = Authority()
    root = authority.write_ca(directory)
    certificate, key = authority.write_client_certificate(directory)
    tls = authority.server_context(needs_client_certificate=True)
    registry = stack.enter_context(Registry(tls=tls))
    put_into(registry, REPOSITORY, guarded_image(), "1.0")
    files = {"--ca-cert": root, "--cert": certificate, "--key": key}
    options = tuple(word for name in files for word in (name, str(files[name])))
    return Guarded(registry.address, options, _certificates(directory))


DEBIAN_GUARDS: dict[str, Callable[[Path, ExitStack], Guarded]] = {
    "login": with_login,
    "tokens": with_tokens,
    "tls": with_tls,
    "tls-and-tokens": with_tls_and_tokens,
}
OWN_GUARDS: dict[str, Callable[[Path, ExitStack], Guarded]] = {
    "client-certificate": with_client_certificate
}


def _certificates(directory: Path) -> tuple[str, str]:
    # skopeo takes ca.crt, client.cert and client.key of this folder.
    return "--cert-dir", str(directory)


def _pusher(mint: Signer) -> str:
    scope = f"repository:{REPOSITORY}:pull,push"
    return f"Bearer {mint(Grant(USER, frozenset({scope}), 0.0), SERVICE)}"
