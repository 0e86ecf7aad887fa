import base64
from pathlib import Path
from typing import Any

import msgspec
import pytest

from support.access_files import OPEN, PASSWORDS, TOKEN, access_file, hashed
from support.asgi import Answered, ask, echo
from support.basic import basic_authorization
from tagledger.endpoint.asgi import Application
from tagledger.server.access import Access
from tagledger.server.access_rules import Rules, read_rules
from tagledger.server.credentials import Credentials
from tagledger.server.grants import GRANT_SECONDS, Grant, sign, verified
from tagledger.server.guard import ORIGIN
from tagledger.server.origins import Origin
from tagledger.server.passwords import Passwords
from tagledger.server.seen import SEEN, Seen

KEY = b"k" * 32
ORIGIN_HERE = Origin("192.0.2.7", "https", "ledger.example:444", True, False)  # noqa: FBT003 - as the guard makes it

ALICE = basic_authorization("alice", PASSWORDS["alice"])
BOB = basic_authorization("bob", PASSWORDS["bob"])


class Door:
    """An application behind a login, its rules, and the time there."""

    def __init__(self, rules: Rules, inner: Application = echo) -> None:
        self.rules = rules
        self.now = 1_000_000.0
        self.seen = Seen("", "")
        self._inner = inner
        self.passwords = Passwords()

    async def ask(
        self,
        path: str = "/",
        authorization: str = "",
        **more: Any,  # noqa: ANN401 - as `ask` takes them
    ) -> Answered:
        """The answer to a request with this header."""
        credentials = Credentials(lambda: self.rules, self.passwords, key=KEY, clock=lambda: self.now)  # fmt: skip
        access = Access(self._inner, lambda: self.rules, credentials, key=KEY, clock=lambda: self.now)  # fmt: skip
        headers = {"authorization": authorization} if authorization else {}
        self.seen = Seen("", "")
        return await ask(access, path, headers=headers, **{SEEN: self.seen, ORIGIN: ORIGIN_HERE}, **more)  # fmt: skip

    async def grant(self, authorization: str = "") -> str:
        """What a client of a registry is lent."""
        answered = await self.ask("/v2/token?service=x", authorization)
        assert 200 == answered.status
        return f"Bearer {msgspec.json.decode(answered.body)['token']}"


@pytest.fixture
def door(tmp_path: Path) -> Door:
    """Something is open to anybody."""
    return Door(read_rules(access_file(tmp_path)))


@pytest.fixture
def shut(tmp_path: Path) -> Door:
    """Nothing is."""
    return Door(read_rules(access_file(tmp_path, anybody=())))


def who(answered: Answered) -> Any:  # noqa: ANN401 - a name and patterns
    """Whom what is within was told."""
    assert 200 == answered.status
    return msgspec.json.decode(answered.body)["visitor"]


@pytest.mark.parametrize("path", ["/", "/api/v1/find", "/v2/library/python/tags/list"])
@pytest.mark.parametrize(
    ("authorization", "name", "readable"),
    [
        ("", None, [*OPEN]),
        (ALICE, "alice", None),
        (ALICE.replace("Basic", "bAsIc  "), "alice", None),
        (BOB, "bob", [*OPEN, "ghcr.io/acme/*"]),
        (basic_authorization("carol", PASSWORDS["carol"]), "carol", [*OPEN, "debian"]),
        (f"Bearer {TOKEN}", "build", [*OPEN, "ghcr.io/acme/*"]),
        (basic_authorization("build", TOKEN), "build", [*OPEN, "ghcr.io/acme/*"]),
        (basic_authorization("", ""), None, [*OPEN]),
    ],
)
async def test_who_asks_is_told_to_what_is_within(
    door: Door, path: str, authorization: str, name: str, readable: list[str]
) -> None:
    """By password or token, everywhere the same; the log is told the name alone."""
    assert [name, readable] == who(await door.ask(path, authorization))
    assert name == door.seen.visitor


