"""What an image runs on."""

import msgspec

from support.blobs import Json


class Platform(msgspec.Struct, frozen=True):
    """What an image runs on, in the fields of image-spec's image-index.md."""

    os: str = "linux"
    architecture: str = "amd64"
    variant: str | None = None
    os_version: str | None = None
    os_features: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """The `platform` object of an index entry, without the fields that are not set."""
        fields: dict[str, Json] = {"architecture": self.architecture, "os": self.os}
        if self.os_version:
            fields["os.version"] = self.os_version
        if self.os_features:
            fields["os.features"] = list(self.os_features)
        if self.variant:
            fields["variant"] = self.variant
        return fields


UNKNOWN_PLATFORM = Platform(os="unknown", architecture="unknown")
