import asyncio
import json
import threading
from pathlib import Path

import pytest

from tagledger.errors import MalformedDocument
from tagledger.model import media_types
from tagledger.model.descriptor import Descriptor
from tagledger.model.digest import Digest
from tagledger.sources.layout_writer import LayoutWriter


def entry(number: int) -> Descriptor:
    """Some image."""
    return Descriptor(media_types.OCI_MANIFEST, Digest.of(b"%d" % number), number)


def test_what_several_write_at_once_is_all_listed(tmp_path: Path) -> None:
    """Nobody reads the list while another one changes it."""
    writer = LayoutWriter(tmp_path)
    writer.prepare()

    async def add(first: int) -> None:
        for number in range(first, 48, 4):
            await LayoutWriter(tmp_path).add(entry(number), str(number))

    threads = [
        threading.Thread(target=asyncio.run, args=(add(first),)) for first in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    index = json.loads((tmp_path / "index.json").read_bytes())
    assert {entry(number).digest for number in range(48)} == {
        item["digest"] for item in index["manifests"]
    }
    assert {"index.json", "oci-layout"} == {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize(
    "content",
    [
        "{broken",
        "[]",
        '{"schemaVersion":2,"manifests":{}}',
        '{"schemaVersion":2,"manifests":[{"digest":"x"}]}',
        '{"schemaVersion":1,"manifests":[]}',
    ],
)
async def test_a_list_that_is_not_understood_is_left_as_it_is(
    content: str, tmp_path: Path
) -> None:
    """Somebody else's file, broken or from the future, is not ours to replace."""
    writer = LayoutWriter(tmp_path)
    writer.prepare()
    (tmp_path / "index.json").write_text(content)

    with pytest.raises(MalformedDocument):
        await writer.add(entry(1), "1.0")
    assert content == (tmp_path / "index.json").read_text()
