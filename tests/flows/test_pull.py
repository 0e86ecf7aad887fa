import asyncio
import json
import random
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from support.blobs import Published, make_blob
from support.exchange import Fault
from support.faults import reset_after, status, times, truncated, wrong_bytes
from support.foreign_host import ForeignHost
from support.images import Image, image_of, index_of, random_image
from support.kinds import KINDS, docker_foreign_layers
from support.layers import Layer, make_layer
from support.publishing import put_into, write_layout
from support.registry import Registry
from support.tools import needs, skopeo
from tagledger.errors import (
    BlobNotFound,
    DigestMismatch,
    MalformedDocument,
    NotSupported,
    PlaceNotFound,
    TagledgerError,
    UnknownAddress,
    WriteFailed,
)
from tagledger.flows.pull import PullResult, pull
from tagledger.model.digest import Digest
from tagledger.model.platform import parse_platform
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Progress, Wanted, no_progress
from tagledger.sources.layout import open_layout
from tagledger.sources.layout_writer import LayoutTarget, parse_layout_target
from tagledger.sources.registry.options import RegistryOptions
from tagledger.sources.registry.source import open_registry

BIG_BYTES = 3_000_000


def big_image() -> Image:
    """An image with one layer that takes many reads, and two small ones."""
    chance = random.Random("big")  # noqa: S311 - made-up bytes need a seed, not secrecy
    small = random_image(format="oci", layers=2).layers
    big = make_layer({"big": chance.randbytes(BIG_BYTES)}, compression="none")
    config = {"os": "linux", "architecture": "amd64"}
    return image_of(config, [big, *small], format="oci")


@asynccontextmanager
async def registry_with(
    published: Published, *, tag: str = "1.0"
) -> AsyncIterator[Registry]:
    """A registry that holds this as `app`."""
    async with Registry() as registry:
        put_into(registry, "app", published, tag)
        yield registry


async def pulled(
    registry: Registry,
    target: str,
    *,
    wanted: Wanted | None = None,
    include_foreign: bool = True,
    verify_existing: bool = False,
    progress: Progress = no_progress,
) -> PullResult:
    """`app:1.0` copied into a layout."""
    rest = f"{registry.address}/app:1.0"
    source, name = open_registry(rest, RegistryOptions(timeout_seconds=5))
    try:
        return await pull(
            source,
            name,
            wanted or Wanted(),
            parse_layout_target(target),
            include_foreign=include_foreign,
            verify_existing=verify_existing,
            progress=progress,
        )
    finally:
        await source.aclose()


async def read_back(target: str, wanted: Wanted | None = None) -> Snapshot:
    """What a layout holds."""
    source, name = open_layout(target.removeprefix("oci:"))
    try:
        return await source.observe(name, wanted or Wanted(attestations=True))
    finally:
        await source.aclose()


def files(layout: Path) -> dict[str, bytes]:
    """The blobs of a layout, by digest; anything else there would be in the way."""
    return {
        f"{path.parent.name}:{path.name}": path.read_bytes()
        for path in (layout / "blobs").glob("*/*")
    }


def names(layout: Path) -> list[str | None]:
    """The names that `index.json` lists."""
    index = json.loads((layout / "index.json").read_bytes())
    return [
        entry.get("annotations", {}).get("org.opencontainers.image.ref.name")
        for entry in index["manifests"]
    ]


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_is_copied_to_the_byte(kind: str, tmp_path: Path) -> None:
    """All that was published and is held is there again, and reads as the same."""
    published = KINDS[kind]()
    target = f"oci:{tmp_path}/out:1.0"

    async with registry_with(published) as registry:
        result = await pulled(registry, target, include_foreign=False)
        source, name = open_registry(f"{registry.address}/app:1.0", RegistryOptions())
        before = await source.observe(name, Wanted(attestations=True))
        await source.aclose()
    after = await read_back(target)

    expected = {blob.digest: blob.content for blob in published.blobs}
    for blob in published.manifests:
        expected[blob.digest] = before.documents[Digest(blob.digest)].content
    assert expected == files(tmp_path / "out")
    assert after.root is not None
    assert published.digest == after.root.digest == result.root.digest
    assert [type(entry) for entry in before.entries] == [
        type(entry) for entry in after.entries
    ]
    assert {
        digest: document.content for digest, document in before.documents.items()
    } == {digest: document.content for digest, document in after.documents.items()}
    assert ["1.0"] == names(tmp_path / "out")
    assert {"oci-layout", "index.json", "blobs"} == {
        path.name for path in (tmp_path / "out").iterdir()
    }


