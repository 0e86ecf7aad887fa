"""A browser's page, opened as a person opens it, with an ear for all that goes wrong."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Literal, Protocol

from playwright.sync_api import Browser, ConsoleMessage, Page

from support.service import Service

Scheme = Literal["light", "dark"]

VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
"""
"""Told on the console, where every test looks."""


class Visit(Protocol):
    """How tests open a page of the service."""

    def __call__(
        self,
        path: str,
        *,
        service: Service | None = None,
        is_error: bool = False,
        scheme: Scheme = "light",
        has_scripts: bool = True,
    ) -> Page:
        """The page, loaded; `is_error` where its status is one."""
        ...


class Visits:
    """Opens pages, each in a browser of its own; `problems` is all that was heard."""

    def __init__(
        self, browser: Browser, service: Service, open_ones: ExitStack
    ) -> None:
        self._browser = browser
        self._service = service
        self._open = open_ones
        self.problems: list[str] = []

    def __call__(
        self,
        path: str,
        *,
        service: Service | None = None,
        is_error: bool = False,
        scheme: Scheme = "light",
        has_scripts: bool = True,
    ) -> Page:
        """As `Visit`."""
        url = (service or self._service).url
        context = self._open.enter_context(
            self._browser.new_context(
                color_scheme=scheme, java_script_enabled=has_scripts
            )
        )
        context.add_init_script(VIOLATIONS)
        page = context.new_page()

        def look_at(address: str) -> None:
            if not address.startswith(f"{url}/"):
                self.problems.append(f"a request left for {address}")

        def hear(message: ConsoleMessage) -> None:
            is_told = is_error and message.text.startswith("Failed to load resource")
            if message.type in ("error", "warning") and not is_told:
                self.problems.append(f"console: {message.text}")

        page.on("request", lambda request: look_at(request.url))
        page.on("console", hear)
        page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        page.on("dialog", lambda dialog: self.problems.append(f"dialog: {dialog}"))
        page.goto(f"{url}{path}")
        return page
