import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from support.access import BasicAccess, BearerAccess
from support.exchange import Reply
from support.faults import (
    after,
    challenge,
    endless,
    redirect,
    replying,
    slow_start,
    status,
    times,
)
from support.foreign_host import ForeignHost
from support.images import index_of, random_image
from support.publishing import put_into
from support.registry import Registry
from support.token_server import TokenServer
from support.tokens import TokenIssuer
from tagledger.errors import (
    AccessDenied,
    AuthenticationRequired,
    CredentialsRefused,
    InvalidAnswer,
    RateLimited,
    TagledgerError,
    TooLarge,
    UnsafeAddress,
)
from unit.sources.registry.reading import DATED, Reader

INDEX = index_of(
    [random_image(seed=1, arch="amd64"), random_image(seed=2, arch="arm64")]
)
USERS = {"ada": "hunter2"}


def with_image(access: BasicAccess | BearerAccess) -> Registry:
    """A registry that lets in whom `access` lets in, with `INDEX` as `a/b:1` and `c/d:1`."""
    registry = Registry(access=access)
    put_into(registry, "a/b", INDEX, "1")
    put_into(registry, "c/d", INDEX, "1")
    return registry


@pytest.fixture
async def tokens() -> AsyncIterator[TokenServer]:
    """A token server where everybody may read `a/b`, and `ada` all."""
    issuer = TokenIssuer(USERS, public=("a/b",))
    async with TokenServer(issuer) as running:
        yield running


@pytest.fixture
async def registry(tokens: TokenServer) -> AsyncIterator[Registry]:
    """A registry that sends whoever asks to `tokens`."""
    async with with_image(BearerAccess(tokens.issuer, tokens.realm)) as running:
        yield running


async def test_one_token_serves_all_requests(
    registry: Registry, tokens: TokenServer
) -> None:
    """After one refusal and one token, each request is made once."""
    async with Reader() as reader:
        await reader.observe(f"{registry.address}/a/b:1", DATED)

    assert len(tokens.requests) == 1
    assert {"service": "registry.test", "scope": "repository:a/b:pull"} == dict(
        tokens.requests[0].query
    )
    layers = {layer for image in (1, 2) for layer in range(3)}
    assert len(registry.requests) == 1 + (1 + 2 + 2 + 2 * len(layers))


async def test_requests_at_once_cause_one_token(
    registry: Registry, tokens: TokenServer
) -> None:
    """However many requests are refused side by side, one of them asks for a token."""
    registry.on("GET", "/v2/a/b/manifests/*", slow_start(0.05))
    async with Reader() as reader:
        await asyncio.gather(
            *(reader.observe(f"{registry.address}/a/b:1") for _ in range(8))
        )

    assert len(tokens.requests) == 1


async def test_each_repository_has_a_token_of_its_own(
    registry: Registry, tokens: TokenServer
) -> None:
    """The second repository's token is asked for at once: the registry's way is known."""
    async with Reader(creds=("ada", "hunter2")) as reader:
        await reader.observe(f"{registry.address}/a/b:1")
        before = len(registry.requests)
        await reader.observe(f"{registry.address}/c/d:1")

    scopes = [request.query["scope"] for request in tokens.requests]
    assert scopes == ["repository:a/b:pull", "repository:c/d:pull"]
    assert len(registry.requests) - before == 1 + 2 + 2


async def test_a_token_that_ends_is_renewed_in_time(
    registry: Registry, tokens: TokenServer
) -> None:
    """Past its lifetime a token is not sent again, so nothing is refused."""
    async with Reader() as reader:
        await reader.observe(f"{registry.address}/a/b:1")
        reader.world.now += timedelta(minutes=5)
        before = len(registry.requests)
        await reader.observe(f"{registry.address}/a/b:1")

    assert len(tokens.requests) == 2
    assert len(registry.requests) - before == 1 + 2 + 2


async def test_a_token_that_is_revoked_is_renewed(
    registry: Registry, tokens: TokenServer
) -> None:
    """A refusal in the middle of a run costs one new token."""
    async with Reader() as reader:
        await reader.observe(f"{registry.address}/a/b:1")
        tokens.issuer.revoke_all()
        await reader.observe(f"{registry.address}/a/b:1")

    assert len(tokens.requests) == 2


