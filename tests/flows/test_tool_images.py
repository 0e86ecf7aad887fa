"""Acceptance: what buildah, umoci and skopeo made, in Debian's registry, comes out as skopeo sees it."""

import hashlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from support.program import Program
from support.tool_images import LAYERS, WINDOWS
from support.tools import needs, skopeo

pytestmark = needs("docker-registry", "skopeo", "buildah", "umoci", root=True)

IMAGES = (
    "buildah/docker",
    "buildah/oci",
    "skopeo/docker",
    "skopeo/oci",
    "umoci/oci",
    "hand/docker",
    "hand/oci",
)


class Child(msgspec.Struct, frozen=True):
    """One image as skopeo gives it."""

    platform: str
    digest: str
    manifest: bytes
    config: bytes

    @property
    def layers(self) -> list[dict[str, Any]]:
        """The entries of the manifest."""
        layers: list[dict[str, Any]] = json.loads(self.manifest)["layers"]
        return layers


def fetched(ref: str) -> bytes:
    """The document under `ref`, by skopeo."""
    return skopeo("inspect", "--raw", "--tls-verify=false", f"docker://{ref}")


def children(ref: str) -> list[Child]:
    """Every image under `ref`, by skopeo."""
    root = fetched(f"{ref}:1.0")
    found = json.loads(root).get("manifests")
    named = [(each["digest"], spelled(each["platform"])) for each in found or []]
    if found is None:
        named = [(digest_of(root), "linux/amd64")]
    return [
        Child(platform, digest, fetched(f"{ref}@{digest}"), config(f"{ref}@{digest}"))
        for digest, platform in named
    ]


def config(ref: str) -> bytes:
    """The config under `ref`, by skopeo."""
    inspect = ("inspect", "--config", "--raw", "--tls-verify=false")
    return skopeo(*inspect, f"docker://{ref}")


def spelled(platform: dict[str, str]) -> str:
    """The platform as `--platform` takes it."""
    parts = [platform["os"], platform["architecture"], platform.get("variant", "")]
    text = "/".join(part for part in parts if part)
    version = platform.get("os.version")
    return f"{text}:{version}" if version else text


def digest_of(content: bytes) -> str:
    """The name of these bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@pytest.mark.parametrize("image", IMAGES)
def test_raw_agrees_with_skopeo(program: Program, tool_images: str, image: str) -> None:
    """Root, each platform's manifest and each config are the same bytes."""
    ref = f"{tool_images}/{image}"

    assert fetched(f"{ref}:1.0") == program.output("raw", f"{ref}:1.0")
    for child in children(ref):
        one = ("raw", f"{ref}:1.0", "--platform", child.platform)
        assert child.manifest == program.output(*one)
        assert child.config == program.output(*one, "--config")


@pytest.mark.parametrize("image", IMAGES)
def test_the_json_says_what_is_there(
    program: Program,
    tool_images: str,
    image: str,
    report_schema: jsonschema.Draft202012Validator,
) -> None:
    """Every digest, size and step, in a report that follows its schema."""
    ref = f"{tool_images}/{image}"

    report = json.loads(program.output("report", "--json", f"{ref}:1.0"))

    assert [] == list(report_schema.iter_errors(report))
    assert digest_of(fetched(f"{ref}:1.0")) == report["root"]["digest"]
    expected = children(ref)
    assert [child.digest for child in expected] == [
        each["manifest_digest"] for each in report["images"]
    ]
    for child, shown in zip(expected, report["images"], strict=True):
        said = json.loads(child.config)
        assert digest_of(child.config) == shown["config_digest"]
        assert [(each["digest"], each["size"]) for each in child.layers] == [
            (each["digest"], each["size_bytes"]) for each in shown["layers"]
        ]
        assert sum(each["size"] for each in child.layers) == shown["total_size_bytes"]
        assert said["rootfs"]["diff_ids"] == [
            each["diff_id"] for each in shown["layers"]
        ]
        assert len(said["history"]) == len(shown["steps"])


