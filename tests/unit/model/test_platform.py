import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagledger.errors import MalformedPlatform
from tagledger.model.platform import Platform, parse_platform

ARM_V7 = Platform("linux", "arm", "v7")
ARM64 = Platform("linux", "arm64")
ARM64_V8 = Platform("linux", "arm64", "v8")
AMD64 = Platform("linux", "amd64")
WIN_864 = Platform("windows", "amd64", os_version="10.0.17763.864")
WIN_OLD = Platform("windows", "amd64", os_version="10.0.14393.3326")
ALL = (ARM_V7, ARM64, ARM64_V8, AMD64, WIN_864, WIN_OLD)


@pytest.mark.parametrize(
    ("text", "matching"),
    [
        ("linux", {ARM_V7, ARM64, ARM64_V8, AMD64}),
        ("amd64", {AMD64, WIN_864, WIN_OLD}),
        ("x86_64", {AMD64, WIN_864, WIN_OLD}),
        ("linux/amd64", {AMD64}),
        ("linux/arm/v7", {ARM_V7}),
        ("linux/armhf", {ARM_V7}),
        ("linux/arm", {ARM_V7}),
        ("linux/arm/v6", set()),
        ("linux/aarch64", {ARM64, ARM64_V8}),
        ("linux/arm64/v8", {ARM64, ARM64_V8}),
        ("Linux/AMD64", {AMD64}),
        ("windows", {WIN_864, WIN_OLD}),
        ("windows/amd64:10.0.17763.864", {WIN_864}),
        ("windows/amd64:10.0.17763", {WIN_864}),
        ("windows(10.0.17763)/amd64", {WIN_864}),
        ("windows(10.0.17763)", {WIN_864}),
        ("windows:10.0", {WIN_864, WIN_OLD}),
        ("windows/amd64:10.0.1776", set()),
        ("linux:10.0", set()),
    ],
)
def test_a_filter_matches_what_it_names(text: str, matching: set[Platform]) -> None:
    """Crane's and containerd's forms; an os.version exactly or as a dotted prefix."""
    wanted = parse_platform(text)

    assert matching == {platform for platform in ALL if wanted.matches(platform)}


@pytest.mark.parametrize(
    "text",
    [
        *("", "linux/", "/amd64", "linux/arm/v7/x", "linus", "linux amd64"),
        *("windows(10.0", "windows)10(", "linux/amd64()", "linux/amd64:"),
    ],
)
def test_a_malformed_platform_is_a_clear_error(text: str) -> None:
    """What names no platform is refused, with how one looks as the hint."""
    with pytest.raises(MalformedPlatform) as caught:
        parse_platform(text)

    assert "linux/arm/v7" in caught.value.hint


@given(st.text(max_size=40))
def test_any_text_is_a_platform_or_a_clear_error(text: str) -> None:
    """No text makes the parser fail in another way."""
    try:
        found = parse_platform(text)
    except MalformedPlatform:
        return

    assert found.text == text
