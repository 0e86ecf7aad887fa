"""What people and scripts see of a ledger over HTTP: pages, the API and feeds."""