@pytest.mark.parametrize("image", IMAGES)
def test_the_page_names_everything_in_order(
    program: Program, tool_images: str, image: str
) -> None:
    """Each platform has a section with its manifest, its config, its layers and as many steps as its history."""
    ref = f"{tool_images}/{image}"

    page = program.output("report", f"{ref}:1.0").decode()

    head, *sections = page.split("\n### ")
    expected = children(ref)
    assert head.startswith(f"## `{ref}:1.0`\n")
    assert f"{ref}@{digest_of(fetched(f'{ref}:1.0'))}" in head
    assert len(expected) == len(sections)
    for child, section in zip(expected, sections, strict=True):
        digests = [digest_of(child.config), *(each["digest"] for each in child.layers)]
        places = [section.index(digest) for digest in digests]
        assert sorted(places) == places
        dockerfile = section.split("```dockerfile\n")[1].split("\n```")[0]
        steps = [line for line in dockerfile.splitlines() if line.startswith("# ")]
        assert len(json.loads(child.config)["history"]) == len(steps)


@pytest.mark.parametrize("image", IMAGES)
def test_show_has_every_platform(
    program: Program, tool_images: str, image: str
) -> None:
    """What a person sees names each image and its size, and is plain text in a pipe."""
    ref = f"{tool_images}/{image}"

    shown = program.output("show", f"{ref}:1.0").decode()

    assert "\x1b" not in shown
    for child in children(ref):
        assert child.digest.removeprefix("sha256:")[:12] in shown


@pytest.mark.parametrize("image", IMAGES)
def test_skopeo_reads_what_pull_wrote(
    program: Program, tool_images: str, image: str, tmp_path: Path
) -> None:
    """The layout holds the same documents, and skopeo carries the whole of it to another place.

    Without the tag: skopeo finds documents of Docker's types in a layout only as the one that is there.
    """
    ref = f"{tool_images}/{image}:1.0"
    layout = f"oci:{tmp_path / 'layout'}"
    target = f"{tool_images}/copied/{image}:1.0"

    done = program.run("pull", ref, f"{layout}:1.0")

    assert 0 == done.code, done.err
    assert fetched(ref) == skopeo("inspect", "--raw", layout)
    assert fetched(ref) == program.output("raw", f"{layout}:1.0")
    skopeo("copy", "--all", "--dest-tls-verify=false", layout, f"docker://{target}")
    assert fetched(ref) == fetched(target)


def test_sixty_layers_are_sixty_layers(program: Program, tool_images: str) -> None:
    """Each layer of a tall image is there once, tied to the step that made it."""
    report = json.loads(
        program.output("report", "--json", f"{tool_images}/skopeo/oci:1.0")
    )

    (image,) = report["images"]
    assert LAYERS == len(image["layers"])
    made = [step["layer"] for step in image["steps"] if step["makes_layer"]]
    assert [*range(LAYERS)] == made


@pytest.mark.parametrize("image", ["buildah/docker", "buildah/oci"])
def test_versions_of_windows_are_told_apart(
    program: Program, tool_images: str, image: str
) -> None:
    """Even where only the list knows them, as with buildah."""
    ref = f"{tool_images}/{image}:1.0"

    for version in WINDOWS:
        words = ("--json", "--platform", f"windows/amd64:{version}")
        report = json.loads(program.output("report", ref, *words))
        (found,) = report["images"]
        assert version == found["platform"]["os_version"]
        assert {"version": version}.items() <= found["config"]["labels"].items()


def test_a_windows_host_gets_the_image_of_its_build(
    program: Program, tool_images: str
) -> None:
    """Before build 20348 a host runs only its own build."""
    ref = f"{tool_images}/buildah/docker:1.0"
    host = "windows(10.0.17763.1)/amd64"

    report = json.loads(
        program.output("report", ref, "--json", "--host-platform", host)
    )

    assert ["10.0.17763.864"] == [
        each["platform"]["os_version"] for each in report["images"]
    ]


def test_tags_are_listed(program: Program, tool_images: str) -> None:
    """The one tag that a repository has."""
    for image in ("buildah/docker", "umoci/oci"):
        assert b"1.0\n" == program.output("tags", f"{tool_images}/{image}")


def test_steps_survive_in_docker_s_format(program: Program, tool_images: str) -> None:
    """HEALTHCHECK, SHELL and ONBUILD of a recipe are read back from the image that buildah made of it."""
    ref = f"{tool_images}/buildah/docker:1.0"

    report = json.loads(
        program.output("report", ref, "--json", "--platform", "linux/arm/v7")
    )

    (image,) = report["images"]
    said = image["config"]
    assert ["/bin/bash", "-c"] == said["shell"]
    assert ["COPY . /srv"] == said["on_build"]
    assert ["CMD", "/srv/greet", "check"] == said["healthcheck"]["test"]
    assert "GREETING=hello   world" in said["env"]
    assert "1000:1000" == said["user"]
