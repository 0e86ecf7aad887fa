"""Image configs and the build steps in them."""

from __future__ import annotations

from loop import main
from seeds import configs

from tagledger.model.config import decode_config
from tagledger.model.digest import Digest
from tagledger.model.step import NOTHING_RECORDED, steps_of

_TOKENS = (
    *(b"/bin/sh -c #(nop)  ", b"cmd /S /C ", b"|1 A=b ", b"|99999999999999999999 "),
    *(b"RUN ", b"SHELL [a b]", b" # buildkit", b"# ARGS: ", b"\\n", b"\\t", b"    "),
    *(b'"created_by":"', b'"empty_layer":true', b'"Shell":["a","b"]', b"\\u0000"),
)


def check(content: bytes) -> None:
    """Steps come one for each entry, never empty, and point at layers in order."""
    config = decode_config(content, Digest.of(content))
    steps = steps_of(config.history, config.shell)
    assert len(config.history) == len(steps)
    made = [step.layer for step in steps if step.layer is not None]
    assert [*range(len(made))] == made
    for entry, step in zip(config.history, steps, strict=True):
        assert step.dockerfile
        assert entry.created_by == step.created_by
        assert step.created == entry.created
        if not entry.created_by.strip():
            assert step.dockerfile == NOTHING_RECORDED
        assert step.instruction == step.instruction.upper()
    if config.created is not None:
        assert config.created.utcoffset() is not None


if __name__ == "__main__":
    main(check, lambda: [*configs()], _TOKENS)
