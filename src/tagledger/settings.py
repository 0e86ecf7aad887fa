"""What the surroundings say: the only place that reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec


class Settings(msgspec.Struct, frozen=True):
    """The environment as it was at the start, and the user's home."""

    environment: Mapping[str, str]
    home: Path

    def __repr__(self) -> str:
        # Environments hold credentials, and a repr ends up in traces.
        return f"{type(self).__name__}(…)"


def current_settings() -> Settings:
    """Read the process's environment."""
    return Settings(environment=dict(os.environ), home=Path.home())
