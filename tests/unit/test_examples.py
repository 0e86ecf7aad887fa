import json
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


def files_in(directory: Path) -> dict[str, bytes]:
    """Every file below `directory`, by its path from there."""
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


def test_the_greeting_that_is_kept_is_the_one_that_its_script_builds(
    tmp_path: Path,
) -> None:
    """Building the example again gives the committed layout, byte for byte."""
    subprocess.run(
        [sys.executable, EXAMPLES / "build-greeting", tmp_path / "greeting"], check=True
    )

    assert files_in(EXAMPLES / "greeting") == files_in(tmp_path / "greeting")


def test_the_greeting_is_for_four_platforms_and_attests_one() -> None:
    """The index names three Linux platforms, one of Windows, and what is said about the first."""
    kept = files_in(EXAMPLES / "greeting")
    root = json.loads(kept["index.json"])["manifests"][0]
    entries = json.loads(kept[f"blobs/{root['digest'].replace(':', '/')}"])["manifests"]
    *images, attestation = entries

    assert [image["platform"] for image in images] == [
        {"architecture": "amd64", "os": "linux"},
        {"architecture": "arm64", "os": "linux", "variant": "v8"},
        {"architecture": "arm", "os": "linux", "variant": "v7"},
        {"architecture": "amd64", "os": "windows", "os.version": "10.0.17763.864"},
    ]
    assert (
        attestation["annotations"]["vnd.docker.reference.digest"] == images[0]["digest"]
    )
