from tagledger.cli.pace import Pace


def test_the_rate_and_the_time_left_are_told() -> None:
    """Both from the first report on: what an earlier run did is not its doing."""
    told: list[tuple[str, int, int | None]] = []
    seconds = iter([0.0, 0.0, 2.0])

    def keep(what: str, done: int, total: int | None) -> None:
        told.append((what, done, total))

    pace = Pace(keep, clock=lambda: next(seconds))
    pace("commits", 100, 300)
    pace("commits", 120, 300)

    assert [
        ("commits", 100, 300),
        ("commits, 10/s, 0:18 left", 120, 300),
    ] == told