async def test_a_private_repository_asks_for_a_login(registry: Registry) -> None:
    """A token that opens nothing means that a login is needed."""
    async with Reader() as reader:
        with pytest.raises(AuthenticationRequired):
            await reader.observe(f"{registry.address}/c/d:1")


async def test_credentials_open_a_private_repository(
    registry: Registry, tokens: TokenServer
) -> None:
    """User and password go to the token server, and the token alone to the registry."""
    async with Reader(creds=("ada", "hunter2")) as reader:
        await reader.observe(f"{registry.address}/c/d:1")

    pair = base64.b64encode(b"ada:hunter2").decode()
    assert f"Basic {pair}" == tokens.requests[0].headers["Authorization"]
    kinds = {
        request.headers.get("Authorization", "").partition(" ")[0]
        for request in registry.requests
    }
    assert kinds == {"", "Bearer"}


async def test_a_wrong_password_is_told_as_such(registry: Registry) -> None:
    """The token server's refusal of credentials is no lack of them."""
    async with Reader(creds=("ada", "wrong")) as reader:
        with pytest.raises(CredentialsRefused) as caught:
            await reader.observe(f"{registry.address}/a/b:1")

    assert "wrong" not in str(caught.value)


async def test_a_login_without_rights_is_denied(tokens: TokenServer) -> None:
    """A good login whose token the registry does not take has no access."""
    other = TokenIssuer(USERS)
    async with (
        with_image(BearerAccess(other, tokens.realm)) as registry,
        Reader(creds=("ada", "hunter2")) as reader,
    ):
        with pytest.raises(AccessDenied):
            await reader.observe(f"{registry.address}/a/b:1")

    assert len(tokens.requests) == 1


@pytest.mark.parametrize("field", ["token", "access_token", "token,access_token"])
async def test_a_token_has_two_names(field: str) -> None:
    """Both of the names that token servers use are known."""
    issuer = TokenIssuer(field=field, lifetime_seconds=None)
    async with with_image(BearerAccess(issuer)) as registry, Reader() as reader:
        snapshot = await reader.observe(f"{registry.address}/a/b:1")

    assert len(snapshot.images) == 2


async def test_a_server_of_oauth_alone_is_asked_by_post() -> None:
    """Where GET is not known, user and password go into a form."""
    issuer = TokenIssuer(USERS, methods=("POST",))
    async with (
        with_image(BearerAccess(issuer)) as registry,
        Reader(creds=("ada", "hunter2")) as reader,
    ):
        await reader.observe(f"{registry.address}/a/b:1")

    (posted,) = registry.asked("POST", "/token")
    assert posted.body.startswith(b"grant_type=password&client_id=tagledger")


async def test_basic_authentication_is_answered() -> None:
    """User and password go with each request after the first."""
    async with (
        with_image(BasicAccess("ada", "hunter2")) as registry,
        Reader(creds=("ada", "hunter2")) as reader,
    ):
        await reader.observe(f"{registry.address}/a/b:1")

    refused = [r for r in registry.requests if "Authorization" not in r.headers]
    assert len(refused) == 1


async def test_a_wrong_password_is_tried_once() -> None:
    """Basic credentials that were refused are not sent again."""
    async with (
        with_image(BasicAccess("ada", "hunter2")) as registry,
        Reader(creds=("ada", "wrong")) as reader,
    ):
        with pytest.raises(CredentialsRefused):
            await reader.observe(f"{registry.address}/a/b:1")

    assert len(registry.requests) == 2


async def test_basic_authentication_without_credentials_asks_for_a_login() -> None:
    """Without credentials nothing is tried."""
    async with (
        with_image(BasicAccess("ada", "hunter2")) as registry,
        Reader() as reader,
    ):
        with pytest.raises(AuthenticationRequired):
            await reader.observe(f"{registry.address}/a/b:1")

    assert len(registry.requests) == 1


async def test_credentials_are_not_sent_where_nobody_asks() -> None:
    """A registry that is open to all never sees them."""
    async with Registry() as registry, Reader(creds=("ada", "hunter2")) as reader:
        put_into(registry, "a/b", INDEX, "1")
        await reader.observe(f"{registry.address}/a/b:1")

    assert all("Authorization" not in r.headers for r in registry.requests)


