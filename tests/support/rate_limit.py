"""A pull limit such as Docker Hub's."""


class RateLimit:
    """The headers by which Docker Hub tells what is left of a limit; past it, manifests are answered with 429."""

    def __init__(
        self, limit: int, *, remaining: int | None = None, window_seconds: int = 21600
    ) -> None:
        self.limit = limit
        self.remaining = limit if remaining is None else remaining
        self.window_seconds = window_seconds

    def spend(self) -> bool:
        """Count one pull; false when none was left."""
        was_left = self.remaining > 0
        self.remaining -= was_left
        return was_left

    def headers(self) -> tuple[tuple[str, str], ...]:
        """What each answer for a manifest carries."""
        return (
            ("ratelimit-limit", f"{self.limit};w={self.window_seconds}"),
            ("ratelimit-remaining", f"{self.remaining};w={self.window_seconds}"),
            ("docker-ratelimit-source", "192.0.2.7"),
        )
