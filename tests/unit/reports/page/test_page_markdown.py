"""What a Markdown reader makes of our pages: nothing that a stranger wrote leaves its place."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from markdown_it import MarkdownIt
from markdown_it.token import Token

from support.page_snapshots import FORGERIES, OBSERVED_AT, snapshots
from tagledger.model.config import Healthcheck, ImageConfig
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.model.media_types import DOCKER_LIST, DOCKER_MANIFEST
from tagledger.model.platform import Platform
from tagledger.model.reference import Reference
from tagledger.model.snapshot import Image, Layer, Snapshot
from tagledger.model.step import Step
from tagledger.reports.page.writer import write_page

DIGEST = Digest.of(b"")
HOSTILE = (
    *FORGERIES,
    "`</code><img src=x onerror=alert(1)>",
    "https://evil.example/a",
    "www.evil.example",
    "\n\n# heading\n\n- item\n",
    "\n```\n<b>out</b>\n```dockerfile\n",
    "~~~\n",
    "![a](b)",
    "a\\`b",
)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_text_in_every_field_stays_text(text: str, *, full: bool) -> None:
    """HTML, links, headings, lists and fences in any field come out as code."""
    page = write_page(_saying(text), full=full).decode()

    assert {"html": 0, "link": 0, "h1": 0, "h2": 1, "h3": 1, "fence": 3} == _seen(page)


@pytest.mark.parametrize("full", [False, True])
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(snapshot=snapshots())
def test_a_page_has_the_headings_and_blocks_of_its_entries(
    *, full: bool, snapshot: Snapshot
) -> None:
    """One heading for the page, one for each entry, and a code block for each image."""
    seen = _seen(write_page(snapshot, full=full).decode())

    assert seen["html"] == seen["link"] == seen["h1"] == 0
    assert seen["h2"] == 1
    assert len(snapshot.images) <= seen["fence"]


def _seen(page: str) -> dict[str, int]:
    tokens = MarkdownIt("commonmark").parse(page)
    flat: list[Token] = [
        *tokens,
        *(child for t in tokens for child in t.children or ()),
    ]
    kinds = Counter(token.type for token in flat)
    headings = Counter(token.tag for token in flat if token.type == "heading_open")
    return {
        "html": kinds["html_block"] + kinds["html_inline"],
        "link": kinds["link_open"] + kinds["image"],
        "h1": headings["h1"],
        "h2": headings["h2"],
        "h3": headings["h3"],
        "fence": kinds["fence"],
    }


def _saying(text: str) -> Snapshot:
    many = (text, text)
    platform = Platform(text, text, text, text, many, many)
    config = ImageConfig(
        docker_version=text,
        author=text,
        env=many,
        entrypoint=many,
        command=many,
        shell=many,
        user=text,
        working_dir=text,
        hostname=text,
        exposed_ports=many,
        volumes=many,
        labels={text: text},
        healthcheck=Healthcheck(many),
        stop_signal=text,
        on_build=many,
    )
    layer = Layer(
        DIGEST, media_type=text, size_bytes=1, urls=many, annotations={text: text}
    )
    image = Image(
        manifest=Descriptor(DOCKER_MANIFEST, DIGEST, 1),
        platform=platform,
        config_descriptor=Descriptor(text, DIGEST, 1),
        config=config,
        layers=(layer,),
        steps=(Step(text, created=OBSERVED_AT, layer=0), Step(text)),
        annotations={text: text},
        artifact_type=text,
    )
    return Snapshot(
        reference=Reference("", text, text),
        source=text,
        observed_at=OBSERVED_AT,
        root=Descriptor(DOCKER_LIST, DIGEST, 1),
        entries=(image,),
    )
