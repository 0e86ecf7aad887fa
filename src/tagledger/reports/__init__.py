"""Ways to write a snapshot, and to read a published page back."""
