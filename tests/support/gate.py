"""A `git` that stops in the middle of giving out contents, until it is told to go on."""

import shutil
import subprocess
import time
from pathlib import Path

SCRIPT = """#!/bin/sh
case "$*" in
*"cat-file --batch"*)
    {git} "$@" | {{
        dd bs={count} count=1 iflag=fullblock status=none
        : > {folder}/reached
        while [ ! -e {folder}/open ]; do sleep 0.02; done
        cat
    }} ;;
*) exec {git} "$@" ;;
esac
"""
POLL_SECONDS = 0.01


class Gate:
    """Stands in `folder`, which has to come first on PATH; so many bytes pass it while it is shut."""

    def __init__(self, folder: Path, count: int) -> None:
        folder.mkdir()
        self.folder = folder
        program = folder / "git"
        program.write_text(
            SCRIPT.format(git=shutil.which("git"), count=count, folder=folder)
        )
        program.chmod(0o755)

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        """Return once so much has passed."""
        while not (self.folder / "reached").exists():
            assert process.poll() is None, process.communicate()
            time.sleep(POLL_SECONDS)

    def open(self) -> None:
        """Let all the rest pass, now and ever after."""
        (self.folder / "open").touch()
