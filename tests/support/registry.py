"""A registry that lives in the test's own process and speaks the pull side of distribution-spec 1.1."""

import re
import ssl
from datetime import datetime
from typing import Protocol
from urllib.parse import urlencode

from support.blobs import JsonObject, digest_of
from support.exchange import Reply, Request, error_reply, json_reply
from support.http_dates import http_date
from support.loopback_server import LoopbackServer
from support.media_types import OCI_INDEX
from support.ranges import apply_range
from support.rate_limit import RateLimit
from support.repositories import Repository, Stored

PATH = re.compile(
    r"/v2/(?P<name>.+)/(?P<kind>manifests|blobs|tags|referrers)/(?P<reference>[^/]+)"
)


class Access(Protocol):
    """Who may read: `support.access` has basic and bearer."""

    async def refusal(self, request: Request, scope: str, origin: str) -> Reply | None:
        """The refusal of `request`, or None where it may pass; `scope` is empty for `/v2/` itself."""

    async def own_answer(self, request: Request) -> Reply | None:
        """The reply to a path of its own (a token endpoint on the registry), or None where it has none."""


class Registry(LoopbackServer):
    """Manifests, blobs and tags in memory behind a real port.

    `page_size` caps a page of tags that asks for no size of its own (`n`) or for more; `has_referrers=False` makes a
    registry of before distribution-spec 1.1.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
        access: Access | None = None,
        rate_limit: RateLimit | None = None,
        page_size: int | None = None,
        has_referrers: bool = True,
        delay_seconds: float = 0.0,
    ) -> None:
        super().__init__(tls=tls, host=host, delay_seconds=delay_seconds)
        self.repositories: dict[str, Repository] = {}
        self._access = access
        self._rate_limit = rate_limit
        self._page_size = page_size
        self._has_referrers = has_referrers

    def put_manifest(
        self,
        repo: str,
        content: bytes,
        media_type: str,
        tag: str | None = None,
        *,
        digest: str | None = None,
    ) -> str:
        """Store a manifest, point `tag` at it, and give its digest.

        `digest` names it otherwise than by the SHA-256 of all its bytes (SHA-512, signed schema 1).
        """
        name = digest or digest_of(content)
        self._repository(repo).manifests[name] = Stored(
            content, media_type, len(content)
        )
        if tag is not None:
            self.tag(repo, tag, name)
        return name

    def put_blob(
        self,
        repo: str,
        content: bytes,
        last_modified: datetime | None = None,
        *,
        digest: str | None = None,
    ) -> str:
        """Store a blob and give its digest; without `last_modified` the header is not sent."""
        name = digest or digest_of(content)
        self._repository(repo).blobs[name] = Stored(
            content, "application/octet-stream", len(content), last_modified
        )
        return name

    def put_blob_headers(
        self,
        repo: str,
        digest: str,
        size_bytes: int,
        last_modified: datetime | None = None,
    ) -> None:
        """Let HEAD find a blob of this size, of which there are no bytes: GET answers 404."""
        stored = Stored(None, "application/octet-stream", size_bytes, last_modified)
        self._repository(repo).blobs[digest] = stored

    def tag(self, repo: str, tag: str, digest: str) -> None:
        """Point `tag` at a manifest, stored or not."""
        self._repository(repo).tags[tag] = digest

    async def answer(self, request: Request) -> Reply:
        """The reply that the specification asks for."""
        if self._access is not None:
            own = await self._access.own_answer(request)
            if own is not None:
                return own
        asked = PATH.fullmatch(request.path)
        if self._access is not None:
            scope = f"repository:{asked['name']}:pull" if asked else ""
            refusal = await self._access.refusal(request, scope, self.url)
            if refusal is not None:
                return refusal
        if request.method not in {"GET", "HEAD"}:
            return error_reply(405, "UNSUPPORTED", "this registry is read-only")
        if asked is None:
            return self._ping(request)
        answers = {
            "manifests": self._manifest,
            "blobs": self._blob,
            "tags": self._tags,
            "referrers": self._referrers,
        }
        return answers[asked["kind"]](request, asked["name"], asked["reference"])

    def _ping(self, request: Request) -> Reply:
        if request.path.rstrip("/") != "/v2":
            return error_reply(404, "NOT_FOUND", "no such path")
        return json_reply(
            {}, headers=(("Docker-Distribution-Api-Version", "registry/2.0"),)
        )

    def _manifest(self, request: Request, name: str, reference: str) -> Reply:
        if (
            self._rate_limit is not None
            and request.method == "GET"
            and not self._rate_limit.spend()
        ):
            return error_reply(
                429,
                "TOOMANYREQUESTS",
                "You have reached your pull rate limit.",
                headers=self._rate_limit.headers(),
            )
        repository = self.repositories.get(name)
        if repository is None:
            return error_reply(
                404,
                "NAME_UNKNOWN",
                "repository name not known to registry",
                detail={"name": name},
            )
        digest = reference if ":" in reference else repository.tags.get(reference, "")
        stored = repository.manifests.get(digest)
        if stored is None:
            return error_reply(
                404,
                "MANIFEST_UNKNOWN",
                "manifest unknown",
                detail={"reference": reference},
            )
        limits = self._rate_limit.headers() if self._rate_limit is not None else ()
        return _content_reply(request, digest, stored).with_headers(*limits)

    def _blob(self, request: Request, name: str, reference: str) -> Reply:
        stored = self.repositories.get(name, Repository()).blobs.get(reference)
        if stored is None or (stored.content is None and request.method != "HEAD"):
            return error_reply(
                404,
                "BLOB_UNKNOWN",
                "blob unknown to registry",
                detail={"digest": reference},
            )
        return apply_range(request, _content_reply(request, reference, stored))

    def _tags(self, request: Request, name: str, reference: str) -> Reply:
        repository = self.repositories.get(name)
        if repository is None or reference != "list":
            return error_reply(
                404,
                "NAME_UNKNOWN",
                "repository name not known to registry",
                detail={"name": name},
            )
        last = request.query.get("last", "")
        left = [tag for tag in sorted(repository.tags) if tag > last]
        wanted = int(request.query.get("n") or self._page_size or len(left))
        size = min(wanted, self._page_size or wanted)
        page = left[:size]
        headers: tuple[tuple[str, str], ...] = ()
        if page and len(left) > size:
            query = urlencode({"n": size, "last": page[-1]})
            headers = (("Link", f'</v2/{name}/tags/list?{query}>; rel="next"'),)
        return json_reply({"name": name, "tags": page}, headers=headers)

    def _referrers(self, request: Request, name: str, reference: str) -> Reply:
        if not self._has_referrers:
            return error_reply(404, "NOT_FOUND", "no such path")
        artifact_type = request.query.get("artifactType")
        found = self.repositories.get(name, Repository()).referrers(
            reference, artifact_type
        )
        filters = (("OCI-Filters-Applied", "artifactType"),) if artifact_type else ()
        document: JsonObject = {
            "schemaVersion": 2,
            "mediaType": OCI_INDEX,
            "manifests": found,
        }
        return json_reply(document).with_headers(("Content-Type", OCI_INDEX), *filters)

    def _repository(self, repo: str) -> Repository:
        return self.repositories.setdefault(repo, Repository({}, {}, {}))


def _content_reply(request: Request, digest: str, stored: Stored) -> Reply:
    headers = [
        ("Content-Type", stored.media_type),
        ("Docker-Content-Digest", digest),
        ("Docker-Distribution-Api-Version", "registry/2.0"),
        ("Etag", f'"{digest}"'),
    ]
    if stored.last_modified is not None:
        headers.append(("Last-Modified", http_date(stored.last_modified)))
    body = b"" if request.method == "HEAD" or stored.content is None else stored.content
    return Reply(200, tuple(headers), body, declared_size_bytes=stored.size_bytes)
