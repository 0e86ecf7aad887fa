r"""Build steps: the history of a config, read back as Dockerfile instructions.

Builders write what they ran, wrapped in the shell that ran it. What was seen:

==================================================  ==============================
`created_by`                                        instruction
==================================================  ==============================
``/bin/sh -c #(nop)  CMD ["bash"]``                 ``CMD ["bash"]``
``/bin/sh -c apt-get update``                       ``RUN apt-get update``
``|1 A=b /bin/sh -c make``                          ``# ARGS: A=b`` and ``RUN make``
``cmd /S /C #(nop) COPY file:… in C:\``             ``COPY file:… in C:\``
``powershell -Command …; #(nop)  ENV A=b``          ``ENV A=b`` (after that SHELL)
``RUN /bin/sh -c make # buildkit``                  ``RUN make # buildkit``
``Apply image 1607-RTM-amd64``                      ``RUN Apply image 1607-RTM-…``
==================================================  ==============================

The last line is how the public record writes free text; readers expect it.
Sources: moby builder/dockerfile/dispatchers.go, buildkit dockerfile2llb, and the
pages of the record themselves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from tagledger.model.config import HistoryEntry

_NOP = re.compile(r"#\(nop\) +")
_INSTRUCTION = re.compile(r"[A-Z]+(?= )")
_SHELL = re.compile(r"SHELL \[(.*)\]", re.DOTALL)
_INDENT = re.compile(r"((?:\t| {4})+)")
_WRAPPED = re.compile(r"RUN (?P<shell>.+?) #\(nop\) +", re.DOTALL)
_DEFAULT_SHELLS = ("/bin/sh -c", "cmd /S /C")

NOTHING_RECORDED = "# no command recorded"
"""Stands where a history entry has an empty `created_by`."""


class Step(msgspec.Struct, frozen=True):
    """One build step.

    `created_by` is the builder's own text (None where a page is all there is),
    `dockerfile` the instruction it stands for, and `layer` the position of the layer
    that it made, counted from 0, or None if it made none or that is not known.
    """

    dockerfile: str
    created: datetime | None = None
    created_by: str | None = None
    comment: str = ""
    author: str = ""
    layer: int | None = None
    makes_layer: bool | None = None

    @property
    def instruction(self) -> str:
        """The keyword: ``RUN``, ``COPY``, …; empty for a comment alone."""
        for line in self.dockerfile.split("\n"):
            match = _INSTRUCTION.match(f"{line} ")
            if match is not None:
                return match[0]
            if not line.startswith("# ARG"):
                break
        return ""


def steps_of(
    history: Iterable[HistoryEntry], shell: tuple[str, ...] | None
) -> tuple[Step, ...]:
    """The steps that a history tells, each tied to the layer that it made.

    `shell` is the config's own `Shell`: the one in force at the end, and the first
    guess for a history whose SHELL steps were dropped (buildah does that).
    """
    shells = [*_DEFAULT_SHELLS]
    if shell:
        shells.insert(0, " ".join(shell))
    steps: list[Step] = []
    layer = 0
    for entry in history:
        text = dockerfile_text(entry, shells)
        steps.append(
            Step(
                dockerfile=text,
                created=entry.created,
                created_by=entry.created_by if entry.argv is None else None,
                comment=entry.comment,
                author=entry.author,
                layer=None if entry.empty_layer else layer,
                makes_layer=not entry.empty_layer,
            )
        )
        layer += not entry.empty_layer
        if text.startswith("SHELL "):
            declared = _SHELL.fullmatch(text.removesuffix(" # buildkit"))
            if declared is not None and declared[1] not in shells:
                shells.insert(0, declared[1])
    return tuple(steps)


def stated_texts(steps: Iterable[Step], shell: tuple[str, ...] | None) -> Iterator[str]:
    r"""The instructions of steps, alike whether a config or a page told them.

    A published page has ``RUN cmd /S /C #(nop) COPY …`` for ``COPY …``: its writer
    knew no shell but ``/bin/sh``. `shell` is the config's own.
    """
    shells = [*_DEFAULT_SHELLS]
    if shell:
        shells.append(" ".join(shell))
    for step in steps:
        text = step.dockerfile
        wrapped = _WRAPPED.match(text) if step.created_by is None else None
        if wrapped is not None and wrapped["shell"] in shells:
            entry = HistoryEntry(created_by=text.removeprefix("RUN "))
            text = dockerfile_text(entry, shells)
        if declared := _SHELL.fullmatch(text):
            shells.append(declared[1])
        yield text


def dockerfile_text(entry: HistoryEntry, shells: Iterable[str]) -> str:
    """The instruction for one history entry; `shells` are the prefixes to strip."""
    if entry.argv is not None:
        return _from_argv(entry.argv)
    if not entry.created_by.strip():
        return NOTHING_RECORDED
    text = entry.created_by.removeprefix("RUN ")
    arguments = ""
    if text.startswith("|"):
        arguments, rest = _split_arguments(text, shells)
        if not rest:
            return f"# unable to parse image command string further:\n{text}"
        text = rest
    text = _without_shell(text, shells)
    without_nop = _NOP.match(text)
    if without_nop:
        text = text[without_nop.end() :]
    elif not _INSTRUCTION.match(text):
        text = f"RUN {text}"
    return f"# ARGS: {arguments}\n{text}" if arguments else text


def _without_shell(text: str, shells: Iterable[str]) -> str:
    # The longest one that fits: `powershell -Command $x;` before `powershell`.
    fitting = [shell for shell in shells if text.startswith(f"{shell} ")]
    return text[len(max(fitting, key=len)) + 1 :] if fitting else text


def _split_arguments(text: str, shells: Iterable[str]) -> tuple[str, str]:
    """``|2 A=b C=d /bin/sh -c make`` as ``("A=b C=d", "/bin/sh -c make")``.

    Values may hold spaces, so the first shell found ends them; both are empty if
    there is none.
    """
    match = re.match(r"\|\d+ ", text)
    if match is None:
        return "", ""
    found = [
        position
        for shell in shells
        if (position := text.find(f" {shell} ", match.end() - 1)) >= match.end()
    ]
    if not found:
        return "", ""
    return text[match.end() : min(found)], text[min(found) + 1 :]


def _from_argv(argv: tuple[str, ...]) -> str:
    """The instruction for a schema 1 command list."""
    words = list(argv)
    arguments: list[str] = []
    if words and re.fullmatch(r"\|\d{1,4}", words[0]):
        count = int(words[0][1:])
        arguments, words = words[1 : count + 1], words[count + 1 :]
    lines = []
    for argument in arguments:
        escaped = argument.replace("\\", "\\\\").replace('"', '\\"')
        name, _, value = escaped.partition("=")
        lines.append(f'# ARG: "{name}" => "{value}"')
    lines.append(_from_words(words))
    return "\n".join(lines)


def _from_words(words: list[str]) -> str:
    if not words:
        return NOTHING_RECORDED
    is_shell_form = len(words) == 3 and " ".join(words[:2]) in _DEFAULT_SHELLS
    if not is_shell_form:
        listed = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
        return f"RUN {listed}"
    text = words[2]
    if text.startswith("#(nop) "):
        return text.removeprefix("#(nop) ").lstrip(" ")
    if "\n" not in text:
        # One long line with the indents of the Dockerfile: break it where they are.
        text = _INDENT.sub(lambda match: f"\\\n{match[1]}", text)
    return f"RUN {text}"
