"""Acceptance: schemathesis holds the whole service to its description, and nothing that is sent makes a page, a feed or the API fail."""

from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.schemas import BaseSchema

from support.api import DESCRIPTION
from support.in_process import living_on
from support.site_ledger import fill_site_ledger
from tagledger.server.application import make_application
from tagledger.server.options import ServiceOptions

EXAMPLES = 12
"""For each operation: a run of all is to take less than half a minute."""

BOUNDED = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck]
)


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> BaseSchema:
    """The description, as the service gives it."""
    ledger = fill_site_ledger(tmp_path_factory.mktemp("fuzzed") / "ledger.sqlite")
    options = ServiceOptions(ledger=str(ledger), trusted_hosts=("*",), access_log=None)
    application = living_on(make_application(options))
    generation = GenerationConfig(deterministic=True)
    default = ProjectConfig(generation=generation)
    config = SchemathesisConfig(projects=ProjectsConfig(default=default))
    return schemathesis.openapi.from_asgi("/openapi.json", application, config=config)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
@pytest.mark.parametrize("path", DESCRIPTION["paths"])
def test_the_service_does_what_it_says(
    described: BaseSchema, path: str, mode: GenerationMode
) -> None:
    """Whatever is asked: a documented status, media type, headers and form; what is wrong is refused, what is right is taken, and nothing fails."""
    operation = described[path]["GET"]

    @settings(BOUNDED, max_examples=EXAMPLES)
    @given(case=operation.as_strategy(generation_mode=mode))
    def held(case: schemathesis.Case) -> None:
        case.call_and_validate()

    held()
