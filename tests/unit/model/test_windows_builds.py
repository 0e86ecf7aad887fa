"""Cases follow containerd/platforms platform_windows_compat_test.go and defaults_windows_test.go."""

import pytest

from tagledger.model.host_platform import choose_for_host
from tagledger.model.platform import Platform
from tagledger.model.windows_builds import runs_windows

RUNS = [
    # Until Windows Server 2022: the same build.
    ("10.0.17763", "10.0.17763", True),
    ("10.0.17763", "10.0.17763.864", True),
    ("10.0.17763.1", "10.0.17763.864", True),
    ("10.0.17763", "10.0.17762.1", False),
    ("10.0.17763", "10.0.17764.1", False),
    ("10.0.17763", "10.0.20348", False),
    ("10.0.14393", "10.0.17763", False),
    # From build 20348 on: back to the long-term release before the host's own.
    ("10.0.20348", "10.0.20348.3091", True),
    ("10.0.20348", "10.0.17763", False),
    ("10.0.20348", "10.0.22621", False),
    ("10.0.20348", "10.0.26100", False),
    ("10.0.22621", "10.0.20348", True),
    ("10.0.22621", "10.0.17763", False),
    ("10.0.25398", "10.0.20348", True),
    ("10.0.25398", "10.0.17763", False),
    ("10.0.26100", "10.0.20348", True),
    ("10.0.26100", "10.0.22621", True),
    ("10.0.26100", "10.0.26100.2894", True),
    ("10.0.26200", "10.0.20348", True),
    ("10.0.26200", "10.0.26100", True),
    ("10.0.26200", "10.0.17763", False),
    # Nothing said, no condition; but what cannot be read cannot be trusted to run.
    (None, "10.0.17763", True),
    ("10.0.17763", None, True),
    ("10.0", "10.0.17763", True),
    ("10.0.17763", "ltsc2019", False),
    ("10.0.17763", "6.3.17763", False),
    ("10.0.17763", "10.1.17763", False),
]


@pytest.mark.parametrize(("host", "image", "runs"), RUNS)
def test_windows_runs_by_build(
    host: str | None, image: str | None, *, runs: bool
) -> None:
    """The build decides: the same before Windows Server 2022, a range of releases since."""
    answer = runs_windows(host, image)

    assert runs == answer


def _windows(version: str | None, *features: str) -> Platform:
    return Platform("windows", "amd64", os_version=version, os_features=features)


PREFERS = [
    ("10.0.20348.3091", ("10.0.20348.3091", "10.0.26100.2894"), 0),
    ("10.0.26100.2894", ("10.0.20348.3091", "10.0.26100.2894"), 1),
    ("10.0.26100.2894", ("10.0.20348.3091", "10.0.26100.3000"), 1),
    ("10.0.17763", ("10.0.17763.9", "10.0.17763.10", "10.0.14393.1"), 1),
    ("10.0.17763", (None, "10.0.17763.9"), 1),
    ("10.0.17763", ("10.0.20348.1", None), 1),
    ("10.0.14393", ("10.0.17134.1", "10.0.17763.1"), None),
]


@pytest.mark.parametrize(("host", "published", "best"), PREFERS)
def test_the_newest_build_that_runs_is_chosen(
    host: str, published: tuple[str | None, ...], best: int | None
) -> None:
    """Of several Windows images that run, the one with the highest version by number is taken."""
    chosen = choose_for_host(_windows(host), [_windows(text) for text in published])

    assert best == chosen


def test_win32k_is_no_condition_on_windows() -> None:
    """Microsoft's base images ask for win32k; a host that does not mention it takes them all the same."""
    chosen = choose_for_host(
        _windows("10.0.17763"), [_windows("10.0.17763.1", "win32k")]
    )

    assert chosen == 0


def test_another_feature_is_a_condition() -> None:
    """A feature that the host lacks keeps it from taking the image."""
    chosen = choose_for_host(
        _windows("10.0.17763"), [_windows("10.0.17763.1", "another")]
    )

    assert chosen is None
