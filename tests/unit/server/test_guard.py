from http import HTTPStatus
from ipaddress import ip_network
from typing import Any

import msgspec
import pytest

from support.asgi import Answered, answer_to, ask, echo, request_scope
from tagledger.endpoint.asgi import Application
from tagledger.server.guard import (
    MAX_ADDRESS_BYTES,
    MAX_BODY_BYTES,
    MAX_HEADER_BYTES,
    MAX_RESULT_BYTES,
    Guard,
)
from tagledger.server.origins import Origins, TrustedHosts
from tagledger.server.seen import SEEN, Seen

PLACES = [
    ("/t/python:3.6", "page"),
    ("/api/v1/x", "problem"),
    ("/v2/library/python/tags/list", "registry"),
]


def guarded(inner: Application = echo) -> Application:
    """An application behind the guard, with a proxy that is trusted."""
    guard = Guard(
        inner,
        origins=Origins([ip_network("10.0.0.0/8")]),
        hosts=TrustedHosts(["localhost"]),
    )

    async def application(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own
        scope[SEEN] = Seen("", "an id")
        await guard(scope, receive, send)

    return application


def answering(body: bytes, *headers: tuple[bytes, bytes]) -> Application:
    """An application that answers so."""

    async def application(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own
        _ = scope, receive
        length = (b"content-length", str(len(body)).encode())
        start = {
            "type": "http.response.start",
            "status": 200,
            "headers": [length, *headers],
        }
        await send(start)
        await send({"type": "http.response.body", "body": body})

    return application


def kind_of(answered: Answered) -> str:
    """In which form an error is told."""
    media_type = answered.headers["content-type"].partition(";")[0]
    if media_type == "application/json":
        errors = msgspec.json.decode(answered.body)["errors"]
        assert {"code", "message"} == errors[0].keys()
        return "registry"
    if media_type == "application/problem+json":
        problem = msgspec.json.decode(answered.body)
        assert answered.status == problem["status"]
        return "problem"
    assert media_type == "text/html"
    assert f"<h1>{HTTPStatus(answered.status).phrase}</h1>" in answered.text
    return "page"


@pytest.mark.parametrize(("path", "kind"), PLACES)
@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"host": "evil.example"}, 400),
        ({"headers": {"content-length": str(MAX_BODY_BYTES + 1)}}, 413),
        ({"headers": {"content-length": "9" * 30}}, 413),
        ({"headers": {"content-length": "-1"}}, 413),
        ({"headers": {"transfer-encoding": "chunked"}}, 413),
        ({"headers": {"x-much": "a" * MAX_HEADER_BYTES}}, 431),
        ({"headers": {f"x-{n}": "a" * 1_000 for n in range(40)}}, 431),
    ],
)
async def test_what_is_out_of_bounds_is_refused_in_the_form_of_its_place(
    path: str, kind: str, request_: dict[str, Any], status: int
) -> None:
    """Names, bodies and headers; as a page, a problem document or a registry's error."""
    found = await ask(guarded(), path, **request_)

    assert status == found.status
    assert kind == kind_of(found)


async def test_an_address_has_a_bound() -> None:
    """Path and query together."""
    at_most = f"/search?q={'a' * (MAX_ADDRESS_BYTES - 9)}"

    assert 200 == (await ask(guarded(), at_most)).status
    assert 414 == (await ask(guarded(), f"{at_most}a")).status
    assert 414 == (await ask(guarded(), f"/{'a' * MAX_ADDRESS_BYTES}")).status


async def test_a_small_body_is_let_be() -> None:
    """Some clients send a few bytes with what they ask; nobody reads them."""
    headers = {"content-length": str(MAX_BODY_BYTES)}

    assert 200 == (await ask(guarded(), headers=headers)).status


async def test_health_is_told_to_who_knows_only_our_address() -> None:
    """A prober need not know our name."""
    assert 200 == (await ask(guarded(), "/healthz", host="10.3.4.5:8080")).status


