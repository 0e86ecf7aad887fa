"""What changed between two pages of the public record, told by regular expressions and the standard library alone.

A plain script, kept apart from what it is an oracle for: nothing of ours is imported.
"""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

_MANIFEST = re.compile(r"^\$ docker pull \S+@(sha256:[0-9a-f]{64})$", re.MULTILINE)
_CONFIG = re.compile(r"^-[\t ]Image ID: `(sha256:[0-9a-f]{64})`$", re.MULTILINE)
_LAYER = re.compile(
    r"^(?:\t|  )-[\t ]`(sha256:[0-9a-f]{64})`  \n(?:\s+Last Modified: .*  \n)?"
    r"\s+Size: (.*?)(?:  )?$",
    re.MULTILINE,
)
_OLD_LAYER = re.compile(
    r"^-\tv2 Blob: `(sha256:[0-9a-f]{64})`\n-\tv2 Content-Length: (.*)$", re.MULTILINE
)
_RECIPE = re.compile(r"^```dockerfile\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"
_STEP = re.compile(rf"^# {_DAY}\n(.*?)(?=\n# {_DAY}$|\Z)", re.MULTILINE | re.DOTALL)
_NOP = re.compile(r"^RUN (?:cmd /S /C|powershell [^\n]*?) #\(nop\) +")
"""How pages of Windows images have an instruction that ran nothing: their writer knew no shell but `/bin/sh`."""
_PLATFORM = re.compile(
    r"(?P<os>[^\s;]+)(?: version (?P<version>[^\s;]+))?; (?P<arch>\S+)"
    r"(?: variant (?P<variant>\S+))?"
)
_BYTES = re.compile(r".*\((\d+) bytes\)|(\d+)\.0 B")


class Image(NamedTuple):
    """What a page says of the image for one platform."""

    platform: str | None
    manifest: str | None
    config: str | None
    layers: tuple[tuple[str, int], ...]
    steps: tuple[str, ...]

    @property
    def size_bytes(self) -> int:
        """All layers, repeats included."""
        return sum(size for _, size in self.layers)


def images_of(page: bytes) -> list[Image]:
    """The images on the page of one tag, in its order."""
    text = page.decode()
    if "\n### Layers (" in text:
        layers = [(digest, _bytes(size)) for digest, size in _OLD_LAYER.findall(text)]
        manifest = _MANIFEST.search(text)
        digest = manifest[1] if manifest else None
        steps = _RECIPE.findall(text)
        return [Image("unknown/unknown", digest, None, tuple(layers), tuple(steps))]
    head, *sections = text.split("\n### `")
    alone = _MANIFEST.search(head) if len(sections) == 1 else None
    return [_image(section, alone[1] if alone else None) for section in sections]


def differences(before: bytes, after: bytes) -> list[dict[str, Any]]:
    """What became of the image for each platform, those that are gone last."""
    ones, twos = images_of(before), images_of(after)
    pairs = _pairs(ones, twos)
    paired = {id(one) for one, _ in pairs}
    return [
        *(_difference(one, two) for one, two in pairs),
        *(_difference(one, None) for one in ones if id(one) not in paired),
    ]


def words_of(found: Sequence[dict[str, Any]]) -> list[str]:
    """What a line about these differences has to say: which platforms came and went, and how the size changed."""
    words = []
    for relation, side in (("added", 1), ("removed", 0)):
        named = [
            item["platforms"][side] for item in found if item["relation"] == relation
        ]
        if named:
            what = " and ".join(named) if len(named) < 3 else f"{len(named)} platforms"
            words.append(f"{what} {relation}")
    total = sum(item["delta"] or 0 for item in found)
    return [*words, size_in_words(total)] if total else words


def size_in_words(size_bytes: int) -> str:
    """`+1.2 MB`, `-30 B`: with the sign, and in thousands."""
    sign, shown = "-" if size_bytes < 0 else "+", abs(size_bytes)
    if shown < 1000:
        return f"{sign}{shown} B"
    for exponent, unit in ((1, "KB"), (2, "MB"), (3, "GB")):
        if shown / 1000**exponent < 999.95:
            return f"{sign}{shown / 1000**exponent:.1f} {unit}"
    return f"{sign}{shown / 1000**4:.1f} TB"


def _image(section: str, alone: str | None) -> Image:
    line, _, rest = section.partition("\n")
    manifest, config = _MANIFEST.search(rest), _CONFIG.search(rest)
    recipe = _RECIPE.search(rest)
    layers = [(digest, _bytes(size)) for digest, size in _LAYER.findall(rest)]
    steps = [_NOP.sub("", text) for text in _STEP.findall(recipe[1] if recipe else "")]
    return Image(
        _platform(line.partition("` - ")[2]),
        manifest[1] if manifest else alone,
        config[1] if config else None,
        tuple(layers),
        tuple(steps),
    )


def _platform(line: str) -> str:
    """`windows/amd64:10.0.14393.2007` for `windows version 10.0.14393.2007; amd64`."""
    found = _PLATFORM.match(line)
    assert found is not None, line
    variant = f"/{found['variant']}" if found["variant"] else ""
    version = f":{found['version']}" if found["version"] else ""
    return f"{found['os']}/{found['arch']}{variant}{version}"


def _pairs(
    before: Sequence[Image], after: Sequence[Image]
) -> list[tuple[Image | None, Image]]:
    """Each image with the one before it for the same platform, whatever the patch level of Windows."""
    if len(before) == len(after) == 1:
        return [(before[0], after[0])]
    counterparts: dict[int, Image] = {}
    left = [*before]
    keys: tuple[Callable[[Image], Hashable], ...] = (
        lambda image: (image.platform, image.manifest),
        lambda image: image.platform,
        lambda image: re.sub(r"(:\d+\.\d+\.\d+)\.\d+$", r"\1", image.platform or ""),
    )
    for key in keys:
        for number, two in enumerate(after):
            one = next((one for one in left if key(one) == key(two)), None)
            if number not in counterparts and one is not None:
                counterparts[number] = one
                left.remove(one)
    return [(counterparts.get(number), two) for number, two in enumerate(after)]


def _difference(before: Image | None, after: Image | None) -> dict[str, Any]:
    both = before is not None and after is not None
    one = before or Image(None, None, None, (), ())
    two = after or Image(None, None, None, (), ())
    relation = "same" if one == two else "changed"
    return {
        "relation": relation if both else "removed" if before else "added",
        "platforms": (one.platform, two.platform),
        "manifests": (one.manifest, two.manifest),
        "configs": (one.config, two.config),
        "sizes": (
            one.size_bytes if before else None,
            two.size_bytes if after else None,
        ),
        "delta": two.size_bytes - one.size_bytes if both else None,
        "layers": _layers(one.layers, two.layers) if both else [],
        "shared": _most_shared(one.layers, two.layers) if both else 0,
        "steps": (one.steps, two.steps) if both else ((), ()),
        "kept": Counter(one.steps) & Counter(two.steps) if both else Counter(),
    }


def _layers(
    before: Sequence[tuple[str, int]], after: Sequence[tuple[str, int]]
) -> list[tuple[str, str | None, str | None]] | None:
    """Each layer: shared; or replaced by the one in its place; or gone, or new.

    None where one occurs twice: there is more than one way to see it then.
    """
    one, two = ([digest for digest, _ in side] for side in (before, after))
    if len({*one}) < len(one) or len({*two}) < len(two):
        return None
    found: list[tuple[str, str | None, str | None]] = []
    at = other = 0
    for match in SequenceMatcher(None, one, two, autojunk=False).get_matching_blocks():
        gone, new = one[at : match.a], two[other : match.b]
        found += [("replaced", *pair) for pair in zip(gone, new, strict=False)]
        found += [("removed", digest, None) for digest in gone[len(new) :]]
        found += [("added", None, digest) for digest in new[len(gone) :]]
        at, other = match.a + match.size, match.b + match.size
        found += [("shared", digest, digest) for digest in one[match.a : at]]
    return found


def _most_shared(
    before: Sequence[tuple[str, int]], after: Sequence[tuple[str, int]]
) -> int:
    """How many layers stand on both sides in one order: the longest common subsequence."""
    row = [0] * (len(after) + 1)
    for layer, _ in before:
        above, row = row, [0]
        for number, (other, _) in enumerate(after):
            is_shared = layer == other
            best = above[number] + 1 if is_shared else max(above[number + 1], row[-1])
            row.append(best)
    return row[-1]


def _bytes(text: str) -> int:
    found = _BYTES.fullmatch(text)
    assert found is not None, text
    return int(found[1] or found[2])
