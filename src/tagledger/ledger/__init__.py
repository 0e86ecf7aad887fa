"""The store: what every tag was, and when, kept for good."""
