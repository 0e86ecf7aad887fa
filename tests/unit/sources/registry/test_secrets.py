import traceback

import pytest

from support.access import BearerAccess
from support.exchange import Ending, Fault, Reply
from support.faults import (
    endless,
    gzip_encoded,
    redirect,
    replying,
    reset,
    slow_start,
    status,
    truncated,
)
from support.foreign_host import ForeignHost
from support.images import random_image
from support.publishing import put_into
from support.registry import Registry
from support.tokens import TokenIssuer
from tagledger.errors import TagledgerError
from unit.sources.registry.reading import Reader

IMAGE = random_image(layers=1)
CONFIG = f"/v2/a/b/blobs/{IMAGE.config.digest}"
SECRETS = ("hunter2", "s3cret", "t0ken")

FAULTS: dict[str, Fault] = {
    "403": status(403, message="s3cret"),
    "404": status(404, message="s3cret"),
    "500": status(500, message="s3cret"),
    "418": status(418, message="s3cret"),
    "reset": reset(),
    "truncated": truncated(3),
    "late": slow_start(2),
    "endless": endless(),
    "encoded": gzip_encoded(),
    "closed": replying(Reply(ending=Ending.CLOSED)),
    "redirect": redirect("https://10.0.0.1/x?signature=s3cret"),
    "user": redirect("//user:s3cret@127.0.0.1/x"),
    "garbage": redirect("http://[s3cret"),
    "circle": redirect("/blob?signature=s3cret"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_no_secret_is_in_an_error_or_its_trace(fault: Fault) -> None:
    """Whatever goes wrong at a signed address, neither message nor trace has credentials, token or signature."""
    issuer = TokenIssuer({"ada": "hunter2"}, mint=lambda _grant, _service: "t0ken")
    registry = Registry(access=BearerAccess(issuer))
    put_into(registry, "a/b", IMAGE.published, "1")
    async with registry, ForeignHost() as storage:
        url = storage.put("/blob?signature=s3cret", IMAGE.config.content)
        storage.on("*", "*", fault)
        registry.on("GET", CONFIG, redirect(url))
        async with Reader(creds=("ada", "hunter2"), timeout_seconds=0.5) as reader:
            with pytest.raises(TagledgerError) as caught:
                await reader.observe(f"{registry.address}/a/b:1")

    trace = "".join(traceback.format_exception(caught.value))
    said = "\n".join((trace, *reader.notices, repr(vars(caught.value))))
    assert [] == [secret for secret in SECRETS if secret in said]
