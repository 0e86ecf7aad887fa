"""Cases follow the tests of containerd/platforms (compare_test.go, variant_test.go, platforms_test.go)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagledger.errors import MalformedPlatform
from tagledger.model.host_platform import (
    choose_for_host,
    normalized,
    parse_host_platform,
)
from tagledger.model.platform import Platform


def _chosen(host: str, *published: str) -> str | None:
    there = [_published(text) for text in published]
    position = choose_for_host(parse_host_platform(host), there)
    return None if position is None else published[position]


def _published(text: str) -> Platform:
    """As an index states it: what is not written there is not said."""
    parsed = parse_host_platform(text)
    parts = text.split("/")
    variant = parts[2].partition(":")[0] if len(parts) > 2 else None
    return Platform(
        os=parsed.os,
        architecture=parsed.architecture,
        variant=variant,
        os_version=parsed.os_version,
        os_features=parsed.os_features,
    )


RUNS = [
    # (host, what it runs, what it does not run)
    ("linux/amd64", "linux/amd64", True),
    ("linux/amd64", "linux/amd64/v1", True),
    ("linux/amd64", "linux/386", True),
    ("linux/amd64", "linux/amd64/v2", False),
    ("linux/amd64", "linux/arm64", False),
    ("linux/amd64", "windows/amd64", False),
    ("linux/amd64/v2", "linux/amd64", True),
    ("linux/amd64/v2", "linux/amd64/v2", True),
    ("linux/amd64/v2", "linux/amd64/v3", False),
    ("linux/amd64/v4", "linux/amd64/v3", True),
    ("linux/386", "linux/386", True),
    ("linux/386", "linux/amd64", False),
    ("linux/arm/v8", "linux/arm/v5", True),
    ("linux/arm/v8", "linux/arm", True),
    ("linux/arm/v8", "linux/arm/v4", False),
    ("linux/arm/v8", "linux/arm64", False),
    ("linux/arm/v7", "linux/arm", True),
    ("linux/arm/v7", "linux/arm/v6", True),
    ("linux/arm/v7", "linux/arm/v8", False),
    ("linux/arm/v6", "linux/arm/v5", True),
    ("linux/arm/v6", "linux/arm", False),
    ("linux/arm/v5", "linux/arm/v5", True),
    ("linux/arm/v5", "linux/arm/v6", False),
    ("linux/arm/v4", "linux/arm/v4", True),
    ("linux/arm/v4", "linux/arm/v5", False),
    ("linux/arm64", "linux/arm64", True),
    ("linux/arm64", "linux/arm64/v8", True),
    ("linux/arm64", "linux/arm/v8", True),
    ("linux/arm64", "linux/arm", True),
    ("linux/arm64", "linux/arm/v5", True),
    ("linux/arm64", "linux/arm/v4", False),
    ("linux/arm64", "linux/arm64/v7", False),
    ("linux/arm64", "linux/arm64/v9", False),
    ("linux/arm64", "linux/arm64/v8.1", False),
    ("linux/arm64/v8.1", "linux/arm64", True),
    ("linux/arm64/v8.1", "linux/arm64/v8.1", True),
    ("linux/arm64/v8.1", "linux/arm64/v8.2", False),
    ("linux/arm64/v8.1", "linux/arm64/v9", False),
    ("linux/arm64/v9", "linux/arm64/v9.0", True),
    ("linux/arm64/v9", "linux/arm64/v8.5", True),
    ("linux/arm64/v9", "linux/arm64/v8.6", False),
    ("linux/arm64/v9", "linux/arm64", True),
    ("linux/arm64/v9", "linux/arm/v7", True),
    ("linux/arm64/v9", "linux/arm64/v10", False),
    ("linux/arm64/v10", "linux/arm64/v9", False),
    ("linux/arm64/v9.6", "linux/arm64/v8.9", True),
    ("linux/arm64/v9.6", "linux/arm64/v8.10", False),
    ("linux/arm64/v9.8", "linux/arm64/v9.0", True),
    ("linux/ppc64le/power10", "linux/ppc64le/power8", True),
    ("linux/ppc64le/power8", "linux/ppc64le/power10", False),
    ("linux/ppc64le/power10", "linux/ppc64le", True),
    ("linux/ppc64le", "linux/ppc64le/power8", False),
    ("linux/riscv64/rva23u64", "linux/riscv64/rva20u64", True),
    ("linux/riscv64/rva23u64", "linux/riscv64/rva20s64", False),
    ("linux/s390x", "linux/s390x", True),
    ("linux/s390x", "linux/ppc64le", False),
    ("darwin/arm64", "linux/arm64", False),
]


@pytest.mark.parametrize(("host", "image", "runs"), RUNS)
def test_a_host_takes_what_its_processor_runs(
    host: str, image: str, *, runs: bool
) -> None:
    """A processor runs its own and older variants, and the fallbacks that containerd names."""
    chosen = _chosen(host, image)

    assert (image if runs else None) == chosen


PREFERS = [
    ("linux/amd64", ("linux/386", "linux/amd64"), "linux/amd64"),
    (
        "linux/amd64/v3",
        ("linux/amd64", "linux/amd64/v4", "linux/amd64/v3", "linux/amd64/v2"),
        "linux/amd64/v3",
    ),
    (
        "linux/amd64/v3",
        ("linux/386", "linux/amd64", "linux/amd64/v2"),
        "linux/amd64/v2",
    ),
    ("linux/arm64", ("linux/arm/v7", "linux/arm64", "linux/arm/v8"), "linux/arm64"),
    ("linux/arm64", ("linux/arm/v5", "linux/arm/v7", "linux/arm/v6"), "linux/arm/v7"),
    (
        "linux/arm64/v8.2",
        ("linux/arm64/v8", "linux/arm64/v8.1", "linux/arm64/v8.3"),
        "linux/arm64/v8.1",
    ),
    ("linux/arm/v7", ("linux/arm/v5", "linux/arm/v6", "linux/arm64"), "linux/arm/v6"),
    ("linux/arm/v7", ("linux/arm", "linux/arm/v7"), "linux/arm"),
    (
        "linux(+other)/amd64",
        ("linux/amd64", "linux(+other)/amd64"),
        "linux(+other)/amd64",
    ),
    ("linux/amd64", ("linux(+other)/amd64", "linux/amd64"), "linux/amd64"),
]


@pytest.mark.parametrize(("host", "published", "best"), PREFERS)
def test_the_best_that_runs_is_chosen(
    host: str, published: tuple[str, ...], best: str
) -> None:
    """Own architecture before the fallback, newest variant first, then most features, then first published."""
    chosen = _chosen(host, *published)

    assert best == chosen


def test_nothing_is_chosen_where_nothing_runs() -> None:
    """A host that runs none of the platforms gets none; attestations are never run."""
    chosen = choose_for_host(
        parse_host_platform("linux/amd64"),
        [Platform("unknown", "unknown"), Platform("linux", "s390x")],
    )

    assert chosen is None


NAMES = [
    ("linux/x86_64", "linux/amd64/v1"),
    ("linux/x86-64/v2", "linux/amd64/v2"),
    ("linux/aarch64", "linux/arm64/v8"),
    ("linux/arm64/8", "linux/arm64/v8"),
    ("linux/arm64/v9.0", "linux/arm64/v9"),
    ("linux/armhf", "linux/arm/v7"),
    ("linux/armel", "linux/arm/v6"),
    ("linux/arm", "linux/arm/v7"),
    ("linux/arm/6", "linux/arm/v6"),
    ("linux/i386", "linux/386"),
    ("macos/arm64", "darwin/arm64/v8"),
    ("arm64", "linux/arm64/v8"),
    ("LINUX/AMD64", "linux/amd64/v1"),
    ("windows/amd64:10.0.17763", "windows/amd64/v1:10.0.17763"),
    ("windows(10.0.17763)/amd64", "windows/amd64/v1:10.0.17763"),
]


@pytest.mark.parametrize(("text", "canonical"), NAMES)
def test_a_host_is_known_by_every_name(text: str, canonical: str) -> None:
    """Other names of a processor and unwritten variants come out as the canonical ones."""
    host = parse_host_platform(text)

    assert canonical == str(host)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "windows(10.0.20348+win32k+other)/amd64",
            ("10.0.20348", ("other", "win32k")),
        ),
        ("linux(+other)/amd64", (None, ("other",))),
    ],
)
def test_features_stand_behind_the_version(
    text: str, expected: tuple[str | None, tuple[str, ...]]
) -> None:
    """The form of containerd with features is read, with and without a version."""
    host = parse_host_platform(text)

    assert expected == (host.os_version, host.os_features)


@pytest.mark.parametrize(
    "text",
    ["", "linux", "windows(10.0.17763)", "nonsense", "a/b/c/d", "linux(+)/amd64"],
)
def test_what_names_no_host_is_refused(text: str) -> None:
    """A host needs an architecture, and text that names none is refused."""
    with pytest.raises(MalformedPlatform):
        parse_host_platform(text)


_PLATFORMS = st.builds(
    Platform,
    os=st.sampled_from(["linux", "Linux", "windows", "macos", "unknown"]),
    architecture=st.sampled_from(["amd64", "x86_64", "386", "arm", "armhf", "arm64"]),
    variant=st.none() | st.sampled_from(["v1", "8", "v8.0", "v9.2", "v5", "x", "v²"]),
    os_version=st.none() | st.sampled_from(["10.0.17763", "10.0.26100.1", "x"]),
    os_features=st.lists(st.sampled_from(["win32k", "other"])).map(tuple),
)


@given(_PLATFORMS)
def test_normalising_twice_changes_nothing(platform: Platform) -> None:
    """A canonical platform stays as it is."""
    once = normalized(platform)

    assert once == normalized(once)


@given(_PLATFORMS, st.lists(_PLATFORMS, max_size=6))
def test_what_is_chosen_is_among_the_published(
    host: Platform, published: list[Platform]
) -> None:
    """The choice is a position in the list, and a host always runs a platform equal to itself."""
    position = choose_for_host(host, published)

    assert position is None or 0 <= position < len(published)
    assert choose_for_host(host, [host]) == 0
