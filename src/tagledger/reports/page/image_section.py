"""The section of one image: everything under its heading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tagledger.model.config import ImageConfig
from tagledger.model.snapshot import Attestation, Image
from tagledger.reports.page import full, markup
from tagledger.reports.page.bullets import (
    attestation_lines,
    layer_lines,
    pull_block,
    total_size_lines,
)
from tagledger.reports.page.dockerfile_text import published_steps, safe_steps
from tagledger.reports.page.form import PageForm
from tagledger.reports.page.wording import SIZE_UNKNOWN


def image_section(
    image: Image,
    form: PageForm,
    *,
    pull_name: str | None,
    attestations: Iterable[Attestation] = (),
    evidence: Iterable[str] = (),
) -> str:
    """The text of the section, without its heading.

    `pull_name` is given only under a list or index: else the page's head has the pull
    line. `evidence` are lines of the full form, on how all this is known.
    """
    lines = [*facts(image, form, pull_name)]
    if form.full:
        lines += [*full.config_lines(image), *evidence]
    steps = published_steps(image.steps) if form.as_published else safe_steps(image)
    fence = "`" * markup.MIN_FENCE if form.as_published else markup.fence_for(steps)
    lines += ["", f"{fence}dockerfile", f"{steps}{fence}", ""]
    lines.append(f"{form.bullets.item}Layers:")
    for position, layer in enumerate(image.layers):
        further = full.layer_lines(image, position) if form.full else ()
        lines += layer_lines(layer, form, further)
    lines += attestation_lines(attestations, form)
    if form.full:
        lines += full.closing_lines(image)
    return "\n".join([*lines, ""])


def attestation_as_image(attestation: Attestation) -> Image:
    """The attestation as the record shows it: like an image of an unknown platform."""
    return Image(
        manifest=attestation.manifest,
        platform=attestation.platform,
        config_descriptor=attestation.config_descriptor,
        config=None,
        layers=attestation.layers,
        steps=(),
    )


def facts(image: Image, form: PageForm, pull_name: str | None) -> Iterator[str]:
    """The lines above the Dockerfile: what the manifest and the config say."""
    item = form.bullets.item
    if pull_name is not None and image.manifest is not None:
        yield pull_block(pull_name, image.manifest.digest)
    config = image.config or ImageConfig()
    if config.docker_version is not None:
        version = config.docker_version
        shown = version if form.as_published else markup.bare(version)
        yield f"{item}Docker Version: {shown}"
    if image.manifest is not None:
        media_type = form.stated_manifest_type or image.manifest.media_type
        yield f"{item}Manifest MIME: {markup.code_span(media_type)}"
    if image.layers or image.manifest is not None:
        yield from total_size_lines(image.layers, form.bullets)
    else:
        yield f"{item}Total Size: {SIZE_UNKNOWN}"
    if image.image_id is not None:
        yield f"{item}Image ID: {markup.code_span(image.image_id)}"
    if config.entrypoint:
        yield f"{item}Entrypoint: {_words(config.entrypoint)}"
    if config.command is not None:
        yield f"{item}Default Command: {_words(config.command)}"
    if config.shell:
        yield f"{item}`SHELL`: {_words(config.shell)}"


def _words(words: tuple[str, ...]) -> str:
    return markup.verbatim_span(markup.json_list(words))