@pytest.mark.parametrize("path", ["/", "/api/v1/find", "/v2/library/python/tags/list", "/v2/token", "/login", "/static/x", "/metrics"])  # fmt: skip
@pytest.mark.parametrize(
    "authorization",
    [
        basic_authorization("alice", "wrong"),
        basic_authorization("alice", ""),
        basic_authorization("ALICE", "opal"),
        basic_authorization("nobody", "opal"),
        basic_authorization("", "opal"),
        basic_authorization("build", "wrong"),
        basic_authorization("alice", TOKEN),
        basic_authorization("build", TOKEN.upper()),
        "Bearer wrong",
        "Bearer",
        "Bearer a.b",
        f"Bearer {'a' * 5_000}.{'b' * 5_000}",
        f"Basic {TOKEN}",
        "Basic !!!",
        "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Digest username=alice",
        "opal",
        "\xff",
    ],
)
async def test_wrong_credentials_are_refused_everywhere(
    door: Door, path: str, authorization: str
) -> None:
    """Also where anybody may read: who says who they are is not taken for nobody."""
    answered = await door.ask(path, authorization)

    assert 401 == answered.status
    assert answered.headers["www-authenticate"].split()[0] in ("Basic", "Bearer")
    assert "opal" not in answered.text
    assert door.seen.visitor is None


@pytest.mark.parametrize("path", ["/", "/t/python:3.6", "/api/v1/find", "/metrics", "/v2/", "/v2", "/v2/_catalog", "/v2/library/python/manifests/3.6", "/v2/token", "/login"])  # fmt: skip
async def test_where_nothing_is_open_everything_needs_a_login(
    shut: Door, path: str
) -> None:
    """A browser and a client of a registry are both asked for user and password."""
    for nobody in ("", basic_authorization("", "")):
        answered = await shut.ask(path, nobody)

        assert 401 == answered.status
        assert 'Basic realm="Tagledger", charset="UTF-8"' == answered.headers["www-authenticate"]  # fmt: skip
    expected = 303 if path == "/login" else 200
    assert expected == (await shut.ask(path, ALICE)).status


async def test_what_a_page_is_dressed_with_is_for_everybody(shut: Door) -> None:
    """The page that asks for a login has a style sheet too."""
    assert 200 == (await shut.ask("/static/tagledger.css")).status


async def test_a_client_of_a_registry_is_sent_for_a_grant(door: Door) -> None:
    """Where something is open, for only then does it pull that without a login."""
    answered = await door.ask("/v2/")

    assert 401 == answered.status
    assert (
        'Bearer realm="https://ledger.example:444/v2/token",service="ledger.example:444"'
        == answered.headers["www-authenticate"]
    )
    assert "UNAUTHORIZED" in answered.text


async def test_a_grant_is_as_good_as_the_login_it_was_given_for(door: Door) -> None:
    """Anybody gets one too, for what anybody may read."""
    for authorization, name in (("", None), (basic_authorization("", ""), None), (ALICE, "alice"), (BOB, "bob"), (f"Bearer {TOKEN}", "build")):  # fmt: skip
        grant = await door.grant(authorization)

        assert 200 == (await door.ask("/v2/", grant)).status
        found = who(await door.ask("/v2/library/python/manifests/3.6", grant))
        assert name == found[0]


async def test_a_grant_is_for_the_registry_alone(door: Door) -> None:
    """It stands in the memory of programs that need nothing else."""
    grant = await door.grant(ALICE)

    assert 401 == (await door.ask("/", grant)).status
    assert 401 == (await door.ask("/api/v1/find", grant)).status


async def test_a_grant_ends(door: Door) -> None:
    """After its time, and when who it was given to is taken out of the rules."""
    grant = await door.grant(BOB)
    door.now += GRANT_SECONDS - 1
    assert 200 == (await door.ask("/v2/", grant)).status
    door.now += 1
    assert 401 == (await door.ask("/v2/", grant)).status

    grant = await door.grant(BOB)
    others = {name: who for name, who in door.rules.visitors.items() if name != "bob"}
    door.rules = msgspec.structs.replace(door.rules, visitors=others)
    assert 401 == (await door.ask("/v2/", grant)).status


