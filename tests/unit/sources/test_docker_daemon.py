import socket
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from support.certificates import Authority
from support.daemon import Daemon, Held
from support.exchange import Fault
from support.faults import (
    endless,
    reset_after,
    status,
    truncated,
    wrong_bytes,
)
from support.images import index_of, random_image
from support.raw_tar import archive, member
from support.saved_images import (
    containerd_save,
    docker_25_save,
    docker_save,
    unpacked,
)
from tagledger.errors import (
    AccessDenied,
    BlobNotFound,
    ConnectionFailed,
    DigestMismatch,
    MalformedDocument,
    NotSupported,
    PlaceNotFound,
    ServerFailed,
    SizeMismatch,
    TagledgerError,
    TagNotFound,
    TooLarge,
    UnknownAddress,
    UnsafeArchive,
)
from tagledger.model import media_types
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Wanted
from tagledger.sources.docker_api import daemon_address
from tagledger.sources.docker_daemon import open_docker_daemon

ONE = random_image(seed=1, layers=3)
NAME = "docker.io/library/python:3.8"
PYTHON = Reference("docker.io", "library/python", "3.8")
CLASSIC = Held(ONE.config.digest, (NAME,), docker_save({("python:3.8",): ONE}))

IMAGES = [random_image(seed=5, arch=arch, format="oci") for arch in ("amd64", "arm64")]
INDEX = index_of(IMAGES, format="oci")
OCI_NAME = "ghcr.io/example/app:1"
CONTAINERD = Held(
    INDEX.digest,
    (OCI_NAME, f"ghcr.io/example/app@{INDEX.digest}"),
    containerd_save({OCI_NAME: INDEX}, {OCI_NAME: IMAGES[0]}),
)


@pytest.fixture
async def daemon() -> AsyncIterator[Daemon]:
    """A daemon with an image of each kind of store."""
    async with Daemon([CLASSIC, CONTAINERD]) as running:
        yield running


async def observe(
    address: str, environment: Mapping[str, str], wanted: Wanted | None = None
) -> Snapshot:
    """What a daemon has."""
    source, name = open_docker_daemon(address, environment)
    try:
        return await source.observe(name, wanted or Wanted())
    finally:
        await source.aclose()


async def layer_bytes(
    address: str, daemon: Daemon, descriptor: Descriptor, offset: int = 0
) -> bytes:
    """A layer, read to its end."""
    source, name = open_docker_daemon(address, daemon.environment)
    try:
        chunks = source.blob(name, descriptor, offset=offset)
        return b"".join([chunk async for chunk in chunks])
    finally:
        await source.aclose()


@pytest.mark.parametrize("address", ["python:3.8", NAME, "docker.io/python:3.8"])
async def test_the_classic_store_knows_the_config(address: str, daemon: Daemon) -> None:
    """The image ID and diff IDs are stated, and no manifest."""
    snapshot = await observe(address, daemon.environment)

    assert PYTHON == snapshot.reference
    assert "docker-daemon:python:3.8" == snapshot.source
    assert snapshot.root is None
    assert ONE.config.digest == snapshot.images[0].image_id
    assert list(ONE.diff_ids) == [layer.diff_id for layer in snapshot.images[0].layers]
    assert [f"/images/{NAME}/json", f"/images/{NAME}/get"] == [
        request.path for request in daemon.requests
    ]


@pytest.mark.parametrize("address", [OCI_NAME, f"ghcr.io/example/app@{INDEX.digest}"])
async def test_the_containerd_store_knows_what_was_published(
    address: str, daemon: Daemon
) -> None:
    """The index and its manifests are stated, with their own digests."""
    snapshot = await observe(address, daemon.environment)

    assert snapshot.root is not None
    assert INDEX.digest == snapshot.root.digest
    assert 2 == len(snapshot.images)
    assert f"docker-daemon:{address}" == snapshot.source


