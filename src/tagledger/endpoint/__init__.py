"""The registry of the past: the pull side of the OCI distribution specification."""
