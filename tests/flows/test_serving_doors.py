"""Who may ask the service, and how: logins, TLS, and clients that mean no good."""

import base64
import os
import signal
import socket
import ssl
import time
from contextlib import suppress
from pathlib import Path

import pytest

from support.access_files import PASSWORDS, TOKEN, access_file, hashed
from support.certificates import Authority
from support.images import random_image
from support.past import Fact, record_facts, write_blobs
from support.service import Answer, Service
from support.statements import day
from support.tools import needs, run_tool
from tagledger.model.digest import Digest


def test_users_are_let_in_by_the_files_as_they_are_now(small_ledger: Path, tmp_path: Path) -> None:  # fmt: skip
    """A user that is taken out while it serves is out within a second."""
    access = access_file(tmp_path)
    alice = ("alice", "opal")
    with Service(small_ledger, "--access", str(access), workers=1) as service:
        assert 200 == login(service, *alice).status
        assert 401 == login(service, "alice", "wrong").status
        assert 401 == login(service, "dave", "onyx").status
        (tmp_path / "users").write_text(f"dave:{hashed('onyx')}\n")
        text = access.read_text()
        (name, rest) = text.split("[users.alice]", 1)
        access.write_text(name + "[users.eve]" + rest)
        os.utime(access, ns=(1, 1))
        while login(service, *alice).status == 200:
            time.sleep(0.05)
        while login(service, "dave", "onyx").status == 401:
            time.sleep(0.05)

        assert 401 == login(service, *alice).status


def login(service: Service, name: str, password: str) -> Answer:
    """Ask for the home page as somebody."""
    pair = base64.b64encode(f"{name}:{password}".encode()).decode()
    return service.get("/v2/", headers={"Authorization": f"Basic {pair}"})


@needs("skopeo")
@pytest.mark.parametrize("anybody", [(), ("python",)], ids=["shut", "open"])
def test_clients_of_registries_log_in(
    small_ledger: Path, tmp_path: Path, anybody: tuple[str, ...]
) -> None:
    """By password and by token, whether something is open to anybody or nothing; and not with a wrong one."""
    access = access_file(tmp_path, anybody=anybody)
    logins = {"REGISTRY_AUTH_FILE": str(tmp_path / "auth.json")}
    with Service(small_ledger, "--access", str(access)) as service:
        place = f"127.0.0.1:{service.port}"

        def log_in(user: str, password: str) -> bytes:
            words = ("--tls-verify=false", "--username", user, "--password", password)
            return run_tool("skopeo", "login", *words, place, environment=logins)

        for user, password in (("alice", "opal"), ("build", TOKEN)):
            assert b"Login Succeeded" in log_in(user, password)
        with pytest.raises(AssertionError, match=r"invalid username/password|unauthorized|401"):  # fmt: skip
            log_in("alice", "wrong")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_is_spoken(
    small_ledger: Path, tmp_path: Path, version: ssl.TLSVersion
) -> None:
    """With 1.2 and 1.3, and browsers are told to stay with it."""
    authority = Authority()
    certificate, key = authority.write_certificate(tmp_path)
    context = authority.client_context()
    context.minimum_version = context.maximum_version = version
    words = ("--certificate", str(certificate), "--key", str(key))
    with Service(small_ledger, *words, tls=context) as service:
        answer = service.get("/healthz")

    assert (200, b'{"status":"ok"}') == (answer.status, answer.body)
    assert "max-age=31536000" == answer.headers["strict-transport-security"]


def test_a_renewed_certificate_is_read_on_a_reload(
    small_ledger: Path, tmp_path: Path
) -> None:
    """Whoever trusts only the new one is let in from then on."""
    old, new = Authority(), Authority()
    certificate, key = old.write_certificate(tmp_path)
    words = ("--certificate", str(certificate), "--key", str(key))
    with Service(small_ledger, *words, tls=old.client_context()) as service:
        assert service.process is not None
        new.write_certificate(tmp_path)
        before = set(service.workers())
        service.process.send_signal(signal.SIGHUP)
        while not before.isdisjoint(service.workers()):
            time.sleep(0.05)
        renewed = Service(small_ledger, tls=new.client_context())
        renewed.port = service.port
        for _ in range(600):
            # A worker is there some time before it listens.
            with suppress(ConnectionRefusedError):
                renewed.get("/healthz")
                break
            time.sleep(0.05)

        assert 200 == renewed.get("/healthz").status


