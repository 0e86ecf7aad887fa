"""The verbs: one file each, readable from top to bottom."""
