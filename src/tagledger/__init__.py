"""Reads a container image from wherever it is; states exactly what was published."""

__version__ = "0.1.0"
