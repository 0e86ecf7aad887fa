import msgspec
import pytest

from support.kinds import KINDS
from support.memory_contents import snapshot_of
from tagledger.model.evidence import Evidence
from tagledger.model.snapshot import Snapshot
from tagledger.model.source import Wanted
from tagledger.reports.known import (
    config_evidence,
    dates_evidence,
    manifest_evidence,
    root_evidence,
)


async def attested(wanted: Wanted | None = None) -> Snapshot:
    """Two images with an attestation each."""
    return await snapshot_of(KINDS["attested-index"](), wanted=wanted)


async def test_what_was_read_is_read() -> None:
    """Root, manifests, configs and dates of an image that a registry served."""
    snapshot = await attested(Wanted(layer_dates=True))
    image = snapshot.images[0]

    assert Evidence.READ == root_evidence(snapshot)
    assert Evidence.READ == manifest_evidence(snapshot, image)
    assert Evidence.READ == config_evidence(snapshot, image)
    assert Evidence.READ == dates_evidence(snapshot, image.layers)


async def test_what_was_not_read_is_not_known() -> None:
    """Neither configs nor dates that nobody asked for are known in any way."""
    snapshot = await attested(Wanted(configs=False))
    image = snapshot.images[0]

    assert config_evidence(snapshot, image) is None
    assert dates_evidence(snapshot, image.layers) is None


@pytest.mark.parametrize("is_asked_for", [True, False])
async def test_an_attestation_is_known_once_it_is_read(*, is_asked_for: bool) -> None:
    """One that is only listed in an index that was read is no report of anybody."""
    snapshot = await attested(Wanted(attestations=is_asked_for))

    known = {manifest_evidence(snapshot, item) for item in snapshot.attestations}

    assert {Evidence.READ if is_asked_for else None} == known


async def test_without_bytes_all_is_reported() -> None:
    """Where a page is all there is, its statements are reports, attestations included."""
    snapshot = msgspec.structs.replace(await attested(), documents={})

    known = {manifest_evidence(snapshot, entry) for entry in snapshot.entries}

    assert {Evidence.REPORTED} == known
    assert Evidence.REPORTED == root_evidence(snapshot)
    assert Evidence.REPORTED == config_evidence(snapshot, snapshot.images[0])


async def test_what_is_missing_is_not_known() -> None:
    """It is listed in an index that was read, and nobody reports it."""
    snapshot = await snapshot_of(KINDS["sparse-index"]())

    assert {None} == {manifest_evidence(snapshot, item) for item in snapshot.missing}
