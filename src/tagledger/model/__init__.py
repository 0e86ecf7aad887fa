"""Values: what an image is, in types; no network, database or terminal here."""
