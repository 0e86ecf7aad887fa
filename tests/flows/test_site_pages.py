"""The pages of the site over HTTP, as a browser without scripts finds them."""

import json
import re
from collections.abc import Iterator
from urllib.parse import quote, unquote

import pytest

from support import shown_ledger
from support.pages import SeenPage, assert_nothing_runs, seen
from support.seed_page import PAGE_FILE
from support.service import Answer, Service
from tagledger.site import addresses

ELSEWHERE = (
    addresses.HISTORY,
    addresses.DIGEST,
    addresses.DIFF,
    addresses.FEED,
)
"""Pages that have tests of their own."""

ALL = (
    shown_ledger.MOVED,
    shown_ledger.SEED,
    shown_ledger.REPORTED,
    shown_ledger.CONTRADICTED,
    shown_ledger.PARTIAL,
    shown_ledger.INDEX,
    shown_ledger.ATTESTED,
    shown_ledger.SPARSE,
    shown_ledger.CHART,
    shown_ledger.FOREIGN,
    shown_ledger.OLD,
    "example:1.0-gone",
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service over a ledger with one of everything."""
    path = shown_ledger.fill(tmp_path_factory.mktemp("site") / "ledger.sqlite")
    with Service(path) as running:
        yield running


def page_at(service: Service, path: str, *, status: int = 200) -> SeenPage:
    """The page at that address, in which nothing runs."""
    answer = service.get(path)
    assert status == answer.status, answer.text
    page = seen(answer)
    assert_nothing_runs(page)
    return page


def test_every_link_leads_somewhere(service: Service) -> None:
    """From the front page on, every address of the site answers 200 or leads to one that does."""
    waiting, visited = ["/"], set[str]()
    while waiting:
        path = waiting.pop()
        if path in visited or path.startswith(ELSEWHERE):
            continue
        visited.add(path)
        answer = service.get(path)
        assert answer.status in {200, 303}, (path, answer.status)
        if answer.status == 303:
            waiting.append(answer.headers["location"])
        elif answer.headers["content-type"].startswith("text/html"):
            page = seen(answer)
            assert_nothing_runs(page)
            links = (link.partition("#")[0] for link in page.links)
            waiting += [link for link in links if link]
        assert len(visited) < 2_000

    for name in ALL:
        assert f"/t/{name}" in visited
    assert any(path.startswith("/raw/") and "bytes=1" in path for path in visited)


@pytest.mark.parametrize("name", ALL)
def test_a_tag_says_what_it_is_and_how_that_is_known(
    service: Service, name: str
) -> None:
    """The page of every kind of tag has its name as title and heading, and words of evidence."""
    page = page_at(service, f"/t/{name}")

    assert f"{name} · Tagledger" == page.title
    assert page.having("h1")
    assert name in page.text
    assert "What was it on" in page.text


def test_an_image_is_shown_whole(service: Service) -> None:
    """Steps beside their layers, where the base ends, settings, and pull lines."""
    page = page_at(service, "/t/example:1.0")

    for text in (
        "RUN curl -fsSL https://x.example/1.0.2.tar.gz | tar -x",
        "the base ends here; what follows is the image's own",
        "from a base: 1 layer",
        'Entrypoint ["/entry"]',
        "User nobody",
        "Ports 8080/tcp",
        "Volumes /data",
        "Stop signal SIGINT",
        "Health check curl localhost, every 30 s",
        "VERSION 1.0.2",
        "org.example.kind test",
        "by tag docker pull example:1.0",
        f"docker pull example@{shown_ledger.TWO.digest}",
        f"docker pull 127.0.0.1:{service.port}/at/2019-11-15/library/example:1.0",
        "Downloads named in the steps https://x.example/1.0.2.tar.gz",
        "layers read",
        "steps read",
    ):
        assert text in page.text
    assert 2 == len(page.having("li", class_="step of-base")) + len(
        page.having("li", class_="step light of-base")
    )
    assert page.having("rect", class_="base")
    assert page.having("rect", class_="own")


def test_a_tag_at_a_moment(service: Service) -> None:
    """A day means its end; what is past says so and leads to what came after."""
    before = page_at(service, "/t/example:1.0?at=2019-11-14")
    moment = page_at(service, "/t/example:1.0?at=2019-11-15T11:59Z")
    after = page_at(service, "/t/example:1.0?at=2019-11-15")
    now = page_at(service, "/t/example:1.0")

    assert shown_ledger.ONE.digest in before.text
    assert shown_ledger.ONE.digest in moment.text
    assert shown_ledger.TWO.digest in after.text
    assert shown_ledger.TWO.digest in now.text
    assert "This is the past" in before.text
    assert "This is the past" not in now.text
    assert "/t/example:1.0?at=2019-11-15T12:00:00Z" in map(unquote, before.links)
    assert "docker pull example:1.0" not in before.text
    assert "/at/2019-11-14/library/example:1.0" in before.text
    assert "seen 2 times" in before.text


def test_a_moment_that_is_none(service: Service) -> None:
    """400, with what a moment looks like."""
    page = page_at(service, "/t/example:1.0?at=yesterday", status=400)

    assert "write 2017-12-01" in page.text


def test_before_it_was_seen(service: Service) -> None:
    """404, with a link to when it was first seen."""
    page = page_at(service, "/t/example:1.0?at=2001-01-01", status=404)

    assert "nothing of it from so early" in page.text
    assert "/t/example:1.0?at=2019-11-13T12:00:00Z" in map(unquote, page.links)


def test_a_tag_that_is_gone(service: Service) -> None:
    """It says that nothing was there, and what was before."""
    page = page_at(service, "/t/example:1.0-gone")

    assert "Nothing was published under this name" in page.text
    assert "/t/example:1.0-gone?at=2019-11-13T12:00:00Z" in map(unquote, page.links)


def test_platforms_are_tabs(service: Service) -> None:
    """One tab for each, of which one is current, and each leads to its image."""
    page = page_at(service, f"/t/{shown_ledger.INDEX}")
    current = page.having("a", **{"aria-current": "page"})
    arm = page_at(service, f"/t/{shown_ledger.INDEX}?platform=linux/arm64/v8")

    assert 1 == len(current)
    assert f"/t/{shown_ledger.INDEX}?platform=linux/arm64/v8" in page.links
    assert "Platform linux/amd64" in page.text
    assert "Platform linux/arm64/v8" in arm.text


def test_a_proven_page(service: Service) -> None:
    """The founding page: its list and manifests are proven, what it tells of steps and dates is reported."""
    page = page_at(service, f"/t/{shown_ledger.SEED}")

    assert "proven" in page.text
    for text in (
        "layers proven steps reported layer dates reported",
        "Platform windows/amd64:10.0.14393.3326",
        "foreign: held elsewhere",
        'Command ["python"]',
        "Built with Docker 18.03.1-ee-4",
        f"/at/2019-11-13/library/{shown_ledger.SEED}",
    ):
        assert text in page.text


def test_what_is_only_reported(service: Service) -> None:
    """No word says more, and no line offers to pull it from here."""
    page = page_at(service, f"/t/{shown_ledger.REPORTED}")

    assert "layers reported" in page.text
    assert "Not to be pulled from here" in page.text
    evidence = [given["class"] for given in page.having("span") if "evidence" in given.get("class", "")]  # fmt: skip
    # The foot of every page names all four.
    assert {"evidence reported"} == set(evidence[:-4])


def test_what_is_contradicted(service: Service) -> None:
    """The word and the reason."""
    page = page_at(service, f"/t/{shown_ledger.CONTRADICTED}")

    assert f"contradicted {shown_ledger.WHY}" in page.text


def test_what_is_partly_known(service: Service) -> None:
    """What was written down is shown, and why there is no more."""
    page = page_at(service, f"/t/{shown_ledger.PARTIAL}")

    assert "Only partly known." in page.text
    assert "What was written down of it" in page.text
    assert "image linux/amd64" in page.text


def test_attestations(service: Service) -> None:
    """They stand with the image that they speak of, and say what they state."""
    page = page_at(service, f"/t/{shown_ledger.ATTESTED}")

    assert "Attestations" in page.text
    assert "https://slsa.dev/provenance" in page.text


def test_an_artifact(service: Service) -> None:
    """A chart is no image: its type and its blobs."""
    page = page_at(service, f"/t/{shown_ledger.CHART}")

    assert "Artifact: application/vnd.cncf.helm.config.v1+json" in page.text
    assert "application/vnd.cncf.helm.chart.content.v1.tar+gzip" in page.text


def test_a_sparse_index(service: Service) -> None:
    """What is listed and not held is named."""
    page = page_at(service, f"/t/{shown_ledger.SPARSE}")

    assert "Missing: listed, and not held by this source" in page.text


def test_an_image_by_its_digest(service: Service) -> None:
    """A reference with a digest is a page too; one that the repository never had is not."""
    page = page_at(service, f"/t/example@{shown_ledger.ONE.digest}")
    elsewhere = page_at(service, f"/t/other@{shown_ledger.ONE.digest}", status=404)

    assert "VERSION 1.0.1" in page.text
    assert "no observation of it" in elsewhere.text


def test_a_name_that_is_not_there(service: Service) -> None:
    """404: the tags of the repository that are like it, and what can be done."""
    page = page_at(service, "/t/example:1.1", status=404)
    nowhere = page_at(service, "/t/no/such/thing:1", status=404)
    nonsense = page_at(service, "/t/NO%20NAME", status=400)

    assert "/t/example:1.0" in page.links
    assert "tagledger record example:1.1" in page.text
    assert "no observation of it" in nowhere.text
    assert "This is no name of an image" in nonsense.text


def test_a_repository(service: Service) -> None:
    """Its tags with platforms, size, and when they were seen; those that are gone say so."""
    page = page_at(service, "/r/example")
    few = page_at(service, "/r/example?tag=gone")
    none = page_at(service, "/r/example?tag=zzz")

    assert "2 tags, seen from 2019-11-13 to 2019-11-15 12:00" in page.text
    assert re.search(r"1\.0 amd64 \d[\d.]* k?B", page.text, re.IGNORECASE)
    assert "1.0-gone gone" in page.text
    assert "1 tag with gone" in few.text
    assert "Show all 2" in none.text
    assert "/t/example:1.0" in page.links


def test_a_repository_that_is_not_there(service: Service) -> None:
    """404, and a way on."""
    page = page_at(service, "/r/nothing/here", status=404)

    assert "/r/" in page.links


def test_all_repositories(service: Service) -> None:
    """By name, and only those that fit a part of it."""
    page = page_at(service, "/r/")
    some = page_at(service, "/r/?name=other")
    none = page_at(service, "/r/?name=zzz")

    assert {"/r/example", "/r/python", "/r/other/told"} <= {*page.links}
    assert "/r/other/told" in some.links
    assert "/r/python" not in some.links
    assert "No repository has zzz in its name" in none.text


def test_the_front_page(service: Service) -> None:
    """What changed lately, with what, and figures."""
    page = page_at(service, "/")

    assert "What changed lately" in page.text
    assert "/t/example:1.0?at=2019-11-15T12:00:00Z" in map(unquote, page.links)
    assert "2 steps changed" in page.text
    assert re.search(r"\d+ repositories|repositories \d+", page.text)


@pytest.mark.parametrize(
    ("query", "location"),
    [
        ("example:1.0", "/t/example:1.0"),
        ("docker.io/library/example:1.0", "/t/example:1.0"),
        ("docker pull example:1.0", "/t/example:1.0"),
        ("example", "/r/example"),
        ("other/told", "/r/other/told"),
        (shown_ledger.ONE.digest, f"/d/{shown_ledger.ONE.digest}"),
        (shown_ledger.ONE.digest[7:21].upper(), f"/d/{shown_ledger.ONE.digest}"),
    ],
)
def test_search_goes_straight_to_what_is_named(
    service: Service, query: str, location: str
) -> None:
    """A tag, a repository, or a digest by its first digits: 303 to its page."""
    answer = service.get(f"/search?q={quote(query)}")

    assert (303, location) == (answer.status, unquote(answer.headers["location"]))


def test_search_in_steps(service: Service) -> None:
    """The step with its words marked, and the names of the images that have it."""
    page = page_at(service, "/search?q=curl+tar.gz")

    assert "RUN curl -fsSL https://x.example/1.0.2.tar.gz" in page.text
    assert page.having("mark")
    assert "example:1.0" in page.text
    assert any(link.startswith("/t/example:1.0?") for link in page.links)


@pytest.mark.parametrize(
    ("parameters", "is_found"),
    [
        ("q=curl&repo=example", True),
        ("q=curl&repo=other/*", False),
        ("q=x.example/1.0.1&exact=1", True),
        ("q=example/x.1.0.1&exact=1", False),
        ("env=VERSION=1.0.1", True),
        ("env=VERSION=9", False),
        ("label=org.example.kind", True),
        ("platform=linux/amd64&q=curl", True),
        ("platform=windows&q=curl", False),
        ("q=curl&until=2019-11-12", False),
        ("q=curl&since=2019-11-13", True),
        ("q=example&kind=steps", True),
    ],
)
def test_search_with_filters(
    service: Service, parameters: str, *, is_found: bool
) -> None:
    """Each filter leaves out what it should, and the form keeps what was said."""
    page = page_at(service, f"/search?{parameters}")

    assert is_found == ("No image fits" not in page.text)
    for pair in parameters.split("&"):
        name, _, value = pair.partition("=")
        if name not in {"kind", "exact"}:
            assert page.having("input", name=name, value=value), name


def test_a_search_that_makes_no_sense(service: Service) -> None:
    """400, with the reason beside the form."""
    page = page_at(service, "/search?q=a&platform=no/such/thing/at/all", status=400)

    assert "more than three parts" in page.text
    assert page.having("input", name="platform", value="no/such/thing/at/all")


def test_a_digest_that_several_begin_with(service: Service) -> None:
    """What begins alike is listed; nothing is guessed."""
    page = page_at(service, "/search?q=000000000000")

    assert "No image fits" in page.text


def test_a_document_is_laid_out(service: Service) -> None:
    """Every digest in it is a link, and the exact bytes can be had."""
    digest = shown_ledger.ONE.digest
    page = page_at(service, f"/raw/{digest}")
    content = service.get(f"/raw/{digest}?bytes=1")

    assert f"/d/{shown_ledger.ONE.layers[0].blob.digest}" in page.links
    assert shown_ledger.ONE.manifest.content == content.body
    assert "application/octet-stream" == content.headers["content-type"]
    assert "nosniff" == content.headers["x-content-type-options"]
    assert content.headers["content-disposition"].startswith("attachment")


def test_a_document_that_is_not_held(service: Service) -> None:
    """404 for a layer, whose bytes no ledger has; 400 for what is no digest."""
    layer = shown_ledger.ONE.layers[0].blob.digest

    assert "only" not in page_at(service, f"/raw/{layer}", status=404).title
    page_at(service, "/raw/sha256:12", status=400)


def test_the_page_as_it_was_published(service: Service) -> None:
    """To the byte, as text that no browser runs."""
    answer = service.get(f"/page/{shown_ledger.SEED}")

    assert PAGE_FILE.read_bytes() == answer.body
    assert "text/plain; charset=utf-8" == answer.headers["content-type"]
    assert "nosniff" == answer.headers["x-content-type-options"]


def test_the_report_as_json(service: Service) -> None:
    """What `report --json` prints."""
    answer = service.get("/page/example:1.0?form=json&at=2019-11-13")

    report = json.loads(answer.body)
    assert "application/json" == answer.headers["content-type"]
    assert shown_ledger.ONE.digest in json.dumps(report)


def test_style_and_script_are_kept_for_good(service: Service) -> None:
    """Under an address with their hash; compressed for who takes it; 304 for who has it."""
    page = page_at(service, "/")
    (path,) = [link for link in page.links if link.endswith("tagledger.css")]
    plain = service.get(path)
    packed = service.get(path, headers={"Accept-Encoding": "gzip"})
    known = service.get(path, headers={"If-None-Match": plain.headers["etag"]})
    old = service.get("/static/0123/tagledger.css")

    assert "public, max-age=31536000, immutable" == plain.headers["cache-control"]
    assert "gzip" == packed.headers["content-encoding"]
    assert len(packed.body) < len(plain.body) / 2
    assert (304, b"") == (known.status, known.body)
    assert ("no-cache", plain.body) == (old.headers["cache-control"], old.body)
    assert 404 == service.get("/static/0123/README.md").status


def test_no_look_up_where_it_is_not_allowed(service: Service) -> None:
    """Without `--live` nothing offers it, and its address is not there."""
    page = page_at(service, "/t/example:9", status=404)
    answer: Answer = service.get("/live/example:9")

    assert not [link for link in page.links if link.startswith("/live/")]
    assert 404 == answer.status
