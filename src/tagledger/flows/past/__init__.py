"""What a registry of the past gives: a ledger's names and bytes, as of a moment."""
