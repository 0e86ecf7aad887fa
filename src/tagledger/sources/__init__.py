"""Places that images are read from, one file or folder a kind."""