async def test_an_unknown_way_to_authenticate_asks_for_a_login(
    registry: Registry,
) -> None:
    """Ways that we do not know are as good as none."""
    registry.on("GET", "/v2/*", challenge("Negotiate, Digest realm=x"))
    async with Reader(creds=("ada", "hunter2")) as reader:
        with pytest.raises(AuthenticationRequired):
            await reader.observe(f"{registry.address}/a/b:1")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"{}", InvalidAnswer),
        (b"[]", InvalidAnswer),
        (b"\xff", InvalidAnswer),
        (b'{"token":7}', InvalidAnswer),
        (b'{"token":"a\\r\\nX-Evil: 1"}', InvalidAnswer),
        (b'{"token":"a b"}', InvalidAnswer),
        (b'{"a":' + b"[" * 100_000, InvalidAnswer),
        (b'{"token":"' + b"a" * 300_000 + b'"}', TooLarge),
    ],
)
async def test_what_is_no_token_is_not_sent_on(
    registry: Registry, tokens: TokenServer, body: bytes, error: type[TagledgerError]
) -> None:
    """A token that would break out of its header, or is none, is an invalid answer."""
    tokens.on("GET", "/token", replying(Reply(body=body)))
    async with Reader() as reader:
        with pytest.raises(error):
            await reader.observe(f"{registry.address}/a/b:1")

    assert len(registry.requests) == 1


async def test_a_token_without_end_is_not_read_on(
    registry: Registry, tokens: TokenServer
) -> None:
    """The token server's answer is bounded while it comes."""
    tokens.on("GET", "/token", endless())
    async with Reader() as reader:
        with pytest.raises(TooLarge):
            await reader.observe(f"{registry.address}/a/b:1")


async def test_a_token_servers_limit_is_told(
    registry: Registry, tokens: TokenServer
) -> None:
    """A limit on tokens is retried like any other, and then told."""
    tokens.on("GET", "/token", status(429, ("Retry-After", "3600")))
    async with Reader() as reader:
        with pytest.raises(RateLimited):
            await reader.observe(f"{registry.address}/a/b:1")


async def test_a_token_server_that_fails_once_is_asked_again(
    registry: Registry, tokens: TokenServer
) -> None:
    """A failure that passes is not the end."""
    tokens.on("GET", "/token", times(1, status(503)))
    async with Reader() as reader:
        await reader.observe(f"{registry.address}/a/b:1")

    assert len(tokens.requests) == 2


async def test_a_redirect_gets_no_credentials_from_a_token_request(
    registry: Registry, tokens: TokenServer
) -> None:
    """A token request with credentials ends where it was sent."""
    async with ForeignHost() as foreign, Reader(creds=("ada", "hunter2")) as reader:
        tokens.on("GET", "/token", redirect(f"{foreign.url}/token"))
        with pytest.raises(UnsafeAddress):
            await reader.observe(f"{registry.address}/a/b:1")

    assert foreign.requests == []


async def test_an_anonymous_token_request_may_be_redirected(
    registry: Registry, tokens: TokenServer
) -> None:
    """Without credentials there is nothing to lose."""
    async with TokenServer(tokens.issuer) as moved, Reader() as reader:
        tokens.on("GET", "/token", redirect(f"{moved.realm}?scope=repository:a/b:pull"))
        snapshot = await reader.observe(f"{registry.address}/a/b:1")

    assert len(snapshot.images) == 2


async def test_a_refusal_after_a_redirect_gets_no_credentials(
    registry: Registry,
) -> None:
    """A challenge from elsewhere is not answered."""
    async with ForeignHost() as foreign, Reader(creds=("ada", "hunter2")) as reader:
        registry.on(
            "GET", "/v2/a/b/manifests/*", after(1, redirect(f"{foreign.url}/x"))
        )
        foreign.on("GET", "*", challenge('Basic realm="x"'))
        with pytest.raises(AccessDenied):
            await reader.observe(f"{registry.address}/a/b:1")

    assert foreign.credentials_seen == []
    assert len(foreign.requests) == 1
