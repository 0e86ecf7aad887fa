"""Docker's first kind of manifest, unsigned and signed (distribution's manifest-v2-1.md)."""

# ruff: noqa: S311 - made-up bytes need a seed, not secrecy

import base64
import hashlib
import random

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from support.blobs import (
    Blob,
    Json,
    JsonObject,
    Published,
    compact_json,
    digest_of,
    indented_json,
    make_blob,
)
from support.layers import make_layer
from support.media_types import DOCKER_LAYER, SCHEMA_1, SCHEMA_1_SIGNED

# A gzip of an empty tar, the very bytes that Docker gave to every step without a layer.
EMPTY_LAYER = bytes.fromhex(
    "1f8b080000096e8800ff621805a360148c5800080000ffff2eafb5ef00040000"
)


def schema_1(seed: int = 7) -> Published:
    """Unsigned, with one empty and two real layers, topmost first. Generated here after manifest-v2-1.md."""
    payload, layers = _payload(seed)
    root = make_blob(SCHEMA_1, payload)
    return Published(root, (root,), layers)


def schema_1_signed(seed: int = 7) -> Published:
    """The same, signed as Docker's libtrust did it: a JSON Web Signature folded into the indented document.

    The key is made from the seed and the ES256 signature is a real one. The digest is that of the payload, which
    `formatLength` and `formatTail` of the protected header give back. Generated here after manifest-v2-1.md.
    """
    payload, layers = _payload(seed)
    content = _sign(payload, random.Random(f"key {seed}").getrandbits(240))
    root = Blob(SCHEMA_1_SIGNED, content, digest_of(payload))
    return Published(root, (root,), layers)


def _payload(seed: int) -> tuple[bytes, tuple[Blob, ...]]:
    chance = random.Random(f"schema 1 {seed}")
    ids = [chance.randbytes(32).hex() for _ in range(3)]
    base = make_layer({"etc/motd": chance.randbytes(60)}, format="docker").blob
    application = make_layer({"app/run": chance.randbytes(90)}, format="docker").blob
    empty = make_blob(f"{DOCKER_LAYER}.gzip", EMPTY_LAYER)
    config: JsonObject = {
        "Env": ["PATH=/usr/local/bin:/usr/bin:/bin", "APP_HOME=/app"],
        "Cmd": ["/app/run", "--all"],
        "WorkingDir": "/app",
        "Labels": {"maintainer": "tests"},
    }
    # Topmost first: the first entry carries the whole config, the others little more than their command.
    history: list[JsonObject] = [
        {
            "architecture": "amd64",
            "config": config,
            "container_config": {
                "Cmd": ["/bin/sh", "-c", "#(nop) ", 'CMD ["/app/run" "--all"]']
            },
            "created": "2016-02-03T10:20:32.567891234Z",
            "docker_version": "1.9.1",
            "id": ids[2],
            "os": "linux",
            "parent": ids[1],
            "throwaway": True,
        },
        {
            "id": ids[1],
            "parent": ids[0],
            "created": "2016-02-03T10:20:31.1Z",
            "container_config": {
                "Cmd": ["/bin/sh -c #(nop) COPY file:4d2c in /app/run"]
            },
        },
        {
            "id": ids[0],
            "created": "2016-01-26T23:18:11.012345678Z",
            "container_config": {"Cmd": ["/bin/sh -c #(nop) ADD file:eb13 in /"]},
            "author": "Somebody <somebody@example.org>",
        },
    ]
    payload = indented_json(
        {
            "schemaVersion": 1,
            "name": "tests/schema-1",
            "tag": "1.0",
            "architecture": "amd64",
            "fsLayers": [
                {"blobSum": blob.digest} for blob in (empty, application, base)
            ],
            "history": [
                {"v1Compatibility": compact_json(step).decode()} for step in history
            ],
        },
    )
    return payload, (empty, application, base)


def _sign(payload: bytes, secret: int) -> bytes:
    """`payload` with a `signatures` field before its last line break, as libtrust's PrettySignature writes it."""
    key = ec.derive_private_key(secret, ec.SECP256R1())
    tail = payload[payload.rindex(b"\n}") :]
    length = len(payload) - len(tail)
    protected = _url64(
        compact_json(
            {
                "formatLength": length,
                "formatTail": _url64(tail),
                "time": "2016-02-03T10:21:00Z",
            }
        ),
    )
    signed = f"{protected}.{_url64(payload)}".encode()
    numbers = decode_dss_signature(
        key.sign(signed, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    )
    signature: Json = {
        "header": {"jwk": _public_jwk(key.public_key()), "alg": "ES256"},
        "signature": _url64(b"".join(number.to_bytes(32, "big") for number in numbers)),
        "protected": protected,
    }
    signatures = indented_json({"signatures": [signature]})
    return payload[:length] + b"," + signatures.removeprefix(b"{")


def _public_jwk(key: ec.EllipticCurvePublicKey) -> JsonObject:
    numbers = key.public_numbers()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    letters = base64.b32encode(hashlib.sha256(spki).digest()[:30]).decode()
    return {
        "crv": "P-256",
        "kid": ":".join(
            letters[start : start + 4] for start in range(0, len(letters), 4)
        ),
        "kty": "EC",
        "x": _url64(numbers.x.to_bytes(32, "big")),
        "y": _url64(numbers.y.to_bytes(32, "big")),
    }


def _url64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
