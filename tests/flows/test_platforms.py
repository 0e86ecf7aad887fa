"""One platform of many is named in whichever form its owner is used to."""

import json
from pathlib import Path

import pytest

from support.images import index_of, random_image
from support.program import Program
from support.publishing import write_layout

INDEX = index_of(
    [
        random_image(arch="amd64"),
        random_image(arch="arm64", variant="v8"),
        random_image(arch="arm", variant="v6"),
        random_image(arch="arm", variant="v7"),
        random_image(os="windows", os_version="10.0.17763.864"),
        random_image(os="windows", os_version="10.0.20348.169"),
    ]
)
WINDOWS_2019 = "windows/amd64:10.0.17763.864"
WINDOWS_2022 = "windows/amd64:10.0.20348.169"


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of an image for six platforms."""
    directory: Path = tmp_path_factory.mktemp("platforms")
    return f"oci:{write_layout(directory, {'1.0': INDEX})}:1.0"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--platform", "linux/arm/v7"], ["linux/arm/v7"]),
        (["--platform", "linux/arm"], ["linux/arm/v6", "linux/arm/v7"]),
        (["--platform", "windows"], [WINDOWS_2019, WINDOWS_2022]),
        (["--platform", "windows/amd64:10.0.17763"], [WINDOWS_2019]),
        (["--platform", WINDOWS_2022], [WINDOWS_2022]),
        (["--platform", "windows(10.0.17763)/amd64"], [WINDOWS_2019]),
        (
            ["--platform", "linux/arm/v6", "--platform", "linux/amd64"],
            ["linux/amd64", "linux/arm/v6"],
        ),
        (["--host-platform", "linux/arm/v7"], ["linux/arm/v7"]),
        (["--host-platform", "linux/arm64"], ["linux/arm64/v8"]),
        (["--host-platform", "windows(10.0.17763.1)/amd64"], [WINDOWS_2019]),
        (["--host-platform", "windows(10.0.22621.1)/amd64"], [WINDOWS_2022]),
    ],
    ids=" ".join,
)
def test_the_named_ones_are_reported(
    program: Program, layout: str, options: list[str], expected: list[str]
) -> None:
    """In the order of the index."""
    report = json.loads(program.output("report", "--json", layout, *options))

    assert expected == [image["platform"]["text"] for image in report["images"]]


def test_a_host_that_runs_none_of_them(program: Program, layout: str) -> None:
    """3, and what there is is listed."""
    done = program.run("show", layout, "--host-platform", "linux/s390x")

    assert (3, b"") == (done.code, done.out)
    assert WINDOWS_2022 in done.err
