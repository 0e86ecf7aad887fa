"""Acceptance: schemathesis holds the whole service to its description, and nothing that is sent makes a page, a feed or the API fail."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.config import (
    ChecksConfig,
    GenerationConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)
from schemathesis.config._checks import NegativeDataRejectionConfig
from schemathesis.schemas import BaseSchema

from support.api import DESCRIPTION
from support.asgi import ask
from support.in_process import living_on
from support.site_ledger import fill_site_ledger
from tagledger.endpoint.asgi import Application
from tagledger.server.application import make_application
from tagledger.server.options import ServiceOptions

EXAMPLES = 8
"""For each operation: a run of all is to take less than half a minute."""

BOUNDED = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck]
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """The whole service on the small ledger."""
    ledger = fill_site_ledger(tmp_path_factory.mktemp("fuzzed") / "ledger.sqlite")
    options = ServiceOptions(ledger=str(ledger), trusted_hosts=("*",), access_log=None)
    with living_on(make_application(options)) as application:
        yield application


@pytest.fixture(scope="module")
def described(service: Application) -> BaseSchema:
    """The description, as the service gives it."""
    generation = GenerationConfig(deterministic=True)
    refused = [400, 404, 414]
    checks = ChecksConfig(negative_data_rejection=NegativeDataRejectionConfig(expected_statuses=refused))  # fmt: skip
    default = ProjectConfig(generation=generation, checks=checks)
    config = SchemathesisConfig(projects=ProjectsConfig(default=default))
    return schemathesis.openapi.from_asgi("/openapi.json", service, config=config)


def is_sensible(path: str, query: Mapping[str, Any]) -> bool:
    """What no schema can say of an address: a name is no longer than registries take, and a search is for something."""
    names = [str(query.get(name, "")) for name in ("ref", "a", "b", "repository")]
    limits = {"cursor", "limit"}
    return all(len(name) < 255 for name in names) and (
        not path.endswith("/search") or bool({*query} - limits)
    )


@pytest.mark.parametrize(
    "mode",
    [GenerationMode.POSITIVE, GenerationMode.NEGATIVE],
    ids=lambda mode: mode.value,
)
@pytest.mark.parametrize("path", DESCRIPTION["paths"])
def test_the_service_does_what_it_says(
    described: BaseSchema, path: str, mode: GenerationMode
) -> None:
    """Whatever is asked: a documented status, media type, headers and form; what is wrong is refused, what is right is taken, and nothing fails."""
    operation = described[path]["GET"]

    @settings(BOUNDED, max_examples=EXAMPLES)
    @given(case=operation.as_strategy(generation_mode=mode))
    def held(case: schemathesis.Case[Any]) -> None:
        if mode is GenerationMode.POSITIVE:
            assume(is_sensible(path, case.query))
        case.call_and_validate()

    held()


ROUTES = (
    *("", "r", "t", "history", "page", "d", "raw", "diff", "diff.json", "diff.md"),
    *("search", "live", "feed/tag", "feed/repository", "feed/all", "feed/search"),
    *("api", "api/v1", "openapi.json", "problems", "static", "v2", "healthz"),
    *(path.strip("/").replace("/{digest}", "") for path in DESCRIPTION["paths"]),
)
NAMES = (
    *("example/app:1.0", "example/app", "python", "UP:x", "a" * 300, "%", "..", "%00"),
    *("%2e%2e%2f", "%ff%fe", "sha256:12", f"sha256:{'0' * 64}", "a@b", "[::1]:5/x"),
)
KEYS = (
    *("q", "ref", "repository", "a", "b", "a_at", "b_at", "at", "form", "format"),
    *("page", "tag", "name", "limit", "cursor", "before", "platform", "exact", "env"),
    *("repo", "since", "until", "kind", "bytes", "full", "after", "source", "config"),
)
VALUES = (
    *("", "0", "-1", "99999999999999999999", "1e9", "null", "true", "%00", "%ff"),
    *("2017-03-31", "0001-01-01T00:00:00%2B23:59", "9999-12-31T23:59:59-23:59"),
    *("linux/amd64", "*", "%25", '"', "'", "1.2", "9" * 400, "example/app:1.0"),
    *("APP_VERSION=1.1", "curl", "json", "sha256:14a3c502f82d", "%ed%a0%80", "\\"),
)

anything = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="#?"),
    max_size=30,
)
names = st.sampled_from(NAMES) | anything
pairs = st.tuples(
    st.sampled_from(KEYS) | anything, st.sampled_from(VALUES) | names | anything
)
targets = st.builds(
    lambda route, name, query: f"/{route}{'/' if name else ''}{name}?{query}",
    st.sampled_from(ROUTES) | anything,
    st.just("") | names,
    st.lists(pairs, max_size=4).map(
        lambda given: "&".join(f"{name}={value}" for name, value in given)
    )
    | anything,
)
header_names = st.sampled_from(
    [
        *("Accept", "Accept-Encoding", "Authorization", "If-None-Match", "Range"),
        *("If-Modified-Since", "X-Forwarded-For", "X-Forwarded-Proto", "Cookie"),
        *("HX-Request", "Content-Type", "Forwarded", "X-Request-Id"),
    ]
)
headers = st.dictionaries(
    header_names,
    st.sampled_from(
        [
            *("*", '""', 'W/"a", "b"', "bytes=0-1", "gzip;q=0", "Basic AAAA", "\xff"),
            *("Wed, 01 Mar 2017 12:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "x=y"),
        ]
    )
    | anything,
    max_size=3,
)


@settings(BOUNDED, max_examples=500)
@given(data=st.data())
def test_nothing_that_is_sent_makes_it_fail(
    service: Application, data: st.DataObject
) -> None:
    """No path, query or header gives a 5xx, and what goes wrong for a script is a problem document."""
    target, given = data.draw(targets), data.draw(headers)

    answer = asyncio.run(ask(service, target, headers=given))

    assert answer.status < 500, (target, given, answer.text)
    path = unquote(target.partition("?")[0])
    if answer.status >= 400 and path.startswith(("/api/", "/feed/")):
        problem = json.loads(answer.body)
        assert "application/problem+json" == answer.headers["content-type"]
        assert answer.status == problem["status"]
