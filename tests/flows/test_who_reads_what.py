"""One test for each route of the service: what a visitor may not read is not there."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar

from support.access_files import PASSWORDS, access_file
from support.asgi import Answered, ask
from support.basic import basic_authorization
from support.images import Image, image_of, index_of, random_image
from support.past import Fact, record_facts
from support.statements import day
from tagledger.endpoint.asgi import Application, Message
from tagledger.flows.readers import Readers
from tagledger.model.digest import Digest
from tagledger.server.application import make_application
from tagledger.server.options import ServiceOptions
from tagledger.site.app import make_site

pytestmark = pytest.mark.filterwarnings(
    "ignore::litestar.exceptions.LitestarDeprecationWarning"
)
"""Litestar 3 will want to be told which parameters are dependencies."""

ALICE = basic_authorization("alice", PASSWORDS["alice"])
BOB = basic_authorization("bob", PASSWORDS["bob"])

SECRET = "ghcr.io/veiledco/shop"
OPEN = "python"


def built(seed: int, step: str) -> Image:
    """An image with this step and a label of its own."""
    made = random_image(seed=seed, layers=2)
    config = json.loads(made.config.content)
    config["config"]["Labels"] = {"made.by": step}
    config["history"].append({"created_by": f"/bin/sh -c {step}", "empty_layer": True})
    return image_of(config, made.layers, platform=made.platform)


FIRST, SECOND = built(1, "make public one"), built(2, "make public two")
MADE = built(3, "secretive make veiledco")
BOTH = index_of([MADE])
MANIFEST = Digest(MADE.digest)
LIST = Digest(BOTH.root.digest)
LAYER, CONFIG = Digest(MADE.layers[0].blob.digest), Digest(MADE.config.digest)

TRACES = [
    "veiledco",
    *(str(one).partition(":")[2][:12] for one in (MANIFEST, LIST, LAYER, CONFIG)),
]
"""What may stand in no answer to who may not read it, unless they said it themselves."""

SITE: dict[str, list[str]] = {
    "/": ["/"],
    "/api": ["/api"],
    "/r": ["/r/", "/r/?page=1"],
    "/r/{name:path}": [f"/r/{SECRET}", f"/r/{SECRET}?q=1"],
    "/t/{name:path}": [
        f"/t/{SECRET}:1",
        f"/t/{SECRET}:1?at=2017-03-02",
        f"/t/{SECRET}@{LIST}",
        f"/t/{SECRET}@{MANIFEST}",
    ],
    "/page/{name:path}": [f"/page/{SECRET}:1"],
    "/history/{name:path}": [f"/history/{SECRET}:1"],
    "/d/{digest:str}": [f"/d/{one}" for one in (MANIFEST, LIST, LAYER, CONFIG)],
    "/diff": [
        f"/diff?a={SECRET}:1&b={SECRET}:2",
        f"/diff?a={OPEN}:3.6&b={SECRET}:1",
        f"/diff?a={SECRET}:1&b={OPEN}:3.6",
    ],
    "/diff.json": [f"/diff.json?a={OPEN}:3.6&b={SECRET}:1"],
    "/diff.md": [f"/diff.md?a={SECRET}:1&b={OPEN}:3.6"],
    "/raw/{digest:str}": [f"/raw/{MANIFEST}"],
    "/search": [
        "/search?q=secretive",
        "/search?q=veiledco",
        f"/search?q={SECRET}",
        f"/search?q={SECRET}:1",
        f"/search?q={LAYER}",
        f"/search?q={str(LIST)[:20]}",
        f"/search?q={MANIFEST.raw.hex()[:8]}",
    ],
}
"""Addresses for each route of the site that lead to what is secret."""

TRIED_WITH_THE_API = ("/api/v1/", "/feed/")
"""Each operation and each feed is tried in test_api.py and test_feeds.py, which say so of all."""

SAY_NOTHING_OF_A_LEDGER = {
    "/static/{version:str}/{name:str}",
    "/openapi.json",
    "/problems",
    "/problems/{code:str}",
    "/live/{name:path}",  # off here; on, it shows what a registry says to anybody
}

REGISTRY = [
    f"/v2/{SECRET}/manifests/2",
    f"/v2/{SECRET}/manifests/{MANIFEST}",
    f"/v2/{SECRET}/tags/list",
    f"/v2/at/2018-01-01/{SECRET}/manifests/2",
    f"/v2/at/2018-01-01/{SECRET}/tags/list",
    f"/v2/{SECRET}/referrers/{MANIFEST}",
    f"/v2/{SECRET}/blobs/{CONFIG}",
]
CATALOG = "/v2/_catalog"
OUR_OWN = ["/healthz", "/metrics", "/login", "/v2/token", "/v2/"]


def never(path: str) -> str:
    """The address of something like it that was never observed."""
    changed = path.replace("veiledco", "absentco").replace("secretive", "absent")
    for one in (MANIFEST, LIST, LAYER, CONFIG):
        text = str(one)
        flipped = text[:7] + text[7:].translate(str.maketrans("0123456789abcdef", "fedcba9876543210"))  # fmt: skip
        changed = changed.replace(text, flipped).replace(text[:20], flipped[:20])
        changed = changed.replace(one.raw.hex()[:8], flipped[7:15])
    return changed


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """The whole service on a ledger with something open and something secret, asked by who may read all first."""
    folder = tmp_path_factory.mktemp("who")
    address = str(folder / "ledger.db")
    facts = [
        Fact(f"{OPEN}:3.6", FIRST.published, day(0)),
        Fact(f"{SECRET}:1", BOTH, day(1)),
        Fact(f"{SECRET}:2", MADE.published, day(2)),
        Fact(f"{OPEN}:3.6", SECOND.published, day(3)),
        Fact(f"{SECRET}:1", BOTH, day(4)),
    ]
    record_facts(Path(address), facts)
    options = ServiceOptions(
        ledger=address,
        access=access_file(folder),
        access_log=None,
        secret=b"k" * 32,
    )
    service = make_application(options)
    yield service
    asyncio.run(ended(service))


async def ended(service: Application) -> None:
    """Let it begin and end, as a server does."""
    messages = iter(("lifespan.startup", "lifespan.shutdown"))

    async def receive() -> Message:
        return {"type": next(messages)}

    async def send(message: Message) -> None:
        assert message["type"].endswith(".complete")

    await service({"type": "lifespan", "state": {}}, receive, send)


async def get(application: Application, path: str, login: str = "") -> Answered:
    """The answer to somebody."""
    headers = {"authorization": login} if login else {}
    return await ask(application, path, headers=headers)


def test_every_route_of_the_site_is_tried_here(tmp_path: Path) -> None:
    """A route that is added needs addresses here, or a reason why it tells nothing of a ledger."""
    site: Litestar = make_site(Readers(str(tmp_path / "ledger.db")))

    paths = {route.path for route in site.routes}
    pages = {path for path in paths if not path.startswith(TRIED_WITH_THE_API)}

    assert SITE.keys() | SAY_NOTHING_OF_A_LEDGER == pages


@pytest.mark.parametrize("path", [path for paths in SITE.values() for path in paths])
async def test_a_page_shows_nothing_secret(application: Application, path: str) -> None:
    """Who may read it sees it; who may not gets what they would get if it had never been."""
    seen = await get(application, path, ALICE)
    assert seen.status in (200, 303)
    assert [trace for trace in TRACES if trace in whole(seen)]

    for login in ("", BOB):
        found = await get(application, path, login)
        nothing = await get(application, never(path), login)

        assert nothing.status == found.status
        assert said(nothing, never(path)) == said(found, path)
        assert not [trace for trace in TRACES if trace in said(found, path)]


def whole(answered: Answered) -> str:
    """The text of an answer, and where it leads."""
    return f"{answered.text}\n{answered.headers.get('location', '')}"


def said(answered: Answered, path: str) -> str:
    """The text of an answer without what was asked, which it may repeat."""
    text = whole(answered)
    asked = [word for word in re.split(r"[/?=&:@]", path) if len(word) > 5]
    for word in sorted({*asked, *(word[:12] for word in asked if len(word) == 64)}, key=len, reverse=True):  # fmt: skip
        text = text.replace(word, "…")
    return re.sub(r"[0-9a-f]{8,64}…?", "…", text)


@pytest.mark.parametrize("path", REGISTRY)
async def test_the_registry_has_nothing_secret(application: Application, path: str) -> None:  # fmt: skip
    """Its answers to who may not read it are those of what there never was, status and code."""
    seen = await get(application, path, ALICE)
    assert 200 == seen.status
    # Of what is not there, a registry says that nothing refers to it.
    always = 200 if "/referrers/" in path else 0

    for login, status in (("", 401), (BOB, 404)):
        found = await get(application, path, login)
        nothing = await get(application, never(path), login)

        assert (always or status) == found.status == nothing.status
        assert said(nothing, never(path)) == said(found, path)
        assert not [trace for trace in TRACES if trace in said(found, path)]


async def test_the_catalog_lists_what_may_be_read(application: Application) -> None:
    """Page by page, and never the name of what may not."""
    whole = await get(application, CATALOG, ALICE)
    part = await get(application, CATALOG)
    first = await get(application, f"{CATALOG}?n=1")

    assert SECRET in whole.text
    for answered in (part, first):
        assert 200 == answered.status
        assert "veiledco" not in f"{answered.text} {answered.headers}"
    assert "library/python" in part.text


async def test_what_is_open_is_there(application: Application) -> None:
    """The same routes answer what anybody may read, without a login."""
    for path in (
        f"/r/{OPEN}",
        f"/t/{OPEN}:3.6",
        f"/page/{OPEN}:3.6",
        f"/search?q={OPEN}",
        f"/search?q={FIRST.layers[0].blob.digest}",
        f"/v2/library/{OPEN}/tags/list",
    ):
        assert (await get(application, path)).status in (200, 303), path


@pytest.mark.parametrize("path", OUR_OWN)
async def test_what_the_service_says_of_itself_holds_no_names(
    application: Application, path: str
) -> None:
    """Health, figures, logins and grants."""
    for login in ("", BOB):
        found = await get(application, path, login)
        assert not [trace for trace in TRACES if trace in found.text]


async def test_a_page_says_who_it_is_for(application: Application) -> None:
    """A link to log in for who has not, the name for who has."""
    nobody, bob = await get(application, "/"), await get(application, "/", BOB)

    assert 'href="/login"' in nobody.text
    assert "logged in as bob" in bob.text
    assert 'href="/login"' not in bob.text
