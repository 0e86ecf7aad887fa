"""`diff`, as a user runs it: layouts, archives, registries and pages against each other."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from support.blobs import JsonObject
from support.images import Image, image_of, index_of, random_image
from support.layers import make_layer
from support.page_versions import changed_page
from support.program import Program
from support.pseudo_terminal import run_in_terminal
from support.publishing import put_into, write_layout
from support.registry import Registry
from support.saved_images import docker_save, write
from support.seed import publish_seed
from support.seed_page import PAGE_FILE

SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "diff-schema.json"
CHANGED = 1


def app(*, base: str = "debian 10.1", version: str = "1.0", user: str = "") -> Image:
    """An image with a base below two layers of its own, built a week later."""
    names = (base, f"apt on {base}", f"app {version} on {base}")
    layers = [make_layer({"file": name.encode() * 40}) for name in names]
    days = ("01", "01", "08", "08", "08", "08")
    if base != "debian 10.1":
        days = ("11", "11", "12", "12", "12", "12")
    steps = (
        f"/bin/sh -c #(nop) ADD file:{layers[0].diff_id[7:71]} in / ",
        '/bin/sh -c #(nop)  CMD ["bash"]',
        f"/bin/sh -c #(nop)  ENV VERSION={version}",
        "/bin/sh -c apt-get update",
        "/bin/sh -c make install",
        '/bin/sh -c #(nop)  CMD ["app"]',
    )
    history: list[JsonObject] = [
        {
            "created": f"2020-01-{day}T00:00:{number:02}Z",
            "created_by": text,
            **({"empty_layer": True} if "CMD" in text or "ENV" in text else {}),
        }
        for number, (day, text) in enumerate(zip(days, steps, strict=True))
    ]
    config: JsonObject = {
        "architecture": "amd64",
        "os": "linux",
        "created": f"2020-01-{days[-1]}T00:00:09Z",
        "config": {
            "Env": [f"VERSION={version}"],
            "Cmd": ["app"],
            **({"User": user} if user else {}),
        },
        "history": [*history],
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
    }
    return image_of(config, layers)


@pytest.fixture
def registry() -> Iterator[Registry]:
    """An empty registry."""
    with Registry() as server:
        yield server


def layout(program: Program, **images: Image) -> str:
    """An OCI layout with each image under its name; its address without a tag."""
    folder = program.home / "layout"
    write_layout(folder, {name: made.published for name, made in images.items()})
    return "oci:layout"


def told(program: Program, *words: str, code: int = CHANGED) -> dict[str, Any]:
    """The JSON of a difference, held to its schema."""
    done = program.run("diff", "--json", *words)
    assert (code, "") == (done.code, done.err), done
    report: dict[str, Any] = json.loads(done.out)
    schema = json.loads(SCHEMA_FILE.read_bytes())
    validator = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.FormatChecker()
    )
    assert [] == list(validator.iter_errors(report))
    return report


def test_the_same_image_in_two_places_does_not_differ(
    program: Program, registry: Registry
) -> None:
    """A registry and a layout: 0, and a word that says so."""
    made = random_image()
    put_into(registry, "a/b", made.published, "1.0")
    address = layout(program, same=made)

    out = program.output("diff", f"{registry.address}/a/b:1.0", f"{address}:same")

    assert "\nthe same\n" in out.decode()


def test_a_moved_base_and_a_changed_step_are_told(program: Program) -> None:
    """In one line, in the view, in Markdown and in JSON; the exit code says that it differs."""
    newer = app(base="debian 10.2", version="1.1", user="app")
    address = layout(program, old=app(), new=newer)
    words = (f"{address}:old", f"{address}:new")

    report = told(program, *words)
    view = program.run("diff", *words)
    markdown = program.run("diff", "--markdown", *words)

    assert report["summary"].startswith("base moved (1 of 1 layer), 1 step changed")
    (image,) = report["images"]
    assert ["replaced"] * 3 == [layer["relation"] for layer in image["layers"]]
    changed = [step for step in image["steps"] if step["relation"] == "changed"]
    assert ["ENV VERSION=1.0", "ENV VERSION=1.1"] == [
        step[side]["text"] for step in changed[1:] for side in ("before", "after")
    ]
    assert [("user", None, "app"), ("env", "1.0", "1.1")] == [
        (item["field"], item["before"], item["after"])
        for item in image["settings"]
        if item["field"] != "created"
    ]
    for done in (view, markdown):
        shown = done.out.decode()
        assert (CHANGED, "") == (done.code, done.err)
        assert "- ENV VERSION=1.0\n" in shown
        assert "+ ENV VERSION=1.1\n" in shown
        assert "base moved (1 of 1 layer)" in shown


def test_the_other_way_round_differs_as_well(program: Program) -> None:
    """What was added is then removed."""
    address = layout(program, old=app(), new=app(user="me"))

    there = told(program, f"{address}:old", f"{address}:new")
    back = told(program, f"{address}:new", f"{address}:old")

    assert ["added", "removed"] == [
        item["relation"]
        for report in (there, back)
        for item in report["images"][0]["settings"]
    ]


def test_a_saved_image_is_the_image_of_the_registry(
    program: Program, registry: Registry
) -> None:
    """`docker save` knows no manifest and no compressed layer: none of that is a difference."""
    made = app()
    put_into(registry, "a/b", made.published, "1.0")
    write(program.home / "saved.tar", docker_save({("a/b:1.0",): made}))

    report = told(
        program, f"{registry.address}/a/b:1.0", "docker-archive:saved.tar", code=0
    )

    assert ("same", False) == (report["relation"], report["differs"])
    (image,) = report["images"]
    assert ("unknown", "same", "same") == (
        image["manifest"]["relation"],
        image["config"]["relation"],
        image["steps_relation"],
    )
    assert {"shared"} == {layer["relation"] for layer in image["layers"]}
    assert None is image["size"]["delta_bytes"]


def test_a_page_is_the_image_that_it_was_written_of(
    program: Program, registry: Registry
) -> None:
    """A page says less than the registry, and nothing else."""
    put_into(registry, "a/b", app().published, "1.0")
    ref = f"{registry.address}/a/b:1.0"
    page = program.home / "page.md"
    page.write_bytes(program.output("report", ref))

    report = told(program, f"report:{page}", ref, code=0)

    assert "same" == report["relation"]
    assert ["reported", "read"] == [
        report["images"][0]["config"][f"{side}_evidence"]
        for side in ("before", "after")
    ]


def test_a_page_of_another_image_differs_in_what_it_tells(
    program: Program, registry: Registry
) -> None:
    """What the page does not show is unknown; what it shows is compared."""
    put_into(registry, "a/b", app().published, "1.0")
    page = program.home / "page.md"
    page.write_bytes(program.output("report", f"{registry.address}/a/b:1.0"))
    put_into(registry, "a/b", app(version="1.1", user="me").published, "1.1")

    report = told(program, f"report:{page}", f"{registry.address}/a/b:1.1")

    (image,) = report["images"]
    assert {"unknown"} == {item["relation"] for item in image["settings"]}
    assert {"user", "env", "created", "platform"} == {
        item["field"] for item in image["settings"]
    }
    assert ["changed"] == [
        step["relation"] for step in image["steps"] if step["relation"] != "same"
    ]
    assert ["shared", "shared", "replaced"] == [
        layer["relation"] for layer in image["layers"]
    ]


def test_two_versions_of_a_published_page_are_compared(program: Program) -> None:
    """A patched Windows base: the same platforms, moved, each with one of its base layers replaced."""
    newer = program.home / "newer.md"
    newer.write_bytes(changed_page())

    report = told(program, f"report:{PAGE_FILE}", f"report:{newer}")

    assert report["summary"].startswith(
        "base moved (1 of 2 layers), 1 step changed on all 3 platforms"
    )
    assert [True] * 3 == [image["is_platform_moved"] for image in report["images"]]
    assert not any(image["is_contradictory"] for image in report["images"])


def test_a_page_that_was_tampered_with_is_a_contradiction(program: Program) -> None:
    """The same digests and other words: one of the two pages is wrong."""
    forged = program.home / "forged.md"
    forged.write_bytes(
        PAGE_FILE.read_bytes().replace(b"VERSION=3.8.0", b"VERSION=3.8.9")
    )

    report = told(program, f"report:{PAGE_FILE}", f"report:{forged}")

    assert "same" == report["root"]["relation"]
    assert all(image["is_contradictory"] for image in report["images"])


def test_the_seed_s_page_against_the_registry(
    program: Program, registry: Registry
) -> None:
    """The image rebuilt from the page differs in the digests that hang on the lost configs, and in nothing else."""
    publish_seed(registry)
    ref = "python:3.8.0-windowsservercore"
    mirror = ("--mirror", f"docker.io={registry.url}")

    report = told(program, f"report:{PAGE_FILE}", ref, *mirror)

    assert "rebuilt to the same layers on all 3 platforms" == report["summary"]
    assert {"same"} == {image["steps_relation"] for image in report["images"]}


def test_platforms_are_chosen_on_each_side(program: Program) -> None:
    """With --platform the rest of an index is no difference; --other-platform compares across."""
    amd64, arm64 = (random_image(arch=arch) for arch in ("amd64", "arm64"))
    other = random_image(seed=9, arch="arm64")
    folder = program.home / "layout"
    write_layout(folder, {"a": index_of([amd64, arm64]), "b": index_of([amd64, other])})
    words = ("oci:layout:a", "oci:layout:b")

    whole = told(program, *words)
    same = told(program, *words, "--platform", "amd64", code=0)
    across = told(program, *words, "--platform", "amd64", "--other-platform", "arm64")

    assert ["same", "changed"] == [image["relation"] for image in whole["images"]]
    assert [True, "same"] == [same["is_partial"], same["relation"]]
    assert [("linux/amd64", "linux/arm64")] == [
        (image["before_platform"], image["after_platform"])
        for image in across["images"]
    ]


def test_what_is_not_there_is_an_error_and_no_difference(
    program: Program, registry: Registry
) -> None:
    """A tag that nobody published: 3, and nothing on stdout."""
    put_into(registry, "a/b", app().published, "1.0")
    ref = f"{registry.address}/a/b"

    done = program.run("diff", f"{ref}:1.0", f"{ref}:2.0")

    assert (3, b"") == (done.code, done.out)
    assert "no such tag" in done.err


def test_json_and_markdown_exclude_each_other(program: Program) -> None:
    """Nobody gets half of what was asked for."""
    done = program.run("diff", "--json", "--markdown", "oci:a", "oci:b")

    assert (2, b"") == (done.code, done.out)


def test_a_terminal_gets_colours_and_a_pipe_none(program: Program) -> None:
    """The words are the same."""
    address = layout(program, old=app(), new=app(version="1.1"))
    words = ("diff", f"{address}:old", f"{address}:new")
    colourful = program.with_variables(TERM="xterm-256color")

    shown = run_in_terminal(colourful, *words)
    piped = program.run(*words)

    assert (CHANGED, CHANGED) == (shown.code, piped.code)
    assert b"\x1b[1;32m1.1" in shown.out
    assert b"\x1b" not in piped.out


def test_a_reader_that_has_gone_is_no_difference(program: Program) -> None:
    """`| head -1` ends the program quietly."""
    address = layout(program, old=app(), new=app(version="1.1"))
    with program.start("diff", f"{address}:old", f"{address}:new", "--full") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read()
        code = process.wait(60)

    assert (0, b"") == (code, err)
