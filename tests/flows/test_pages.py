"""The seed's page as a source: written again, proven, and its bytes given out."""

import hashlib
from pathlib import Path

import msgspec
import pytest

from tagledger.cli.app import run

SEED = Path(__file__).parents[1] / "assets" / "seed"
PAGE = SEED / "python-3.8.0-windowsservercore.md"
ADDRESS = f"report:{PAGE}"
LIST = "4ffcde6308b9f6f4c3d5f9dec3da5ba807783978f8cbfc38efb3f4caa498c7dd"
MANIFESTS = {
    "10.0.14393": "ab60ca13733c02d9289bdcdd556e18ef907af84dac6a6a393a79c24072ffecaf",
    "10.0.17134": "2b80a8854a2a230a9e366faddd3d912132cb6f436eac4770d4f7239eb0897261",
    "10.0.17763": "3b378c5d9b2d9349fd38ed4ef08afd8798a4eea75f6b09468e4d637cc25fe208",
}


def output(capfdbinary: pytest.CaptureFixture[bytes], *arguments: str) -> bytes:
    """What a successful run prints."""
    assert 0 == run([*arguments])
    return capfdbinary.readouterr().out


def test_a_page_is_written_again_to_the_byte(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    """Reading and proving changes nothing of what the page says."""
    assert PAGE.read_bytes() == output(capfdbinary, "report", ADDRESS)


def test_raw_prints_the_bytes_that_the_page_proves(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    """The list and each manifest, to the byte as the registry had them."""
    found = {LIST: output(capfdbinary, "raw", ADDRESS)}
    for version, digest in MANIFESTS.items():
        platform = f"windows/amd64:{version}"
        found[digest] = output(capfdbinary, "raw", ADDRESS, "--platform", platform)

    for digest, content in found.items():
        assert digest == hashlib.sha256(content).hexdigest()
        assert (SEED / "blobs" / digest).read_bytes() == content


def test_no_config_can_be_proven(capfd: pytest.CaptureFixture[str]) -> None:
    """A page tells nothing of the diff IDs: asked for it, we say so."""
    platform = "windows/amd64:10.0.17763"

    assert 3 == run(["raw", ADDRESS, "--config", "--platform", platform])
    assert "not held here" in capfd.readouterr().err


def test_pull_writes_what_is_proven(
    capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    """List and manifests are copied; what a page never holds is counted, not lost."""
    shown = output(capfdbinary, "pull", ADDRESS, f"oci:{tmp_path}/out", "--json")

    blobs = {path.name for path in (tmp_path / "out" / "blobs" / "sha256").iterdir()}
    assert {LIST, *MANIFESTS.values()} == blobs
    assert 3 + 3 * 11 == len(msgspec.json.decode(shown)["not_held"])


def test_what_is_proven_and_what_is_reported_are_never_mixed_up(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    """Beside a proven manifest, steps, versions and dates stay reported."""
    report = msgspec.json.decode(output(capfdbinary, "report", "--json", ADDRESS))

    assert "proven" == report["root_evidence"]
    for image in report["images"]:
        evidence = image["evidence"]
        assert ("proven", "reported", "reported") == (
            evidence["manifest"],
            evidence["config"],
            evidence["layer_dates"],
        )
