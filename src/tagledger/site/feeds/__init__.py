"""Feeds: what happened lately, for programs that look again and again."""
