"""Acceptance: an image with the seed's facts, asked for as a user would, gives the seed's page."""

import json
from collections import Counter
from collections.abc import Iterator

import pytest

from support.access import BasicAccess, BearerAccess
from support.foreign_host import ForeignHost
from support.program import Program
from support.registry import Registry
from support.seed import REPOSITORY, TAG, SeedImage, expected_page, publish_seed
from support.seed_page import BLOBS, PAGE_FILE, read_seed_page
from support.tokens import TokenIssuer
from tagledger.model.digest import Digest
from tagledger.model.manifest import Index, Manifest, decode_manifest

NAME = "python:3.8.0-windowsservercore"


@pytest.fixture
def foreign_host() -> Iterator[ForeignHost]:
    """Where the base layers live."""
    with ForeignHost() as host:
        yield host


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A mirror of Docker Hub."""
    with Registry() as server:
        yield server


@pytest.fixture
def image(registry: Registry, foreign_host: ForeignHost) -> SeedImage:
    """The seed's image, published."""
    return publish_seed(registry, foreign_host)


def mirror(registry: Registry) -> tuple[str, str]:
    """The option that asks `registry` in place of Docker Hub."""
    return "--mirror", f"docker.io={registry.url}"


def test_the_page_is_the_seed_s(
    program: Program, registry: Registry, image: SeedImage
) -> None:
    """Byte for byte, but for the seven digests that hang on the lost configs."""
    page = program.output("report", NAME, *mirror(registry))

    assert expected_page(image) == page
    assert 7 == len(image.renamed)


def test_the_form_of_2021_differs_in_the_count_alone(
    program: Program, registry: Registry, image: SeedImage
) -> None:
    """It says how many platforms there are, and the rest stays."""
    page = program.output("report", NAME, "--form", "2021", *mirror(registry))

    assert expected_page(image).replace(b"Platforms:", b"Platforms: 3") == page


def test_without_a_mirror_the_name_is_the_registry_s(
    program: Program, registry: Registry, image: SeedImage
) -> None:
    """The page of an image on a registry of one's own is headed and pulled by its own name."""
    ref = f"{registry.address}/{REPOSITORY}"

    page = program.output("report", f"{ref}:{TAG}")

    expected = expected_page(image).decode()
    expected = expected.replace(f"`{NAME}`", f"`{ref}:{TAG}`")
    expected = expected.replace("pull python@", f"pull {ref}@")
    assert expected == page.decode()


@pytest.mark.usefixtures("image")
def test_no_more_is_asked_than_the_page_needs(
    program: Program, registry: Registry, foreign_host: ForeignHost
) -> None:
    """One list, P manifests, P configs and the headers of L layers, each once and foreign ones where they live."""
    program.output("report", NAME, *mirror(registry))

    layers = {
        layer.digest: layer
        for section in read_seed_page().sections
        for layer in section.layers
    }
    foreign = [layer for layer in layers.values() if "foreign" in layer.media_type]
    asked = Counter(
        (request.method, request.path.split("/")[-2]) for request in registry.requests
    )
    held = len(layers) - len(foreign)
    assert {("GET", "manifests"): 4, ("GET", "blobs"): 3, ("HEAD", "blobs"): held} == (
        asked
    )
    assert ["HEAD"] * len(foreign) == [each.method for each in foreign_host.requests]
    for server in (registry, foreign_host):
        assert len(server.lines) == len(set(server.lines))


def test_one_token_is_enough(program: Program, foreign_host: ForeignHost) -> None:
    """Where Docker Hub wants a token, one is fetched, and nothing else is asked twice."""
    issuer = TokenIssuer({"reader": "opal"}, public=[REPOSITORY])
    with Registry(access=BearerAccess(issuer)) as guarded:
        image = publish_seed(guarded, foreign_host)

        page = program.output("report", NAME, *mirror(guarded))

    refused = [line for line in guarded.lines if guarded.lines.count(line) > 1]
    assert expected_page(image) == page
    assert 1 == len(guarded.asked("GET", "/token"))
    assert [f"GET /v2/{REPOSITORY}/manifests/{TAG}"] * 2 == refused


@pytest.mark.usefixtures("image")
def test_without_dates_no_layer_is_asked_for(
    program: Program, registry: Registry, foreign_host: ForeignHost
) -> None:
    """`--no-dates` reads list, manifests and configs; the page has no Last Modified."""
    page = program.output("report", NAME, "--no-dates", *mirror(registry))

    assert 7 == len(registry.requests)
    assert [] == foreign_host.requests
    assert b"Last Modified" not in page