async def test_one_platform_makes_a_sparse_index_with_its_own_digest(
    tmp_path: Path,
) -> None:
    """The index is kept as it was published; what was not wanted is missing."""
    published = KINDS["oci-index"]()
    wanted = Wanted(platforms=(parse_platform("linux/arm/v7"),))

    async with registry_with(published) as registry:
        await pulled(registry, f"oci:{tmp_path}/out", wanted=wanted)
    after = await read_back(f"{tmp_path}/out")

    assert after.root is not None
    assert published.digest == after.root.digest
    assert ["linux/arm/v7"] == [str(image.platform) for image in after.images]
    assert 4 == len(after.missing)


@pytest.mark.parametrize(
    ("target", "expected"), [("", "1.0"), (":2.0", "2.0"), (":a/b:c", "a/b:c")]
)
async def test_the_copy_is_called_as_asked_or_as_it_was(
    target: str, expected: str, tmp_path: Path
) -> None:
    """Without a name of its own the copy keeps the tag."""
    async with registry_with(random_image().published) as registry:
        await pulled(registry, f"oci:{tmp_path}/out{target}")

    assert [expected] == names(tmp_path / "out")


async def test_a_second_image_joins_the_first(tmp_path: Path) -> None:
    """Other entries stay, an entry of the same name is replaced, unknown fields live."""
    one, two = (random_image(seed=seed).published for seed in (1, 2))
    layout = tmp_path / "out"
    async with registry_with(one) as registry:
        await pulled(registry, f"oci:{layout}:1.0")
        index = json.loads((layout / "index.json").read_bytes())
        index["org.example"] = {"kept": True}
        index["manifests"][0]["org.example"] = "kept as well"
        (layout / "index.json").write_text(json.dumps(index))
        await pulled(registry, f"oci:{layout}:latest")
    async with registry_with(two) as registry:
        await pulled(registry, f"oci:{layout}:latest")

    index = json.loads((layout / "index.json").read_bytes())
    assert ["1.0", "latest"] == names(layout)
    assert [one.digest, two.digest] == [item["digest"] for item in index["manifests"]]
    assert {"kept": True} == index["org.example"]
    assert "kept as well" == index["manifests"][0]["org.example"]


async def test_an_image_without_a_name_is_listed_once(tmp_path: Path) -> None:
    """By digest there is no tag to keep, and a repeated pull adds nothing."""
    image = random_image()
    async with registry_with(image.published) as registry:
        rest = f"{registry.address}/app@{image.digest}"
        for _ in range(2):
            source, name = open_registry(rest, RegistryOptions())
            await pull(source, name, Wanted(), LayoutTarget(tmp_path))
            await source.aclose()

    assert [None] == names(tmp_path)


async def test_what_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    """A repeated pull asks for no blob."""
    image = random_image(layers=3)
    async with registry_with(image.published) as registry:
        first = await pulled(registry, f"oci:{tmp_path}/out")
        registry.requests.clear()
        second = await pulled(registry, f"oci:{tmp_path}/out")

        fetched = [request.path.rpartition("/")[2] for request in registry.requests]
    assert 3 == len(first.written)
    assert not first.kept
    assert 3 == len(second.kept)
    assert not second.written
    assert not {layer.blob.digest for layer in image.layers} & set(fetched)


async def test_layers_shared_by_platforms_are_fetched_once(tmp_path: Path) -> None:
    """Each digest is asked for one time."""
    images = [random_image(format="oci", arch="amd64")]
    images.append(
        image_of(
            {"os": "linux", "architecture": "arm64"}, images[0].layers, format="oci"
        )
    )
    async with registry_with(index_of(images, format="oci")) as registry:
        await pulled(registry, f"oci:{tmp_path}/out")

        for layer in images[0].layers:
            assert 1 == len(registry.asked("GET", f"*/{layer.blob.digest}"))


