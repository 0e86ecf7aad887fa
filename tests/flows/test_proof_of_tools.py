"""What real tools write is proven from its facts: the forms are theirs, not ours."""

import json
from pathlib import Path

from support.blobs import Published, make_blob
from support.images import random_image
from support.publishing import write_layout
from support.stated import stated
from support.tools import Buildah, needs, skopeo
from tagledger.model.digest import Digest
from tagledger.model.evidence import Evidence
from tagledger.reports.proof.prove import prove


def published_in(folder: Path) -> Published:
    """What skopeo or buildah wrote into a `dir:`: files named for their digests."""
    content = (folder / "manifest.json").read_bytes()
    document = json.loads(content)
    manifest = make_blob(document["mediaType"], content)
    config = document["config"]
    blob = make_blob(config["mediaType"], (folder / config["digest"][7:]).read_bytes())
    return Published(manifest, (manifest,), (blob,))


async def assert_proven(folder: Path) -> None:
    """Facts alone give the very bytes."""
    published = published_in(folder)

    proof = prove(await stated(published))

    (document,) = proof.snapshot.documents.values()
    assert published.root.content == document.content
    assert document.evidence is Evidence.PROVEN


@needs("skopeo")
async def test_what_skopeo_converts_is_proven(tmp_path: Path) -> None:
    """containers/image writes compact JSON: sizes first for Docker, digests first for OCI."""
    image = random_image(format="oci", layers=2)
    layout = write_layout(tmp_path / "layout", {"1.0": image.published})
    origin = f"oci:{layout}:1.0"
    for written in ("v2s2", "oci"):
        folder = tmp_path / written
        skopeo("copy", "--quiet", "--format", written, origin, f"dir:{folder}")
        origin = f"dir:{folder}"

        assert Digest.of((folder / "manifest.json").read_bytes()) != image.digest
        await assert_proven(folder)


@needs("buildah", root=True)
async def test_what_buildah_pushes_as_docker_is_proven(tmp_path: Path) -> None:
    """A Docker manifest has no place for the annotations that buildah gives an OCI one."""
    (tmp_path / "Containerfile").write_text('FROM scratch\nCMD ["/x"]\nCOPY x /x\n')
    (tmp_path / "x").write_text("x")
    buildah = Buildah(tmp_path / "store")
    image = buildah.build(tmp_path)
    folder = tmp_path / "dir"
    buildah("push", "--quiet", "--format", "v2s2", image, f"dir:{folder}")

    await assert_proven(folder)
