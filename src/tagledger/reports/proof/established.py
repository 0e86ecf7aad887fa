"""When a form is established, so that its failing excludes what is stated.

That nothing fits is a contradiction only where nothing else could have been written.
This is so for the Docker Official Images: what pushed them is known, and the forms
were measured on all their pages at hand. Elsewhere another tool may have written it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from tagledger.model import media_types
from tagledger.model.reference import DOCKER_HUB, Reference
from tagledger.model.snapshot import Image

LISTS_ANNOTATED_SINCE = datetime(2024, 1, 1, tzinfo=UTC)
"""From about here the lists of the official images carry annotations, of which a page
shows nothing."""


def is_official(reference: Reference) -> bool:
    """Whether this names one of the Docker Official Images."""
    return reference.domain == DOCKER_HUB and reference.path.startswith("library/")


def is_manifest_form_established(reference: Reference, image: Image) -> bool:
    """Whether the manifest can only have been written by Docker's push.

    A config that states its Docker version was made by Docker's classic builder;
    every such image of 2016 to 2026 at hand was pushed by Docker itself.
    """
    return (
        is_official(reference)
        and image.manifest is not None
        and image.manifest.media_type == media_types.DOCKER_MANIFEST
        and image.config is not None
        and image.config.docker_version is not None
        and all(
            layer.media_type
            in (media_types.DOCKER_LAYER_GZIP, media_types.DOCKER_LAYER_FOREIGN)
            for layer in image.layers
        )
    )


def is_list_form_established(
    reference: Reference, media_type: str, images: Iterable[Image]
) -> bool:
    """Whether the list can only have been written in one of the forms known."""
    moments = [
        step.created
        for image in images
        for step in image.steps
        if step.created is not None
    ]
    return (
        is_official(reference)
        and media_type == media_types.DOCKER_LIST
        and bool(moments)
        and max(moments) < LISTS_ANNOTATED_SINCE
    )