@pytest.mark.parametrize("path", ["/", "/t/python:3.6", "/api/v1/x", "/metrics"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PURGE"])
async def test_the_site_is_only_read(path: str, method: str) -> None:
    """Every other method is refused, and those that are not are named."""
    found = await ask(guarded(), path, method=method)

    assert 405 == found.status
    assert "GET, HEAD, OPTIONS" == found.headers["allow"]


async def test_the_registry_speaks_for_itself() -> None:
    """Its methods are its own specification's."""
    found = await ask(guarded(), "/v2/library/python/blobs/uploads/", method="POST")

    assert 200 == found.status


async def test_options_are_told() -> None:
    """OPTIONS says what can be done."""
    found = await ask(guarded(), method="OPTIONS")

    assert (204, "GET, HEAD, OPTIONS") == (found.status, found.headers["allow"])


async def test_head_is_get_without_its_body() -> None:
    """The same status and headers, the length of what GET would send, and no byte of it."""
    got = await ask(guarded(answering(b"a page", (b"etag", b'"1"'))))
    head = await ask(guarded(answering(b"a page", (b"etag", b'"1"'))), method="HEAD")

    assert got.headers == head.headers
    assert "6" == head.headers["content-length"]
    assert (b"a page", b"") == (got.body, head.body)


async def test_a_result_has_a_bound() -> None:
    """What is larger is not sent; layers, which the registry serves, are not pages."""
    large = answering(bytes(MAX_RESULT_BYTES + 1))

    found = await ask(guarded(large), "/raw/x")
    assert 500 == found.status
    assert "page" == kind_of(found)
    assert 200 == (await ask(guarded(large), "/v2/a/blobs/sha256:0")).status
    assert 200 == (await ask(guarded(answering(bytes(MAX_RESULT_BYTES))))).status


async def test_browsers_are_told_to_run_nothing_that_is_not_ours() -> None:
    """The policy of every page: no inline script, no other place, no frame, no guess at types."""
    for answered in (
        await ask(guarded()),
        await ask(guarded(), host="evil.example"),
        await ask(guarded(), method="POST"),
    ):
        assert answered.headers["content-security-policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        assert "nosniff" == answered.headers["x-content-type-options"]
        assert "same-origin" == answered.headers["referrer-policy"]
        assert "same-origin" == answered.headers["cross-origin-opener-policy"]
        assert "same-origin" == answered.headers["cross-origin-resource-policy"]
        assert "strict-transport-security" not in answered.headers


async def test_what_a_registry_serves_is_no_page_of_ours() -> None:
    """A blob that is markup runs in a sandbox, and no other policy loosens it."""
    found = await ask(guarded(), "/v2/library/python/blobs/sha256:0")

    assert "default-src 'none'; sandbox" == found.headers["content-security-policy"]
    assert "nosniff" == found.headers["x-content-type-options"]


async def test_a_policy_of_a_handler_stays() -> None:
    """A header that is there already is not said twice."""
    own = answering(b"", (b"content-security-policy", b"default-src 'none'"))

    found = await ask(guarded(own))

    assert "default-src 'none'" == found.headers["content-security-policy"]


async def test_under_tls_browsers_are_told_to_stay_there() -> None:
    """Also where a proxy that is trusted speaks TLS for us; never else."""
    own = await ask(guarded(), scheme="https")
    forwarded = {"x-forwarded-for": "198.51.100.4", "x-forwarded-proto": "https"}
    proxy = await ask(guarded(), address="10.0.0.1", headers=forwarded)
    stranger = await ask(guarded(), headers=forwarded)

    assert "max-age=31536000" == own.headers["strict-transport-security"]
    assert "max-age=31536000" == proxy.headers["strict-transport-security"]
    assert "strict-transport-security" not in stranger.headers


async def test_what_a_trusted_proxy_says_reaches_what_is_within() -> None:
    """Address, scheme and name, so that links are those that who asks can follow."""
    headers = {
        "x-forwarded-for": "198.51.100.4",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "localhost",
    }

    found = await ask(guarded(), address="10.0.0.1", host="inner", headers=headers)

    told = msgspec.json.decode(found.body)
    assert ("198.51.100.4", "https", "localhost") == (
        told["address"],
        told["scheme"],
        told["host"],
    )


async def test_a_name_that_a_proxy_gives_must_be_ours_as_well() -> None:
    """A proxy hands on what it was sent."""
    headers = {"x-forwarded-for": "198.51.100.4", "x-forwarded-host": "evil.example"}

    assert 400 == (await ask(guarded(), address="10.0.0.1", headers=headers)).status


@pytest.mark.parametrize(
    ("address", "given", "expected"),
    [
        ("10.0.0.1", "abc-123", "abc-123"),
        ("10.0.0.1", "a b", "an id"),
        ("10.0.0.1", "a" * 65, "an id"),
        ("192.0.2.7", "abc-123", "an id"),
    ],
)
async def test_a_trusted_proxy_may_name_a_request(
    address: str, given: str, expected: str
) -> None:
    """With a plain word; from anybody else a name is not taken."""
    headers = {"x-forwarded-for": "198.51.100.4", "x-request-id": given}
    scope = request_scope(address=address, headers=headers)

    await answer_to(guarded(), scope)

    assert expected == scope[SEEN].request_id
