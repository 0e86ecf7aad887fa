"""A token server on a port, that is an origin, of its own."""

import ssl

from support.exchange import Reply, Request, error_reply
from support.loopback_server import LoopbackServer
from support.tokens import TokenIssuer


class TokenServer(LoopbackServer):
    """Serves an issuer at `/token`; `realm` is what a registry's challenge has to name."""

    def __init__(
        self,
        issuer: TokenIssuer,
        *,
        tls: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        super().__init__(tls=tls, host=host)
        self.issuer = issuer

    @property
    def realm(self) -> str:
        """The address of the endpoint."""
        return f"{self.url}/token"

    async def answer(self, request: Request) -> Reply:
        """A token for whoever may have one."""
        if request.path != "/token":
            return error_reply(404, "NOT_FOUND", "no such path")
        return await self.issuer.answer(request)
