"""The ledger of the whole public record answers as a plain script over `git log` and the pages does."""

import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from support.diff_oracle import differences, images_of, words_of
from support.history_oracle import Fact, PublicRecord, rfc3339
from support.tools import needs
from tagledger.cli.app import run

pytestmark = needs("git")

NAMED = ("python:3.6-windowsservercore", "hello-world:latest")
EARLIER = timedelta(days=91)
MOST = 1_000
"""As many results on a page as may be asked for."""

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def oracle(public_record: Path) -> PublicRecord:
    """The record, read by the plain script."""
    return PublicRecord(public_record)


@pytest.fixture
def ask(record_ledger: Path, capfd: pytest.CaptureFixture[str]) -> Ask:
    """What a command says with `--json`, whose exit code must be as expected."""

    def asked(*arguments: str, code: int = 0) -> Any:  # noqa: ANN401 - JSON
        assert code == run(["--ledger", str(record_ledger), *arguments, "--json"])
        return json.loads(capfd.readouterr().out)

    return asked


def chance(seed: int) -> random.Random:
    """Random choices, the same each time."""
    return random.Random(seed)  # noqa: S311 - a sample needs a seed, not secrecy


def some_titles(oracle: PublicRecord, seed: int, count: int) -> list[str]:
    """A sample of names."""
    return chance(seed).sample(sorted(oracle.facts), count)


def check_history(oracle: PublicRecord, ask: Ask, title: str) -> None:
    """Every state, all that is told of each, and what its line about the change must say."""
    states = ask("history", title)["states"]
    expected = oracle.history(title)

    assert expected == [
        {key: state[key] for key in item}
        for item, state in zip(expected, states, strict=True)
    ]
    assert {"reported"} == {state["evidence"] for state in states}
    changes = changed_words(oracle.facts[title])
    assert len(changes) == len(states)
    for words, state in zip(changes, states, strict=True):
        assert (words is None) == (state["change"] is None), state
        assert [] == [word for word in words or () if word not in state["change"]]


def changed_words(facts: list[Fact]) -> list[list[str] | None]:
    """For each state, what the line must say of what changed since the name last existed."""
    found: list[list[str] | None] = []
    before: Fact | None = None
    for last, fact in zip([None, *facts], facts, strict=False):
        if last is not None and last.identity == fact.identity:
            continue
        is_there = fact.page is not None and fact.identity is not None
        told = None
        if is_there and before is not None and before.page and fact.page:
            told = words_of(differences(before.page.text, fact.page.text))
            if before.identity == fact.identity:
                told = ["the same"]
        found.append(told)
        before = fact if is_there else before
    return found


@pytest.mark.parametrize("title", NAMED)
def test_what_a_tag_was_and_when(oracle: PublicRecord, ask: Ask, title: str) -> None:
    """Digest, first and last seen, how long, how often; what changed, what came back."""
    assert len(oracle.history(title)) > 20
    check_history(oracle, ask, title)


def test_any_tag_s_history_is_the_record_s(oracle: PublicRecord, ask: Ask) -> None:
    """A sample, in which names are gone, come back and move back as they do in the record."""
    titles = some_titles(oracle, 1, 24)
    for title in titles:
        check_history(oracle, ask, title)

    turns = {state["turn"] for title in titles for state in oracle.history(title)}
    assert {"first", "moved", "gone", "came back"} <= turns


@pytest.mark.parametrize("title", NAMED)
def test_what_a_tag_was_at_a_moment(oracle: PublicRecord, ask: Ask, title: str) -> None:
    """Between two observations, at one to the second, and just before it."""
    facts = oracle.facts[title]
    states = oracle.history(title)
    for fact in chance(2).sample(facts[1:], 6):
        moment = fact.at
        for at in (moment, moment - timedelta(seconds=1), moment + timedelta(hours=1)):
            told = ask("history", title, "--at", rfc3339(at) or "")["states"]
            expected = [
                state for state in states if state["first_seen"] <= rfc3339(at)
            ][-1:]

            assert expected == [
                {key: state[key] for key in item}
                for item, state in zip(expected, told, strict=True)
            ]


