"""The API: what the command line can ask of a ledger, over HTTP."""