@pytest.mark.usefixtures("image")
def test_without_foreign_the_other_host_is_left_alone(
    program: Program, registry: Registry, foreign_host: ForeignHost
) -> None:
    """`--no-foreign` leaves out the dates of the layers that live elsewhere, and nothing else."""
    page = program.output("report", NAME, "--no-foreign", *mirror(registry)).decode()

    assert [] == foreign_host.requests
    layers = [
        layer for section in read_seed_page().sections for layer in section.layers
    ]
    dated = [
        layer
        for layer in layers
        if layer.last_modified and "foreign" not in layer.media_type
    ]
    assert len(dated) == page.count("Last Modified: ")


def test_the_other_host_gets_no_credentials(
    program: Program, foreign_host: ForeignHost
) -> None:
    """A foreign layer's host learns nothing of who asks (CVE-2020-15157), whatever the user has configured for it."""
    auths = {foreign_host.address: {"auth": "cmVhZGVyOm9wYWw="}}
    docker = program.home / ".docker"
    docker.mkdir()
    (docker / "config.json").write_text(json.dumps({"auths": auths}))
    with Registry(access=BasicAccess("reader", "opal")) as private:
        publish_seed(private, foreign_host)
        ref = f"{private.address}/{REPOSITORY}:{TAG}"

        program.output("report", ref, "--creds", "reader:opal")

    assert foreign_host.requests
    assert [] == foreign_host.credentials_seen


def test_credentials_given_for_docker_hub_stay_with_it(
    program: Program, registry: Registry, image: SeedImage
) -> None:
    """A mirror is another host: it gets none of them, and that is said."""
    done = program.run("report", NAME, "--creds", "reader:opal", *mirror(registry))

    assert (0, expected_page(image)) == (done.code, done.out)
    assert "not sent to the mirror" in done.err
    assert [] == [each for each in registry.requests if "Authorization" in each.headers]


def test_the_page_is_read_and_written_again(program: Program) -> None:
    """The seed page itself is an address too, in a file or on stdin, and comes out as it went in."""
    content = PAGE_FILE.read_bytes()

    assert content == program.output("report", f"report:{PAGE_FILE}")
    assert content == program.run("report", "report:-", stdin=content).out


def test_what_came_out_can_be_read_again(
    program: Program, registry: Registry, image: SeedImage
) -> None:
    """Our page says of each manifest and config what the registry said."""
    page = program.home / "page.md"
    page.write_bytes(program.output("report", NAME, *mirror(registry)))

    told = json.loads(program.output("report", "--json", f"report:{page}"))

    assert image.root.digest == told["root"]["digest"]
    assert [
        (platform.manifest.digest, platform.config.digest, len(platform.layers))
        for platform in image.platforms
    ] == [
        (each["manifest_digest"], each["config_digest"], len(each["layers"]))
        for each in told["images"]
    ]
    assert {"reported"} == {each["evidence"]["config"] for each in told["images"]}


def test_the_seed_s_own_documents_decode_to_its_figures() -> None:
    """List and manifests rebuilt from the page say what the page says: platforms, digests, sizes, types."""
    page = read_seed_page()
    index = decode(page.list_digest)

    assert isinstance(index, Index)
    assert [
        (section.manifest_digest, "windows", section.architecture, section.os_version)
        for section in page.sections
    ] == [
        (
            child.digest,
            child.platform.os,
            child.platform.architecture,
            child.platform.os_version,
        )
        for child in index.manifests
        if child.platform is not None
    ]
    for section in page.sections:
        manifest = decode(section.manifest_digest)
        assert isinstance(manifest, Manifest)
        assert manifest.config is not None
        assert section.config_digest == manifest.config.digest
        assert [
            (layer.digest, layer.size_bytes, layer.media_type)
            for layer in section.layers
        ] == [
            (layer.digest, layer.size_bytes, layer.media_type)
            for layer in manifest.layers
        ]
        assert section.total_size_bytes == sum(
            layer.size_bytes or 0 for layer in manifest.layers
        )


def decode(digest: str) -> object:
    """One of the seed's own documents, read as if a registry had sent it without a word about its type."""
    name = Digest(digest)
    return decode_manifest((BLOBS / name.encoded).read_bytes(), name, None)
