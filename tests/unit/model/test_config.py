import json
from typing import Any

import pytest

from tagledger.errors import MalformedDocument
from tagledger.model.config import Healthcheck, decode_config
from tagledger.model.digest import Digest
from tagledger.model.platform import Platform
from tagledger.model.times import rfc3339

DIGEST = Digest.of(b"config")
FULL: dict[str, Any] = {
    "architecture": "amd64",
    "os": "windows",
    "os.version": "10.0.17763.864",
    "os.features": ["win32k"],
    "variant": "v1",
    "created": "2019-11-13T14:57:25.5Z",
    "author": "Somebody",
    "docker_version": "18.03.1-ee-4",
    "config": {
        "Hostname": "abc",
        "User": "app",
        "ExposedPorts": {"80/tcp": {}, "53/udp": {}},
        "Env": ["A=b", "C="],
        "Entrypoint": ["/bin/x"],
        "Cmd": ["python"],
        "Shell": ["powershell", "-Command"],
        "Volumes": {"/data": {}},
        "WorkingDir": "/app",
        "Labels": {"l": "v"},
        "Healthcheck": {
            "Test": ["CMD", "true"],
            "Interval": 30_000_000_000,
            "Timeout": 1,
            "StartPeriod": 2,
            "StartInterval": 3,
            "Retries": 4,
        },
        "StopSignal": "SIGINT",
        "OnBuild": ["RUN x"],
        "ArgsEscaped": True,
    },
    "rootfs": {"type": "layers", "diff_ids": [DIGEST]},
    "history": [
        {
            "created": "2019-11-13T14:57:24Z",
            "created_by": "a",
            "comment": "c",
            "author": "d",
        },
        {"created_by": "b", "empty_layer": True},
    ],
    "x-unknown": 1,
}


def decode(**changes: Any) -> Any:  # noqa: ANN401 - changes of any shape
    """The config with some fields changed."""
    return decode_config(json.dumps({**FULL, **changes}).encode(), DIGEST)


def test_everything_that_a_config_says_is_read() -> None:
    """No field of the specification is lost, and unknown ones are kept."""
    config = decode()

    assert (
        Platform("windows", "amd64", "v1", "10.0.17763.864", ("win32k",))
        == config.platform
    )
    assert rfc3339(config.created) == "2019-11-13T14:57:25.500000Z"
    assert (config.author, config.docker_version) == ("Somebody", "18.03.1-ee-4")
    assert (config.user, config.hostname) == ("app", "abc")
    assert config.exposed_ports == ("80/tcp", "53/udp")
    assert config.env == ("A=b", "C=")
    assert (config.entrypoint, config.command) == (("/bin/x",), ("python",))
    assert config.shell == ("powershell", "-Command")
    assert (config.volumes, config.working_dir) == (("/data",), "/app")
    assert config.labels == {"l": "v"}
    assert Healthcheck(("CMD", "true"), 30_000_000_000, 1, 2, 3, 4) == (
        config.healthcheck
    )
    assert (config.stop_signal, config.on_build) == ("SIGINT", ("RUN x",))
    assert config.args_escaped is True
    assert config.diff_ids == (DIGEST,)
    assert [entry.created_by for entry in config.history] == ["a", "b"]
    assert [entry.empty_layer for entry in config.history] == [False, True]
    assert config.unknown == {"x-unknown": 1}


def test_absent_and_empty_commands_are_two_things() -> None:
    """`null` leaves the base's command in force, an empty list takes it away."""
    assert decode(config={"Cmd": None, "Entrypoint": []}).command is None
    assert decode(config={"Cmd": None, "Entrypoint": []}).entrypoint == ()


@pytest.mark.parametrize("inner", [None, {}])
def test_a_config_without_settings_is_a_config(inner: object) -> None:
    """Images made from scratch by hand say next to nothing."""
    config = decode(config=inner, rootfs=None, history=None, created=None, author="")

    assert (config.env, config.history, config.diff_ids) == ((), (), ())
    assert (config.created, config.author) == (None, None)


def test_a_lone_string_is_a_command_of_one_word() -> None:
    """Docker reads it so."""
    assert decode(config={"Cmd": "bash"}).command == ("bash",)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"history": [{"created": "yesterday"}]}, "history[0].created"),
        ({"history": [{"created_by": 5}]}, "history[0].created_by"),
        ({"history": {"a": 1}}, "history"),
        ({"created": "0000-01-01T00:00:00Z"}, "created"),
        ({"config": {"Env": "A=b"}}, "config.Env"),
        ({"config": {"Labels": {"a": 1}}}, "config.Labels[...]"),
        ({"rootfs": {"diff_ids": ["x"]}}, "rootfs.diff_ids[0]"),
        ({"os": 5}, "os"),
        ({"config": {"Healthcheck": {"Interval": "30s"}}}, "config.Healthcheck.Interval"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(change: dict[str, Any], field: str) -> None:
    """The error says which config and which field."""
    with pytest.raises(MalformedDocument) as caught:
        decode(**change)

    assert (DIGEST, field) == (caught.value.document, caught.value.field)


@pytest.mark.parametrize("content", [b"[]", b"5", b'"x"', b"null"])
def test_a_config_that_is_no_object_is_refused(content: bytes) -> None:
    """Any other JSON is a clean error."""
    with pytest.raises(MalformedDocument):
        decode_config(content, DIGEST)
