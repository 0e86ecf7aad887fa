"""Two snapshots compared: what changed, and what one side cannot know."""
