#!/usr/bin/env bash
# Makes a container image of the service with buildah: a base with Python, the program, and a user of its own.
#
#   ./container.sh [IMAGE]          localhost/tagledger:latest unless said
#
# BASE      an image with Python 3.11 or newer and pip; docker.io/library/python:3.13-slim unless said
# PACKAGE   what pip installs: a release, a folder with the source, or a wheel; tagledger[server] unless said
set -euo pipefail

image="${1:-localhost/tagledger:latest}"
base="${BASE:-docker.io/library/python:3.13-slim}"
package="${PACKAGE:-tagledger[server]}"

container="$(buildah from "$base")"
trap 'buildah rm "$container" >/dev/null' EXIT

# A source or a wheel on this machine is carried in first.
local_path="${package%%\[*}"
extras="${package#"$local_path"}"
if [ -e "$local_path" ]; then
    carried="/tmp/$(basename "$(realpath "$local_path")")"
    buildah copy --quiet "$container" "$local_path" "$carried"
    package="$carried$extras"
fi

buildah run "$container" -- python3 -m venv /opt/tagledger
buildah run "$container" -- /opt/tagledger/bin/pip install --quiet --no-cache-dir --disable-pip-version-check "$package"
buildah run "$container" -- sh -c 'rm -rf /tmp/*; mkdir -p /var/lib/tagledger && chown 10001:10001 /var/lib/tagledger'

# It listens on all addresses of the container: who reaches it decides whoever runs it.
buildah config \
    --user 10001:10001 \
    --workingdir /var/lib/tagledger \
    --volume /var/lib/tagledger \
    --port 8080 \
    --env PATH=/opt/tagledger/bin:/usr/local/bin:/usr/bin:/bin \
    --env TAGLEDGER_LEDGER=/var/lib/tagledger/ledger.sqlite \
    --stop-signal SIGTERM \
    --entrypoint '["tagledger"]' \
    --cmd "serve --host 0.0.0.0 --trusted-host *" \
    --label org.opencontainers.image.title=tagledger \
    --label org.opencontainers.image.licenses=Apache-2.0 \
    "$container"
buildah commit --quiet "$container" "$image" >/dev/null
echo "$image"
