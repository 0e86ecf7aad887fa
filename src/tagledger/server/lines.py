"""The words of the server's first process and of its workers, as ours are."""

from __future__ import annotations

import logging
import re
from typing import Any

_WORDS: tuple[tuple[re.Pattern[str], str | None], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"Unexpected exit from worker-(\d+)", "worker {} died, another follows it"),
        (
            r"Killing(?: old)? worker-(\d+) after it refused to gracefully stop",
            "worker {} did not stop in time and was killed",
        ),
        (r"Worker crash loop detected, exiting", "a worker dies again and again"),
        (r"HUP signal received.*", "beginning anew, one worker after the other"),
        (
            r"Shutting down granian",
            "stopping: what was asked is answered first",
        ),
        (r"Granian shutdown completed.*", "stopped"),
    )
)
"""What granian says, and what we say instead; what is not here is left out."""


class Line(logging.Formatter):
    """A record as a line that begins with our name."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the trace of what went wrong below it."""
        text = record.getMessage()
        for pattern, words in _WORDS:
            match = pattern.fullmatch(text)
            if match is not None and words is not None:
                text = words.format(*match.groups())
        if record.exc_info:
            text = f"{text}\n{self.formatException(record.exc_info)}"
        return f"tagledger: {text}"


class Told(logging.Filter):
    """Lets through what a person who runs the service wants to know."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is told."""
        if record.levelno >= logging.WARNING:
            return "number of CPU cores" not in record.getMessage()
        text = record.getMessage()
        return any(pattern.fullmatch(text) for pattern, _ in _WORDS)


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": Line}},
    "filters": {"told": {"()": Told}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stderr",
            "formatter": "line",
            "filters": ["told"],
        }
    },
    "loggers": {
        "_granian": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "tagledger": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
"""For `logging.config.dictConfig`."""
