"""Answers that are kept: how much, and how long."""

from tagledger.flows.remembered import Remembered


def test_the_longest_unused_is_forgotten() -> None:
    """Where there is no room, what was not asked for goes first."""
    kept: Remembered[str, int] = Remembered(most=2)
    kept.put("a", 1)
    kept.put("b", 2)
    kept.get("a")
    kept.put("c", 3)

    assert [1, None, 3] == [kept.get(key) for key in "abc"]


def test_nothing_grows_older_than_is_said() -> None:
    """After its time a value is not there, and leaves its room."""
    now = [0.0]
    kept: Remembered[str, int] = Remembered(most=5, seconds=10, clock=lambda: now[0])
    kept.put("a", 1)
    now[0] = 10
    young = kept.get("a")
    now[0] = 10.1

    assert (1, None) == (young, kept.get("a"))


def test_what_is_too_heavy_is_not_kept() -> None:
    """It would drive out all the rest."""
    kept: Remembered[str, str] = Remembered(most=8, weigh=len)
    kept.put("light", "xx")

    assert "x" * 3 == kept.put("heavy", "x" * 3)
    assert ("xx", None) == (kept.get("light"), kept.get("heavy"))


def test_a_value_is_made_once() -> None:
    """And is weighed anew where it is put again."""
    made: list[int] = []
    kept: Remembered[str, int] = Remembered(most=10)

    def make() -> int:
        made.append(1)
        return len(made)

    assert [1, 1] == [kept.make("a", make), kept.make("a", make)]
    assert 7 == kept.put("a", 7)
    assert 7 == kept.get("a")
