import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.certificates import Authority
from support.kinds import KINDS
from support.publishing import put_into
from support.registry import Registry

LOOKING = """
import os, ssl
from tagledger.cli.loading import without_certificates

def known() -> int:
    return ssl.create_default_context().cert_store_stats()["x509_ca"]

before = dict(os.environ)
with without_certificates():
    print(known(), end=" ")
print(known(), dict(os.environ) == before)
"""

OPENING = """
import asyncio, sys
from tagledger.cli.session import Session
from tagledger.model.source import Wanted
from tagledger.settings import current_settings
from tagledger.sources.registry.options import RegistryOptions

async def main() -> None:
    session = Session(settings=current_settings(), registry=RegistryOptions(), wanted=Wanted())
    async with session.opened("localhost:1/x"):
        from aiohttp import connector
        print(connector._SSL_CONTEXT_VERIFIED.cert_store_stats()["x509_ca"])

asyncio.run(main())
"""


COLLECTING = """
import gc
from tagledger.cli.loading import loaded

loaded()
first = gc.get_freeze_count()
gc.disable()
loaded()
second = gc.get_freeze_count()
loaded()
print(first, second > 0, gc.get_freeze_count() == second, gc.isenabled())
"""


@pytest.fixture
def trusting(tmp_path: Path) -> tuple[Authority, dict[str, str]]:
    """An authority, and an environment in which the system trusts it and nobody else."""
    authority = Authority()
    variables = {
        "SSL_CERT_FILE": str(authority.write_ca(tmp_path)),
        "SSL_CERT_DIR": str(tmp_path / "none"),
        "HOME": str(tmp_path),
    }
    return authority, {**os.environ, **variables}


def run(environment: dict[str, str], *arguments: str) -> str:
    """What Python prints."""
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_no_certificate_is_read_inside_and_all_are_after(
    trusting: tuple[Authority, dict[str, str]],
) -> None:
    """The environment is as it was before."""
    assert "0 1 True\n" == run(trusting[1], "-c", LOOKING)


def test_opening_a_registry_reads_no_certificate(
    trusting: tuple[Authority, dict[str, str]],
) -> None:
    """The library that would read them all finds none as it is loaded."""
    assert "0\n" == run(trusting[1], "-c", OPENING)


def test_the_system_s_authorities_are_trusted_all_the_same(
    trusting: tuple[Authority, dict[str, str]],
) -> None:
    """Where TLS is spoken, the certificates are read."""
    authority, environment = trusting
    published = KINDS["oci-image"]()
    with Registry(tls=authority.server_context()) as registry:
        put_into(registry, "a/b", published, "1.0")
        name = f"localhost:{registry.port}/a/b:1.0"

        shown = run(environment, "-m", "tagledger", "raw", name)

    assert published.root.content.decode() == shown


def test_garbage_is_looked_for_once_all_is_loaded(
    trusting: tuple[Authority, dict[str, str]],
) -> None:
    """What is loaded is set aside once; a program that collects as it likes is left alone."""
    assert "0 True True True\n" == run(trusting[1], "-c", COLLECTING)