def cut_short(layout: Path, layer: Layer, kept: bytes) -> Path:
    """A blob as a pull leaves it that was ended in the middle."""
    folder = layout / "blobs" / "sha256"
    folder.mkdir(parents=True)
    file = folder / f".partial-{layer.blob.digest.partition(':')[2]}"
    file.write_bytes(kept)
    return file


async def test_a_cut_blob_is_gone_on_with_where_it_ends(tmp_path: Path) -> None:
    """Only the bytes that are missing are asked for."""
    image = big_image()
    content = image.layers[0].blob.content
    file = cut_short(tmp_path, image.layers[0], content[:1_000_000])

    async with registry_with(image.published) as registry:
        await pulled(registry, f"oci:{tmp_path}")

        (asked,) = registry.asked("GET", f"*/{image.layers[0].blob.digest}")
    assert "bytes=1000000-" == asked.headers["Range"]
    assert content == files(tmp_path)[image.layers[0].blob.digest]
    assert not file.exists()


async def test_a_blob_that_only_lacks_its_name_is_not_fetched(tmp_path: Path) -> None:
    """An end between the last byte and the rename costs nothing."""
    image = big_image()
    cut_short(tmp_path, image.layers[0], image.layers[0].blob.content)

    async with registry_with(image.published) as registry:
        await pulled(registry, f"oci:{tmp_path}")

        assert not registry.asked("GET", f"*/{image.layers[0].blob.digest}")
    assert image.layers[0].blob.digest in files(tmp_path)


@pytest.mark.parametrize(
    "leftover", [b"x" * 1_000_000, b"x" * (BIG_BYTES * 2)], ids=["wrong", "too long"]
)
async def test_a_wrong_beginning_is_thrown_away(
    leftover: bytes, tmp_path: Path
) -> None:
    """What was left is hashed like everything else; the blob is then fetched whole."""
    image = big_image()
    cut_short(tmp_path, image.layers[0], leftover)

    async with registry_with(image.published) as registry:
        await pulled(registry, f"oci:{tmp_path}")

    blob = image.layers[0].blob
    assert blob.content == files(tmp_path)[blob.digest]


async def test_a_schema_1_layer_of_unknown_size_is_gone_on_with(
    tmp_path: Path,
) -> None:
    """Nobody says how long it is: the hash says when it is whole."""
    published = KINDS["schema-1-signed"]()
    whole, cut = published.blobs[:2]
    for blob, kept in ((whole, whole.content), (cut, cut.content[:10])):
        layer = Layer(blob, blob.digest)
        (tmp_path / blob.digest[-4:]).mkdir()
        cut_short(tmp_path / blob.digest[-4:], layer, kept)
        async with registry_with(published) as registry:
            await pulled(registry, f"oci:{tmp_path}/{blob.digest[-4:]}")

        assert blob.content == files(tmp_path / blob.digest[-4:])[blob.digest]


async def test_an_interrupted_pull_leaves_what_it_has(tmp_path: Path) -> None:
    """Ctrl-C cancels; nothing half done has a name, and the next pull goes on."""
    image = big_image()
    async with registry_with(image.published) as registry:
        received = 0

        def stop_half_way(_what: str, done: int, _total: int | None) -> None:
            nonlocal received
            received = done
            if done > BIG_BYTES // 2:
                work.cancel()

        work = asyncio.ensure_future(
            pulled(registry, f"oci:{tmp_path}", progress=stop_half_way)
        )
        with pytest.raises(asyncio.CancelledError):
            await work

        left = [path for path in tmp_path.rglob("*") if path.is_file()]
        (partial,) = [path for path in left if path.name.startswith(".partial-")]
        begun_bytes = partial.stat().st_size
        assert not (tmp_path / "index.json").exists()
        assert 0 < begun_bytes < BIG_BYTES
        registry.requests.clear()
        await pulled(registry, f"oci:{tmp_path}")

        (asked,) = registry.asked("GET", f"*/{image.layers[0].blob.digest}")
    assert received >= begun_bytes
    assert f"bytes={begun_bytes}-" == asked.headers["Range"]
    assert {
        blob.digest: blob.content
        for blob in (*image.published.manifests, *image.published.blobs)
    } == files(tmp_path)


