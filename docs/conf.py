"""How Sphinx builds these pages: Markdown by MyST, dressed by Furo; a broken link is an error."""

from quintet import __version__

project = "Quintet"
author = "the Quintet authors"
project_copyright = "the Quintet authors, Apache-2.0"
release = version = __version__

extensions = ["myst_parser"]
exclude_patterns = ["_build", "changelog.d"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"Quintet {release}"
html_show_sourcelink = False
