from ipaddress import ip_network
from typing import Any

import pytest

from support.asgi import ask, request_scope
from tagledger.flows.visitor import VISITOR, Visitor
from tagledger.server.figures import Figures
from tagledger.server.guard import ORIGIN
from tagledger.server.origins import Origins

PROXY = ip_network("10.0.0.0/8")
FORWARDED = {"x-forwarded-for": "127.0.0.1"}


@pytest.mark.parametrize(
    ("address", "headers", "visitor", "status"),
    [
        ("127.0.0.1", {}, None, 200),
        ("::1", {}, None, 200),
        ("192.0.2.7", {}, None, 404),
        ("203.0.113.5", {}, None, 200),
        ("127.0.0.1", {"x-forwarded-for": "192.0.2.7"}, None, 404),
        ("192.0.2.7", FORWARDED, None, 404),
        ("203.0.113.5", FORWARDED, None, 404),
        ("10.0.0.1", FORWARDED, None, 200),
        ("10.0.0.1", {"x-forwarded-for": "203.0.113.5"}, None, 200),
        ("10.0.0.1", {"x-forwarded-for": "192.0.2.7"}, None, 404),
        ("192.0.2.7", {}, Visitor("alice"), 200),
        ("192.0.2.7", {}, Visitor(None), 404),
        ("192.0.2.7", {}, Visitor("bob", ("python",)), 404),
    ],
)
async def test_figures_are_for_who_runs_the_service(
    address: str, headers: dict[str, str], visitor: Visitor | None, status: int
) -> None:
    """This machine, those named, who may read everything; a proxy is none of them by itself."""
    scope = request_scope(address=address, headers=headers)
    more: dict[str, Any] = {ORIGIN: Origins([PROXY]).of(scope)}
    if visitor is not None:
        more[VISITOR] = visitor

    figures = Figures(lambda: b"figures 1\n", [ip_network("203.0.113.0/24")])
    answered = await ask(figures, "/metrics", address=address, headers=headers, **more)

    assert status == answered.status
    assert (b"figures 1\n" == answered.body) == (status == 200)