@pytest.mark.parametrize("fault", [truncated(1_000_000), reset_after(1_000_000)])
async def test_a_broken_connection_is_not_the_end(fault: Fault, tmp_path: Path) -> None:
    """The rest is asked for on the next connection."""
    image = big_image()
    layer = image.layers[0].blob
    async with registry_with(image.published) as registry:
        registry.on("GET", f"*/{layer.digest}", times(1, fault))
        await pulled(registry, f"oci:{tmp_path}")

    assert layer.content == files(tmp_path)[layer.digest]


async def test_wrong_bytes_get_no_name(tmp_path: Path) -> None:
    """Nothing is listed, and nothing stands under a digest that it has not."""
    image = big_image()
    layer = image.layers[0].blob
    async with registry_with(image.published) as registry:
        registry.on("GET", f"*/{layer.digest}", wrong_bytes(b"x" * layer.size_bytes))
        with pytest.raises(DigestMismatch):
            await pulled(registry, f"oci:{tmp_path}")

    assert layer.digest not in files(tmp_path)
    assert not (tmp_path / "index.json").exists()


async def test_more_bytes_than_announced_are_not_written(tmp_path: Path) -> None:
    """A blob that does not end cannot fill the disk."""
    image = big_image()
    layer = image.layers[0].blob
    async with registry_with(image.published) as registry:
        registry.on("GET", f"*/{layer.digest}", wrong_bytes(layer.content + b"x" * 10))
        with pytest.raises(TagledgerError):
            await pulled(registry, f"oci:{tmp_path}")

    sizes = [path.stat().st_size for path in tmp_path.rglob(".partial-*")]
    assert all(size <= layer.size_bytes for size in sizes)


async def test_a_changed_file_is_noticed_where_that_is_asked(tmp_path: Path) -> None:
    """By size it is what it should be; `verify_existing` hashes it, and mends it."""
    image = random_image(format="oci")
    layer = image.layers[0].blob
    file = tmp_path / "blobs" / layer.digest.replace(":", "/")
    async with registry_with(image.published) as registry:
        await pulled(registry, f"oci:{tmp_path}")
        file.write_bytes(b"x" * layer.size_bytes)
        trusting = await pulled(registry, f"oci:{tmp_path}")
        assert b"x" * layer.size_bytes == file.read_bytes()
        careful = await pulled(registry, f"oci:{tmp_path}", verify_existing=True)
        assert layer.content == file.read_bytes()
        file.write_bytes(b"too short")
        await pulled(registry, f"oci:{tmp_path}")
        assert layer.content == file.read_bytes()

    assert not trusting.written
    assert [layer.digest] == [blob.digest for blob in careful.written]


async def test_foreign_layers_come_from_their_own_place(tmp_path: Path) -> None:
    """The copy is then whole."""
    async with ForeignHost() as host:
        published = docker_foreign_layers(host.url)
        manifest = json.loads(published.root.content)
        held = {blob.digest for blob in published.blobs}
        (foreign,) = [item for item in manifest["layers"] if item["digest"] not in held]
        made = random_image(seed=10, os="windows", os_version="10.0.17763.864")
        content = made.layers[0].blob.content
        host.put(f"/v2/windows/nanoserver/blobs/{foreign['digest']}", content)
        async with registry_with(published) as registry:
            result = await pulled(registry, f"oci:{tmp_path}")

    assert content == files(tmp_path)[foreign["digest"]]
    assert not result.left_out
    assert not host.credentials_seen


async def test_foreign_layers_may_be_left_out(tmp_path: Path) -> None:
    """What was left out is said, and nobody but the registry was asked."""
    async with registry_with(docker_foreign_layers()) as registry:
        result = await pulled(registry, f"oci:{tmp_path}", include_foreign=False)

    (left_out,) = result.left_out
    assert left_out.urls
    assert left_out.digest not in files(tmp_path)


