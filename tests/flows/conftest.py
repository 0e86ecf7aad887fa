"""What the journeys share: the program, and a registry that others wrote, full of images that others made."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from support.debian_registry import DebianRegistry
from support.program import Program
from support.publishing import Push
from support.seed_like import seed_like_index
from support.service import Service
from support.site_ledger import fill_site_ledger
from support.statements import page
from support.tool_images import (
    push_buildah_images,
    push_many_layers,
    push_umoci_image,
)
from tagledger.ledger.opening import open_ledger

SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "report-schema.json"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The program in an empty home."""
    home = tmp_path / "home"
    home.mkdir()
    return Program(home)


@pytest.fixture
def small_ledger(tmp_path: Path) -> Path:
    """A ledger in a file, of one name that was two things."""
    path = tmp_path / "ledger.db"
    with open_ledger(str(path)) as opened:
        opened.record([page("python:3.6", "a", 0), page("python:3.6", "b", 1)])
    return path


@pytest.fixture(scope="session")
def tool_images(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of Debian's registry that holds every image of `tool_images.py`, and hand-made ones."""
    with DebianRegistry(tmp_path_factory.mktemp("registry")) as registry:
        push_buildah_images(tmp_path_factory.mktemp("buildah"), registry.address)
        push_many_layers(tmp_path_factory.mktemp("skopeo"), registry.address)
        push_umoci_image(tmp_path_factory.mktemp("umoci"), registry.address)
        push = Push(registry.url)
        push.push("hand/docker", seed_like_index("docker"), "1.0")
        push.push("hand/oci", seed_like_index("oci"), "1.0")
        yield registry.address


@pytest.fixture(scope="session")
def report_schema() -> jsonschema.Draft202012Validator:
    """The published schema of `report --json`."""
    schema: dict[str, Any] = json.loads(SCHEMA_FILE.read_bytes())
    checker = jsonschema.FormatChecker()
    return jsonschema.Draft202012Validator(schema, format_checker=checker)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service on a small ledger with everything that its pages tell apart."""
    path = tmp_path_factory.mktemp("site") / "ledger.sqlite"
    with Service(fill_site_ledger(path)) as service:
        yield service