@pytest.mark.parametrize("text", ["{}", "sha256:{}"])
@pytest.mark.parametrize("digits", [12, 64])
async def test_an_image_is_found_by_its_id(
    text: str, digits: int, daemon: Daemon
) -> None:
    """The whole ID or its first digits."""
    identity = ONE.config.digest.partition(":")[2][:digits]

    snapshot = await observe(text.format(identity), daemon.environment)

    assert Reference("", identity) == snapshot.reference
    assert ONE.config.digest == snapshot.images[0].image_id


async def test_what_docker_25_makes_up_is_not_stated() -> None:
    """Its manifest was published nowhere."""
    held = Held(ONE.config.digest, (NAME,), docker_25_save(ONE, NAME))
    async with Daemon([held]) as daemon:
        snapshot = await observe("python:3.8", daemon.environment)

    assert snapshot.root is None
    assert ONE.config.digest == snapshot.images[0].image_id


async def test_an_image_that_is_not_there_is_not_found(daemon: Daemon) -> None:
    """Whether by name or by ID."""
    for address in ("nope:1", "0123456789abcdef"):
        with pytest.raises(TagNotFound):
            await observe(address, daemon.environment)


async def test_tags_are_those_of_the_repository(daemon: Daemon) -> None:
    """Other images of the daemon, and images without a name, are left out."""
    source, name = open_docker_daemon("python", daemon.environment)
    names = (NAME, "python:3", "other:1", "<none>:<none>")
    async with Daemon([Held(ONE.config.digest, names, b"")]) as other:
        second, _ = open_docker_daemon("python", other.environment)

        assert ["3.8"] == [tag async for tag in source.tags(name)]
        assert ["3.8", "3"] == [tag async for tag in second.tags(name)]
        await second.aclose()
    await source.aclose()


@pytest.mark.parametrize("offset", [0, 700])
async def test_a_layer_is_read_out_of_the_stream(offset: int, daemon: Daemon) -> None:
    """By its diff ID in the classic form, by its digest with the containerd store."""
    tar = unpacked(ONE)[2]
    plain = Descriptor(media_types.OCTET_STREAM, Digest(ONE.diff_ids[2]), len(tar))
    blob = IMAGES[1].layers[1].blob
    packed = Descriptor(blob.media_type, Digest(blob.digest), blob.size_bytes)

    assert tar[offset:] == await layer_bytes("python:3.8", daemon, plain, offset)
    assert blob.content[offset:] == await layer_bytes(OCI_NAME, daemon, packed, offset)


async def test_a_layer_that_two_images_share_is_found_through_its_link() -> None:
    """The member with the bytes may have another name."""
    both = docker_save({("python:3.8",): ONE})
    first = both.index(b"/layer.tar") - 64
    folder = both[first : first + 64].decode()
    linked = archive(
        both[:-1024].replace(f'"{folder}/layer.tar"'.encode(), b'"' + b"y" * 74 + b'"'),
        member("y" * 74, kind=b"2", link=f"{folder}/layer.tar"),
    )
    descriptor = Descriptor(media_types.OCTET_STREAM, Digest(ONE.diff_ids[0]), None)
    async with Daemon([Held(ONE.config.digest, (NAME,), linked)]) as daemon:
        assert unpacked(ONE)[0] == await layer_bytes("python:3.8", daemon, descriptor)


async def test_layers_are_verified(daemon: Daemon) -> None:
    """Wrong bytes, wrong sizes and layers of other images do not pass."""
    saved = CLASSIC.archive.replace(unpacked(ONE)[1], unpacked(ONE)[1][::-1])
    async with Daemon([Held(ONE.config.digest, (NAME,), saved)]) as hostile:
        changed = Descriptor("x", Digest(ONE.diff_ids[1]), None)
        with pytest.raises(DigestMismatch):
            await layer_bytes("python:3.8", hostile, changed)
    short = Descriptor("x", Digest(ONE.diff_ids[1]), 5)
    with pytest.raises(SizeMismatch):
        await layer_bytes("python:3.8", daemon, short)
    missing = Descriptor("x", Digest(f"sha256:{'0' * 64}"), None)
    with pytest.raises(BlobNotFound):
        await layer_bytes("python:3.8", daemon, missing)


