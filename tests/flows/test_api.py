"""The API: what its description promises, byte for byte what the command line prints, and kept by who has it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema
import pytest

from support.api import (
    DESCRIPTION,
    EXAMPLES,
    OPERATIONS,
    example_of,
    served,
    shown,
    target,
)
from support.in_process import ask
from support.program import Program
from support.site_ledger import APP, DISPUTED, EDGE, PAGED
from tagledger.endpoint.asgi import Application
from tagledger.flows.visitor import Visitor
from tagledger.model.digest import Digest

JSON = "application/json"
DOCUMENT = example_of(OPERATIONS["getDocument"]["parameters"][0])


@pytest.fixture(scope="module")
def asked(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Application, Path]]:
    """The site, and its ledger."""
    with served(tmp_path_factory.mktemp("api")) as both:
        yield both


@pytest.fixture
def site(asked: tuple[Application, Path]) -> Application:
    """The site."""
    return asked[0]


def validator(schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    """What holds a value to a schema of the description."""
    whole = {**schema, "components": DESCRIPTION["components"]}
    checker = jsonschema.FormatChecker()
    return jsonschema.Draft202012Validator(whole, format_checker=checker)


def contents(name: str) -> dict[str, Any]:
    """What the operation answers where all is well, by media type."""
    found: dict[str, Any] = OPERATIONS[name]["responses"]["200"]["content"]
    return found


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_example_is_what_is_answered(
    site: Application, name: str, request: pytest.FixtureRequest
) -> None:
    """The description shows a real answer, which its schema allows."""
    answer = ask(site, shown(OPERATIONS[name]))
    media_type, said = next(iter(contents(name).items()))
    if media_type == JSON and request.config.getoption("--update-goldens"):
        (EXAMPLES / f"{name}.json").write_bytes(answer.body)

    assert (200, media_type) == (answer.status, answer.headers["content-type"]), answer.text  # fmt: skip
    if media_type == JSON:
        assert (EXAMPLES / f"{name}.json").read_bytes() == answer.body, (
            "pytest --update-goldens"
        )
        assert [] == list(validator(said["schema"]).iter_errors(answer_of(answer.text)))


def answer_of(text: str) -> Any:  # noqa: ANN401 - whatever JSON has
    """The JSON in a text."""
    return json.loads(text)


def test_no_example_is_left_of_what_is_gone() -> None:
    """The folder has those of the operations alone."""
    assert {name for name in OPERATIONS if JSON in contents(name)} == {
        path.stem for path in EXAMPLES.glob("*.json")
    }


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        (name, parameter)
        for name, operation in OPERATIONS.items()
        for parameter in operation["parameters"]
    ],
    ids=lambda value: value if isinstance(value, str) else value["name"],
)
def test_the_example_of_each_parameter_is_taken(
    site: Application, name: str, parameter: dict[str, Any]
) -> None:
    """It follows its schema, and an answer comes."""
    operation = OPERATIONS[name]

    answer = ask(site, target(operation, parameter["name"]))

    alone = name == "search" and parameter["name"] in ("cursor", "limit")
    assert (400 if alone else 200) == answer.status, answer.text
    assert parameter["description"]
    assert [] == list(validator(parameter["schema"]).iter_errors(example_of(parameter)))


def test_all_examples_together_are_taken(site: Application) -> None:
    """No parameter keeps another from being heard."""
    for operation in OPERATIONS.values():
        names = [parameter["name"] for parameter in operation["parameters"]]

        answer = ask(site, target(operation, *names))

        assert 200 == answer.status, answer.text


def test_everything_is_described() -> None:
    """Each operation has a name, words, an example, and the errors as problem documents; each schema is one."""
    for operation in OPERATIONS.values():
        assert operation["summary"]
        assert operation["description"]
        for status, answer in operation["responses"].items():
            assert answer["description"]
            if status >= "400":
                assert ["application/problem+json"] == [*answer["content"]]
    for schema in DESCRIPTION["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


AT = "2017-03-21T12:00:00Z"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (f"image?ref={APP}", f"report --json ledger:{APP}"),
        (f"image?ref={APP}&at={AT}", f"report --json --at {AT} ledger:{APP}"),
        (f"image?ref={PAGED}", f"report --json ledger:{PAGED}"),
        (f"image?ref={APP}&platform=linux/arm64", f"report --json --platform linux/arm64 ledger:{APP}"),
        (f"image?ref={APP}&format=markdown", f"report ledger:{APP}"),
        (f"image?ref={PAGED}&format=markdown", f"report ledger:{PAGED}"),
        (f"raw?ref={APP}", f"raw ledger:{APP}"),
        (f"raw?ref={APP}&at={AT}&config=true", f"raw --at {AT} --config ledger:{APP}"),
        (f"raw?ref={APP}&platform=linux/arm64", f"raw --platform linux/arm64 ledger:{APP}"),
        ("tag-names?repository=example/app", "tags --json ledger:example/app"),
        (f"history?ref={APP}", f"history --json {APP}"),
        (f"history?ref={APP}&at={AT}", f"history --json --at {AT} {APP}"),
        (f"history?ref={DISPUTED}&source=docker://mirror", f"history --json --source docker://mirror {DISPUTED}"),
        (f"diff?a={APP}&a_at={AT}&b={EDGE}", f"diff --json --at {AT} ledger:{APP} ledger:{EDGE}"),
        (f"diff?a={APP}&b={APP}&platform=linux/amd64&other_platform=linux/arm64", f"diff --json --platform linux/amd64 --other-platform linux/arm64 ledger:{APP} ledger:{APP}"),
        (f"diff?a={APP}&b={APP}&a_at={AT}&format=markdown&full=true", f"diff --markdown --full --at {AT} ledger:{APP} ledger:{APP}"),
        (f"digests/{DOCUMENT}", f"find --json {DOCUMENT}"),
        (f"digests/{DOCUMENT[:19]}", f"find --json {DOCUMENT[:19]}"),
        (f"sizes?ref={APP}&platform=linux/amd64&since=2017-03-02", f"sizes --json --platform linux/amd64 --since 2017-03-02 {APP}"),
        ("sizes?ref=example/app&until=2017-03-31", "sizes --json --until 2017-03-31 example/app"),
        ("search?text=curl+install&limit=3", "find --json --text curl+install --limit 3"),
        ("search?text=curl&limit=2&cursor=2", "find --json --text curl --limit 2 --page 2"),
        ("search?exact=apt-get&repo=example/app", "find --json --text apt-get --exact --repo example/app"),
        ("search?env=APP_VERSION=1.1&label=org.example.version&platform=linux/amd64", "find --json --env APP_VERSION=1.1 --label org.example.version --platform linux/amd64"),
        ("search?repo=example/*&since=2017-03-02&until=2017-03-03", "find --json --repo example/* --since 2017-03-02 --until 2017-03-03"),
        ("stats", "stats --json"),
        ("stats?since=2017-03-02&until=2017-03-31&by=year", "stats --json --since 2017-03-02 --until 2017-03-31 --by year"),
    ],
    ids=lambda value: value.partition(" ")[0] if " " in value else value,
)  # fmt: skip
def test_it_answers_what_the_command_line_prints(
    asked: tuple[Application, Path], program: Program, address: str, words: str
) -> None:
    """Byte for byte."""
    application, ledger = asked
    said = [word.replace("+", " ") for word in words.split()]

    done = program.run("--ledger", str(ledger), *said)

    assert done.code in (0, 1), done.err
    answer = ask(application, f"/api/v1/{address}")
    assert (200, done.out) == (answer.status, answer.body)


def test_a_list_is_read_page_by_page(site: Application) -> None:
    """Each page names the next in itself and in its `Link`, till all was read once."""
    for path, field, total in (
        ("repositories", "repositories", 3),
        ("tags?repository=example/app", "tags", 2),
        ("facts", "facts", 72),
        ("changes", "changes", 69),
        (f"digests/{DOCUMENT}/images", "images", 1),
        ("search?text=curl", "hits", None),
        (f"digests/{DOCUMENT}", "uses", None),
    ):
        whole = read_all(site, f"/api/v1/{path}", field, limit=500)
        parts = read_all(site, f"/api/v1/{path}", field, limit=1 if total != 72 else 7)

        assert whole == parts
        assert total in (None, len(whole))


def read_all(site: Application, path: str, field: str, *, limit: int) -> list[Any]:
    """What all pages of a list have."""
    found: list[Any] = []
    following: str | None = f"{path}{'&' if '?' in path else '?'}limit={limit}"
    while following is not None:
        answer = ask(site, following)
        assert 200 == answer.status, answer.text
        found += answer_of(answer.text)[field]
        link = answer.headers.get("link")
        following = None if link is None else link.partition("<")[2].partition(">")[0]
    return found


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_one_has_is_not_sent_again(site: Application, name: str) -> None:
    """Every answer has an ETag; who gives it back gets that alone, who gives another one gets all."""
    path = shown(OPERATIONS[name])
    tag = ask(site, path).headers["etag"]

    known = ask(site, path, headers={"If-None-Match": f'"other", W/{tag}'})
    other = ask(site, path, headers={"If-None-Match": '"other"'})

    assert (304, b"", tag) == (known.status, known.body, known.headers["etag"])
    assert "content-type" not in known.headers
    assert (200, tag) == (other.status, other.headers["etag"])


def test_a_document_is_kept_for_good(site: Application) -> None:
    """What a digest names never changes: it is the bytes, under that digest, with the day of its first sight."""
    path = f"/api/v1/documents/{DOCUMENT}"

    answer = ask(site, path)
    since = answer.headers["last-modified"]
    again = ask(site, path, headers={"If-Modified-Since": since})
    earlier = ask(site, path, headers={"If-Modified-Since": since.replace("2017", "2016").replace("Wed", "Tue")})  # fmt: skip

    assert DOCUMENT == Digest.of(answer.body)
    assert "Wed, 01 Mar 2017 12:00:00 GMT" == since
    assert "private, max-age=31536000, immutable" == answer.headers["cache-control"]
    assert f'"{DOCUMENT}"' == answer.headers["etag"]
    assert "attachment" in answer.headers["content-disposition"]
    assert (304, 200) == (again.status, earlier.status)


@pytest.mark.parametrize(
    ("address", "status", "code", "said"),
    [
        ("image", 400, "usage", "ref"),
        ("image?ref=UP", 400, "malformed-reference", "lower case"),
        ("image?ref=example/nothing", 404, "not-observed", "example/nothing"),
        (f"image?ref={APP}&at=2016-01-01", 404, "not-observed", "2016"),
        (f"image?ref={APP}&at=yesterday", 400, "malformed-moment", "at='yesterday'"),
        (f"image?ref={APP}&at=", 400, "malformed-moment", "at="),
        (f"image?ref={APP}&platform=linux/mips", 404, "platform-not-found", "linux/mips"),
        (f"image?ref={APP}&platform=a/b/c/d", 400, "malformed-platform", "a/b/c/d"),
        (f"image?ref={APP}&format=yaml", 400, "usage", "format"),
        (f"image?ref={'a' * 501}", 400, "usage", "ref"),
        (f"raw?ref={APP}&config=true", 400, "not-supported", "2 manifests"),
        (f"raw?ref={PAGED}", 404, "content-not-held", "not held"),
        ("search", 400, "nothing-to-search", "what to search for"),
        ("search?text=a&cursor=x", 400, "malformed-cursor", "x"),
        ("facts?cursor=1.2.3", 400, "malformed-cursor", "1.2.3"),
        ("facts?limit=0", 400, "usage", "limit"),
        ("facts?limit=501", 400, "usage", "limit"),
        ("digests/abc", 400, "malformed-digest", "abc"),
        ("digests/abcdef012345", 404, "not-observed", "abcdef012345"),
        ("documents/sha256:12", 400, "malformed-digest", "sha256:12"),
        (f"documents/sha256:{'0' * 64}", 404, "content-not-held", "0000"),
        (f"digests/sha256:{'0' * 64}/images", 404, "not-observed", "0000"),
        ("stats?by=day", 400, "usage", "by"),
        ("nothing", 404, "", "nothing at this address"),
    ],
)  # fmt: skip
def test_an_error_is_a_problem_document(
    site: Application, address: str, status: int, code: str, said: str
) -> None:
    """With the code of the error, and an address at which it is described."""
    answer = ask(site, f"/api/v1/{address}", headers={"Host": "ledger.example:81"})

    problem = answer_of(answer.text)
    assert "application/problem+json" == answer.headers["content-type"]
    assert (status, status, code) == (answer.status, problem["status"], problem.get("code", ""))  # fmt: skip
    assert said in problem["detail"] + problem.get("hint", "")
    schema = DESCRIPTION["components"]["schemas"]["Problem"]
    assert [] == list(validator(schema).iter_errors(problem))
    if code:
        base, slash, path = problem["type"].partition("/problems/")
        assert ("http://ledger.example:81", code) == (base, path)
        page = ask(site, f"{slash}{path}")
        assert 200 == page.status
        assert code in page.text


READERS = {
    "image": f"?ref={APP}",
    "raw": f"?ref={APP}",
    "tag-names": "?repository=example/app",
    "tags": "?repository=example/app",
    "history": f"?ref={APP}",
    "diff": f"?a={APP}&b={APP}",
    "sizes": f"?ref={APP}",
    f"digests/{DOCUMENT}": "",
    f"digests/{DOCUMENT}/images": "",
    f"digests/{DOCUMENT}/verdict": "",
    f"documents/{DOCUMENT}": "",
}


@pytest.mark.parametrize("path", READERS)
def test_what_a_visitor_may_not_read_is_not_there(site: Application, path: str) -> None:
    """404, with the very words of what does not exist."""
    address = f"/api/v1/{path}{READERS[path]}"

    kept = ask(site, address, visitor=Visitor(None, ("example/paged",)))

    assert 404 == kept.status, kept.text
    assert 200 == ask(site, address).status


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("repositories", "repositories"),
        ("facts?limit=500", "facts"),
        ("changes?limit=500", "changes"),
        ("search?text=curl", "hits"),
        ("search?env=APP_VERSION", "hits"),
        ("stats", "sources"),
    ],
)
def test_lists_have_nothing_of_what_a_visitor_may_not_read(
    site: Application, path: str, field: str
) -> None:
    """Neither its names nor its figures."""
    kept = ask(site, f"/api/v1/{path}", visitor=Visitor("carol", ("example/paged",)))
    whole = ask(site, f"/api/v1/{path}")

    assert (200, 200) == (kept.status, whole.status)
    assert "example/app" not in kept.text
    assert len(answer_of(kept.text)[field]) < len(answer_of(whole.text)[field])


def test_every_operation_is_asked_by_somebody_who_may_not_read_all() -> None:
    """The two tests before this one leave no route out."""
    asked = {*READERS, "repositories", "facts", "changes", "search", "stats"}
    named = {quote(path).replace(quote(DOCUMENT), "{digest}") for path in asked}

    assert {path.removeprefix("/api/v1/") for path in DESCRIPTION["paths"]} == named
