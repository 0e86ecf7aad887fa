"""The fixed sentences of a page, which its reader knows as well."""

from __future__ import annotations

ABSENT = "**does not exist** (yet?)"
"""The record's own words for a tag that nothing stands under."""

NO_DIGEST = "**digest not known** (this was read where no registry digests are kept)"
"""Ours, in the place of a pull line that nobody could follow."""

NOT_HELD = "**not held** (listed, but missing at the place that was read)"
"""Ours, for what a sparse index lists."""

TRANSFER_NOTE = "(compressed transfer size, not on-disk size)"
UNPACKED_NOTE = "(uncompressed size; the compressed transfer size is not known)"
SIZE_UNKNOWN = "not known"
UNPACKED_DIGEST = "(uncompressed; the digest in a registry is not known)"
DIGEST_UNKNOWN = "(the digest is not known)"
DATE_UNKNOWN = "# date unknown"
"""Stands where a step has no date, so that it still begins with a line of its own."""

NO_PLATFORMS = "none"
PLATFORM_UNSAID = "(platform not said)"
ARTIFACT = "artifact"
ATTESTATIONS = "attestations"