async def test_content_comes_out_of_what_was_exported(daemon: Daemon) -> None:
    """A config is not worth a second export."""
    source, name = open_docker_daemon("python:3.8", daemon.environment)
    await source.observe(name, Wanted())
    descriptor = Descriptor(media_types.DOCKER_CONFIG, Digest(ONE.config.digest), None)

    assert ONE.config.content == await source.content(name, descriptor)
    assert 1 == len(daemon.asked("GET", "*/get"))
    await source.aclose()


async def test_another_image_than_was_inspected_is_refused() -> None:
    """The daemon said one ID, and exported another image."""
    held = Held(f"sha256:{'0' * 64}", (NAME,), CLASSIC.archive)
    async with Daemon([held]) as daemon:
        with pytest.raises(DigestMismatch):
            await observe("python:3.8", daemon.environment)


async def test_another_digest_than_was_asked_for_is_refused() -> None:
    """With manifests at hand, what is asked by digest is checked by digest."""
    other = f"ghcr.io/example/app@sha256:{'0' * 64}"
    held = Held(INDEX.digest, (other,), CONTAINERD.archive)
    async with Daemon([held]) as daemon:
        with pytest.raises(DigestMismatch):
            await observe(other, daemon.environment)


@pytest.mark.parametrize(
    ("saved", "error"),
    [
        (CLASSIC.archive[:5000], MalformedDocument),
        (CLASSIC.archive[:-1024], MalformedDocument),
        (b"", MalformedDocument),
        (b"x" * 4096, MalformedDocument),
        (archive(member("../x", b"x")), UnsafeArchive),
        (archive(member("a", kind=b"2", link="/etc/passwd")), UnsafeArchive),
        (archive(member("a", b"1"), member("a", b"2")), UnsafeArchive),
        (archive(member("a", b"1")), PlaceNotFound),
        (archive(member("manifest.json", b"{")), MalformedDocument),
    ],
)
async def test_a_hostile_archive_is_refused(
    saved: bytes, error: type[TagledgerError]
) -> None:
    """What a daemon sends is read like any archive."""
    async with Daemon([Held(ONE.config.digest, (NAME,), saved)]) as daemon:
        with pytest.raises(error):
            await observe("python:3.8", daemon.environment)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (status(500), ServerFailed),
        (status(302, ("Location", "http://127.0.0.1:1/")), ServerFailed),
        (status(401), AccessDenied),
        (status(403), AccessDenied),
        (truncated(3000), ConnectionFailed),
        (reset_after(3000), ConnectionFailed),
    ],
)
async def test_a_failing_daemon_gives_one_clean_error(
    fault: Fault, error: type[TagledgerError], daemon: Daemon
) -> None:
    """Nothing of the library's comes through."""
    daemon.on("GET", "*/get", fault)

    with pytest.raises(error):
        await observe("python:3.8", daemon.environment)


@pytest.mark.parametrize(
    ("answer", "error"),
    [(wrong_bytes(b"{"), MalformedDocument), (endless(), TooLarge)],
)
async def test_a_broken_answer_gives_one_clean_error(
    answer: Fault, error: type[TagledgerError], daemon: Daemon
) -> None:
    """JSON is bounded and checked."""
    daemon.on("GET", "*/json", answer)

    with pytest.raises(error):
        await observe("python:3.8", daemon.environment)


