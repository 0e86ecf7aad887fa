"""A registry that others wrote takes what is made up here, and trusts the tokens that are minted here."""

import http.client
import json
import urllib.parse
from pathlib import Path

import pytest

from support.basic import basic_authorization
from support.certificates import Authority
from support.debian_registry import PASSWORD, USER, DebianRegistry, TokenAccess
from support.kinds import KINDS
from support.publishing import Push
from support.signed_tokens import Signer
from support.token_server import TokenServer
from support.tokens import TokenIssuer

pytestmark = pytest.mark.skipif(
    not DebianRegistry.is_installed(), reason="docker-registry is missing"
)

# An unsigned schema 1 manifest and an index with children that are not there are refused by its rules.
REFUSED = {"schema-1", "sparse-index"}


def test_every_kind_that_it_takes_is_taken(tmp_path: Path) -> None:
    """Digests, sizes and even the signature of schema 1 hold before a strict reader."""
    with DebianRegistry(tmp_path) as registry:
        for kind, make in KINDS.items():
            # Schema 1 manifests name the repository that they are for.
            repo = "tests/schema-1" if kind.startswith("schema-1") else f"kinds/{kind}"
            if kind in REFUSED:
                with pytest.raises(
                    AssertionError, match=r"MANIFEST_(INVALID|BLOB_UNKNOWN)"
                ):
                    Push(registry.url).push(repo, make(), "1.0")
            else:
                Push(registry.url).push(repo, make(), "1.0")


def test_a_login_is_needed_over_tls(tmp_path: Path) -> None:
    """With htpasswd and TLS only the right pair and the right authority get through."""
    authority = Authority()
    tls = authority.client_context()
    certificate = authority.write_certificate(tmp_path)
    with DebianRegistry(
        tmp_path / "registry", needs_login=True, certificate=certificate
    ) as registry:
        right = Push(
            registry.url, authorization=basic_authorization(USER, PASSWORD), tls=tls
        )
        with pytest.raises(AssertionError, match="401"):
            Push(registry.url, tls=tls).push("a/b", KINDS["oci-image"]())

        assert right.push("a/b", KINDS["oci-image"]()) == KINDS["oci-image"]().digest


def test_minted_tokens_are_trusted(tmp_path: Path) -> None:
    """A token of our own server, signed under the authority that the registry knows, lets one push."""
    authority = Authority()
    certificate, key = authority.write_certificate(tmp_path)
    issuer = TokenIssuer(
        {"reader": "opal"},
        service="registry.test",
        mint=Signer(certificate, key, "tests"),
    )
    with TokenServer(issuer) as tokens:
        access = TokenAccess(
            tokens.realm, issuer.service, "tests", authority.write_ca(tmp_path)
        )
        with DebianRegistry(tmp_path / "registry", tokens=access) as registry:
            token = token_for(tokens, "repository:a/b:pull,push")
            with pytest.raises(AssertionError, match="401"):
                Push(registry.url, authorization="Bearer made.up.token").push(
                    "a/b", KINDS["oci-image"]()
                )
            pushed = Push(registry.url, authorization=f"Bearer {token}").push(
                "a/b", KINDS["oci-image"]()
            )

    assert KINDS["oci-image"]().digest == pushed


def token_for(tokens: TokenServer, scope: str) -> str:
    """A token for `scope`, asked for with the right pair."""
    connection = http.client.HTTPConnection(tokens.address, timeout=10)
    query = urllib.parse.urlencode({"service": tokens.issuer.service, "scope": scope})
    connection.request(
        "GET",
        f"/token?{query}",
        headers={"Authorization": basic_authorization("reader", "opal")},
    )
    document = json.loads(connection.getresponse().read())
    connection.close()
    return str(document["token"])
