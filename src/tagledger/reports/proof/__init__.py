"""Proof: the exact bytes that a registry held, rebuilt from what a page states.

A page of a Docker schema 2 image says everything that the manifest says except the
size of the config (and, for Windows base layers, where they may be fetched). Tools
serialise in fixed ways, so few documents are possible, and the published digest tells
which of them was the real one.
"""