async def test_no_daemon_is_said_so(tmp_path: Path) -> None:
    """Neither a free port, nor a socket that nobody listens on, is a daemon."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    path = tmp_path / "d.sock"
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.close()

    for host in (f"tcp://127.0.0.1:{port}", f"unix://{path}", f"unix://{path}x"):
        with pytest.raises(ConnectionFailed) as caught:
            await observe("python:3.8", {"DOCKER_HOST": host})
        assert caught.value.hint


@pytest.mark.parametrize(
    ("environment", "problem"),
    [
        ({"DOCKER_HOST": "ssh://user@host"}, "of the kind 'ssh'"),
        ({"DOCKER_HOST": "npipe:////./pipe/docker"}, "of the kind 'npipe'"),
        ({"DOCKER_HOST": "unix://"}, "of the kind 'unix'"),
        ({"DOCKER_HOST": "nonsense"}, "of the kind 'nonsense'"),
        ({"DOCKER_HOST": "tcp://192.0.2.1:2375"}, "without TLS: 192.0.2.1"),
        ({"DOCKER_HOST": "tcp://daemon.example"}, "without TLS: daemon.example"),
    ],
)
def test_a_daemon_elsewhere_is_asked_over_tls_alone(
    environment: dict[str, str], problem: str
) -> None:
    """Whoever reaches a daemon has its machine: nothing is sent there in the clear."""
    with pytest.raises(NotSupported, match=problem):
        daemon_address(environment)


@pytest.mark.parametrize(
    ("environment", "url", "socket_path", "certificates"),
    [
        ({"DOCKER_HOST": "unix:///a/b.sock"}, "http://localhost", "/a/b.sock", None),
        ({"DOCKER_HOST": "tcp://127.0.0.1:1"}, "http://127.0.0.1:1", None, None),
        ({"DOCKER_HOST": "tcp://localhost"}, "http://localhost:2375", None, None),
        ({"DOCKER_HOST": "tcp://[::1]:1"}, "http://[::1]:1", None, None),
        (
            {"DOCKER_HOST": "tcp://d.example", "DOCKER_TLS_VERIFY": "1", "HOME": "/h"},
            "https://d.example:2376",
            None,
            "/h/.docker",
        ),
        (
            {"DOCKER_HOST": "https://d.example:1", "DOCKER_CERT_PATH": "/c"},
            "https://d.example:1",
            None,
            "/c",
        ),
    ],
)
def test_docker_host_says_where(
    environment: dict[str, str],
    url: str,
    socket_path: str | None,
    certificates: str | None,
) -> None:
    """A socket, or a port with or without TLS."""
    address = daemon_address(environment)

    assert url == address.url
    assert socket_path == address.socket
    assert certificates == (address.certificates and str(address.certificates))


async def test_a_daemon_with_tls_is_asked_with_dockers_own_files(
    tmp_path: Path,
) -> None:
    """ca.pem, cert.pem and key.pem as Docker's client reads them; nothing else will do."""
    authority = Authority()
    context = authority.server_context(needs_client_certificate=True)
    certificate, key = authority.write_client_certificate(tmp_path)
    certificate.rename(tmp_path / "cert.pem")
    key.rename(tmp_path / "key.pem")
    authority.write_ca(tmp_path).rename(tmp_path / "ca.pem")
    async with Daemon([CLASSIC], tls=context) as daemon:
        secure = {
            **daemon.environment,
            "DOCKER_TLS_VERIFY": "1",
            "DOCKER_CERT_PATH": str(tmp_path),
        }

        assert (await observe("python:3.8", secure)).images
        (tmp_path / "cert.pem").unlink()
        with pytest.raises(ConnectionFailed):
            await observe("python:3.8", secure)
        (tmp_path / "ca.pem").unlink()
        with pytest.raises(ConnectionFailed):
            await observe("python:3.8", secure)
        (tmp_path / "ca.pem").write_text("nonsense")
        with pytest.raises(PlaceNotFound, match="no usable certificates"):
            await observe("python:3.8", secure)


def test_podmans_socket_is_found_where_docker_has_none(tmp_path: Path) -> None:
    """Without DOCKER_HOST the usual places are looked at."""
    (tmp_path / "podman").mkdir()
    path = tmp_path / "podman" / "podman.sock"
    if any(
        Path(usual).exists() for usual in ("/var/run/docker.sock", "/run/docker.sock")
    ):
        pytest.skip("missing here: a machine without Docker")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))

        address = daemon_address({"XDG_RUNTIME_DIR": str(tmp_path)})

    assert str(path) == address.socket


@pytest.mark.parametrize("address", ["", "Python:3.8", "a b", "python@sha256:abc"])
def test_what_is_no_name_is_refused(address: str, daemon: Daemon) -> None:
    """Before anything is asked."""
    with pytest.raises(UnknownAddress):
        open_docker_daemon(address, daemon.environment)
    assert not daemon.requests
