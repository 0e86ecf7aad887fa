"""What the tests are made with: images, registries, hosts and proxies.

The modules that make fixtures do not import `tagledger`: what they build is the yardstick that it is held against.
"""
