"""A private certificate authority for tests of TLS."""

import ssl
from pathlib import Path

import trustme


class Authority:
    """Signs certificates for servers and clients; its own certificate is what `--ca-cert` has to name."""

    def __init__(self) -> None:
        self._ca = trustme.CA(organization_name="Tests")

    def server_context(
        self, *names: str, needs_client_certificate: bool = False
    ) -> ssl.SSLContext:
        """The TLS side of a server under these names (`localhost` and `127.0.0.1` unless others are given)."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(*(names or ("localhost", "127.0.0.1"))).configure_cert(
            context
        )
        if needs_client_certificate:
            self._ca.configure_trust(context)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def client_context(self) -> ssl.SSLContext:
        """The TLS side of a client that trusts this authority alone."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._ca.configure_trust(context)
        return context

    def write_ca(self, directory: Path) -> Path:
        """The authority's certificate as a PEM file, `ca.crt`."""
        path = directory / "ca.crt"
        self._ca.cert_pem.write_to_path(str(path))
        return path

    def write_certificate(
        self, directory: Path, *names: str, stem: str = "server"
    ) -> tuple[Path, Path]:
        """A certificate and its key as PEM files, for a server that others wrote."""
        issued = self._ca.issue_cert(*(names or ("localhost", "127.0.0.1")))
        certificate, key = directory / f"{stem}.cert", directory / f"{stem}.key"
        certificate.write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(str(key))
        return certificate, key

    def write_client_certificate(self, directory: Path) -> tuple[Path, Path]:
        """A client's certificate and its key as PEM files, `client.cert` and `client.key`."""
        return self.write_certificate(directory, "client@example.org", stem="client")
