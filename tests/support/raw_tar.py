"""Tar archives block by block, so that they may say what no honest tool writes (POSIX.1-2017, pax)."""

BLOCK_BYTES = 512
NAME_BYTES = 100
END = b"\0" * 2 * BLOCK_BYTES


def member(
    name: str,
    content: bytes = b"",
    *,
    kind: bytes = b"0",
    link: str = "",
    size: int | bytes | None = None,
    magic: bytes = b"ustar\x0000",
) -> bytes:
    """A header and its content in whole blocks; `size` is what the header says where that is not the truth."""
    if len(name) > NAME_BYTES:
        short = member(name[:NAME_BYTES], content, kind=kind, link=link, size=size)
        return pax({"path": name}) + short
    announced = len(content) if size is None else size
    field = announced if isinstance(announced, bytes) else b"%011o\0" % announced
    header = b"".join(
        (
            name.encode().ljust(NAME_BYTES, b"\0"),
            b"0000644\0" + b"0000000\0" * 2,
            field,
            b"%011o\0" % 0,
            b" " * 8,
            kind,
            link.encode().ljust(NAME_BYTES, b"\0"),
            magic,
        )
    ).ljust(BLOCK_BYTES, b"\0")
    header = header[:148] + b"%06o\0 " % sum(header) + header[156:]
    return header + content + b"\0" * (-len(content) % BLOCK_BYTES)


def pax(records: dict[str, str], kind: bytes = b"x") -> bytes:
    """An extended header with these records."""
    lines = [record(key, value) for key, value in records.items()]
    return member("PaxHeader", b"".join(lines), kind=kind)


def record(key: str, value: str) -> bytes:
    """One record: its own length, a key and a value."""
    rest = f" {key}={value}\n".encode()
    length = len(rest)
    while len(str(length)) + len(rest) != length:
        length = len(str(length)) + len(rest)
    return str(length).encode() + rest


def archive(*members: bytes) -> bytes:
    """The members and the mark of the end."""
    return b"".join(members) + END
