"""Files that say who may read what, with cheap hashes."""

import hashlib
from pathlib import Path

import bcrypt

PASSWORDS = {"alice": "opal", "bob": "onyx:with a colon", "carol": "p\u00e4ssw\u00f6rd"}
TOKEN = "5f2b1c7a9e8d4f60b3a1c2d4e5f60718"

OPEN = ("python", "library/hello-*")
"""What anybody may read."""


SALT = b"$2b$04$abcdefghijklmnopqrstuu"


def hashed(password: str) -> str:
    """The bcrypt hash of a password, at the least cost, always the same."""
    return bcrypt.hashpw(password.encode(), SALT).decode()


def access_file(
    folder: Path, *, anybody: tuple[str, ...] = OPEN, more: str = ""
) -> Path:
    """Alice may read all, Bob one repository, Carol stands in an htpasswd file; a token reads what Bob reads."""
    (folder / "users").write_text(
        f"# made by htpasswd\n\ncarol:{hashed(PASSWORDS['carol'])}\n"
    )
    patterns = ", ".join(f'"{pattern}"' for pattern in anybody)
    path = folder / "access.toml"
    path.write_text(
        f"""
anybody = [{patterns}]
known = ["debian"]
htpasswd = "users"
{more}

[users.alice]
password = "{hashed(PASSWORDS["alice"])}"
read = ["*"]

[users.bob]
password = "{hashed(PASSWORDS["bob"])}"
read = ["ghcr.io/acme/*"]

[tokens.build]
sha256 = "{hashlib.sha256(TOKEN.encode()).hexdigest()}"
read = ["ghcr.io/acme/*"]
"""
    )
    return path
