"""The foreign layers of one image, with the URLs that they may have had."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import msgspec

from tagledger.model.digest import Digest
from tagledger.model.snapshot import Layer
from tagledger.reports.proof.foreign_urls import LINK, REGISTRY_PATTERNS, ForeignUrls

MAX_CHOICES = 8
"""Most choices of URLs tried for one image. Windows images have one or two foreign
layers, and no layer is known with more than one URL."""

_LINK_DIGITS = (6, 7)
"""Microsoft's numbers had six digits until 2018, and seven from then on."""


def unknown_layers(layers: Iterable[Layer], urls: ForeignUrls) -> list[Digest]:
    """The foreign layers that no table knows, each once."""
    return list(
        dict.fromkeys(
            layer.digest
            for layer in layers
            if layer.digest is not None
            and layer.is_foreign
            and not layer.urls
            and layer.digest not in urls.known
        )
    )


def resolved_layers(
    layers: Sequence[Layer], urls: ForeignUrls
) -> list[tuple[Layer, ...]]:
    """The layers with their URLs, in each way that is worth a trial.

    An unknown layer may follow one of the two patterns of Microsoft's registry; all of
    one image follow the same.
    """
    choices: dict[tuple[str, ...], None] = {}
    for pattern in REGISTRY_PATTERNS:
        options = [
            urls.known.get(layer.digest, (pattern.format(layer.digest),))
            if layer.digest is not None and layer.is_foreign and not layer.urls
            else ("",)
            for layer in layers
        ]
        for chosen in itertools.islice(itertools.product(*options), MAX_CHOICES):
            choices[chosen] = None
    kept = itertools.islice(choices, MAX_CHOICES)
    return [_with_urls(layers, chosen) for chosen in kept]


def sized_layers(layers: Sequence[Layer], urls: ForeignUrls) -> list[tuple[Layer, ...]]:
    """As `resolved_layers`, with URLs of each length that unknown ones may have."""
    unknown = unknown_layers(layers, urls)
    choices = resolved_layers(layers, urls)
    if unknown:
        for digits in _LINK_DIGITS:
            stand_in = LINK.format("0" * digits)
            further = urls.joined((digest, stand_in) for digest in unknown)
            choices += resolved_layers(layers, further)
    return choices


def _with_urls(layers: Sequence[Layer], chosen: Iterable[str]) -> tuple[Layer, ...]:
    return tuple(
        msgspec.structs.replace(layer, urls=(url,)) if url else layer
        for layer, url in zip(layers, chosen, strict=True)
    )