@needs("curl")
def test_http_2_is_spoken_under_tls(small_ledger: Path, tmp_path: Path) -> None:
    """With the same bounds: names, headers, and all that goes out with an answer."""
    authority = Authority()
    certificate, key = authority.write_certificate(tmp_path)
    words = ("--certificate", str(certificate), "--key", str(key))
    with Service(small_ledger, *words, tls=authority.client_context()) as service:

        def ask(*more: str) -> str:
            place = f"https://localhost:{service.port}/"
            ca = str(authority.write_ca(tmp_path))
            return run_tool("curl", "--silent", "--include", "--http2", "--cacert", ca, *more, place).decode()  # fmt: skip

        well, misnamed = ask(), ask("--header", "Host: evil.example")

    assert well.startswith("HTTP/2 200")
    assert "content-security-policy: default-src 'none'" in well
    assert misnamed.startswith("HTTP/2 400")


def test_a_client_that_says_nothing_is_let_go(small_ledger: Path) -> None:
    """Headers that do not end take no place for ever: the connection is closed."""
    with (
        Service(small_ledger) as service,
        socket.create_connection(("127.0.0.1", service.port), timeout=60) as client,
    ):
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        said = b"".join(iter(lambda: client.recv(4_096), b""))

    assert b"200" not in said.partition(b"\r\n")[0]


def test_headers_without_end_are_refused(small_ledger: Path) -> None:
    """The server reads no more of them than may be sent."""
    with Service(small_ledger) as service:
        few = service.get("/", headers={"X-Much": "a" * 40_000})
        with socket.create_connection(("127.0.0.1", service.port)) as client:
            client.settimeout(60)
            client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
            sent = 0
            try:
                while sent < 50_000_000:
                    client.sendall(b"X-Much: " + b"a" * 10_000 + b"\r\n")
                    sent += 10_000
            except OSError:
                pass

        assert 431 == few.status
        assert sent < 20_000_000
        assert 200 == service.get("/healthz").status


@needs("skopeo")
@pytest.mark.parametrize("anybody", [(), ("python",)], ids=["shut", "open"])
def test_clients_pull_what_they_may(tmp_path: Path, anybody: tuple[str, ...]) -> None:
    """What is open without a login, the rest with one, and nothing to who has none for it."""
    public, private = random_image(seed=1), random_image(seed=2)
    ledger = record_facts(
        tmp_path / "ledger.db",
        [
            Fact("python:3.6", public.published, day(0)),
            Fact("ghcr.io/acme/shop:1", private.published, day(0)),
        ],
    )
    blobs = write_blobs(tmp_path / "blobs", public.published, private.published)
    access = access_file(tmp_path, anybody=anybody)
    nobody = {"REGISTRY_AUTH_FILE": str(tmp_path / "none.json")}
    words = ("--access", str(access), "--blobs", str(blobs))
    with Service(ledger, *words) as service:
        place = f"docker://127.0.0.1:{service.port}"

        def pull(name: str, *login: str) -> str:
            target = tmp_path / f"{name.rpartition('/')[2]} {' '.join(login)}"
            source = ("--src-tls-verify=false", *login, f"{place}/{name}")
            run_tool("skopeo", "copy", "--quiet", *source, f"dir:{target}", environment=nobody)  # fmt: skip
            return str(Digest.of((target / "manifest.json").read_bytes()))

        carol = ("--src-creds", f"carol:{PASSWORDS['carol']}")
        bob = ("--src-creds", f"bob:{PASSWORDS['bob']}")
        token = ("--src-creds", f"build:{TOKEN}")

        assert private.digest == pull("ghcr.io/acme/shop:1", *bob)
        assert private.digest == pull("at/2017-03-02/ghcr.io/acme/shop:1", *token)
        for login in ((), carol):
            with pytest.raises(AssertionError, match=r"unauthorized|authentication|name unknown"):  # fmt: skip
                pull("ghcr.io/acme/shop:1", *login)
        if anybody:
            assert public.digest == pull("library/python:3.6")
            assert public.digest == pull("library/python:3.6", *bob)
        else:
            with pytest.raises(AssertionError, match=r"unauthorized|authentication|401"):  # fmt: skip
                pull("library/python:3.6")
