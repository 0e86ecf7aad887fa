"""What a ledger answers, as JSON: one form for the command line and for HTTP."""