async def test_a_grant_of_nobody_opens_nothing_any_more_where_all_was_shut(
    door: Door, shut: Door
) -> None:
    """The rules of the moment count, not those when it was lent."""
    grant = await door.grant()

    assert 401 == (await shut.ask("/v2/library/python/manifests/3.6", grant)).status


def test_a_grant_cannot_be_made_or_changed() -> None:
    """Without the key, or in any of its bytes."""
    text = sign(Grant("bob", 2_000), KEY)

    assert Grant("bob", 2_000) == verified(text, KEY, 1_999)
    assert verified(text, b"o" * 32, 1_999) is None
    for place in range(len(text) - 1):
        for letter in "A.z":
            changed = text[:place] + letter + text[place + 1 :]
            if changed != text:
                assert verified(changed, KEY, 1_999) is None


async def not_found(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own
    """An application that has nothing."""
    _ = scope, receive
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b"{}", "more_body": False})


async def test_what_is_not_there_may_be_for_who_logs_in(tmp_path: Path) -> None:
    """Some clients say who they are only when they are asked where they pull: so they are, for all that is absent."""
    door = Door(read_rules(access_file(tmp_path)), not_found)

    answered = await door.ask("/v2/acme/shop/manifests/1")

    assert 401 == answered.status
    assert answered.headers["www-authenticate"].endswith(',scope="repository:acme/shop:pull"')  # fmt: skip
    for authorization in (ALICE, await door.grant(), await door.grant(ALICE)):
        found = await door.ask("/v2/acme/shop/manifests/1", authorization)
        assert 404 == found.status
    assert 404 == (await door.ask("/t/acme/shop")).status


async def test_no_cache_gives_to_one_what_another_may_see(tmp_path: Path) -> None:
    """Answers vary with the login, and what was given for one is nobody else's."""

    async def public(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own
        _ = scope, receive
        kept = (b"Cache-Control", b"public, max-age=60")
        await send({"type": "http.response.start", "status": 200, "headers": [kept]})
        await send({"type": "http.response.body", "body": b""})

    door = Door(read_rules(access_file(tmp_path)), public)
    open_, own = await door.ask(), await door.ask("/", ALICE)

    assert ("authorization", "public, max-age=60") == (open_.headers["vary"], open_.headers["cache-control"])  # fmt: skip
    assert ("authorization", "private, max-age=60") == (own.headers["vary"], own.headers["cache-control"])  # fmt: skip


async def test_a_browser_can_log_in(door: Door) -> None:
    """One place asks for it, and leads home."""
    asked = await door.ask("/login")
    let_in = await door.ask("/login", ALICE, root_path="/ledger")

    assert (401, 'Basic realm="Tagledger", charset="UTF-8"') == (asked.status, asked.headers["www-authenticate"])  # fmt: skip
    assert (303, "/ledger/") == (let_in.status, let_in.headers["location"])


async def test_a_crowd_is_told_to_come_back(door: Door) -> None:
    """Too many passwords at once are not checked, which costs nothing."""

    class Full(Passwords):
        """No room for another check."""

        async def fits(self, name: str, password: str, hashed: bytes) -> bool:
            """Too many."""
            _ = name, password, hashed
            from tagledger.server.passwords import TooManyChecks

            raise TooManyChecks

    door.passwords = Full()

    answered = await door.ask("/", ALICE)

    assert (503, "1") == (answered.status, answered.headers["retry-after"])


async def test_who_is_not_known_is_checked_all_the_same(tmp_path: Path) -> None:
    """So that the time that it takes does not say who is."""
    checked: list[bytes] = []

    def check(given: bytes, against: bytes) -> bool:
        checked.append(against)
        return given == b"opal"

    door = Door(read_rules(access_file(tmp_path)))
    door.passwords = Passwords(check=check)

    assert 401 == (await door.ask("/", basic_authorization("nobody", "opal"))).status
    assert 401 == (await door.ask("/", basic_authorization("alice", "wrong"))).status
    assert 2 == len(checked)
    assert checked[0][:7] == checked[1][:7] == hashed("x").encode()[:7]
