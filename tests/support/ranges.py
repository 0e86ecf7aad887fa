"""Answers to `Range` requests (RFC 9110, section 14)."""

import re

import msgspec

from support.exchange import Reply, Request


def apply_range(request: Request, whole: Reply) -> Reply:
    """The part of `whole` that a GET asks for; anything but one range of bytes is answered in full."""
    asked = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("Range", ""))
    if asked is None or asked.groups() == ("", "") or request.method != "GET":
        return whole.with_headers(("Accept-Ranges", "bytes"))
    size = len(whole.body)
    first_text, last_text = asked.groups()
    if first_text:
        first = int(first_text)
        last = min(int(last_text) if last_text else size - 1, size - 1)
    else:
        first, last = max(0, size - int(last_text)), size - 1
    if first > last:
        return Reply(416, (("Content-Range", f"bytes */{size}"),))
    part = whole.body[first : last + 1]
    partial = msgspec.structs.replace(
        whole, status=206, body=part, declared_size_bytes=len(part)
    )
    return partial.with_headers(("Content-Range", f"bytes {first}-{last}/{size}"))
