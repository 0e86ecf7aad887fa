"""Registries that speak the distribution specification's pull side."""
