"""Authentication, TLS, foreign hosts and the proxy do what real ones do; the client here is aiohttp's."""

import json
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import msgspec
import pytest

from support.access import BasicAccess, BearerAccess
from support.basic import basic_authorization
from support.certificates import Authority
from support.foreign_host import ForeignHost
from support.images import random_image
from support.proxy import Proxy
from support.publishing import put_into
from support.registry import Registry
from support.token_server import TokenServer
from support.tokens import TokenIssuer

PATH = "/v2/a/b/manifests/1.0"
SCOPE = "repository:a/b:pull"


def filled(registry: Registry) -> Registry:
    """The same registry with one image in it."""
    put_into(registry, "a/b", random_image().published, "1.0")
    return registry


class Got(msgspec.Struct, frozen=True):
    """A response, read whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def challenge(self) -> str:
        """What a 401 asks for."""
        return self.headers.get("WWW-Authenticate", "")

    @property
    def token(self) -> str:
        """What a token server issued."""
        return str(json.loads(self.body)["token"])


async def ask(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    tls: ssl.SSLContext | bool = True,
    proxy: str | None = None,
) -> Got:
    """One request of a client that remembers nothing."""
    async with (
        aiohttp.ClientSession() as client,
        client.request(
            method,
            url,
            headers=headers,
            data=form,
            ssl=tls,
            proxy=proxy,
        ) as response,
    ):
        return Got(response.status, response.headers, await response.read())


async def test_basic_access_lets_one_pair_in() -> None:
    """Without the right pair the answer is a basic challenge."""
    async with filled(Registry(access=BasicAccess("reader", "opal"))) as registry:
        anonymous = await ask("GET", registry.url + PATH)
        wrong = await ask(
            "GET",
            registry.url + PATH,
            headers={"Authorization": basic_authorization("reader", "jade")},
        )
        right = await ask(
            "GET",
            registry.url + PATH,
            headers={"Authorization": basic_authorization("reader", "opal")},
        )

    assert (anonymous.status, wrong.status, right.status) == (401, 401, 200)
    assert anonymous.challenge == wrong.challenge == 'Basic realm="test registry"'


@pytest.mark.parametrize("is_own_server", [True, False])
async def test_bearer_access_wants_a_token_of_the_right_scope(
    *, is_own_server: bool
) -> None:
    """The challenge names realm, service and scope; only a token for that scope is let in."""
    issuer = TokenIssuer()
    async with TokenServer(issuer) as tokens:
        realm = None if is_own_server else tokens.realm
        async with filled(Registry(access=BearerAccess(issuer, realm))) as registry:
            endpoint = f"{registry.url}/token" if is_own_server else tokens.realm
            refused = await ask("GET", registry.url + PATH)
            right = (await ask("GET", f"{endpoint}?scope={SCOPE}")).token
            wrong = (await ask("GET", f"{endpoint}?scope=repository:other:pull")).token
            passed = await ask(
                "GET", registry.url + PATH, headers={"Authorization": f"Bearer {right}"}
            )
            narrow = await ask(
                "GET", registry.url + PATH, headers={"Authorization": f"Bearer {wrong}"}
            )

    expected = f'Bearer realm="{endpoint}",service="registry.test",scope="{SCOPE}"'
    assert (401, expected) == (refused.status, refused.challenge)
    assert (401, f'{expected},error="insufficient_scope"') == (
        narrow.status,
        narrow.challenge,
    )
    assert passed.status == 200


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"grant_type": "password", "username": "reader", "password": "opal"}, 200),
        ({"grant_type": "password", "username": "reader", "password": "jade"}, 401),
        ({"grant_type": "refresh_token", "refresh_token": "long-lived"}, 200),
        ({"grant_type": "refresh_token", "refresh_token": "made up"}, 401),
    ],
)
async def test_tokens_are_issued_by_post(form: dict[str, str], status: int) -> None:
    """The OAuth2 form takes a password or an identity token and names its answer as told."""
    issuer = TokenIssuer(
        {"reader": "opal"},
        field="access_token",
        identity_tokens={"long-lived": "reader"},
    )
    async with TokenServer(issuer) as tokens:
        got = await ask("POST", tokens.realm, form={**form, "scope": SCOPE})

    assert status == got.status
    assert (status == 200) == ("access_token" in json.loads(got.body))


async def test_an_anonymous_caller_gets_only_what_is_public() -> None:
    """With users, a token without credentials holds no private repository."""
    issuer = TokenIssuer({"reader": "opal"}, public=["open/image"])
    async with TokenServer(issuer) as tokens:
        got = await ask(
            "GET", f"{tokens.realm}?scope={SCOPE}&scope=repository:open/image:pull"
        )

    assert frozenset({"repository:open/image:pull"}) == issuer.scopes_of(got.token)


async def test_tls_is_trusted_through_its_authority_alone() -> None:
    """A client that knows the authority connects; one that does not refuses."""
    authority = Authority()
    async with Registry(tls=authority.server_context()) as registry:
        trusted = await ask(
            "GET", f"{registry.url}/v2/", tls=authority.client_context()
        )
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await ask("GET", f"{registry.url}/v2/")

    assert (trusted.status, registry.url.partition(":")[0]) == (200, "https")


async def test_a_client_certificate_is_asked_for(tmp_path: Path) -> None:
    """Only the client that shows a certificate of the authority is served."""
    authority = Authority()
    certificate, key = authority.write_client_certificate(tmp_path)
    context = authority.client_context()
    async with Registry(
        tls=authority.server_context(needs_client_certificate=True)
    ) as registry:
        with pytest.raises((aiohttp.ClientError, ssl.SSLError)):
            await ask("GET", f"{registry.url}/v2/", tls=context)
        context.load_cert_chain(certificate, key)
        got = await ask("GET", f"{registry.url}/v2/", tls=context)

    assert got.status == 200


async def test_a_foreign_host_tells_who_brought_credentials() -> None:
    """What was put there is served with its date, and every credential that came is on record."""
    async with ForeignHost() as host:
        url = host.put(
            "/fwlink/?linkid=1", b"layer", datetime(2018, 9, 18, 20, 20, 50, tzinfo=UTC)
        )
        url_of_large = host.put_headers("/large", 4_069_985_900)
        small = await ask("GET", url)
        large = await ask(
            "HEAD", url_of_large, headers={"Authorization": "Basic b3BhbA=="}
        )

    assert (small.body, small.headers["Last-Modified"]) == (
        b"layer",
        "Tue, 18 Sep 2018 20:20:50 GMT",
    )
    assert large.headers["Content-Length"] == "4069985900"
    assert host.credentials_seen == ["Basic b3BhbA=="]


async def test_the_proxy_passes_plain_requests_and_tunnels() -> None:
    """Absolute-form requests and CONNECT both arrive, under any name that is routed, and are recorded."""
    authority = Authority()
    trust = authority.client_context()
    async with (
        filled(Registry()) as plain,
        filled(Registry(tls=authority.server_context("registry.test"))) as secure,
        Proxy(routes={"registry.test:443": secure.address}) as proxy,
    ):
        first = await ask("GET", plain.url + PATH, proxy=proxy.url)
        second = await ask(
            "GET", f"https://registry.test{PATH}", proxy=proxy.url, tls=trust
        )

    assert random_image().manifest.content == first.body == second.body
    assert proxy.targets == [plain.url + PATH, "registry.test:443"]
    assert secure.asked()[0].headers["Host"] == "registry.test"


async def test_the_proxy_asks_for_its_own_credentials() -> None:
    """Without the right pair the answer is 407, and the registry hears nothing; with it, it never sees the pair."""
    right = basic_authorization("reader", "opal")
    async with (
        filled(Registry()) as registry,
        Proxy(user="reader", password="opal") as proxy,
    ):
        refused = await ask("GET", registry.url + PATH, proxy=proxy.url)
        heard = list(registry.lines)
        passed = await ask(
            "GET",
            registry.url + PATH,
            proxy=proxy.url,
            headers={"Proxy-Authorization": right},
        )

    assert (refused.status, heard, passed.status) == (407, [], 200)
    assert "Proxy-Authorization" not in registry.asked()[0].headers
