"""TLS: whom we trust, and how we show who we are."""

from __future__ import annotations

import ssl

from tagledger.errors import PlaceNotFound
from tagledger.sources.registry.options import RegistryOptions


def client_context(
    options: RegistryOptions, *, shows_certificate: bool
) -> ssl.SSLContext:
    """A context that trusts the system's authorities and the one given.

    The client certificate is a credential: only connections to the registry itself
    have it. Raises PlaceNotFound if a file cannot be used.
    """
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    if options.ca_cert is not None:
        try:
            context.load_verify_locations(options.ca_cert)
        except (OSError, ssl.SSLError) as exc:
            problem = "not a readable CA certificate (PEM)"
            raise PlaceNotFound(str(options.ca_cert), problem) from exc
    if shows_certificate and options.client_cert is not None:
        try:
            # An empty password: a locked key must fail, not ask the terminal.
            context.load_cert_chain(
                options.client_cert, options.client_key, password=""
            )
        except (OSError, ssl.SSLError) as exc:
            problem = "not a readable client certificate with its key (PEM)"
            raise PlaceNotFound(str(options.client_cert), problem) from exc
    return context