async def test_a_layer_that_is_gone_ends_the_pull(tmp_path: Path) -> None:
    """An image without one of its layers is not listed."""
    image = random_image()
    async with registry_with(image.published) as registry:
        registry.on("GET", f"*/{image.layers[1].blob.digest}", status(404))
        with pytest.raises(BlobNotFound):
            await pulled(registry, f"oci:{tmp_path}")

    assert not (tmp_path / "index.json").exists()


async def test_content_in_a_descriptor_is_written_without_asking(
    tmp_path: Path,
) -> None:
    """`data` is the layer itself."""
    layer = make_blob("text/plain", b"hello")
    config = make_blob("application/vnd.oci.empty.v1+json", b"{}")
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "artifactType": "application/vnd.example",
        "config": config.descriptor(data="e30="),
        "layers": [layer.descriptor(data="aGVsbG8=")],
    }
    root = make_blob(str(manifest["mediaType"]), json.dumps(manifest).encode())
    async with registry_with(Published(root, (root,), ())) as registry:
        await pulled(registry, f"oci:{tmp_path}")

    assert b"hello" == files(tmp_path)[layer.digest]
    assert b"{}" == files(tmp_path)[config.digest]


async def test_many_pulls_into_one_layout_at_once(tmp_path: Path) -> None:
    """Each image is listed, and what they share is fetched by one of them alone."""
    image = big_image()
    async with registry_with(image.published) as registry:
        await asyncio.gather(
            *(pulled(registry, f"oci:{tmp_path}:{number}") for number in range(6))
        )

        assert 1 == len(registry.asked("GET", f"*/{image.layers[0].blob.digest}"))
    assert sorted(map(str, range(6))) == sorted(map(str, names(tmp_path)))
    assert {"oci-layout", "index.json", "blobs"} == {
        path.name for path in tmp_path.iterdir()
    }


async def test_progress_ends_at_the_total(tmp_path: Path) -> None:
    """The bytes of all layers are counted, those of an earlier run included."""
    image = big_image()
    cut_short(tmp_path, image.layers[0], image.layers[0].blob.content[:1_000_000])
    told: list[tuple[str, int, int | None]] = []
    async with registry_with(image.published) as registry:
        await pulled(
            registry, f"oci:{tmp_path}", progress=lambda *words: told.append(words)
        )

    total = sum(layer.blob.size_bytes for layer in image.layers)
    assert ("bytes", total, total) == told[-1]


async def test_a_layout_is_copied_like_a_registry(tmp_path: Path) -> None:
    """Any source that has a manifest will do."""
    published = KINDS["attested-index"]()
    source, name = open_layout(str(write_layout(tmp_path / "in", {"1.0": published})))

    await pull(source, name, Wanted(), LayoutTarget(tmp_path / "out"))

    assert files(tmp_path / "in") == files(tmp_path / "out")


async def test_a_place_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    """The system's own words, with the place and what to do."""
    source, name = open_layout(
        str(write_layout(tmp_path / "in", {"1.0": random_image().published}))
    )
    (tmp_path / "file").touch()
    with pytest.raises(WriteFailed, match="Not a directory"):
        await pull(source, name, Wanted(), LayoutTarget(tmp_path / "file" / "out"))
    with pytest.raises(WriteFailed, match=r"/proc/.*"):
        await pull(source, name, Wanted(), LayoutTarget(Path("/proc/no/such")))


