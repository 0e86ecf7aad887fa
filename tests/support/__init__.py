"""What the tests are made with: images, registries, hosts and proxies, none of which knows the product.

Nothing here imports `tagledger`: what these modules build is the yardstick that the product is held against.
"""
