"""A history of pages that is more than one batch holds, and cheap to read."""

from pathlib import Path

from support.page_history import Files, absent_page, git, page, repository
from support.seed_page import SEED

TAGS = 50
COMMITS = 50


def history(folder: Path) -> tuple[Path, dict[str, int]]:
    """A repository of pages, more than one batch holds, and how many facts there are up to each commit."""
    remote = "repos/python/remote"
    seed = (SEED / "python-3.8.0-windowsservercore.md").read_bytes()
    commits: list[dict[str, bytes]] = [{"3.8.0-windowsservercore": seed}]
    for version in range(COMMITS):
        changed = {}
        for number in range(TAGS):
            tag = f"3.{number}"
            often = page(tag, 0) if version % 2 else absent_page(tag)
            is_rare = (version + number) % 25 == 0
            changed[tag] = page(tag, version) if is_rare else often
        commits.append(changed)
    files: list[Files] = [
        {f"{remote}/{tag}.md": content for tag, content in changed.items()}
        for changed in commits
    ]
    made = repository(folder, files)
    names = git(made, "rev-list", "--reverse", "HEAD").decode().split()
    # What a commit leaves as it was is no fact.
    now: dict[str, bytes] = {}
    facts = 0
    counted = {}
    for name, changed in zip(names, commits, strict=True):
        facts += sum(now.get(tag) != content for tag, content in changed.items())
        now |= changed
        counted[name] = facts
    return made, counted
