import pytest

from tagledger.flows.visitor import ANYBODY, Visitor
from tagledger.model.reference import Reference, parse_repository


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*", {"python", "acme/shop", "ghcr.io/acme/shop", "ghcr.io/acme/shop/deep"}),
        ("python", {"python"}),
        ("library/*", {"python"}),
        ("docker.io/*", {"python", "acme/shop"}),
        ("acme/*", {"acme/shop"}),
        ("ghcr.io/acme/*", {"ghcr.io/acme/shop", "ghcr.io/acme/shop/deep"}),
        ("ghcr.io/acme/sho?", {"ghcr.io/acme/shop"}),
        ("ghcr.io/acme", set()),
        ("GHCR.io/*", set()),
        ("[a-z]*", set()),
        ("py", set()),
    ],
)
def test_a_pattern_fits_the_whole_of_any_name_of_a_repository(
    pattern: str, names: set[str]
) -> None:
    """`*` and `?` alone are special, case counts, and nothing is fitted by a part of it."""
    visitor = Visitor("alice", (pattern,))
    given = ["python", "acme/shop", "ghcr.io/acme/shop", "ghcr.io/acme/shop/deep"]

    assert names == {name for name in given if visitor.may_read(parse_repository(name))}


def test_who_has_no_pattern_reads_nothing() -> None:
    """An empty list is no rule that lets everything through."""
    nobody = Visitor("bob", ())

    assert not nobody.may_read(parse_repository("python"))
    assert not nobody.may_read(Reference("", ""))
    assert not nobody.reads_all


def test_anybody_reads_everything_where_there_are_no_rules() -> None:
    """None of patterns is all."""
    assert ANYBODY.reads_all
    assert ANYBODY.may_read(parse_repository("ghcr.io/acme/shop"))


def test_a_tag_makes_no_difference() -> None:
    """Repositories are readable, not tags."""
    visitor = Visitor("alice", ("python",))

    assert visitor.may_read(parse_repository("python").with_digest(None))
    assert visitor.may_read(Reference("docker.io", "library/python", "3.6"))
