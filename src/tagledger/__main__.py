"""`python -m tagledger`."""

from __future__ import annotations

from tagledger.cli import main

main()
