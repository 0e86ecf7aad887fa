"""The service's processes: how they end, what dies meanwhile, and what they write down together."""

import concurrent.futures
import contextlib
import http.client
import json
import os
import signal
import sqlite3
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from support.access_files import access_file
from support.postgresql import PASSWORD, PostgresqlServer, missing_postgresql
from support.service import Service
from support.statements import digest, page
from tagledger.ledger.opening import open_ledger

ENDLESS_NOTES = """
CREATE VIEW note AS
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers)
SELECT CAST(n AS TEXT) AS name, 'never asked for' AS text FROM numbers
"""
"""Makes of the question behind /healthz one that takes as long as it may: a second."""


@pytest.fixture
def slow_ledger(small_ledger: Path) -> Path:
    """One of which a question takes a second."""
    with closing(sqlite3.connect(small_ledger)) as file, file:
        file.execute("DROP TABLE note")
        file.execute(ENDLESS_NOTES)
    return small_ledger


def test_what_was_asked_is_answered_before_it_stops(slow_ledger: Path) -> None:
    """SIGTERM during a question of a second: the answer comes, and the exit code is 0."""
    with (
        Service(slow_ledger, workers=1) as service,
        concurrent.futures.ThreadPoolExecutor() as threads,
    ):
        waiting = threads.submit(service.get, "/healthz")
        while "in_flight 2.0" not in service.get("/metrics").text:
            assert not waiting.done()
        code = service.stop()

        answer = waiting.result()
    assert (503, b'{"status":"failing","reason":"ledger-too-slow"}') == (
        answer.status,
        answer.body,
    )
    assert 0 == code


def test_health_needs_neither_login_nor_name(
    small_ledger: Path, tmp_path: Path
) -> None:
    """What starts and stops services knows an address, and learns nothing else."""
    access = access_file(tmp_path, anybody=())
    with Service(small_ledger, "--access", str(access)) as service:
        well = service.get("/healthz", headers={"Host": "10.1.2.3"})
        head = service.get("/healthz", method="HEAD")

    assert (200, b'{"status":"ok"}') == (well.status, well.body)
    assert (200, b"") == (head.status, head.body)


def test_a_worker_that_is_killed_takes_nothing_along(small_ledger: Path, tmp_path: Path) -> None:  # fmt: skip
    """Under load, one after the other: every whole answer is right, and the service goes on.

    Clients ask again where a connection broke, and only there.
    """
    log = tmp_path / "log"
    with Service(small_ledger, "--no-access-log", workers=2, log=log) as service:
        right = {path: service.get(path).body for path in ("/", "/v2/", "/healthz")}
        is_over = threading.Event()
        counts = [Asked() for _ in range(4)]
        load = [
            threading.Thread(target=ask_again, args=(service, right, is_over, count))
            for count in counts
        ]
        for thread in load:
            thread.start()
        killed = set(service.workers())
        for worker in killed:
            before = [count.whole for count in counts]
            os.kill(worker, signal.SIGKILL)
            while worker in service.workers() or len(service.workers()) < 2:
                time.sleep(0.01)
            while any(count.whole < then + 20 for count, then in zip(counts, before, strict=True)):  # fmt: skip
                assert not any(count.wrong for count in counts)
                time.sleep(0.01)
        is_over.set()
        for thread in load:
            thread.join()
        successors = set(service.workers())
        code = service.stop()

    assert [] == [wrong for count in counts for wrong in count.wrong]
    assert 2 == len(successors)
    assert successors.isdisjoint(killed)
    assert 0 == code
    assert 2 == log.read_text().count("died, another follows it")


class Asked:
    """What one client got."""

    def __init__(self) -> None:
        self.whole = 0
        self.broken = 0
        self.wrong: list[tuple[str, int, bytes]] = []


def ask_again(
    service: Service, right: dict[str, bytes], is_over: threading.Event, asked: Asked
) -> None:
    """Ask until it is over."""
    while not is_over.is_set():
        for path, body in right.items():
            try:
                answer = service.get(path)
            except (OSError, http.client.HTTPException):
                asked.broken += 1
                continue
            asked.whole += 1
            if (answer.status, answer.body) != (200, body):
                asked.wrong.append((path, answer.status, answer.body))


def test_a_worker_that_is_killed_again_and_again_ends_the_service(
    small_ledger: Path, tmp_path: Path
) -> None:
    """What cannot be mended by another worker is for who started it: a code, and why."""
    log = tmp_path / "log"
    with Service(small_ledger, workers=1, log=log) as service:
        assert service.process is not None
        while service.process.poll() is None:
            for worker in service.workers():
                os.kill(worker, signal.SIGKILL)
            time.sleep(0.05)

    assert 5 == service.process.returncode
    assert "a worker died, and so did the one that followed it" in log.read_text()


def test_figures_are_those_of_all_workers(small_ledger: Path) -> None:
    """Whichever is asked adds them up; what one that died was just doing, it does no longer."""
    with Service(small_ledger, workers=3) as service:
        answers = [service.get("/healthz") for _ in range(30)]
        name = 'tagledger_requests_total{group="healthz",method="GET",status="200"}'
        first = settled(service, name, 30)
        for worker in service.workers()[:1]:
            os.kill(worker, signal.SIGKILL)
        while len(service.workers()) < 3 or not service._listens():  # noqa: SLF001 - as it waits itself
            time.sleep(0.02)
        second = settled(service, "tagledger_requests_in_flight", 1)

    assert {200} == {answer.status for answer in answers}
    assert (30, 30) == (first[name], second[name])
    assert 30 == first['tagledger_ledger_questions_total{outcome="answered"}']
    assert 1 == second["tagledger_requests_in_flight"]


