import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from support.asgi import ask, echo
from tagledger.endpoint.asgi import Application
from tagledger.errors import CannotServe, LedgerTooSlow
from tagledger.server.access_log import MAX_PATH_LENGTH, AccessLog
from tagledger.server.metrics import Metrics, group_of
from tagledger.server.seen import SEEN, Seen
from tagledger.server.watch import Watch


class Watched:
    """An application that is watched, and what was written of it."""

    def __init__(self, inner: Application, folder: Path, **bounds: Any) -> None:  # noqa: ANN401 - as `Watch` takes them
        self.metrics = Metrics()
        self._path = folder / "access.log"
        self.application = Watch(
            inner, metrics=self.metrics, log=AccessLog(self._path), **bounds
        )

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What stands in the log."""
        return [msgspec.json.decode(line) for line in self._path.read_bytes().splitlines()]  # fmt: skip

    @property
    def figures(self) -> dict[str, float]:
        """The figures that are not zero."""
        lines = self.metrics.text().decode().splitlines()
        pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name: float(value) for name, _, value in pairs if float(value)}


async def test_a_request_is_written_down_without_what_is_secret(tmp_path: Path) -> None:
    """Who, what, how it went and how long; the query and the headers are left out."""

    async def inner(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own
        seen: Seen = scope[SEEN]
        seen.address, seen.visitor = "198.51.100.4", "alice"
        await echo(scope, receive, send)

    watched = Watched(inner, tmp_path)
    answered = await ask(
        watched.application,
        "/search?q=secret",
        headers={"authorization": "Basic secret", "cookie": "secret"},
    )

    (line,) = watched.lines
    assert 0 <= line.pop("seconds") < 60
    assert line.pop("time").endswith("Z")
    assert {
        "address": "198.51.100.4",
        "method": "GET",
        "path": "/search",
        "status": 200,
        "bytes": len(answered.body),
        "id": answered.headers["x-request-id"],
        "visitor": "alice",
    } == line


async def test_a_line_stays_a_line(tmp_path: Path) -> None:
    """Control characters are escaped, and a long path is cut."""
    watched = Watched(echo, tmp_path)

    await ask(watched.application, "/a%0ab%1b[31m%e2%80%ae")
    await ask(watched.application, f"/{'a' * 5_000}")

    first, second = watched.lines
    assert "/a\nb\x1b[31m\u202e" == first["path"]
    assert MAX_PATH_LENGTH == len(second["path"])


def test_a_log_that_cannot_be_written_is_told_before_anything_is_served(
    tmp_path: Path,
) -> None:
    """The place and the reason."""
    with pytest.raises(CannotServe, match=r"access\.log"):
        AccessLog(tmp_path / "absent" / "access.log")


async def test_what_fails_is_answered_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The visitor learns nothing of it, the log has the trace under the request's name."""

    async def fails(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own
        _ = scope, receive, send
        problem = "secret of ours"
        raise LookupError(problem)

    watched = Watched(fails, tmp_path)
    answered = await ask(watched.application, "/api/v1/x")

    assert 500 == answered.status
    assert "secret" not in answered.text
    assert "secret of ours" in caplog.text
    assert answered.headers["x-request-id"] in caplog.text
    assert "default-src 'none'" in answered.headers["content-security-policy"]
    assert 500 == watched.lines[0]["status"]


async def test_an_answer_that_does_not_begin_is_given_up(tmp_path: Path) -> None:
    """Within a bound, and with when to come back; what it waited for is let go."""
    was_let_go = asyncio.Event()

    async def waits(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own
        _ = scope, receive, send
        try:
            await asyncio.Event().wait()
        finally:
            was_let_go.set()

    watched = Watched(waits, tmp_path, answer_seconds=0.01)
    answered = await ask(watched.application)

    assert (503, "5") == (answered.status, answered.headers["retry-after"])
    assert was_let_go.is_set()


async def test_an_answer_that_does_not_go_on_is_cut(tmp_path: Path) -> None:
    """Its client sees that it is not whole; the log has what was sent."""

    async def stops(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own
        _ = scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        await asyncio.Event().wait()

    watched = Watched(stops, tmp_path, send_seconds=0.01)

    with pytest.raises(TimeoutError):
        await ask(watched.application)
    assert (200, 4) == (watched.lines[0]["status"], watched.lines[0]["bytes"])


async def test_an_answer_may_take_long_while_it_goes_on(tmp_path: Path) -> None:
    """A layer of gigabytes is not cut for its size: each part of it has its own time."""

    async def slow(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own
        _ = scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(20):
            await asyncio.sleep(0.01)
            await send({"type": "http.response.body", "body": b"part", "more_body": True})  # fmt: skip
        await send({"type": "http.response.body", "body": b""})

    watched = Watched(slow, tmp_path, answer_seconds=0.15, send_seconds=10.0)

    assert b"part" * 20 == (await ask(watched.application)).body


async def test_too_many_at_once_are_told_to_come_back(tmp_path: Path) -> None:
    """So many are answered side by side; health is still told."""
    may_go_on = asyncio.Event()

    async def waits(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own
        if scope["path"] != "/healthz":
            await may_go_on.wait()
        await echo(scope, receive, send)

    watched = Watched(waits, tmp_path, at_once=3)
    first = [asyncio.create_task(ask(watched.application)) for _ in range(3)]
    await asyncio.sleep(0)

    refused = await ask(watched.application)
    assert (503, "1") == (refused.status, refused.headers["retry-after"])
    assert 200 == (await ask(watched.application, "/healthz")).status
    may_go_on.set()
    assert [200] * 3 == [answered.status for answered in await asyncio.gather(*first)]
    assert 200 == (await ask(watched.application)).status


async def test_requests_are_counted_by_what_they_are_for(tmp_path: Path) -> None:
    """Few names, whatever strangers ask for."""
    watched = Watched(echo, tmp_path)
    for path in ("/", "/t/python:3.6", "/t/debian:9", "/wp-admin.php", "/x/y"):
        await ask(watched.application, path)
    await ask(watched.application, "/v2/a/manifests/b", method="BREW")

    figures = watched.figures
    for name, count in {
        'group="home",method="GET",status="200"': 1,
        'group="t",method="GET",status="200"': 2,
        'group="other",method="GET",status="200"': 2,
        'group="v2-manifests",method="other",status="200"': 1,
    }.items():
        assert count == figures[f"tagledger_requests_total{{{name}}}"]
    assert 2 == figures['tagledger_request_seconds_count{group="t"}']
    assert "tagledger_requests_in_flight" not in figures


@pytest.mark.parametrize(
    ("path", "group"),
    [
        ("/", "home"),
        ("/r/python", "r"),
        ("/v2/", "v2"),
        ("/v2/_catalog", "v2"),
        ("/v2/a/b/manifests/c", "v2-manifests"),
        ("/v2/a/b/blobs/sha256:0", "v2-blobs"),
        ("/v2/a/tags/list", "v2-tags"),
        ("/v2/whatever", "v2-other"),
        ("/api/v1/find", "api"),
        ("/api", "api"),
        ("/openapi.json", "openapi.json"),
        ("/../etc/passwd", "other"),
        ("", "home"),
    ],
)
def test_every_path_has_a_group(path: str, group: str) -> None:
    """The parts of the service, and one for all that it has not."""
    assert group == group_of(path)


def test_questions_are_counted_by_how_they_ended() -> None:
    """Those that took too long are told apart."""
    metrics = Metrics()
    for problem in (None, None, LedgerTooSlow("x", 1.0), ValueError()):
        metrics.heard(problem)

    text = metrics.text().decode()
    for outcome, count in {"answered": 2, "failed": 1, "too-slow": 1}.items():
        assert f'questions_total{{outcome="{outcome}"}} {count}.0' in text
