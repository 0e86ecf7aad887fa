"""Where the tree has the pages of a name, whatever the name is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagledger.errors import NotSupported
from tagledger.flows.export_paths import check_place, page_path, tag_details_path
from tagledger.model.digest import Digest
from tagledger.model.reference import Reference, parse_reference

DIGEST = Digest.of(b"")

COMPONENTS = st.sampled_from(
    ["a", "remote", "local", "tag-details.md", "x.md", "repos", "library", "docker.io"]
) | st.from_regex(r"[a-z0-9]{1,3}(\.[a-z]{1,3})?", fullmatch=True)
NAMES = st.builds(
    lambda domain, path, tag: parse_reference(f"{domain}/{'/'.join(path)}:{tag}"),
    st.sampled_from(["docker.io", "ghcr.io", "x.md", "localhost:5000", "[::1]:5000"]),
    st.lists(COMPONENTS, min_size=1, max_size=4),
    st.sampled_from(["1", "1.md", "remote", "tag-details", "_"]),
)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("python:3.8", "repos/python/remote/3.8.md"),
        ("docker.io/library/python:3.8", "repos/python/remote/3.8.md"),
        ("grafana/grafana:latest", "repos/grafana/grafana/remote/latest.md"),
        ("ghcr.io/a/b:1", "repos/ghcr.io/a/b/remote/1.md"),
        ("localhost:5000/x:y", "repos/localhost%3A5000/x/remote/y.md"),
        ("[::1]:5000/x:y", "repos/%5B%3A%3A1%5D%3A5000/x/remote/y.md"),
        ("a/remote:1", "repos/a/%72emote/remote/1.md"),
        ("a/local:1", "repos/a/%6Cocal/remote/1.md"),
        ("a/tag-details.md:1", "repos/a/%74ag-details.md/remote/1.md"),
    ],
)
def test_each_name_has_a_file_of_its_own(name: str, path: str) -> None:
    """Official images where the record has them, all others by their name."""
    reference = parse_reference(name)
    check_place(reference)

    assert path == "/".join(page_path(reference))


@given(st.lists(NAMES, min_size=2, max_size=20, unique=True))
def test_no_two_names_share_a_place(names: list[Reference]) -> None:
    """No file of one is that of another, or a folder on the way to one."""
    files = {page_path(name) for name in names}
    files |= {tag_details_path(name) for name in names}
    folders = {path[:end] for path in files for end in range(1, len(path))}

    assert len({page_path(name) for name in names}) == len(names)
    assert not files & folders


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        (Reference("", "app", "1.0"), "no registry"),
        (Reference("", "../../etc", "1.0"), "no registry"),
        (Reference("docker.io", "library/python", None, DIGEST), "digest"),
        (Reference("docker.io", "library/python", "../../../x"), "such a name"),
        (Reference("docker.io", "library/python", ".."), "such a name"),
        (Reference("docker.io", "library/python", "a/b"), "such a name"),
        (Reference("docker.io", "library/python", "a\0b"), "such a name"),
        (Reference("docker.io", "library/python", ""), "such a name"),
        (Reference("docker.io", "library/../x", "1"), "such a name"),
        (Reference("docker.io", "/etc", "1"), "such a name"),
        (Reference("docker.io", "a//b", "1"), "such a name"),
        (Reference("docker.io", "a/.git", "hooks"), "such a name"),
        (Reference("..", "x", "1"), "such a name"),
        (Reference("a/..", "x", "1"), "such a name"),
        (Reference(f"{'a' * 300}.org", "x", "1"), "255 bytes"),
    ],
)
def test_what_could_lead_out_of_the_tree_is_refused(
    reference: Reference, reason: str
) -> None:
    """A ledger may hold what strangers called their images."""
    with pytest.raises(NotSupported, match=reason):
        check_place(reference)


@given(
    st.builds(
        Reference,
        st.text(max_size=8) | st.just("docker.io"),
        st.text("ab./-:%", max_size=8) | st.text(max_size=8),
        st.text("ab./-:%", max_size=8) | st.text(max_size=8),
    )
)
def test_whatever_is_accepted_stays_below(reference: Reference) -> None:
    """Each part of its path is a plain name."""
    try:
        check_place(reference)
    except NotSupported:
        return
    for part in page_path(reference):
        assert part not in ("", ".", "..")
        assert not part.startswith(".")
        assert part.isascii()
        assert not set(part) & set('/\\:\0*?"<>|')