def test_before_the_first_observation_nothing_is_known(
    oracle: PublicRecord, record_ledger: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The exit code is that of what is not found."""
    first = oracle.facts[NAMED[0]][0].at - timedelta(seconds=1)
    words = ("history", NAMED[0], "--at", rfc3339(first) or "")

    assert 3 == run(["--ledger", str(record_ledger), *words])
    assert "no observation" in capfd.readouterr().err


def test_the_page_of_a_moment_is_the_one_that_stood_there(
    oracle: PublicRecord, record_ledger: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """`report ledger:REF --at` writes it to the byte, of every era."""
    for title in some_titles(oracle, 3, 12):
        facts = [fact for fact in oracle.facts[title] if fact.page is not None]
        fact = facts[len(facts) // 2]
        words = ("report", f"ledger:{title}", "--at", rfc3339(fact.at) or "")

        assert 0 == run(["--ledger", str(record_ledger), *words])
        assert fact.page is not None
        assert fact.page.text == capfdbinary.readouterr().out


@pytest.mark.parametrize(
    "day", ["2015-12-01", "2016-09-20", "2017-06-01", "2018-02-01"]
)
def test_the_tags_of_a_moment(oracle: PublicRecord, ask: Ask, day: str) -> None:
    """All that there were, and none that was gone, did not exist or was yet to come."""
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    expected = [
        title.removeprefix("python:")
        for title in oracle.facts
        if title.startswith("python:")
        and (fact := oracle.at(title, moment)) is not None
        and fact.identity is not None
    ]

    assert sorted(expected) == sorted(ask("tags", "ledger:python", "--at", day)["tags"])
    assert len(expected) > 20


def check_uses(oracle: PublicRecord, ask: Ask, digest: str | None, role: str) -> None:
    """All names that had it, on as many pages of results as it takes, and when."""
    assert digest is not None
    expected = oracle.uses(digest)
    uses: list[dict[str, Any]] = []
    for page in range(1, 2 + len(expected) // MOST):
        found = ask("find", digest, "--limit", f"{MOST}", "--page", f"{page}")
        uses += found["uses"]
        assert found["has_more"] == (len(uses) < len(expected))

        (known,) = found["digests"]
        assert digest == known["digest"]
        assert role in known["roles"]

    assert expected == uses


def test_a_layer_that_many_images_share(oracle: PublicRecord, ask: Ask) -> None:
    """The lowest one of Windows: every name that had it, from when to when, and how large it is."""
    page = oracle.facts[NAMED[0]][-1].page
    assert page is not None
    digest, size_bytes = images_of(page.text)[0].layers[0]

    check_uses(oracle, ask, digest, "layer")
    (known,) = ask("find", digest.removeprefix("sha256:")[:12])["digests"]
    assert (digest, size_bytes) == (known["digest"], known["size_bytes"])
    assert len(oracle.uses(digest)) > 100


def test_the_layer_that_most_images_share(oracle: PublicRecord, ask: Ask) -> None:
    """The empty one, also where a page broke off the listing of the image that had it."""
    digest = "sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4"

    check_uses(oracle, ask, digest, "layer")
    assert len(oracle.uses(digest)) > 400


def test_any_digest_is_found_where_the_record_has_it(
    oracle: PublicRecord, ask: Ask
) -> None:
    """A sample of lists, manifests, configs and layers, of every era."""
    pages = [
        fact.page
        for facts in oracle.facts.values()
        for fact in facts
        if fact.page is not None and fact.page.root is not None
    ]
    for page in chance(4).sample(pages, 6):
        image = chance(5).choice(images_of(page.text))
        is_list = page.root != image.manifest
        check_uses(oracle, ask, page.root, "index" if is_list else "manifest")
        check_uses(oracle, ask, image.manifest, "manifest")
        if image.config is not None:
            check_uses(oracle, ask, image.config, "config")
        for digest, _ in image.layers[-1:]:
            check_uses(oracle, ask, digest, "layer")


def check_difference(ask: Ask, title: str, before: Fact, after: Fact) -> None:
    """Platforms, digests, layers, sizes and steps, each as the pages have them."""
    assert before.page is not None
    assert after.page is not None
    expected = differences(before.page.text, after.page.text)
    told = ask(
        *("diff", f"ledger:{title}", f"ledger:{title}"),
        *("--at", rfc3339(before.at) or "", "--other-at", rfc3339(after.at) or ""),
        code=int(any(item["relation"] != "same" for item in expected)),
    )

    assert (before.page.root, after.page.root) == both(told["root"])
    assert [] == [word for word in words_of(expected) if word not in told["summary"]]
    assert expected == [
        said_of_image(image, has_layers=item["layers"] is not None)
        for image, item in zip(told["images"], expected, strict=True)
    ]


def both(pair: dict[str, Any], name: str = "") -> tuple[Any, Any]:
    """Both sides of a value."""
    return pair[f"before{name}"], pair[f"after{name}"]


def said_of_image(image: dict[str, Any], *, has_layers: bool) -> dict[str, Any]:
    """What `diff --json` says of an image, as the script says it."""
    steps = image["steps"]
    layers = [
        (
            layer["relation"],
            *((layer[side] or {}).get("digest") for side in ("before", "after")),
        )
        for layer in image["layers"]
    ]
    return {
        "relation": image["relation"],
        "platforms": both(image, "_platform"),
        "manifests": both(image["manifest"]),
        "configs": both(image["config"]),
        "sizes": both(image["size"], "_bytes"),
        "delta": image["size"]["delta_bytes"],
        "layers": layers if has_layers else None,
        "shared": sum(relation == "shared" for relation, _, _ in layers),
        "steps": tuple(
            tuple(
                text
                for _, text in sorted(
                    (step[side]["position"], step[side]["text"])
                    for step in steps
                    if step[side] is not None
                )
            )
            for side in ("before", "after")
        ),
        "kept": Counter(
            step["after"]["text"]
            for step in steps
            if step["relation"] in ("same", "moved")
        ),
    }


@pytest.mark.parametrize("title", [*NAMED, "python:3.6", "golang:latest"])
def test_a_tag_against_itself_three_months_earlier(
    oracle: PublicRecord, ask: Ask, title: str
) -> None:
    """Layers shared and replaced, sizes, steps, platforms that came."""
    after = oracle.facts[title][-1]
    before = oracle.at(title, after.at - EARLIER)
    assert before is not None

    check_difference(ask, title, before, after)


def test_any_tag_against_its_past(oracle: PublicRecord, ask: Ask) -> None:
    """A sample, of every era."""
    pairs = [
        (title, before, after)
        for title in some_titles(oracle, 6, 200)
        for after in chance(7).sample(oracle.facts[title], 1)
        if (before := oracle.at(title, after.at - EARLIER)) is not None
        and None not in (before.identity, after.identity)
    ]
    for pair in pairs[:16]:
        check_difference(ask, *pair)

    assert len(pairs) >= 16
