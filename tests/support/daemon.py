"""A Docker-compatible daemon that serves archives made up here, over TCP on loopback.

It stands for daemons that the tests cannot run: podman's service is one that they can.
"""

import json
import ssl
from collections.abc import Sequence

import msgspec

from support.blobs import Json
from support.exchange import Reply, Request
from support.loopback_server import LoopbackServer


class Held(msgspec.Struct, frozen=True):
    """An image: what the daemon says is its ID, its names, and what it would save."""

    image_id: str
    names: tuple[str, ...]
    archive: bytes


class Daemon(LoopbackServer):
    """Answers `/images/json`, `/images/NAME/json` and `/images/NAME/get` (Docker Engine API 1.43)."""

    def __init__(
        self, held: Sequence[Held], *, tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(tls=tls)
        self._held = held

    @property
    def environment(self) -> dict[str, str]:
        """What leads a client here."""
        return {"DOCKER_HOST": f"tcp://{self.address}"}

    async def answer(self, request: Request) -> Reply:
        """The reply that the API asks for."""
        if request.path == "/images/json":
            return _json([_summary(held) for held in self._held])
        name, _, verb = request.path.removeprefix("/images/").rpartition("/")
        for held in self._held:
            identity = held.image_id.partition(":")[2]
            if name in held.names or identity.startswith(name.removeprefix("sha256:")):
                if verb == "json":
                    return _json(_summary(held))
                if verb == "get":
                    tar = (("Content-Type", "application/x-tar"),)
                    return Reply(200, tar, held.archive)
        return _json({"message": f"No such image: {name}"}, 404)


def _summary(held: Held) -> Json:
    return {"Id": held.image_id, "RepoTags": list(held.names)}


def _json(document: Json, status: int = 200) -> Reply:
    headers = (("Content-Type", "application/json"),)
    return Reply(status, headers, json.dumps(document).encode())
