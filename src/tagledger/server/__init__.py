"""The service: site and endpoint on one port, who may read what, and its limits."""