async def test_a_file_that_cannot_grow_says_so(tmp_path: Path) -> None:
    """The system's words name the blob; what was written is there to go on from."""
    image = big_image()
    source, name = open_layout(
        str(write_layout(tmp_path / "in", {"1": image.published}))
    )
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (BIG_BYTES // 2, limits[1]))
    try:
        with pytest.raises(
            WriteFailed, match=r"\.partial-[0-9a-f]{64}: File too large"
        ):
            await pull(source, name, Wanted(), LayoutTarget(tmp_path / "out"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    await pull(source, name, Wanted(), LayoutTarget(tmp_path / "out"))
    assert files(tmp_path / "in") == files(tmp_path / "out")


async def test_a_link_in_place_of_a_blob_is_not_written_through(
    tmp_path: Path,
) -> None:
    """Somebody else's layout must not make us overwrite a file of ours."""
    image = big_image()
    file = cut_short(tmp_path / "out", image.layers[0], b"")
    file.unlink()
    (tmp_path / "precious").write_text("precious")
    file.symlink_to(tmp_path / "precious")
    source, name = open_layout(
        str(write_layout(tmp_path / "in", {"1": image.published}))
    )

    with pytest.raises(WriteFailed):
        await pull(source, name, Wanted(), LayoutTarget(tmp_path / "out"))
    assert "precious" == (tmp_path / "precious").read_text()


async def test_a_folder_that_holds_something_else_is_left_alone(
    tmp_path: Path,
) -> None:
    """Nothing is strewn among somebody's files."""
    (tmp_path / "letter.txt").write_text("dear")
    source, name = open_layout(
        str(write_layout(tmp_path / "in" / "x", {"1.0": random_image().published}))
    )

    with pytest.raises(PlaceNotFound, match="neither an OCI layout nor empty"):
        await pull(source, name, Wanted(), LayoutTarget(tmp_path))
    assert {"letter.txt", "in"} == {path.name for path in tmp_path.iterdir()}


async def test_an_index_that_is_not_understood_is_not_replaced(tmp_path: Path) -> None:
    """Somebody's broken file stays as it is."""
    async with registry_with(random_image().published) as registry:
        await pulled(registry, f"oci:{tmp_path}")
        (tmp_path / "index.json").write_text("{broken")
        with pytest.raises(MalformedDocument):
            await pulled(registry, f"oci:{tmp_path}:2.0")

    assert "{broken" == (tmp_path / "index.json").read_text()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("oci:new", LayoutTarget(Path("new"))),
        ("oci:new:1.0", LayoutTarget(Path("new"), "1.0")),
        ("oci:new:", LayoutTarget(Path("new"))),
        ("oci:new:localhost/a:1.0", LayoutTarget(Path("new"), "localhost/a:1.0")),
    ],
)
def test_a_new_folder_ends_at_the_first_colon(
    address: str, expected: LayoutTarget
) -> None:
    """Where nothing exists yet there is nothing else to go by."""
    assert expected == parse_layout_target(address)


def test_an_existing_folder_may_hold_colons(tmp_path: Path) -> None:
    """As it does when it is read."""
    (tmp_path / "a:b").mkdir()

    assert LayoutTarget(tmp_path / "a:b", "c") == parse_layout_target(
        f"oci:{tmp_path}/a:b:c"
    )


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("docker-archive:x.tar", NotSupported),
        ("new", NotSupported),
        ("oci:", UnknownAddress),
        ("oci::1.0", UnknownAddress),
        ("oci:new:a b", UnknownAddress),
        (f"oci:new:@sha256:{'0' * 64}", UnknownAddress),
        (f"oci:new:a@sha256:{'0' * 64}", UnknownAddress),
    ],
)
def test_other_targets_are_refused(address: str, error: type[TagledgerError]) -> None:
    """Only a layout is written, and its names are those of the specification."""
    with pytest.raises(error):
        parse_layout_target(address)


@needs("skopeo")
@pytest.mark.parametrize(
    "kind", ["docker-list", "docker-image", "oci-index", "oci-image"]
)
async def test_skopeo_reads_what_was_written(kind: str, tmp_path: Path) -> None:
    """Every document is there, and every layer can be carried on.

    skopeo finds images of Docker's media types in a layout only where they are alone
    and unnamed: it looks for names among OCI's types (containers/image, oci/layout).
    """
    published = KINDS[kind]()
    async with registry_with(published) as registry:
        await pulled(registry, f"oci:{tmp_path}/out:1.0")

    name = ":1.0" if kind.startswith("oci") else ""
    layout = f"oci:{tmp_path}/out{name}"
    assert published.root.content == skopeo("inspect", "--raw", layout)
    skopeo("copy", "--all", "--preserve-digests", layout, f"dir:{tmp_path}/again")
    again = {path.name for path in (tmp_path / "again").iterdir()}
    assert {blob.digest.partition(":")[2] for blob in published.blobs} <= again
    config = json.loads(
        skopeo(
            "inspect",
            "--config",
            "--override-os=linux",
            "--override-arch=amd64",
            layout,
        )
    )
    assert "linux" == config["os"]
