"""A difference between two snapshots: in a line, a terminal, Markdown or JSON."""
