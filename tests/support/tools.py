"""The tools of the field, run as they are: skopeo, buildah, umoci."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

SECONDS = 180


def needs(*tools: str, root: bool = False) -> pytest.MarkDecorator:
    """Skips a test, or all of a file, where one of `tools` is not installed; the reason names what is missing."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    reason = f"missing here: {', '.join(missing)}"
    if root and os.geteuid() != 0:
        missing.append("root")
        reason = "only root may mount and change owners here"
    return pytest.mark.skipif(bool(missing), reason=reason)


def run_tool(*words: str, environment: Mapping[str, str] | None = None) -> bytes:
    """What a tool prints. Raises AssertionError with its own words where it fails."""
    done = subprocess.run(
        words,
        capture_output=True,
        env={**os.environ, **(environment or {})},
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr.decode()}"
    return done.stdout


def skopeo(*words: str) -> bytes:
    """What skopeo prints."""
    return run_tool("skopeo", *words)


class Buildah:
    """A store of its own in `directory`; needs root."""

    def __init__(self, directory: Path) -> None:
        self._store = (
            "--storage-driver=vfs",
            f"--root={directory / 'root'}",
            f"--runroot={directory / 'runroot'}",
        )

    def __call__(self, *words: str) -> str:
        """What `buildah` prints, without the line break."""
        return run_tool("buildah", *self._store, *words).decode().strip()

    def build(self, context: Path, *options: str) -> str:
        """Build `context/Containerfile` and give the image's ID."""
        return self("build", "--quiet", "--isolation=chroot", *options, str(context))
