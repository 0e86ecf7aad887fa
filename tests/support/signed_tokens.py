"""Tokens that a registry others wrote can check: JSON Web Tokens (RFC 7519) as distribution's `token` auth wants them."""

import base64
import time
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from support.blobs import JsonObject, compact_json
from support.tokens import Grant


class Signer:
    """Mints tokens signed with a certificate's key; the certificate goes along in `x5c` (RFC 7515, section 4.1.6).

    `Signer(...)` is what `TokenIssuer(mint=...)` takes; the registry's `rootcertbundle` is the authority's certificate.
    """

    def __init__(self, certificate: Path, key: Path, issuer: str) -> None:
        self._certificates = x509.load_pem_x509_certificates(certificate.read_bytes())
        loaded = load_pem_private_key(key.read_bytes(), password=None)
        assert isinstance(loaded, ec.EllipticCurvePrivateKey), (
            "ES256 needs a key on the curve P-256"
        )
        self._key = loaded
        self._issuer = issuer
        self._serial = 0

    def __call__(self, grant: Grant, service: str) -> str:
        """The token for `grant`, valid for five minutes of the wall clock."""
        self._serial += 1
        now = int(time.time())
        header = {
            "typ": "JWT",
            "alg": "ES256",
            "x5c": [_encoded(each) for each in self._certificates],
        }
        claims: JsonObject = {
            "iss": self._issuer,
            "sub": grant.user,
            "aud": service,
            "exp": now + 300,
            "nbf": now - 10,
            "iat": now,
            "jti": str(self._serial),
            "access": [_access(scope) for scope in sorted(grant.scopes)],
        }
        signed = f"{_url64(compact_json(header))}.{_url64(compact_json(claims))}"
        return f"{signed}.{_url64(self._signature(signed.encode()))}"

    def _signature(self, signed: bytes) -> bytes:
        # RFC 7518, section 3.4: the two numbers side by side, not the DER that the library gives.
        first, second = decode_dss_signature(
            self._key.sign(signed, ec.ECDSA(hashes.SHA256()))
        )
        return first.to_bytes(32, "big") + second.to_bytes(32, "big")


def _access(scope: str) -> JsonObject:
    kind, name, actions = scope.split(":")
    return {"type": kind, "name": name, "actions": actions.split(",")}


def _encoded(certificate: x509.Certificate) -> str:
    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()


def _url64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
