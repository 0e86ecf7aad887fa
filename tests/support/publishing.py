"""Ways to put what was made up where something can read it: our registry, an OCI layout, any other registry."""

import http.client
import io
import ssl
import tarfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from support.blobs import Blob, Json, Published, compact_json
from support.media_types import OCI_INDEX
from support.registry import Registry

LAYOUT_MARK = b'{"imageLayoutVersion":"1.0.0"}'
REF_NAME = "org.opencontainers.image.ref.name"


def put_into(
    registry: Registry,
    repo: str,
    published: Published,
    tag: str | None = None,
    *,
    last_modified: datetime | Mapping[str, datetime] | None = None,
) -> str:
    """Store everything in the in-process registry and give the root's digest.

    `last_modified` dates every blob, or those whose digests it maps.
    """
    for blob in published.blobs:
        moment = (
            last_modified.get(blob.digest)
            if isinstance(last_modified, Mapping)
            else last_modified
        )
        registry.put_blob(repo, blob.content, moment, digest=blob.digest)
    for manifest in published.manifests:
        registry.put_manifest(
            repo, manifest.content, manifest.media_type, digest=manifest.digest
        )
    if tag is not None:
        registry.tag(repo, tag, published.digest)
    return published.digest


def layout_files(tagged: Mapping[str, Published]) -> dict[str, bytes]:
    """The files of an OCI layout (image-spec, image-layout.md) that holds each of `tagged` under its name."""
    entries: list[Json] = []
    files = {"oci-layout": LAYOUT_MARK, "index.json": b""}
    for tag, published in tagged.items():
        entries.append(published.root.descriptor(annotations={REF_NAME: tag}))
        for blob in (*published.manifests, *published.blobs):
            files[f"blobs/{blob.digest.replace(':', '/')}"] = blob.content
    files["index.json"] = compact_json(
        {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}
    )
    return files


def write_layout(directory: Path, tagged: Mapping[str, Published]) -> Path:
    """Write an OCI layout as a directory."""
    for name, content in layout_files(tagged).items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return directory


def write_layout_tar(file: Path, tagged: Mapping[str, Published]) -> Path:
    """Write an OCI layout as a tar archive."""
    with tarfile.open(file, "w") as tar:
        for name, content in layout_files(tagged).items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return file


class Push:
    """Uploads to a registry that others wrote (distribution-spec, "Push").

    `authorization` is sent as it is with every request; `tls` is what an https address is trusted by.
    """

    def __init__(
        self,
        url: str,
        *,
        authorization: str | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._address = urlsplit(url)
        self._tls = tls
        self._headers = (
            {} if authorization is None else {"Authorization": authorization}
        )

    def push(self, repo: str, published: Published, tag: str | None = None) -> str:
        """Upload blobs, then manifests from the leaves to the root, and give the root's digest.

        Raises AssertionError with the registry's own words where it refuses.
        """
        for blob in published.blobs:
            self._upload(repo, blob)
        for manifest in reversed(published.manifests[1:]):
            self._put_manifest(repo, manifest, manifest.digest)
        self._put_manifest(repo, published.root, tag or published.digest)
        return published.digest

    def _upload(self, repo: str, blob: Blob) -> None:
        location = self._ask("POST", f"/v2/{repo}/blobs/uploads/", 202)
        parts = urlsplit(location)
        query = "&".join(
            part for part in (parts.query, urlencode({"digest": blob.digest})) if part
        )
        self._ask(
            "PUT",
            f"{parts.path}?{query}",
            201,
            blob.content,
            "application/octet-stream",
        )

    def _put_manifest(self, repo: str, manifest: Blob, reference: str) -> None:
        self._ask(
            "PUT",
            f"/v2/{repo}/manifests/{reference}",
            201,
            manifest.content,
            manifest.media_type,
        )

    def _connection(self) -> http.client.HTTPConnection:
        if self._address.scheme == "https":
            return http.client.HTTPSConnection(
                self._address.netloc, timeout=30, context=self._tls
            )
        return http.client.HTTPConnection(self._address.netloc, timeout=30)

    def _ask(
        self,
        method: str,
        target: str,
        expected: int,
        body: bytes = b"",
        media_type: str | None = None,
    ) -> str:
        connection = self._connection()
        try:
            headers = self._headers | (
                {"Content-Type": media_type} if media_type else {}
            )
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            answered = response.read()
            assert expected == response.status, (
                f"{method} {target}: {response.status} {answered.decode()}"
            )
            return response.headers.get("Location", "")
        finally:
            connection.close()