def settled(service: Service, name: str, value: float) -> dict[str, float]:
    """The figures once one of them is that: an answer is counted after it was sent. Or as they are after a while."""
    deadline = time.monotonic() + 30
    found = figures(service)
    while found[name] != value and time.monotonic() < deadline:
        found = figures(service)
    return found


def figures(service: Service) -> dict[str, float]:
    """The figures, by name."""
    lines = service.get("/metrics").text.splitlines()
    pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}


def test_what_is_recorded_meanwhile_is_served(small_ledger: Path) -> None:
    """Readers never wait for a writer, and see what it wrote as soon as it is written."""
    with (
        Service(small_ledger, workers=2) as service,
        open_ledger(str(small_ledger)) as writer,
        concurrent.futures.ThreadPoolExecutor() as threads,
    ):
        is_over = threading.Event()
        asked = Asked()
        right = {"/healthz": b'{"status":"ok"}'}
        reading = threads.submit(ask_again, service, right, is_over, asked)
        for number in range(50):
            writer.record([page("python:3.6", f"v{number}", 2 + number)])
        while asked.whole < 20:
            assert not reading.done()
        is_over.set()

    assert [] == asked.wrong
    assert 0 == asked.broken


def test_the_access_log_is_one_line_for_each_request(small_ledger: Path, tmp_path: Path) -> None:  # fmt: skip
    """Of all workers in one file, whole, and only what was asked."""
    log = tmp_path / "access.log"
    with (
        Service(small_ledger, "--access-log", str(log), workers=2) as service,
        concurrent.futures.ThreadPoolExecutor(8) as threads,
    ):
        paths = [f"/nothing/{number}?token=secret" for number in range(200)]
        answers = [*threads.map(service.get, paths)]

    lines = [
        line
        for line in map(json.loads, log.read_bytes().splitlines())
        if line["path"].startswith("/nothing/")
    ]
    assert sorted(f"/nothing/{number}" for number in range(200)) == sorted(
        line["path"] for line in lines
    )
    assert {answer.headers["x-request-id"] for answer in answers} == {
        line["id"] for line in lines
    }
    assert b"secret" not in log.read_bytes()


@pytest.mark.skipif(
    sys.platform != "linux", reason="Linux alone lists the sockets of processes"
)
def test_all_workers_share_one_socket(small_ledger: Path) -> None:
    """Who waits in it waits for any of them: with one socket for each, those would go with its worker."""
    with Service(small_ledger, workers=2) as service:
        assert service.process is not None
        listening = {
            line.split()[9]
            for line in Path("/proc/net/tcp").read_text().splitlines()
            if line.split()[1].endswith(f":{service.port:04X}")
            and line.split()[3] == "0A"
        }
        held = [
            opened_by(process) for process in (service.process.pid, *service.workers())
        ]

    (socket,) = listening
    assert 3 == len(held)
    assert all(f"socket:[{socket}]" in descriptors for descriptors in held)


def opened_by(process: int) -> set[str]:
    """What a process has open, but for what it closes meanwhile."""
    found = set()
    for item in Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.add(str(item.readlink()))
    return found


def test_hup_begins_anew_without_a_pause(small_ledger: Path, tmp_path: Path) -> None:
    """Each worker is followed by another: nobody is refused, and all that is answered is right.

    A connection that a worker took just before it was told to stop may break: once for each of them, at most.
    """
    log = tmp_path / "log"
    broken = 0
    with Service(small_ledger, "--no-access-log", workers=2, log=log) as service:
        assert service.process is not None
        before = set(service.workers())
        service.process.send_signal(signal.SIGHUP)
        while not before.isdisjoint(service.workers()):
            try:
                assert 200 == service.get("/healthz").status
            except (ConnectionResetError, http.client.RemoteDisconnected):
                broken += 1
        after = service.workers()

    assert broken <= 2
    assert 2 == len(after)
    assert "beginning anew" in log.read_text()


def test_a_ledger_on_a_server_is_served_by_several(tmp_path: Path) -> None:
    """Its password is told nowhere; stopped and started again, the first question is answered."""
    if missing := missing_postgresql():
        pytest.skip(missing)
    log = tmp_path / "log"
    with PostgresqlServer() as server:
        address = server.create("served")
        with open_ledger(address) as ledger:
            ledger.record([page("python:3.6", "a", 0)])
        with (
            Service(address, workers=2, log=log) as service,
            concurrent.futures.ThreadPoolExecutor(8) as threads,
        ):
            pages = [*threads.map(service.get, ["/history/python:3.6"] * 40)]
            server.stop()
            broken = service.get("/healthz")
            shown = service.get("/history/python:3.6")
            server.start()
            mended = [*threads.map(service.get, ["/healthz"] * 40)]
            with open_ledger(address) as ledger:
                ledger.record([page("python:3.6", "b", 1)])
            later = service.get("/history/python:3.6")
            code = service.stop()

    assert {200} == {answer.status for answer in pages}
    assert (503, b'{"status":"failing","reason":"ledger-unreachable"}') == (broken.status, broken.body)  # fmt: skip
    assert 503 == shown.status
    assert PASSWORD not in f"{shown.text} {log.read_text()}"
    assert {200} == {answer.status for answer in mended}
    assert str(digest("list b"))[:15] in later.text
    assert 0 == code
