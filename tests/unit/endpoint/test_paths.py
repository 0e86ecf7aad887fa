from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tagledger.endpoint.names import moment_of, repository_of, spelled
from tagledger.endpoint.paths import Wanted, parse_path
from tagledger.endpoint.problems import Problem
from tagledger.ledger.source import LATEST
from tagledger.model.reference import Reference

DIGEST = f"sha256:{'ab' * 32}"


def problem_of(path: str | bytes) -> tuple[int, str]:
    """Status and code of what is wrong with a path."""
    with pytest.raises(Problem) as raised:
        parse_path(path if isinstance(path, bytes) else path.encode())
    return raised.value.status, raised.value.error.code


@pytest.mark.parametrize(
    ("name", "domain", "path"),
    [
        ("python", "docker.io", "library/python"),
        ("library/python", "docker.io", "library/python"),
        ("docker.io/library/python", "docker.io", "library/python"),
        ("bitnami/redis", "docker.io", "bitnami/redis"),
        ("at/home", "docker.io", "at/home"),
        ("mcr.microsoft.com/windows/nanoserver", "mcr.microsoft.com", "windows/nanoserver"),
        ("localhost/app", "localhost", "app"),
        ("localhost:5000/app", "localhost:5000", "app"),
        ("localhost__5000/app", "localhost:5000", "app"),
        ("registry.example__443/a/b", "registry.example:443", "a/b"),
        ("some__thing/app", "docker.io", "some__thing/app"),
    ],
)  # fmt: skip
def test_a_name_is_of_docker_hub_unless_it_begins_with_a_host(
    name: str, domain: str, path: str
) -> None:
    """As docker reads it, but that a port may stand behind two underscores."""
    assert Reference(domain, path) == repository_of(name)


@pytest.mark.parametrize(
    "name",
    [
        *("Python", "a//b", "/a", "a/", "a/.", "../a", "a b", "a@b", "a:1", "a\0b", ""),
        *("x" * 256, "a/é", "a/b:1", "-a", "ab" * 32, "localhost:0/a", "x:99999/a"),
    ],
)
def test_what_is_no_name_is_invalid(name: str) -> None:
    """The code says so, whatever else is in the path."""
    with pytest.raises(Problem) as raised:
        repository_of(name)

    assert (400, "NAME_INVALID") == (raised.value.status, raised.value.error.code)


@pytest.mark.parametrize(
    "repository",
    [
        Reference("docker.io", "library/python"),
        Reference("docker.io", "bitnami/redis"),
        Reference("docker.io", "ghcr.io/strange"),
        Reference("ghcr.io", "a/b"),
        Reference("localhost:5000", "a"),
        Reference("registry.example:8443", "a/b/c"),
    ],
)
def test_what_is_listed_can_be_asked_for(repository: Reference) -> None:
    """The spelling in the catalog leads back to the repository."""
    name = spelled(repository)

    assert name is not None
    assert ":" not in name
    assert repository == repository_of(name)


@pytest.mark.parametrize(
    "repository",
    [
        Reference("", "greeting"),
        Reference("[::1]:5000", "a"),
        Reference("docker.io", "Upper"),
    ],
)
def test_what_no_client_can_ask_for_has_no_spelling(repository: Reference) -> None:
    """A layout's free names, for one."""
    assert spelled(repository) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2019-11-20", datetime(2019, 11, 20, 23, 59, 59, 999_999, UTC)),
        ("2020-02-29", datetime(2020, 2, 29, 23, 59, 59, 999_999, UTC)),
        ("2019-11-20t1430z", datetime(2019, 11, 20, 14, 30, 59, 999_999, UTC)),
        ("2019-11-20t143005z", datetime(2019, 11, 20, 14, 30, 5, 999_999, UTC)),
        ("9999-12-31", datetime.max.replace(tzinfo=UTC)),
        ("9999-12-31t2359z", datetime.max.replace(tzinfo=UTC)),
    ],
)
def test_of_a_moment_the_end_counts(text: str, moment: datetime) -> None:
    """A day, a minute and a second are each the last state known by their end, in UTC."""
    assert moment == moment_of(text)


@pytest.mark.parametrize(
    "text",
    ["2019-02-29", "2019-13-01", "2019-11-20t2560z", "2019-11-20T1430Z", "2019-11-20t14z", "2019-11-2", "0000-01-01"],
)  # fmt: skip
def test_what_is_no_moment_is_invalid(text: str) -> None:
    """It is said how one is written."""
    with pytest.raises(Problem, match="2019-11-20t1430z"):
        moment_of(text)


