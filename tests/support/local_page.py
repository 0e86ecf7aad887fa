"""A page about an image on somebody's machine, with a package of each manager."""

from tagledger.model.digest import Digest

IMAGE_ID = Digest.of(b"config")

LOCAL_PAGE = f"""\
# `example:1.0`

## Docker Metadata

- Image ID: `{IMAGE_ID}`
- Created: `2016-08-26T18:51:02.648520062Z`
- Virtual Size: ~ 4.42 Mb{"  "}
  (total size of all layers on-disk)
- Arch: `linux`/`amd64`
- Command: `["/bin/sh"]`
- Environment:

## `dpkg` (`.deb`-based packages)

### `dpkg` source package: `acl=2.2.52-3`

Binary Packages:

- `libacl1:amd64=2.2.52-3`

Licenses: (parsed from: `/usr/share/doc/libacl1/copyright`)

- `GPL`
- `LGPL-2.1`

Source:

```console
$ apt-get source -qq --print-uris acl=2.2.52-3
'http://a.example/acl_2.2.52-3.dsc' acl_2.2.52-3.dsc 2025 SHA256:{"5" * 64}
```

## `rpm` (`.rpm`-based packages)

### `rpm` package: `attr-2.5.2-5.x86_64`

Licenses (from `rpm --query`): GPL-2.0-or-later

**WARNING:** unable to find source (`dnf download` failed or returned no results)!

"""
