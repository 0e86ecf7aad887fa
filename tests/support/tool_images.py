"""Images that real tools made: each has something that a generator of ours would not think of."""

from pathlib import Path

from support.tools import Buildah, run_tool, skopeo

LAYERS = 60

RECIPE = """\
FROM scratch
ARG TARGETPLATFORM
LABEL org.opencontainers.image.title="greeting" platform="$TARGETPLATFORM"
COPY greeting.txt /srv/
ENV GREETING="hello   world" PATH=/bin
SHELL ["/bin/bash", "-c"]
HEALTHCHECK --interval=30s CMD ["/srv/greet", "check"]
ONBUILD COPY . /srv
EXPOSE 8080/tcp
VOLUME /data
USER 1000:1000
WORKDIR /srv
ENTRYPOINT ["/srv/greet"]
CMD ["serve", "<&>"]
"""

ON_TOP = """\
FROM oci:{base}
ENV LAST=yes
COPY last.txt /srv/
CMD ["/srv/last.txt"]
"""

LINUX = ("linux/amd64", "linux/arm64/v8", "linux/arm/v7")
WINDOWS = ("10.0.17763.864", "10.0.20348.169")


def push_buildah_images(directory: Path, registry: str) -> None:
    """`buildah/docker:1.0` and `buildah/oci:1.0`: one image for three Linux platforms and two versions of Windows.

    Only the lists know the versions: Debian's buildah writes no `os.version` into a config.
    """
    buildah = Buildah(directory / "store")
    context = directory / "context"
    context.mkdir()
    (context / "greeting.txt").write_text("hello\n")
    (context / "Containerfile").write_text(RECIPE)
    made = "--format=docker"
    platforms = f"--platform={','.join(LINUX)}"
    buildah.build(context, made, "--jobs=1", platforms, "--manifest=greeting")
    for version in WINDOWS:
        label = f"--label=version={version}"
        image = buildah.build(context, made, "--platform=windows/amd64", label)
        platform = ("--os=windows", "--arch=amd64", f"--os-version={version}")
        buildah("manifest", "add", *platform, "greeting", image)
    for kind, repo in (("v2s2", "docker"), ("oci", "oci")):
        target = f"docker://{registry}/buildah/{repo}:1.0"
        plain = ("--all", "--tls-verify=false", f"--format={kind}")
        buildah("manifest", "push", *plain, "greeting", target)


def push_many_layers(directory: Path, registry: str) -> None:
    """`skopeo/docker:1.0` and `skopeo/oci:1.0`: umoci lays 59 layers, buildah the last one, skopeo carries them over.

    buildah alone would copy everything below for each layer, which takes a minute.
    """
    context = directory / "context"
    context.mkdir()
    base = f"{directory / 'base'}:base"
    run_tool("umoci", "init", "--layout", str(directory / "base"))
    run_tool("umoci", "new", "--image", base)
    for number in range(1, LAYERS):
        file = context / f"{number}.txt"
        file.write_text(f"{number}\n")
        run_tool("umoci", "insert", "--image", base, str(file), f"/srv/{number}.txt")
    (context / "last.txt").write_text("last\n")
    (context / "Containerfile").write_text(ON_TOP.format(base=base))
    buildah = Buildah(directory / "store")
    image = buildah.build(context)
    top = f"oci:{directory / 'top'}:1.0"
    buildah("push", image, top)
    for kind, repo in (("v2s2", "docker"), ("oci", "oci")):
        target = f"docker://{registry}/skopeo/{repo}:1.0"
        skopeo("copy", "--dest-tls-verify=false", f"--format={kind}", top, target)


def push_umoci_image(directory: Path, registry: str) -> None:
    """`umoci/oci:1.0`: two layers and a config, and a history in umoci's words."""
    layout = directory / "layout"
    image = f"{layout}:1.0"
    run_tool("umoci", "init", "--layout", str(layout))
    run_tool("umoci", "new", "--image", image)
    for name in ("first", "second"):
        file = directory / name
        file.write_text(f"{name}\n")
        run_tool("umoci", "insert", "--image", image, str(file), f"/srv/{name}")
    run_tool(
        "umoci",
        "config",
        "--image",
        image,
        "--author=The tests",
        "--config.cmd=/srv/first",
        "--config.env=A=b",
        "--config.label=org.opencontainers.image.title=two files",
        "--manifest.annotation=org.example.note=by umoci",
    )
    target = f"docker://{registry}/umoci/oci:1.0"
    skopeo("copy", "--dest-tls-verify=false", f"oci:{layout}:1.0", target)
