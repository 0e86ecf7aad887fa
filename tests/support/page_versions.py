"""The seed page as it may have looked a month later: the base patched, everything above it built again."""

import hashlib
import re

from support.seed_page import DIGEST, read_seed_page


def changed_page() -> bytes:
    """The page with newer Windows builds, other digests but those of the lowest layers, and one changed step."""
    page = read_seed_page()
    lowest = {section.layers[0].digest for section in page.sections}

    def renewed(match: re.Match[str]) -> str:
        if match[0] in lowest:
            return match[0]
        return f"sha256:{hashlib.sha256(match[0].encode()).hexdigest()}"

    text = re.sub(DIGEST, renewed, page.content.decode())
    for section in page.sections:
        build = section.os_version.rpartition(".")[0]
        text = text.replace(section.os_version, f"{build}.9999")
    for old, new in (
        (r"\w{3}, \d\d Nov 2019 (\S+ GMT\nRUN Install)", r"Tue, 10 Dec 2019 \1"),
        (r"# Wed, 13 Nov 2019", "# Wed, 11 Dec 2019"),
        (r"PYTHON_VERSION=3\.8\.0", "PYTHON_VERSION=3.8.1"),
    ):
        text = re.sub(old, new, text)
    return text.encode()