def test_the_endpoints_are_told_apart() -> None:
    """By their last words: a repository may be called like any of them."""
    tag = parse_path(b"/v2/at/2019-11-20/library/python/manifests/3.8")
    nested = parse_path(f"/v2/a/manifests/b/blobs/{DIGEST}".encode())

    assert Wanted.BASE is parse_path(b"/v2/").wanted
    assert Wanted.BASE is parse_path(b"/v2").wanted
    assert Wanted.CATALOG is parse_path(b"/v2/_catalog").wanted
    assert (Wanted.MANIFEST, "3.8", "at/2019-11-20/library/python") == (tag.wanted, tag.tag, tag.base)  # fmt: skip
    assert moment_of("2019-11-20") == tag.by
    assert (Wanted.BLOB, "a/manifests/b", DIGEST) == (nested.wanted, nested.repository.path, nested.digest)  # fmt: skip
    assert Wanted.TAGS is parse_path(b"/v2/tags/list/tags/list").wanted
    assert moment_of("2019-11-20") == parse_path(b"/v2/at/2019-11-20/_catalog").by
    assert Wanted.BASE is parse_path(b"/v2/at/2019-11-20/").wanted


def test_a_repository_may_be_called_like_a_moment() -> None:
    """Where no name follows the day, it is one."""
    asked = parse_path(b"/v2/at/2019-11-20/manifests/latest")

    assert ("at/2019-11-20", LATEST) == (asked.repository.path, asked.by)
    assert "at/2019-11-20" == parse_path(b"/v2/at/2019-11-20/tags/list").repository.path
    assert "at/home" == parse_path(b"/v2/at/home/tags/list").repository.path


def test_an_escaped_colon_is_a_colon_and_an_escaped_slash_divides_nothing() -> None:
    """Some clients escape what need not be; none may lead out of a segment."""
    asked = parse_path(f"/v2/python/manifests/{quote(DIGEST)}".encode())

    assert DIGEST == asked.digest
    assert (400, "NAME_INVALID") == problem_of("/v2/a%2Fb/manifests/1")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v2/nothing", (404, "NAME_UNKNOWN")),
        ("/v2/a/b/c", (404, "NAME_UNKNOWN")),
        ("/v2/a/tags/list/", (404, "NAME_UNKNOWN")),
        ("/v2/a/tags", (404, "NAME_UNKNOWN")),
        ("/v2//manifests/1", (400, "NAME_INVALID")),
        ("/v2/a/manifests/", (404, "MANIFEST_UNKNOWN")),
        ("/v2/a/manifests/-x", (404, "MANIFEST_UNKNOWN")),
        (f"/v2/a/manifests/{'x' * 129}", (404, "MANIFEST_UNKNOWN")),
        ("/v2/a/manifests/sha256:abc", (400, "DIGEST_INVALID")),
        ("/v2/a/blobs/latest", (400, "DIGEST_INVALID")),
        (f"/v2/a/blobs/{DIGEST.upper()}", (400, "DIGEST_INVALID")),
        ("/v2/a/referrers/x", (400, "DIGEST_INVALID")),
        ("/v2/a/blobs/uploads/", (404, "BLOB_UPLOAD_UNKNOWN")),
        ("/v2/a/blobs/uploads/f00", (404, "BLOB_UPLOAD_UNKNOWN")),
        ("/v2/at/2019-99-99/a/manifests/1", (400, "NAME_INVALID")),
        (f"/v2/{'a' * 3_000}/manifests/1", (400, "NAME_INVALID")),
        (b"/v2/\xff/manifests/1", (400, "NAME_INVALID")),
        ("/v2/%ff/manifests/1", (400, "NAME_INVALID")),
        ("/v2/a%00/manifests/1", (400, "NAME_INVALID")),
    ],
)
def test_what_is_wrong_has_its_code(
    path: str | bytes, expected: tuple[int, str]
) -> None:
    """Of the specification where that has one."""
    assert expected == problem_of(path)


@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(
            st.sampled_from([b"at", b"2019-11-20", b"..", b"%2e", b"%", b"%0", b"a", b"manifests", b"blobs", b"tags", b"list", b"\0", DIGEST.encode()])
        ).map(b"/".join),
    )
)  # fmt: skip
@example(b"at/2019-11-20")
@example(b"at/2019-11-20/a")
def test_no_path_is_beyond_words(rest: bytes) -> None:
    """Whatever is sent is understood, or refused with a code."""
    try:
        status = 200 if parse_path(b"/v2/" + rest).wanted in Wanted else 500
    except Problem as problem:
        status = problem.status

    assert status in {200, 400, 404}
