"""How the documentation is built."""

from importlib.metadata import version as installed_version

project = "Tagledger"
author = "The Tagledger maintainers"
project_copyright = "The Tagledger maintainers"
version = release = installed_version("tagledger")

extensions = ["myst_parser"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True

html_theme = "furo"
html_title = f"Tagledger {release}"
html_show_copyright = False
html_copy_source = False
