"""The published Markdown page: written as the public record writes it, and read."""
