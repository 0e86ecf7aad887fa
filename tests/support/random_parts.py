"""The made-up parts of a random image: its files, its config and its history."""

import random
from collections.abc import Sequence

from support.blobs import Json
from support.layers import Layer
from support.platforms import Platform

WORDS = (
    "amber",
    "birch",
    "cobalt",
    "dune",
    "ember",
    "fjord",
    "grove",
    "heron",
    "iris",
    "juniper",
    "kelp",
    "larch",
)


def random_files(chance: random.Random, os: str) -> dict[str, bytes]:
    """Three small files, where an image for `os` keeps its own."""
    root = "Files/app/" if os == "windows" else "app/"
    return {
        f"{root}{chance.choice(WORDS)}-{number}.bin": chance.randbytes(
            chance.randrange(40, 400)
        )
        for number in range(3)
    }


def random_config(
    chance: random.Random, platform: Platform, layers: Sequence[Layer]
) -> dict[str, Json]:
    """A config that says something in every field that Docker writes."""
    word = chance.choice(WORDS)
    command = (
        ["cmd", "/S", "/C", f"{word}.exe"]
        if platform.os == "windows"
        else ["/bin/sh", "-c", word]
    )
    document: dict[str, Json] = {
        "architecture": platform.architecture,
        "config": {
            "User": f"{chance.randrange(1000, 2000)}:{chance.randrange(1000, 2000)}",
            "ExposedPorts": {f"{chance.randrange(1024, 9999)}/tcp": {}},
            "Env": ["PATH=/usr/local/bin:/usr/bin:/bin", f"APP_NAME={word}"],
            "Entrypoint": ["/usr/bin/env"],
            "Cmd": command,
            "Healthcheck": {
                "Test": ["CMD", word, "--check"],
                "Interval": 30_000_000_000,
                "Retries": 3,
            },
            "Volumes": {f"/var/lib/{word}": {}},
            "WorkingDir": f"/srv/{word}",
            "Labels": {"org.opencontainers.image.title": word},
            "StopSignal": "SIGQUIT",
        },
        "created": _moment(3 * len(layers)),
        "docker_version": "19.03.5",
        "history": _random_history(chance, word, platform.os, command, len(layers)),
        "os": platform.os,
    }
    if platform.os_version:
        document["os.version"] = platform.os_version
    if platform.os_features:
        document["os.features"] = list(platform.os_features)
    if platform.variant:
        document["variant"] = platform.variant
    document["rootfs"] = {
        "type": "layers",
        "diff_ids": [layer.diff_id for layer in layers],
    }
    return document


def _random_history(
    chance: random.Random, word: str, os: str, command: Sequence[str], layers: int
) -> list[Json]:
    shell = "cmd /S /C" if os == "windows" else "/bin/sh -c"
    quoted = " ".join(f'"{part}"' for part in command)
    steps: list[Json] = []
    for number in range(layers):
        if number:
            steps.append(
                {
                    "created": _moment(3 * number - 1),
                    "created_by": f"{shell} #(nop)  ENV STEP_{number}={chance.choice(WORDS)}",
                    "empty_layer": True,
                },
            )
        made_by = (
            f"#(nop) ADD file:{chance.randbytes(32).hex()} in / "
            if number == 0
            else f"touch {word}-{number}"
        )
        steps.append(
            {"created": _moment(3 * number), "created_by": f"{shell} {made_by}"}
        )
    steps.append(
        {
            "created": _moment(3 * layers),
            "created_by": f"{shell} #(nop)  CMD [{quoted}]",
            "empty_layer": True,
        },
    )
    return steps


def _moment(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"2019-11-{13 + hours // 24:02}T{hours % 24:02}:{rest:02}:05.123456789Z"
