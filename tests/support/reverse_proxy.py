"""A reverse proxy that has a service below a path, as nginx and Caddy do."""

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import urlsplit

NAME = "public.example"
"""The name under which visitors know the proxy."""

_OF_A_CONNECTION = {"connection", "transfer-encoding", "keep-alive", "server", "date"}


class ReverseProxy:
    """Hands on what is asked below `prefix`, and answers everything else itself, with 418.

    It says who asked, how, and under which name; `cuts` leaves the prefix out.
    """

    def __init__(self, port: int, prefix: str, *, cuts: bool) -> None:
        def answer(request: BaseHTTPRequestHandler) -> None:
            if not f"{request.path}/".startswith(f"{prefix}/"):
                request.send_error(418)
                return
            path = request.path.removeprefix(prefix) or "/"
            upstream = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            headers = {
                **{name: value for name, value in request.headers.items() if name.lower() not in ("host", "connection")},
                "Host": f"127.0.0.1:{port}",
                "X-Forwarded-For": "198.51.100.4",
                "X-Forwarded-Proto": "https",
                "X-Forwarded-Host": NAME,
            }  # fmt: skip
            upstream.request(request.command, path if cuts else request.path, headers=headers)  # fmt: skip
            given = upstream.getresponse()
            body = given.read()
            upstream.close()
            request.send_response(given.status)
            for name, value in given.getheaders():
                if name.lower() not in _OF_A_CONNECTION:
                    request.send_header(name, value)
            request.end_headers()
            request.wfile.write(body)

        class Handler(BaseHTTPRequestHandler):
            """Hands every request on."""

            def do_GET(self) -> None:
                """As all others."""
                answer(self)

            def do_HEAD(self) -> None:
                """As all others."""
                answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library calls it
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)

    def get(self, target: str, **headers: str) -> tuple[int, dict[str, str], str]:
        """Ask the proxy; status, headers in lower case, and text."""
        address = self._server.server_address
        connection = http.client.HTTPConnection(str(address[0]), int(address[1]), timeout=60)  # fmt: skip
        parts = urlsplit(target)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", path, headers=headers)
        given = connection.getresponse()
        body = given.read()
        connection.close()
        found = {name.lower(): value for name, value in given.getheaders()}
        return given.status, found, body.decode("utf-8", "replace")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
